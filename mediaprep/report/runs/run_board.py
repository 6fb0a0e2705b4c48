"""Many jobs at work, as one sees them: a bar each on a terminal, plain or JSON lines elsewhere."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Final

from mediaprep.model.paid.outcomes import ProgressEvent, State
from mediaprep.report.console import Console
from mediaprep.report.escaping import shown

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_LINE_EVERY_SECONDS: Final = 5.0
_WAIT_EVERY_SECONDS: Final = 30.0
_MOST_ROWS: Final = 12
_WORRYING: Final = frozenset({"failed", "review", "stale"})


class Board:
    """`tell` may be called by many threads. Only jobs that are open are remembered. `mark` stands before what is
    said of each."""

    def __init__(
        self, console: Console, *, total: int, lang: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._console, self._total, self._lang, self._clock = console, total, lang, clock
        self.mark = ""
        self._lock = threading.Lock()
        self._ended: Counter[State] = Counter()
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

    def closed(self, job: str, say: Callable[[], None], *, state: State = State.DONE) -> None:
        """A job has come to its end; `say` prints what became of it, undisturbed by the others."""
        with self._lock:
            self._ended[state] += 1
            self._lines.pop(job, None)
            if self._screen is None:
                say()
                if self._console.log_format == "json":
                    self._tell(
                        f"{self.mark}{job}: {state}", "ended", job, "end", level=_level(state), state=state
                    )
                return
            with self._screen.aside(job, self._ended):
                say()

    def _say(self, event: ProgressEvent, message: str) -> None:
        lines = self._lines.setdefault(event.job, _Lines())
        machine = self._console.log_format == "json"
        if not lines.worth_saying(event, message, self._clock(), machine=machine):
            return
        name = f"{self.mark}{event.job}: {message}"
        level = "warning" if event.kind in _WORRYING else "info"
        if event.done is None:
            self._tell(name, event.kind, event.job, event.kind, level=level)
            return
        share = event.done / event.total if event.total else None
        self._tell(
            name + (f" {share:.0%}" if share is not None else " …"), "progress", event.job, event.kind, level=level,
            kind=event.kind, done=round(event.done, 3), total=event.total,
            percent=None if share is None else round(100 * share, 1),
        )  # fmt: skip

    def _tell(self, message: str, event: str, job: str, stage: str, *, level: str, **more: object) -> None:
        """A line of one job; a machine reads how many jobs there are and what they came to besides."""
        counts = {"total": max(self._total, self._ended.total()), "ended": self._ended.total()}
        counts |= {state.value: self._ended[state] for state in State}
        self._console.say(
            message,
            event=event,
            level=level,
            job=job,
            stage=stage,
            **{"percent": None, **more},
            counts=counts,
        )


def _level(state: State) -> str:
    return {State.DONE: "info", State.PENDING: "warning"}.get(state, "error")


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
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

        columns = (
            TextColumn("{task.description}"), TextColumn("{task.fields[stage]}", style="cyan"), BarColumn(bar_width=24),
            TextColumn("{task.fields[percent]}"), TimeElapsedColumn(), TextColumn("−"), TimeRemainingColumn(),
        )  # fmt: skip
        self._progress: Progress = Progress(
            *columns, console=Screen(file=console.stream), transient=True, refresh_per_second=5
        )
        self._rows: dict[str, TaskID] = {}
        self._total = total
        self._all = self._progress.add_task(
            self._of_all(Counter()), total=total, visible=total > 1, stage="", percent=""
        )

    def start(self) -> None:
        self._progress.start()

    def stop(self) -> None:
        self._progress.stop()

    def show(self, event: ProgressEvent, line: str) -> None:
        row = self._rows.pop(event.job, None)
        if row is None:
            row = self._progress.add_task("", total=None, stage="", percent="")
            if len(self._rows) >= _MOST_ROWS:  # the one that was silent longest makes room
                self._progress.remove_task(self._rows.pop(next(iter(self._rows))))
        self._rows[event.job] = row
        self._progress.update(
            row,
            description=_plain(line),
            total=event.total if event.done is not None else None,
            completed=event.done or 0,
            stage=event.kind,
            percent=f"{event.done / event.total:.0%}" if event.done is not None and event.total else "",
        )

    def aside(self, job: str, ended: Counter[State]) -> contextlib.AbstractContextManager[None]:
        """Lines may be printed inside: the rows make room for them."""
        row = self._rows.pop(job, None)
        if row is not None:
            self._progress.remove_task(row)
        self._progress.update(
            self._all, completed=ended.total(), description=self._of_all(ended),
            percent=f"{ended.total() / self._total:.0%}" if self._total else "",
        )  # fmt: skip
        return self._still()

    @contextlib.contextmanager
    def _still(self) -> Iterator[None]:
        self._progress.stop()
        try:
            yield
        finally:
            self._progress.start()

    def _of_all(self, ended: Counter[State]) -> str:
        """How many there are, how many have ended, and how many of them not well."""
        badly = [
            f"{ended[state]} {state.value}" for state in State if state is not State.DONE and ended[state]
        ]
        return " · ".join([f"{ended.total()}/{self._total}", *badly])


def _plain(text: str) -> str:
    from rich.markup import escape

    return escape(shown(text, 100))
