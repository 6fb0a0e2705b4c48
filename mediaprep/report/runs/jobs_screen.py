"""Jobs of the ledger as they stand, drawn again and again on a terminal."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Final

from mediaprep.model.paid.records import JobRow
from mediaprep.report import ledger_tables
from mediaprep.report.escaping import shown

if TYPE_CHECKING:
    from rich.live import Live

_MOST_ROWS: Final = 24


class JobsScreen:
    """`live`: whether stdout is a terminal that can be drawn on."""

    def __init__(self, lang: str) -> None:
        self._lang = lang
        self._drawn: Live | None = None
        self.live = False
        if sys.stdout is not None and sys.stdout.isatty():
            from rich.console import Console as Terminal
            from rich.live import Live

            terminal = Terminal()
            self.live = not terminal.is_dumb_terminal
            self._drawn = Live(console=terminal, auto_refresh=False) if self.live else None

    def __enter__(self) -> JobsScreen:
        if self._drawn is not None:
            self._drawn.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._drawn is not None:
            self._drawn.stop()

    def show(self, rows: Sequence[JobRow]) -> None:
        """How many jobs stand where, and the open ones that moved last."""
        from rich.text import Text as Line

        counts = Counter(row.state for row in rows)
        lines = [" · ".join(f"{count} {state}" for state, count in counts.items())]
        open_ones = [row for row in rows if not row.state.ended][-_MOST_ROWS:]
        lines += [next(iter(ledger_tables.job_lines(row, None, self._lang))) for row in open_ones]
        if self._drawn is not None:
            self._drawn.update(Line("\n".join(shown(line, 160) for line in lines)), refresh=True)
