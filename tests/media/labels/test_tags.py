from __future__ import annotations

from pathlib import Path

import mutagen.mp4
import pytest

from mediaprep.errors import BadConfig
from mediaprep.media import ffmpeg
from mediaprep.media.containers import packets
from mediaprep.media.labels import tags
from mediaprep.model.labels import AigcLabel
from tests.making import make_audio, make_photo, make_video
from tests.media.labels import reading

TAGS = ("-metadata", "title=名", "-metadata", "comment=C", "-metadata", "Foo=bar")
VIDEOS = {
    "a.mp4": {}, "late.mp4": {"faststart": False}, "a.mov": {}, "a.mkv": {},
    "a.webm": {"vcodec": "libvpx", "acodec": "libopus"}, "a.flv": {"sample_rate": 44100},
}  # fmt: skip
SOUNDS = ("a.mp3", "a.m4a", "a.wav", "a.flac", "a.wma")
PHOTOS = ("a.jpg", "a.png", "a.webp")


@pytest.fixture(scope="module")
def binary() -> ffmpeg.Binary:
    return ffmpeg.find(None)


def made(path: Path) -> Path:
    if path.name in VIDEOS:
        return make_video(path, seconds=0.4, width=96, height=64, extra=TAGS, **VIDEOS[path.name])
    if path.name in SOUNDS:
        return make_audio(path, seconds=0.3, extra=TAGS)
    return make_photo(path, width=64, height=48)


@pytest.mark.parametrize("name", [*VIDEOS, *SOUNDS, *PHOTOS])
def test_a_label_is_written_byte_for_byte_and_nothing_else_changes(
    name: str, tmp_path: Path, binary: ffmpeg.Binary
) -> None:
    path = made(tmp_path / name)
    photo = name in PHOTOS
    before = None if photo else (packets.stream_digests(path), reading.listed(path))
    tags.keep(tags.FileTags(label=AigcLabel(reading.HOSTILE.encode())), path, binary=binary)
    assert tags.read(path).label == AigcLabel(reading.HOSTILE.encode())
    assert reading.label(path) == reading.HOSTILE
    if before is not None:
        digests, words = before
        assert packets.stream_digests(path) == digests
        assert reading.listed(path) == {**words, "AIGC": reading.HOSTILE}
        assert packets.decode_report(path).errors == 0


@pytest.mark.parametrize("name", ["a.avi", "a.aac", "a.ts", "a.bmp", "a.gif"])
def test_what_cannot_hold_a_label_is_refused_and_what_can_is_named(
    name: str, tmp_path: Path, binary: ffmpeg.Binary
) -> None:
    suffix = Path(name).suffix
    path = tmp_path / name
    if suffix in {".bmp", ".gif"}:
        make_photo(path, width=64, height=48)
    elif suffix == ".aac":
        make_audio(path, seconds=0.3)
    else:
        make_video(path, seconds=0.4, width=96, height=64)
    before = path.read_bytes()
    with pytest.raises(BadConfig, match=r"cannot hold.*mp4, mov, m4a, webm, mkv"):
        tags.keep(tags.FileTags(label=AigcLabel(b"{}")), path, binary=binary)
    assert path.read_bytes() == before


def test_cover_and_titles_stay_where_players_look_for_them(tmp_path: Path, binary: ffmpeg.Binary) -> None:
    source, target = made(tmp_path / "a.mp4"), made(tmp_path / "late.mp4")
    told = mutagen.mp4.MP4(source)
    picture = made(tmp_path / "a.jpg").read_bytes()
    told["covr"] = [mutagen.mp4.MP4Cover(picture, mutagen.mp4.MP4Cover.FORMAT_JPEG)]
    told["----:com.example:Project"] = [b"x"]
    told["\xa9nam"] = ["another"]
    told.save()
    tags.keep(tags.FileTags(label=AigcLabel(b"{}")), source, binary=binary)
    tags.keep(tags.read(source), target, binary=binary)
    found = mutagen.mp4.MP4(target)
    assert found["covr"] == told["covr"]
    assert found["----:com.example:Project"] == [b"x"]
    assert found["\xa9nam"] == ["名"], "what the target says of itself counts"
    assert reading.label(target) == "{}"
    assert packets.decode_report(target).errors == 0


def test_a_cover_that_is_no_picture_is_left_behind(tmp_path: Path, binary: ffmpeg.Binary) -> None:
    source, target = made(tmp_path / "a.mp4"), made(tmp_path / "late.mp4")
    told = mutagen.mp4.MP4(source)
    told["covr"] = [mutagen.mp4.MP4Cover(b"\xff\xd8" + bytes(5000), mutagen.mp4.MP4Cover.FORMAT_JPEG)]
    told.save()
    tags.keep(tags.read(source), target, binary=binary)
    assert "covr" not in mutagen.mp4.MP4(target)


@pytest.mark.parametrize("source", ["a.mkv", "a.mp3", "a.flac", "tagged.mp4", "tagged.mov"])
@pytest.mark.parametrize("target", ["a.mp4", "a.m4a", "a.wav"])
def test_free_keys_go_wherever_they_can_be_held(
    source: str, target: str, tmp_path: Path, binary: ffmpeg.Binary
) -> None:
    if source.startswith("tagged"):
        extra = (
            "-movflags",
            "use_metadata_tags",
            "-metadata",
            "Foo=bar",
            "-metadata",
            f"AIGC={reading.PLAIN}",
        )
        path = make_video(tmp_path / source, seconds=0.4, width=96, height=64, extra=extra)
    else:
        path = made(tmp_path / source)
    bare = make_video if target == "a.mp4" else make_audio
    (made_of := bare(tmp_path / f"out-{target}", seconds=0.4)).exists()
    tags.keep(tags.read(path), made_of, binary=binary)
    said = {key.lower(): value for key, value in reading.listed(made_of).items()}
    assert said["foo"] == "bar"
    assert said.get("aigc") == (reading.PLAIN if source.startswith("tagged") else None)


def test_an_index_in_pieces_is_told(tmp_path: Path, binary: ffmpeg.Binary) -> None:
    path = make_video(
        tmp_path / "a.mp4", seconds=0.4, width=96, height=64, extra=("-movflags", "frag_keyframe+empty_moov")
    )
    with pytest.raises(Exception, match="in pieces"):
        tags.keep(tags.FileTags(label=AigcLabel(b"{}")), path, binary=binary)


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("a.mp4", b"{" + b"x" * (2 << 20)), ("a.mp4", b"\xff\xfe\0\1"), ("a.mp4", b"a\0b\x1b[31m\n"), ("a.mp4", b""),
        ("a.m4a", b"\r\n\t</x>&amp;"), ("a.wav", b"\r\n\t</x>&amp;\x1b"), ("a.png", b"\r\n\t</x>&amp;"),
        ("a.jpg", b" a\r\nb "), ("a.webp", b"]]><!--"), ("a.mkv", b"a\r\n\x1b=;#\\"),
    ],
)  # fmt: skip
def test_hostile_labels_are_kept_whole(name: str, raw: bytes, tmp_path: Path, binary: ffmpeg.Binary) -> None:
    path = made(tmp_path / name)
    tags.keep(tags.FileTags(label=AigcLabel(raw)), path, binary=binary)
    assert tags.read(path).label == AigcLabel(raw)


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("a.png", b"\x1b"),
        ("a.jpg", b"\xff"),
        ("a.webp", b"\0"),
        ("a.mkv", b"a\0b"),
        ("a.mp3", b"x" * 200_000),
    ],
)
def test_what_would_not_come_back_whole_is_refused(
    name: str, raw: bytes, tmp_path: Path, binary: ffmpeg.Binary
) -> None:
    path = made(tmp_path / name)
    before = path.read_bytes()
    with pytest.raises(BadConfig, match="byte for byte: write mp4"):
        tags.keep(tags.FileTags(label=AigcLabel(raw)), path, binary=binary)
    assert path.read_bytes() == before
