"""Profiles whose docs say something else: typed from the international copies of October 2025."""

from __future__ import annotations

import pytest

from mediaprep.contract import limits, profiles
from mediaprep.contract.limits import limits_for, rows_of
from mediaprep.model.findings import Verdict

CN, INTL = "tencent-cn@2026-04", "tencent-intl@2025-10"
PASS, ADVISED, REFUSED = Verdict.PASS, Verdict.ADVISED, Verdict.REFUSED


def verdict(
    profile: str, endpoint: str, field: str, measure: str, value: float, request: object = None
) -> Verdict:
    rows = limits_for(endpoint, field, request, profile=profile)  # type: ignore[arg-type]
    (row,) = [row for row in rows if row.measure == measure]
    return row.bound.verdict(value)


@pytest.mark.parametrize(
    ("field", "measure", "value", "cn", "intl"),
    [
        ("notrain.RefVideoUrl", "seconds", 600, PASS, PASS),
        ("notrain.RefVideoUrl", "seconds", 600.1, PASS, REFUSED),
        ("notrain.RefVideoUrl", "seconds", 1200.1, REFUSED, REFUSED),
        ("photo.RefPhotoUrl", "size_bytes", 9_000_000, REFUSED, PASS),
        ("photo.RefPhotoUrl", "size_bytes", 10_485_761, REFUSED, REFUSED),
        ("photo.InputAudioUrl", "size_bytes", 19_000_000, REFUSED, PASS),
        ("photo.InputAudioUrl", "size_bytes", 20_971_521, REFUSED, REFUSED),
        ("photo.RefPhotoUrl", "width", 191, ADVISED, REFUSED),
        ("photo.RefPhotoUrl", "height", 4097, ADVISED, REFUSED),
        ("photo.RefPhotoUrl", "aspect", 2.01, ADVISED, REFUSED),
        ("photo.RefPhotoUrl", "aspect", 0.5, PASS, PASS),
    ],
)
def test_the_international_copies_say_otherwise(
    field: str, measure: str, value: float, cn: Verdict, intl: Verdict
) -> None:
    endpoint, _, path = field.partition(".")
    assert verdict(CN, endpoint, path, measure, value) is cn
    assert verdict(INTL, endpoint, path, measure, value) is intl


def test_exclusive_allows_twenty_minutes_there_too() -> None:
    asked = {"ConcurrencyType": "Exclusive"}
    assert verdict(INTL, "notrain", "RefVideoUrl", "seconds", 1200, asked) is PASS
    assert verdict(INTL, "notrain", "RefVideoUrl", "seconds", 1200.1, asked) is REFUSED
    # beyond-the-docs.yaml, newer_or_older_copies: 1 to 600 s, 20 min with Exclusive
    for request in (asked, {}):
        assert verdict(INTL, "notrain", "RefVideoUrl", "seconds", 1, request) is PASS
        assert verdict(INTL, "notrain", "RefVideoUrl", "seconds", 0.99, request) is REFUSED
    assert verdict(INTL, "notrain", "RefVideoUrl", "seconds", 700, {"ConcurrencyType": "Shared"}) is REFUSED


def test_what_an_edition_does_not_name_holds_as_before() -> None:
    for name, row in rows_of(INTL).items():
        assert row.edition in {None, profiles.INTL_2025_10}, name
    assert rows_of(CN) == limits.LIMITS
    changed = {name for name, row in rows_of(INTL).items() if rows_of(CN).get(name) != row}
    assert changed == {row.id for row in limits.OTHER_EDITIONS}
    assert len(changed) == 7
