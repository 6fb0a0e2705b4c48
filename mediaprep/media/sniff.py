"""What a file is, by its bytes. Names decide nothing, and nothing here opens a file as media.

`identify` names the one demuxer that may open the file; playlists, drawings and archives get none, with the
reason, so that a text dressed up as a video is never read as one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from mediaprep.errors import BadAsset
from mediaprep.media import boxes
from mediaprep.media.captions import forms
from mediaprep.media.files import encodings
from mediaprep.media.isolation import posix
from mediaprep.model.facts import Kind
from mediaprep.model.findings import Text

HEAD_BYTES = 64 * 1024
_TAG_MAX = 16 << 20  # bytes of a tag, or of padding
_APE_HEADER = 32
_MOST_TAGS = 300  # tags, and blocks of padding: a cap on what is read
_SURE_FRAMES = 5
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_ASF_VIDEO = bytes.fromhex("c0ef19bc4d5bcf11a8fd00805f5c442b")
_PRESENTATION = (b"ppt/presentation.xml", b"ppt/slides/")


@dataclass(frozen=True, kw_only=True)
class Sign:
    """What the bytes say. `name` is the container or format; `demuxer` what libavformat must open it as (only
    for sound and video); `problem` why a file of kind UNKNOWN is not opened."""

    kind: Kind
    name: str = ""
    demuxer: str | None = None
    problem: Text | None = None


def sniff(path: Path) -> Kind:
    """The kind of a file by its bytes; UNKNOWN for what is no regular file or cannot be read.

    Raises BadAsset only when the path does not exist.
    """
    return identify(path).kind


def identify(path: Path) -> Sign:
    """What the file at `path` is. Raises BadAsset only when the path does not exist."""
    try:
        with posix.open_regular(path) as file:
            return identify_open(file)
    except BadAsset as error:
        if not path.exists() and not path.is_symlink():
            raise
        return _unknown(error.en, error.zh)
    except OSError as error:
        return _unknown(f"cannot be read: {error.strerror}", f"无法读取：{error.strerror}")


def identify_open(file: BinaryIO) -> Sign:
    """What an open file is; its position is left anywhere."""
    size = file.seek(0, 2)
    file.seek(0)
    head = file.read(HEAD_BYTES)
    if not head:
        return _unknown(
            "is empty (0 bytes): record or export it again", "文件为空（0 字节）：请重新录制或导出"
        )
    return (
        _disguised(head)
        or _iso(file, head, size)
        or _riff(head)
        or _video(head)
        or _sound(file, head)
        or _picture(head)
        or _deck(file, head)
        or _text(head, whole=size <= len(head))
        or _resynced(file, head)
        or _unknown(
            f"starts with {head[:8].hex(' ')}, which is no video, sound, picture, deck or text known here",
            f"文件头 {head[:8].hex(' ')} 不是可识别的视频、音频、图片、文档或文本",
        )
    )


def _unknown(en: str, zh: str) -> Sign:
    return Sign(kind=Kind.UNKNOWN, problem=Text(en, zh))


def _media(kind: Kind, name: str, demuxer: str) -> Sign:
    return Sign(kind=kind, name=name, demuxer=demuxer)


_ACTED_UPON = {  # what stands at the start → what it is
    b"ffconcat version": Text("an ffconcat list", "ffconcat 列表"),
    b"#extm3u": Text("an HLS playlist", "HLS 播放列表"),
    b"[playlist]": Text("a playlist", "播放列表"),
    b"[reference]": Text("a playlist", "播放列表"),
    b"v=0\r\n": Text("a streaming description (SDP)", "SDP 流描述"),
    b"v=0\n": Text("a streaming description (SDP)", "SDP 流描述"),
    b"<!doctype html": Text("a web page", "网页"),
}
_MARKUP_STARTS = (b"<?xml", b"<!--", b"<!doctype", b"<svg", b"<mpd", b"<html", b"<smil")
_MARKUP = {
    b"<mpd": Text("a DASH playlist", "DASH 播放列表"),
    b"<svg": Text("an SVG drawing", "SVG 图形"),
    b"<smil": Text("a SMIL playlist", "SMIL 播放列表"),
    b"<html": Text("a web page", "网页"),
}


def _disguised(head: bytes) -> Sign | None:
    """Text that libavformat or a browser would act upon: it may name other files, so it is never opened."""
    lower = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1024].lower()
    found = next((what for start, what in _ACTED_UPON.items() if lower.startswith(start)), None)
    if found is None and lower.startswith(_MARKUP_STARTS):
        found = next((what for mark, what in _MARKUP.items() if mark in lower), None)
    if found is None:
        return None
    return _unknown(
        f"is {found.en} and no media; it was not opened (it may point at other files): give the media itself",
        f"是{found.zh}，不是媒体文件；未打开（其中可能引用其他文件）：请提供媒体文件本身",
    )


_HEIF = frozenset({b"heic", b"heix", b"heim", b"heis", b"heif", b"mif1", b"mif2", b"msf1", b"hevc", b"hevx"})


def _iso(file: BinaryIO, head: bytes, size: int) -> Sign | None:
    """MP4, MOV, M4A, 3GP, HEIC, AVIF."""
    name = head[4:8]
    if name not in {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot"}:
        return None
    if name != b"ftyp" and int.from_bytes(head[:4], "big") not in {0, 1, *range(8, size + 1)}:
        return None
    brand = head[8:12] if name == b"ftyp" else b""
    if brand in _HEIF:
        others = head[16 : int.from_bytes(head[:4], "big")]
        av1 = brand in {b"mif1", b"msf1"} and b"avif" in others and b"heic" not in others
        return Sign(kind=Kind.PHOTO, name="avif" if av1 else "heic")
    if brand in {b"avif", b"avis"}:
        return Sign(kind=Kind.PHOTO, name="avif")
    container = "mov" if brand in {b"qt  ", b""} else "3gp" if brand[:2] == b"3g" else "mp4"
    movie = boxes.read_movie(file, size)
    if movie.has(b"soun") and not movie.has(b"vide"):
        return _media(Kind.AUDIO, container, "mov")
    return _media(Kind.VIDEO, container, "mov")


def _riff(head: bytes) -> Sign | None:
    if head[:4] not in {b"RIFF", b"RIFX", b"RF64"}:
        return None
    form = head[8:12]
    if form == b"WAVE":
        return _media(Kind.AUDIO, "wav", "wav")
    if form == b"AVI ":
        return _media(Kind.VIDEO, "avi", "avi")
    if form == b"WEBP":
        return Sign(kind=Kind.PHOTO, name="webp")
    return None


_VIDEO_MAGIC = (
    (b"FLV", "flv", "flv"),
    (b"\x00\x00\x01\xba", "mpg", "mpeg"),
    (bytes.fromhex("060e2b34"), "mxf", "mxf"),
)
_SOUND_MAGIC = (
    (b"fLaC", "flac", "flac"), (b"#!AMR", "amr", "amr"), (b"caff", "caf", "caf"), (b"MAC ", "ape", "ape"),
    (b"riff\x2e\x91\xcf\x11", "w64", "w64"), (b".snd", "au", "au"),
)  # fmt: skip


def _video(head: bytes) -> Sign | None:
    for magic, name, demuxer in _VIDEO_MAGIC:
        if head.startswith(magic):
            return _media(Kind.VIDEO, name, demuxer)
    found = None
    if head[:4] == b"\x1a\x45\xdf\xa3":
        name = "webm" if b"webm" in head[:64] else "mkv"
        sound_only = b"A_" in head and not any(mark in head for mark in (b"V_", b"\x83\x81\x01"))
        found = _media(Kind.AUDIO if sound_only else Kind.VIDEO, name, "matroska")
    elif head[:16] == _ASF and _ASF_VIDEO in head:
        found = _media(Kind.VIDEO, "wmv", "asf")
    elif head[:16] == _ASF:
        found = _media(Kind.AUDIO, "asf", "asf")
    elif head[:1] == b"G" and head[188:189] == b"G" and head[376:377] in {b"G", b""}:
        found = _media(Kind.VIDEO, "ts", "mpegts")
    elif head[4:5] == b"G" and head[196:197] == b"G" and head[388:389] in {b"G", b""}:
        found = _media(Kind.VIDEO, "m2ts", "mpegts")
    return found


def _sound(file: BinaryIO, head: bytes) -> Sign | None:
    for magic, name, demuxer in _SOUND_MAGIC:
        if head.startswith(magic):
            return _media(Kind.AUDIO, name, demuxer)
    if head[:4] == b"OggS":
        moving = b"\x80theora" in head[:512] or b"BBCD" in head[:64]
        return _media(Kind.VIDEO, "ogv", "ogg") if moving else _media(Kind.AUDIO, "ogg", "ogg")
    if head[:4] == b"FORM" and head[8:12] in {b"AIFF", b"AIFC"}:
        return _media(Kind.AUDIO, "aiff", "aiff")
    _, body = behind_tags(file, head)
    found = next((name for name, fits in _SOUND_STARTS if fits(body)), "mp3" if head[:3] == b"ID3" else None)
    return None if found is None else _media(Kind.AUDIO, found, found)


def behind_tags(file: BinaryIO, head: bytes) -> tuple[int, bytes]:
    """Where the sound itself begins behind ID3 and APE tags and padding with zeros, and its first bytes."""
    at, body = 0, head
    for _ in range(_MOST_TAGS):
        if body[:3] == b"ID3" and len(body) > 10:
            sizes = zip(body[6:10], (21, 14, 7, 0), strict=True)
            at += 10 + min(sum((byte & 0x7F) << shift for byte, shift in sizes), _TAG_MAX)
        elif body[:8] == b"APETAGEX" and len(body) >= _APE_HEADER:
            at += _APE_HEADER + min(int.from_bytes(body[12:16], "little"), _TAG_MAX)
        elif body[:1] == b"\x00" and at < _TAG_MAX:
            at += len(body) - len(body.lstrip(b"\x00"))
        else:
            break
        file.seek(at)
        body = file.read(HEAD_BYTES)
    return at, body


def _resynced(file: BinaryIO, head: bytes) -> Sign | None:
    """A sound that begins inside a frame, or behind other bytes: several whole frames in a row tell it."""
    _, body = behind_tags(file, head)
    at = body.find(b"\xff")
    while at >= 0:
        for name, length_of in (("aac", _adts_frame), ("mp3", _mpeg_frame)):
            if _frames_in_a_row(body, at, length_of) >= _SURE_FRAMES:
                return _media(Kind.AUDIO, name, name)
        at = body.find(b"\xff", at + 1)
    return None


def _frames_in_a_row(body: bytes, at: int, length_of: Callable[[bytes], int | None]) -> int:
    count = 0
    while count < _SURE_FRAMES and (length := length_of(body[at : at + 7])):
        count, at = count + 1, at + length
    return count


def _adts_frame(head: bytes) -> int | None:
    """Length of the AAC frame that starts here, None where none does."""
    if len(head) < 7 or head[0] != 0xFF or head[1] & 0xF6 != 0xF0:
        return None
    length = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    return length if length >= 7 else None


def _adts(head: bytes) -> bool:
    """Two AAC frames in a row (or one that fills the file)."""
    length = _adts_frame(head)
    following = head[length : length + 2] if length else b""
    return length is not None and (not following or (following[0] == 0xFF and following[-1] & 0xF6 == 0xF0))


_MP3_KBPS = {
    3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}


def _mpeg_audio(head: bytes) -> bool:
    """Two MPEG audio layer III (or II) frames in a row."""
    length = _mpeg_frame(head)
    if length is None:
        return False
    following = head[length : length + 4]
    return len(following) < 4 or _mpeg_frame(following) is not None


def _mpeg_frame(head: bytes) -> int | None:
    """Length of the MPEG audio frame that starts here, None where none does."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    kbps, rate = head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or layer not in {1, 2} or kbps in {0, 15} or rate == 3:
        return None
    hertz = (44100, 48000, 32000)[rate] >> {3: 0, 2: 1, 0: 2}[version]
    if layer == 2:
        bits = (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384)[kbps]
        bits = bits if version == 3 else _MP3_KBPS[2][kbps]
        samples = 1152
    else:
        bits = _MP3_KBPS[3 if version == 3 else 2][kbps]
        samples = 1152 if version == 3 else 576
    return samples // 8 * bits * 1000 // hertz + (head[2] >> 1 & 1)


_SOUND_STARTS: tuple[tuple[str, Callable[[bytes], bool]], ...] = (
    ("flac", lambda body: body[:4] == b"fLaC"),
    ("ogg", lambda body: body[:4] == b"OggS"),
    ("wav", lambda body: body[:4] == b"RIFF" and body[8:12] == b"WAVE"),
    ("aac", _adts),
    ("mp3", _mpeg_audio),
)


def _picture(head: bytes) -> Sign | None:
    for magic, name in (
        (b"\xff\xd8\xff", "jpg"), (b"\x89PNG\r\n\x1a\n", "png"), (b"GIF87a", "gif"), (b"GIF89a", "gif"),
        (b"II*\x00", "tiff"), (b"MM\x00*", "tiff"), (b"\x00\x00\x00\x0cjP  ", "jp2"), (b"8BPS", "psd"),
    ):  # fmt: skip
        if head.startswith(magic):
            return Sign(kind=Kind.PHOTO, name=name)
    # "BM" alone could start a text: the header's own length must be one that exists
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in {12, 40, 52, 56, 64, 108, 124}:
        return Sign(kind=Kind.PHOTO, name="bmp")
    return None


def _deck(file: BinaryIO, head: bytes) -> Sign | None:
    if b"%PDF-" in head[:1024]:
        return Sign(kind=Kind.DECK, name="pdf")
    if head[:8] == _OLE:
        return _ole(file)
    if head[:4] in {b"PK\x03\x04", b"PK\x05\x06"}:
        return _zip(file)
    return None


_OLE_STREAMS = tuple(
    (name.encode("utf-16-le"), format)
    for name, format in (("PowerPoint Document", "ppt"), ("EncryptedPackage", "pptx"), ("PP40", "old"))
)
_CHUNK = 4 << 20
_MOST_CHUNKS = 32
_ZIP_END = 22  # bytes of the record that ends an archive
_ZIP_DIRECTORY_MAX = 4 << 20  # of the largest deck a tenth; each entry costs a reader far more than its bytes


def _ole(file: BinaryIO) -> Sign:
    """A compound file: the stream names (UTF-16) in its folder decide, wherever that stands."""
    found = _first_of(file)
    if found == "old":
        return _unknown(
            "is a PowerPoint 95 (or older) deck: save it as pptx or pdf",
            "是 PowerPoint 95 或更早的文稿：请另存为 pptx 或 pdf",
        )
    if found is not None:
        return Sign(kind=Kind.DECK, name=found)
    return _unknown(
        "is an Office file without slides (Word, Excel …): give a ppt, pptx or pdf",
        "是不含幻灯片的 Office 文件（Word、Excel 等）：请提供 ppt、pptx 或 pdf",
    )


def _first_of(file: BinaryIO) -> str | None:
    """The first of _OLE_STREAMS, in the order of that table, that the file names: looked for in its folder,
    then in all of it up to a cap."""
    file.seek(0)
    header = file.read(512)
    if len(header) == 512:
        shift, folder = int.from_bytes(header[30:32], "little"), int.from_bytes(header[48:52], "little")
        if shift in {9, 12}:
            file.seek((folder + 1) << shift)
            if _OLE_STREAMS[0][0] in file.read(HEAD_BYTES):
                return _OLE_STREAMS[0][1]
    seen: set[str] = set()
    file.seek(0)
    tail = b""
    for _ in range(_MOST_CHUNKS):
        chunk = file.read(_CHUNK)
        window = tail + chunk
        seen.update(format for name, format in _OLE_STREAMS if name in window)
        if not chunk or _OLE_STREAMS[0][1] in seen:
            break
        tail = chunk[-64:]
    return next((format for _, format in _OLE_STREAMS if format in seen), None)


def _zip(file: BinaryIO) -> Sign:
    """An archive: only the names in its directory are looked at, as bytes."""
    names = _zip_directory(file)
    if names is None:
        return _unknown(
            "is a broken zip archive: save or download it again", "是损坏的 zip 文件：请重新保存或下载"
        )
    if any(mark in names for mark in _PRESENTATION):
        return Sign(kind=Kind.DECK, name="pptx")
    if b"index/document.iwa" in names or b"index.zip" in names or b"index.apxl" in names:
        return _unknown(
            "is a Keynote (or Pages, Numbers) document: export it as PowerPoint or PDF",
            "是 Keynote（或 Pages、Numbers）文稿：请导出为 PowerPoint 或 PDF",
        )
    if b"content.xml" in names and b"mimetype" in names:
        return _unknown(
            "is an OpenDocument file: export it as pptx or pdf", "是 OpenDocument 文件：请导出为 pptx 或 pdf"
        )
    return _unknown(
        "is a zip archive: unpack it and give the file inside", "是 zip 压缩包：请解压后提供其中的文件"
    )


def _zip_directory(file: BinaryIO) -> bytes | None:
    """The central directory in lower case, None where there is none or it is unreasonably large."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _ZIP_END - 0xFFFF))
    ending = file.read()
    at = ending.rfind(b"PK\x05\x06")
    if at < 0 or len(ending) - at < _ZIP_END:
        return None
    length = int.from_bytes(ending[at + 12 : at + 16], "little")
    start = size - len(ending) + at - length
    if length > _ZIP_DIRECTORY_MAX or start < 0:
        return None
    file.seek(start)
    return file.read(length).lower()


def _text(head: bytes, *, whole: bool) -> Sign | None:
    """Captions or other text in any encoding, without control characters."""
    found = encodings.decode(head, whole=whole)
    if found is None or not encodings.is_clean(found.text):
        return None
    form = forms.form_of(found.text.replace("\r\n", "\n").replace("\r", "\n"))
    return Sign(kind=Kind.TEXT if form is None else Kind.CAPTIONS, name=form or found.encoding)
