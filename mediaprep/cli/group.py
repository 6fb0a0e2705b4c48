"""A group of verbs whose modules are imported only when they are called, so that --help stays instant."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Mapping
from typing import Any

import click

from mediaprep.cli.language import tell


class Verbs(click.Group):
    """`verbs` (name → what it does, in the order of the work); `homes` tells each one's module, which has its
    `command`."""

    def __init__(
        self, *arguments: Any, homes: Mapping[str, str], verbs: Mapping[str, str], **options: Any
    ) -> None:
        super().__init__(*arguments, **options)
        self.homes = homes
        self.verbs = verbs

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.verbs)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.verbs:
            return None
        module = importlib.import_module(self.homes[cmd_name])
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does; a verb that there is not is told with those that are spelt like it."""
        name = args[0]
        if name not in self.verbs and not name.startswith("-"):
            alike = ", ".join(map(repr, difflib.get_close_matches(name, self.verbs, n=3)))
            raise click.UsageError(
                f"No such command {name!r}." + (f" (Did you mean {alike}?)" if alike else ""), ctx
            )
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section(tell("Verbs", "命令")):
            formatter.write_dl(list(self.verbs.items()))
