"""Plan the mending of decks: shows and templates become presentations, pages beyond the limit can be dropped from a
PDF."""

from __future__ import annotations

from collections.abc import Mapping

from mediaprep.contract.limits import Limit
from mediaprep.model.decks.page_steps import KeepPages, SaveDeck
from mediaprep.model.facts import DeckFacts, Facts
from mediaprep.model.findings import Text
from mediaprep.model.steps import Step
from mediaprep.preflight.mending.footage import Unmendable, highest


def drop_pages(facts: Facts, rows: Mapping[str, Limit], prefer: str | None = None) -> Step | Unmendable:
    """The first pages, as many as the limit takes."""
    del prefer
    most = int(highest(rows["pages_total"].bound))
    if not isinstance(facts, DeckFacts) or facts.pages_total is None or facts.pages_total <= most:
        return Unmendable(("pages_total",), Text("no pages to drop", "没有可删除的页"))
    if facts.family != "pdf":
        why = Text(
            f"pages of a {facts.format} are not dropped here: delete them in its program, or print it to PDF",
            f"此处不删除 {facts.format} 的页：请在原程序中删除，或导出为 PDF",
        )
        return Unmendable(("pages_total",), why)
    return KeepPages(pages=most)


def save(facts: Facts, rows: Mapping[str, Limit], prefer: str | None = None) -> Step | Unmendable:
    """A slide show or template as the presentation that it is inside."""
    del rows, prefer
    if not isinstance(facts, DeckFacts) or facts.family == "pdf" or facts.encrypted:
        return Unmendable(("format",), Text("save it as pptx", "请另存为 pptx"))
    return SaveDeck(format=facts.family)
