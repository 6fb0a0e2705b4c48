"""GET {control}/journal, /journal/NUMBER, /journal.har: which exchanges are asked for."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from mediaprep.emulator.journal import telling
from mediaprep.emulator.journal.archive import archive
from mediaprep.emulator.journal.exchanges import Exchange, Journal
from mediaprep.emulator.journal.telling import SignatureJudge

_KNOWN: Final = ("kind", "direction", "task_id", "code", "refused", "unknown", "since", "limit")


@dataclass(frozen=True, kw_only=True)
class JournalCalls:
    """Answers for one emulator, whose results and calls lie below `base_url`."""

    journal: Journal
    signature: SignatureJudge
    base_url: str

    def listed(self, asked: Mapping[str, str]) -> dict[str, Any]:
        """The exchanges that `asked` selects, the earliest first; `limit` keeps the latest of them. Raises ValueError
        saying what cannot be asked for."""
        held, dropped = self.journal.exchanges()
        found = self._limited(asked, held)
        return {"exchanges": found, "last": self.journal.last, "kept": len(held), "dropped": dropped}

    def archived(self, asked: Mapping[str, str]) -> dict[str, Any]:
        """The same as a HAR."""
        return archive(self._limited(asked, self.journal.exchanges()[0]), self.base_url)

    def one(self, number: str) -> dict[str, Any] | None:
        """The exchange of that number; None: it is not kept."""
        found = (it for it in self.journal.exchanges()[0] if str(it.number) == number)
        return next((telling.told(it, self.signature) for it in found), None)

    def _limited(self, asked: Mapping[str, str], held: list[Exchange]) -> list[dict[str, Any]]:
        strange = sorted(set(asked) - set(_KNOWN))
        if strange:
            raise ValueError(f"{', '.join(strange)} cannot be asked for; known: {', '.join(_KNOWN)}")
        numbers = {name: asked[name] for name in ("since", "limit") if name in asked}
        wrong = [name for name, text in numbers.items() if not (text.isascii() and text.isdecimal())]
        if wrong:
            raise ValueError(f"{wrong[0]} is not a whole number")
        latest = itertools.islice(self._selected(asked, held), int(asked.get("limit", len(held))))
        return list(latest)[::-1]

    def _selected(self, asked: Mapping[str, str], held: list[Exchange]) -> Iterator[dict[str, Any]]:
        """The latest first, so that a limit spares telling the rest."""
        since = int(asked.get("since", 0))
        for exchange in reversed(held):
            if exchange.number <= since or ("kind" in asked and asked["kind"] != _kind(exchange)):
                continue
            entry = telling.told(exchange, self.signature)
            same = all(
                str(entry.get(it)) == asked[it] for it in ("direction", "task_id", "code") if it in asked
            )
            flags = all(
                bool(entry.get(it)) == (asked[it] == "1") for it in ("refused", "unknown") if it in asked
            )
            if same and flags:
                yield entry


def _kind(exchange: Exchange) -> str:
    return "note" if exchange.direction == "note" else telling.kind_of(exchange)
