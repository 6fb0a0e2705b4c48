"""What several label verbs take, and how a label is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from mediaprep.cli.language import LANG, tell
from mediaprep.cli.options import Command
from mediaprep.model.labels import FIELDS, MEANINGS, AigcLabel
from mediaprep.report.escaping import shown

_FILE = click.Path(path_type=Path, dir_okay=False)


def files_argument(command: Command) -> Command:
    """FILE…"""
    return click.argument("files", nargs=-1, required=True, type=_FILE, metavar=tell("FILE…", "文件…"))(
        command
    )


def key_option(command: Command) -> Command:
    """--key FILE"""
    return click.option(
        "--key",
        "key_file",
        type=_FILE,
        metavar=tell("FILE", "文件"),
        help=tell(
            "File that holds your key (else MEDIAPREP_LABEL_KEY_FILE, or the key itself in MEDIAPREP_LABEL_KEY).",
            "密钥文件（否则取 MEDIAPREP_LABEL_KEY_FILE，或 MEDIAPREP_LABEL_KEY 中的密钥）。",
        ),
    )(command)


def format_option(command: Command) -> Command:
    """--format"""
    return click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")(command)


def label_lines(label: AigcLabel) -> Iterator[str]:
    """A label for people: its fields, or its beginning where it cannot be read."""
    fields = label.fields
    if fields is None:
        yield f"  {shown(label.text, 200)}"
        return
    for name in (*FIELDS, *(other for other in fields if other not in FIELDS)):
        if name in fields:
            meaning = MEANINGS.get(fields[name]) if name == "Label" else None
            told = f"  ({meaning.say(LANG)})" if meaning else ""
            yield f"  {shown(name, 60)}: {shown(fields[name], 200)}{told}"


def label_entry(label: AigcLabel | None) -> dict[str, object]:
    """A label for programs."""
    return {
        "label": None if label is None else label.text,
        "fields": None if label is None or label.fields is None else dict(label.fields),
    }
