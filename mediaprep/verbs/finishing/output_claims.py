"""Which files may be written: each under a name of its own, none that is read, and none that is not ours.

Names are compared as files, so that `o.mp3`, `sub/../o.mp3` and a link to it are one. What stands under a name already
is replaced if mediaprep wrote it and nobody changed it since, and otherwise only when the user says so; what is read,
the manifest and the configuration never are.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mediaprep.config_files import FILE_NAME
from mediaprep.contract import endpoints
from mediaprep.contract.paths import walk
from mediaprep.contract.products import has_subtitles
from mediaprep.errors import BadConfig, ToolFailed
from mediaprep.media.files import atomic, own_outputs
from mediaprep.media.files.samefile import SameFile
from mediaprep.model.findings import Text
from mediaprep.model.finishing.captions import CaptionWish
from mediaprep.model.finishing.scenery import SceneryWish
from mediaprep.model.finishing.wishes import Finishing
from mediaprep.model.paid.manifest import Job
from mediaprep.preflight.scripts import script_names
from mediaprep.preflight.scripts.estimate import product_bytes
from mediaprep.verbs.finishing import receipts

_OUTPUT: Final = Text("the output", "输出")
_INPUT: Final = Text("the original", "原文件")
_REPORT: Final = Text("--report", "--report")
_RESULTS: Final = Text("--results", "--results")
_SETTINGS: Final = Text("the configuration", "配置文件")
_STAMPS: Final = ".timestamps.json"


@dataclass(frozen=True, kw_only=True)
class Named:
    """A file that is written or read, `spelled` as the user did. `what` is the part it plays, `job` whose it is;
    `may_come`: it may be what another job makes."""

    path: Path
    what: Text
    spelled: str
    job: str = ""
    may_come: bool = False

    def say(self, lang: str) -> str:
        zh = lang == "zh"
        whose = (f"任务 {self.job} 的 " if zh else f"job {self.job}: ") if self.job else ""
        return f"{whose}{self.what.say(lang)} {self.spelled}"


def claim(
    writes: Iterable[Path | None], *, reads: Iterable[Path | None] = (), overwrite: bool = False
) -> None:
    """What one command is about to write, judged before it works. With `overwrite` what stands there now may be
    replaced, whoever wrote it. Raises BadConfig."""
    targets = [
        _plain(path, _OUTPUT) for path in writes if path is not None and not own_outputs.in_state(path)
    ]
    refuse_shared(targets, [_plain(path, _INPUT) for path in reads if path is not None])
    _refuse_foreign(targets, overwrite=overwrite)


def claim_job(job: Job, *, overwrite: bool = False) -> None:
    """The same for what one job of a manifest will write. Raises BadConfig."""
    targets = writes_of(job)
    if not own_outputs.in_state(job.output):
        refuse_shared(targets, reads_of(job))
    _refuse_foreign(targets, overwrite=overwrite)


def refuse_shared(
    writes: Sequence[Named],
    reads: Sequence[Named],
    *,
    ignores_case: Callable[[Path], bool] | None = None,
) -> None:
    """BadConfig for two that would write one file, and for one that would write what is read, or the configuration:
    that is refused whether it may be overwritten or not."""
    taken = TakenNames(ignores_case)
    for one in writes:
        if (error := taken.write(one)) is not None:
            raise error
    for read in reads:
        taken.read(read)
    for _, error in taken.written_and_read():
        raise error


class TakenNames:
    """The names of many jobs' files, one after the other: which are written twice, and which are written and read."""

    def __init__(self, ignores_case: Callable[[Path], bool] | None = None) -> None:
        self._same = SameFile(ignores_case)
        self._written: dict[Hashable, Named] = {}
        self._read: dict[Path, Named] = {}
        self.read(Named(path=Path.cwd() / FILE_NAME, what=_SETTINGS, spelled=FILE_NAME))

    def write(self, one: Named) -> BadConfig | None:
        """What speaks against writing it."""
        if own_outputs.in_state(one.path):
            return BadConfig(
                f"{one.say('en')}: {own_outputs.STATE} is the folder of mediaprep's own files; choose another",
                f"{one.say('zh')}：{own_outputs.STATE} 是 mediaprep 自己的目录，请另选目录",
            )
        other = self._written.setdefault(self._same.identity(one.path), one)
        return None if other is one else _written_twice(other, one)

    def read(self, one: Named) -> None:
        """It is read by somebody."""
        self._read.setdefault(one.path, one)

    def made(self, path: Path) -> Named | None:
        """Who writes a file."""
        return self._written.get(self._same.identity(path))

    def written_and_read(self) -> Iterator[tuple[Named, BadConfig]]:
        """What would be written over although it is read, and why not; asked once all are known."""
        for read in self._read.values():
            found = self.made(read.path)
            if found is not None and not (read.may_come and _comes_of(found, read)):
                yield found, _read_too(found, read)


def make_room(targets: Iterable[Path], size_bytes: int = 0) -> None:
    """The folders of files that will be written are made now, and their disks must have room for so many bytes: what
    was paid for must have a place to come to. Raises BadConfig, DiskFull."""
    for target in targets:
        try:
            atomic.make_folder(target.parent)
            target.lstat()
        except FileNotFoundError:
            pass
        except ToolFailed as error:
            raise BadConfig(f"output {error.en}", f"输出目录 {error.zh}") from error
        except (OSError, ValueError) as error:  # too long a name, above all
            why = error.strerror if isinstance(error, OSError) else str(error)
            raise BadConfig(
                f"{target}: cannot be written: {why}; give the output another name",
                f"{target}：无法写入：{why}；请为输出另取名称",
            ) from None
        atomic.refuse_target(target)
        atomic.need_space(target.parent, size_bytes)


def refuse_unwritable(target: Path) -> None:
    """Raises BadConfig where a file could not come to be, as far as that shows without making anything."""
    folder = next((parent for parent in target.parents if parent.exists()), target.parent)
    why = Text("", "")
    if target.is_dir():
        why = Text(f"{target}: is a folder; name a file", f"{target}：是文件夹，请指定文件")
    elif not folder.is_dir():
        why = Text(f"{folder}: is no folder", f"{folder}：不是文件夹")
    elif not os.access(folder, os.W_OK | os.X_OK):
        why = Text(f"{folder}: cannot be written to", f"{folder}：不可写")
    if why.en:
        raise BadConfig(f"output {why.en}", f"输出 {why.zh}")


def make_room_for(job: Job, folder: Path, seconds: float | None) -> None:
    """The same for a job that is about to be paid for, whose product is expected to last so long (None: nobody knows)
    and comes to `folder` first."""
    expected = product_bytes(job.endpoint, job.request, seconds)
    make_room((folder / job.output.name, *(named.path for named in writes_of(job))), 2 * expected)


def report(path: Path) -> Named:
    """The page that a run writes at its end."""
    return Named(path=path, what=_REPORT, spelled=str(path))


def results(paths: Iterable[Path]) -> list[Named]:
    """The tables that a run writes at its end."""
    return [Named(path=path, what=_RESULTS, spelled=str(path)) for path in paths]


def writes_of(job: Job) -> tuple[Named, ...]:
    """Every file that a job puts in its output's folder, or where its finishing says."""
    wish = job.finish

    def named(what: str, path: Path) -> Named:
        return Named(path=path, what=Text(what, what), spelled=_spelled(path, job.base), job=job.id)

    found = [named("output", job.output)]
    if job.endpoint != "tts":
        found.append(named("receipt", receipts.path_of(job.output)))
    if wish.wanted:
        made = sidecars(job.output, caption_files(wish), wish.looks) if wish.captions else {}
        found += [named("captions", path) for path in made.values()]
    elif job.endpoint == "tts":
        found.append(named("timestamps", job.output.with_suffix(_STAMPS)))
    elif job.lesson is None and has_subtitles(job.endpoint, job.request):
        found.append(named("subtitles", job.output.with_suffix(".srt")))
    scene = wish.scenery or SceneryWish()
    pictures = (("finish.thumbnail", scene.thumbnail), ("finish.sheet", scene.sheet))
    return (*found, *(named(what, path) for what, path in pictures if path is not None))


def reads_of(job: Job) -> tuple[Named, ...]:
    """Every file on this machine that a job names, whether it is there or not."""
    lesson = job.lesson.files if job.lesson else ()
    named = [
        *(("deck", path, False) for path in lesson),
        *((parameter, job.base / given, False) for parameter, given in _files_in(job)),
        *((f"finish.{key}", path, True) for key, path in job.finish.files),
    ]
    return tuple(
        Named(
            path=path, what=Text(what, what), spelled=_spelled(path, job.base), job=job.id, may_come=may_come
        )
        for what, path, may_come in named
    )


def finished(output: Path, main: Path, wishes: Finishing, *, captioned: bool) -> list[Path]:
    """Every file that finishing `main` into `output` writes."""
    read = [main.with_suffix(".srt"), *caption_files(wishes)]
    beside = sidecars(output, read, wishes.looks).values() if captioned else ()
    return [output, receipts.path_of(output), *beside, *wishes.pictures]


def caption_files(wishes: Finishing) -> list[Path]:
    """The files that captions are read from."""
    return [path for key, path in wishes.files if key in {"captions", "captions.second"}]


def sidecars(output: Path, read: Sequence[Path], wish: CaptionWish) -> dict[str, Path]:
    """Where captions go beside `output`, by their form; never where those that are `read` stand."""
    made = {}
    for form in dict.fromkeys(wish.sidecars):
        beside = output.with_suffix(f".{form}")
        taken = any(path.exists() and beside.exists() and path.samefile(beside) for path in read)
        made[form] = output.with_suffix(f".finished.{form}") if taken else beside
    return made


def _plain(path: Path, what: Text) -> Named:
    return Named(path=path, what=what, spelled=str(path))


def refuse_foreign(job: Job) -> None:
    """Raises BadConfig for what a job would write over although it is not ours; nothing is noted of it."""
    _refuse_foreign(writes_of(job), overwrite=False)


def _refuse_foreign(targets: Sequence[Named], *, overwrite: bool) -> None:
    for one in targets:
        if one.path.parent.is_dir():
            atomic.refuse_target(one.path)
        if overwrite:
            own_outputs.give_up(one.path)
    for one in targets:
        try:
            own_outputs.refuse_foreign(one.path)
        except BadConfig as error:
            if not one.job:
                raise
            raise BadConfig(
                f"job {one.job}: {one.what.en} {error.en}", f"任务 {one.job}：{one.what.zh} {error.zh}"
            ) from None


def _comes_of(target: Named, read: Named) -> bool:
    """Whether what is read is what another job makes: not there yet, or as that made it."""
    if target.job == read.job or target.what.en != "output":
        return False
    try:
        own_outputs.refuse_foreign(target.path)
    except BadConfig:
        return False
    return True


def _files_in(job: Job) -> list[tuple[str, Path]]:
    """The parameters of a request that name local files."""
    if job.lesson is None:
        row, request = endpoints.get(job.endpoint), job.request
    else:
        row, request = endpoints.get("ppt"), {"GlobalConfig": job.request}
    values = [found for general in row.url_fields for found in walk(request, general)]
    for place, table in script_names.tables(request):
        values += [(f"{place}.{key}", name) for key, name in table.items()]
    return [
        (parameter, Path(value).expanduser())
        for parameter, value in values
        if isinstance(value, str) and value and "://" not in value
    ]


def _spelled(path: Path, base: Path) -> str:
    """As in the manifest, whose folder is `base`."""
    try:
        return str(path.relative_to(base))
    except ValueError:
        return str(path)


def _written_twice(first: Named, second: Named) -> BadConfig:
    if first.job != second.job:
        return BadConfig(
            f"two jobs write {first.spelled}: {first.say('en')} and {second.say('en')} are one file; give each a "
            "name of its own",
            f"有两个任务写入同一文件 {first.spelled}：{first.say('zh')} 与 {second.say('zh')}；请分别命名",
        )
    return BadConfig(
        f"{first.say('en')} and {second.say('en')} are one file; give each a name of its own",
        f"{first.say('zh')} 与 {second.say('zh')} 是同一文件；请分别命名",
    )


def _read_too(target: Named, read: Named) -> BadConfig:
    return BadConfig(
        f"{target.say('en')} is {read.say('en')} itself, which is never replaced, nor with --overwrite; give the "
        "output another name",
        f"{target.say('zh')} 就是{read.say('zh')} 本身，任何情况下都不会覆盖（--overwrite 亦然）；请为输出另取名称",
    )
