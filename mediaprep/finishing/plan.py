"""The finished video as one plan: what stands where, how captions look, where the logo goes. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mediaprep.errors import BadAsset, BadConfig
from mediaprep.finishing import timeline
from mediaprep.model.facts import AudioTrack, PhotoFacts, VideoFacts
from mediaprep.model.findings import Text
from mediaprep.model.finishing.logos import LOGO_POSITIONS, LogoWish
from mediaprep.model.finishing.plans import (
    LOUDNESS_TARGETS,
    Canvas,
    CaptionFont,
    CaptionStyle,
    Cue,
    Logo,
    LoudnessTarget,
    RenderPlan,
    Role,
)

LOGO_FORMATS = ("png", "jpg", "webp", "bmp")
MOST_UNITS = 16
_LOST_SECONDS = 0.5  # a file that holds this much less than it claims was cut off
_LOST_SHARE = 0.02


@dataclass(frozen=True, kw_only=True)
class PlannedVideo:
    """The plan, and what a user should know about it."""

    plan: RenderPlan
    notes: tuple[Text, ...] = ()


def style_for(canvas: Canvas) -> CaptionStyle:
    """Captions in the bottom 15 % of wide pictures; above the bottom 15 % of upright ones, which apps cover.

    At most 16 full-width characters a line, fewer where the safe width does not hold them.
    """
    upright = canvas.height > canvas.width
    short = min(canvas.width, canvas.height)
    font_px = max(12, round(short * (0.058 if upright else 0.048)))
    margin_side = round(canvas.width * (0.08 if upright else 0.05))
    fitting = int((canvas.width - 2 * margin_side) / font_px)
    return CaptionStyle(
        font_px=font_px,
        max_units=max(4, min(MOST_UNITS, fitting)),
        safe_units=fitting,
        margin_bottom=round(canvas.height * (0.15 if upright else 0.03)),
        margin_side=margin_side,
        outline_px=max(1.0, round(font_px * 0.07, 1)),
    )


def target_named(name: str) -> LoudnessTarget:
    """web (−16 LUFS), streaming (−14) or ebu (−23). Raises BadConfig for another name."""
    try:
        return LOUDNESS_TARGETS[name]
    except KeyError:
        known = ", ".join(LOUDNESS_TARGETS)
        raise BadConfig(
            f"loudness {name!r} is not known; choose one of: {known}", f"未知响度目标 {name!r}；可选：{known}"
        ) from None


def refuse_logo_file(path: Path, facts: PhotoFacts) -> None:
    """Raise BadAsset for a picture that cannot be laid over a video."""
    if facts.format not in LOGO_FORMATS or facts.animated or facts.orientation != 1:
        odd = "animated " * facts.animated + "turned " * (facts.orientation != 1)
        odd_zh = "动态" * facts.animated + "带旋转标记的 " * (facts.orientation != 1)
        raise BadAsset(
            f"logo {path.name} is {odd}{facts.format}: give a still upright PNG, JPEG, WebP or BMP",
            f"台标 {path.name} 为{odd_zh} {facts.format}：请提供静态、正向的 PNG、JPEG、WebP 或 BMP 图片",
        )


def refuse_logo(wish: LogoWish) -> None:
    """Raise BadConfig for a place, size or opacity that cannot be."""
    if wish.position not in LOGO_POSITIONS:
        known = ", ".join(LOGO_POSITIONS)
        raise BadConfig(
            f"logo position {wish.position!r} is not known; choose one of: {known}",
            f"未知台标位置 {wish.position!r}；可选：{known}",
        )
    if not 0.01 <= wish.scale <= 1 or not 0 < wish.opacity <= 1:
        raise BadConfig(
            f"a logo {100 * wish.scale:g} % wide, opacity {wish.opacity:g}: give 1 to 100 %, and above 0 up to 1",
            f"台标宽 {100 * wish.scale:g}%，不透明度 {wish.opacity:g}：宽度须为 1–100%，不透明度须大于 0 且不超过 1",
        )


def logo_on(canvas: Canvas, path: Path, facts: PhotoFacts, wish: LogoWish) -> Logo:
    """The logo's box on the canvas, its shape kept. Raises BadAsset or BadConfig when it cannot be placed."""
    refuse_logo_file(path, facts)
    refuse_logo(wish)
    width = max(2, round(canvas.width * wish.scale / 2) * 2)
    height = max(2, round(width / facts.aspect / 2) * 2)
    if height > canvas.height:
        height = canvas.height
        width = max(2, round(height * facts.aspect / 2) * 2)
    edge = round(min(canvas.width, canvas.height) * 0.04)
    x = edge if wish.position.endswith("left") else canvas.width - edge - width
    y = edge if wish.position.startswith("top") else canvas.height - edge - height
    return Logo(
        path=path,
        format=facts.format,
        x=max(0, x),
        y=max(0, y),
        width=width,
        height=height,
        opacity=wish.opacity,
    )


def plan(
    clips: Sequence[tuple[Role, Path, VideoFacts]],
    *,
    output: Path,
    crossfade_seconds: float = 0.0,
    canvas: Canvas | None = None,
) -> PlannedVideo:
    """The clips one after the other, and nothing over them yet. BadAsset for clips that were cut off."""
    for role, path, facts in clips:
        _refuse_cut_off(role, path, facts)
    canvas = canvas or timeline.canvas_of(next(facts for role, _, facts in clips if role is Role.MAIN))
    laid = timeline.lay(canvas, clips, overlap_frames=round(crossfade_seconds * canvas.fps))
    return PlannedVideo(
        plan=RenderPlan(clips=laid, canvas=canvas, output=output), notes=tuple(timeline.notes(canvas, laid))
    )


def captioned(
    planned: PlannedVideo,
    cues: Sequence[Cue],
    *,
    style: CaptionStyle | None = None,
    font: CaptionFont | None = None,
    burn: bool = False,
    soft: str | None = None,
) -> PlannedVideo:
    """The same with captions; `cues` are timed from main's start, `soft` is the language of a track."""
    made = planned.plan
    placed, outside = timeline.place(made.canvas, made.main, cues)
    missed = Text(
        f"{outside} caption(s) lie outside the main video or under another and were left out",
        f"{outside} 条字幕超出主视频或被其他字幕覆盖，已略去",
    )
    if placed:
        style = style or style_for(made.canvas)
        made = replace(made, cues=placed, style=style, font=font, burn=burn, soft=soft)
    return PlannedVideo(plan=made, notes=(*planned.notes, *((missed,) if outside else ())))


def _refuse_cut_off(role: Role, path: Path, facts: VideoFacts) -> None:
    """A file whose header or index promises more than it holds was cut off on its way here."""
    if facts.cut_short:
        raise BadAsset(
            f"{role.value} {path.name} was cut off (its index names more than it holds): "
            "download or export it again",
            f"{role.zh} {path.name} 文件不完整（索引超出文件）：请重新下载或导出",
        )
    if facts.seconds is None or facts.claimed_seconds is None or facts.frames == 0:
        return
    sound = facts.audio.seconds if isinstance(facts.audio, AudioTrack) else None
    held = max(facts.seconds, sound or 0.0)
    lost = facts.claimed_seconds - held
    if lost > max(_LOST_SECONDS, _LOST_SHARE * facts.claimed_seconds):
        raise BadAsset(
            f"{role.value} {path.name} claims {facts.claimed_seconds:.2f} s but holds {held:.2f} s: "
            "it was cut off; download or export it again",
            f"{role.zh} {path.name} 声称 {facts.claimed_seconds:.2f} 秒，实际只有 {held:.2f} 秒："
            "文件不完整，请重新下载或导出",
        )


def summary(planned: RenderPlan) -> tuple[Text, ...]:
    """The plan in a few sentences: clips and lengths, picture, captions, logo, loudness."""
    canvas = planned.canvas
    rate = float(canvas.fps)
    lengths = [(clip.role, float(clip.frames / canvas.fps)) for clip in planned.clips]
    parts = " + ".join(f"{role.value} {seconds:.2f} s" for role, seconds in lengths)
    parts_zh = " + ".join(f"{role.zh} {seconds:.2f} 秒" for role, seconds in lengths)
    size = f"{canvas.width}×{canvas.height}"
    said = [
        Text(
            f"{parts} = {planned.seconds:.2f} s, {planned.expected_frames} frames",
            f"{parts_zh} = {planned.seconds:.2f} 秒，{planned.expected_frames} 帧",
        ),
        Text(
            f"{size} at {rate:g} fps, {canvas.sample_rate} Hz (H.264 {planned.encoding.preset}, "
            f"crf {planned.encoding.crf}; AAC)",
            f"{size}，{rate:g} 帧/秒，{canvas.sample_rate} Hz（H.264 {planned.encoding.preset}，"
            f"crf {planned.encoding.crf}；AAC）",
        ),
    ]
    if planned.cues:
        how = ("burnt in", "烧录") if planned.burn else ("beside the video", "外挂")
        if planned.soft:
            how = (f"as a track ({planned.soft})", f"软字幕轨 {planned.soft}")
        said.append(Text(f"{len(planned.cues)} captions {how[0]}", f"{len(planned.cues)} 条字幕（{how[1]}）"))
    said += [
        Text(
            f"logo {box.path.name} {box.width}×{box.height} at {box.x},{box.y}",
            f"台标 {box.path.name} {box.width}×{box.height}，位于 {box.x},{box.y}",
        )
        for box in planned.logos
    ]
    if any(clip.fades_out for clip in planned.clips):
        fade = next(float(clip.fades_out / canvas.fps) for clip in planned.clips if clip.fades_out)
        said.append(Text(f"clips fade into each other for {fade:.2f} s", f"片段之间交叉淡化 {fade:.2f} 秒"))
    if planned.levelling is not None:
        said.append(_levelling_said(planned))
    elif planned.target is not None:
        lufs = planned.target.lufs
        said.append(Text(f"loudness {lufs:g} LUFS is aimed at", f"响度目标 {lufs:g} LUFS"))
    return tuple(said)


def _levelling_said(planned: RenderPlan) -> Text:
    levelling = planned.levelling
    assert levelling is not None
    measured, after, gain = levelling.measured.lufs, levelling.expected_lufs, levelling.gain_db
    how_en = (
        "a plain gain" if levelling.linear else "gain and limiter: the peaks leave no room for gain alone"
    )
    how_zh = "线性增益" if levelling.linear else "增益加限幅：峰值余量不足，无法只用增益"
    return Text(
        f"loudness {measured:.1f} → {after:.1f} LUFS ({gain:+.1f} dB, {how_en})",
        f"响度 {measured:.1f} → {after:.1f} LUFS（{gain:+.1f} dB，{how_zh}）",
    )
