"""`--help` in the reader's language: what click itself says of usage, options and defaults."""

from __future__ import annotations

import re
from typing import Any, Final

import click

_SECTIONS: Final = {"Options": "选项", "Commands": "命令", "Positional arguments": "参数"}
_USAGE: Final = (
    ("[OPTIONS]", "[选项]"), ("[COMMAND]", "[命令]"), ("COMMAND", "命令"), ("[ARGS]...", "[参数]…"), ("...", "…"),
)  # fmt: skip
_ROWS: Final = (
    (re.compile(r"Show this message and exit\."), "显示本帮助。"),
    (re.compile(r"\[default: (.*?)\]"), r"[默认：\1]"),
    (re.compile(r"\[required\]"), "[必填]"),
    (re.compile(r"\[env var: (.*?)\]"), r"[环境变量：\1]"),
)


class ChineseHelp(click.HelpFormatter):
    """click's pages, its own words in Chinese."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        for english, chinese in _USAGE:
            args = args.replace(english, chinese)
        super().write_usage(prog, args, prefix="用法：" if prefix is None else prefix)

    def section(self, name: str) -> Any:
        return super().section(_SECTIONS.get(name, name))

    def write_dl(self, rows: Any, col_max: int = 30, col_spacing: int = 2) -> None:
        super().write_dl([(name, _said(text)) for name, text in rows], col_max, col_spacing)


def _said(text: str) -> str:
    for pattern, chinese in _ROWS:
        text = pattern.sub(chinese, text)
    return text


def speak(lang: str) -> None:
    """Every page of this process's command line from now on."""
    if lang == "zh":
        click.Context.formatter_class = ChineseHelp
