"""`mediaprep manifest schema`"""

from __future__ import annotations

import click

from mediaprep.batch import manifest_tables
from mediaprep.cli import printing
from mediaprep.cli.language import tell
from mediaprep.cli.options import lang_option


@click.group("manifest", help=tell("What may stand in a manifest of jobs.", "任务清单可写的内容。"))
@lang_option
def command() -> None:
    """Manifests themselves are run by `mediaprep run`."""


@command.command(
    "schema",
    help=tell(
        "Print the JSON Schema of a manifest, for editors and checks of your own.",
        "输出清单的 JSON Schema，供编辑器补全与自行校验。",
    ),
)
@lang_option
def schema() -> int:
    printing.document(manifest_tables.schema())
    return 0
