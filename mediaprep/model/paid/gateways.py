"""Two kinds of gateway: the service's, where tasks cost money, and an emulator's, where nothing does."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Final

EMULATOR_HEADER: Final = "X-Mediaprep-Emulator"
"""Stands in every answer of an emulator, with its version; no service has it."""


EMULATED_MARK: Final = "EMULATED"
"""What every list and report says of an emulator's job, in every language."""


class GatewayKind(enum.StrEnum):
    """What answers at a base URL, and for what a ledger is."""

    REAL = "real"
    EMULATED = "emulated"


def kind_of(headers: Mapping[str, str]) -> GatewayKind:
    """Who sent an answer with these headers (names in lower case)."""
    return GatewayKind.EMULATED if EMULATOR_HEADER.lower() in headers else GatewayKind.REAL
