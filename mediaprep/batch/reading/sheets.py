"""Manifests as tables, one job a row: the first row names the keys (`request.SpeechParam.Speed`, `finish.captions`),
and a cell is read as the key wants it: a voice called 1001 stays a text, a speed becomes a number."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Iterator, Mapping
from typing import Any, Final

from mediaprep.batch.manifest_tables import JobTable
from mediaprep.contract.endpoints import ENDPOINTS
from mediaprep.contract.paths import bare, leaf
from mediaprep.errors import BadConfig
from mediaprep.media.files import documents
from mediaprep.media.files.workbooks import Cells
from mediaprep.model.findings import Text
from mediaprep.model.finishing.wishes import OPTIONS
from mediaprep.model.marked import Marked, Mistake

_YES: Final = frozenset({"true", "yes", "1", "是", "1.0"})
_NO: Final = frozenset({"false", "no", "0", "否", "0.0"})
_FREE: Final = "variables."


@functools.cache
def columns() -> Mapping[str, str]:
    """Every key that a column may have, with what a cell of it is: string, int, float, bool or any."""
    found = dict.fromkeys((name for name in JobTable.model_fields if name not in _TABLES), "string")
    found |= {"silence": "float"}
    for row in OPTIONS:
        kind = "bool" if row.kind is bool else "float" if row.kind is float else "string"
        found[f"finish.{row.name}"] = "any" if row.many else kind
    for endpoint in ENDPOINTS.values():
        for slot in endpoint.slots if endpoint.kind == "submit" else ():
            kind = "any" if slot.array or slot.items else slot.json_type
            found.setdefault(f"request.{bare(slot.path)}" if "[" not in slot.path else "", kind)
    found.pop("", None)
    return found


_TABLES: Final = frozenset({"request", "finish", "variables"})


class SheetReader:
    """Rows under their header. What is wrong is added to `mistakes`; a column that means nothing is told once."""

    def __init__(self, header: Cells, mistakes: list[Mistake]) -> None:
        self._mistakes = mistakes
        self._keys: list[str | None] = []
        for cell in header:
            self._keys.append(self._key(cell) if cell is not None else None)

    def _key(self, cell: Marked) -> str | None:
        name = str(cell.value).strip()
        if name in self._keys:
            self._mistakes.append(Mistake(place=cell.place, message=_TWICE.naming(name), kind="key"))
            return None
        if name in columns() or (name.startswith(_FREE) and len(name) > len(_FREE)):
            return name
        self._mistakes.append(Mistake(place=cell.place, message=_unknown(name), kind="key"))
        return None

    def job(self, row: Cells) -> Marked:
        """The job that a row says, as a manifest in YAML would."""
        place = next(cell.place for cell in row if cell is not None)
        made = Marked({}, place)
        for number, cell in enumerate(row):
            key = self._keys[number] if number < len(self._keys) else ""
            if cell is None or key is None:
                continue
            if not key:
                self._mistakes.append(Mistake(place=cell.place, message=_NO_HEADER, kind="key"))
                continue
            made = _put(made, key.split("."), typed(key, cell, self._mistakes))
        return made


def typed(key: str, cell: Marked, mistakes: list[Mistake]) -> Marked:
    """A cell as its column wants it."""
    kind, value = columns().get(key, "any"), cell.value
    try:
        return _marked(_TYPED[kind](value), cell)
    except (ValueError, TypeError):
        told = Text(f"{value!r}: {_WANTED[kind].en}", f"{value!r}：{_WANTED[kind].zh}")
        mistakes.append(Mistake(place=cell.place, message=told, key=key))
        return Marked(None, cell.place)


def _marked(value: Any, cell: Marked) -> Marked:
    """A value whose every part stands in one cell."""
    if isinstance(value, dict):
        keys = dict.fromkeys(map(str, value), cell.place)
        return Marked({str(name): _marked(inner, cell) for name, inner in value.items()}, cell.place, keys)
    if isinstance(value, list):
        return Marked([_marked(inner, cell) for inner in value], cell.place)
    return Marked(value, cell.place)


def _put(tree: Marked, steps: list[str], value: Marked) -> Marked:
    name, rest = steps[0], steps[1:]
    if rest:
        inner = tree.value.get(name)
        below = inner if inner is not None and isinstance(inner.value, dict) else Marked({}, value.place)
        value = _put(below, rest, value)
    return tree.having(name, value)


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    told = str(value)
    return _any(told) if told.strip().startswith("{") else told


def _any(value: Any) -> Any:
    told = value.strip() if isinstance(value, str) else ""
    if not told.startswith(("{", "[")):
        return value
    try:
        return documents.parse(told, "")
    except BadConfig:
        raise ValueError(told) from None


def _number(value: Any) -> float:
    if isinstance(value, bool):
        raise ValueError(value)
    return float(value)


def _whole(value: Any) -> int:
    number = _number(value)
    if not number.is_integer():
        raise ValueError(value)
    return int(number)


def _switch(value: Any) -> bool:
    told = str(value).strip().lower()
    if told not in _YES | _NO:
        raise ValueError(value)
    return told in _YES


def _variable(call: Any) -> Any:
    """A cell may hold `${name}`, whatever its column wants."""
    return lambda value: value if isinstance(value, str) and value.lstrip().startswith("${") else call(value)


_TYPED: Final = {
    "string": _text, "any": _any, "float": _variable(_number), "int": _variable(_whole), "bool": _variable(_switch),
}  # fmt: skip
_WANTED: Final = {
    "string": Text("must be a text", "须为文本"),
    "any": Text("not YAML: close its brackets", "不是有效的 YAML：请闭合括号"),
    "float": Text("must be a number", "须为数字"),
    "int": Text("must be a whole number", "须为整数"),
    "bool": Text("must be true or false", "须为 true 或 false（是/否）"),
}
_TWICE: Final = Text("two columns are called …: keep one of the two", "有两列都叫 …：请只保留一列")
_NO_HEADER: Final = Text("its column has no name in the first row", "该列首行没有列名")


def _unknown(name: str) -> Text:
    near = next(iter(difflib.get_close_matches(name, columns(), n=1, cutoff=0.75)), None)
    if near is None:
        leaves = {leaf(key).lower(): key for key in reversed([*columns()])}
        close = difflib.get_close_matches(leaf(name).lower(), leaves, n=1, cutoff=0.75)
        near = leaves[close[0]] if close else None
    hint = (
        f"; did you mean {near}?"
        if near
        else " (such as id, endpoint, output, request.…, finish.…, variables.…)"
    )
    hint_zh = (
        f"；是否指 {near}？" if near else "（如 id、endpoint、output、request.…、finish.…、variables.…）"
    )
    return Text(f"no key of a job is called {name}{hint}", f"任务没有名为 {name} 的键{hint_zh}")


def jobs(rows: Iterator[Cells], mistakes: list[Mistake]) -> Iterator[Marked]:
    """The jobs of a table."""
    header = next(rows, None)
    if header is None:
        return
    reader = SheetReader(header, mistakes)
    for row in rows:
        yield reader.job(row)


def pairs(rows: Iterator[Cells], mistakes: list[Mistake], *, free: bool) -> Marked | None:
    """A table of two columns, key and value, as a mapping. `free`: the keys are names of variables."""
    made: Marked | None = None
    for row in rows:
        cells = [*row, None, None][:2]
        if cells[0] is None or cells[1] is None:
            continue
        name = str(cells[0].value).strip()
        if not free and name not in columns():
            mistakes.append(Mistake(place=cells[0].place, message=_unknown(name), kind="key"))
            continue
        made = made or Marked({}, cells[0].place)
        made = _put(made, [name] if free else name.split("."), typed(name, cells[1], mistakes))
    return made
