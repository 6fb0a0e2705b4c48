"""Many jobs at work, as one sees them: a bar each on a terminal, plain or JSON lines elsewhere."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Final

from mediaprep.model.paid.outcomes import ProgressEvent
from mediaprep.report.console import Console
from mediaprep.report.escaping import shown

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_LINE_EVERY_SECONDS: Final = 5.0
_WAIT_EVERY_SECONDS: Final = 30.0
_MOST_ROWS: Final = 12


class Board:
    """`tell` may be called by many threads. Only jobs that are open are remembered. `mark` stands before what is
    said of each."""

    def __init__(
        self, console: Console, *, total: int, lang: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._console, self._total, self._lang, self._clock = console, total, lang, clock
        self.mark = ""
        self._lock = threading.Lock()
        self._closed = 0
        self._lines: dict[str, _Lines] = {}
        self._screen = _Screen(console, total) if console.live else None

    def __enter__(self) -> Board:
        if self._screen:
            self._screen.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._screen:
            self._screen.stop()

    def tell(self, event: ProgressEvent) -> None:
        """What one job does now."""
        message = event.message.say(self._lang)
        with self._lock:
            if self._screen:
                self._screen.show(event, f"{self.mark}{event.job}: {message}")
            else:
                self._say(event, message)

    def closed(self, job: str, say: Callable[[], None]) -> None:
        """A job has come to its end; `say` prints what became of it, undisturbed by the others."""
        with self._lock:
            self._closed += 1
            self._lines.pop(job, None)
            if self._screen is None:
                say()
                return
            with self._screen.aside(job, self._closed):
                say()

    def _say(self, event: ProgressEvent, message: str) -> None:
        lines = self._lines.setdefault(event.job, _Lines())
        machine = self._console.log_format == "json"
        if not lines.worth_saying(event, message, self._clock(), machine=machine):
            return
        name = f"{self.mark}{event.job}: {message}"
        if event.done is None:
            self._console.say(name, event=event.kind, job=event.job)
            return
        share = f" {event.done / event.total:.0%}" if event.total else " …"
        self._console.say(
            name + share, event="progress", job=event.job, kind=event.kind, done=round(event.done, 3),
            total=event.total,
        )  # fmt: skip


class _Lines:
    """What was last said of one job, so that a log stays readable."""

    def __init__(self) -> None:
        self._last, self._kind, self._at = "", "", float("-inf")

    def worth_saying(self, event: ProgressEvent, message: str, now: float, *, machine: bool) -> bool:
        if event.done is not None:
            every = _LINE_EVERY_SECONDS
            if message != self._last:  # a bar begins: its first line comes when it has lasted a while
                self._last, self._kind, self._at = message, event.kind, now
                return False
        elif event.kind == "wait" == self._kind and not machine:
            every = _WAIT_EVERY_SECONDS
        else:
            every = 0.0
        if (event.done is None and message == self._last) or now - self._at < every:
            return False
        self._last, self._kind, self._at = message, event.kind, now
        return True


class _Screen:
    """A row for each job that said something lately, and one for all of them."""

    def __init__(self, console: Console, total: int) -> None:
        from rich.console import Console as Screen
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}"), BarColumn(bar_width=24), TimeElapsedColumn())
        self._progress: Progress = Progress(
            *columns, console=Screen(file=console.stream), transient=True, refresh_per_second=5
        )
        self._rows: dict[str, TaskID] = {}
        self._total = total
        self._all = self._progress.add_task(self._of_all(0), total=total, visible=total > 1)

    def start(self) -> None:
        self._progress.start()

    def stop(self) -> None:
        self._progress.stop()

    def show(self, event: ProgressEvent, line: str) -> None:
        row = self._rows.pop(event.job, None)
        if row is None:
            row = self._progress.add_task("", total=None)
            if len(self._rows) >= _MOST_ROWS:  # the one that was silent longest makes room
                self._progress.remove_task(self._rows.pop(next(iter(self._rows))))
        self._rows[event.job] = row
        self._progress.update(
            row,
            description=_plain(line),
            total=event.total if event.done is not None else None,
            completed=event.done or 0,
        )

    def aside(self, job: str, closed: int) -> contextlib.AbstractContextManager[None]:
        """Lines may be printed inside: the rows make room for them."""
        row = self._rows.pop(job, None)
        if row is not None:
            self._progress.remove_task(row)
        self._progress.update(self._all, completed=closed, description=self._of_all(closed))
        return self._still()

    @contextlib.contextmanager
    def _still(self) -> Iterator[None]:
        self._progress.stop()
        try:
            yield
        finally:
            self._progress.start()

    def _of_all(self, closed: int) -> str:
        return f"{closed}/{self._total}"


def _plain(text: str) -> str:
    from rich.markup import escape

    return escape(shown(text, 100))
