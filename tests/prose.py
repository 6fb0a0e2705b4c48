"""Prints of the docs' sentences: which runs of Chinese characters stand in them can be asked of these, not read.

`python -m tests.prose DOCS.txt` writes them anew for a new edition of the docs.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

LONGEST = 11  # Chinese characters in a row that may stand here and there
PRINTS = Path(__file__).resolve().parents[1] / "fixtures/api/sentences.bin"
_BYTES = 6  # of a print: by chance one in 10¹⁰ is another's
_RUN = re.compile(rf"[\u4e00-\u9fff]{{{LONGEST + 1},}}")


def pieces(text: str) -> Iterator[str]:
    """Every run of one character more than may stand."""
    for run in _RUN.findall(text):
        for at in range(len(run) - LONGEST):
            yield run[at : at + LONGEST + 1]


def prints(texts: Iterable[str]) -> set[bytes]:
    """A short digest of every piece."""
    return {print_of(piece) for text in texts for piece in pieces(text)}


def print_of(piece: str) -> bytes:
    return hashlib.blake2b(piece.encode(), digest_size=_BYTES).digest()


def of_docs(docs: str) -> set[bytes]:
    """The prints of the docs' text, whose emphasis is markup."""
    return prints([re.sub(r"<[^>]*>", "", docs)])


def kept() -> set[bytes]:
    data = PRINTS.read_bytes()
    return {data[at : at + _BYTES] for at in range(0, len(data), _BYTES)}


if __name__ == "__main__":
    PRINTS.write_bytes(b"".join(sorted(of_docs(Path(sys.argv[1]).read_text(encoding="utf-8")))))
