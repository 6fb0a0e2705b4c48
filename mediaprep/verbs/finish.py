"""finish: head + main + tail, burnt captions, logo and loudness in one pass, proved before it is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mediaprep.errors import BadAsset, MediaprepError
from mediaprep.finishing import copied_parts, plan, timeline
from mediaprep.finishing.spoken import Narration
from mediaprep.finishing.wishes import refusals
from mediaprep.finishing.wishes.platform_wishes import cover_size, for_platform
from mediaprep.media import ffmpeg, render
from mediaprep.media.compose import loudness
from mediaprep.media.join import coded_track
from mediaprep.media.labels import manifests
from mediaprep.media.probing import probe
from mediaprep.model.any_path import AnyPath
from mediaprep.model.facts import ABSENT, Facts, Kind, PhotoFacts, UnknownFacts, VideoFacts
from mediaprep.model.findings import Text
from mediaprep.model.finishing.captions import CaptionWish
from mediaprep.model.finishing.logos import LogoWish
from mediaprep.model.finishing.plans import (
    STILL,
    STILL_SECONDS,
    Canvas,
    Encoding,
    Levelling,
    Logo,
    RenderPlan,
    Role,
)
from mediaprep.model.finishing.scenery import SceneryWish
from mediaprep.model.finishing.wishes import Finishing
from mediaprep.model.results.finished_videos import Finished as Finished  # noqa: PLC0414
from mediaprep.model.results.finished_videos import Preview
from mediaprep.verbs.finishing import (
    captioning,
    cover_pictures,
    labelling,
    output_claims,
    receipts,
    refusing,
    scenery_files,
    visible_mark,
)
from mediaprep.verbs.finishing.early_start import Ahead
from mediaprep.verbs.finishing.labelling import Labelling

OnProgress = Callable[[str, float], None]
"""Told the stage (look, measure, encode, prove) and how much of it is done, 0–1."""


@dataclass(frozen=True, kw_only=True)
class RenderOptions:
    """How a finished video is made, whatever is wished of it. With `overwrite` what stands under a name that is
    written is replaced, whoever wrote it (never an input). `labelling`: what of the label no wish says."""

    encoding: Encoding = field(default_factory=Encoding)
    ffmpeg_path: str | None = None
    write_receipt: bool = True
    overwrite: bool = False
    labelling: Labelling = field(default_factory=Labelling)


_BARE, _UNTOLD, _USUAL = Finishing(), Narration(), RenderOptions()


def preview(
    main: Path,
    output: Path,
    wishes: Finishing = _BARE,
    *,
    narration: Narration = _UNTOLD,
    options: RenderOptions = _USUAL,
    on_progress: OnProgress | None = None,
) -> Preview:
    """What `finish` would do with the same arguments: what is copied, what is encoded, and about how long it
    takes. Nothing is written. Raises as `finish` does."""
    wishes = for_platform(wishes)
    order = _Order(main=main, output=output, wishes=wishes, narration=narration, options=options)
    ready = _ready(order, on_progress or _say_nothing, listen=False)
    return Preview(
        plan=ready.plan,
        summary=_summary(ready.plan),
        seconds=copied_parts.estimated_seconds(ready.plan),
        findings=ready.said.findings if ready.said else (),
        notes=ready.notes,
    )


def finish(
    main: AnyPath,
    output: AnyPath,
    wishes: Finishing = _BARE,
    *,
    narration: Narration = _UNTOLD,
    options: RenderOptions = _USUAL,
    on_progress: OnProgress | None = None,
) -> Finished:
    """Make `output` (.mp4, .m4v or .mov) from `main` as `wishes` say; captions also go beside it as .srt, and a
    receipt as .receipt.json.

    Captions that are wished as "burn" take the best source there is: the `narration`'s times, an SRT or timestamps
    beside main, a script aligned by pauses. Main's picture is copied bit for bit wherever nothing changes it. What
    stands under a name that is written is replaced if it is ours and unchanged. Raises BadAsset, BadConfig or
    ToolFailed; then nothing is left behind.
    """
    tell, main, output = on_progress or _say_nothing, Path(main), Path(output)
    wishes = for_platform(wishes)
    order = _Order(main=main, output=output, wishes=wishes, narration=narration, options=options)
    output_claims.claim(
        output_claims.finished(output, main, wishes, captioned=order.captioned),
        reads=order.reads,
        overwrite=options.overwrite,
    )
    ready = _ready(order, tell, listen=True)
    levelled, notes = _levelled(ready, tell)
    with captioning.sidecars(levelled, main, wishes) as sidecars:
        gathered = Ahead(lambda: receipts.gather(levelled))
        rendered = render.render(levelled, binary=ready.binary, on_progress=tell)
        receipts.forget(rendered.path)
    said, made = ready.said, rendered.plan
    pictures, unwritten = cover_pictures.write(
        rendered.path, made, order.scenery, size=cover_size(wishes), binary=ready.binary
    )
    done = Finished(
        output=rendered.path,
        plan=made,
        summary=_summary(made),
        checks=rendered.checks,
        cues=tuple(placed.cue for placed in made.cues),
        sidecars=sidecars,
        source=said.source if said else None,
        estimated=bool(said and said.estimated),
        findings=said.findings if said else (),
        notes=(*ready.notes, *notes, *unwritten),
        pictures=pictures,
    )
    return _with_receipt(done, gathered, rendered, order)


def finish_video(
    main: Path, *, output: Path, on_progress: OnProgress | None = None, **wishes: Any
) -> Finished:
    """`finish` as the first release called it: every wish a keyword of its own, a single file instead of a sequence,
    captions as cues, the script as text. Raises TypeError for a keyword that there is not."""
    left = {name: value for name, value in wishes.items() if value is not None}
    told = {new: left.pop(old) for old, new in _NARRATED.items() if old in left}
    if not isinstance(left.get("captions", ""), str | Path):
        told["cues"] = left.pop("captions")
    if isinstance(left.get("script"), str):
        told["script"] = left.pop("script")
    options = {name: left.pop(name) for name in RenderOptions.__dataclass_fields__ if name in left}
    if font := left.pop("font", None):
        looks = left.get("caption_wish") or CaptionWish()
        left["caption_wish"] = replace(looks, fonts=looks.fonts or (font,))
    for name in ("head", "tail", "logo", "logo_wish"):
        if name in left:
            left[name] = (left[name],) if isinstance(left[name], Path | LogoWish) else tuple(left[name])
    return finish(
        main, output, Finishing(**left), narration=Narration(**told), options=RenderOptions(**options),
        on_progress=on_progress,
    )  # fmt: skip


_NARRATED = {"spoken_text": "spoken", "timestamps": "timestamps"}


@dataclass(frozen=True, kw_only=True)
class _Order:
    """What `finish` was asked for."""

    main: Path
    output: Path
    wishes: Finishing
    narration: Narration
    options: RenderOptions

    @property
    def captioned(self) -> bool:
        return self.wishes.captions is not None or self.narration.cues is not None

    @property
    def scenery(self) -> SceneryWish | None:
        """What stands around main; the chapters of clips among it."""
        scene = self.wishes.scenery
        return replace(scene or SceneryWish(), chapters=True) if self.wishes.chapters else scene

    @property
    def reads(self) -> tuple[Path, ...]:
        return (self.main, *(path for _, path in self.wishes.files))


def _with_receipt(
    done: Finished, gathered: Ahead[receipts.GatheredInputs], rendered: render.Rendered, order: _Order
) -> Finished:
    """`done` with its receipt, written beside the output if wished. For want of one no video is lost."""
    try:
        receipt = receipts.of_finish(
            rendered, order.wishes, gathered=gathered.result(), sidecars=done.sidecars, pictures=done.pictures,
            ffmpeg_path=order.options.ffmpeg_path,
        )  # fmt: skip
        path = receipts.write(receipt, done.output) if order.options.write_receipt else None
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


def _ready(order: _Order, tell: OnProgress, *, listen: bool) -> _Ready:
    """All of the plan but its loudness, which is measured meanwhile if it is to be known (`listen`)."""
    main, wish, scenery = order.main, order.wishes, order.scenery
    refusing.places(order.output, wish.pictures, order.reads)
    refusals.refuse_seconds(wish.crossfade, wish.still_seconds)
    binary = ffmpeg.find(order.options.ffmpeg_path)
    target = plan.target_named(wish.loudness) if wish.loudness else None
    tell("look", 0.0)
    shown: Ahead[Facts] | None = None
    if order.captioned and captioning.looks_at_faces(wish.looks):
        shown = Ahead(lambda: probe.measured(main, faces=True))
    facts = _video(Role.MAIN, main)
    scenery = scenery_files.with_own_chapters(scenery, main, facts)
    source = timeline.canvas_of(facts)
    canvas = scenery_files.canvas_for(scenery, source)
    marks = _logos(canvas, wish.logo, wish.logo_wish)
    planned = plan.plan(
        _clips(order, facts), output=order.output, crossfade_seconds=wish.crossfade, canvas=canvas
    )
    made = replace(
        planned.plan, logos=marks, target=target, encoding=order.options.encoding,
        label=labelling.order(wish, order.options.labelling), credential=order.options.labelling.credential,
    )  # fmt: skip
    heard = _listening(made, binary) if listen and scenery is None else None
    planned, said = replace(planned, plan=made), None
    dressed = captioning.dress(
        wish, order.narration, main=main, facts=facts, canvas=canvas, looked=shown.result if shown else None
    )
    if dressed is not None:
        said = dressed.caption
        planned = plan.captioned(
            planned, said.cues, style=dressed.style, font=dressed.font, burn=dressed.burn, soft=dressed.soft
        )
    staged, staging_notes = scenery_files.stage(planned.plan, scenery, source=source, binary=binary)
    cover_pictures.refuse(staged, scenery)
    marked, mark_notes = visible_mark.with_mark(staged, wish.mark_wish)
    made = _with_parts(marked)
    tell("look", 1.0)
    notes = (
        *scenery_files.still_true(planned.notes, made),
        *staging_notes,
        *mark_notes,
        *(said.notes if said else ()),
    )
    notes += manifests.losses(tuple(path for _, path in made.files), made.credential)
    return _Ready(plan=made, binary=binary, said=said, notes=notes, heard=heard)


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


def _clips(order: _Order, main: VideoFacts) -> list[tuple[Role, Path, VideoFacts]]:
    wish = order.wishes
    still = STILL_SECONDS if wish.still_seconds is None else wish.still_seconds
    return [
        *((Role.HEAD, path, _clip(Role.HEAD, path, still)) for path in wish.head),
        (Role.MAIN, order.main, main),
        *((Role.TAIL, path, _clip(Role.TAIL, path, still)) for path in wish.tail),
    ]


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


def _logos(canvas: Canvas, files: Sequence[Path], places: Sequence[LogoWish]) -> tuple[Logo, ...]:
    """The logos in their places: each its own wish, else one free corner after the other."""
    more = [None] * max(0, len(files) - len(places))
    free = refusals.corners([*(wish.position for wish in places), *more])[len(places) :]
    listed = (*places, *(LogoWish(position=corner) for corner in free))
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
