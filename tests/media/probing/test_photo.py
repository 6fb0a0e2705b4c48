"""Facts of photos: the header first, pixels only below the cap, faces where there are some."""

from __future__ import annotations

import struct
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mediaprep.errors import BadAsset
from mediaprep.media import pictures
from mediaprep.media.probing.probe import probe
from mediaprep.model.facts import PhotoFacts, UnknownFacts
from tests.making import cut_off, make_photo


def photo(path: Path, *, faces: bool = True) -> PhotoFacts:
    facts = probe(path, faces=faces)
    assert isinstance(facts, PhotoFacts), facts
    return facts


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.bmp", "a.webp", "a.gif", "a.tiff"])
def test_every_format_is_named_and_measured(tmp_path: Path, name: str) -> None:
    facts = photo(make_photo(tmp_path / name, width=96, height=64))
    assert (facts.format, facts.width, facts.height) == (name[2:], 96, 64)
    assert facts.faces == ()
    assert facts.face_count == 0
    assert facts.aspect == 1.5


def test_the_astronaut_has_one_face(fixtures: Path) -> None:
    facts = photo(fixtures / "faces/astronaut.png")
    assert facts.face_count == 1
    assert facts.faces is not None
    face = facts.faces[0]
    assert face.score > 0.9
    assert (face.x, face.y) == pytest.approx((178, 63), abs=12)
    assert face.width == pytest.approx(90, abs=12)


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_exif_orientation_turns_sides_and_faces(tmp_path: Path, fixtures: Path, orientation: int) -> None:
    turn = {1: 0, 3: 180, 6: 90, 8: 270}[orientation]  # a camera held turned: stored lying, flagged
    with Image.open(fixtures / "faces/astronaut.png") as image:
        lying = image.convert("RGB").crop((60, 0, 460, 300)).rotate(turn, expand=True)
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "a.jpg"
    lying.save(path, exif=exif, quality=95)
    facts = photo(path)
    assert facts.orientation == orientation
    assert (facts.width, facts.height) == (400, 300)
    assert facts.face_count == 1
    assert facts.faces is not None
    assert (facts.faces[0].x, facts.faces[0].y) == pytest.approx((118, 63), abs=14)


def test_two_faces_are_two(tmp_path: Path, fixtures: Path) -> None:
    with Image.open(fixtures / "faces/astronaut.png") as image:
        face = image.convert("RGB").crop((100, 0, 350, 250))
    both = Image.new("RGB", (500, 250))
    both.paste(face, (0, 0))
    both.paste(face, (250, 0))
    both.save(tmp_path / "a.png")
    assert photo(tmp_path / "a.png").face_count == 2


def test_a_portrait_is_measured_with_its_face(tmp_path: Path, fixtures: Path) -> None:
    with Image.open(fixtures / "faces/astronaut.png") as image:
        image.convert("RGB").resize((910, 1137)).save(tmp_path / "a.jpg")
    found = photo(tmp_path / "a.jpg")
    assert (found.format, found.width, found.height, found.face_count) == ("jpg", 910, 1137, 1)


def test_faces_in_a_large_photo_stand_in_its_own_pixels(tmp_path: Path, fixtures: Path) -> None:
    with Image.open(fixtures / "faces/astronaut.png") as image:
        image.convert("RGB").resize((3072, 3072)).save(tmp_path / "a.jpg")
    facts = photo(tmp_path / "a.jpg")
    assert facts.faces is not None
    assert facts.faces[0].x == pytest.approx(178 * 6, abs=70)
    assert facts.faces[0].width == pytest.approx(91 * 6, abs=70)


def test_a_grey_photo_has_faces_too(fixtures: Path) -> None:
    facts = photo(fixtures / "faces/camera.png")
    assert facts.mode == "L"
    assert facts.face_count == 1


def test_faces_are_left_out_on_request(fixtures: Path) -> None:
    facts = photo(fixtures / "faces/astronaut.png", faces=False)
    assert facts.faces is None
    assert facts.face_count is None


def test_an_animation_is_seen(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "blue")]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    assert photo(tmp_path / "a.gif").animated is True


def png_header(width: int, height: int) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


def test_a_bomb_is_measured_by_its_header_and_never_decoded(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(png_header(60_000, 60_000))
    started = time.process_time()
    assert pictures.read_header(path).width == 60_000
    assert time.process_time() - started < 0.2
    facts = photo(path)
    assert (facts.width, facts.height) == (60_000, 60_000)
    assert facts.faces is None
    assert [reason.measure for reason in facts.unmeasured] == ["faces"]
    with pytest.raises(BadAsset, match="scale"):
        pictures.read_pixels(path)


@pytest.mark.parametrize("name", ["a.jpg", "a.png"])
def test_a_photo_cut_off_is_a_problem(tmp_path: Path, name: str) -> None:
    whole = make_photo(tmp_path / name, width=320, height=240)
    facts = probe(cut_off(whole, tmp_path / f"cut-{name}", 0.5))
    assert isinstance(facts, UnknownFacts)
    assert "damaged or incomplete" in facts.problem_en


# ---- photos of phones --------------------------------------------------------------------------------------


def turned(fixtures: Path, target: Path, mirror: int | None, quarters: int) -> Path:
    """The phone's photo with an `imir` and an `irot` property in the places of those for its colours and its bits,
    so that no other byte moves. It is tagged Display P3, and its EXIF flag says 6, which HEIC makes nobody's
    business."""
    data = bytearray((fixtures / "photos/p3.heic").read_bytes())
    for name, new, value in ((b"colr", b"imir", mirror), (b"pixi", b"irot", quarters)):
        at = data.index(name)
        data[at : at + 4] = b"free" if value is None else new
        data[at + 4] = value or 0
    target.write_bytes(data)
    return target


@pytest.mark.parametrize("mirror", [None, 0, 1])
@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_a_heic_is_turned_once_as_it_says_itself(
    tmp_path: Path, fixtures: Path, mirror: int | None, quarters: int
) -> None:
    plain = pictures.read_pixels(turned(fixtures, tmp_path / "0.heic", None, 0))[1].astype(int)
    path = turned(fixtures, tmp_path / "a.heic", mirror, quarters)
    flipped = plain if mirror is None else plain[::-1] if mirror == 0 else plain[:, ::-1]
    expected = np.rot90(flipped, quarters)  # counter-clockwise, as irot counts
    header, pixels, _ = pictures.read_pixels(path)
    assert (header.format, header.orientation) == ("heic", 1)
    assert (header.height, header.width) == expected.shape[:2] == pixels.shape[:2]
    wrong = np.abs(pixels.astype(int) - expected).mean()
    assert wrong < 1 < np.abs(np.rot90(expected, 2) - expected).mean()


def test_a_heic_shows_its_face_and_its_colours_come_out_as_srgb(tmp_path: Path, fixtures: Path) -> None:
    path = fixtures / "photos/p3.heic"
    facts = photo(path)
    assert (facts.format, facts.width, facts.height, facts.face_count) == ("heic", 256, 192, 1)
    pictures.resave(path, tmp_path / "a.png", format="png")
    with Image.open(tmp_path / "a.png") as made:
        assert (made.mode, made.size, made.info.get("icc_profile")) == ("RGB", (256, 192), None)
        red = made.getpixel((12, 10))
    # 234, 51, 35 of Display P3 is the red of sRGB
    assert red == pytest.approx((255, 0, 0), abs=12)


def test_a_broken_heic_is_told(tmp_path: Path, fixtures: Path) -> None:
    path = cut_off(fixtures / "photos/p3.heic", tmp_path / "a.heic", 0.5)
    facts = probe(path)
    assert isinstance(facts, UnknownFacts) and "damaged or incomplete" in facts.problem_en


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp", "a.tiff"])
def test_the_colours_of_any_picture_come_out_as_srgb(tmp_path: Path, fixtures: Path, name: str) -> None:
    with Image.open(fixtures / "faces/astronaut.png") as image:
        small = image.convert("RGB").resize((200, 200))
    small.paste((234, 51, 35), (0, 0, 60, 60))
    icc = profile_of(fixtures)
    small.save(tmp_path / name, icc_profile=icc, **({} if name != "a.webp" else {"lossless": True}))
    pictures.resave(tmp_path / name, tmp_path / "made.png", format="png")
    with Image.open(tmp_path / "made.png") as made:
        assert made.getpixel((20, 20)) == pytest.approx((255, 0, 0), abs=12)


def profile_of(fixtures: Path) -> bytes:
    """The Display P3 profile that the phone's photo carries."""
    data = (fixtures / "photos/p3.heic").read_bytes()
    at = data.index(b"colr")
    length = int.from_bytes(data[at - 4 : at], "big")
    return data[at + 8 : at - 4 + length]


@pytest.mark.parametrize(
    ("mode", "name"),
    [("CMYK", "a.jpg"), ("L", "a.jpg"), ("RGBA", "a.png"), ("P", "a.gif"), ("I;16", "a.png"), ("RGB", "a.avif"),
     ("LA", "a.png"), ("1", "a.png"), ("RGBA", "a.webp"), ("P", "a.png")],
)  # fmt: skip
def test_every_kind_of_picture_is_saved_as_8_bit_rgb(tmp_path: Path, mode: str, name: str) -> None:
    values = np.tile(np.linspace(0, 255, 64), (48, 1))
    if mode == "I;16":
        image = Image.fromarray((values * 257).astype(np.uint16))
    else:
        image = Image.fromarray(values.astype(np.uint8)).convert("RGBA" if mode == "LA" else mode)
        image = image.convert(mode)
    kept = {"transparency": 0} if (mode, name) == ("P", "a.png") else {}
    image.save(tmp_path / name, **kept)
    pictures.resave(tmp_path / name, tmp_path / "made.png", format="png")
    with Image.open(tmp_path / "made.png") as made:
        assert (made.mode, made.size, made.format) == ("RGB", (64, 48), "PNG")
        bright = np.asarray(made.convert("L")).astype(int)
    assert bright[:, 50:].mean() - bright[:, 2:14].mean() > 120


# ---- saving anew -------------------------------------------------------------------------------------------


def test_resaving_makes_upright_rgb_of_the_size_asked_for(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    source, target = tmp_path / "a.jpg", tmp_path / "b.jpg"
    Image.new("CMYK", (200, 100), (0, 255, 255, 0)).save(source, exif=exif)
    pictures.resave(source, target, size=(120, 240))
    with Image.open(target) as image:
        assert (image.mode, image.size, image.format) == ("RGB", (120, 240), "JPEG")
        assert not image.getexif()
        red, green, blue = image.getpixel((60, 120))  # type: ignore[misc]
    assert red > 150 > 80 > max(green, blue)


def test_transparency_is_laid_on_white_and_sixteen_bits_are_scaled(tmp_path: Path) -> None:
    Image.new("RGBA", (20, 20), (255, 0, 0, 0)).save(tmp_path / "clear.png")
    pictures.resave(tmp_path / "clear.png", tmp_path / "a.png", format="png")
    deep = np.full((20, 20), 32768, dtype=np.uint16)
    Image.fromarray(deep).save(tmp_path / "deep.png")
    pictures.resave(tmp_path / "deep.png", tmp_path / "b.png", format="png")
    with Image.open(tmp_path / "a.png") as clear, Image.open(tmp_path / "b.png") as grey:
        assert clear.getpixel((5, 5)) == (255, 255, 255)
        assert grey.getpixel((5, 5)) == (127, 127, 127)


def test_a_size_limit_is_held_or_refused(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    Image.fromarray(rng.integers(0, 255, (200, 200, 3), dtype=np.uint8)).save(tmp_path / "a.png")
    pictures.resave(tmp_path / "a.png", tmp_path / "b.jpg", max_bytes=40_000)
    assert (tmp_path / "b.jpg").stat().st_size <= 40_000
    size = pictures.resave(tmp_path / "a.png", tmp_path / "s.jpg", max_bytes=9_000)  # below quality 60
    assert (tmp_path / "s.jpg").stat().st_size <= 9_000
    with Image.open(tmp_path / "s.jpg") as made:
        assert made.size == size and 60 <= size[0] < 200
    with pytest.raises(BadAsset, match="still has"):
        pictures.resave(tmp_path / "a.png", tmp_path / "c.jpg", max_bytes=9_000, least_side=192)
    assert not (tmp_path / "c.jpg").exists()


def test_a_part_of_an_upright_picture_is_kept(tmp_path: Path) -> None:
    pixels = np.zeros((40, 60, 3), dtype=np.uint8)
    pixels[:, 30:] = 255
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown turned clockwise: the white half comes below
    Image.fromarray(pixels).save(tmp_path / "a.png", exif=exif)
    assert pictures.resave(tmp_path / "a.png", tmp_path / "b.png", format="png", box=(0, 30, 40, 60)) == (
        40,
        30,
    )
    with Image.open(tmp_path / "b.png") as made:
        assert made.size == (40, 30) and np.asarray(made).min() == 255
