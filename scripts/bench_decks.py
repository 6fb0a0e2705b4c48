"""The rows about decks: counting pages and finding what they hold, beside the figures promised and python-pptx;
bombs; shrinking."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from benching import PEAK, Row

sys.path[:0] = [str(Path(__file__).resolve().parents[1])]

from tests.making_decks import make_heavy_pptx, make_lesson, make_lesson_pdf  # noqa: E402

_OURS = (
    PEAK
    + """
import sys, time
from pathlib import Path
from mediaprep.errors import BadAsset
from mediaprep.media.decks import openxml, pdf, binary, reading
read = {"pptx": openxml, "pdf": pdf, "ppt": binary}[sys.argv[2]].read
before = peak()
started = time.process_time()
try:
    read(Path(sys.argv[1]))
except BadAsset:
    assert sys.argv[3] == "refused"
else:
    assert sys.argv[3] == "read"
print(time.process_time() - started, peak() - before)
"""
)
_PEER = (
    PEAK
    + """
import sys, time
import pptx
before = peak()
started = time.process_time()
deck = pptx.Presentation(sys.argv[1])
for slide in deck.slides:
    slide._element.get("show")
    slide.has_notes_slide and slide.notes_slide.notes_text_frame.text
print(time.process_time() - started, peak() - before)
"""
)
_SHRINK = """
import sys, time
from pathlib import Path
from mediaprep.media.decks import shrinking
started = time.process_time()
shrinking.shrink(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), 100_000_000)
print(time.process_time() - started, Path(sys.argv[3]).stat().st_size / 1e6)
"""
_RUNS = 3


def _told(script: str, *arguments: object, deadline: float, runs: int = _RUNS) -> tuple[float, float]:
    """The two numbers that a script prints, the smaller of a few runs; each by itself, so its memory is its own."""
    found = []
    for _ in range(runs):
        done = subprocess.run(
            [sys.executable, "-c", script, *map(str, arguments)],
            capture_output=True, text=True, check=True, timeout=max(1.0, deadline - time.monotonic()),
        )  # fmt: skip
        found.append([float(word) for word in done.stdout.split()])
    return min(first for first, _ in found), min(second for _, second in found)


def _held(name: str, seconds: float, limit_ms: int, note: str) -> Row:
    return Row(
        name=f"{name} / {limit_ms} ms",
        ours=seconds,
        peer=limit_ms / 1000,
        goal=1.0,
        note=f"CPU seconds; {note}",
    )


def _memory(megabytes: float, limit: int) -> Row:
    return Row(
        name=f"its memory / {limit} MiB",
        ours=megabytes,
        peer=float(limit),
        goal=1.0,
        note="MiB beyond the libraries",
    )


def many_pages(folder: Path, full: bool, deadline: float) -> list[Row]:
    """1,000 pages with notes, beside python-pptx that is asked for no more than pages, hidden ones and notes."""
    del full
    path = make_lesson(
        folder / "many.pptx", 1000, notes={page: f"第 {page} 页" for page in range(1, 1001)}, hidden=(3,)
    )
    seconds, megabytes = _told(_OURS, path, "pptx", "read", deadline=deadline)
    peer, peer_megabytes = _told(_PEER, path, deadline=deadline)
    return [
        _held("1,000 pages of pptx", seconds, 150, "every page has notes"),
        _memory(megabytes, 16),
        Row(name="the same / python-pptx", ours=seconds, peer=peer, goal=1 / 3, note="CPU seconds"),
        Row(name="its memory / python-pptx's", ours=megabytes, peer=peer_megabytes, goal=1 / 4, note="MiB"),
    ]


def large_decks(folder: Path, full: bool, deadline: float) -> list[Row]:
    """100 MB in 50 pages; pdf; the largest ppt at hand."""
    del full
    heavy = make_heavy_pptx(folder / "heavy.pptx", 50, size_bytes=100_000_000)
    printed = make_lesson_pdf(folder / "printed.pdf", 200, pictures=20)
    rows = [
        _held(
            "100 MB, 50 pages",
            _told(_OURS, heavy, "pptx", "read", deadline=deadline)[0],
            50,
            "one picture a page",
        ),
        _held(
            "200 pages of pdf",
            _told(_OURS, printed, "pdf", "read", deadline=deadline)[0],
            150,
            "text and pictures",
        ),
    ]
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        return [
            *rows,
            Row(name="ppt / 50 ms", ours=None, peer=0.05, goal=1.0, note="no LibreOffice to make one with"),
        ]
    lesson = make_lesson(folder / "lesson.pptx", 50, notes={page: f"第 {page} 页" for page in range(1, 51)})
    subprocess.run(
        [office, f"-env:UserInstallation={(folder / 'office').as_uri()}", "--headless", "--convert-to", "ppt",
         "--outdir", folder, lesson],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    seconds = _told(_OURS, lesson.with_suffix(".ppt"), "ppt", "read", deadline=deadline)[0]
    return [*rows, _held("50 pages of ppt", seconds, 50, "made by LibreOffice, with notes")]


def bomb(folder: Path, full: bool, deadline: float) -> list[Row]:
    """A megabyte that unpacks to a gibibyte."""
    del full
    path = make_lesson(folder / "bomb.pptx", 3, pictures=0)
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
        archive.open("ppt/slides/slide4.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(1024):
            part.write(b" " * (1 << 20))
    seconds, megabytes = _told(_OURS, path, "pptx", "refused", deadline=deadline)
    size = path.stat().st_size / 1e6
    return [_held("a bomb of 1 GiB refused", seconds, 100, f"{size:.1f} MB on disk"), _memory(megabytes, 20)]


def shrinking(folder: Path, full: bool, deadline: float) -> list[Row]:
    """150 MB to less than 100."""
    del full
    path = make_heavy_pptx(folder / "shrink.pptx", 50, size_bytes=150_000_000)
    seconds, megabytes = _told(_SHRINK, path, "pptx", folder / "shrunk.pptx", deadline=deadline, runs=1)
    return [
        _held(
            "150 MB shrunk", seconds, 5000, f"{path.stat().st_size / 1e6:.0f} → {megabytes:.0f} MB, proved"
        ),
        Row(name="its size / 100 MB", ours=megabytes, peer=100.0, goal=1.0, note="MB"),
    ]


ROWS: dict[str, Callable[[Path, bool, float], Row | list[Row]]] = {
    "deck-pages": many_pages,
    "deck-large": large_decks,
    "deck-bomb": bomb,
    "deck-shrink": shrinking,
}
