"""Options that several verbs share, and the settings and console they make."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from mediaprep.cli.language import LANG, tell
from mediaprep.config import Settings
from mediaprep.report.console import Console

Command = Callable[..., Any]


def lang_option(command: Command) -> Command:
    """--lang is read before anything is imported; here it is only accepted."""
    return click.option(
        "--lang",
        type=click.Choice(["en", "zh"]),
        expose_value=False,
        help=tell("Language of all messages.", "消息语言。"),
    )(command)


def profile_option(command: Command) -> Command:
    return click.option(
        "--profile",
        metavar="NAME",
        help=tell("Which service's limits: tencent-cn@2026-04 …", "按哪个服务版本判断：tencent-cn@2026-04 …"),
    )(command)


def log_option(command: Command) -> Command:
    return click.option(
        "--log-format",
        type=click.Choice(["text", "json"]),
        default="text",
        help=tell("How progress is told on stderr.", "进度信息的格式（stderr）。"),
    )(command)


def working_options(command: Command) -> Command:
    """What every verb that works for a while takes."""
    return lang_option(profile_option(log_option(command)))


def settings(profile: str | None = None) -> Settings:
    """Flags over environment over mediaprep.toml over defaults."""
    return Settings.load(flags={"profile": profile, "lang": LANG})


def console(log_format: str) -> Console:
    return Console(log_format)
