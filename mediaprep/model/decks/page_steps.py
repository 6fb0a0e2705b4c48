"""What `fix` does to decks, as values."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mediaprep.model.facts import DeckFacts, Facts
from mediaprep.model.findings import Text
from mediaprep.model.steps import Step


@dataclass(frozen=True, kw_only=True)
class KeepPages(Step):
    """The first `pages` pages of a PDF; the others go."""

    pages: int

    @property
    def removes_content(self) -> bool:
        return True

    def predict(self, facts: Facts) -> Facts:
        if not isinstance(facts, DeckFacts):
            raise TypeError(f"a deck step met {facts.kind}")
        return replace(facts, pages_total=self.pages, pages_visible=self.pages, hidden_pages=())

    def say(self) -> Text:
        return Text(f"keep only the first {self.pages} pages", f"只保留前 {self.pages} 页")


@dataclass(frozen=True, kw_only=True)
class SaveDeck(Step):
    """A slide show, a template or a deck with macros as a plain presentation, with the same pages. A pps is a ppt
    under another name: it is copied as it is."""

    format: str  # pptx | ppt

    def predict(self, facts: Facts) -> Facts:
        if not isinstance(facts, DeckFacts):
            raise TypeError(f"a deck step met {facts.kind}")
        holds = None if facts.holds is None else tuple(one for one in facts.holds if one.kind != "macros")
        return replace(
            facts,
            format=self.format,
            flavour=self.format if facts.flavour else None,
            holds=holds,
        )

    def say(self) -> Text:
        return Text(
            f"save as a plain {self.format}, all pages, without macros",
            f"另存为普通 {self.format}，保留所有页，去除宏",
        )
