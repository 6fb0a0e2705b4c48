"""What pydantic finds in a job, said in the words of this project, with the place of each: nothing of its own text."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from mediaprep.batch.manifest_tables import CaptionsTable, FinishTable, JobTable, LogoTable
from mediaprep.model.findings import Text
from mediaprep.model.marked import Marked, Mistake

_TABLES: Final[Mapping[str, type[BaseModel]]] = {
    "finish": FinishTable, "captions": CaptionsTable, "logo": LogoTable,
}  # fmt: skip
_LONGEST: Final = 60

_PROBLEMS: Final[Mapping[str, Text]] = {
    "told": Text("{en}", "{zh}"),
    "missing": Text("is missing", "缺少该项"),
    "string_type": Text(
        "{input}: must be a text; put numbers in quotes", "{input}：须为字符串；数字请加引号"
    ),
    "list_type": Text("{input}: must be a list", "{input}：须为列表"),
    "dict_type": Text("{input}: must be a mapping (key: value)", "{input}：须为映射（键: 值）"),
    "model_type": Text("{input}: must be a mapping (key: value)", "{input}：须为映射（键: 值）"),
    "bool_type": Text("{input}: must be true or false", "{input}：须为 true 或 false"),
    "float_type": Text("{input}: must be a number", "{input}：须为数字"),
    "int_type": Text("{input}: must be a whole number", "{input}：须为整数"),
    "literal_error": Text("{input}: must be one of {choices}", "{input}：可用：{choices}"),
    "greater_than_equal": Text("{input}: must be at least {ge}", "{input}：须不小于 {ge}"),
    "less_than_equal": Text("{input}: must be at most {le}", "{input}：须不大于 {le}"),
    "too_short": Text("must have at least {min_length}", "至少 {min_length} 项"),
    "string_too_short": Text("must have at least {min_length} character", "至少 {min_length} 个字符"),
}
_ELSE: Final = Text("{input}: cannot be read here", "{input}：此处无法识别")


def mistakes(tree: Marked, error: ValidationError, job: str) -> Iterator[Mistake]:
    """Every one, at its place in `tree`. What is missing because it is misspelt is told once."""
    found = error.errors(include_url=False)
    misspelt = {(*one["loc"][:-1], near) for one in found if (near := _near(one))}
    for one in found:
        place = tuple(one["loc"])
        if one["type"] == "missing" and place in misspelt:
            continue
        if (
            one["type"] == "told" and not place and misspelt
        ):  # what a job is made of, of which a key is misspelt
            continue
        yield _mistake(tree, one, job)


def _mistake(tree: Marked, error: Mapping[str, Any], job: str) -> Mistake:
    steps: Sequence[str | int] = error["loc"]
    key = ".".join(str(step) for step in steps)
    if error["type"] == "extra_forbidden":
        near = _near(error)
        return Mistake(
            place=tree.find(steps, key=True), job=job, key=key, kind="key",
            message=Text(
                "unknown key" + (f"; did you mean {near}?" if near else ""),
                "未知的键" + (f"；是否指 {near}？" if near else ""),
            ),
        )  # fmt: skip
    words = _PROBLEMS.get(error["type"], _ELSE)
    given: Mapping[str, Any] = error.get("ctx") or {}
    choices = re.findall(r"'([^']*)'", str(given.get("expected", "")))
    filled = {**given, "input": _shown(error.get("input")), "choices": ", ".join(choices)}
    close = difflib.get_close_matches(str(error.get("input")), choices, n=1)
    hint = (f"; did you mean {close[0]}?", f"；是否指 {close[0]}？") if close else ("", "")
    kind = "missing" if error["type"] == "missing" else "id" if key == "id" else "value"
    return Mistake(
        place=tree.find(steps), job=job, key=key, kind=kind,
        message=Text(words.en.format(**filled) + hint[0], words.zh.format(**filled) + hint[1]),
    )  # fmt: skip


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _near(error: Mapping[str, Any]) -> str | None:
    """The key that an unknown one looks like."""
    if error["type"] != "extra_forbidden":
        return None
    above = next((part for part in error["loc"][-2::-1] if part in _TABLES), "")
    names = list(_TABLES.get(str(above), JobTable).model_fields)
    return next(iter(difflib.get_close_matches(str(error["loc"][-1]), names, n=1)), None)
