"""What a run says while it works: bars on a terminal, plain lines elsewhere, JSON lines on request. On stderr."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TextIO

from mediaprep.config import redact
from mediaprep.model import strict_json
from mediaprep.report.escaping import shown

_LINE_EVERY_SECONDS = 5.0


def _now() -> str:
    """This moment as ISO 8601 in UTC, to milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Console:
    """`log_format` is text or json. Nothing secret passes: every line goes through the redactor."""

    def __init__(self, log_format: str = "text", stream: TextIO | None = None) -> None:
        self.log_format = log_format
        self.stream = stream or sys.stderr

    @property
    def live(self) -> bool:
        """Whether a bar may be drawn and redrawn: a dumb terminal shows nothing of it."""
        if self.log_format != "text" or not self.stream.isatty():
            return False
        from rich.console import Console as Screen

        return not Screen(file=self.stream).is_dumb_terminal

    def say(self, message: str, *, event: str = "note", level: str = "info", **fields: object) -> None:
        """One line; `event`, `level` (info | warning | error) and `fields` are what a machine reads."""
        if self.log_format == "json":
            told = {"time": _now(), "level": level, "event": event, "message": message, **fields}
            line = strict_json.dumps(told)
        else:
            line = shown(message, 1000)
        with contextlib.suppress(OSError):  # nobody listens: no reason to stop the work
            print(redact(line), file=self.stream, flush=True)

    @contextlib.contextmanager
    def bar(self, label: str, total: float | None) -> Iterator[Callable[[float], None]]:
        """Progress towards `total` (seconds, bytes…): yields the function that is told how far it is."""
        if self.live:
            yield from self._drawn(label, total)
        else:
            yield self._told(label, total)

    def _drawn(self, label: str, total: float | None) -> Iterator[Callable[[float], None]]:
        from rich.console import Console as Screen
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Screen(file=self.stream), transient=True) as progress:
            task = progress.add_task(shown(label), total=total)
            yield lambda done: progress.update(task, completed=done)

    def _told(self, label: str, total: float | None) -> Callable[[float], None]:
        last = [time.monotonic()]
        began = time.monotonic()

        def tell(done: float) -> None:
            if time.monotonic() - last[0] >= _LINE_EVERY_SECONDS:
                last[0] = time.monotonic()
                share = f" {done / total:.0%}" if total else " …"
                left = None
                if total and done > 0:
                    left = round((last[0] - began) * (total - done) / done)
                    share += f", −{left} s"  # still to go, in any language
                self.say(label + share, event="progress", done=round(done, 3), total=total, seconds_left=left)

        return tell
