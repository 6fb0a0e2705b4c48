"""What a client may take of a server: connections, bytes and seconds; and who is let in."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class ServerLimits:
    """`connections` at once, `per_address` of them (IPv6: per /64 network). A request's header has `header_bytes`
    and `header_seconds`. Its body has `body_bytes`, and `body_seconds` plus a second for each `body_rate` bytes that
    came; only the time counts in which the server waits for it. `idle_seconds` between two requests of a
    connection; `stalled_seconds` in which a reader takes nothing of what was sent. `grace_seconds` is what requests
    under way have when the server stops."""

    connections: int = 256
    per_address: int = 128
    header_bytes: int = 16 << 10
    header_seconds: float = 10.0
    body_bytes: int = 64 << 10
    body_seconds: float = 10.0
    body_rate: int = 16 << 10
    idle_seconds: int = 60
    stalled_seconds: float = 60.0
    grace_seconds: float = 2.0


class Connection(Protocol):
    """What admission needs of a connection."""

    @property
    def busy(self) -> bool:
        """Whether a request is being answered."""

    def abort(self) -> None:
        """Ends it at once."""


class Admission:
    """Who is connected. Where no place is left, the connection that has been idle longest makes room: idle ones,
    of one address or of many, keep nobody out."""

    def __init__(self, limits: ServerLimits) -> None:
        self._limits = limits
        self._open: dict[Connection, str] = {}

    def admit(self, connection: Connection, address: str) -> bool:
        """Takes a new connection in; False where every place is taken by a request under way."""
        network = _network(address)
        same = [found for found, where in self._open.items() if where == network]
        for taken, most in ((same, self._limits.per_address), (list(self._open), self._limits.connections)):
            if len(taken) < most:
                continue
            idle = next((found for found in taken if not found.busy), None)
            if idle is None:
                return False
            self.leave(idle)
            idle.abort()
        self._open[connection] = network
        return True

    def leave(self, connection: Connection) -> None:
        """Forgets a connection."""
        self._open.pop(connection, None)


def _network(address: str) -> str:
    """One household's addresses are one: whoever has an IPv6 address has 2^64 of them."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else address
