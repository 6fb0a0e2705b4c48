"""The cover and the contact sheet of a finished video: a moment, a picture of one's own, or the best of main."""

from __future__ import annotations

from pathlib import Path

from mediaprep.errors import BadAsset, BadConfig, MediaprepError
from mediaprep.finishing import cover_choice
from mediaprep.finishing.cover_choice import CoverCandidate
from mediaprep.media import faces, fonts
from mediaprep.media.compose import covers, graph, scenery
from mediaprep.media.faces import Picture
from mediaprep.media.ffmpeg import Binary
from mediaprep.media.labels import tags
from mediaprep.media.probing import probe
from mediaprep.model.facts import PhotoFacts
from mediaprep.model.findings import Text
from mediaprep.model.finishing.plans import Canvas, RenderPlan
from mediaprep.model.finishing.scenery import SceneryWish


def write(
    output: Path, plan: RenderPlan, wish: SceneryWish | None, *, size: tuple[int, int] | None, binary: Binary
) -> tuple[tuple[Path, ...], tuple[Text, ...]]:
    """Writes the cover (`size`: of another shape than the video) and the contact sheet that are wished of the video
    at `output`; what was written, and why nothing was. For want of them no video is lost."""
    if wish is None or not wish.written:
        return (), ()
    written: list[Path] = []
    try:
        label = tags.read_own(output).label  # its pictures are as generated as it is
        if wish.thumbnail is not None:
            written.append(covers.save(wish.thumbnail, _cover(plan, wish, size, binary), label))
        if wish.sheet is not None:
            written.append(covers.save(wish.sheet, covers.sheet(output, plan.seconds), label))
    except MediaprepError as error:
        return tuple(written), (
            Text(f"no thumbnail or sheet: {error.en}", f"未写出封面或缩略图：{error.zh}"),
        )
    return tuple(written), ()


def refuse(plan: RenderPlan, wish: SceneryWish | None) -> None:
    """Raise BadConfig for a moment that main has not or a title that no cover holds, BadAsset for a picture that is
    none or a title that no font draws."""
    if wish is None or wish.thumbnail is None:
        return
    seconds = float(plan.main.frames / plan.canvas.fps)
    if wish.cover_at is not None and not 0 <= wish.cover_at < seconds:
        raise BadConfig(
            f"cover at {wish.cover_at:g} s: main lasts {seconds:.2f} s",
            f"封面时刻 {wish.cover_at:g} 秒：主视频长 {seconds:.2f} 秒",
        )
    if wish.cover_picture is not None:
        _demuxer(wish.cover_picture)
    if wish.cover_title is not None:
        cover_choice.title_set(wish.cover_title, plan.canvas, fonts.choose([wish.cover_title]), ())


def _cover(plan: RenderPlan, wish: SceneryWish, size: tuple[int, int] | None, binary: Binary) -> Picture:
    shape = size or (plan.canvas.width, plan.canvas.height)
    if wish.cover_picture is not None:
        own = wish.cover_picture
        picture = graph.picture_of(own, _demuxer(own), shape, binary=binary)[:, :, ::-1].copy()
    else:
        at = _best(plan) if wish.cover_at is None else wish.cover_at
        frame = min(plan.main.frames - plan.main.held_frames - 1, max(0, round(at * plan.canvas.fps)))
        picture = covers.clean(plan, plan.main.first_frame + frame, binary=binary)
        picture = picture if size is None else covers.cut(picture, size)
    if wish.cover_title is None:
        return picture
    font = fonts.choose([wish.cover_title])
    canvas = Canvas(width=shape[0], height=shape[1], fps=plan.canvas.fps, sample_rate=plan.canvas.sample_rate)
    cue, style = cover_choice.title_set(wish.cover_title, canvas, font, faces.detector().find(picture))
    return covers.titled(picture, cue, style, font, binary=binary)


def _best(plan: RenderPlan) -> float:
    """The moment of main whose picture makes the best cover: not the head's still, and as it is before captions and
    mark."""
    main = plan.main
    seen = [
        CoverCandidate(seconds=at, height=height, sharpness=sharp, face=face)
        for at, height, sharp, face in covers.looked_at(main.path, float(main.frames / plan.canvas.fps))
    ]
    if not seen:
        raise BadAsset(f"{main.path.name}: no picture decodes", f"{main.path.name}：无法解码画面")
    return cover_choice.best(seen).seconds


def _demuxer(path: Path) -> str:
    """What opens a user's picture. Raises BadAsset for what is none."""
    facts = probe.measured(path, faces=False)
    if isinstance(facts, PhotoFacts) and facts.format in scenery.IMAGE_DEMUXERS and not facts.animated:
        return scenery.IMAGE_DEMUXERS[facts.format]
    raise BadAsset(
        f"cover {path.name}: give a still PNG, JPEG, WebP or BMP",
        f"封面 {path.name}：请提供静态图片（PNG、JPEG、WebP、BMP）",
    )
