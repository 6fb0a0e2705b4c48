"""The seam for injected faults: the places where the emulator asks whether something goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final, Literal

from mediaprep.emulator.messages import Call, Reply
from mediaprep.emulator.task import Task
from mediaprep.emulator.work import Spoiled

STRUCK: Final[ContextVar[list[str] | None]] = ContextVar("struck", default=None)
"""Where the names of faults are noted that strike while a call is answered; None: nobody asks."""


@dataclass(frozen=True, kw_only=True)
class Odd:
    """A POST to CallbackUrl that is not the true one. `field` is filled with `value` ("" = made up);
    sent after `seconds`, `inside` = before the submit is answered."""

    kind: Literal["twice", "early", "forged"]
    field: str = ""
    value: str = ""
    seconds: float = 0.0
    inside: bool = False


class Faults:
    """No faults. A subclass returns a Reply in place of what would happen, or sleeps, at each place."""

    def before_handle(self, call: Call, kind: str) -> Call | Reply:  # noqa: ARG002
        """A call to the results (`download`) or the bucket came in; a Reply ends it here."""
        return call

    def before_accept(self, call: Call, endpoint: str) -> Reply | None:  # noqa: ARG002
        """A gateway call came in and nothing was judged; a Reply ends it here."""
        return None

    def taken(self, call: Call, endpoint: str, quota: str) -> int:  # noqa: ARG002
        """How many places of the quota key another sub-account holds at this submit."""
        return 0

    def fetches_inside(self, call: Call, endpoint: str) -> bool:  # noqa: ARG002
        """Whether the inputs are fetched before this submit is answered."""
        return False

    def after_accept(self, call: Call, endpoint: str, task_id: str) -> Reply | None:  # noqa: ARG002
        """The task is recorded and will run; a Reply replaces the answer that names its TaskId."""
        return None

    def before_answer(self, call: Call, reply: Reply) -> Reply:  # noqa: ARG002
        """Any answer of the gateway, the bucket or the result store, just before it is sent."""
        return reply

    def fetching(self, task: Task) -> Iterator[None]:  # noqa: ARG002
        """Yields once for every time that a task's inputs are fetched, when it is time."""
        yield

    def spoils(self, task: Task) -> Spoiled | None:  # noqa: ARG002
        """A task whose inputs were good: how it FAILs nevertheless."""
        return None

    def upload(self, task: Task) -> Literal["sent", "refused", "lost"]:  # noqa: ARG002
        """What becomes of the PUTs of a result: refused fails the task, lost is not noticed."""
        return "sent"

    def early_callbacks(self, task: Task) -> tuple[Odd, ...]:  # noqa: ARG002
        """What is sent to CallbackUrl when a task was accepted."""
        return ()

    def end_callbacks(self, task: Task) -> tuple[bool, tuple[Odd, ...]]:  # noqa: ARG002
        """When a task has ended: whether the true callback is sent, and which others are."""
        return True, ()
