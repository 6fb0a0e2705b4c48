"""The worker: claims one due job, makes one move, lets go. Any number of them, anywhere, share one ledger."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from mediaprep.model.findings import Text
from mediaprep.model.paid import JobRow, JobState, Owner
from mediaprep.submit.client import Gateway
from mediaprep.submit.ledger import Ledger
from mediaprep.submit.stages import Policy, Stages
from mediaprep.submit.storage import Store


class Worker:
    """`step` until it says that nothing is open. `ids` and `states` narrow what is taken; `on_point` hears the
    name of every place at which a crash would matter."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        gateway: Gateway,
        stages: Stages,
        store: Store | None = None,
        gate: Any = None,
        policy: Policy = Policy(),  # noqa: B008  (frozen)
        owner: Owner | None = None,
        tell: Callable[[JobRow, str, Text], None] = lambda job, kind, text: None,
        on_point: Callable[[str], None] = lambda name: None,
        ids: Collection[str] | None = None,
        states: Collection[JobState] | None = None,
    ) -> None:
        raise NotImplementedError

    def step(self) -> float | None:
        """One job, one move: 0.0. Seconds until the next job is due where none is; None when none is open."""
        raise NotImplementedError
