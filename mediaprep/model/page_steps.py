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
