"""Options that several verbs share, and the settings and console they make."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

import click

from mediaprep.cli.language import LANG, tell
from mediaprep.config import Settings
from mediaprep.report.console import Console

Command = Callable[..., Any]
_LOG_FORMAT = "MEDIAPREP_LOG_FORMAT"


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


def _log_format(ctx: click.Context, param: click.Parameter, given: str | None) -> str:
    """What was asked for, else what the surroundings say: JSON lines in a container, unless it has a terminal."""
    wanted = os.environ.get(_LOG_FORMAT, "").strip()
    if given is None and wanted not in ("", "text", "json"):
        raise click.BadParameter(f"{_LOG_FORMAT}={wanted!r}: text, json", ctx, param)
    return given or (wanted if wanted and not sys.stderr.isatty() else "text")


def log_option(command: Command) -> Command:
    return click.option(
        "--log-format",
        type=click.Choice(["text", "json"]),
        callback=_log_format,
        help=tell(
            "How progress is told on stderr (default: MEDIAPREP_LOG_FORMAT where nobody sits at a terminal, else "
            "text).",
            "进度信息的格式（stderr）；非终端时默认取 MEDIAPREP_LOG_FORMAT，否则为 text。",
        ),
    )(command)


def format_option(command: Command) -> Command:
    """--format"""
    return click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")(command)


def overwrite_option(command: Command) -> Command:
    """--overwrite"""
    return click.option(
        "--overwrite",
        is_flag=True,
        help=tell(
            "Replace files that mediaprep did not write, or that were changed since (never an input).",
            "覆盖不是 mediaprep 写出、或写出后被改动的文件（输入文件从不覆盖）。",
        ),
    )(command)


def working_options(command: Command) -> Command:
    """What every verb that works for a while takes."""
    return lang_option(profile_option(log_option(command)))


CONFIG = "mediaprep.config"
"""Where the click context keeps what `--config` named."""


def settings(profile: str | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Flags over environment over settings files over defaults."""
    ctx = click.get_current_context(silent=True)
    file = ctx.meta.get(CONFIG) if ctx is not None else None
    return Settings.load(flags={"profile": profile, "lang": LANG}, environ=environ, file=file)


def console(log_format: str) -> Console:
    return Console(log_format)
