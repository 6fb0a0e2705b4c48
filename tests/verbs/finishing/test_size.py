"""A finished picture of the size that is wished, with or without another shape; enlarging is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from mediaprep.errors import BadConfig
from mediaprep.finishing import layout
from mediaprep.media.containers import packets
from mediaprep.model.facts import FaceBox
from mediaprep.model.finishing.marks import MarkWish
from mediaprep.model.finishing.plans import Canvas, Encoding
from mediaprep.model.finishing.scenery import SceneryWish
from mediaprep.model.finishing.wishes import Finishing
from mediaprep.verbs.finish import RenderOptions, finish
from tests.making import make_video


@pytest.mark.parametrize(
    ("wish", "size", "told"),
    [
        (SceneryWish(reframe="9:16", size="144x256"), (144, 256), "100×180 pixels are enlarged 1.44 times"),
        (SceneryWish(size="480x270"), (480, 270), "enlarged 1.50 times"),
        (SceneryWish(reframe="1:1", size="90x90"), (90, 90), None),
    ],
)
def test_the_picture_has_the_wished_size(
    tmp_path: Path, wish: SceneryWish, size: tuple[int, int], told: str | None
) -> None:
    main = make_video(tmp_path / "main.mp4", seconds=1, width=320, height=180)
    done = finish(
        main, tmp_path / "out.mp4", Finishing(scenery=wish, mark_wish=MarkWish(text="true")),
        options=RenderOptions(encoding=Encoding(preset="ultrafast", crf=23)),
    )  # fmt: skip
    picture = packets.describe(done.output).first("video")
    assert picture is not None and (picture.width, picture.height) == size
    assert [check.name for check in done.checks if check.held is False] == []
    assert (
        any(told in note.en for note in done.notes)
        if told
        else not any("enlarged" in n.en for n in done.notes)
    )


@pytest.mark.parametrize("words", ["", "1080", "1081x1920", "0x0", "30x40", "9000x16000", "1080:1920", "axb"])
def test_what_is_no_size_is_refused(words: str) -> None:
    with pytest.raises(BadConfig):
        layout.size_of(words)


@pytest.mark.parametrize("words", ["1080x1920", "1080X1920", "1080×1920", " 1080*1920 "])
def test_a_size_may_be_written_in_several_ways_but_keeps_the_shape(words: str) -> None:
    from fractions import Fraction

    wide = Canvas(width=1920, height=1080, fps=Fraction(25), sample_rate=48000)
    with pytest.raises(BadConfig, match="--reframe"):
        layout.sized(wide, layout.size_of(words))
    assert layout.sized(wide, (1280, 720)).width == 1280


def test_faces_are_found_again_on_a_larger_canvas_fitted_or_through_a_window() -> None:
    from fractions import Fraction

    face = FaceBox(x=900, y=300, width=120, height=120, score=1.0)
    tall = Canvas(width=1080, height=1920, fps=Fraction(25), sample_rate=48000)
    (fitted,) = layout.shown_in([face], source=(1920, 1080), canvas=tall, windowed=False)
    assert (fitted.x, fitted.width) == (506, 68) and 656 + 160 < fitted.y < 656 + 175
    (seen,) = layout.shown_in([face], source=(1920, 1080), canvas=tall, windowed=True)
    assert seen.width >= 120 * 1920 / 1080 and seen.x >= 0 and seen.x + seen.width <= 1080
