"""One job of a manifest, made of what is written: its value, or every mistake that keeps it from being one."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from mediaprep.batch import manifest_tables, storyboard
from mediaprep.batch.manifest_tables import JobTable
from mediaprep.batch.reading import remote_rows, told
from mediaprep.batch.reading.sources import RawJob
from mediaprep.contract.endpoints import ENDPOINTS
from mediaprep.errors import BadAsset, BadConfig, BadDocument
from mediaprep.finishing.wishes import words as wish_words
from mediaprep.model.decks import lessons
from mediaprep.model.decks.lessons import Lesson
from mediaprep.model.decks.storyboard import Empty, Storyboard
from mediaprep.model.findings import Text
from mediaprep.model.finishing.wishes import Finishing
from mediaprep.model.marked import Marked, Mistake, Place, Steps
from mediaprep.model.paid.manifest import Job
from mediaprep.preflight.decks import all_pages
from mediaprep.verbs.judging import script_files

_SUBMITS: Final = tuple(name for name, row in ENDPOINTS.items() if row.kind == "submit")
_MOST_WISHES: Final = 30


@dataclass(frozen=True, kw_only=True)
class ManifestRow:
    """A job as it stands in a manifest. With `mistakes` its `job` is what can be read of it, to be judged and no more
    (None: nothing can). `words` names the file of banned words that hold for it."""

    id: str
    job: Job | None
    tree: Marked
    mistakes: tuple[Mistake, ...] = ()
    words: Path | None = None

    def place_of(self, steps: Steps, *, key: bool = False) -> Place:
        """Where something of it is written."""
        return self.tree.find(steps, key=key)


def read(raw: RawJob) -> ManifestRow:
    """The row that is written so."""
    reader = _Reader(raw)
    job = reader.job()
    return replace(reader.row, job=job, mistakes=tuple(reader.mistakes))


class _Reader:
    """Reads one job; what is wrong is kept, and the rest is read on."""

    def __init__(self, raw: RawJob) -> None:
        self._tree, self._base = raw.tree, raw.base
        given = raw.tree.value.get("id")
        self._name = given.value if given is not None and isinstance(given.value, str) else ""
        self.mistakes = [replace(mistake, job=self._name) for mistake in raw.mistakes]
        self.row = ManifestRow(id=self._name, job=None, tree=raw.tree)

    def _tell(self, steps: Steps, message: Text, *, kind: str = "value") -> None:
        key = ".".join(map(str, steps))
        self.mistakes.append(
            Mistake(place=self._tree.find(steps), message=message, kind=kind, job=self._name, key=key)
        )

    def job(self) -> Job | None:
        placed = remote_rows.placed(self._tree.plain(), self._base)
        plain = placed.plain
        table: JobTable | None
        try:
            table = JobTable.model_validate(plain)
        except ValidationError as error:
            self.mistakes += told.mistakes(self._tree, error, self._name)
            table = self._as_far_as_it_goes(plain, error)
        if table is None:
            return None
        self._name = table.id
        self.row = replace(self.row, id=table.id, words=self._base / table.words if table.words else None)
        finish = self._finishing(table)
        self._refuse_missing_lists(table)
        request = self._request(table)
        bare = Job(
            id=table.id,
            endpoint=table.endpoint or lessons.ENDPOINT,
            request=request,
            output=self._base / table.output,
            base=self._base,
            voice_first=table.voice == "first",
            finish=finish,
            sources=placed.sources,
            deliver=placed.deliver,
        )
        if table.endpoint is not None:
            return bare if table.endpoint in _SUBMITS else None
        return self._lesson(bare, table) if table.deck or table.storyboard else None

    def _as_far_as_it_goes(self, plain: Mapping[str, Any], error: ValidationError) -> JobTable | None:
        """The job without what cannot be read, so that the rest is judged too."""
        left = {**plain, "finish": dict(plain["finish"]) if isinstance(plain.get("finish"), dict) else {}}
        for one in error.errors(include_url=False):
            steps = one["loc"]
            inner: dict[str, Any] = left["finish"] if steps[:1] == ("finish",) and len(steps) > 1 else left
            inner.pop(str(steps[1] if inner is left["finish"] else steps[0]) if steps else "", None)
        try:
            return JobTable.model_validate({"id": "unnamed", "output": "unnamed.mp4", **left})
        except ValidationError:
            return None

    def _refuse_missing_lists(self, table: JobTable) -> None:
        for key in ("lexicon", "words"):
            name = getattr(table, key)
            if name and not (self._base / name).is_file():
                self._tell((key,), _no_file(name, self._base), kind="file")

    # --- the request ---

    def _request(self, table: JobTable) -> dict[str, Any]:
        request = dict(table.request or {})
        if table.endpoint is not None and table.endpoint not in _SUBMITS:
            near = difflib.get_close_matches(table.endpoint, _SUBMITS, n=1)
            hint = f"; did you mean {near[0]}?" if near else f"; known: {', '.join(_SUBMITS)}"
            hint_zh = f"；是否指 {near[0]}？" if near else f"；可用：{'、'.join(_SUBMITS)}"
            self._tell(
                ("endpoint",),
                Text(f"no endpoint {table.endpoint!r}{hint}", f"没有接口 {table.endpoint!r}{hint_zh}"),
            )
        if table.voice and table.endpoint and "InputSsml" not in request:
            self._tell(
                ("voice",), Text("voice: first needs InputSsml to speak", "voice: first 需要 InputSsml")
            )
        readings = self._base / table.lexicon if table.lexicon else None
        readings = readings if readings is not None and readings.is_file() else None
        try:
            return script_files.read(request, self._base, readings=readings)
        except (BadAsset, BadConfig) as error:
            place = error.en.partition(": ")[0] if "InputSsml: " in error.en else "InputSsml"
            said = Text(_after(error.en, place), _after(error.zh, place))
            self._tell(("request", *steps_of(place)), said, kind="file")
            return {**request, "InputSsml": ""} if place == "InputSsml" else request

    # --- decks ---

    def _lesson(self, bare: Job, table: JobTable) -> Job | None:
        key = "deck" if table.deck is not None else "storyboard"
        source: Lesson | Path
        if table.deck is None:
            source = self._base / str(table.storyboard)
        else:
            source = Lesson(
                deck=self._base / table.deck, hidden=table.hidden or "drop", empty=Empty(table.empty or Empty.ERROR),
                silence=table.silence or lessons.SILENCE,
            )  # fmt: skip
        try:
            return lesson_job(bare, source)
        except BadDocument as error:
            self.mistakes += (replace(mistake, job=self._name) for mistake in error.mistakes)
        except BadConfig as error:
            steps = ("request",) if error.en.startswith("request") else (key,)
            self._tell(steps, Text(_after(error.en, steps[0]), _after(error.zh, steps[0])))
        return None

    # --- finishing ---

    def _finishing(self, table: JobTable) -> Finishing:
        """The wishes; each that cannot be is told, and left out to see what else there is."""
        try:
            given = manifest_tables.words_of(table.finish)
        except BadConfig as error:
            self._tell(("finish",), Text(error.en, error.zh))
            return Finishing()
        for _ in range(_MOST_WISHES):
            try:
                return wish_words.finishing(given, self._base)
            except BadConfig as error:
                culprit = self._culprit(given, error)
                self._tell(self._steps_of(culprit), Text(error.en, error.zh))
                if culprit is None:
                    break
                given = {name: value for name, value in given.items() if name != culprit}
        return Finishing()

    def _culprit(self, given: Mapping[str, Any], error: BadConfig) -> str | None:
        """The wish without which nothing is said of it any more: one without which all is well, else one that the
        error names, else any."""
        found: list[tuple[bool, bool, str]] = []
        for name in (name for name, value in given.items() if value not in (None, False, [], ())):
            other = None
            try:
                wish_words.finishing({key: one for key, one in given.items() if key != name}, self._base)
            except BadConfig as problem:
                other = problem
            if other is None or other.en != error.en:
                found.append((other is not None, name not in error.en, name))
        return min(found)[-1] if found else None

    def _steps_of(self, wish: str | None) -> Steps:
        """Where a wish is written: under its own name, or in the table of captions or logos."""
        if wish is None:
            return ("finish",)
        finish = self._tree.value.get("finish")
        if finish is not None and isinstance(finish.value, dict) and wish not in finish.value:
            for table, key in manifest_tables.tabled(wish):
                return ("finish", table, key)
        return ("finish", wish)


def lesson_job(job: Job, source: Lesson | Path) -> Job:
    """`job` as one that makes a video of a deck, or of the storyboard at a path; its request is what all pages
    share. Raises BadConfig."""
    lesson = source if isinstance(source, Lesson) else _of_storyboard(source)
    all_pages.over(lesson.story or Storyboard(deck=lesson.deck, pages=()), job.request, job.base)
    return replace(job, endpoint=lessons.ENDPOINT, lesson=lesson)


def _of_storyboard(path: Path) -> Lesson:
    story = storyboard.read(path)
    pages = (replace(page, audio=path.parent / page.audio) if page.audio else page for page in story.pages)
    logos = (replace(logo, file=path.parent / logo.file) for logo in story.logos)
    return Lesson(deck=story.deck, story=replace(story, pages=tuple(pages), logos=tuple(logos)))


def steps_of(parameter: str) -> Iterator[str | int]:
    """PageConfigs[2].InputAudioUrl → its keys and indices."""
    for part in parameter.replace("]", "").split("."):
        name, *indices = part.split("[")
        yield name
        yield from (int(index) for index in indices if index.isdigit())


def _after(said: str, begins: str) -> str:
    return said.removeprefix(begins).lstrip(":： ")


def _no_file(name: str, base: Path) -> Text:
    return Text(f"{name}: no such file (looked in {base})", f"{name}：文件不存在（于 {base} 查找）")
