"""gate: inputs and callbacks for all runs that share one ledger, in a process of its own."""

from __future__ import annotations

from collections.abc import Callable

from mediaprep.config import Settings
from mediaprep.submission.gate.gate import Gate, listen_of
from mediaprep.submission.ledger import Ledger


def gate(
    *,
    settings: Settings,
    listen: str | None = None,
    descriptor: int | None = None,
    on_ready: Callable[[str], None] = lambda address: None,
) -> None:
    """Serve until the process is interrupted; `on_ready` hears the public address once requests are taken.
    `listen` goes before the settings' own. Raises BadConfig, ToolFailed, LedgerError."""
    where = listen or settings.gate_listen
    with Ledger.open(settings) as ledger:
        serving = Gate(
            ledger,
            listen=listen_of(where) if where else ("127.0.0.1", 0),
            public=settings.gate,
            descriptor=descriptor,
        )
        on_ready(serving.address.base_url)
        serving.serve()
