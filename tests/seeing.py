"""How alike two decks look: pages as grey pictures, and their structural similarity."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pymupdf
from numpy.typing import NDArray

from tests.conftest import program

Grey = NDArray[np.float64]


def as_pdf(deck: Path, folder: Path) -> Path:
    """A deck as LibreOffice shows it."""
    return saved_by_office(deck, folder, "pdf")


def saved_by_office(deck: Path, folder: Path, form: str) -> Path:
    """A deck as LibreOffice writes it in another format, with a profile of its own."""
    office = program("soffice")
    assert office is not None
    profile = (folder / "profile").absolute().as_uri()
    subprocess.run(
        [office, f"-env:UserInstallation={profile}", "--headless", "--convert-to", form, "--outdir", folder, deck],
        check=True, capture_output=True, timeout=280,
    )  # fmt: skip
    return folder / f"{deck.stem}.{form}"


def pages(pdf: Path, width: int = 960) -> Iterator[Grey]:
    """Every page, so many pixels wide."""
    with pymupdf.open(pdf) as document:
        for page in document:
            zoom = width / page.rect.width
            seen = page.get_pixmap(matrix=pymupdf.Matrix(zoom, zoom), colorspace=pymupdf.csGRAY)
            grey = np.frombuffer(seen.samples, np.uint8).reshape(seen.height, seen.stride)[:, : seen.width]
            yield grey.astype(np.float64)


def ssim(a: Grey, b: Grey) -> float:
    """Structural similarity with the usual Gaussian window of 11 pixels."""

    def mean(values: Grey) -> Grey:
        return cv2.GaussianBlur(values, (11, 11), 1.5)  # type: ignore[return-value]

    at, bt = mean(a), mean(b)
    va, vb, both = mean(a * a) - at * at, mean(b * b) - bt * bt, mean(a * b) - at * bt
    alike = (2 * at * bt + 6.5025) * (2 * both + 58.5225)
    return float((alike / ((at * at + bt * bt + 6.5025) * (va + vb + 58.5225))).mean())


def least_alike(whole: Iterator[Grey], made: Iterator[Grey]) -> float:
    """The lowest similarity of all pages, which must be as many."""
    return min(ssim(a, b) for a, b in zip(whole, made, strict=True))
