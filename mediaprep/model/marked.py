"""What somebody wrote, with the place of every word: a document's values, where they stand, and what is wrong there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mediaprep.model.findings import Text

Steps = Sequence[str | int]
"""Keys and indices from the outermost mapping inwards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something stands. Lines and columns count from 1 (0: the file as a whole); of a table's row the column is
    the number of its field; in a workbook a `sheet` and a `cell` (C5) are named."""

    file: str
    line: int = 0
    column: int = 0
    sheet: str = ""
    cell: str = ""

    def say(self, lang: str) -> str:
        """As a person finds it: `story.yaml:12:5`."""
        if self.sheet:
            if lang.startswith("zh"):
                return f"{self.file}：工作表 {self.sheet} 第 {self.line} 行 {self.cell}".rstrip()
            return f"{self.file}: sheet {self.sheet}, row {self.line}, {self.cell}".rstrip(", ")
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file

    @property
    def inside(self) -> str:
        """The same without the file: `12:5`, `Sheet1!C5`."""
        if self.sheet:
            return f"{self.sheet}!{self.cell or self.line}"
        return f"{self.line}:{self.column}" if self.line else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """What is wrong at one place. `job` and `key` (finish.loudness) say of what; `kind` names its rule."""

    place: Place
    message: Text
    kind: str = "value"
    job: str = ""
    key: str = ""

    def about(self, lang: str) -> str:
        """Everything but the place."""
        zh = lang.startswith("zh")
        mark = "：" if zh else ": "
        whose = (f"任务 {self.job}" if zh else f"job {self.job}") if self.job else ""
        said = self.message.say(lang)
        if said.startswith(whose):  # of two jobs' files: it names both
            whose = ""
        return mark.join(part for part in (whose, self.key, said) if part)

    def say(self, lang: str) -> str:
        mark = "：" if lang.startswith("zh") else ": "
        return f"{self.place.say(lang)}{mark}{self.about(lang)}"


@dataclass(frozen=True, slots=True)
class Marked:
    """A value with its place: a scalar, a list of such, or a mapping of such, whose keys have places of their own."""

    value: Any
    place: Place
    keys: Mapping[str, Place] = field(default_factory=dict)

    def plain(self) -> Any:
        """The value without places."""
        if isinstance(self.value, dict):
            return {key: inner.plain() for key, inner in self.value.items()}
        if isinstance(self.value, list):
            return [inner.plain() for inner in self.value]
        return self.value

    def entries(self) -> Iterator[tuple[str, Marked]]:
        """Of a mapping; of anything else none."""
        if isinstance(self.value, dict):
            yield from self.value.items()

    def find(self, path: Steps, *, key: bool = False) -> Place:
        """The place of what `path` leads to, or of the last thing on the way that is there; with `key` that of the
        last key rather than of its value. An index into what is no list is passed over: one may stand for a list."""
        here, place = self, self.place
        for number, step in enumerate(path):
            last = key and number == len(path) - 1
            if isinstance(here.value, dict) and step in here.value:
                place = here.keys[str(step)] if last else here.value[step].place
                here = here.value[step]
            elif isinstance(here.value, list) and isinstance(step, int) and step < len(here.value):
                here = here.value[step]
                place = here.place
            elif not isinstance(step, int):
                return self._key_of(path[:number]) or place
        return place

    def _key_of(self, path: Steps) -> Place | None:
        """Where the key stands that holds the mapping in which something is missing."""
        return self.find(path, key=True) if path else None

    def over(self, under: Marked) -> Marked:
        """The same where this and `under` are mappings, filled up with what only `under` has, inner ones likewise."""
        if not isinstance(self.value, dict) or not isinstance(under.value, dict):
            return self
        value = dict(under.value)
        for name, inner in self.value.items():
            value[name] = inner.over(value[name]) if name in value else inner
        return Marked(value, self.place, {**under.keys, **self.keys})

    def having(self, name: str, inner: Marked) -> Marked:
        """A mapping with another value at `name`."""
        keys = {**self.keys, name: self.keys.get(name, inner.place)}
        return Marked({**self.value, name: inner}, self.place, keys)

    def without(self, *names: str) -> Marked:
        """A mapping without some of its keys."""
        return Marked({k: v for k, v in self.value.items() if k not in names}, self.place, self.keys)
