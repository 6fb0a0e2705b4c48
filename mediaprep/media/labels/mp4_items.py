"""Metadata of MP4, MOV and M4A at the level of boxes: free keys (`mdta`: keys + ilst) beside the usual tags (`mdir`).

libavformat writes either the one or the other. Here the label goes into a `moov/meta` of its own, so that title,
comment and cover stay in `moov/udta/meta`, where players look for them. Only `moov` is made anew; media data moves
with it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np

from mediaprep.errors import BadAsset, ToolFailed
from mediaprep.media import boxes
from mediaprep.media.isolation import posix

_MOST_MOOV: Final = 256 << 20  # bytes: an index of some tens of hours
_MOST_META: Final = 64 << 20  # covers among it
_UTF8, _JPEG, _PNG = 1, 13, 14  # well-known types of values
COVER: Final = b"covr"
_FREE, _USUAL = b"mdta", b"mdir"
_FREEFORM: Final = b"----"
_ENCODER: Final = b"\xa9too"
_TABLES: Final = frozenset({b"trak", b"mdia", b"minf", b"stbl"})  # boxes that lead to the chunk offsets
_HALF: Final = 1 << 32


@dataclass(frozen=True, kw_only=True)
class Mp4Items:
    """`keys`: free keys, each with its value as it lies in the file (type, locale, bytes). `usual`: the items that
    players know, by their names (of a freeform one with what it says of itself), each as a whole box."""

    keys: Mapping[str, bytes] = field(default_factory=dict)
    usual: Mapping[bytes, bytes] = field(default_factory=dict)
    fragmented: bool = False

    def value(self, key: str) -> bytes | None:
        """The bytes of a free key's value."""
        found = self.keys.get(key)
        return None if found is None else found[8:]


def text_value(value: bytes) -> bytes:
    """A text as the value of a free key."""
    return struct.pack(">II", _UTF8, 0) + value


def cover_item(picture: bytes) -> bytes:
    """A cover (PNG or JPEG) as a usual item."""
    kind = _PNG if picture.startswith(b"\x89PNG") else _JPEG
    return box(COVER, box(b"data", struct.pack(">II", kind, 0) + picture))


def value_of(item: bytes) -> bytes:
    """The first value of a usual item."""
    return dict(split(item[8:])).get(b"data", b"")[8:]


def read(path: Path) -> Mp4Items:
    """What stands in `moov`; nothing of it is decoded. Raises BadAsset."""
    with posix.open_regular(path) as file:
        moov = _find(file)
        if moov is None:
            return Mp4Items()
        found, fragmented = Mp4Items(), False
        for box in boxes.boxes(file, moov.start, moov.end):
            fragmented |= box.name == b"mvex"
            for meta in _metas(file, box):
                if meta.end - meta.start <= _MOST_META:
                    file.seek(meta.start)
                    found = _joined(found, _read_meta(file.read(meta.end - meta.start)))
        return replace(found, fragmented=fragmented)


def _joined(one: Mp4Items, other: Mp4Items) -> Mp4Items:
    """What the first says counts."""
    return Mp4Items(keys={**other.keys, **one.keys}, usual={**other.usual, **one.usual})


def _find(file: BinaryIO) -> boxes.Box | None:
    size = file.seek(0, 2)
    return next((box for box in boxes.boxes(file, 0, size) if box.name == b"moov"), None)


def _metas(file: BinaryIO, box: boxes.Box) -> Iterator[boxes.Box]:
    if box.name == b"meta":
        yield box
    elif box.name == b"udta":
        yield from (inner for inner in boxes.boxes(file, box.start, box.end) if inner.name == b"meta")


def split(payload: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(name, payload) of the boxes in `payload`, as far as they can be read."""
    at = 0
    while at + 8 <= len(payload):
        size, name = struct.unpack_from(">I4s", payload, at)
        begin = at + 8
        if size == 1 and at + 16 <= len(payload):
            size, begin = struct.unpack_from(">Q", payload, at + 8)[0], at + 16
        elif size == 0:
            size = len(payload) - at
        if size < begin - at:
            return
        yield name, payload[begin : at + size]
        at += size


def box(name: bytes, payload: bytes) -> bytes:
    """A box as it is written."""
    if len(payload) + 8 >= _HALF:
        raise ToolFailed("a box would be larger than 4 GiB", "单个 box 将超过 4 GiB")
    return struct.pack(">I4s", len(payload) + 8, name) + payload


def _prelude(meta: bytes) -> int:
    """Bytes before the first box in it: version and flags, which QuickTime leaves out."""
    return 0 if meta[4:8] == b"hdlr" else 4


def _handler(meta: bytes) -> bytes:
    parts = dict(split(meta[_prelude(meta) :]))
    return parts.get(b"hdlr", b"")[8:12]


def _read_meta(meta: bytes) -> Mp4Items:
    parts = dict(split(meta[_prelude(meta) :]))
    items = list(split(parts.get(b"ilst", b"")))
    if _handler(meta) == _FREE:
        names = _names(parts.get(b"keys", b""))
        keys: dict[str, bytes] = {}
        for number, item in items:
            at = int.from_bytes(number, "big") - 1
            value = dict(split(item)).get(b"data")
            if 0 <= at < len(names) and value is not None and len(value) >= 8:
                keys.setdefault(names[at].decode("utf-8", "surrogateescape"), value)
        return Mp4Items(keys=keys)
    usual: dict[bytes, bytes] = {}
    for name, item in items:
        usual.setdefault(_known_as(name, item), box(name, item))
    return Mp4Items(usual=usual)


def _names(keys: bytes) -> list[bytes]:
    """The names of free keys, in the order of their numbers; other name spaces keep their place."""
    found, at = [], 8
    while at + 8 <= len(keys):
        size, space = struct.unpack_from(">I4s", keys, at)
        if size < 8:
            break
        found.append(keys[at + 8 : at + size] if space == _FREE else b"")
        at += size
    return found


def _known_as(name: bytes, item: bytes) -> bytes:
    if name != _FREEFORM:
        return name
    parts = dict(split(item))
    return _FREEFORM + parts.get(b"mean", b"")[4:] + b":" + parts.get(b"name", b"")[4:]


# --- writing --------------------------------------------------------------------------------------------------


def add(
    source: Path, target: Path, keys: Mapping[str, bytes], usual: Mapping[bytes, bytes] | None = None
) -> None:
    """Write `source` to `target` with these free keys (replacing those of the same names) and with those usual items
    that it lacks; nothing else changes but where its media data lies. Raises BadAsset for a file whose index this
    does not understand, ToolFailed."""
    with posix.open_regular(source) as file:
        size = file.seek(0, 2)
        moov = _find(file)
        if moov is None or moov.end - moov.start > _MOST_MOOV:
            raise _odd(source)
        begin = moov.start - (16 if _wide_header(file, moov) else 8)
        file.seek(moov.start)
        parts = list(split(file.read(moov.end - moov.start)))
        names = {name for name, _ in parts}
        if b"mvex" in names or b"cmov" in names or b"trak" not in names:
            raise _odd(source)
        made = _with_items(parts, keys, usual or {}, quicktime=_is_quicktime(file))
        grown = _moved(made, begin, moov.end)
        with target.open("wb") as out:
            posix.copy_range(file, out, 0, begin)
            out.write(grown)
            posix.copy_range(file, out, moov.end, size)


def _odd(path: Path) -> BadAsset:
    return BadAsset(
        f"{path.name}: its index is in pieces or packed, nothing can be added to it: `mediaprep fix` writes it plainly",
        f"{path.name}：索引为分段或压缩形式，无法写入元数据：可先用 `mediaprep fix` 转为普通文件",
    )


def _wide_header(file: BinaryIO, moov: boxes.Box) -> bool:
    """Whether its size is told in 8 bytes: then its header has 16."""
    file.seek(max(0, moov.start - 16))
    before = file.read(min(16, moov.start))
    return len(before) == 16 and before[:8] == struct.pack(">I4s", 1, b"moov")


def _is_quicktime(file: BinaryIO) -> bool:
    file.seek(0)
    head = file.read(12)
    return head[4:8] != b"ftyp" or head[8:12] == b"qt  "


def _with_items(
    parts: Sequence[tuple[bytes, bytes]],
    keys: Mapping[str, bytes],
    usual: Mapping[bytes, bytes],
    *,
    quicktime: bool,
) -> list[tuple[bytes, bytes]]:
    """The boxes of `moov` with these keys and items in their places."""
    made = [
        (name, _udta(payload, keys, usual)) if name == b"udta" else (name, payload) for name, payload in parts
    ]
    if usual and not any(name == b"udta" for name, _ in made):
        made.append((b"udta", _udta(b"", keys, usual)))
    if not keys or any(_has_free(name, payload) for name, payload in made if name == b"udta"):
        return made  # they stand beside free keys that are there
    at = next(
        (n for n, (name, payload) in enumerate(made) if name == b"meta" and _handler(payload) == _FREE), None
    )
    before = made[at][1] if at is not None else _empty(_FREE, quicktime=quicktime)
    meta = (b"meta", _with_keys(before, keys))
    return [*made, meta] if at is None else [*made[:at], meta, *made[at + 1 :]]


def _has_free(name: bytes, payload: bytes) -> bool:
    del name
    return any(inner == b"meta" and _handler(meta) == _FREE for inner, meta in _udta_parts(payload))


def _udta_parts(payload: bytes) -> list[tuple[bytes, bytes]]:
    """QuickTime may end it with four zero bytes, which are no box."""
    return list(split(payload))


def _udta(payload: bytes, keys: Mapping[str, bytes], usual: Mapping[bytes, bytes]) -> bytes:
    parts = _udta_parts(payload)
    stated = {name for name, _ in parts}
    wanted = {name: item for name, item in usual.items() if name not in stated and name != _ENCODER}
    made, placed = [], False
    for name, part in parts:
        told = part
        if name == b"meta" and _handler(part) == _FREE and keys:
            told = _with_keys(part, keys)
        elif name == b"meta" and _handler(part) == _USUAL and not placed:
            told, placed = _with_usual(part, wanted), True
        made.append(box(name, told))
    if wanted and not placed:
        made.append(box(b"meta", _with_usual(_empty(_USUAL, quicktime=False), wanted)))
    return b"".join(made)


def _empty(handler: bytes, *, quicktime: bool) -> bytes:
    """A meta box with nothing in it."""
    owner = b"appl" if handler == _USUAL else b"\0\0\0\0"
    hdlr = box(b"hdlr", bytes(8) + handler + owner + bytes(9))
    return (b"" if quicktime else bytes(4)) + hdlr


def _with_keys(meta: bytes, keys: Mapping[str, bytes]) -> bytes:
    skip = _prelude(meta)
    parts = list(split(meta[skip:]))
    told = dict(parts)
    names, items = _names(told.get(b"keys", b"")), list(split(told.get(b"ilst", b"")))
    spaces = _spaces(told.get(b"keys", b""))
    for key, value in keys.items():
        name = key.encode("utf-8", "surrogateescape")
        if name not in names:
            names.append(name)
            spaces.append(_FREE + name)
        number = (names.index(name) + 1).to_bytes(4, "big")
        items = [(other, item) for other, item in items if other != number]
        items.append((number, box(b"data", value)))
    listed = struct.pack(">II", 0, len(spaces)) + b"".join(
        struct.pack(">I", len(one) + 4) + one for one in spaces
    )
    rest = [box(name, part) for name, part in parts if name not in {b"keys", b"ilst"}]
    return (
        meta[:skip] + b"".join(rest) + box(b"keys", listed) + box(b"ilst", b"".join(box(*i) for i in items))
    )


def _spaces(keys: bytes) -> list[bytes]:
    """Every key with its name space, as it stands."""
    found, at = [], 8
    while at + 8 <= len(keys):
        size = struct.unpack_from(">I", keys, at)[0]
        if size < 8:
            break
        found.append(keys[at + 4 : at + size])
        at += size
    return found


def _with_usual(meta: bytes, wanted: Mapping[bytes, bytes]) -> bytes:
    skip = _prelude(meta)
    parts = list(split(meta[skip:]))
    items = list(split(dict(parts).get(b"ilst", b"")))
    there = {_known_as(name, item) for name, item in items}
    new = b"".join(item for name, item in wanted.items() if name not in there)
    ilst = b"".join(box(name, item) for name, item in items) + new
    rest = [box(name, part) for name, part in parts if name not in {b"ilst", b"free"}]
    return meta[:skip] + b"".join(rest) + box(b"ilst", ilst)


# --- where media data lies ------------------------------------------------------------------------------------


def _moved(parts: Sequence[tuple[bytes, bytes]], begin: int, end: int) -> bytes:
    """`moov` as a box, for media data behind byte `end` that moves by as much as it grows; tables get room for
    offsets beyond 4 GiB where these need it."""
    payload = b"".join(box(name, part) for name, part in parts)
    by = len(payload) + 8 - (end - begin)
    try:
        return box(b"moov", _shifted(payload, end, by, wide=False))
    except OverflowError:
        by = len(_shifted(payload, end, 0, wide=True)) + 8 - (end - begin)
        return box(b"moov", _shifted(payload, end, by, wide=True))


def _shifted(payload: bytes, end: int, by: int, *, wide: bool) -> bytes:
    made = []
    for name, part in split(payload):
        if name in _TABLES:
            made.append(box(name, _shifted(part, end, by, wide=wide)))
        elif name in {b"stco", b"co64"}:
            made.append(_offsets(name, part, end, by, wide=wide))
        else:
            made.append(box(name, part))
    return b"".join(made)


def _offsets(name: bytes, part: bytes, end: int, by: int, *, wide: bool) -> bytes:
    """A table of chunk offsets. Raises OverflowError where they need eight bytes and have four."""
    kind = ">u4" if name == b"stco" else ">u8"
    count = min(int.from_bytes(part[4:8], "big"), (len(part) - 8) // int(kind[-1]))
    found = np.frombuffer(part, kind, count, 8).astype(np.int64)
    found = np.where(found >= end, found + by, found)
    if name == b"stco" and not wide:
        if count and int(found.max()) >= _HALF:
            raise OverflowError
        return box(name, part[:4] + struct.pack(">I", count) + found.astype(">u4").tobytes())
    return box(b"co64", part[:4] + struct.pack(">I", count) + found.astype(">u8").tobytes())
