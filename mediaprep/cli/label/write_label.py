"""`mediaprep label write FILE… -o OUT`"""

from __future__ import annotations

from pathlib import Path

import click

from mediaprep.cli import printing
from mediaprep.cli.label.label_options import files_argument, key_option, label_lines
from mediaprep.cli.language import tell
from mediaprep.cli.options import lang_option, overwrite_option, settings
from mediaprep.media import ffmpeg
from mediaprep.verbs.finishing.labelling import Labelling, key_of, order_of
from mediaprep.verbs.label import write


@click.command(
    "write",
    help=tell(
        "Write a copy with a label for what has none; streams are copied bit for bit. A label that is there is kept.",
        "为没有标识的文件写出带标识的副本；码流逐位复制。已有标识予以保留。",
    ),
)
@files_argument
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    help=tell("The labelled file; a folder for several.", "输出文件；多个文件时为目录。"),
)
@click.option(
    "--producer",
    metavar=tell("NAME", "名称"),
    help=tell(
        "Who made the content: name or code (else MEDIAPREP_LABEL_PRODUCER).",
        "内容生成者的名称或编码（否则取 MEDIAPREP_LABEL_PRODUCER）。",
    ),
)
@click.option(
    "--id",
    "produce_id",
    metavar="ID",
    help=tell("Its number there (default: a random one).", "生成编号（默认随机）。"),
)
@key_option
@overwrite_option
@lang_option
def command(
    files: tuple[Path, ...],
    output: Path,
    producer: str | None,
    produce_id: str | None,
    key_file: Path | None,
    overwrite: bool,
) -> int:
    """Exit code 1 for a file that cannot be read or has a label already."""
    if len(files) > 1 and not output.is_dir():
        raise click.UsageError(
            tell(
                f"{output} must be a folder: there are {len(files)} files",
                f"共有 {len(files)} 个文件，{output} 须为目录",
            )
        )
    chosen = settings()
    labelling = Labelling(
        producer=producer or chosen.label_producer, produce_id=produce_id, key=key_of(chosen, key_file)
    )
    order_of(labelling)  # what cannot be is told before anything is written
    binary = ffmpeg.find(chosen.ffmpeg)
    for path in files:
        target = output / path.name if output.is_dir() else output
        label = write(path, target, order_of(labelling), binary=binary, overwrite=overwrite)
        printing.line(target)
        for line in label_lines(label):
            printing.line(line)
    return 0
