"""How long URLs are signed for."""

from __future__ import annotations

import math

import pytest

from mediaprep.submit.lifetimes import LEAST_SECONDS, Lifetime, expected, lifetime
from mediaprep.submit.storage import MOST_SECONDS

HOUR = 3600


@pytest.mark.parametrize(
    ("expecting", "signed"),
    [
        (60.0, Lifetime(seconds=LEAST_SECONDS)),
        (9 * HOUR, Lifetime(seconds=LEAST_SECONDS)),
        (20 * HOUR, Lifetime(seconds=46 * HOUR)),
        (20 * HOUR + 0.2, Lifetime(seconds=46 * HOUR + 1)),
        (81 * HOUR, Lifetime(seconds=MOST_SECONDS)),
        (90 * HOUR, Lifetime(seconds=MOST_SECONDS, short_seconds=18 * HOUR)),
        (None, Lifetime(seconds=MOST_SECONDS)),
        (math.inf, Lifetime(seconds=MOST_SECONDS)),
        (-5.0, Lifetime(seconds=LEAST_SECONDS)),
    ],
)
def test_a_url_outlasts_the_estimate_and_is_never_signed_beyond_seven_days(
    expecting: float | None, signed: Lifetime
) -> None:
    assert lifetime(expecting) == signed


def test_the_margin_is_at_least_the_estimate_once_more_while_that_can_be_signed() -> None:
    for hours in range(82):
        assert lifetime(hours * HOUR).seconds >= min(2 * hours * HOUR, MOST_SECONDS)


def test_what_is_not_known_makes_the_sum_unknown() -> None:
    assert expected(10.0, 5.0) == 15.0
    assert expected(None, 5.0) is None
    assert expected(10.0, None) is None
