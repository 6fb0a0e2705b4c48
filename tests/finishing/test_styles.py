"""Wishes become styles that can be read, or are refused with the value and the limit; captions keep off faces."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from mediaprep.errors import BadConfig
from mediaprep.finishing import styles
from mediaprep.model.facts import FaceBox
from mediaprep.model.finishing.captions import CaptionWish
from mediaprep.model.finishing.plans import Canvas, Cue

WIDE = Canvas(width=1920, height=1080, fps=Fraction(25), sample_rate=48000)
TALL = Canvas(width=1080, height=1920, fps=Fraction(25), sample_rate=48000)
CUES = (Cue(start_ms=0, end_ms=2000, lines=("国际空间站每九十分钟绕地球一圈，", "一天能看到十六次日出。")),)


def face(x: int, y: int, side: int) -> FaceBox:
    return FaceBox(x=x, y=y, width=side, height=side, score=0.9)


def cleared(canvas: Canvas, faces: list[FaceBox], **wish: Any) -> styles.Cleared:
    style = styles.styled(canvas, CaptionWish(**wish))
    return styles.off_faces(style, canvas, CUES, faces, line_factor=1.32)


@pytest.mark.parametrize("canvas", [WIDE, TALL])
def test_a_size_of_ones_own_still_fits_the_safe_width(canvas: Canvas) -> None:
    for size in (2.0, 4.8, 8.0, 12.0, 20.0):
        style = styles.styled(canvas, CaptionWish(size=size))
        assert style.font_px == round(1080 * size / 100)
        assert style.max_units >= 4
        assert style.max_units * style.font_px + 2 * style.margin_side <= canvas.width


def test_a_second_language_leaves_one_line_to_the_first_and_is_smaller() -> None:
    style = styles.styled(WIDE, CaptionWish(second=Path("en.srt")))
    assert style.max_lines == 1 and 0 < style.second_px < style.font_px
    assert style.second_units * style.second_px <= WIDE.width - 2 * style.margin_side
    assert style.second_units > style.max_units


def test_a_box_gets_room_around_the_letters_and_karaoke_its_colour() -> None:
    style = styles.styled(WIDE, CaptionWish(box="203040", karaoke=True, position="top", margin=10))
    assert style.box == "203040" and style.box_pad_px > 0 and style.highlight == "FFD54A"
    assert style.margin_top == 108 and style.position == "top"
    assert styles.styled(WIDE, CaptionWish()).highlight is None


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"position": "left"}, "bottom, top, middle"),
        ({"sidecars": ("sub",)}, "srt, vtt, ass"),
        ({"color": "white"}, "RRGGBB"),
        ({"color": "FFFFFF\\N{"}, "RRGGBB"),
        ({"size": 40.0}, "give 2 to 20"),
        ({"outline": 90.0}, "give 0 to 25"),
        ({"margin": -3.0}, "give 0 to 45"),
        ({"box_opacity": 0.0}, "0.05 to 1"),
        ({"language": "chinese"}, "ISO 639-2"),
        ({"color": "222222"}, "contrast of"),
        ({"color": "EEEEEE", "box": "FFFFFF"}, "contrast of"),
        ({"karaoke": True, "highlight": "101010"}, "contrast of 1.0"),
    ],
)
def test_what_cannot_be_read_or_is_no_value_is_refused(wish: dict[str, Any], said: str) -> None:
    with pytest.raises(BadConfig, match=said) as caught:
        styles.styled(WIDE, CaptionWish(**wish))
    assert caught.value.zh and "\n" not in str(caught.value)


def test_contrast_is_the_one_everybody_measures() -> None:
    assert styles.contrast("FFFFFF", "000000") == pytest.approx(21.0)
    assert styles.contrast("777777", "FFFFFF") == pytest.approx(4.48, abs=0.01)


def test_captions_that_cover_no_face_stay_where_they_are() -> None:
    found = cleared(WIDE, [face(700, 150, 400), face(900, 180, 380)])
    assert found.note is None and found.finding is None
    assert found.style == styles.styled(WIDE, CaptionWish())


@pytest.mark.parametrize(
    ("canvas", "faces", "where"),
    [
        (TALL, [face(300, 1150, 500)], "down"),
        (WIDE, [face(600, 480, 560)], "to the top"),
        (WIDE, [face(800, 850, 200)], "up"),
        (TALL, [face(200, 1100, 760)], "to the top"),
    ],
)
def test_captions_move_off_a_face_and_say_so(canvas: Canvas, faces: list[FaceBox], where: str) -> None:
    found = cleared(canvas, faces)
    assert found.note is not None and f"moved {where}" in found.note.en and "人脸" in found.note.zh
    width, height = styles.block(found.style, CUES, line_factor=1.32)
    style = found.style
    top = style.margin_top if style.position == "top" else canvas.height - style.margin_bottom - height
    left = (canvas.width - width) / 2
    for box in faces:
        beside = left >= box.x + box.width or left + width <= box.x
        assert beside or top + height <= box.y or top >= box.y + box.height
    assert top >= 0 and top + height <= canvas.height


def test_a_face_beside_the_captions_moves_nothing() -> None:
    assert cleared(WIDE, [face(20, 700, 330)]).note is None


def test_where_faces_are_everywhere_it_is_reported() -> None:
    found = cleared(WIDE, [face(0, 0, 1900)])
    assert found.finding is not None and found.finding.rule == "captions.face.covered"
    assert found.style == styles.styled(WIDE, CaptionWish())


def test_colours_may_be_written_as_on_the_web() -> None:
    style = styles.styled(WIDE, CaptionWish(color="#ffee00", box="#102030", outline_color="#000000"))
    assert (style.color, style.box, style.outline_color) == ("FFEE00", "102030", "000000")
    with pytest.raises(BadConfig, match="contrast"):
        styles.refuse(CaptionWish(color="#333333"))


@pytest.mark.parametrize(
    ("wish", "en", "zh"),
    [
        ({"size": 90.0}, "90: give 2 to 20 % of the shorter side", "字号 90"),
        ({"margin": 90.0}, "% of the height", "边距 90"),
        ({"outline": 90.0}, "% of a character", "描边 90"),
        ({"box_opacity": 3.0}, "0.05 to 1", "底框不透明度 3"),
        ({"box": "red"}, "box colour 'red'", "底框颜色 'red'"),
    ],
)
def test_a_value_out_of_range_is_told_with_its_unit_in_both_languages(
    wish: dict[str, Any], en: str, zh: str
) -> None:
    with pytest.raises(BadConfig) as caught:
        styles.refuse(CaptionWish(**wish))
    assert en in caught.value.en and zh in caught.value.zh


@pytest.mark.parametrize("canvas", [WIDE, TALL])
@pytest.mark.parametrize("wish", [{}, {"box": "000000"}, {"box": "000000", "size": 20.0, "outline": 25.0}])
def test_no_margin_lets_plate_and_outline_touch_the_edge(canvas: Canvas, wish: dict[str, Any]) -> None:
    for position in ("bottom", "top"):
        style = styles.styled(canvas, CaptionWish(margin=0.0, position=position, **wish))
        for margin in (style.margin_bottom, style.margin_top):
            assert margin - style.box_pad_px - style.outline_px > canvas.height / 100
    lowest = styles.off_faces(
        styles.styled(canvas, CaptionWish(position="middle", **wish)), canvas, CUES,
        [face(canvas.width // 2 - 200, canvas.height // 3, canvas.height // 2)], line_factor=1.32,
    ).style  # fmt: skip
    assert lowest.margin_bottom - lowest.box_pad_px - lowest.outline_px > canvas.height / 100


def test_captions_that_cannot_fit_are_refused_before_anything_is_encoded() -> None:
    cues = [Cue(start_ms=0, end_ms=900, lines=("一", "二"), second=("three", "four"))]
    style = styles.styled(WIDE, CaptionWish(size=20.0, margin=45.0, second=Path("en.srt")))
    with pytest.raises(BadConfig, match="of the picture's height") as caught:
        styles.refuse_too_high(style, WIDE, cues, line_factor=1.32)
    assert "减小字号" in caught.value.zh
    styles.refuse_too_high(
        styles.styled(WIDE, CaptionWish(size=12.0, second=Path("en.srt"))), WIDE, cues, line_factor=1.32
    )
