"""finish: head + main + tail, burnt captions, logo and loudness in one pass, proved before it is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mediaprep.errors import BadAsset, MediaprepError
from mediaprep.finishing import copied_parts, plan, timeline, wishes
from mediaprep.finishing.spoken import Spoken
from mediaprep.media import ffmpeg, render
from mediaprep.media.compose import loudness
from mediaprep.media.join import coded_track
from mediaprep.media.probing import probe
from mediaprep.model.facts import ABSENT, Facts, Kind, PhotoFacts, UnknownFacts, VideoFacts
from mediaprep.model.findings import Finding, Text
from mediaprep.model.finishing.captions import CaptionWish
from mediaprep.model.finishing.logos import LogoWish
from mediaprep.model.finishing.plans import (
    STILL,
    STILL_SECONDS,
    Canvas,
    Cue,
    Encoding,
    Levelling,
    Logo,
    RenderPlan,
    Role,
)
from mediaprep.model.finishing.proof import Check
from mediaprep.model.finishing.receipts import Receipt
from mediaprep.model.finishing.scenery import SceneryWish
from mediaprep.verbs.finishing import captioning, output_claims, receipts, refusing, scenery_files
from mediaprep.verbs.finishing.captioning import Captions, Timestamps
from mediaprep.verbs.finishing.early_start import Ahead

OnProgress = Callable[[str, float], None]
"""Told the stage (look, measure, encode, prove) and how much of it is done, 0–1."""


@dataclass(frozen=True, kw_only=True)
class Finished:
    """A finished video on disk. `cues` are timed from its start; `sidecars` are the files beside it; `source`:
    where captions came from (cues, srt, timestamps, script); `estimated`: their times are a guess."""

    output: Path
    plan: RenderPlan
    summary: tuple[Text, ...]
    checks: tuple[Check, ...]
    cues: tuple[Cue, ...] = ()
    sidecars: tuple[Path, ...] = ()
    source: str | None = None
    estimated: bool = False
    findings: tuple[Finding, ...] = ()
    notes: tuple[Text, ...] = ()
    receipt: Receipt | None = None
    receipt_path: Path | None = None
    pictures: tuple[Path, ...] = ()  # thumbnail and contact sheet

    @property
    def sidecar(self) -> Path | None:
        return self.sidecars[0] if self.sidecars else None


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What `finish` would do: its plan, in sentences too, and a guess of the seconds it takes."""

    plan: RenderPlan
    summary: tuple[Text, ...]
    seconds: float
    findings: tuple[Finding, ...] = ()
    notes: tuple[Text, ...] = ()


def preview(main: Path, *, output: Path, on_progress: OnProgress | None = None, **wishes: Any) -> Preview:
    """What `finish` would do with the same arguments: what is copied, what is encoded, and about how long it
    takes. Nothing is written. Raises as `finish` does."""
    ready = _ready(main, output=output, tell=on_progress or _say_nothing, **wishes)
    return Preview(
        plan=ready.plan,
        summary=_summary(ready.plan),
        seconds=copied_parts.estimated_seconds(ready.plan),
        findings=ready.said.findings if ready.said else (),
        notes=ready.notes,
    )


def finish(
    main: Path,
    *,
    output: Path,
    head: Path | Sequence[Path] | None = None,
    tail: Path | Sequence[Path] | None = None,
    captions: Captions | None = None,
    script: str | Path | None = None,
    timestamps: Timestamps | None = None,
    spoken_text: Sequence[Spoken] | None = None,
    caption_wish: CaptionWish | None = None,
    font: Path | None = None,
    logo: Path | Sequence[Path] | None = None,
    logo_wish: LogoWish | Sequence[LogoWish] | None = None,
    loudness: str | None = None,
    crossfade: float = 0.0,
    still_seconds: float = STILL_SECONDS,
    scenery: SceneryWish | None = None,
    encoding: Encoding | None = None,
    ffmpeg_path: str | None = None,
    on_progress: OnProgress | None = None,
    write_receipt: bool = True,
    overwrite: bool = False,
) -> Finished:
    """Make `output` (.mp4, .m4v or .mov) from `main` and what is wished; captions also go beside it as .srt,
    and a receipt as .receipt.json.

    `head` and `tail`: clips in order, or photos shown for `still_seconds`; neighbours fade into each other
    for `crossfade` seconds. `logo`: one or more, by default in one corner after the other.
    `captions`: "burn" takes the best source there is (`spoken_text` with its times, an SRT
    beside main, `timestamps` of the tts task, `script` aligned by pauses), a path names an SRT/VTT/ASS file, cues are
    taken as they are. Main's picture is copied bit for bit wherever nothing changes it. What stands under a name that
    is written is replaced if it is ours and unchanged, or with `overwrite`. Raises BadAsset, BadConfig or ToolFailed;
    then nothing is left behind.
    """
    tell = on_progress or _say_nothing
    wish = caption_wish or CaptionWish()
    output_claims.claim(
        output_claims.finished(output, main, captions, wish, scenery),
        reads=[
            main, *_listed(head), *_listed(tail), *_listed(logo), *output_claims.caption_files(captions, wish),
            *wish.fonts, font, script if isinstance(script, Path) else None,
            *(path for _, path in (scenery or SceneryWish()).files),
        ],
        overwrite=overwrite,
    )  # fmt: skip
    ready = _ready(
        main, output=output, listen=True, head=head, tail=tail, captions=captions, script=script, timestamps=timestamps,
        spoken_text=spoken_text,
        caption_wish=caption_wish, font=font, logo=logo, logo_wish=logo_wish, loudness=loudness, crossfade=crossfade,
        still_seconds=still_seconds, scenery=scenery, encoding=encoding, ffmpeg_path=ffmpeg_path, tell=tell,
    )  # fmt: skip
    levelled, notes = _levelled(ready, tell)
    with captioning.sidecars(levelled, main, captions, wish) as sidecars:
        gathered = Ahead(lambda: receipts.gather(levelled))
        rendered = render.render(levelled, binary=ready.binary, on_progress=tell)
        receipts.forget(rendered.path)
    said, made = ready.said, rendered.plan
    cues = tuple(placed.cue for placed in made.cues)
    pictures, unwritten = scenery_files.pictures(rendered.path, scenery, seconds=made.seconds)
    done = Finished(
        output=rendered.path,
        plan=made,
        summary=_summary(made),
        checks=rendered.checks,
        cues=cues,
        sidecars=sidecars,
        source=said.source if said else None,
        estimated=bool(said and said.estimated),
        findings=said.findings if said else (),
        notes=(*ready.notes, *notes, *unwritten),
        pictures=pictures,
    )
    return _with_receipt(done, gathered, rendered, ffmpeg_path=ffmpeg_path, write=write_receipt)


def _with_receipt(
    done: Finished,
    gathered: Ahead[receipts.Gathered],
    rendered: render.Rendered,
    *,
    ffmpeg_path: str | None,
    write: bool,
) -> Finished:
    """`done` with its receipt, written beside the output if wished. For want of one no video is lost."""
    try:
        receipt = receipts.of_finish(
            done.plan,
            checks=done.checks,
            gathered=gathered.result(),
            mark=rendered.mark,
            sidecars=done.sidecars,
            pictures=done.pictures,
            seen=rendered.seen,
            ffmpeg_path=ffmpeg_path,
        )
        path = receipts.write(receipt, done.output) if write else None
    except MediaprepError as error:
        note = Text(f"no receipt: {error.en}", f"未写出回执：{error.zh}")
        return replace(done, notes=(*done.notes, note))
    return replace(done, receipt=receipt, receipt_path=path)


def _summary(made: RenderPlan) -> tuple[Text, ...]:
    return (*plan.summary(made), *scenery_files.said(made), *copied_parts.said(made))


@dataclass(frozen=True, kw_only=True)
class _Ready:
    """All that is known before anything is measured or encoded."""

    plan: RenderPlan
    binary: ffmpeg.Binary
    said: captioning.Caption | None
    notes: tuple[Text, ...]
    heard: Ahead[Levelling | None] | None  # how loud it is, where that is being measured


def _ready(
    main: Path,
    *,
    output: Path,
    tell: OnProgress,
    listen: bool = False,
    head: Path | Sequence[Path] | None = None,
    tail: Path | Sequence[Path] | None = None,
    captions: Captions | None = None,
    script: str | Path | None = None,
    timestamps: Timestamps | None = None,
    spoken_text: Sequence[Spoken] | None = None,
    caption_wish: CaptionWish | None = None,
    font: Path | None = None,
    logo: Path | Sequence[Path] | None = None,
    logo_wish: LogoWish | Sequence[LogoWish] | None = None,
    loudness: str | None = None,
    crossfade: float = 0.0,
    still_seconds: float = STILL_SECONDS,
    scenery: SceneryWish | None = None,
    encoding: Encoding | None = None,
    ffmpeg_path: str | None = None,
) -> _Ready:
    wish, scene = caption_wish or CaptionWish(), scenery or SceneryWish()
    refusing.places(
        output, (scene.thumbnail, scene.sheet),
        (main, *_listed(head), *_listed(tail), captions, script, font, *wish.fonts, wish.second, *_listed(logo),
         scene.background, scene.music),
    )  # fmt: skip
    wishes.refuse_seconds(crossfade, still_seconds)
    binary = ffmpeg.find(ffmpeg_path)
    target = plan.target_named(loudness) if loudness else None
    tell("look", 0.0)
    shown: Ahead[Facts] | None = None
    if captions is not None and captioning.looks_at_faces(wish):
        shown = Ahead(lambda: probe.measured(main, faces=True))
    facts = _video(Role.MAIN, main)
    clips = [
        *((Role.HEAD, path, _clip(Role.HEAD, path, still_seconds)) for path in _listed(head)),
        (Role.MAIN, main, facts),
        *((Role.TAIL, path, _clip(Role.TAIL, path, still_seconds)) for path in _listed(tail)),
    ]
    source = timeline.canvas_of(facts)
    canvas = scenery_files.canvas_for(scenery, source)
    marks = _logos(canvas, _listed(logo), logo_wish)
    planned = plan.plan(
        clips, output=output, logos=marks, target=target, encoding=encoding, crossfade_seconds=crossfade,
        canvas=canvas,
    )  # fmt: skip
    heard = _listening(planned.plan, binary) if listen and scenery is None else None
    dressed = None
    if captions is not None:
        dressed = captioning.dress(
            captions, wish, main=main, facts=facts, canvas=canvas, script=script, timestamps=timestamps,
            spoken_text=spoken_text, font=font, looked=shown.result if shown else None,
        )  # fmt: skip
        planned = plan.plan(
            clips, output=output, logos=marks, target=target, encoding=encoding, crossfade_seconds=crossfade,
            canvas=canvas, **_captioned(dressed),
        )  # fmt: skip
    said = dressed.caption if dressed else None
    staged, staging_notes = scenery_files.stage(planned.plan, scenery, source=source, binary=binary)
    made = _with_parts(staged)
    tell("look", 1.0)
    notes = (*scenery_files.still_true(planned.notes, made), *staging_notes, *(said.notes if said else ()))
    return _Ready(plan=made, binary=binary, said=said, notes=notes, heard=heard)


def _captioned(dressed: captioning.Dressed) -> dict[str, Any]:
    return {
        "cues": dressed.caption.cues, "burn": dressed.burn, "soft": dressed.soft, "font": dressed.font,
        "style": dressed.style,
    }  # fmt: skip


def _with_parts(made: RenderPlan) -> RenderPlan:
    """The plan with what of main is copied; main's packets are only read where they might be."""
    if copied_parts.everywhere(made) is not None:
        return copied_parts.decide(made, None)
    return copied_parts.decide(made, coded_track.look(made.main.path, made.canvas.fps))


# --- what comes in ------------------------------------------------------------------------------------------


_STAGES = {"look": (0.0, 0.03), "measure": (0.03, 0.12), "encode": (0.15, 0.72), "prove": (0.87, 0.13)}


def overall(stage: str, share: float) -> float:
    """How much of the whole is done, 0–1, when `share` of a stage is: what a bar with the time left needs."""
    begins, length = _STAGES.get(stage, (0.0, 0.0))
    return begins + length * min(1.0, max(0.0, share))


_KINDS = {
    Kind.AUDIO: ("is a sound without pictures", "是音频，没有画面"),
    Kind.PHOTO: ("is a picture", "是图片"),
}


def _say_nothing(stage: str, done: float) -> None:
    """Progress that nobody asked for."""
    del stage, done


def _video(role: Role, path: Path) -> VideoFacts:
    facts = probe.measured(path, faces=False)
    if isinstance(facts, VideoFacts):
        return facts
    why = (
        (facts.problem_en, facts.problem_zh)
        if isinstance(facts, UnknownFacts)
        else _KINDS.get(facts.kind, ("is no video", "不是视频"))
    )
    raise BadAsset(
        f"{role.value} {path.name}: {why[0]}; give a video", f"{role.zh} {path.name}：{why[1]}；请提供视频"
    )


def _listed(clips: Path | Sequence[Path] | None) -> Sequence[Path]:
    if clips is None:
        return ()
    return (clips,) if isinstance(clips, Path) else clips


def _clip(role: Role, path: Path, still_seconds: float) -> VideoFacts:
    """The facts of a head or tail; a photo's as of a video that stands still."""
    facts = probe.measured(path, faces=False)
    if not isinstance(facts, PhotoFacts):
        return _video(role, path)
    if facts.format not in plan.LOGO_FORMATS or facts.animated or facts.orientation != 1:
        raise BadAsset(
            f"{role.value} {path.name}: a picture to show must be a still upright PNG, JPEG, WebP or BMP; "
            "mediaprep fix makes one",
            f"{role.zh} {path.name}：图片须为静态、正向的 PNG、JPEG、WebP 或 BMP；可用 mediaprep fix 转换",
        )
    return VideoFacts(
        container=STILL, codec=facts.format, width=facts.width, height=facts.height, seconds=still_seconds,
        size_bytes=facts.size_bytes, variable_rate=False, audio=ABSENT,
    )  # fmt: skip


def _logos(
    canvas: Canvas, files: Sequence[Path], places: LogoWish | Sequence[LogoWish] | None
) -> tuple[Logo, ...]:
    """The logos in their places: each its own wish, else one free corner after the other."""
    listed = [places] if isinstance(places, LogoWish) else list(places or ())
    more = [None] * max(0, len(files) - len(listed))
    free = wishes.corners([*(wish.position for wish in listed), *more])[len(listed) :]
    listed += [LogoWish(position=corner) for corner in free]
    return tuple(
        plan.logo_on(canvas, path, _photo(path), wish) for path, wish in zip(files, listed, strict=False)
    )


def _photo(path: Path) -> PhotoFacts:
    facts = probe.measured(path, faces=False)
    if isinstance(facts, PhotoFacts):
        return facts
    raise BadAsset(
        f"logo {path.name}: not a picture that can be read; give a PNG",
        f"台标 {path.name}：不是图片；请提供 PNG",
    )


# --- sound ---------------------------------------------------------------------------------------------------


def _listening(planned: RenderPlan, binary: ffmpeg.Binary) -> Ahead[Levelling | None] | None:
    """Measures the sound while the picture is still being looked at: captions and logo do not change it."""
    target = planned.target
    return None if target is None else Ahead(lambda: loudness.level(planned, target, binary=binary))


def _levelled(ready: _Ready, tell: OnProgress) -> tuple[RenderPlan, tuple[Text, ...]]:
    made = ready.plan
    if made.target is None:
        return made, ()
    tell("measure", 0.0)
    levelling = (
        ready.heard.result() if ready.heard else loudness.level(made, made.target, binary=ready.binary)
    )
    tell("measure", 1.0)
    if levelling is None:
        silent = Text("the programme is silent: loudness is left alone", "整个节目无声：未调整响度")
        return replace(made, target=None), (silent,)
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
