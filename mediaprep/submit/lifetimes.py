"""How long a presigned URL must live: beyond the queue and the render, and never beyond what can be signed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from mediaprep.submit.storage import MOST_SECONDS

LEAST_SECONDS: Final = 24 * 3600
"""Shorter periods save nothing and lose a result when the service is slow for a day."""
SPARE_SECONDS: Final = 6 * 3600.0
"""Added to twice the estimate: estimates are guesses, and clocks differ."""


@dataclass(frozen=True, kw_only=True)
class Lifetime:
    """`seconds` to sign for. `short_seconds` = by how much that is less than was wanted (0: it is enough);
    more than a URL can live must be signed again by whoever waits."""

    seconds: int
    short_seconds: int = 0


def lifetime(expected_seconds: float | None) -> Lifetime:
    """For a task that should be through `expected_seconds` after it was submitted, its time in the queue
    included; None = nobody can tell, and the most that can be signed is taken."""
    if expected_seconds is None or not math.isfinite(expected_seconds):
        return Lifetime(seconds=MOST_SECONDS)
    wanted = math.ceil(max(LEAST_SECONDS, 2 * max(0.0, expected_seconds) + SPARE_SECONDS))
    seconds = min(wanted, MOST_SECONDS)
    return Lifetime(seconds=seconds, short_seconds=wanted - seconds)


def expected(queue_seconds: float | None, making_seconds: float | None) -> float | None:
    """Queue + render; None as soon as one of them is not known."""
    if queue_seconds is None or making_seconds is None:
        return None
    return queue_seconds + making_seconds
