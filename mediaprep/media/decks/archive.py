"""The parts of an Office archive, read one by one through a cap: nothing is unpacked whole, no size in the
archive is believed.

The directory is zipfile's work. Parts are inflated here: its own reader takes four times as long on the
thousands of small parts of a large deck.
"""

from __future__ import annotations

import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO, TypeAlias

from lxml import etree  # type: ignore[import-untyped]

from mediaprep.errors import BadAsset

Element: TypeAlias = Any  # lxml ships no types

PART_CAP = 32 << 20  # of one XML part, unpacked
_MAX_ENTRIES = 200_000
_BOMB_BYTES, _BOMB_RATIO = 512 << 20, 100  # unpacked, and times the file's size: no deck comes to both
_XML = (".xml", ".rels", ".vml")
_PROLOG = 512  # bytes in which the first element of nearly every part begins
# what an XML reader goes by, longest first
_WIDE = (
    (b"\xff\xfe\0\0", "utf-32"), (b"\0\0\xfe\xff", "utf-32"), (b"<\0\0\0", "utf-32-le"), (b"\0\0\0<", "utf-32-be"),
    (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"),
)  # fmt: skip
_EBCDIC = b"\x4c\x6f\xa7\x94"
_STRANGE = re.compile(
    r"""<\?xml[^>]*\sencoding\s*=\s*["'](?!utf-?8|utf-?16|utf-?32|ucs|us-ascii|ascii|iso-|windows-|gb)""",
    re.I,
)
_SKIPPED = re.compile(r"(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.S)
_UNFINISHED = ("<?", "<!--")
_LOCAL = struct.Struct("<4s22xHH")  # magic … length of name, length of extra
_STORED, _DEFLATED = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED
_OVERHEAD = 1 << 16  # deflate may need a little more than it gives


@dataclass(frozen=True, slots=True)
class Relationship:
    """A relationship: last word of its type, and its target's name (as written where it is `outside`)."""

    kind: str
    target: str
    outside: bool = False


class Parts:
    """The archive's parts by name; names compare without case, as Office does."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
        if len(entries) > _MAX_ENTRIES:
            raise broken(f"{len(entries)} parts")
        size, unpacked = file.seek(0, 2), sum(entry.file_size for entry in entries)
        if unpacked > max(_BOMB_BYTES, _BOMB_RATIO * size):
            times, size_gib = unpacked // max(size, 1), unpacked / (1 << 30)
            raise BadAsset(
                f"unpacks to {size_gib:.1f} GiB, {times} times its size: a trap, no deck; it was not opened",
                f"解压后达 {size_gib:.1f} GiB，为文件大小的 {times} 倍：疑为压缩炸弹，未打开",
            )
        self.entries = {entry.filename.lower().lstrip("/"): entry for entry in entries}
        self._parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
        )
        self._refuse_dtds()

    def _refuse_dtds(self) -> None:
        """No part may carry a DTD, in any encoding, whether it is read here or only by the next program: entities
        are declared there. Raises BadAsset."""
        for name, entry in self.entries.items():
            if not entry.file_size or name.endswith("/"):
                continue
            try:
                start = _prolog(self.head(name, _PROLOG))
                if start is not None and start.startswith(_UNFINISHED):  # a long comment, for instance
                    start = _prolog(self.head(name, PART_CAP))
            except BadAsset:
                if name.endswith(_XML):
                    raise
                continue
            if start is not None and start.startswith("<!DOCTYPE"):
                raise broken(f"{name} carries a DTD")

    def has(self, name: str) -> bool:
        return name.lower() in self.entries

    def head(self, name: str, size: int) -> bytes:
        """The first bytes of a part; checked against its checksum where that is all of it."""
        entry = self.entries[name.lower()]
        if entry.flag_bits & 1:
            raise broken("parts locked with a zip password")
        self._file.seek(entry.header_offset)
        magic, name_length, extra_length = _LOCAL.unpack(self._file.read(_LOCAL.size))
        if magic != b"PK\x03\x04":
            raise broken(f"{name} is not where the directory says")
        self._file.seek(name_length + extra_length, 1)
        wanted = min(size, entry.file_size)
        if entry.compress_type == _STORED:
            data = self._file.read(min(wanted, entry.compress_size))
        elif entry.compress_type == _DEFLATED:
            packed = self._file.read(min(entry.compress_size, wanted + _OVERHEAD))
            data = zlib.decompressobj(-15).decompress(packed, wanted) if wanted else b""
        else:
            raise broken(f"{name} is packed by method {entry.compress_type}")
        if len(data) < wanted or (wanted == entry.file_size and zlib.crc32(data) != entry.CRC):
            raise broken(f"{name} is damaged")
        return data

    def text(self, name: str, size: int) -> bytes:
        """The first bytes of an XML part as UTF-8, whichever of the two encodings of Office it has."""
        data = self.head(name, size)
        encoding = _wide(data)
        return data if encoding is None else data.decode(encoding, "ignore").encode("utf-8")

    def xml(self, name: str) -> Element:
        data = self.head(name, PART_CAP + 1)
        if len(data) > PART_CAP:
            raise broken(f"{name} unpacks to more than {PART_CAP >> 20} MiB")
        root = etree.fromstring(data, self._parser)
        if root.getroottree().docinfo.internalDTD is not None:
            raise broken(f"{name} carries a DTD")
        return root

    def links(self, part: str) -> dict[str, Relationship]:
        """Relationship id → link of a part ("" = the archive itself)."""
        folder, name = posixpath.split(part)
        rels = posixpath.join(folder, "_rels", f"{name}.rels")
        if not self.has(rels):
            return {}
        found = {}
        for element in self.xml(rels):
            target, kind = element.get("Target"), element.get("Type", "").rsplit("/", 1)[-1]
            if not target:
                continue
            if element.get("TargetMode") == "External":
                found[element.get("Id", "")] = Relationship(kind, target, outside=True)
            else:
                absolute = posixpath.normpath(posixpath.join(f"/{folder}", target)).lstrip("/")
                found[element.get("Id", "")] = Relationship(kind, absolute)
        return found


def _wide(data: bytes) -> str | None:
    """The encoding of XML that is not made of single bytes."""
    return next((encoding for begin, encoding in _WIDE if data.startswith(begin)), None)


def _prolog(data: bytes) -> str | None:
    """XML from behind its declaration, comments and blanks; None for what is no XML. Raises BadAsset for an encoding
    in which nothing can be found."""
    text = data.decode(_wide(data) or "latin-1", "ignore").lstrip("\ufeff\xef\xbb\xbf \t\r\n")
    if data.startswith(_EBCDIC) or _STRANGE.match(text):
        raise broken("XML in an encoding that Office does not write")
    return text[_SKIPPED.match(text).end() :] if text.startswith("<") else None  # type: ignore[union-attr]


def local_name(element: Element) -> str:
    """The name of an element without its namespace: strict and transitional files differ in those."""
    return str(etree.QName(element).localname)


@contextmanager
def translated() -> Iterator[None]:
    """What zip and XML readers raise for a damaged deck, as BadAsset."""
    try:
        yield
    except etree.XMLSyntaxError as error:
        raise broken(f"XML: {str(error)[:100]}") from error
    except (
        zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, struct.error, EOFError, OSError, KeyError, ValueError,
        NotImplementedError, RuntimeError,
    ) as error:  # fmt: skip
        raise broken(f"zip: {str(error)[:100]}") from error


def broken(reason: str) -> BadAsset:
    """A deck that cannot be read, and why."""
    return BadAsset(
        f"is a damaged or unusual pptx ({reason}): open it in PowerPoint and save it again",
        f"pptx 文件损坏或不规范（{reason}）：请用 PowerPoint 打开后重新保存",
    )
