"""`${name}` in the texts of a manifest, and `each: footage/*.mp4`, which makes one job of every file."""

from __future__ import annotations

import difflib
import glob
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from mediaprep.model.findings import Text
from mediaprep.model.marked import Marked, Mistake

_NAMED: Final = re.compile(r"\$?\$\{([^{}\n]*)\}")
_MOST_FILES: Final = 100_000
_SCALARS: Final = (str, int, float, bool)


def filled(tree: Marked, variables: Mapping[str, Any], mistakes: list[Mistake]) -> Marked:
    """`tree` with the values of variables in its texts; a text that is nothing but one keeps its value's kind. `$${`
    stands for `${`. A name that is none is a mistake."""
    value = tree.value
    if isinstance(value, dict):
        made = {name: filled(inner, variables, mistakes) for name, inner in value.items()}
        return Marked(made, tree.place, tree.keys)
    if isinstance(value, list):
        return Marked([filled(inner, variables, mistakes) for inner in value], tree.place)
    if not isinstance(value, str) or "${" not in value:
        return tree

    def said(found: re.Match[str]) -> str:
        if found[0].startswith("$$"):
            return found[0][1:]
        name = found[1].strip()
        if name not in variables:
            mistakes.append(Mistake(place=tree.place, message=_unknown(name, variables), kind="variable"))
            return found[0]
        return str(variables[name])

    whole = _NAMED.fullmatch(value)
    if whole and not value.startswith("$$") and whole[1].strip() in variables:
        return Marked(variables[whole[1].strip()], tree.place)
    return Marked(_NAMED.sub(said, value), tree.place)


def values(told: Marked | None, known: Mapping[str, Any], mistakes: list[Mistake]) -> dict[str, Any]:
    """`known` variables and those that are told, each of which may name one before it."""
    made = dict(known)
    if told is None:
        return made
    if not isinstance(told.value, dict):
        mistakes.append(Mistake(place=told.place, message=_NO_VARIABLES, key="variables"))
    for name, inner in told.entries():
        value = filled(inner, made, mistakes).value
        if isinstance(value, _SCALARS):
            made[name] = value
        else:
            mistakes.append(
                Mistake(place=inner.place, message=_NO_SCALAR, key=f"variables.{name}", kind="variable")
            )
    return made


def files_of(
    told: Marked, base: Path, mistakes: list[Mistake], *, kind: str = "glob", key: str = "each"
) -> Iterator[str]:
    """The files that one or more names or patterns find, as seen from `base`, in their order and each once."""
    listed = told.value if isinstance(told.value, list) else [told]
    seen: set[str] = set()
    for one in listed:
        if not isinstance(one.value, str) or not one.value:
            mistakes.append(Mistake(place=one.place, message=_NO_NAME, key=key))
            continue
        found = sorted(_found(one.value, base))
        if not found:
            mistakes.append(Mistake(place=one.place, message=_nothing(one.value, base), key=key, kind=kind))
        yield from (name for name in found if name not in seen)
        seen.update(found)


def about_file(name: str) -> dict[str, str]:
    """What a job of `each` may say of its file."""
    path = Path(name)
    return {"file": path.as_posix(), "name": path.name, "stem": path.stem, "folder": path.parent.name}


def _found(pattern: str, base: Path) -> list[str]:
    if not glob.has_magic(pattern):
        return [pattern] if (base / pattern).is_file() else []
    names = glob.iglob(pattern, root_dir=base, recursive=True)  # noqa: PTH207  (links are followed as in a shell)
    return [name for _, name in zip(range(_MOST_FILES), names, strict=False) if (base / name).is_file()]


def _nothing(pattern: str, base: Path) -> Text:
    if glob.has_magic(pattern):
        return Text(
            f"{pattern}: matches no file (looked in {base})", f"{pattern}：没有匹配的文件（于 {base} 查找）"
        )
    near = difflib.get_close_matches(Path(pattern).name, _names((base / pattern).parent), n=1)
    hint = (f"; did you mean {near[0]}?", f"；是否指 {near[0]}？") if near else ("", "")
    return Text(
        f"{pattern}: no such file (looked in {base}){hint[0]}",
        f"{pattern}：文件不存在（于 {base} 查找）{hint[1]}",
    )


def _names(folder: Path) -> list[str]:
    try:
        return [path.name for path in folder.iterdir()]
    except OSError:
        return []


def _unknown(name: str, variables: Mapping[str, Any]) -> Text:
    near = difflib.get_close_matches(name, variables, n=1)
    known = ", ".join(variables)
    hint = f"; did you mean ${{{near[0]}}}?" if near else f"; there are: {known}"
    hint_zh = f"；是否指 ${{{near[0]}}}？" if near else f"；可用：{known}"
    return Text(
        f"no variable ${{{name}}}{hint} ($${{ writes ${{ itself)",
        f"没有变量 ${{{name}}}{hint_zh}（$${{ 表示 ${{ 本身）",
    )


_NO_VARIABLES: Final = Text("must be a mapping (name: value)", "须为映射（名称: 值）")
_NO_SCALAR: Final = Text("a variable is a text, a number, true or false", "变量须为文本、数字或 true/false")
_NO_NAME: Final = Text(
    "must be a file's name or a pattern such as footage/*.mp4", "须为文件名或 footage/*.mp4 这样的模式"
)
