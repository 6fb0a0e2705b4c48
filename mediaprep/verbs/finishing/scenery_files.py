"""What stands around the presenter, made ready: files looked at, the face followed, the music measured."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from mediaprep.errors import BadAsset, BadConfig
from mediaprep.finishing import layout
from mediaprep.finishing.wishes import refusals
from mediaprep.media import sniff  # fmt: skip
from mediaprep.media.compose import colours, graph, keying, loudness, scenery  # fmt: skip
from mediaprep.media.containers import packets
from mediaprep.media.ffmpeg import Binary
from mediaprep.media.files import atomic  # fmt: skip
from mediaprep.media.people import shots  # fmt: skip
from mediaprep.media.probing import probe  # fmt: skip
from mediaprep.model.facts import AudioFacts, PhotoFacts, VideoFacts
from mediaprep.model.findings import Text
from mediaprep.model.finishing.plans import Canvas, RenderPlan, shown_size
from mediaprep.model.finishing.scenery import Background, Music, Scenery, SceneryWish

_VOICE_LUFS: Final = -18.0  # the level at which the voice pushes music down
_USUAL_LUFS: Final = -20.0  # of a voice that could not be measured
_SCREEN_WIDTH: Final = 320  # of the picture in which a green screen is measured
_LEAST_SCREEN, _MOST_SCREEN = 0.02, 0.98  # of that picture


def canvas_for(wish: SceneryWish | None, canvas: Canvas) -> Canvas:
    """The canvas, in the shape and size that are wished. Raises BadConfig."""
    if wish is None:
        return canvas
    if wish.reframe is not None:
        width, height = layout.reframed(canvas, layout.shape_of(wish.reframe))
        canvas = replace(canvas, width=width, height=height)
    return canvas if wish.size is None else layout.sized(canvas, layout.size_of(wish.size))


_MOST_CHAPTERS: Final = 1000
_SHORTEST_CHAPTER: Final = 0.1  # seconds


def with_own_chapters(wish: SceneryWish | None, main: Path, facts: VideoFacts) -> SceneryWish | None:
    """The wish with the chapters that main has itself, where no others are wished for it. Raises BadAsset."""
    if wish is not None and wish.marks:
        return wish
    found = [(ms / 1000, title) for ms, title in packets.chapters(main)[:_MOST_CHAPTERS]]
    last = (facts.seconds or 0.0) - _SHORTEST_CHAPTER
    own = tuple((at, title or str(n)) for n, (at, title) in enumerate(found, 1) if 0 <= at < last)
    return replace(wish or SceneryWish(), marks=own) if own else wish


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
    window = source.width, source.height
    if wish.reframe is not None:
        window = layout.reframed(source, layout.shape_of(wish.reframe))
    if window != (source.width, source.height):
        seen, cuts = shots.look(plan.main)
        reframe = layout.follow(
            seen,
            source=shown_size(plan.main.facts),
            window=window,
            fps=float(plan.canvas.fps),
            frames=plan.main.frames,
            cuts=cuts,
        )
        found = sum(box is not None for _, box in seen)
        if not found:
            notes = (
                Text("no face was seen: the middle of the picture is kept", "未检测到人脸：保留画面中部"),
            )
    if plan.canvas.width > window[0]:
        times = plan.canvas.width / window[0]
        notes += (
            Text(
                f"{window[0]}×{window[1]} pixels are enlarged {times:.2f} times: they get no sharper",
                f"画面由 {window[0]}×{window[1]} 放大 {times:.2f} 倍：不会更清晰",
            ),
        )
    background = None if wish.background is None else _background(wish, replace(plan, canvas=source), binary)
    fps = plan.canvas.fps
    made = Scenery(
        background=background,
        reframe=reframe,
        fade_in=round(wish.fade_in * fps),
        fade_out=round(wish.fade_out * fps),
        chapters=layout.chapters(
            plan.canvas, plan.clips, every_clip=wish.chapters, marks=wish.marks, titles=wish.clip_titles
        ),
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
        width, height = scene.reframe.window
        size = f"{width}×{height}"
        if (width, height) != (canvas.width, canvas.height):
            size += f" → {canvas.width}×{canvas.height}"
        told.append(Text(f"a window of {size}, {how[0]}", f"{size} 的画面窗口，{how[1]}"))
    if scene.music is not None:
        name, gain = scene.music.path.name, scene.music.gain_db
        told.append(
            Text(
                f"music {name} ({gain:+.1f} dB), lower under the voice",
                f"音乐 {name}（{gain:+.1f} dB），人声处压低",
            )
        )
    if scene.fade_in or scene.fade_out:
        rate = plan.canvas.fps
        into, out = float(scene.fade_in / rate), float(scene.fade_out / rate)
        told.append(
            Text(f"fades: in {into:.2f} s, out {out:.2f} s", f"淡入 {into:.2f} 秒，淡出 {out:.2f} 秒")
        )
    if scene.chapters:
        told.append(Text(f"{len(scene.chapters)} chapters", f"{len(scene.chapters)} 个章节"))
    return tuple(told)


def _refuse(wish: SceneryWish, plan: RenderPlan) -> None:
    refusals.refuse(wish)
    for fade in (wish.fade_in, wish.fade_out):
        refusals.refuse_fade(fade, min(refusals.MOST_FADE, plan.seconds / 2))


def refuse_files(wish: SceneryWish) -> None:
    """Raise BadAsset for a background that cannot be shown or music that cannot be heard, whatever the video is."""
    if isinstance(wish.background, Path):
        _shown(wish.background)
    if wish.music is not None:
        _heard(wish.music)


# --- background -----------------------------------------------------------------------------------------------


def _background(wish: SceneryWish, plan: RenderPlan, binary: Binary) -> Background:
    key = None if wish.green is None else _key(wish.green, plan, binary)
    if key is None and not plan.main.facts.alpha:
        raise BadConfig(
            f"{plan.main.path.name} has no transparency ({plan.main.facts.pixel_format}): a background needs a webm "
            "or mov with alpha, or --green for a green screen",
            f"{plan.main.path.name} 没有透明通道（{plan.main.facts.pixel_format}）：换背景需要带 alpha 的 webm 或 mov，"
            "或用 --green 抠除绿幕",
        )
    wanted = wish.background
    if isinstance(wanted, str):
        return Background(colour=refusals.colour_of(wanted), key=key)
    assert wanted is not None
    return replace(_shown(wanted), key=key)


def _shown(path: Path) -> Background:
    facts = probe.measured(path, faces=False)
    if isinstance(facts, PhotoFacts) and facts.format in scenery.IMAGE_DEMUXERS and not facts.animated:
        return Background(path=path, format=facts.format)
    if isinstance(facts, VideoFacts):
        return Background(path=path, demuxer=sniff.identify(path).demuxer)
    raise BadAsset(
        f"background {path.name}: give a still PNG, JPEG, WebP or BMP, or a video",
        f"背景 {path.name}：请提供静态图片（PNG、JPEG、WebP、BMP）或视频",
    )


def _key(wanted: str, plan: RenderPlan, binary: Binary) -> str:
    """The colour of the screen: as given, or what the upper corners of the first picture show. Raises BadConfig
    when it is none, or there is too little or too much of it."""
    named = refusals.green_of(wanted)
    height = max(2, round(_SCREEN_WIDTH * plan.canvas.height / plan.canvas.width))
    picture = graph.first_picture(plan, _SCREEN_WIDTH, height, binary=binary)
    key, fits = keying.screen_of(picture)
    if named is not None:
        key = named
    elif not fits:
        raise BadConfig(
            f"the upper corners are {key}, no green or blue screen: name its colour",
            f"画面上角颜色为 {key}，不是绿幕或蓝幕：请指定颜色",
        )
    coded = colours.of_plan(plan)
    if keying.too_pale(key, coded):
        raise BadConfig(
            f"{key} is too near to grey: everything grey would go with it; light the screen, or name its colour",
            f"{key} 过于接近灰色，会连同灰色部分一起抠除：请打亮幕布，或指定其颜色",
        )
    share = keying.share(picture, key, coded)
    if not _LEAST_SCREEN <= share <= _MOST_SCREEN:
        raise BadConfig(
            f"{key} would take {100 * share:.0f} % of the first picture away: name the screen's own colour",
            f"抠除 {key} 会去掉首帧的 {100 * share:.0f}%：请指定幕布本身的颜色",
        )
    return key


# --- music ----------------------------------------------------------------------------------------------------


def _music(wish: SceneryWish, plan: RenderPlan, binary: Binary) -> Music:
    path = wish.music
    assert path is not None
    demuxer = _heard(path)
    atomic.refuse_same(path, plan.output)
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
    facts = probe.measured(path, faces=False)
    demuxer = sniff.identify(path).demuxer
    has_sound = isinstance(facts, AudioFacts) or (isinstance(facts, VideoFacts) and facts.audio_tracks > 0)
    if demuxer is None or not has_sound:
        raise BadAsset(f"music {path.name}: no sound that can be read", f"音乐 {path.name}：没有可读取的声音")
    return demuxer
