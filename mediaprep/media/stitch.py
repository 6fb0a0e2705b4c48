"""Whole videos one after the other as one: every picture copied bit for bit where they go together, else encoded.

Pictures keep their number, the sound is joined by samples and encoded once. What was made is decoded to its end and
compared with what it was made of before it gets its name.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mediaprep.errors import ToolFailed
from mediaprep.media import render
from mediaprep.media.containers import packets
from mediaprep.media.containers.h264_parameters import Malformed
from mediaprep.media.ffmpeg import Binary
from mediaprep.media.files import atomic
from mediaprep.media.join import coded_track, soundtrack, write_track
from mediaprep.media.join.write_track import Piece
from mediaprep.media.labels import carrying
from mediaprep.media.prove import prove
from mediaprep.model.findings import Text
from mediaprep.model.finishing.joining import CodedPicture, Unjoinable
from mediaprep.model.finishing.plans import Clip, RenderPlan, why_not_as_coded
from mediaprep.model.finishing.proof import Check, Expectation, broken
from mediaprep.model.finishing.receipts import LabelRecord
from mediaprep.model.labels import AigcLabel

OnProgress = Callable[[float], None]
_MADE = 0.6  # of the whole work; the rest is its proof


@dataclass(frozen=True, kw_only=True)
class Stitched:
    """The one video, what was checked of it, and why its pictures were encoded, if they had to be."""

    path: Path
    checks: tuple[Check, ...]
    why_encoded: Text | None = None
    labels: tuple[LabelRecord, ...] = ()


def stitch(plan: RenderPlan, *, binary: Binary, on_progress: OnProgress | None = None) -> Stitched:
    """Make `plan.output` of the plan's clips, which say what stands where. Raises BadAsset when a clip is damaged,
    ToolFailed when the result does not hold; nothing is left behind then."""
    tell = on_progress or (lambda share: None)
    coded = [coded_track.look(clip.path, plan.canvas.fps) for clip in plan.clips]
    why = _apart(plan, coded)
    if why is None:
        whole = [one for one in coded if isinstance(one, CodedPicture)]
        try:
            with atomic.landing(plan.output) as part:
                atomic.need_space(plan.output.parent, sum(clip.path.stat().st_size for clip in plan.clips))
                _joined(plan, whole, part, binary, tell)
                carried = carrying.of_plan(plan)
                label = carrying.settle(carried, part, binary=binary)
                checks = _proved(plan, part, label, binary)
            tell(1.0)
            labels = carrying.records(carried, plan.output, label)
            return Stitched(path=plan.output, checks=checks, labels=labels)
        except Malformed as error:
            why = Text(f"their packets do not join ({error})", f"数据包无法拼接（{error}）")
    rendered = render.render(plan, binary=binary, on_progress=lambda stage, share: tell(share))
    return Stitched(path=rendered.path, checks=rendered.checks, why_encoded=why, labels=rendered.labels)


def _apart(plan: RenderPlan, coded: Sequence[CodedPicture | Unjoinable]) -> Text | None:
    """Why the clips' packets cannot stand in one track."""
    first = coded[0]
    for clip, one in zip(plan.clips, coded, strict=True):
        if isinstance(one, Unjoinable):
            return one.why
        if (shown := why_not_as_coded(clip.facts)) is not None:
            return Text(f"{clip.path.name} {shown.en}", f"{clip.path.name} {shown.zh}")
        assert isinstance(first, CodedPicture)
        fine = one.even and one.starts_clean and not one.hidden and not one.changes and one.progressive
        if not fine or clip.held_frames or one.frames != clip.frames:
            return Text(f"{clip.path.name} is not cut cleanly", f"{clip.path.name} 的首尾不规整")
        if _form(one) != _form(first):
            return Text(f"{clip.path.name} is coded in another way", f"{clip.path.name} 的编码方式不同")
    return None


def _form(one: CodedPicture) -> tuple[object, ...]:
    return one.width, one.height, one.profile, one.depth, one.chroma, one.nal_length, one.fps


def _joined(
    plan: RenderPlan, coded: Sequence[CodedPicture], part: Path, binary: Binary, tell: OnProgress
) -> None:
    with atomic.workroom() as room:
        sound = soundtrack.encode(
            plan, binary=binary, room=room, on_progress=lambda share: tell(_MADE * 0.8 * share)
        )
        write_track.write(
            part,
            [Piece(path=clip.path, first=0, frames=clip.frames) for clip in plan.clips],
            main=plan.clips[0].path,
            sound=sound,
            fps=plan.canvas.fps,
            reorder=max(one.reorder for one in coded),
        )
    tell(_MADE)


def _proved(plan: RenderPlan, part: Path, label: AigcLabel | None, binary: Binary) -> tuple[Check, ...]:
    """Decoded whole, each clip's picture and sound in its place, and every packet one of theirs. Raises
    ToolFailed."""
    checks = (
        *prove.prove(part, Expectation(canvas=plan.canvas, clips=plan.clips), binary=binary),
        _copied(plan.clips, part),
        *carrying.checks(part, label),
    )
    if failed := broken(checks):
        said, said_zh = ("; ".join(check.say(lang) for check in failed) for lang in ("en", "zh"))
        raise ToolFailed(f"the joined video does not hold: {said}", f"拼接后的视频未通过校验：{said_zh}")
    return checks


def _copied(clips: Sequence[Clip], part: Path) -> Check:
    wanted = list(itertools.chain.from_iterable(packets.packet_hashes(clip.path) for clip in clips))
    found = packets.packet_hashes(part)
    same = sum(there == here for there, here in zip(found, wanted, strict=False))
    return Check(
        name="copied_frames",
        held=same == len(wanted) == len(found),
        measured=same,
        expected=f"{len(wanted)} identical to those of {len(clips)} videos",
        expected_zh=f"{len(wanted)} 帧与 {len(clips)} 个视频完全相同",
    )
