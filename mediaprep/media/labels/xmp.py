"""The label in a picture: a property of its XMP packet, in the name space that third-party copies of TC260-PG-20258A
name. It is put beside whatever else the packet says; the coded picture is not touched.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from mediaprep.errors import BadAsset
from mediaprep.media.isolation import posix
from mediaprep.model.labels import KEY, AigcLabel

NAMESPACE: Final = "http://www.tc260.org.cn/ns/AIGC/1.0/"
_PREFIX: Final = "TC260"
_MOST_PACKET: Final = 16 << 20
_MOST_PICTURE: Final = 512 << 20
_DTD: Final = re.compile(r"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_END: Final = re.compile(rb"</([\w.-]{1,40}:)?RDF\s*>")
_NO_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_NEW: Final = (
    b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    b'xmlns:rdf="' + _RDF.encode() + b'"></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)
_JPEG_NAME: Final = b"http://ns.adobe.com/xap/1.0/\0"
_JPEG_MOST: Final = 65533
_PNG_NAME: Final = b"XML:com.adobe.xmp"
_XMP_FLAG, _ALPHA_FLAG = 0x04, 0x10  # of VP8X


def label_in(packet: bytes) -> AigcLabel | None:
    """The label that an XMP packet holds, as an element or an attribute."""
    if len(packet) > _MOST_PACKET:
        return None
    try:
        if _DTD.search(packet.decode("utf-8", "replace")):  # entities could grow without end
            return None
        root = ElementTree.fromstring(packet.strip(b"\0 \r\n\t"))  # noqa: S314  # no entities: see above
    except (ElementTree.ParseError, ValueError, LookupError):
        return None
    for element in root.iter():
        for name, value in element.attrib.items():
            if _is_label(name):
                return AigcLabel(value.encode("utf-8", "surrogatepass"))
        if _is_label(element.tag):
            text = element.text or "" if not len(element) else "".join(element.itertext()).strip()
            return AigcLabel(text.encode("utf-8", "surrogatepass"))
    return None


def _is_label(name: str) -> bool:
    space, _, local = name.rpartition("}")
    return local == KEY and "tc260" in space.lower()


def holds(label: AigcLabel) -> bool:
    """Whether XML can hold each of its characters."""
    try:
        return not _NO_XML.search(label.raw.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def with_label(packet: bytes | None, label: AigcLabel) -> bytes:
    """The packet with the label beside what it says; a new one where there is none that can be added to."""
    whole = packet if packet is not None and _END.search(packet) else _NEW
    end = list(_END.finditer(whole))[-1]
    prefix = (end[1] or b"").decode()
    text = escape(label.raw.decode("utf-8"), {"\r": "&#13;"})
    about = f'{prefix}Description xmlns:{_PREFIX}="{NAMESPACE}" {prefix}about=""'
    told = f"<{about}><{_PREFIX}:{KEY}>{text}</{_PREFIX}:{KEY}></{prefix}Description>"
    return whole[: end.start()] + told.encode() + whole[end.start() :]


def write(path: Path, target: Path, format: str, label: AigcLabel, packet: bytes | None) -> None:
    """Write the picture at `path` to `target` with the label; `packet` is the XMP it holds now. Raises BadAsset."""
    with posix.open_regular(path) as file:
        data = file.read(_MOST_PICTURE + 1)
    try:
        if len(data) > _MOST_PICTURE:
            raise ValueError("too large")
        target.write_bytes(PLACES[format](data, with_label(packet, label)))
    except (ValueError, struct.error, IndexError) as error:
        raise BadAsset(
            f"{path.name}: the label cannot be written into this {format} ({error}): save it anew",
            f"{path.name}：无法将标识写入该 {format}（{error}）：请重新另存",
        ) from error


def _in_jpeg(data: bytes, packet: bytes) -> bytes:
    body = _JPEG_NAME + packet
    if len(body) + 2 > _JPEG_MOST:
        raise ValueError(f"{len(packet):,} bytes of XMP, at most {_JPEG_MOST - len(_JPEG_NAME) - 2:,} fit")
    made, at = [data[:2]], 2
    segment = b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
    while data[at] == 0xFF and 0xE0 <= data[at + 1] <= 0xEF:
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if not data[at + 4 : end].startswith(_JPEG_NAME):
            made.append(data[at:end])
        at = end
    first = 2 if len(made) > 1 and made[1][1] == 0xE0 else 1  # JFIF's own segment stays the first
    made.insert(first, segment)
    return b"".join(made) + data[at:]


def _in_png(data: bytes, packet: bytes) -> bytes:
    made, at = [data[:8]], 8
    while at + 12 <= len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        name, body = data[at + 4 : at + 8], data[at + 8 : end - 4]
        if not (name == b"iTXt" and body.startswith(_PNG_NAME + b"\0")):
            made.append(data[at:end])
        if name == b"IHDR":
            text = b"iTXt" + _PNG_NAME + b"\0\0\0\0\0" + packet
            made.append(struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text)))
        at = end
    return b"".join(made) + data[at:]


def _in_webp(data: bytes, packet: bytes) -> bytes:
    chunks, at = [], 12
    while at + 8 <= len(data):
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if name != b"XMP ":
            chunks.append((name, data[at + 8 : at + 8 + size]))
        at += 8 + size + size % 2
    kind, first = chunks[0]
    if kind == b"VP8X":
        chunks[0] = (kind, bytes([first[0] | _XMP_FLAG]) + first[1:])
    else:
        chunks.insert(0, (b"VP8X", _extended(kind, first)))
    chunks.append((b"XMP ", packet))
    body = b"".join(
        name + struct.pack("<I", len(part)) + part + b"\0" * (len(part) % 2) for name, part in chunks
    )
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def _extended(kind: bytes, first: bytes) -> bytes:
    """What the header of an extended WebP says of a simple one."""
    flags = _XMP_FLAG
    if kind == b"VP8L":
        bits = int.from_bytes(first[1:5], "little")
        width, height = (bits & 0x3FFF), (bits >> 14 & 0x3FFF)
        flags |= _ALPHA_FLAG if bits >> 28 & 1 else 0
    elif kind == b"VP8 ":
        width = (int.from_bytes(first[6:8], "little") & 0x3FFF) - 1
        height = (int.from_bytes(first[8:10], "little") & 0x3FFF) - 1
    else:
        raise ValueError(f"begins with {kind!r}")
    return bytes([flags, 0, 0, 0]) + width.to_bytes(3, "little") + height.to_bytes(3, "little")


PLACES: Final[Mapping[str, Callable[[bytes, bytes], bytes]]] = {
    "jpg": _in_jpeg, "png": _in_png, "webp": _in_webp,
}  # fmt: skip
"""The pictures that a label can be written into."""
