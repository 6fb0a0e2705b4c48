"""`mediaprep deck notes STORY.yaml -o COPY`"""

from __future__ import annotations

from pathlib import Path

import click

from mediaprep.batch import storyboard as boards
from mediaprep.cli import printing
from mediaprep.cli.language import tell
from mediaprep.cli.options import lang_option, overwrite_option
from mediaprep.verbs.decks.deck_script import write_notes
from mediaprep.verbs.finishing import output_claims


@click.command(
    "notes",
    help=tell(
        "Write a storyboard's scripts back into the notes of a copy of its deck (pptx or pdf).",
        "把分镜中的文案写回文稿副本的备注（pptx 或 pdf）。",
    ),
)
@click.argument("story_file", metavar="STORY.yaml", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="COPY",
    help=tell("The copy; the original stays as it is.", "副本文件；原文稿不变。"),
)
@overwrite_option
@lang_option
def command(story_file: Path, output: Path, overwrite: bool) -> int:
    """The copy is proved by reading it again."""
    story = boards.read(story_file)
    output_claims.claim([output], reads=[story_file, story.deck], overwrite=overwrite)
    count = write_notes(story, output)
    printing.line(
        tell(
            f"{output}: notes on {count} of {len(story.pages)} pages",
            f"{output}：{len(story.pages)} 页中 {count} 页有备注",
        )
    )
    return 0
