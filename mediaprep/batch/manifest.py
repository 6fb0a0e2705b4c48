"""A manifest, read as a stream of jobs: every mistake is told, with its file, line and column, not the first alone."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from mediaprep.batch.reading import job_rows
from mediaprep.batch.reading.job_rows import ManifestRow
from mediaprep.batch.reading.sources import Sources
from mediaprep.errors import BadConfig, BadDocument
from mediaprep.model.findings import Text
from mediaprep.model.marked import Mistake, Place
from mediaprep.model.paid.manifest import Job
from mediaprep.verbs.finishing import output_claims
from mediaprep.verbs.finishing.output_claims import Named, TakenNames

_MANIFEST: Final = Text("the manifest", "清单")


def read(path: Path, *, report: Path | None = None, told: Sequence[Named] = ()) -> tuple[Job, ...]:
    """The jobs of `path` (YAML, JSON, CSV, XLSX, or a folder of folders). Relative paths in it are relative to its
    folder. No two files that are written, nor the `report` nor what else is `told` of the run, may be one, nor one
    that is read. Raises BadDocument with every mistake."""
    rows = ManifestRows(path, told=[*told, *([output_claims.report(report)] if report is not None else [])])
    jobs = tuple(row.job for row in rows if row.job is not None)
    mistakes = rows.told()
    if mistakes:
        raise BadDocument(mistakes)
    return jobs


def sound(path: Path, *, told: Sequence[Named] = ()) -> tuple[Job, ...]:
    """The jobs of which nothing is wrong, whatever is wrong with others."""
    rows = ManifestRows(path, told=told)
    jobs = [row.job for row in rows if row.job is not None and not row.mistakes]
    wrong = {mistake.job for mistake in rows.joint}
    return tuple(job for job in jobs if job.id not in wrong)


@dataclass(frozen=True, kw_only=True)
class _Missing:
    """A file that is not there; another job may make it."""

    path: Path
    mistake: Mistake


class ManifestRows:
    """One pass over a manifest. After it `told` has all that is wrong, and `joint` what only shows when all jobs are
    known: files that two write, and files that nobody makes."""

    def __init__(self, path: Path, *, told: Sequence[Named] = ()) -> None:
        self._path, self._sources = path, Sources(path)
        self._taken = TakenNames()
        clashes = [(one, self._taken.write(one)) for one in told]
        self._general = [_beside(one, error) for one, error in clashes if error is not None]
        self._taken.read(Named(path=path, what=_MANIFEST, spelled=path.name))
        self._places: dict[str, Place] = {}
        self._own: list[Mistake] = []
        self._missing: list[_Missing] = []
        self._of_jobs: list[Mistake] = []
        self.joint: list[Mistake] = []

    def __iter__(self) -> Iterator[ManifestRow]:
        for raw in self._sources:
            row = self._with_its_folder(self._named_once(job_rows.read(raw)))
            if row.job is not None:
                row = self._with_its_files(row, row.job)
            self._own += row.mistakes
            yield row
        self._end()

    @property
    def general(self) -> Sequence[Mistake]:
        """What is wrong beside the jobs."""
        return [*self._general, *(one for one in self._sources.mistakes if one not in self._of_jobs)]

    def told(self) -> tuple[Mistake, ...]:
        """All mistakes, each once, in the order of their places. What stands in `defaults` is of all jobs."""
        once = {(one.place, one.key, one.message): one for one in (*self.general, *self._own, *self.joint)}
        main = str(self._path)
        return tuple(
            sorted(
                once.values(),
                key=lambda one: (one.place.file != main, one.place.file, one.place.line, one.place.column),
            )
        )

    def _named_once(self, row: ManifestRow) -> ManifestRow:
        place = row.place_of(("id",))
        first = self._places.setdefault(row.id, place) if row.id else place
        if first is place:
            return row
        doubled = Mistake(
            place=place, job=row.id, key="id", kind="id",
            message=Text(
                f"two jobs are called {row.id} (the other: {first.say('en')})",
                f"有两个任务都叫 {row.id}（另一处：{first.say('zh')}）",
            ),
        )  # fmt: skip
        return replace(row, mistakes=(*row.mistakes, doubled))

    def _with_its_folder(self, row: ManifestRow) -> ManifestRow:
        """A file of a job's folder that nobody knows is that job's mistake: it is not made without it."""
        folder = Path(row.place_of(()).file).parent
        own = [one for one in self._sources.mistakes if one.job and Path(one.place.file).parent == folder]
        self._of_jobs += own
        return replace(row, mistakes=(*row.mistakes, *own)) if own else row

    def _with_its_files(self, row: ManifestRow, job: Job) -> ManifestRow:
        written = not any(mistake.key == "output" for mistake in row.mistakes)
        clashes = ((one, self._taken.write(one)) for one in output_claims.writes_of(job) if written)
        found = [self._about(row, one, error) for one, error in clashes if error is not None][:1]
        for one in output_claims.reads_of(job):
            self._taken.read(one)
            comes = one.may_come and str(one.path) not in job.sources
            if comes and not one.path.is_file():  # of a request: judged with it
                self._missing.append(_Missing(path=one.path, mistake=self._absent(row, one)))
        return replace(row, mistakes=(*row.mistakes, *found))

    @staticmethod
    def _about(row: ManifestRow, named: Named, error: BadConfig) -> Mistake:
        place = row.place_of(named.what.en.split(".") if named.what.en.startswith("finish.") else ("output",))
        return Mistake(place=place, job=row.id, message=Text(error.en, error.zh), kind="output")

    def _absent(self, row: ManifestRow, named: Named) -> Mistake:
        key = named.what.en
        near = _nearest(named.path)
        hint = (f"; did you mean {near}?", f"；是否指 {near}？") if near else ("", "")
        message = Text(f"{named.path}: no such file{hint[0]}", f"{named.path}：文件不存在{hint[1]}")
        return Mistake(place=row.place_of(key.split(".")), job=row.id, key=key, message=message, kind="file")

    def _end(self) -> None:
        self.joint += [one.mistake for one in self._missing if self._taken.made(one.path) is None]
        for named, error in self._taken.written_and_read():
            place = self._places.get(named.job, Place(file=str(self._path)))
            self.joint.append(
                Mistake(place=place, job=named.job, message=Text(error.en, error.zh), kind="output")
            )


def _beside(named: Named, error: BadConfig) -> Mistake:
    return Mistake(place=Place(file=str(named.path)), message=Text(error.en, error.zh), kind="output")


def _nearest(path: Path) -> str | None:
    try:
        names = [found.name for found in path.parent.iterdir() if found.suffix.lower() == path.suffix.lower()]
    except OSError:
        return None
    return next(iter(difflib.get_close_matches(path.name, names, n=1)), None)


def refuse_shared(jobs: Sequence[Job], source: Path, *, told: Sequence[Named] = ()) -> None:
    """BadConfig where two files that `jobs` of `source` write, or what is `told` of the run, are one, or one of them is
    read by any."""
    read = [named for job in jobs for named in output_claims.reads_of(job)]
    try:
        output_claims.refuse_shared(
            [*told, *(named for job in jobs for named in output_claims.writes_of(job))],
            [Named(path=source, what=_MANIFEST, spelled=source.name), *read],
        )
    except BadConfig as error:
        raise BadConfig(f"{source}: {error.en}", f"{source}：{error.zh}") from None
