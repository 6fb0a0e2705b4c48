"""What was typed wrongly, in Chinese: click speaks English only."""

from __future__ import annotations

import re
from typing import Final

import click

_MISSING: Final = {"argument": "参数", "option": "选项"}
# the beginnings and ends of click's own sentences → ours; what is not among them is said as it is
_SENTENCES: Final = (
    (r"(?P<a>.+) is not one of (?P<b>.+)\.", "{a} 无效，可选：{b}"),
    (r"(?P<a>'.*') is not a valid (?:float|float range)\.", "{a} 不是数字"),
    (r"(?P<a>'.*') is not a valid (?:integer|integer range)\.", "{a} 不是整数"),
    (r"(?P<a>'.*') is not a valid (?P<b>\w+)\.", "{a} 不是有效的 {b}"),
    (r"(?P<a>.+) is not in the range (?P<b>.+)\.", "{a} 不在范围 {b} 之内"),
    (r"(?:File|Path|Directory) (?P<a>'.*') does not exist\.", "{a} 不存在"),
    (r"(?:File|Path|Directory) (?P<a>'.*') is a directory\.", "{a} 是目录"),
    (r"(?:File|Path|Directory) (?P<a>'.*') is a file\.", "{a} 是文件，不是目录"),
    (r"(?:File|Path|Directory) (?P<a>'.*') is not readable\.", "{a} 无法读取"),
    (r"No such option:? '?(?P<a>[^' ]+?)'?\.?(?: .*)?", "没有选项 {a}"),
    (r"No such command (?P<a>'.*?')\.(?: .*)?", "没有命令 {a}"),
    (r"Missing command\.", "请给出命令"),
    (r"Option (?P<a>'.*') requires (?:an argument|\d+ arguments)\.", "选项 {a} 需要一个值"),
    (r"Option (?P<a>'.*') does not take a value\.", "选项 {a} 不接受值"),
    (r"Argument (?P<a>'.*') takes (?P<b>\d+) values\.", "参数 {a} 需要 {b} 个值"),
    (r"Got unexpected extra arguments? \((?P<a>.*)\)", "多余的参数：{a}"),
)


def in_chinese(error: click.ClickException) -> str:
    """The error as one line: what is wrong and where it stands."""
    if isinstance(error, click.MissingParameter):
        what = _MISSING.get(error.param.param_type_name if error.param else "", "参数")
        return f"缺少{what} {_hint(error)}".rstrip()
    said = error.message
    for pattern, ours in _SENTENCES:
        found = re.fullmatch(pattern, said, flags=re.DOTALL)
        if found:
            said = ours.format(**found.groupdict())
            break
    if isinstance(error, click.NoSuchOption) and error.possibilities:
        said += f"；是否为 {'、'.join(sorted(error.possibilities))}？"
    where = _hint(error) if isinstance(error, click.BadParameter) else ""
    return f"{where}：{said}" if where else said


def _hint(error: click.BadParameter) -> str:
    hint = error.param_hint
    if hint is None and error.param is not None and error.ctx is not None:
        hint = error.param.get_error_hint(error.ctx)
    return hint if isinstance(hint, str) else " / ".join(hint or ())
