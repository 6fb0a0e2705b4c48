"""Exchanges as they were, the latest of them, in memory: what came in and was answered, and what went out (inputs
fetched, results uploaded, callbacks). Nothing is read or explained before somebody asks (see `telling`)."""

from __future__ import annotations

import itertools
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from mediaprep.emulator.messages import Call, Reply
from mediaprep.model.findings import Text
from mediaprep.serving.messages import Readable

MOST_EXCHANGES: Final = 2000
MOST_BYTES: Final = 32 << 20
BODY_BYTES: Final = 64 << 10  # of one body; the rest is counted, and not kept


@dataclass(frozen=True, kw_only=True)
class Kept:
    """The beginning of a body, and how long it was in all (bytes)."""

    data: bytes = b""
    size: int = 0

    @property
    def whole(self) -> bool:
        return len(self.data) == self.size


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One request and what became of it. `at` is when it came by the emulator's clock, `seconds` what answering took;
    `url` of what went out, else `path` and `query`. `fate` says whether an answer was sent; `faults` are the names
    of the rules that struck; `task_id` is given where the request does not say it, `note` stands alone."""

    number: int
    direction: Literal["in", "out", "note"]
    at: float
    seconds: float = 0.0
    method: str = ""
    path: str = ""
    query: str = ""
    url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Kept = field(default_factory=Kept)
    status: int | None = None
    answer_headers: Mapping[str, str] = field(default_factory=dict)
    answer: Kept = field(default_factory=Kept)
    fate: Literal["sent", "dropped", "reset", "cut"] = "sent"
    problem: str = ""
    faults: tuple[str, ...] = ()
    task_id: str = ""
    note: Text | None = None

    @property
    def size(self) -> int:
        return len(self.body.data) + len(self.answer.data) + 1024


class Tapped:
    """A request's body, of which up to `most` bytes are kept as it is read."""

    def __init__(self, body: Readable, most: int = BODY_BYTES) -> None:
        self._body = body
        self._most = most
        self._held = bytearray()
        self._size = 0

    def read(self, size: int = -1, /) -> bytes:
        piece = self._body.read(size)
        self._size += len(piece)
        self._held += piece[: self._most - len(self._held)]
        return piece

    @property
    def kept(self) -> Kept:
        """What was read of it so far."""
        return Kept(data=bytes(self._held), size=self._size)


class Journal:
    """The latest exchanges. `now` is the emulator's clock."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._held: deque[Exchange] = deque()
        self._bytes = 0
        self._numbers = itertools.count(1)
        self.last = 0  # number of the latest

    def begin(self) -> tuple[float, float]:
        """(the emulator's time, the machine's) of a call that came in: for `answered`."""
        return self._now(), time.monotonic()

    def answered(
        self, call: Call, body: Kept, began: tuple[float, float], reply: Reply | None, faults: tuple[str, ...]
    ) -> None:
        """A call that came in was answered; `reply` None: its body ended early."""
        fate: Literal["sent", "dropped", "reset", "cut"] = "sent"
        if reply is None:
            fate = "cut"
        elif reply.drop or reply.reset:
            fate = "reset" if reply.reset else "dropped"
        sent = reply if reply is not None and fate == "sent" else None
        answer = Kept()
        if sent is not None:
            plain = sent.body if isinstance(sent.body, bytes) else b""
            answer = Kept(data=plain[:BODY_BYTES], size=sent.length)
        at, started = began
        self._add(
            lambda number: Exchange(
                number=number, direction="in", at=at, seconds=time.monotonic() - started, method=call.method,
                path=call.path, query=call.query, headers=call.headers, body=body, answer=answer, fate=fate,
                status=sent.status if sent else None, answer_headers=sent.headers if sent else {}, faults=faults,
            )
        )  # fmt: skip

    def went_out(
        self, method: str, url: str, task_id: str, *, body: bytes = b"", status: int | None, problem: str = ""
    ) -> None:
        """The emulator itself asked somebody: `status` is what it was answered, None with `problem`: nothing."""
        kept = Kept(data=body[:BODY_BYTES], size=len(body))
        self._add(
            lambda number: Exchange(
                number=number, direction="out", at=self._now(), method=method, url=url, task_id=task_id, body=kept,
                status=status, problem=problem,
            )
        )  # fmt: skip

    def note(self, task_id: str, note: Text) -> None:
        """What one ought to know of a task, and its answers cannot say."""
        self._add(
            lambda number: Exchange(
                number=number, direction="note", at=self._now(), task_id=task_id, note=note
            )
        )

    def exchanges(self) -> tuple[list[Exchange], int]:
        """Those that are kept, the earliest first, and how many were dropped before them."""
        with self._lock:
            held = list(self._held)
        return held, (held[0].number - 1 if held else self.last)

    def clear(self) -> None:
        """Forgets all of them; numbers go on."""
        with self._lock:
            self._held.clear()
            self._bytes = 0

    def _add(self, made: Callable[[int], Exchange]) -> None:
        with self._lock:
            exchange = made(next(self._numbers))
            self._held.append(exchange)
            self.last = exchange.number
            self._bytes += exchange.size
            while len(self._held) > MOST_EXCHANGES or self._bytes > MOST_BYTES:
                self._bytes -= self._held.popleft().size
