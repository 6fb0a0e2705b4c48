"""A render plan → the finished video: joined with what can be copied, or encoded in one pass.

The result is proved under a part name and gets its own name only when every check holds.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from mediaprep.errors import BadAsset, ToolFailed
from mediaprep.media import ffmpeg, fonts
from mediaprep.media.captions import subtitle_files
from mediaprep.media.compose import chapters, colours, graph, softtrack
from mediaprep.media.containers import packets
from mediaprep.media.ffmpeg import Binary, EncodeProgress
from mediaprep.media.files import atomic
from mediaprep.media.join import join as joining
from mediaprep.media.labels import carrying, manifests
from mediaprep.media.prove import evidence_of_output, prove
from mediaprep.media.prove.glimpses import SeenFrames, Watch
from mediaprep.model.findings import Text
from mediaprep.model.finishing.plans import Clip, RenderPlan, VisibleMark
from mediaprep.model.finishing.proof import Check, Expectation, broken
from mediaprep.model.finishing.receipts import FileMark, LabelRecord
from mediaprep.model.labels import AigcLabel

OnProgress = Callable[[str, float], None]
"""Told the stage (encode, prove) and how much of it is done, 0–1."""

_BITS_A_PIXEL = 0.12  # more than x264 takes at the default quality, to judge disk space


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """The finished file and what was checked of it."""

    path: Path
    checks: tuple[Check, ...]
    plan: RenderPlan  # as it was carried out
    mark: FileMark
    seen: SeenFrames | None = None  # what was seen of its pictures on the way
    labels: tuple[LabelRecord, ...] = ()


def render(plan: RenderPlan, *, binary: Binary, on_progress: OnProgress | None = None) -> Rendered:
    """Make `plan.output` and prove it: joined where the plan has parts to copy, else in one pass. What turns
    out not to join is made in one pass after all, and `Rendered.plan` says why.

    Raises BadAsset when a clip is damaged, ToolFailed when the encoder fails or a check does not hold;
    nothing is left behind then, and a file that stood at `plan.output` is untouched.
    """
    for clip in plan.clips:
        atomic.refuse_same(clip.path, plan.output)
    carried = carrying.of_plan(plan)
    with atomic.landing(plan.output) as part:
        atomic.need_space(plan.output.parent, estimated_bytes(plan))
        if plan.parts:
            proof = _joined(plan, part, carried, binary, on_progress)
            if isinstance(proof, Text):
                plan = replace(plan, parts=(), coded=None, sound=None, why_encoded=proof)
            else:
                plan = proof.plan
        if not plan.parts:
            with workroom(plan) as room:
                _encode(plan, room, part, binary, on_progress)
            proof = _proved(plan, part, carried, binary, on_progress, watch=evidence_of_output.watch(plan))
        assert not isinstance(proof, Text)
        failed = broken(proof.checks)
        if failed:
            said, said_zh = ("; ".join(check.say(lang) for check in failed) for lang in ("en", "zh"))
            raise ToolFailed(
                f"the finished video does not hold and was not kept: {said}",
                f"成片未通过校验，未保留：{said_zh}",
            )
    mark = replace(proof.mark, name=plan.output.name)
    return Rendered(
        path=plan.output, checks=proof.checks, plan=plan, mark=mark, seen=proof.seen,
        labels=carrying.records(carried, plan.output, proof.label),
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Proof:
    plan: RenderPlan
    checks: tuple[Check, ...]
    mark: FileMark
    seen: SeenFrames | None
    label: AigcLabel | None


def _proved(
    plan: RenderPlan,
    part: Path,
    carried: carrying.Carried,
    binary: Binary,
    on_progress: OnProgress | None,
    *,
    watch: Watch | None = None,
) -> _Proof:
    """What the video at `part` shows. `watch` is shown every picture; without it some are looked at, meanwhile."""
    softtrack.with_track(plan, part, binary)
    chapters.with_chapters(plan, part, binary)
    label = carrying.settle(carried, part, binary=binary)
    if on_progress:
        on_progress("prove", 0.0)
    with ThreadPoolExecutor(max_workers=2) as pool:
        beside = None if watch else pool.submit(evidence_of_output.glimpsed_beside, plan, part)
        settled = pool.submit(_settled, part)
        look = watch.look if watch else None
        checks = (
            *prove.prove(part, expectation(plan), binary=binary, look=look),
            *softtrack.checks(part, plan),
            *chapters.checks(part, plan),
            *carrying.checks(part, label),
            *manifests.checks(part, plan.credential),
        )
    if on_progress:
        on_progress("prove", 1.0)
    seen = watch.seen if watch else None
    if beside is not None and any(c.name == "frames" and c.measured == plan.expected_frames for c in checks):
        seen = SeenFrames(frames=plan.expected_frames, glimpses=beside.result()) if beside.result() else None
    return _Proof(plan=plan, checks=checks, mark=settled.result(), seen=seen, label=label)


def _settled(part: Path) -> FileMark:
    """Written to the disk, and marked: both take as long as the file is large, and need nothing of its proof."""
    atomic.settle(part)
    return evidence_of_output.mark("output", part)


def _joined(
    plan: RenderPlan,
    part: Path,
    carried: carrying.Carried,
    binary: Binary,
    on_progress: OnProgress | None,
) -> _Proof | Text:
    """What the joined video shows, or why it has to be made in one pass instead."""

    def tell(share: float) -> None:
        if on_progress:
            on_progress("encode", share)

    try:
        with workroom(plan) as room:
            place = joining.Workplace(binary=binary, room=room.folder, environment=room.environment)
            if not softtrack.enough(plan):
                plan = joining.join(plan, part, place, tell)
        proof = _proved(plan, part, carried, binary, on_progress)
    except joining.CannotJoin as error:
        return Text(f"main's packets do not join ({error})", f"主视频数据包无法拼接（{error}）")
    except ToolFailed as error:
        for clip in plan.clips:
            _blame(clip, error)
        raise
    failed = broken(proof.checks)
    if failed:
        said, said_zh = ("; ".join(check.say(lang) for check in failed) for lang in ("en", "zh"))
        return Text(f"the joined video did not hold: {said}", f"拼接结果未通过校验：{said_zh}")
    return proof


def expectation(plan: RenderPlan) -> Expectation:
    """What the output of `plan` must show."""
    return Expectation(
        canvas=plan.canvas,
        clips=plan.clips,
        cues=plan.cues if plan.burn else (),
        style=colours.painted(plan, plan.style),
        mark=painted_mark(plan),
        font=plan.font,
        levelling=plan.levelling,
        parts=plan.parts,
        coded=plan.coded,
        sound=None if softtrack.enough(plan) else plan.sound,
        restaged=plan.scenery is not None and plan.scenery.restages,
        fade_in=plan.scenery.fade_in if plan.scenery else 0,
        fade_out=plan.scenery.fade_out if plan.scenery else 0,
    )


def painted_mark(plan: RenderPlan) -> VisibleMark | None:
    """The plan's mark in the colours it is drawn in."""
    style = colours.painted(plan, plan.mark.style) if plan.mark else None
    return replace(plan.mark, style=style) if plan.mark and style else None


def estimated_bytes(plan: RenderPlan) -> int:
    """An upper guess of the output's size."""
    pixels = plan.canvas.width * plan.canvas.height * plan.expected_frames
    return int((pixels * _BITS_A_PIXEL + plan.seconds * plan.encoding.audio_bitrate) / 8)


# --- the room a run works in


@dataclass(frozen=True, kw_only=True)
class Workroom:
    """A private folder with our captions and their font, and the environment that keeps libass to it."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)


@contextlib.contextmanager
def workroom(plan: RenderPlan) -> Iterator[Workroom]:
    """The folder ffmpeg runs in: captions.ass and fonts/ when captions are burnt; removed afterwards."""
    with atomic.workroom() as folder:
        environment: dict[str, str] = {}
        if plan.written:
            mark = painted_mark(plan)
            burnt = plan.cues if plan.burn else ()
            style, font = (
                (colours.painted(plan, plan.style), plan.font)
                if burnt or mark is None
                else (mark.style, mark.font)
            )
            if style is None or font is None:
                raise ValueError("captions to burn need a style and a font")
            environment = fonts.lay_out(font, folder, also=mark.font if mark else None)
            script = subtitle_files.ass(burnt, canvas=plan.canvas, style=style, font=font, mark=mark)
            (folder / "captions.ass").write_text(script, encoding="utf-8")
        yield Workroom(folder=folder, environment=environment)


# --- the run in one pass


def _encode(
    plan: RenderPlan, room: Workroom, part: Path, binary: Binary, on_progress: OnProgress | None
) -> None:
    def tell(progress: EncodeProgress) -> None:
        if on_progress:
            on_progress("encode", min(1.0, progress.frames / plan.expected_frames))

    try:
        log = ffmpeg.run(
            binary,
            graph.arguments(plan, part.resolve()),
            on_progress=tell,
            cwd=room.folder,
            env=room.environment,
        )
    except ToolFailed as error:
        for clip in plan.clips:
            _blame(clip, error)
        raise
    fonts.judge_log(log)


def _blame(clip: Clip, error: ToolFailed) -> None:
    """Raise BadAsset if `clip` does not decode without errors: then the file is at fault, not the tool."""
    if clip.still:
        return
    report = packets.decode_report(clip.path)
    if report.errors:
        what = report.messages[0] if report.messages else f"{report.errors} errors"
        raise BadAsset(
            f"{clip.role.value} {clip.path.name} is damaged ({what}): export or download it again",
            f"{clip.role.zh} {clip.path.name} 已损坏（{what}）：请重新导出或下载",
        ) from error
