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
from mediaprep.media import chapters, composing, ffmpeg, fonts, landing, packets, prove, softtrack, subtitles
from mediaprep.media.ffmpeg import Binary, Progress
from mediaprep.media.joining import join as joining
from mediaprep.media.witness import taking
from mediaprep.media.witness.pictures import Seen
from mediaprep.model.findings import Text
from mediaprep.model.plans import Clip, RenderPlan
from mediaprep.model.proof import Check, Expectation, broken

OnProgress = Callable[[str, float], None]
"""Told the stage (encode, prove) and how much of it is done, 0–1."""

_BITS_A_PIXEL = 0.12  # more than x264 takes at the default quality, to judge disk space


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """The finished file and what was checked of it."""

    path: Path
    checks: tuple[Check, ...]
    plan: RenderPlan  # as it was carried out
    seen: Seen | None = None  # what was seen of its pictures on the way


def render(plan: RenderPlan, *, binary: Binary, on_progress: OnProgress | None = None) -> Rendered:
    """Make `plan.output` and prove it: joined where the plan has parts to copy, else in one pass. What turns
    out not to join is made in one pass after all, and `Rendered.plan` says why.

    Raises BadAsset when a clip is damaged, ToolFailed when the encoder fails or a check does not hold;
    nothing is left behind then, and a file that stood at `plan.output` is untouched.
    """
    for clip in plan.clips:
        landing.refuse_same(clip.path, plan.output)
    seen: Seen | None = None
    with landing.landing(plan.output) as part:
        landing.need_space(plan.output.parent, estimated_bytes(plan))
        if plan.parts:
            checks, why, seen = _joined(plan, part, binary, on_progress)
            if why is not None:
                plan = replace(plan, parts=(), coded=None, why_encoded=why)
        if not plan.parts:
            with workroom(plan) as room:
                _encode(plan, room, part, binary, on_progress)
            watch = taking.watch(plan)
            checks = _proved(plan, part, binary, on_progress, watch.look)
            seen = watch.seen
        failed = broken(checks)
        if failed:
            said, said_zh = ("; ".join(check.say(lang) for check in failed) for lang in ("en", "zh"))
            raise ToolFailed(
                f"the finished video does not hold and was not kept: {said}",
                f"成片未通过校验，未保留：{said_zh}",
            )
    return Rendered(path=plan.output, checks=checks, plan=plan, seen=seen)


def _proved(
    plan: RenderPlan,
    part: Path,
    binary: Binary,
    on_progress: OnProgress | None,
    look: prove.Look | None = None,
) -> tuple[Check, ...]:
    softtrack.with_track(plan, part, binary)
    chapters.with_chapters(plan, part, binary)
    if on_progress:
        on_progress("prove", 0.0)
    checks = (*prove.prove(part, expectation(plan), binary=binary, look=look), *softtrack.checks(part, plan))
    checks += chapters.checks(part, plan)
    if on_progress:
        on_progress("prove", 1.0)
    return checks


def _joined(
    plan: RenderPlan, part: Path, binary: Binary, on_progress: OnProgress | None
) -> tuple[tuple[Check, ...], Text | None, Seen | None]:
    """The checks of the joined video, why it has to be made in one pass instead, if it has to, and what was seen
    of its pictures."""

    def tell(share: float) -> None:
        if on_progress:
            on_progress("encode", share)

    try:
        with workroom(plan) as room:
            place = joining.Workplace(binary=binary, room=room.folder, environment=room.environment)
            if not softtrack.enough(plan):
                joining.join(plan, part, place, tell)
        with ThreadPoolExecutor(max_workers=1) as pool:
            beside = pool.submit(taking.seen_beside, plan, part)
            checks = _proved(plan, part, binary, on_progress)
    except joining.CannotJoin as error:
        return (), Text(f"main's packets do not join ({error})", f"主视频数据包无法拼接（{error}）"), None
    except ToolFailed as error:
        for clip in plan.clips:
            _blame(clip, error)
        raise
    failed = broken(checks)
    if failed:
        said, said_zh = ("; ".join(check.say(lang) for check in failed) for lang in ("en", "zh"))
        return (), Text(f"the joined video did not hold: {said}", f"拼接结果未通过校验：{said_zh}"), None
    return checks, None, beside.result()


def expectation(plan: RenderPlan) -> Expectation:
    """What the output of `plan` must show."""
    return Expectation(
        canvas=plan.canvas,
        clips=plan.clips,
        cues=plan.cues if plan.burn else (),
        style=plan.style,
        font=plan.font,
        levelling=plan.levelling,
        parts=plan.parts,
        coded=plan.coded,
        restaged=plan.scenery is not None and plan.scenery.restages,
    )


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
    with landing.workroom() as folder:
        environment: dict[str, str] = {}
        if plan.burn and plan.cues:
            if plan.style is None or plan.font is None:
                raise ValueError("captions to burn need a style and a font")
            environment = fonts.lay_out(plan.font, folder)
            script = subtitles.ass(plan.cues, canvas=plan.canvas, style=plan.style, font=plan.font)
            (folder / "captions.ass").write_text(script, encoding="utf-8")
        yield Workroom(folder=folder, environment=environment)


# --- the run in one pass


def _encode(
    plan: RenderPlan, room: Workroom, part: Path, binary: Binary, on_progress: OnProgress | None
) -> None:
    def tell(progress: Progress) -> None:
        if on_progress:
            on_progress("encode", min(1.0, progress.frames / plan.expected_frames))

    try:
        log = ffmpeg.run(
            binary,
            composing.arguments(plan, part.resolve()),
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
            f"{clip.role.value} {clip.path.name} 已损坏（{what}）：请重新导出或下载",
        ) from error
