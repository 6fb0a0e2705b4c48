"""Makes files that want to hurt whoever opens them. Each is to be refused without harm (scripts/torture-input)."""

from __future__ import annotations

import contextlib
import io
import os
import random
import socket
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

Make = Callable[[Path], object]


def all_of(folder: Path, decoys: Path, port: int, *, short: bool = False) -> list[Path]:
    """The files in `folder`, about a hundred. They point at `decoys` (a folder of secrets) and at
    127.0.0.1:`port`. `short` makes the bomb of 1 GiB one of 256 MiB."""
    makers: list[tuple[str | bytes, Make]] = [
        *_playlists(decoys, port),
        *_named(decoys),
        *_pictures(),
        *_decks(decoys, port, 1 << 28 if short else 1 << 30),
        *_media(decoys),
        *_specials(decoys),
    ]
    made = []
    for name, make in makers:
        path = folder / os.fsdecode(name)
        make(path)
        made.append(path)
    return made


def _written(data: str | bytes) -> Make:
    body = data.encode() if isinstance(data, str) else data
    return lambda path: path.write_bytes(body)


# ---- texts that players act upon ---------------------------------------------------------------------------


def _playlists(decoys: Path, port: int) -> list[tuple[str | bytes, Make]]:
    secret, beside = decoys / "secret.mp4", "../decoys/secret.txt"
    url = f"http://127.0.0.1:{port}"
    concat = f"ffconcat version 1.0\nfile '{secret}'\n"
    hls = f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{secret}\n#EXT-X-ENDLIST\n"
    key = f'#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="file://{secret}"\n#EXTINF:9,\nx.ts\n#EXT-X-ENDLIST\n'
    dash = '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period><AdaptationSet><Representation>'
    dash_end = "</Representation></AdaptationSet></Period></MPD>"
    svg = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink"><image x:href="{}"/></svg>'
    sdp = f"v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nt=0 0\nm=video {port} RTP/AVP 96\n"
    files = {
        "concat.mp4": concat,
        "concat.mov": concat,
        "concat.avi": concat,
        "concat.wav": concat,
        "concat.mp3": concat,
        "concat.jpg": concat,
        "concat.pptx": concat,
        "concat-beside.mp4": f"ffconcat version 1.0\nfile {beside}\n",
        "concat-http.mp4": f"ffconcat version 1.0\nfile {url}/concat\n",
        "concat-mark.mp4": "\ufeff" + concat,
        "concat-space.mp4": "\n \t\r\n" + concat,
        "concat-upper.mp4": concat.replace("ffconcat", "FFCONCAT"),
        "concat-late.mp4": "# nothing\n" * 10 + concat,
        "concat-plain.mp4": f"file '{secret}'\n",
        "hls.mp4": hls,
        "hls.m4a": hls,
        "hls-http.mp4": hls.replace(str(secret), f"{url}/segment.ts"),
        "hls-mark.mp4": "\ufeff" + hls,
        "hls-key.mp4": key,
        "hls-late.mp4": "\n" * 2000 + hls,
        "dash.mp4": f'<?xml version="1.0"?>{dash}<BaseURL>file://{secret}</BaseURL>{dash_end}',
        "dash-bare.mp4": f"{dash}<BaseURL>{url}/dash</BaseURL>{dash_end}",
        "dash-comment.mp4": f"<!-- {'x' * 2000} -->{dash}<BaseURL>{url}</BaseURL>{dash_end}",
        "sdp.mp4": sdp,
        "smil.mp4": f'<smil><body><video src="{secret}"/></body></smil>',
        "svg.png": svg.format(f"file://{secret}"),
        "svg-http.jpg": '<?xml version="1.0"?>' + svg.format(f"{url}/svg"),
        "pls.mp4": f"[playlist]\nFile1={secret}\nNumberOfEntries=1\n",
        "reference.mov": f"[Reference]\nRef1={url}/ref\n",
        "asx.wma": f'<asx version="3.0"><entry><ref href="{url}/asx"/></entry></asx>',
        "xspf.mp4": f'<?xml version="1.0"?><playlist><trackList><track><location>{secret}</location></track>'
        "</trackList></playlist>",
        "page.mp4": f'<!DOCTYPE html><html><body><img src="{url}/page"></body></html>',
        "metadata.mp4": ";FFMETADATA1\ntitle=x\n",
        "avisynth.avi": f'AviSource("{secret}")\n',
        "quicktime.mov": f'RTSPtextRTSP://127.0.0.1:{port}/x\r\n',
        "rtsp.mov": f"rtsptext\r\nrtsp://127.0.0.1:{port}/x\r\n",
    }  # fmt: skip
    return [(name, _written(text)) for name, text in files.items()]


# ---- names -------------------------------------------------------------------------------------------------


def _named(decoys: Path) -> list[tuple[str | bytes, Make]]:
    """Names that a shell, ffmpeg or a pattern would act upon; the content is a list too."""
    concat = _written(f"ffconcat version 1.0\nfile '{decoys / 'secret.mp4'}'\n")
    names: list[str | bytes] = [
        "-version.mp4", "-i", "--help.mp4", "a'b\"c.mp4", "$(touch pwned).mp4", "`touch pwned`.mp4",
        "; touch pwned;.mp4", "|touch pwned.mp4", "a\nb.mp4", "%d.mp4", "img%03d.jpg", "*.mp4", "[a-z].mp4",
        "concat:secret.mp4", "file:secret.mp4", "pipe:0.mp4", "http:x.mp4", "subfile,,start,0,end,9,,:x.mp4",
        "x" * 236 + ".mp4", b"\xff\xfe\xb2\xe2.mp4", "\x1b]0;owned\x07\x1b[31mred.mp4", "视频\u202egpj.mp4",
    ]  # fmt: skip
    return [(name, concat) for name in names]


# ---- pictures ----------------------------------------------------------------------------------------------


def _png(width: int, height: int, rows: bytes) -> bytes:
    """One bit a pixel, so that a large one is made in no time; readers blow it up to three bytes."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def _deflated_zeros(length: int) -> bytes:
    packer = zlib.compressobj(9)
    block = bytes(1 << 20)
    made = b"".join(packer.compress(block) for _ in range(length >> 20))
    return made + packer.flush()


def _pictures() -> list[tuple[str | bytes, Make]]:
    bomb = _png(20_000, 20_000, _deflated_zeros(20_000 * 2_501))
    bitmap = struct.pack("<2sIHHI", b"BM", 54, 0, 0, 54) + struct.pack("<IiiHHIIiiII", 40, 60_000, 60_000, 1, 24,
                                                                       0, 0, 0, 0, 0, 0)  # fmt: skip
    gif = b"GIF89a" + struct.pack("<HHBBB", 65_535, 65_535, 0x80, 0, 0) + bytes(6) + b"," + struct.pack(
        "<HHHHB", 0, 0, 65_535, 65_535, 0) + b"\x08\x02\x4c\x01\x00;"  # fmt: skip
    jpeg = b"\xff\xd8\xff\xc0\x00\x11\x08\xff\xff\xff\xff\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01\xff\xd9"
    tiff = b"II*\x00\x08\x00\x00\x00" + struct.pack("<H", 3) + b"".join(
        struct.pack("<HHII", tag, 4, 1, value) for tag, value in ((256, 100_000), (257, 100_000), (273, 8))
    ) + bytes(4)  # fmt: skip
    loop = (
        b"II*\x00\x08\x00\x00\x00"
        + struct.pack("<H", 1)
        + struct.pack("<HHII", 256, 4, 1, 9)
        + struct.pack("<I", 8)
    )
    webp = b"RIFF\x1a\x00\x00\x00WEBPVP8L\x0e\x00\x00\x00\x2f\xff\xff\xff\x0f" + bytes(9)
    return [
        ("bomb.png", _written(bomb)),
        ("huge-header.png", _written(_png(2**31 - 1, 2**31 - 1, zlib.compress(bytes(100))))),
        ("few-rows.png", _written(_png(4000, 4000, zlib.compress(bytes(100))))),
        ("huge.bmp", _written(bitmap)),
        ("huge.gif", _written(gif)),
        ("huge.jpg", _written(jpeg)),
        ("huge.tiff", _written(tiff)),
        ("loop.tiff", _written(loop)),
        ("huge.webp", _written(webp)),
    ]


# ---- decks -------------------------------------------------------------------------------------------------

_MAIN = "ppt/presentation.xml"
_P = "http://schemas.openxmlformats.org/presentationml/2006/main"


def _zip(parts: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    return made.getvalue()


def _crowded(entries: int) -> bytes:
    """An archive whose directory names one empty part so many times."""
    name = b"ppt/slides/slide1.xml"
    times = struct.pack("<HHHHH", 20, 0, 0, 0, 33)
    local = b"PK\x03\x04" + times + struct.pack("<IIIHH", 0, 0, 0, len(name), 0) + name
    entry = (
        b"PK\x01\x02\x14\0" + times + struct.pack("<IIIHHHHHII", 0, 0, 0, len(name), 0, 0, 0, 0, 0, 0) + name
    )
    directory = entry * entries
    counted = min(entries, 65_535)
    return local + directory + b"PK\x05\x06" + struct.pack(
        "<HHHHIIH", 0, 0, counted, counted, len(directory), len(local), 0
    )  # fmt: skip


def _unpacking_to(length: int) -> Make:
    """A presentation part of `length` zeros, about a thousandth of it on disk."""

    def make(path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            archive.writestr("ppt/slides/slide1.xml", b"<x/>")
            with archive.open(_MAIN, "w") as part:
                for _ in range(length >> 20):
                    part.write(bytes(1 << 20))

    return make


def _decks(decoys: Path, port: int, large: int) -> list[tuple[str | bytes, Make]]:
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    doctype = f'<!DOCTYPE p [<!ENTITY a0 "ha">{laughs}]>'
    outside = f'<!DOCTYPE p [<!ENTITY x SYSTEM "file://{decoys / "secret.txt"}">]>'
    fetched = f'<!DOCTYPE p SYSTEM "http://127.0.0.1:{port}/p.dtd">'
    document = '<p:presentation xmlns:p="' + _P + '">{}</p:presentation>'
    slides = "<p:sldIdLst>" + '<p:sldId id="256"/>' * 60_000 + "</p:sldIdLst>"
    deep = "<p:a>" * 200_000
    pdf_loop = (
        b"%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Count 1/Kids[2 0 R]>>\n"
        b"endobj\ntrailer<</Root 1 0 R>>\n"
    )
    kids = b"2 0 R " * 400
    pdf_wide = (
        b"%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Count 99999999/Kids["
        + kids + b"]>>\nendobj\ntrailer<</Root 1 0 R>>\n"
    )  # fmt: skip
    return [
        ("unpacks.pptx", _unpacking_to(large)),
        ("laughs.pptx", _written(_zip({_MAIN: (doctype + document.format("&a11;")).encode()}))),
        ("outside.pptx", _written(_zip({_MAIN: (outside + document.format("&x;")).encode()}))),
        ("fetched.pptx", _written(_zip({_MAIN: (fetched + document.format("")).encode()}))),
        ("slides.pptx", _written(_zip({_MAIN: document.format(slides).encode()}))),
        ("deep.pptx", _written(_zip({_MAIN: document.format(deep).encode()}))),
        ("crowded.pptx", _written(_crowded(70_000))),
        ("names.pptx", _written(_zip({"../../../tmp/pwned": b"x", "ppt/slides/slide1.xml": b"<x/>"}))),
        ("half.pptx", _written(_zip({_MAIN: document.format(slides).encode()})[:-30])),
        ("zip.pptx", _written(_zip({"a.zip": _zip({"b": b"x"})}))),
        ("loop.pdf", _written(pdf_loop)),
        ("wide.pdf", _written(pdf_wide)),
        ("deep.pdf", _written(b"%PDF-1.4\n1 0 obj\n" + b"[" * 500_000)),
        ("compound.ppt", _written(bytes.fromhex("d0cf11e0a1b11ae1") + b"\xff" * 5000)),
        ("chain.ppt", _written(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + b"\x3e\x00\x03\x00\xfe\xff\x09\x00"
                               + bytes(480) + "PowerPoint Document".encode("utf-16-le") + bytes(4000))),
    ]  # fmt: skip


# ---- sound and video ---------------------------------------------------------------------------------------


def _box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(body), name) + body


_FTYP = _box(b"ftyp", b"isom\0\0\0\0isom")


def _track(reference: bytes, entries: int, width: int = 640, height: int = 480) -> bytes:
    """A movie with one picture track whose data lie where `reference` (a data reference box) says."""
    mvhd = _box(b"mvhd", bytes(12) + struct.pack(">II", 1000, 2**31) + bytes(80))
    tkhd = _box(b"tkhd", struct.pack(">I", 7) + bytes(8) + struct.pack(">I", 1) + bytes(68))
    mdhd = _box(b"mdhd", bytes(12) + struct.pack(">II", 1000, 2**31) + bytes(4))
    hdlr = _box(b"hdlr", bytes(8) + b"vide" + bytes(13))
    dref = _box(b"dref", bytes(4) + struct.pack(">I", 1) + reference)
    entry = _box(b"avc1", bytes(6) + b"\0\1" + bytes(16) + struct.pack(">HH", width, height) + bytes(50))
    tables = _box(b"stsd", bytes(4) + struct.pack(">I", 1) + entry)
    tables += _box(b"stts", bytes(4) + struct.pack(">III", 1, entries, 40))
    tables += _box(b"stsc", bytes(4) + struct.pack(">IIII", 1, 1, entries, 1))
    tables += _box(b"stsz", bytes(4) + struct.pack(">II", 1000, entries))
    tables += _box(b"stco", bytes(4) + struct.pack(">II", 1, 40))
    stbl = _box(b"stbl", tables)
    minf = _box(b"minf", _box(b"vmhd", bytes(12)) + _box(b"dinf", dref) + stbl)
    return _box(b"moov", mvhd + _box(b"trak", tkhd + _box(b"mdia", mdhd + hdlr + minf)))


def _media(decoys: Path) -> list[tuple[str | bytes, Make]]:
    secret = str(decoys / "secret.mp4").encode()
    url = _box(b"url ", bytes(4) + b"file://" + secret + b"\0")
    here = _box(b"url ", b"\0\0\0\1")
    alias = _box(
        b"alis", bytes(4) + bytes(150) + struct.pack(">HH", 18, len(secret)) + secret + b"\xff\xff\0\0"
    )
    nested = b""
    for _ in range(3000):
        nested = _box(b"moov", nested)
    wav = b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x40\x1f\0\0\1\0\x08\0data\xff\xff\xff\xff"
    mkv = b"\x1a\x45\xdf\xa3\x01\xff\xff\xff\xff\xff\xff\xff" + b"\x42\x82\x88matroska" + b"\xff" * 400
    return [
        ("reference.mp4", _written(_FTYP + _track(url, 100))),
        ("alias.mov", _written(_box(b"ftyp", b"qt  \0\0\0\0qt  ") + _track(alias, 100))),
        ("entries.mp4", _written(_FTYP + _track(here, 0xFFFFFFF0))),
        ("frames.mp4", _written(_FTYP + _track(here, 50_000_000))),
        ("sides.mp4", _written(_FTYP + _track(here, 10, 65_535, 65_535))),
        ("no-sides.mp4", _written(_FTYP + _track(here, 10, 0, 0))),
        ("nested.mp4", _written(_FTYP + nested)),
        ("sizes.mp4", _written(_FTYP + struct.pack(">I4sQ", 1, b"moov", 2**63))),
        ("zeros.mp4", _written(_FTYP + bytes(100_000))),
        ("lying.wav", _written(wav)),
        ("tag.mp3", _written(b"ID3\x04\0\0\x7f\x7f\x7f\x7f" + bytes(1000))),
        ("half.mkv", _written(mkv)),
        ("noise.mp4", _written(_FTYP + random.Random(7).randbytes(50_000))),
        ("noise.avi", _written(b"RIFF\x00\x10\0\0AVI LIST" + random.Random(8).randbytes(50_000))),
        ("noise.ts", _written(b"".join(b"G" + random.Random(n).randbytes(187) for n in range(300)))),
    ]


# ---- what is no file ---------------------------------------------------------------------------------------


def _specials(decoys: Path) -> list[tuple[str | bytes, Make]]:
    def sparse(path: Path) -> None:
        path.touch()
        os.truncate(path, 10_000_000_000)

    def bound(path: Path) -> None:
        # the name of a socket may have a hundred bytes: bound from inside its folder
        here = Path.cwd()
        with contextlib.closing(socket.socket(socket.AF_UNIX)) as made:
            os.chdir(path.parent)
            made.bind(path.name)
            os.chdir(here)

    return [
        ("pipe.mp4", os.mkfifo),
        ("pipe.jpg", os.mkfifo),
        ("pipe.pptx", os.mkfifo),
        ("folder.mp4", Path.mkdir),
        ("socket.mp4", bound),
        ("link.mp4", lambda path: path.symlink_to(decoys / "secret.mp4")),
        ("link-zero.mp4", lambda path: path.symlink_to("/dev/zero")),
        ("link-stdin.mp4", lambda path: path.symlink_to("/dev/stdin")),
        ("link-nowhere.mp4", lambda path: path.symlink_to("nowhere.mp4")),
        ("link-itself.mp4", lambda path: path.symlink_to("link-itself.mp4")),
        ("empty.mp4", Path.touch),
        ("sparse.mp4", sparse),
    ]
