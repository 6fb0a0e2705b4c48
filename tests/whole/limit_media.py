"""Makes one small file for a value of a limit, and measures it by a tool that is not mediaprep.

Lengths come from few frames with long steps between them, sizes from a sparse hole in a part of the file that
carries nothing: a `free` box, a chunk or a stream that no reader looks into.
"""

from __future__ import annotations

import io
import re
import struct
import subprocess
import zipfile
import zlib
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import imageio_ffmpeg
from PIL import Image

from tests.making import ffmpeg, make_long_sound, make_pptx

FACE = Path(__file__).resolve().parents[2] / "fixtures" / "faces" / "astronaut.png"


class Shelf:
    """Files by what they are to measure, each made once. Small ones are shared as the seeds of padded ones."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def file(self, kind: str, measure: str, value: float, suffix: str = "") -> Path:
        """A good file but for `measure`, which is `value`."""
        if measure == "resolution":
            measure = suffix
        if measure == "action":  # a time in ms on a file that never changes
            kind, measure, value = "audio", "seconds", 2.0
        maker, ending = _MAKERS[kind, measure]
        name = f"{kind}-{measure}-{value}{ending}"
        return self.once(name, lambda path: maker(self, path, value))

    def once(self, name: str, make: Callable[[Path], object]) -> Path:
        path = self.folder / name
        if not path.exists():
            part = path.with_name(f"part-{name}")
            make(part)
            part.rename(path)
        return path


# ---- video -------------------------------------------------------------------------------------------------


def face_video(path: Path, width: int, height: int, *, frames: int = 2, rate: str = "2") -> None:
    """A still face of H.264, `frames` pictures at `rate`; odd sides need 4:4:4."""
    side = min(width, height)
    pixels = "yuv444p" if width % 2 or height % 2 else "yuv420p"
    ffmpeg(
        "-loop", "1", "-framerate", rate, "-i", FACE, "-vf", f"scale={side}:{side},pad={width}:{height}",
        "-frames:v", str(frames), "-c:v", "libx264", "-preset", "ultrafast", "-g", "200", "-pix_fmt", pixels,
        "-video_track_timescale", "30000", path,
    )  # fmt: skip


def _video_seconds(shelf: Shelf, path: Path, value: float) -> None:
    """Short ones of 25 pictures a second, long ones of 400 pictures with long steps."""
    if value < 100:
        face_video(path, 360, 360, frames=round(value * 25), rate="25")
        return
    rate = Fraction(400) / Fraction(str(value))
    face_video(path, 360, 360, frames=400, rate=f"{rate.numerator}/{rate.denominator}")


def _video_width(shelf: Shelf, path: Path, value: float) -> None:
    height = {1918: 1080, 1920: 1080, 1922: 1080, 2558: 1440, 2560: 1440, 2562: 1440}.get(int(value), 640)
    face_video(path, int(value), height)


def _video_height(shelf: Shelf, path: Path, value: float) -> None:
    width = {1078: 1920, 1080: 1920, 1082: 1920, 1438: 2560, 1440: 2560, 1442: 2560}.get(int(value), 640)
    face_video(path, width, int(value))


def _video_size(shelf: Shelf, path: Path, value: float) -> None:
    """A video of 1920×1080, which every parameter takes, and a `free` box up to the size."""
    seed = shelf.once("seed.mp4", lambda p: face_video(p, 1920, 1080))
    _boxed(path, seed, int(value))


def _boxed(path: Path, seed: Path, size: int) -> None:
    data = seed.read_bytes()
    with path.open("wb") as file:
        file.write(data)
        file.write(struct.pack(">I4sQ", 1, b"free", size - len(data)))
        file.truncate(size)


# ---- sound -------------------------------------------------------------------------------------------------


def _sound_seconds(shelf: Shelf, path: Path, value: float) -> None:
    make_long_sound(path, value)


def _sound_size(shelf: Shelf, path: Path, value: float) -> None:
    def make(seed: Path) -> None:
        ffmpeg("-f", "lavfi", "-i", "sine=f=300:r=16000:d=3", "-c:a", "aac", seed)

    _boxed(path, shelf.once("seed.m4a", make), int(value))


# ---- pictures ----------------------------------------------------------------------------------------------


def face_photo(path: Path, width: int, height: int) -> None:
    """The face as large as it fits, on grey."""
    side = min(width, height)
    canvas = Image.new("RGB", (width, height), "gray")
    with Image.open(FACE) as face:
        canvas.paste(face.convert("RGB").resize((side, side)), (0, 0))
    canvas.save(path, "JPEG", quality=90)


def _photo_width(shelf: Shelf, path: Path, value: float) -> None:
    face_photo(path, int(value), 2100 if value > 1000 else 240)


def _photo_height(shelf: Shelf, path: Path, value: float) -> None:
    face_photo(path, 2100 if value > 1000 else 240, int(value))


def _photo_aspect(shelf: Shelf, path: Path, value: float) -> None:
    face_photo(path, round(value * 1000), 1000)


def _photo_size(shelf: Shelf, path: Path, value: float) -> None:
    """A PNG with a private chunk of zeros before its end."""
    whole = io.BytesIO()
    with Image.open(FACE) as face:
        face.convert("RGB").resize((400, 400)).save(whole, "PNG")
    data = whole.getvalue()
    body, ending = data[:-12], data[-12:]
    length = int(value) - len(data) - 12
    check = zlib.crc32(bytes(length), zlib.crc32(b"paDd"))
    with path.open("wb") as file:
        file.write(body + struct.pack(">I4s", length, b"paDd"))
        file.seek(length, io.SEEK_CUR)
        file.write(struct.pack(">I", check) + ending)


# ---- decks -------------------------------------------------------------------------------------------------


def pdf(path: Path, pages: int, size: int | None = None) -> None:
    """A PDF of empty pages; up to `size` bytes with a stream that nothing refers to."""
    kids = " ".join(f"{number + 3} 0 R" for number in range(pages))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {pages} /Kids [{kids}] >>".encode(),
        *[b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 320 180] >>"] * pages,
    ]
    with path.open("wb") as file:
        file.write(b"%PDF-1.4\n")
        places = []
        for number, body in enumerate(objects, 1):
            places.append(file.tell())
            file.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
        table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
        table += b"".join(b"%010d 00000 n \n" % place for place in places)
        table += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n" % (len(places) + 1)
        if size is not None:
            start = file.tell()
            room = size - len(table) - len(b"%010d\n%%%%EOF\n" % 0)
            head = b"%d 0 obj\n<< /Length %010d >>\nstream\n" % (len(places) + 1, 0)
            tail = b"\nendstream\nendobj\n"
            length = room - start - len(head) - len(tail)
            file.write(b"%d 0 obj\n<< /Length %010d >>\nstream\n" % (len(places) + 1, length))
            file.seek(length, io.SEEK_CUR)
            file.write(tail)
        at = file.tell()
        file.write(table + b"%010d\n%%%%EOF\n" % at)


def _deck_pages(shelf: Shelf, path: Path, value: float) -> None:
    make_pptx(path, int(value))


def _deck_size(shelf: Shelf, path: Path, value: float) -> None:
    pdf(path, 1, int(value))


_MAKERS: dict[tuple[str, str], tuple[Callable[[Shelf, Path, float], None], str]] = {
    ("video", "seconds"): (_video_seconds, ".mp4"),
    ("video", "segment"): (lambda shelf, path, _: _video_seconds(shelf, path, 2.0), ".mp4"),
    ("video", "width"): (_video_width, ".mp4"),
    ("video", "Shared"): (_video_width, ".mp4"),
    ("video", "height"): (_video_height, ".mp4"),
    ("video", "resolution_height"): (_video_height, ".mp4"),
    ("video", "size_bytes"): (_video_size, ".mp4"),
    ("audio", "seconds"): (_sound_seconds, ".m4a"),
    ("audio", "size_bytes"): (_sound_size, ".m4a"),
    ("photo", "width"): (_photo_width, ".jpg"),
    ("photo", "height"): (_photo_height, ".jpg"),
    ("photo", "aspect"): (_photo_aspect, ".jpg"),
    ("photo", "size_bytes"): (_photo_size, ".png"),
    ("deck", "pages_total"): (_deck_pages, ".pptx"),
    ("deck", "pages"): (lambda shelf, path, _: make_pptx(path, 3), ".pptx"),
    ("deck", "size_bytes"): (_deck_size, ".pdf"),
}


# ---- the second tool ---------------------------------------------------------------------------------------


def packets(path: Path, kind: str) -> tuple[float, int, int]:
    """(seconds, width, height) by ffmpeg's packet list: the sum of the packets' durations."""
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(),
        "-v",
        "error",
        "-i",
        path,
        "-map",
        f"0:{kind}:0",
        "-c",
        "copy",
    ]
    told = subprocess.run([*command, "-f", "framecrc", "-"], check=True, capture_output=True, text=True)
    tick = re.search(r"#tb 0: (\d+)/(\d+)", told.stdout)
    sides = re.search(r"#dimensions 0: (\d+)x(\d+)", told.stdout)
    assert tick is not None
    length = sum(int(row.split(",")[3]) for row in told.stdout.splitlines() if row.startswith("0,"))
    seconds = Fraction(length * int(tick[1]), int(tick[2]))
    return float(seconds), int(sides[1]) if sides else 0, int(sides[2]) if sides else 0


def measured(path: Path, kind: str, measure: str) -> float:
    """What stat, ffmpeg, Pillow, zipfile or the bytes themselves say."""
    if measure == "size_bytes":
        return path.stat().st_size
    if kind == "photo":
        with Image.open(path) as picture:
            width, height = picture.size
        return {"width": width, "height": height, "aspect": width / height}[measure]
    if kind == "deck":
        with zipfile.ZipFile(path) as archive:
            return sum(
                re.fullmatch(r"ppt/slides/slide\d+\.xml", name) is not None for name in archive.namelist()
            )
    seconds, width, height = packets(path, kind[0])
    return {"seconds": seconds, "width": width, "height": height}[measure]
