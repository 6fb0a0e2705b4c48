"""All eight ways a picture can be shown: read, told, baked in by `fix`, and never handed on to a head or a tail."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from mediaprep.media.containers import keyframes, packets
from mediaprep.media.orientation import UPRIGHT, Orientation, of_matrix
from mediaprep.media.probing import probe
from mediaprep.model.facts import VideoFacts
from mediaprep.preflight.fixes import FixWish
from mediaprep.preflight.judge import judge_file
from mediaprep.verbs.finish import finish_video
from mediaprep.verbs.fix import fix
from tests.making import ffmpeg

MATRICES = {  # a, b, c, d → (mirrored, then turned clockwise)
    (1, 0, 0, 1): (False, 0),
    (0, 1, -1, 0): (False, 90),
    (-1, 0, 0, -1): (False, 180),
    (0, -1, 1, 0): (False, 270),
    (-1, 0, 0, 1): (True, 0),
    (0, 1, 1, 0): (True, 270),
    (1, 0, 0, -1): (True, 180),
    (0, -1, -1, 0): (True, 90),
}
RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 128, 0), (0, 0, 255), (255, 255, 255)
CORNERS = [RED, GREEN, BLUE, WHITE]  # top left, top right, bottom left, bottom right
FLIPPED = [case for case in MATRICES if case != (1, 0, 0, 1)]


def quarters(path: Path, *, matrix: tuple[int, int, int, int] = (1, 0, 0, 1), aspect: str = "1") -> Path:
    """A second of a picture in four colours, 400×360, with that display matrix written into its track header."""
    boxes = "".join(
        f",drawbox=x={200 * (n % 2)}:y={180 * (n // 2)}:w=200:h=180:c=0x{r:02x}{g:02x}{b:02x}:t=fill"
        for n, (r, g, b) in enumerate(CORNERS)
    )
    ffmpeg(
        "-f", "lavfi", "-i", "color=s=400x360:r=10:d=1", "-f", "lavfi", "-i", "sine=f=300:d=1", "-vf",
        f"format=rgb24{boxes},setsar={aspect}", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p",
        "-bf", "2", "-c:a", "aac", "-movflags", "+faststart", path,
    )  # fmt: skip
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4 + 40
    a, b, c, d = matrix
    struct.pack_into(">9i", data, at, a << 16, b << 16, 0, c << 16, d << 16, 0, 0, 0, 1 << 30)
    path.write_bytes(data)
    return path


def corners(picture: np.ndarray) -> list[tuple[int, int, int]]:
    """The nearest of the four colours in each quarter of an RGB picture."""
    height, width = picture.shape[:2]
    spots = [
        picture[y, x].astype(int)
        for y in (height // 4, 3 * height // 4)
        for x in (width // 4, 3 * width // 4)
    ]
    return [min(CORNERS, key=lambda colour: int(np.abs(spot - colour).sum())) for spot in spots]


def shown(matrix: tuple[int, int, int, int]) -> list[tuple[int, int, int]]:
    """Where a player puts the four corners: each centre through the matrix."""
    a, b, c, d = matrix
    places = {
        (a * x + c * y, b * x + d * y): colour
        for (y, x), colour in zip(((-1, -1), (-1, 1), (1, -1), (1, 1)), CORNERS, strict=True)
    }
    return [places[x, y] for y in (-1, 1) for x in (-1, 1)]


def pictures(path: Path) -> list[list[tuple[int, int, int]]]:
    """As its coded pixels are, whatever the file says of turning them."""
    return [corners(picture) for _, picture in packets.decode_frames(path, upright=False)]


@pytest.mark.parametrize("matrix", MATRICES)
def test_every_orientation_is_read_and_shown_as_players_do(
    tmp_path: Path, matrix: tuple[int, int, int, int]
) -> None:
    mirrored, rotation = MATRICES[matrix]
    assert of_matrix(matrix) == Orientation(rotation=rotation, mirrored=mirrored)
    path = quarters(tmp_path / "a.mp4", matrix=matrix)
    facts = probe.probe(path, faces=False)
    assert isinstance(facts, VideoFacts)
    assert (facts.mirrored, facts.rotation) == (mirrored, rotation)
    assert (facts.width > facts.height) == (rotation % 180 == 0)
    _, first = next(packets.decode_frames(path))
    assert corners(first) == shown(matrix)
    planes = next(packets.decode_frames(path, pixel_format="gray"))[1]
    assert planes.shape == (facts.height, facts.width)
    _, key = next(keyframes.pictures_at(path, [0.0]))
    assert corners(key[:, :, ::-1]) == shown(matrix)
    told = {finding.rule.rpartition(".")[2] for finding in judge_file("notrain", "RefVideoUrl", facts)}
    assert ("mirrored" in told, "rotation" in told) == (mirrored, rotation != 0)


@pytest.mark.parametrize("matrix", FLIPPED)
def test_fix_bakes_every_orientation_in(tmp_path: Path, matrix: tuple[int, int, int, int]) -> None:
    done = fix(
        quarters(tmp_path / "a.mp4", matrix=matrix), output=tmp_path / "out.mp4", wish=FixWish(faces=False)
    )
    assert done.target is not None and not done.left
    assert {tuple(found) for found in pictures(Path(done.target))} == {tuple(shown(matrix))}
    assert packets.orientation_of(Path(done.target), 1) == UPRIGHT


@pytest.mark.parametrize("matrix", [(1, 0, 0, -1), (-1, 0, 0, 1), (0, 1, 1, 0), (0, 1, -1, 0)])
def test_a_tail_does_not_inherit_how_main_is_turned(
    tmp_path: Path, matrix: tuple[int, int, int, int]
) -> None:
    main, tail = quarters(tmp_path / "main.mp4", matrix=matrix), quarters(tmp_path / "tail.mp4")
    finish_video(main, output=tmp_path / "out.mp4", tail=tail)
    found = pictures(tmp_path / "out.mp4")
    assert packets.orientation_of(tmp_path / "out.mp4", 1) == UPRIGHT
    assert (found[2], found[-3]) == (shown(matrix), CORNERS)


def test_a_turned_tail_stands_upright_behind_a_main_that_is_copied(tmp_path: Path) -> None:
    main = quarters(tmp_path / "main.mp4")
    finish_video(
        main, output=tmp_path / "out.mp4", tail=quarters(tmp_path / "tail.mp4", matrix=(1, 0, 0, -1))
    )
    found = pictures(tmp_path / "out.mp4")
    assert (found[2], found[-3]) == (CORNERS, shown((1, 0, 0, -1)))


@pytest.mark.parametrize("aspect", ["4/3", "16/11", "8/9", "2", "1/2"])
def test_pixels_that_are_not_square_are_told_and_squared(tmp_path: Path, aspect: str) -> None:
    """Sides stay within the bounds: what would be too narrow is scaled up."""
    path = quarters(tmp_path / "a.mp4", aspect=aspect)
    done = fix(path, output=tmp_path / "out.mp4", wish=FixWish(faces=False))
    assert any(finding.rule == "notrain.RefVideoUrl.pixel_aspect" for finding in done.before.findings)
    assert done.after is not None and isinstance(done.after.facts, VideoFacts) and not done.left
    made = done.after.facts
    assert made.pixel_aspect == 1.0
    top, bottom = (int(n) for n in f"{aspect}/1".split("/")[:2])
    assert made.width / made.height == pytest.approx(400 * top / (360 * bottom), rel=0.01)
    assert min(made.width, made.height) >= 360


def test_square_pixels_are_not_mentioned(tmp_path: Path) -> None:
    facts = probe.probe(quarters(tmp_path / "a.mp4"), faces=False)
    assert not [f for f in judge_file("notrain", "RefVideoUrl", facts) if "aspect" in f.rule]


def test_a_stretched_container_counts_before_the_codec(tmp_path: Path) -> None:
    square = quarters(tmp_path / "a.mp4")
    ffmpeg("-i", square, "-c", "copy", "-aspect", "16:9", tmp_path / "b.mkv")
    facts = probe.probe(tmp_path / "b.mkv", faces=False)
    assert isinstance(facts, VideoFacts)
    assert facts.pixel_aspect == pytest.approx((16 / 9) / (400 / 360), rel=0.01)
