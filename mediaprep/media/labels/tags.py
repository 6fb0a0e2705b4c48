"""What files say of themselves, carried from one to the other: the label whole and byte for byte, and every free key
that the other container can hold. What cannot hold a label is refused; nothing here leaves one out.

Measured: libavformat keeps free keys in webm, mkv, mp3, flac, ogg, wma and flv; it drops them from mp4, mov, m4a
(`mp4_items` writes them) and wav (`id3`), and has no place for them in avi, ts, aac and amr.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from mediaprep.errors import BadAsset, BadConfig
from mediaprep.media import ffmpeg, pictures, sniff
from mediaprep.media.containers import packets
from mediaprep.media.files import atomic
from mediaprep.media.isolation import guard
from mediaprep.media.labels import id3, mp4_items, xmp
from mediaprep.model.facts import ABSENT, Absent, Kind, LabelFacts, PhotoFacts
from mediaprep.model.labels import KEY, AigcLabel, facts_of

HOLDING: Final = "mp4, mov, m4a, webm, mkv, mp3, wav, flac, ogg, wma, flv, jpg, png, webp"
_REMUXED: Final = {
    "webm": "webm", "mkv": "matroska", "mka": "matroska", "mp3": "mp3", "flac": "flac", "ogg": "ogg", "opus": "ogg",
    "asf": "asf", "wma": "asf", "wmv": "asf", "flv": "flv",
}  # fmt: skip
"""Container → the muxer of libavformat that keeps free keys in it."""
_BOXES: Final = frozenset({"mp4", "mov", "m4a", "m4v", "3gp", "3g2"})
_MOST_ARGUMENT: Final = 100_000  # bytes: systems allow 128 KiB for one argument
_MOST_ELSEWHERE: Final = 1 << 20  # bytes of a free key that is worth carrying
_OF_THE_CONTAINER: Final = frozenset({
    "major_brand", "minor_version", "compatible_brands", "creation_time", "encoder", "encoded_by", "software",
    "duration", "handler_name", "vendor_id", "timecode", "language", "hw", "id3v2_priv.",
})  # fmt: skip
_COVERS: Final = (b"\x89PNG", b"\xff\xd8\xff")  # what the first bytes of a cover are
_WAIT_SECONDS: Final = 30.0


@dataclass(frozen=True, kw_only=True)
class FileTags:
    """What a file says of itself. `words`: as libavformat tells it, without what only describes the container; `items`:
    of an MP4 or MOV, as it lies in its boxes. `cover`: the picture of a sound file."""

    label: AigcLabel | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    items: mp4_items.Mp4Items | None = None
    cover: bytes | None = None


def read(path: Path) -> FileTags:
    """What an untrusted file says of itself; libraries read it in a guarded child. Raises BadAsset."""
    sign = sniff.identify(path)
    if sign.kind is Kind.PHOTO:
        return _of_packet(_asked("pictures", "xmp", path))
    if sign.demuxer is None:
        return FileTags()
    said = _of_media(path, sign.demuxer, _asked("packets", "words", path, sign.demuxer))
    if sign.kind is not Kind.AUDIO:
        return said
    if said.items is None:
        picture = _asked("packets", "cover", path, sign.demuxer)
    else:
        picture = mp4_items.value_of(said.items.usual.get(mp4_items.COVER, b""))
    return (
        replace(said, cover=picture) if isinstance(picture, bytes) and picture.startswith(_COVERS) else said
    )


def read_own(path: Path) -> FileTags:
    """`read`, of a file that we made ourselves."""
    sign = sniff.identify(path)
    if sign.kind is Kind.PHOTO:
        return _of_packet(pictures.xmp(path))
    if sign.demuxer is None:
        return FileTags()
    return _of_media(path, sign.demuxer, packets.words(path, sign.demuxer))


def measure(path: Path) -> LabelFacts | Absent:
    """The label as a fact; to be called where untrusted files may be read. Raises BadAsset."""
    found = read_own(path).label
    return ABSENT if found is None else facts_of(found)


def _asked(room: str, task: str, *arguments: object) -> object:
    found = guard.ask(room, task, *arguments, wall_seconds=_WAIT_SECONDS)
    if isinstance(found, guard.Stopped):
        raise BadAsset(found.en, found.zh)
    return found


def _of_packet(found: object) -> FileTags:
    return FileTags(label=xmp.label_in(found) if isinstance(found, bytes) else None)


def _of_media(path: Path, demuxer: str, found: object) -> FileTags:
    told = {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}
    label = next((value for key, value in told.items() if key.upper() == KEY), None)
    raw = None if label is None else label.encode("utf-8", "surrogateescape")
    items = mp4_items.read(path) if demuxer == "mov" else None
    own = items.value(KEY) if items else None  # as it lies there, whatever a reader makes of it
    words = {
        key: value
        for key, value in told.items()
        if key.upper() != KEY and key.lower() not in _OF_THE_CONTAINER and len(value) <= _MOST_ELSEWHERE
    }
    return FileTags(
        label=None if own is None and raw is None else AigcLabel(own if own is not None else raw or b""),
        words=words,
        items=items,
    )


# --- writing --------------------------------------------------------------------------------------------------


def refuse_holder(label: AigcLabel | None, container: str) -> None:
    """Raise BadConfig where a label would have to go into a container that cannot hold it."""
    if label is None:
        return
    if container not in {*_BOXES, "wav", *_REMUXED, *xmp.PLACES}:
        raise BadConfig(
            f"{container} cannot hold the label (AIGC) that the file carries, and it may not be dropped: write one of "
            f"{HOLDING}",
            f"{container} 无法保存文件所带的标识（AIGC），且标识不得去除：请输出为 {HOLDING} 之一",
        )
    if container in xmp.PLACES and not xmp.holds(label):
        raise _cannot_be_written(label, container)


def _cannot_be_written(label: AigcLabel, container: str) -> BadConfig:
    return BadConfig(
        f"{container} cannot hold this label ({len(label.raw):,} bytes: {label.shown}) byte for byte: write mp4, mov "
        "or m4a",
        f"{container} 无法逐字节保存该标识（{len(label.raw):,} 字节：{label.shown}）：请输出为 mp4、mov 或 m4a",
    )


def keep(tags: FileTags, made: Path, *, binary: ffmpeg.Binary | None = None, covers: bool = True) -> None:
    """Have a file that we made (under its part name) say what `tags` say, as far as its container can; the label whole.
    `binary` writes where we cannot (none: one is looked for); `covers`: its cover picture too. Raises BadConfig for a
    container that cannot hold the label, ToolFailed."""
    sign = sniff.identify(made)
    refuse_holder(tags.label, sign.name)
    there = read_own(made)
    missing = tags.label if tags.label != there.label else None
    if not covers or (tags.cover is not None and not _decodes(tags.cover)):
        tags = replace(tags, cover=None)
    if sign.demuxer == "mov":
        done = _into_boxes(tags, there, made, missing, covers=covers)
    elif sign.demuxer == "wav":
        done = _into_wav(tags, there, made, missing)
    else:
        done = _anew(made, sign, missing, binary) if missing is not None else False
        if sign.demuxer == "mp3" and tags.cover is not None:
            _into_mp3(made, {}, tags.cover)
    if done and tags.label is not None and read_own(made).label != tags.label:
        raise _cannot_be_written(tags.label, sign.name)


def _into_boxes(
    tags: FileTags, there: FileTags, made: Path, missing: AigcLabel | None, *, covers: bool
) -> bool:
    told, own = tags.items, there.items or mp4_items.Mp4Items()
    if told is None:  # from another container
        told = mp4_items.Mp4Items(
            keys={key: mp4_items.text_value(_raw(value)) for key, value in tags.words.items()},
            usual={} if tags.cover is None else {mp4_items.COVER: mp4_items.cover_item(tags.cover)},
        )
    known = {key.lower() for key in (*there.words, *own.keys, *_OF_THE_CONTAINER, KEY, "")}
    keys = {key: value for key, value in told.keys.items() if key.lower() not in known}
    usual = {
        name: item
        for name, item in told.usual.items()
        if name not in own.usual
        and (name != mp4_items.COVER or (covers and _decodes(mp4_items.value_of(item))))
    }
    if missing is not None:
        keys[KEY] = mp4_items.text_value(missing.raw)
    if not keys and not usual:
        return False
    _replaced(made, lambda target: mp4_items.add(made, target, keys, usual))
    return True


def _decodes(picture: bytes) -> bool:
    """Whether a cover does: a damaged one would be an error of the whole file to whoever plays it."""
    with atomic.workroom() as room:
        (room / "cover").write_bytes(picture)
        return isinstance(
            guard.ask("pictures", "photo", room / "cover", False, wall_seconds=_WAIT_SECONDS), PhotoFacts
        )


def _into_wav(tags: FileTags, there: FileTags, made: Path, missing: AigcLabel | None) -> bool:
    known = {key.lower() for key in there.words}
    words = {key: value for key, value in tags.words.items() if key.lower() not in known}
    if missing is not None:
        words[KEY] = missing.raw.decode("utf-8", "surrogateescape")
    if any("\0" in word for pair in words.items() for word in pair):
        return missing is not None
    if not words and tags.cover is None:
        return missing is not None
    _replaced(made, lambda target: id3.add(made, target, words, tags.cover))
    return True


def _anew(made: Path, sign: sniff.Sign, label: AigcLabel, binary: ffmpeg.Binary | None) -> bool:
    """The label into what has no writer of its own: a picture, or what libavformat writes with free keys."""
    if sign.kind is Kind.PHOTO:
        packet = pictures.xmp(made)
        _replaced(made, lambda target: xmp.write(made, target, sign.name, label, packet))
        return True
    if len(label.raw) > _MOST_ARGUMENT or b"\0" in label.raw:
        raise _cannot_be_written(label, sign.name)
    assert sign.demuxer is not None
    text = label.raw.decode("utf-8", "surrogateescape")
    if sign.demuxer == "mp3" and _into_mp3(made, {KEY: text}):
        return True
    told = f"{KEY}={text}"
    place = "-metadata:s:0" if sign.demuxer == "ogg" else "-metadata"
    muxer = _REMUXED[sign.name]
    call = [
        "-f", sign.demuxer, *ffmpeg.untrusted_input(made, sign.demuxer), "-map", "0", "-c", "copy",
        "-map_metadata", "0", place, told, "-fflags", "+bitexact", "-f", muxer,
    ]  # fmt: skip
    _replaced(made, lambda target: ffmpeg.run(binary or ffmpeg.find(), [*call, f"file:{target.absolute()}"]))
    return True


def _into_mp3(made: Path, words: Mapping[str, str], cover: bytes | None = None) -> bool:
    done = []
    _replaced(made, lambda target: done.append(id3.add_in_front(made, target, words, cover)))
    return done == [True]


def _replaced(made: Path, write: Callable[[Path], object]) -> None:
    other = made.with_name(f"{made.name}.tags")
    try:
        write(other)
        if other.exists():
            atomic.take_over(other, made)
    finally:
        other.unlink(missing_ok=True)


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
