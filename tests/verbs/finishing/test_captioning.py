"""Captions through finish: burnt in every look, a soft track, beside the video; sung, in two languages, off faces."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mediaprep.errors import BadAsset, BadConfig, ToolFailed
from mediaprep.finishing import styles
from mediaprep.media.captions import subtitle_files
from mediaprep.media.compose import softtrack
from mediaprep.media.containers import packets
from mediaprep.model.finishing.captions import CaptionsAs, CaptionWish
from mediaprep.model.finishing.joining import PartMethod
from mediaprep.model.finishing.plans import Cue, Encoding
from mediaprep.verbs.finish import Finished, finish_video
from mediaprep.verbs.finishing import captioning
from tests.making import make_face_video, make_video

FAST = Encoding(preset="ultrafast", crf=23)
CUES = (Cue(start_ms=1300, end_ms=2300, lines=("每天十六次日出，",)),)
TEXT = "大家好，今天看日出。"


@pytest.fixture
def main(tmp_path: Path) -> Path:
    return make_video(tmp_path / "main.mp4", seconds=4, width=320, height=180, extra=("-g", "25", "-bf", "0"))


def run(main: Path, captions: Any = CUES, font: Path | None = None, **wish: Any) -> Finished:
    wish.setdefault("off_faces", False)
    out = main.with_name("out.mp4")
    return finish_video(
        main, output=out, captions=captions, caption_wish=CaptionWish(**wish), encoding=FAST, font=font
    )


def held(done: Finished) -> dict[str, bool | None]:
    return {check.name: check.held for check in done.checks}


def stamped(main: Path, text: str = TEXT) -> None:
    at = [(300 + n * 250) * 10_000 for n in range(len(text) + 1)]
    words = [{"Word": c, "StartTimestamp": at[n], "EndTimestamp": at[n + 1]} for n, c in enumerate(text)]
    content = {"TextTimestampResult": [{"Sentence": text, "Words": words}]}
    main.with_suffix(".timestamps.json").write_text(json.dumps(content), encoding="utf-8")


@pytest.mark.parametrize(
    "wish",
    [
        {"box": "203040"},
        {"position": "top"},
        {"position": "middle", "box": "FFFFFF", "box_opacity": 0.9, "color": "101010", "outline": 0.0},
        {"size": 9.0, "outline": 12.0, "outline_color": "003366", "color": "FFEE00"},
    ],
    ids=["box", "top", "light plate", "large"],
)
def test_every_look_is_proved_in_the_pixels(main: Path, wish: dict[str, Any]) -> None:
    checks = held(run(main, **wish))
    assert checks["captions_inside"] and checks["captions_outside"] and checks["captions_within_picture"]


def test_sparse_captions_leave_all_other_pictures_as_they_are(main: Path) -> None:
    done = run(main)
    ways = [(part.first_frame, part.end_frame, part.way) for part in done.plan.parts]
    assert ways == [(0, 25, PartMethod.COPIED), (25, 75, PartMethod.ENCODED), (75, 100, PartMethod.COPIED)]
    assert held(done)["copied_frames"] and held(done)["captions_inside"] and held(done)["captions_outside"]


def test_a_soft_track_changes_no_packet_of_picture_and_sound(main: Path) -> None:
    done = run(main, way=CaptionsAs.SOFT, language="eng", sidecars=())
    assert held(done)["captions_track"] and held(done)["copied_frames"] and done.sidecars == ()
    assert told(done.output) == [(1300, 2300, "每天十六次日出，")]
    for kind in ("video", "audio"):
        assert stream(done.output, kind) == stream(main, kind)


def told(path: Path) -> list[tuple[int, int, str]]:
    return [(caption.start_ms, caption.end_ms, caption.text) for caption in softtrack.read(path)]


def stream(path: Path, kind: str) -> list[bytes]:
    with packets.opened(path) as container:
        wanted = next(s for s in container.streams if s.type == kind)
        return [bytes(packet) for packet in container.demux(wanted) if packet.size]


def test_a_soft_track_moves_with_the_head_and_a_missing_one_is_seen(tmp_path: Path, main: Path) -> None:
    head = make_video(tmp_path / "head.mp4", seconds=1, width=320, height=180)
    wish = CaptionWish(way=CaptionsAs.SOFT)
    done = finish_video(
        main, output=tmp_path / "out.mp4", head=head, captions=CUES, caption_wish=wish, encoding=FAST
    )
    assert told(done.output) == [(2300, 3300, "每天十六次日出，")]
    (check,) = softtrack.checks(main, done.plan)
    assert check.held is False and (check.measured, check.note) == (0, "not those that were given")


def test_emoji_are_for_players_to_draw_but_not_for_us(main: Path) -> None:
    smiling = [Cue(start_ms=500, end_ms=1500, lines=("你好😀",))]
    assert held(run(main, smiling, way=CaptionsAs.SOFT))["captions_track"]
    with pytest.raises(BadAsset, match=r"😀 \(U\+1F600\)"):
        run(main, smiling)


def test_a_second_font_lends_what_the_first_lacks_and_a_coloured_one_is_refused(
    tmp_path: Path, main: Path
) -> None:
    from mediaprep.media import fonts

    smiling = [Cue(start_ms=500, end_ms=1900, lines=("你好😀再见",))]
    signs, coloured = signs_font(tmp_path / "signs.ttf"), signs_font(tmp_path / "colour.ttf", coloured=True)
    done = run(main, smiling, fonts=(fonts.default_font(), signs))
    assert held(done)["captions_inside"] and held(done)["captions_outside"]
    assert done.plan.font is not None and done.plan.font.lent == (("😀", 0),)
    with pytest.raises(BadAsset, match="coloured"):
        run(main, smiling, fonts=(fonts.default_font(), coloured))
    with pytest.raises(BadAsset, match="two of the fonts"):
        run(main, smiling, fonts=(fonts.default_font(), fonts.default_font()))


def signs_font(path: Path, *, coloured: bool = False) -> Path:
    """A font that draws U+1F600 as a square."""
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    pen = TTGlyphPen(None)
    pen.moveTo((100, 0))
    for point in ((100, 800), (900, 800), (900, 0)):
        pen.lineTo(point)
    pen.closePath()
    font = FontBuilder(1000, isTTF=True)
    font.setupGlyphOrder([".notdef", "smile"])
    font.setupCharacterMap({0x1F600: "smile"})
    font.setupGlyf({".notdef": TTGlyphPen(None).glyph(), "smile": pen.glyph()})
    font.setupHorizontalMetrics({".notdef": (500, 0), "smile": (1000, 100)})
    font.setupHorizontalHeader(ascent=800, descent=-200)
    font.setupNameTable({"familyName": "Signs", "styleName": "Regular"})
    font.setupOS2(sTypoAscender=800, usWinAscent=800, usWinDescent=200)
    font.setupPost()
    if coloured:
        font.setupCOLR({"smile": [("smile", 0)]})
        font.setupCPAL([[(1.0, 0.8, 0.2, 1.0)]])
    font.save(path)
    return path


def test_sung_captions_in_two_languages_with_every_sidecar(tmp_path: Path, main: Path) -> None:
    stamped(main)
    second = tmp_path / "en.txt"
    second.write_text("Hello, today we watch the sun rise.\n", encoding="utf-8")
    done = run(main, "burn", karaoke=True, second=second, sidecars=("srt", "vtt", "ass"))
    assert held(done)["captions_inside"] and held(done)["captions_outside"]
    assert [path.name for path in done.sidecars] == ["out.srt", "out.vtt", "out.ass"]
    texts = [tuple(cue.text for cue in subtitle_files.read(path)) for path in done.sidecars]
    assert texts[0] == texts[1] == texts[2] == tuple(cue.text for cue in done.cues)
    assert "".join(line for cue in done.cues for line in cue.lines) == "大家好 今天看日出"
    said = " ".join(line for cue in done.cues for line in cue.second)
    assert said.split() == ["Hello,", "today", "we", "watch", "the", "sun", "rise."]
    assert r"{\k25}家" in done.sidecars[2].read_text(encoding="utf-8")


def test_two_languages_in_one_file_stand_under_each_other_in_two_sizes(tmp_path: Path, main: Path) -> None:
    path = tmp_path / "two.srt"
    path.write_text(
        "1\n00:00:00,300 --> 00:00:01,900\n每天十六次日出，\nSixteen sunrises a day\n\n"
        "2\n00:00:02,000 --> 00:00:03,800\n再见\nGoodbye\n\n"
        "3\n00:00:03,900 --> 00:00:03,900\n零\n",
        encoding="utf-8",
    )
    done = run(main, path)
    assert [cue.second for cue in done.cues] == [("Sixteen sunrises a day",), ("Goodbye",)]
    assert done.plan.style is not None and 0 < done.plan.style.second_px < done.plan.style.font_px
    assert held(done)["captions_inside"] and any("two languages" in note.en for note in done.notes)
    assert [f.rule for f in done.findings if "before it begins" in f.message.en] == [
        "captions.cue.milliseconds"
    ]


def test_what_captions_were_taken_from_is_said_and_that_an_ass_files_looks_are_not(main: Path) -> None:
    stamped(main)
    assert any("main.timestamps.json" in note.en for note in run(main, "burn").notes)
    script = main.with_name("own.ass")
    script.write_text(
        "[Script Info]\nScriptType: v4.00+\n\n[V4+ Styles]\n\n[Events]\n"
        "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
        r"Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,{\pos(1,1)}你好" + "\n",
        encoding="utf-8",
    )
    assert any("ASS" in note.en for note in run(main, script).notes)


def test_a_grey_caption_on_a_dark_picture_is_no_failure(main: Path) -> None:
    dark = make_video(main.with_name("dark.mp4"), seconds=2, width=320, height=180, source="color")
    cue = (Cue(start_ms=300, end_ms=1500, lines=("每天十六次日出，",)),)
    checks = held(run(dark, cue, color="808080"))
    assert checks["captions_inside"] and checks["captions_outside"]


def test_a_caption_lost_in_the_picture_is_told_what_it_lacks(main: Path) -> None:
    dark = make_video(main.with_name("dark.mp4"), seconds=2, width=320, height=180, source="color")
    cue = (Cue(start_ms=300, end_ms=1500, lines=("每天十六次日出，",)),)
    with pytest.raises(ToolFailed, match=r"captions_inside.*without an outline or a plate") as caught:
        run(dark, cue, color="000000", outline=0.0)
    assert "没有描边或底框" in caught.value.zh


def test_karaoke_without_times_of_characters_says_what_to_give(main: Path) -> None:
    with pytest.raises(BadAsset, match="timestamps of the tts task"):
        run(main, karaoke=True)
    stamped(main)
    with pytest.raises(BadConfig, match="contrast"):
        run(main, "burn", karaoke=True, highlight="111111")


def test_karaoke_takes_the_source_that_has_the_times(main: Path) -> None:
    main.with_suffix(".srt").write_text("1\n00:00:00,300 --> 00:00:01,900\n别的字幕\n", encoding="utf-8")
    stamped(main)
    done = run(main, "burn", karaoke=True)
    assert done.source == "timestamps" and all(cue.spoken_ms for cue in done.cues)
    assert run(main, "burn").source == "srt"


def test_files_that_were_read_are_never_written_over(main: Path) -> None:
    mine = main.with_name("out.vtt")
    mine.write_text("WEBVTT\n\n00:00.500 --> 00:01.500\nHello\n", encoding="utf-8")
    before = mine.read_bytes()
    done = run(main, second=mine, sidecars=("vtt",))
    assert mine.read_bytes() == before and done.sidecars[0].name == "out.finished.vtt"


def test_captions_leave_a_face_alone_and_say_so(tmp_path: Path, fixtures: Path) -> None:
    """The astronaut's face, put low in the picture, where captions would stand."""
    from mediaprep.media.probing import probe
    from mediaprep.model.facts import VideoFacts

    face = make_face_video(
        tmp_path / "face.mp4", fixtures / "faces/astronaut.png", seconds=2, side=384, extra=("-g", "25")
    )
    low = tmp_path / "low.mp4"
    from tests.making import ffmpeg

    ffmpeg("-i", face, "-vf", "crop=300:180:60:10,pad=320:360:10:180", "-c:v", "libx264", "-preset", "ultrafast",
           "-pix_fmt", "yuv420p", "-c:a", "copy", low)  # fmt: skip
    done = run(low, [Cue(start_ms=200, end_ms=1600, lines=("每天都能看到十六次日出",))], off_faces=True)
    facts = probe.probe(low)
    assert isinstance(facts, VideoFacts) and facts.faces is not None and facts.faces.pictures
    assert any("cover no face" in note.en for note in done.notes)
    assert held(done)["captions_inside"] and done.plan.style is not None and done.plan.font is not None
    style = done.plan.style
    _, height = styles.block(style, done.cues, line_factor=done.plan.font.line_factor)
    top = style.margin_top if style.position == "top" else 360 - style.margin_bottom - height
    for box in (box for picture in facts.faces.pictures for box in picture.faces):
        assert top + height <= box.y or top >= box.y + box.height
    left = run(low, CUES, off_faces=False)
    assert left.plan.style is not None and left.plan.style.position == "bottom"


def test_captions_leave_a_face_alone_in_a_reframed_picture_too(tmp_path: Path, fixtures: Path) -> None:
    """The face stands low in a wide picture; the window follows it, and pixels are kept."""
    from mediaprep.media.probing import probe
    from mediaprep.model.facts import VideoFacts
    from mediaprep.model.finishing.scenery import SceneryWish
    from tests.making import ffmpeg

    face = make_face_video(tmp_path / "face.mp4", fixtures / "faces/astronaut.png", seconds=2, side=384)
    low = tmp_path / "low.mp4"
    ffmpeg("-i", face, "-vf", "crop=300:180:60:10,pad=640:360:300:180", "-c:v", "libx264", "-preset", "ultrafast",
           "-pix_fmt", "yuv420p", "-c:a", "copy", low)  # fmt: skip
    done = finish_video(
        low, output=tmp_path / "out.mp4", captions=[Cue(start_ms=200, end_ms=1600, lines=("每天十六次日出",))],
        caption_wish=CaptionWish(), scenery=SceneryWish(reframe="9:16"), encoding=FAST,
    )  # fmt: skip
    facts, style, font = probe.probe(done.output), done.plan.style, done.plan.font
    assert (
        isinstance(facts, VideoFacts) and facts.faces is not None and style is not None and font is not None
    )
    boxes = [box for picture in facts.faces.pictures for box in picture.faces]
    _, height = styles.block(style, done.cues, line_factor=font.line_factor)
    top = style.margin_top if style.position == "top" else 360 - style.margin_bottom - height
    assert boxes and all(top + height <= box.y or top >= box.y + box.height for box in boxes)
    assert any("cover no face" in note.en for note in done.notes)


def test_a_wish_is_refused_before_anything_is_paid(tmp_path: Path) -> None:
    (tmp_path / "en.srt").write_text("no subtitles", encoding="utf-8")
    for wish, error in (
        ({"second": tmp_path / "en.srt"}, BadAsset),
        ({"second": tmp_path / "absent.txt"}, BadAsset),
        ({"fonts": (tmp_path / "en.srt",)}, BadAsset),
        ({"color": "red"}, BadConfig),
    ):
        with pytest.raises(error):
            captioning.refuse(CaptionWish(**wish))
    captioning.refuse(CaptionWish())
