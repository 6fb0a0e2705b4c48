"""Where jobs are written, as one stream: a file of any form, what it includes, and what its `defaults`, `variables`
and `each` make of it. Nothing is held but the job at hand."""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from mediaprep.batch.manifest_tables import ManifestTable
from mediaprep.batch.reading import folders, sheets, templates
from mediaprep.errors import BadConfig
from mediaprep.media.files import documents
from mediaprep.media.files.workbooks import Workbook, csv_rows
from mediaprep.model.findings import Text
from mediaprep.model.marked import Marked, Mistake, Place

_MOST_BYTES: Final = 64_000_000
_MOST_DEPTH: Final = 8
_TOO_LARGE: Final = Text(
    f"a manifest is at most {_MOST_BYTES}: split it", f"清单最大 {_MOST_BYTES} 字节，请拆分"
)
_HEAD: Final = ("defaults", "variables", "include", "lexicon", "words")
_FOR_EACH: Final = ("lexicon", "words")
"""Keys of a manifest that each of its jobs may have by itself."""


@dataclass(frozen=True, kw_only=True)
class Shared:
    """What holds for all jobs of a file."""

    defaults: Marked | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class RawJob:
    """A job as it is written, with all that it gets from elsewhere; `base` is the folder its paths are seen from."""

    tree: Marked
    base: Path
    mistakes: tuple[Mistake, ...] = ()


class Sources:
    """The jobs of a manifest and of all that it includes. `mistakes` grows by those that are of no one job."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.mistakes: list[Mistake] = []

    def __iter__(self) -> Iterator[RawJob]:
        yield from self._file(self._path, str(self._path), Shared(), ())

    def _file(self, path: Path, name: str, shared: Shared, chain: tuple[Path, ...]) -> Iterator[RawJob]:
        real = path.resolve()
        try:
            if path.is_dir():
                yield from self._folder(path, shared)
            elif path.suffix.lower() in (".csv", ".tsv"):
                rows = csv_rows(documents.read(path, _MOST_BYTES, _TOO_LARGE), name)
                yield from self._expanded(
                    sheets.jobs(rows, self.mistakes), real.parent, self._here(shared, real.parent)
                )
            elif path.suffix.lower() in (".xlsx", ".xlsm"):
                yield from self._workbook(path, name, shared)
            else:
                yield from self._document(path, name, shared, (*chain, real))
        except BadConfig as error:
            if not getattr(error, "mistakes", ()):
                self._tell(
                    Place(file=name), Text(_without(error.en, name), _without(error.zh, name)), kind="syntax"
                )
            self.mistakes += getattr(error, "mistakes", ())

    def _here(self, shared: Shared, base: Path) -> Shared:
        return replace(shared, variables={**shared.variables, "here": str(base)})

    # --- forms ---

    def _document(self, path: Path, name: str, shared: Shared, chain: tuple[Path, ...]) -> Iterator[RawJob]:
        raw, base = documents.read(path, _MOST_BYTES, _TOO_LARGE), path.resolve().parent
        head: dict[str, documents.Entry] = {}
        for entry in documents.entries(raw, name, listed="jobs", passing=True):
            if isinstance(entry, documents.Entry) and entry.name in _HEAD:
                head[entry.name] = entry
        shared = self._shared({key: entry.value for key, entry in head.items()}, self._here(shared, base))
        yield from self._expanded(self._listed(raw, name, included="include" in head), base, shared)
        if "include" in head:
            yield from self._included(head["include"].value, base, shared, chain)

    def _listed(self, raw: bytes, name: str, *, included: bool) -> Iterator[Marked]:
        seen, sound = included, True
        for entry in documents.entries(raw, name, listed="jobs"):
            if isinstance(entry, Mistake):
                sound = False
                self.mistakes.append(entry)
            elif entry.name == "jobs":
                seen = True
                if isinstance(entry.value.value, list):  # an alias: the list is told elsewhere
                    yield from entry.value.value
                elif entry.place != entry.value.place:
                    self._tell(entry.value.place, _NO_LIST, key="jobs")
                else:
                    yield entry.value
            elif entry.name not in (*_HEAD, "$schema"):
                self._tell(entry.place, _unknown_key(entry.name), kind="key", key=entry.name)
        if not seen and sound:
            self._tell(Place(file=name, line=1, column=1), _NO_JOBS, kind="key")

    def _workbook(self, path: Path, name: str, shared: Shared) -> Iterator[RawJob]:
        base = path.resolve().parent
        with contextlib.closing(Workbook(path, name)) as book:
            head: dict[str, Marked] = {}
            for sheet in book.sheets:
                if sheet in ("defaults", "variables"):
                    found = sheets.pairs(book.rows(sheet), self.mistakes, free=sheet == "variables")
                    head |= {sheet: found} if found else {}
            tables = [sheet for sheet in book.sheets if sheet not in ("defaults", "variables")]
            shared = self._shared(head, self._here(shared, base))
            if tables:
                rows = book.rows("jobs" if "jobs" in tables else tables[0])
                yield from self._expanded(sheets.jobs(rows, self.mistakes), base, shared)

    def _folder(self, folder: Path, shared: Shared) -> Iterator[RawJob]:
        common = folder / folders.DEFAULTS
        shared = self._here(shared, folder.resolve())
        if common.is_file():
            said = self._entries(common)
            for name, value in said.items():
                if name not in _HEAD:
                    self._tell(value.place, _unknown_key(name), kind="key", key=name)
            shared = self._shared(said, shared)
        for own in folders.jobs(folder):
            said = self._entries(own / folders.OWN) if (own / folders.OWN).is_file() else {}
            tree = folders.told(own, self.mistakes)
            place = Place(file=str(own / folders.OWN), line=1, column=1)
            tree = Marked(said, place, {key: value.place for key, value in said.items()}).over(tree)
            if not {"endpoint", "deck", "storyboard"} & {*tree.value} and not said and len(tree.value) == 2:
                continue  # a folder of anything else
            yield from self._expanded(iter([tree]), own.resolve(), self._here(shared, own.resolve()))

    def _entries(self, path: Path) -> dict[str, Marked]:
        found = {}
        for entry in documents.entries(documents.read(path, _MOST_BYTES, _TOO_LARGE), str(path), listed=""):
            if isinstance(entry, Mistake):
                self.mistakes.append(entry)
            else:
                found[entry.name] = entry.value
        return found

    # --- what holds for all jobs ---

    def _shared(self, head: Mapping[str, Marked], outer: Shared) -> Shared:
        variables = templates.values(head.get("variables"), outer.variables, self.mistakes)
        defaults = head.get("defaults")
        if defaults is not None and not isinstance(defaults.value, dict):
            self._tell(defaults.place, _NO_DEFAULTS, key="defaults")
            defaults = None
        for key in _FOR_EACH:
            if key in head:
                defaults = defaults or Marked({}, head[key].place)
                defaults = defaults if key in defaults.value else defaults.having(key, head[key])
        if outer.defaults is not None:
            defaults = outer.defaults if defaults is None else defaults.over(outer.defaults)
        return Shared(defaults=defaults, variables=variables)

    def _included(
        self, told: Marked, base: Path, shared: Shared, chain: tuple[Path, ...]
    ) -> Iterator[RawJob]:
        for name in templates.files_of(told, base, self.mistakes, kind="include", key="include"):
            path = base / name
            if path.resolve() in chain or len(chain) > _MOST_DEPTH:
                self._tell(told.place, _CIRCLE.naming(name), kind="include", key="include")
                continue
            yield from self._file(path, str(path), shared, chain)

    def _expanded(self, trees: Iterator[Marked], base: Path, shared: Shared) -> Iterator[RawJob]:
        for tree in trees:
            if not isinstance(tree.value, dict):
                self._tell(tree.place, _NO_JOB)
                continue
            whole = tree if shared.defaults is None else tree.over(shared.defaults)
            each = whole.value.get("each")
            if each is None:
                yield self._one(whole, base, shared.variables)
                continue
            whole = whole.without("each")
            for name in templates.files_of(each, base, self.mistakes):
                yield self._one(whole, base, {**shared.variables, **templates.about_file(name)})

    def _one(self, tree: Marked, base: Path, variables: Mapping[str, Any]) -> RawJob:
        found: list[Mistake] = []
        known = templates.values(tree.value.get("variables"), variables, found)
        tree = tree.without("variables")
        if "id" in tree.value:
            named = templates.filled(tree.value["id"], known, found)
            known["id"] = named.value
            tree = tree.having("id", named)
        filled = templates.filled(tree, known, found)
        return RawJob(tree=filled, base=base, mistakes=tuple(dict.fromkeys(found)))

    def _tell(self, place: Place, message: Text, *, kind: str = "value", key: str = "") -> None:
        self.mistakes.append(Mistake(place=place, message=message, kind=kind, key=key))


def _without(said: str, name: str) -> str:
    return said.removeprefix(name).lstrip(":： ")


def _unknown_key(name: str) -> Text:
    near = next(iter(difflib.get_close_matches(name, ManifestTable.model_fields, n=1)), None)
    return Text(
        "unknown key"
        + (f"; did you mean {near}?" if near else f" (there are: {', '.join(ManifestTable.model_fields)})"),
        "未知的键" + (f"；是否指 {near}？" if near else f"（可用：{'、'.join(ManifestTable.model_fields)}）"),
    )


_NO_JOB: Final = Text("a job must be a mapping (key: value)", "任务须为映射（键: 值）")
_NO_LIST: Final = Text("must be a list of jobs", "须为任务列表")
_NO_JOBS: Final = Text(
    "no jobs: a manifest has jobs, or includes files that have", "没有 jobs：清单须含 jobs，或以 include 引入"
)
_NO_DEFAULTS: Final = Text("must be a mapping of what all jobs share", "须为所有任务共用的映射")
_CIRCLE: Final = Text("… includes itself, or too deep", "… 循环引入，或层数过多")
