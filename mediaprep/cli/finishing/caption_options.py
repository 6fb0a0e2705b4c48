"""The options of `finish` that say how captions look and where they go."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import click

from mediaprep.cli.language import tell
from mediaprep.model.finishing.captions import BEST, SIDECAR_FORMS, CaptionsAs, CaptionWish, Uttered, uttered

_FILE = click.Path(path_type=Path, dir_okay=False)
_SHOWN = CaptionWish()


def _of(name: str, field: Uttered) -> Callable[..., Any]:
    """The option of one field of the wish. What was not given is None (a flag: False)."""
    about = tell(*field.option.about)
    if field.kind is bool:
        return click.option(field.option.flag, name, is_flag=True, help=about)
    kind = click.Choice(field.choices) if field.choices else float if float in _kinds(field.kind) else str
    return click.option(field.option.flag, name, type=kind, metavar=field.option.value or None, help=about)


def _kinds(kind: Any) -> tuple[Any, ...]:
    """A type, or those of a union."""
    return get_args(kind) or (kind,)


_OPTIONS = (
    click.option(
        "--captions-as",
        "way",
        type=click.Choice([str(way) for way in CaptionsAs]),
        help=tell(
            "Drawn into the picture, a track that players draw, or only files beside the video.",
            "烧录进画面、播放器显示的软字幕轨，或仅外挂文件。",
        ),
    ),
    click.option(
        "--sidecar",
        "sidecars",
        type=click.Choice([*SIDECAR_FORMS, "none"]),
        multiple=True,
        help=tell("A file beside the video; may be repeated (default: srt).", "外挂字幕文件，可重复（默认 srt）。"),
    ),
    click.option(
        "--captions-second",
        "second",
        type=_FILE,
        help=tell(
            "A second language: a subtitle file, or a .txt with a line for each caption or sentence.",
            "第二语言：字幕文件，或每条字幕（句子）一行的 .txt。",
        ),
    ),
    *(_of(name, field) for name, field in uttered().items()),
    click.option(
        "--over-faces",
        is_flag=True,
        help=tell("Do not move captions off faces.", "不为避让人脸而移动字幕。"),
    ),
)  # fmt: skip


def caption_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """All of them, to be taken by the command as keywords."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def wish_of(given: dict[str, Any], fonts: tuple[Path, ...]) -> CaptionWish:
    """The options as a wish; what was not given stays as the wish has it."""
    left = {name: value for name, value in given.items() if value is not None}
    left["off_faces"] = not left.pop("over_faces", False)
    if "way" in left:
        left["way"] = CaptionsAs(left["way"])
    named = left.pop("sidecars", ())
    left["sidecars"] = tuple(form for form in named if form != "none") if named else _SHOWN.sidecars
    return CaptionWish(fonts=fonts, **left)


def implies_captions(given: dict[str, Any]) -> bool:
    """Whether an option was given that has no meaning without captions."""
    return any(value not in (None, (), False) for value in given.values())


def refuse_unused(captions: str | None, script: Path | None) -> None:
    """Raises click.UsageError for a script that a subtitle file would take the place of."""
    if script is not None and captions is not None and captions not in BEST:
        raise click.UsageError(
            tell(
                "--script goes with --captions burn: a subtitle file has its own words",
                "--script 须与 --captions burn 同用：字幕文件自带文字",
            )
        )
