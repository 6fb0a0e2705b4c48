"""Which ledger keeps the jobs of a gateway: real money and emulated tasks never stand in one."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from mediaprep.config import Settings
from mediaprep.errors import Unreachable
from mediaprep.model.paid.gateways import GatewayKind
from mediaprep.submission.ledger.book import Ledger
from mediaprep.submission.ledger.database import location


class Answering(Protocol):
    """The part of a gateway that is asked here."""

    base_url: str

    def kind(self) -> GatewayKind: ...


def opened_for(settings: Settings, gateway: Answering) -> Ledger:
    """The ledger that the settings name, else that of the gateway's kind. A gateway that does not answer now is
    asked again before anything is sent to it. Raises BadConfig for a ledger of the other kind, ToolMissing,
    LedgerError."""
    kind = _kind(gateway)
    ledger = Ledger(location(settings, kind=kind))
    try:
        if kind is not None:
            ledger.keep_for(kind, gateway.base_url)
    except BaseException:
        ledger.close()
        raise
    return ledger


def known_for(settings: Settings, gateway: Answering) -> Ledger | None:
    """The same for who only looks: nothing is made or marked, and None where there is no such ledger yet."""
    return _there(location(settings, kind=_kind(gateway)))


@contextlib.contextmanager
def visible(settings: Settings) -> Iterator[tuple[Ledger, ...]]:
    """All that there is to look at: the ledger of the settings, and that of the emulator's jobs beside it."""
    places = dict.fromkeys(
        place if "://" in place else str(Path(place).resolve())
        for place in (location(settings), location(Settings(), kind=GatewayKind.EMULATED))
    )
    with contextlib.ExitStack() as opened:
        yield tuple(opened.enter_context(found) for place in places if (found := _there(place)))


def _kind(gateway: Answering) -> GatewayKind | None:
    try:
        return gateway.kind()
    except Unreachable:
        return None


def _there(where: str) -> Ledger | None:
    return Ledger(where) if "://" in where or Path(where).exists() else None
