"""A sound as a result: its mark, to be heard, and its label; what stands beside it is timed anew. Nothing is paid."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from mediaprep.errors import ToolFailed
from mediaprep.media.captions import subtitle_files
from mediaprep.media.ffmpeg import Binary
from mediaprep.media.files import atomic
from mediaprep.media.labels import carrying, tags
from mediaprep.media.sound import heard_mark
from mediaprep.model.finishing.wishes import Finishing
from mediaprep.verbs.finishing import labelling
from mediaprep.verbs.finishing.labelling import Labelling

_TICKS: Final = 10_000_000  # of a second, in a tts task's timestamps
_TIMES: Final = frozenset({"StartTimestamp", "EndTimestamp"})


def write(
    result: Path, output: Path, wish: Finishing, *, usual: Labelling, binary: Binary
) -> tuple[Path, ...]:
    """Write the sound at `result` to `output` with its mark, label or both, and what came beside it in its new time;
    the files beside it. Raises BadAsset, BadConfig, ToolFailed."""
    order, lead = labelling.order(wish, usual), 0.0
    if wish.mark_wish is not None and wish.marks:
        lead = heard_mark.with_mark(result, output, binary=binary, clip=wish.mark_wish.clip, order=order)
    else:
        _labelled(carrying.Carried(tags=tags.read(result), main=result, order=order), output, binary)
    return tuple(_beside(result, output, lead))


def _labelled(carried: carrying.Carried, output: Path, binary: Binary) -> None:
    with atomic.landing(output) as part:
        atomic.copy(carried.main, part)
        label = carrying.settle(carried, part, binary=binary)
        if not all(check.held for check in carrying.checks(part, label)):
            raise ToolFailed(f"{output.name}: could not be labelled", f"{output.name}：无法写入标识")


def _beside(result: Path, output: Path, lead: float) -> list[Path]:
    written = []
    if (captions := result.with_suffix(".srt")).is_file():
        shift = round(lead * 1000)
        cues = [
            replace(cue, start_ms=cue.start_ms + shift, end_ms=cue.end_ms + shift)
            for cue in subtitle_files.read(captions)
        ]
        written.append(_text(output.with_suffix(".srt"), subtitle_files.text_of(cues, "srt")))
    if (stamps := result.with_suffix(".timestamps.json")).is_file():
        told = _later(json.loads(stamps.read_text("utf-8")), round(lead * _TICKS))
        written.append(_text(output.with_suffix(".timestamps.json"), json.dumps(told, ensure_ascii=False)))
    return written


def _later(told: Any, ticks: int) -> Any:
    if isinstance(told, list):
        return [_later(one, ticks) for one in told]
    if not isinstance(told, dict):
        return told
    return {
        name: value + ticks if name in _TIMES and isinstance(value, int) else _later(value, ticks)
        for name, value in told.items()
    }


def _text(target: Path, text: str) -> Path:
    with atomic.landing(target) as part:
        part.write_text(text, encoding="utf-8")
    return target
