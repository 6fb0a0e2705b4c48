"""A command line that cannot be understood, told in two lines: what is wrong with it, and where help is."""

from __future__ import annotations

import re

import click

# what click says → the same in Chinese, with the names and values it holds
_CHINESE = tuple(
    (re.compile(pattern), said)
    for pattern, said in (
        (r"No such option:? '?([^' ]+?)'?\.", r"没有选项 \1"),
        (r"No such command '(.+?)'\.", r"没有命令 \1"),
        (r"\(?Did you mean (?:one of: )?(.+?)\?\)?$", r"（是否想用 \1）"),
        (r"\(Possible options: (.+?)\)", r"（相近的有 \1）"),
        (r"Missing argument '?(.+?)'?\.", r"缺少参数 \1"),
        (r"Missing (?:option|parameter):? '?(.+?)'?\.", r"缺少选项 \1"),
        (r"Missing command\.", "缺少命令"),
        (r"Invalid value for (.+?): ", r"\1 的值无效："),
        (r"Invalid value: ", "值无效："),
        (r"('[^']*') is not one of (.+?)\.$", r"\1 不在可选之列：\2"),
        (r"('[^']*') is not a valid (?:integer|float)(?: range)?\.", r"\1 不是数字"),
        (r"(\S+) is not in the range (.+?)\.$", r"\1 不在范围 \2 之内"),
        (r"(?:File|Path|Directory) ('.*?') does not exist\.", r"\1 不存在"),
        (r"(?:File|Path|Directory) ('.*?') is a directory\.", r"\1 是目录，请给出文件"),
        (r"(?:File|Path|Directory) ('.*?') is a file\.", r"\1 是文件，请给出目录"),
        (r"(?:File|Path|Directory) ('.*?') is not (?:readable|writable)\.", r"\1 无法读写"),
        (r"Option '(.+?)' requires (?:an argument|\d+ arguments)\.", r"选项 \1 缺少取值"),
        (r"Option '(.+?)' does not take a value\.", r"选项 \1 不带取值"),
        (r"Got unexpected extra arguments? \((.*)\)", r"多余的参数：\1"),
    )
)


def told(error: click.ClickException, lang: str) -> str:
    """`mediaprep: what is wrong`, and the command that explains it on a second line."""
    message = " ".join(error.format_message().split())
    if lang.startswith("zh"):
        for pattern, said in _CHINESE:
            message = pattern.sub(said, message)
    context = error.ctx if isinstance(error, click.UsageError) else None
    line = f"mediaprep: {message}"
    return f"{line}\n{context.command_path} --help" if context is not None else line
