"""Makes a deck smaller by its pictures, no more than it takes: step by step, the largest first, until it fits.

The service shows pages at 1920×1080, so even the last step keeps most of what is seen.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from mediaprep.errors import Refused
from mediaprep.media import pictures
from mediaprep.media.decks import reading
from mediaprep.media.decks.writing import deck_proof
from mediaprep.media.decks.writing.rewriting import refuse_locked
from mediaprep.media.files import atomic
from mediaprep.media.isolation import posix


class _Picture(Protocol):
    @property
    def size(self) -> int: ...
    @property
    def data(self) -> bytes: ...
    def put(self, made: pictures.Smaller) -> None: ...


_STEPS: Sequence[tuple[int, int]] = (
    (2560, 88),
    (1920, 85),
    (1600, 78),
    (1280, 72),
)  # longer side in pixels, quality
_WORTH = 64 << 10  # bytes; smaller pictures are left alone
_ROOM = 0.995  # of the limit, which the archive's own records need


def shrink(source: Path, format: str, target: Path, most_bytes: int) -> int:
    """Write a deck that has at most `most_bytes`, with the same pages and notes; how many pictures were made
    smaller. One that fits is copied.

    Raises Refused when its pictures are not what makes it large, BadAsset for what cannot be rewritten,
    ToolFailed when the result does not hold; nothing is left then.
    """
    whole = reading.read(source, format)
    atomic.refuse_same(source, target)
    size = posix.refuse_irregular(source).st_size
    with atomic.landing(target) as part:
        atomic.need_space(target.parent, size)
        if size <= most_bytes:
            shutil.copyfile(source, part)
            return 0
        refuse_locked(format, whole)
        write = _shrink_pdf if format == "pdf" else _shrink_pptx
        changed = write(source, part, most_bytes)
        made = part.stat().st_size
        if made > most_bytes:
            raise _too_large(made, most_bytes, _largest(part, format))
        deck_proof.prove(part, format, replace(whole, claimed=None))
        return changed


def _shrink_pptx(source: Path, part: Path, most_bytes: int) -> int:
    from mediaprep.media.decks.writing import slides

    with slides.opened(source) as deck:
        return _fit(deck.pictures(), lambda: deck.save(part), source, part, most_bytes)


def _shrink_pdf(source: Path, part: Path, most_bytes: int) -> int:
    """MuPDF's own rewriting of pictures takes ten times as long, and all of them."""
    from mediaprep.media.decks.pdf import document as pdf
    from mediaprep.media.decks.pdf import images, parts

    with pdf.opened(source) as document:
        stock = images.pictures(document)
        return _fit(stock, lambda: parts.save(document, part), source, part, most_bytes)


def _fit(
    stock: Sequence[_Picture], write: Callable[[], None], source: Path, part: Path, most_bytes: int
) -> int:
    """Make one picture after the other smaller until `write` makes a file that fits; how many it took."""
    stock = [picture for picture in stock if picture.size >= _WORTH]
    originals: dict[int, bytes] = {}  # of those that were touched: every step starts from them
    over = posix.refuse_irregular(source).st_size - most_bytes * _ROOM
    for side, quality in _STEPS:
        for number, picture in enumerate(stock):
            if over <= 0 and (over := _written(write, part) - most_bytes) <= 0:
                return len(originals)
            before = picture.size
            data = originals.get(number) or picture.data
            made = pictures.smaller(data, longer_side=side, quality=quality)
            if made is not None and len(made.data) < before:
                originals[number] = data
                picture.put(made)
                over -= before - len(made.data)
    _written(write, part)
    return len(originals)


def _written(write: Callable[[], None], part: Path) -> int:
    """Size of the deck as it is now."""
    write()
    return part.stat().st_size


def _largest(part: Path, format: str) -> str:
    """What is left of size, in a word: `media1.mp4 (80 MB)`."""
    if format != "pptx":
        return ""
    from mediaprep.media.decks.archive import Parts

    with posix.open_regular(part) as file:
        entry = max(Parts(file).entries.values(), key=lambda entry: entry.compress_size)
    return f"{entry.filename.rsplit('/', 1)[-1]} ({entry.compress_size / 1e6:.0f} MB)"


def _too_large(made: int, most_bytes: int, largest: str) -> Refused:
    told = f"; the largest part is {largest}" if largest else ""
    told_zh = f"；最大的部件为 {largest}" if largest else ""
    return Refused(
        f"still has {made / 1e6:.1f} MB with small pictures, more than {most_bytes / 1e6:.1f}{told}: take out video, "
        "sound or fonts, or split it",
        f"压缩图片后仍有 {made / 1e6:.1f} MB，超过 {most_bytes / 1e6:.1f} MB{told_zh}：请去掉视频、音频、字体，或拆分",
    )
