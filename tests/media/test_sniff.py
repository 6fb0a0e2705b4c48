"""Kinds by bytes, whatever the name."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from mediaprep.errors import BadAsset
from mediaprep.media.probing import audio
from mediaprep.media.sniff import identify, sniff
from mediaprep.model.facts import Kind
from tests.making import make_audio, make_pdf, make_photo, make_pptx, make_video
from tests.making_ppt import make_ppt


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.mkv", "a.webm", "a.avi", "a.flv", "a.ts", "a.mpg"])
def test_videos_are_known_under_any_name(tmp_path: Path, name: str) -> None:
    codecs = {"a.webm": ("libvpx", "libopus"), "a.mpg": ("mpeg2video", "mp2")}.get(name, ("libx264", "aac"))
    made = make_video(
        tmp_path / name, seconds=0.2, width=64, height=64, vcodec=codecs[0], acodec=codecs[1]
    )  # fmt: skip
    assert sniff(made.rename(tmp_path / "no-suffix")) is Kind.VIDEO


@pytest.mark.parametrize(
    ("name", "container"),
    [
        ("a.wav", "wav"), ("a.mp3", "mp3"), ("a.m4a", "mp4"), ("a.aac", "aac"), ("a.ogg", "ogg"), ("a.wma", "asf"),
        ("a.flac", "flac"), ("a.mka", "mkv"),
    ],
)  # fmt: skip
def test_sounds_are_known_under_a_video_s_name(tmp_path: Path, name: str, container: str) -> None:
    made = make_audio(tmp_path / name, seconds=0.3)
    sign = identify(made.rename(tmp_path / "film.mp4"))
    assert (sign.kind, sign.name) == (Kind.AUDIO, container)


@pytest.mark.parametrize("version", ["3", "4"])
def test_an_mp3_is_known_with_and_without_its_tag(tmp_path: Path, version: str) -> None:
    extra = ("-metadata", "title=x", "-id3v2_version", version)
    assert identify(make_audio(tmp_path / "a.mp3", seconds=0.3, extra=extra)).name == "mp3"
    bare = make_audio(tmp_path / "b.mp3", seconds=0.3, extra=("-id3v2_version", "0", "-write_xing", "0"))
    assert bare.read_bytes()[:3] != b"ID3"
    assert identify(bare).name == "mp3"


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.bmp", "a.webp", "a.gif", "a.tiff"])
def test_photos_are_known_under_any_name(tmp_path: Path, name: str) -> None:
    made = make_photo(tmp_path / name, width=32, height=32)
    sign = identify(made.rename(tmp_path / "film.mp4"))
    assert (sign.kind, sign.name) == (Kind.PHOTO, name[2:])


def test_decks_are_known_under_any_name(tmp_path: Path) -> None:
    assert identify(make_pptx(tmp_path / "a.txt", 1)).name == "pptx"
    assert identify(make_pdf(tmp_path / "b.txt", 1)).name == "pdf"


def test_an_old_deck_is_known(tmp_path: Path) -> None:
    sign = identify(make_ppt(tmp_path / "a.txt", ["First"]))
    assert (sign.kind, sign.name) == (Kind.DECK, "ppt")


def test_other_archives_and_office_files_are_no_decks(tmp_path: Path) -> None:
    archive = tmp_path / "a.pptx"
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr("word/document.xml", "<x/>")
    sign = identify(archive)
    assert sign.kind is Kind.UNKNOWN
    assert sign.problem is not None
    assert "zip" in sign.problem.en
    word = tmp_path / "a.ppt"
    word.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "WordDocument".encode("utf-16-le"))
    sign = identify(word)
    assert sign.kind is Kind.UNKNOWN
    assert sign.problem is not None
    assert "without slides" in sign.problem.en


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("大家好，欢迎".encode(), "UTF-8"),
        ("\ufeff大家好".encode(), "UTF-8"),
        ("大家好，欢迎来到这里。".encode("gb18030"), "GB18030"),
        ("Hello 大家好".encode("utf-16"), "UTF-16"),
        ("こんにちは、世界の皆さん".encode("cp932"), "Shift_JIS"),
        (b"<speak>hello</speak>", "UTF-8"),
        (b"\x00\x01\x02", None),
        (b"\x1b[31mred", None),
        (bytes(range(128, 256)), None),
    ],
)
def test_text_is_known_by_its_encoding(tmp_path: Path, data: bytes, encoding: str | None) -> None:
    (tmp_path / "a.txt").write_bytes(data)
    sign = identify(tmp_path / "a.txt")
    assert (sign.kind, sign.name) == ((Kind.TEXT, encoding) if encoding else (Kind.UNKNOWN, ""))


def test_noise_is_nothing_known(tmp_path: Path) -> None:
    path = tmp_path / "noise.mp4"
    path.write_bytes(bytes((i * 7919 + (i >> 3) * 104729) & 0xFF for i in range(5000)))
    sign = identify(path)
    assert sign.kind is Kind.UNKNOWN
    assert sign.problem is not None


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BadAsset, match="no such file"):
        sniff(tmp_path / "nothing")


def test_an_archive_with_a_directory_beyond_any_decks_is_not_opened(tmp_path: Path) -> None:
    entry = b"PK\x01\x02" + bytes(24) + b"\x15\0" + bytes(16) + b"ppt/slides/slide1.xml"
    for count, kind in ((10, Kind.DECK), (80_000, Kind.UNKNOWN)):
        path = tmp_path / f"{count}.pptx"
        directory = entry * count
        ending = b"PK\x05\x06" + bytes(8) + len(directory).to_bytes(4, "little") + bytes(6)
        path.write_bytes(b"PK\x03\x04" + directory + ending)
        assert sniff(path) is kind


def _tag(size: int) -> bytes:
    return b"ID3\x03\x00\x00" + bytes(size >> shift & 127 for shift in (21, 14, 7, 0)) + bytes(size)


_APE = b"APETAGEX" + (2000).to_bytes(4, "little") + (32).to_bytes(4, "little") + bytes(16) + bytes(32)
_LONGER = b"JUNK" + (90_000).to_bytes(4, "little") + bytes(90_000)
BEFORE: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "zeros, then mp3": ("mp3", lambda data: bytes(1000) + data),
    "more zeros than are looked at, then mp3": ("mp3", lambda data: bytes(100_000) + data),
    "zeros and a tag, then mp3": ("mp3", lambda data: bytes(1000) + _tag(500) + data),
    "a tag and padding behind it, then mp3": ("mp3", lambda data: _tag(1000) + bytes(3000) + data),
    "two tags, then mp3": ("mp3", lambda data: _tag(100) + _tag(70_000) + data),
    "an APE tag, then mp3": ("mp3", lambda data: _APE + data),
    "an APE tag behind mp3": ("mp3", lambda data: data + _APE),
    "mp3 from inside a frame": ("mp3", lambda data: data[700:]),
    "garbage, then aac": ("aac", lambda data: bytes(range(1, 200)) + data),
    "zeros, then aac": ("aac", lambda data: bytes(500) + data),
    "aac from inside a frame": ("aac", lambda data: data[50:]),
    "a tag, then aac": ("aac", lambda data: _tag(100) + data),
    "wav with junk before its format": ("wav", lambda data: data[:12] + _LONGER + data[12:]),
    "a tag, then ogg": ("ogg", lambda data: _tag(50) + data),
    "a tag, then flac": ("flac", lambda data: _tag(50) + data),
}  # fmt: skip


@pytest.fixture(scope="module")
def tones(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("tones")
    extra = {"ogg": ("-c:a", "libvorbis"), "mp3": ("-id3v2_version", "0", "-write_xing", "0")}
    return {
        name: make_audio(folder / f"a.{name}", seconds=1, extra=extra.get(name, ())).read_bytes()
        for name in ("mp3", "aac", "wav", "ogg", "flac")
    }


@pytest.mark.parametrize("case", BEFORE)
def test_a_sound_is_known_behind_tags_padding_and_garbage(
    tmp_path: Path, tones: dict[str, bytes], case: str
) -> None:
    name, change = BEFORE[case]
    path = tmp_path / "a"
    path.write_bytes(change(tones[name]))
    sign = identify(path)
    assert (sign.kind, sign.name) == (Kind.AUDIO, name)
    heard = audio.measure(path)
    assert isinstance(heard, tuple) and heard[0] == pytest.approx(1.0, abs=0.2)


@pytest.mark.parametrize("data", [bytes(50_000), bytes((i * i * 7 + 13 * i) % 256 for i in range(20_000))])
def test_zeros_and_noise_are_no_sound(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a").write_bytes(data)
    assert identify(tmp_path / "a").kind is Kind.UNKNOWN
