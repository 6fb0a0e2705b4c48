"""For which kind of gateway a ledger is, as statements inside a transaction: settled once, and never changed."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

import sqlalchemy as sa

from mediaprep.config import is_loopback
from mediaprep.model.paid.gateways import GatewayKind
from mediaprep.submission.ledger.schema import ABOUT, JOB

_NAME: Final = "gateway"


def read(c: sa.Connection) -> GatewayKind | None:
    """What the ledger is for; None where no gateway has been met yet, or none by a version that asked."""
    found = c.execute(sa.select(ABOUT.c.value).where(ABOUT.c.name == _NAME)).scalar()
    return None if found is None else GatewayKind(found)


def settle(c: sa.Connection, kind: GatewayKind) -> GatewayKind:
    """What the ledger is for: `kind` from now on, where nothing was settled. One of an earlier version that has
    jobs of another machine's gateway is for real ones."""
    found = read(c)
    if found is None:
        found = GatewayKind.REAL if _went_out(c) else kind
        c.execute(sa.insert(ABOUT).values(name=_NAME, value=found.value))
    return found


def _went_out(c: sa.Connection) -> bool:
    addresses = c.execute(sa.select(JOB.c.base_url).distinct()).scalars()
    return any(not is_loopback(urlsplit(address).hostname or "") for address in addresses)
