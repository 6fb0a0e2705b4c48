"""What stands around the presenter, made ready: files looked at, the face followed, the music measured."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from mediaprep.errors import BadAsset, BadConfig
from mediaprep.finish import staging, wishes
from mediaprep.media import faces, landing, loudness, packets, probe, scenery, sniff
from mediaprep.media.ffmpeg import Binary
from mediaprep.media.scaling import Pixels
from mediaprep.model.facts import AudioFacts, PhotoFacts, VideoFacts
from mediaprep.model.findings import Text
from mediaprep.model.plans import Canvas, RenderPlan, shown_size
from mediaprep.model.scenery import Background, Music, Scenery, SceneryWish

_VOICE_LUFS: Final = -18.0  # the level at which the voice pushes music down
_USUAL_LUFS: Final = -20.0  # of a voice that could not be measured
_LOOKS_A_SECOND: Final = 2.0
_MOST_LOOKS: Final = 600
_SHEET: Final = (4, 3)  # columns, rows
_SHEET_SIDE: Final = 480


def canvas_for(wish: SceneryWish | None, canvas: Canvas) -> Canvas:
    """The canvas, in the shape that is wished."""
    if wish is None or wish.reframe is None:
        return canvas
    width, height = staging.reframed(canvas, staging.shape_of(wish.reframe))
    return replace(canvas, width=width, height=height)


def stage(
    plan: RenderPlan, wish: SceneryWish | None, *, source: Canvas, binary: Binary
) -> tuple[RenderPlan, tuple[Text, ...]]:
    """The plan with all that is wished; `source` is the canvas as main alone sets it. Raises BadAsset and
    BadConfig."""
    if wish is None:
        return plan, ()
    _refuse(wish, plan)
    notes: tuple[Text, ...] = ()
    reframe = None
    if wish.reframe is not None and (plan.canvas.width, plan.canvas.height) != (source.width, source.height):
        seen = _faces(plan.main.path, plan.main.facts)
        reframe = staging.follow(
            seen,
            source=shown_size(plan.main.facts),
            window=(plan.canvas.width, plan.canvas.height),
            fps=float(plan.canvas.fps),
            frames=plan.main.frames,
        )
        found = sum(box is not None for _, box in seen)
        if not found:
            notes = (
                Text("no face was seen: the middle of the picture is kept", "未检测到人脸：保留画面中部"),
            )
    background = None if wish.background is None else _background(wish, plan)
    fps = plan.canvas.fps
    made = Scenery(
        background=background,
        reframe=reframe,
        fade_in=round(wish.fade_in * fps),
        fade_out=round(wish.fade_out * fps),
        chapters=staging.chapters(plan.canvas, plan.clips, every_clip=wish.chapters, marks=wish.marks),
    )
    if wish.music is not None:
        made = replace(made, music=_music(wish, plan, binary))
    return replace(plan, scenery=made), notes


def still_true(notes: tuple[Text, ...], plan: RenderPlan) -> tuple[Text, ...]:
    """Notes on clips without those that the scenery makes untrue of main."""
    if plan.scenery is None or not plan.scenery.restages:
        return notes
    return tuple(note for note in notes if not (note.en.startswith("main is ") and "fitted into" in note.en)
                 and "transparent in main" not in note.en)  # fmt: skip


def said(plan: RenderPlan) -> tuple[Text, ...]:
    """The scenery in a few sentences."""
    scene = plan.scenery
    if scene is None:
        return ()
    told = []
    if scene.background is not None:
        what = scene.background.path.name if scene.background.path else f"#{scene.background.colour}"
        key = f", {scene.background.key} keyed out" if scene.background.key else ""
        key_zh = f"，抠除 {scene.background.key}" if scene.background.key else ""
        told.append(Text(f"background {what}{key}", f"背景 {what}{key_zh}"))
    if scene.reframe is not None:
        canvas, moves = plan.canvas, len(scene.reframe.path) > 1
        how = ("following the face", "跟随人脸") if moves else ("standing still", "固定")
        size = f"{canvas.width}×{canvas.height}"
        told.append(Text(f"a window of {size}, {how[0]}", f"{size} 的画面窗口，{how[1]}"))
    if scene.music is not None:
        name, gain = scene.music.path.name, scene.music.gain_db
        told.append(
            Text(
                f"music {name} ({gain:+.1f} dB), lower under the voice",
                f"音乐 {name}（{gain:+.1f} dB），人声处压低",
            )
        )
    if scene.chapters:
        told.append(Text(f"{len(scene.chapters)} chapters", f"{len(scene.chapters)} 个章节"))
    return tuple(told)


def _refuse(wish: SceneryWish, plan: RenderPlan) -> None:
    wishes.refuse(wish)
    for fade in (wish.fade_in, wish.fade_out):
        wishes.refuse_fade(fade, min(wishes.MOST_FADE, plan.seconds / 2))
    read = [clip.path for clip in plan.clips] + [path for _, path in wish.files]
    if plan.logo is not None:
        read.append(plan.logo.path)
    for path in wish.written:
        landing.refuse_target(path)
        for source in read:
            landing.refuse_same(source, path)


def refuse_files(wish: SceneryWish) -> None:
    """Raise BadAsset for a background that cannot be shown or music that cannot be heard, whatever the video is."""
    if isinstance(wish.background, Path):
        _shown(wish.background)
    if wish.music is not None:
        _heard(wish.music)


# --- background -----------------------------------------------------------------------------------------------


def _background(wish: SceneryWish, plan: RenderPlan) -> Background:
    key = None if wish.green is None else _key(wish.green, plan)
    transparent = (plan.main.facts.pixel_format or "").startswith(
        ("yuva", "rgba", "bgra", "argb", "abgr", "gbrap")
    )
    if key is None and not transparent and plan.main.facts.codec not in {"vp8", "vp9"}:
        raise BadConfig(
            f"{plan.main.path.name} has no transparency ({plan.main.facts.pixel_format}): a background needs a webm "
            "or mov with alpha, or --green for a green screen",
            f"{plan.main.path.name} 没有透明通道（{plan.main.facts.pixel_format}）：换背景需要带 alpha 的 webm 或 mov，"
            "或用 --green 抠除绿幕",
        )
    wanted = wish.background
    if isinstance(wanted, str):
        return Background(colour=wishes.colour_of(wanted), key=key)
    assert wanted is not None
    return replace(_shown(wanted), key=key)


def _shown(path: Path) -> Background:
    facts = probe.probe(path, faces=False)
    if isinstance(facts, PhotoFacts) and facts.format in scenery.IMAGE_DEMUXERS and not facts.animated:
        return Background(path=path, format=facts.format)
    if isinstance(facts, VideoFacts):
        return Background(path=path, demuxer=sniff.identify(path).demuxer)
    raise BadAsset(
        f"background {path.name}: give a still PNG, JPEG, WebP or BMP, or a video",
        f"背景 {path.name}：请提供静态图片（PNG、JPEG、WebP、BMP）或视频",
    )


def _key(wanted: str, plan: RenderPlan) -> str:
    """The colour of the screen: as given, or what the upper corners of the first picture show."""
    named = wishes.green_of(wanted)
    if named is not None:
        return named
    _, picture = next(iter(packets.decode_frames(plan.main.path, pixel_format="rgb24", longer_side=320)))
    side = max(4, picture.shape[1] // 16)
    corners = [picture[:side, :side], picture[:side, -side:]]
    red, green, blue = (round(sum(float(c[..., n].mean()) for c in corners) / 2) for n in range(3))
    uneven = max(float(corner.std(axis=(0, 1)).max()) for corner in corners)
    if uneven > 25 or max(green, blue) < 1.25 * red or abs(green - blue) < 20:
        raise BadConfig(
            f"the upper corners are {red:02X}{green:02X}{blue:02X}, no green or blue screen: name its colour",
            f"画面上角颜色为 {red:02X}{green:02X}{blue:02X}，不是绿幕或蓝幕：请指定颜色",
        )
    return f"{red:02X}{green:02X}{blue:02X}"


# --- music ----------------------------------------------------------------------------------------------------


def _music(wish: SceneryWish, plan: RenderPlan, binary: Binary) -> Music:
    path = wish.music
    assert path is not None
    demuxer = _heard(path)
    landing.refuse_same(path, plan.output)
    voice = loudness.measure_plan(replace(plan, levelling=None, scenery=None), binary=binary).lufs
    own = loudness.measure_file(path, binary=binary).lufs
    if own is None:
        raise BadAsset(f"music {path.name} is silent", f"音乐 {path.name} 无声")
    level = voice if voice is not None else _USUAL_LUFS
    return Music(
        path=path,
        demuxer=demuxer,
        gain_db=level - wish.music_below - own,
        key_gain_db=_VOICE_LUFS - level,
    )


def _heard(path: Path) -> str:
    """The demuxer that opens this sound."""
    facts = probe.probe(path, faces=False)
    demuxer = sniff.identify(path).demuxer
    has_sound = isinstance(facts, AudioFacts) or (isinstance(facts, VideoFacts) and facts.audio_tracks > 0)
    if demuxer is None or not has_sound:
        raise BadAsset(f"music {path.name}: no sound that can be read", f"音乐 {path.name}：没有可读取的声音")
    return demuxer


# --- faces ----------------------------------------------------------------------------------------------------


def _faces(path: Path, facts: VideoFacts) -> list[staging.Seen]:
    """The largest face, twice a second, or up to 600 times in a long video."""
    finder = faces.detector()
    seconds = facts.seconds or 1.0
    apart = max(1 / _LOOKS_A_SECOND, seconds / _MOST_LOOKS)
    begins = facts.picture_starts or 0.0
    seen: list[staging.Seen] = []
    for at, picture in packets.decode_frames(path, pixel_format="bgr24", longer_side=640, apart=apart - 1e-3):
        height, width = picture.shape[:2]
        found = finder.find(picture)
        box = found[0] if found else None
        share = None
        if box is not None:
            share = box.x / width, box.y / height, box.width / width, box.height / height
        seen.append((at - begins, share))
    return seen


# --- pictures of the output -------------------------------------------------------------------------------------


def pictures(output: Path, wish: SceneryWish | None, *, seconds: float) -> tuple[Path, ...]:
    """Write the thumbnail and the contact sheet that are wished; the thumbnail shows the picture with the
    sharpest face among twelve, else the sharpest."""
    if wish is None or (wish.thumbnail is None and wish.sheet is None):
        return ()
    columns, rows = _SHEET
    moments = [seconds * (n + 0.5) / (columns * rows) for n in range(columns * rows)]
    taken = []
    for moment in moments:
        found = next(
            iter(packets.decode_frames(output, pixel_format="bgr24", start=max(0.0, moment - 0.02))), None
        )
        if found is not None:
            taken.append(found)
    if not taken:
        raise BadAsset(f"{output.name}: no picture decodes", f"{output.name}：无法解码画面")
    written = []
    if wish.thumbnail is not None:
        best = max(taken, key=lambda one: _worth(one[1]))[1]
        written.append(_written(wish.thumbnail, best))
    if wish.sheet is not None:
        written.append(_written(wish.sheet, _sheet(taken, columns)))
    return tuple(written)


def _worth(picture: Pixels) -> float:
    """How good a picture is as a thumbnail: a face first, then sharpness."""
    from mediaprep.media import pixels  # OpenCV takes a tenth of a second to load, and few ask for stills

    small = pixels.resize(picture, 320, max(2, round(320 * picture.shape[0] / picture.shape[1])))
    found = faces.detector().find(small)
    sharp = pixels.sharpness(pixels.convert(small, "bgr>gray"))
    turned = abs(found[0].yaw or 0.0) if found else 0.0
    return (1e6 - 1e4 * turned if found else 0.0) + sharp


def _sheet(taken: list[tuple[float, Pixels]], columns: int) -> Pixels:
    import numpy as np

    from mediaprep.media import pixels

    height, width = taken[0][1].shape[:2]
    across = _SHEET_SIDE if width >= height else round(_SHEET_SIDE * width / height)
    down = max(2, round(across * height / width))
    tiles = []
    for _, picture in taken:
        tile = pixels.resize(picture, across, down)
        tiles.append(tile)
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % columns)
    rows = [np.concatenate(tiles[n : n + columns], axis=1) for n in range(0, len(tiles), columns)]
    return np.concatenate(rows)


def _written(target: Path, picture: Pixels) -> Path:
    from mediaprep.media import pixels

    data = pixels.encode(picture, ".png" if target.suffix.lower() == ".png" else ".jpg")
    with landing.landing(target) as part:
        part.write_bytes(data)
    return target
