"""Proves a deck that was written: read again by the independent counter, no part that nothing leads to, opens."""

from __future__ import annotations

from pathlib import Path

from mediaprep.errors import ToolFailed
from mediaprep.media.decks import reading
from mediaprep.media.decks.archive import Parts, translated
from mediaprep.media.decks.pages import Pages
from mediaprep.media.isolation import posix

_TYPES = "[content_types].xml"


def prove(path: Path, format: str, expected: Pages) -> None:
    """Raises ToolFailed unless the deck has these pages, hidden ones and notes, and nothing too many."""
    made = reading.read(path, format)
    for what, wanted, found in (
        ("pages", expected.total, made.total),
        ("hidden", expected.hidden, made.hidden),
        ("missing", expected.missing, made.missing),
        ("notes", _spoken(expected), _spoken(made)),
    ):
        if wanted != found:
            raise ToolFailed(
                f"the deck that was written has other {what} than planned: {str(found)[:80]}, not {str(wanted)[:80]}",
                f"写出的文稿与计划不符（{what}）：得到 {str(found)[:80]}，应为 {str(wanted)[:80]}",
            )
    if format == "pptx":
        _prove_archive(path, made)


def _spoken(pages: Pages) -> dict[int, str]:
    return {page: text for page, text in (pages.notes or {}).items() if text.strip()}


def _prove_archive(path: Path, made: Pages) -> None:
    from mediaprep.media.decks.writing import slides

    if left := orphans(path):
        raise ToolFailed(
            f"the deck that was written has parts that nothing leads to: {', '.join(left[:3])}",
            f"写出的文稿含无引用的部件：{'、'.join(left[:3])}",
        )
    with slides.opened(path) as again:
        if len(again) != made.total:
            raise ToolFailed("the deck that was written opens with other pages", "写出的文稿打开后页数不符")


def orphans(path: Path) -> list[str]:
    """Parts of a pptx that no relationship leads to, and content types of parts that are not there."""
    with posix.open_regular(path) as file, translated():
        parts = Parts(file)
        reached: set[str] = set()
        waiting = [""]
        while waiting:
            for link in parts.links(waiting.pop()).values():
                name = link.target.lower()
                if not link.outside and name not in reached and parts.has(name):
                    reached.add(name)
                    waiting.append(link.target)
        told = {name for name in parts.entries if name != _TYPES and not name.endswith("/")}
        loose = [name for name in told - reached if not name.endswith(".rels")]
        sources = {_source(name) for name in told if name.endswith(".rels")}
        loose += sources - reached - {""}
        typed = {e.get("PartName", "").lower().lstrip("/") for e in parts.xml(_TYPES).iterfind("{*}Override")}
        return sorted({*loose, *(typed - told)})


def _source(rels: str) -> str:
    """ppt/slides/_rels/slide1.xml.rels → ppt/slides/slide1.xml."""
    folder, _, name = rels.rpartition("_rels/")
    return folder + name.removesuffix(".rels")
