"""finish: head + main + tail, burnt captions, logo and loudness in one pass, proved before it is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from mediaprep.errors import BadAsset, BadConfig
from mediaprep.finish import joining, plan, timeline
from mediaprep.media import ffmpeg, fonts, landing, loudness, probe, render
from mediaprep.media.joining import track
from mediaprep.model.facts import PhotoFacts, UnknownFacts, VideoFacts
from mediaprep.model.findings import Finding, Text
from mediaprep.model.plans import Cue, Encoding, RenderPlan, Role
from mediaprep.model.proof import Check
from mediaprep.verbs import captioning
from mediaprep.verbs.captioning import Captions, Timestamps

OnProgress = Callable[[str, float], None]
"""Told the stage (look, measure, encode, prove) and how much of it is done, 0–1."""

_SUFFIXES = (".mp4", ".m4v", ".mov")


@dataclass(frozen=True, kw_only=True)
class Finished:
    """A finished video on disk. `cues` are timed from its start; `sidecar` is the SRT beside it; `source`:
    where captions came from (cues, srt, timestamps, script); `estimated`: their times are a guess."""

    output: Path
    plan: RenderPlan
    summary: tuple[Text, ...]
    checks: tuple[Check, ...]
    cues: tuple[Cue, ...] = ()
    sidecar: Path | None = None
    source: str | None = None
    estimated: bool = False
    findings: tuple[Finding, ...] = ()
    notes: tuple[Text, ...] = ()


def finish(
    main: Path,
    *,
    output: Path,
    head: Path | None = None,
    tail: Path | None = None,
    captions: Captions | None = None,
    script: str | Path | None = None,
    timestamps: Timestamps | None = None,
    font: Path | None = None,
    logo: Path | None = None,
    logo_wish: plan.LogoWish | None = None,
    loudness: str | None = None,
    encoding: Encoding | None = None,
    ffmpeg_path: str | None = None,
    on_progress: OnProgress | None = None,
) -> Finished:
    """Make `output` (.mp4, .m4v or .mov) from `main` and what is wished; captions also go beside it as .srt.

    `captions`: "burn" takes the best source there is (an SRT beside main, `timestamps` of the tts task,
    `script` aligned by pauses), a path names an SRT/VTT/ASS file, cues are taken as they are. Raises
    BadAsset, BadConfig or ToolFailed; then nothing is left behind.
    """
    _refuse_output(main, output)
    binary = ffmpeg.find(ffmpeg_path)
    target = plan.target_named(loudness) if loudness else None
    tell = on_progress or _say_nothing
    tell("look", 0.0)
    clips = [
        (role, path, _video(role, path))
        for role, path in ((Role.HEAD, head), (Role.MAIN, main), (Role.TAIL, tail))
        if path is not None
    ]
    facts = next(facts for role, _, facts in clips if role is Role.MAIN)
    canvas = timeline.canvas_of(facts)
    said = None
    if captions is not None:
        style = plan.style_for(canvas)
        said = captioning.Speech(
            main=main, facts=facts, style=style, script=script, timestamps=timestamps
        ).of(captions)
    chosen = fonts.choose((cue.text for cue in said.cues), font) if said else None
    mark = None if logo is None else plan.logo_on(canvas, logo, _photo(logo), logo_wish or plan.LogoWish())
    planned = plan.plan(
        clips,
        output=output,
        cues=said.cues if said else (),
        burn=True,
        font=chosen,
        logo=mark,
        target=target,
        encoding=encoding,
    )
    levelled, notes = _levelled(planned.plan, binary, tell)
    rendered = render.render(_with_parts(levelled), binary=binary, on_progress=tell)
    levelled = rendered.plan
    cues = tuple(placed.cue for placed in levelled.cues)
    return Finished(
        output=rendered.path,
        plan=levelled,
        summary=(*plan.summary(levelled), *joining.said(levelled)),
        checks=rendered.checks,
        cues=cues,
        sidecar=captioning.write(captioning.sidecar_of(output, main, captions), cues) if cues else None,
        source=said.source if said else None,
        estimated=bool(said and said.estimated),
        findings=said.findings if said else (),
        notes=(*planned.notes, *(said.notes if said else ()), *notes),
    )


def _with_parts(made: RenderPlan) -> RenderPlan:
    """The plan with what of main is copied; main's packets are only read where they might be."""
    if joining.everywhere(made) is not None:
        return joining.decide(made, None)
    return joining.decide(made, track.look(made.main.path, made.canvas.fps))


# --- what comes in ------------------------------------------------------------------------------------------


def _say_nothing(stage: str, done: float) -> None:
    """Progress that nobody asked for."""
    del stage, done


def _refuse_output(main: Path, output: Path) -> None:
    if output.suffix.lower() not in _SUFFIXES:
        raise BadConfig(
            f"{output.name}: the finished video is an MP4; name it .mp4, .m4v or .mov",
            f"{output.name}：成片为 MP4 格式，请以 .mp4、.m4v 或 .mov 命名",
        )
    landing.refuse_same(main, output)


def _video(role: Role, path: Path) -> VideoFacts:
    facts = probe.probe(path, faces=False)
    if isinstance(facts, VideoFacts):
        return facts
    why = (
        (facts.problem_en, facts.problem_zh) if isinstance(facts, UnknownFacts) else (f"is {facts.kind}", "")
    )
    raise BadAsset(
        f"{role.value} {path.name}: {why[0]}; give a video", f"{role.value} {path.name}：{why[1]}；请提供视频"
    )


def _photo(path: Path) -> PhotoFacts:
    facts = probe.probe(path, faces=False)
    if isinstance(facts, PhotoFacts):
        return facts
    raise BadAsset(
        f"logo {path.name}: not a picture that can be read; give a PNG",
        f"台标 {path.name}：不是图片；请提供 PNG",
    )


# --- sound ---------------------------------------------------------------------------------------------------


def _levelled(
    made: RenderPlan, binary: ffmpeg.Binary, tell: OnProgress
) -> tuple[RenderPlan, tuple[Text, ...]]:
    if made.target is None:
        return made, ()
    tell("measure", 0.0)
    levelling = loudness.level(made, made.target, binary=binary)
    tell("measure", 1.0)
    if levelling is None:
        silent = Text("the programme is silent: loudness is left alone", "整个节目无声：未调整响度")
        return made, (silent,)
    notes: tuple[Text, ...] = ()
    if not levelling.linear:
        notes = (
            Text(
                f"{made.target.lufs:g} LUFS cannot be met by gain alone: a limiter holds the peaks",
                f"只用增益无法达到 {made.target.lufs:g} LUFS：由限幅器控制峰值",
            ),
        )
    reached = levelling.expected_lufs
    if abs(reached - made.target.lufs) > 0.3:
        notes += (
            Text(
                f"{made.target.lufs:g} LUFS is out of reach: the result is {reached:.1f} LUFS",
                f"无法达到 {made.target.lufs:g} LUFS：成片为 {reached:.1f} LUFS",
            ),
        )
    return replace(made, levelling=levelling), notes
