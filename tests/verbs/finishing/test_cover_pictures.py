"""The cover of a finished video: a moment of main without caption, mark or head; a picture of one's own; a title."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mediaprep.errors import BadAsset, BadConfig
from mediaprep.finishing.wishes import words
from mediaprep.media import pixels
from mediaprep.model.finishing.captions import CaptionWish
from mediaprep.model.finishing.marks import MarkWish
from mediaprep.model.finishing.plans import Encoding
from mediaprep.model.finishing.scenery import SceneryWish
from mediaprep.model.finishing.wishes import Finishing
from mediaprep.verbs.finish import RenderOptions, finish
from tests.making import ffmpeg

FAST = RenderOptions(encoding=Encoding(preset="ultrafast", crf=18), write_receipt=False)
BLUE, GREEN, RED = (200, 60, 40), (40, 160, 40), (40, 40, 200)


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """main.mp4: one second blue, one green; head.png red; own.png; captions over all of it."""
    room = tmp_path_factory.mktemp("covers")
    ffmpeg(
        "-f", "lavfi", "-i", "color=c=0x283CC8:s=320x180:r=25:d=1",
        "-f", "lavfi", "-i", "color=c=0x28A028:s=320x180:r=25:d=1",
        "-f", "lavfi", "-i", "sine=d=2", "-filter_complex", "[0][1]concat[v]", "-map", "[v]", "-map", "2",
        "-pix_fmt", "yuv420p", "-preset", "ultrafast", room / "main.mp4",
    )  # fmt: skip
    (room / "head.png").write_bytes(pixels.encode(np.full((180, 320, 3), RED, np.uint8), ".png"))
    (room / "own.png").write_bytes(pixels.encode(np.full((200, 100, 3), (90, 90, 90), np.uint8), ".png"))
    (room / "own.srt").write_text("1\n00:00:00,000 --> 00:00:02,400\n大家好大家好\n", encoding="utf-8")
    return room


def cover(room: Path, target: Path, **wish: object) -> np.ndarray:
    finish(
        room / "main.mp4", target.with_suffix(".mp4"),
        Finishing(
            head=(room / "head.png",), still_seconds=0.4, captions=room / "own.srt",
            caption_wish=CaptionWish(off_faces=False), mark_wish=MarkWish(text="true"),
            scenery=SceneryWish(thumbnail=target, **wish),  # type: ignore[arg-type]
        ),
        options=FAST,
    )  # fmt: skip
    return pixels.decode(target.read_bytes())


def near(picture: np.ndarray, colour: tuple[int, int, int]) -> bool:
    """Whether all of it is of that colour (BGR)."""
    return bool(np.abs(picture.astype(int) - colour).max() < 24)


@pytest.mark.parametrize(
    ("at", "colour"), [(0.0, BLUE), (0.9, BLUE), (1.1, GREEN), (1.96, GREEN), (None, BLUE)]
)
def test_it_shows_its_moment_of_main_and_nothing_that_was_written_over_it(
    room: Path, tmp_path: Path, at: float | None, colour: tuple[int, int, int]
) -> None:
    made = cover(room, tmp_path / "t.png", cover_at=at)
    assert made.shape == (180, 320, 3)
    assert near(made, colour) or (at is None and near(made, GREEN))


def test_a_picture_of_ones_own_fills_it_and_a_title_stands_on_it(room: Path, tmp_path: Path) -> None:
    bare = cover(room, tmp_path / "a.png", cover_picture=room / "own.png")
    assert bare.shape == (180, 320, 3) and near(bare, (90, 90, 90))
    made = cover(room, tmp_path / "b.png", cover_picture=room / "own.png", cover_title="三分钟学会插花")
    drawn = np.abs(made.astype(int) - bare).max(axis=2) > 40
    rows, columns = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
    assert drawn.mean() > 0.01 and rows[0] > 90 and rows[-1] < 176 and columns[0] > 8 and columns[-1] < 312


def test_a_platform_gives_it_its_shape(room: Path, tmp_path: Path) -> None:
    from mediaprep.verbs.finishing import cover_pictures

    done = finish(room / "main.mp4", tmp_path / "o.mp4", Finishing(), options=FAST)
    wish = SceneryWish(thumbnail=tmp_path / "c.jpg", cover_at=1.5, cover_title="标题")
    from mediaprep.media import ffmpeg as tool

    written, notes = cover_pictures.write(done.output, done.plan, wish, size=(270, 360), binary=tool.find())
    assert written == (tmp_path / "c.jpg",) and notes == ()
    assert pixels.decode(written[0].read_bytes()).shape == (360, 270, 3)


def test_what_cannot_be_a_cover_is_refused_before_anything_is_made(room: Path, tmp_path: Path) -> None:
    for error, wish in (
        (BadConfig, {"cover_at": 2.5}), (BadConfig, {"cover_title": "很" * 300}),
        (BadAsset, {"cover_picture": room / "own.srt"}),
        (BadAsset, {"cover_picture": room / "main.mp4"}),
    ):  # fmt: skip
        with pytest.raises(error):
            cover(room, tmp_path / "t.png", **wish)
    assert list(tmp_path.iterdir()) == []
    for given in ({"cover_title": "a"}, {"thumbnail": "t.jpg", "cover_at": 1, "cover_picture": "own.png"}):
        with pytest.raises(BadConfig, match="cover"):
            words.finishing(given, Path())
