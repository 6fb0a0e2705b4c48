"""The rows about decks: counting pages and finding what they hold, beside the figures promised and python-pptx;
bombs; shrinking."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measuring import PEAK, Bench, Row, Rows, least

from tests.making_decks import make_heavy_pptx, make_lesson, make_lesson_pdf

_OURS = (
    PEAK
    + """
import sys, time
from pathlib import Path
from mediaprep.errors import BadAsset
from mediaprep.media.decks import binary, openxml, reading
from mediaprep.media.decks.pdf import document as pdf
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
from mediaprep.media.decks.writing import shrinking
started = time.process_time()
shrinking.shrink(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), 100_000_000)
print(time.process_time() - started, Path(sys.argv[3]).stat().st_size / 1e6)
"""
_RUNS = 3


def _held(name: str, seconds: float | None, limit_ms: int, note: str) -> Row:
    return Row(
        name=f"{name} / {limit_ms} ms",
        ours=seconds,
        peer=limit_ms / 1000,
        goal=1.0,
        note=f"CPU seconds; {note}",
    )


def _memory(megabytes: float | None, limit: int) -> Row:
    return Row(
        name=f"its memory / {limit} MiB",
        ours=megabytes,
        peer=float(limit),
        goal=1.0,
        note="MiB beyond the libraries",
    )


def many_pages(bench: Bench) -> Iterator[Row]:
    """1,000 pages with notes, beside python-pptx that is asked for no more than pages, hidden ones and notes."""
    notes = {page: f"第 {page} 页" for page in range(1, 1001)}
    path = bench.once("many.pptx", lambda deck: make_lesson(deck, 1000, notes=notes, hidden=(3,)))
    ours = bench.told(_OURS, path, "pptx", "read", runs=_RUNS)
    yield _held("1,000 pages of pptx", least(ours), 150, "every page has notes")
    yield _memory(least(ours, 1), 16)
    peer = bench.told(_PEER, path, runs=_RUNS)
    yield Row(
        name="the same / python-pptx", ours=least(ours), peer=least(peer), goal=1 / 3, note="CPU seconds"
    )
    yield Row(
        name="its memory / python-pptx's", ours=least(ours, 1), peer=least(peer, 1), goal=1 / 4, note="MiB"
    )


def large_decks(bench: Bench) -> Iterator[Row]:
    """100 MB in 50 pages; pdf; the largest ppt at hand."""
    heavy = bench.once("heavy.pptx", lambda deck: make_heavy_pptx(deck, 50, size_bytes=100_000_000))
    yield _held(
        "100 MB, 50 pages",
        least(bench.told(_OURS, heavy, "pptx", "read", runs=_RUNS)),
        50,
        "one picture a page",
    )
    printed = bench.once("printed.pdf", lambda deck: make_lesson_pdf(deck, 200, pictures=20))
    yield _held(
        "200 pages of pdf",
        least(bench.told(_OURS, printed, "pdf", "read", runs=_RUNS)),
        150,
        "text and pictures",
    )
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        yield Row(name="ppt / 50 ms", ours=None, peer=0.05, goal=1.0, note="no LibreOffice to make one with")
        return
    old = bench.once("lesson.ppt", lambda deck: _saved_as_ppt(deck, office, bench.folder))
    seconds = least(bench.told(_OURS, old, "ppt", "read", runs=_RUNS))
    yield _held("50 pages of ppt", seconds, 50, "made by LibreOffice, with notes")


def _saved_as_ppt(path: Path, office: str, folder: Path) -> None:
    lesson = make_lesson(folder / "lesson.pptx", 50, notes={page: f"第 {page} 页" for page in range(1, 51)})
    subprocess.run(
        [office, f"-env:UserInstallation={(folder / 'office').as_uri()}", "--headless", "--convert-to", "ppt",
         "--outdir", folder, lesson],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    shutil.move(lesson.with_suffix(".ppt"), path)


def bomb(bench: Bench) -> Iterator[Row]:
    """A megabyte that unpacks to a gibibyte."""
    path = bench.once("bomb.pptx", _bomb)
    ours = bench.told(_OURS, path, "pptx", "refused", runs=_RUNS)
    size = path.stat().st_size / 1e6
    yield _held("a bomb of 1 GiB refused", least(ours), 100, f"{size:.1f} MB on disk")
    yield _memory(least(ours, 1), 20)


def _bomb(path: Path) -> None:
    make_lesson(path, 3, pictures=0)
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
        archive.open("ppt/slides/slide4.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(1024):
            part.write(b" " * (1 << 20))


def shrinking(bench: Bench) -> Iterator[Row]:
    """150 MB to less than 100."""
    path = bench.once("shrink.pptx", lambda deck: make_heavy_pptx(deck, 50, size_bytes=150_000_000))
    ours = bench.told(_SHRINK, path, "pptx", bench.folder / "shrunk.pptx")
    megabytes = least(ours, 1)
    note = f"{path.stat().st_size / 1e6:.0f} MB before, proved"
    yield _held("150 MB shrunk", least(ours), 5000, note)
    yield Row(name="its size / 100 MB", ours=megabytes, peer=100.0, goal=1.0, note="MB")


ROWS: dict[str, Rows] = {
    "deck-pages": many_pages,
    "deck-large": large_decks,
    "deck-bomb": bomb,
    "deck-shrink": shrinking,
}
