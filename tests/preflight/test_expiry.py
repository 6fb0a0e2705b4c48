"""What is said of an asset's time: at the day it ends, within a trial's length of it, and beyond."""

from __future__ import annotations

import datetime

import pytest

from mediaprep.model.assets import Assets, Avatar, date_of
from mediaprep.preflight import expiry

ENDS = datetime.datetime(2026, 12, 31, 23, 59, 59, tzinfo=datetime.timezone(datetime.timedelta(hours=8)))


def avatar(begins: datetime.datetime | None = None) -> Avatar:
    return Avatar(type="small_sample", width=1920, height=1080, key="k", expires=ENDS, begins=begins)


@pytest.mark.parametrize(
    ("seconds_before", "verdict"),
    [(-1, "refused"), (0, "refused"), (1, "advised"), (15 * 86_400, "advised"), (15 * 86_400 + 1, "pass")],
)
def test_the_last_fifteen_days_are_advised_and_the_rest_is_refused(seconds_before: int, verdict: str) -> None:
    now = ENDS.timestamp() - seconds_before
    found = expiry.judge("basic", {"VirtualmanKey": "k"}, Assets(avatars=(avatar(),)), now)
    assert [finding.verdict.value for finding in found] == ([] if verdict == "pass" else [verdict])


def test_a_trial_is_called_one() -> None:
    day = datetime.timedelta(days=1)
    _, said = expiry.standing(avatar(ENDS - 15 * day), ENDS.timestamp() - 86_400 * 14.5)
    assert said.en == "trial, expires on 2026-12-31, in 14 days" and "试用" in said.zh
    _, said = expiry.standing(avatar(ENDS - 16 * day), ENDS.timestamp() - 86_400 * 14.5)
    assert said.en.startswith("expires")


def test_an_avatar_on_several_pages_is_told_of_once_and_lists_never_fetched_say_nothing() -> None:
    request = {"PageConfigs": [{"VirtualmanKey": "k"}, {"VirtualmanKey": "k"}, {"VirtualmanKey": "other"}]}
    found = expiry.judge("ppt", request, Assets(avatars=(avatar(),)), ENDS.timestamp())
    assert [(finding.where, finding.rule) for finding in found] == [
        ("PageConfigs[0].VirtualmanKey", "ppt.PageConfigs.VirtualmanKey.expires"),
        ("PageConfigs[2].VirtualmanKey", "ppt.PageConfigs.VirtualmanKey.listed"),
    ]
    assert expiry.judge("ppt", request, Assets(), ENDS.timestamp()) == ()


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-12-31 23:59:59", "2026-12-31T23:59:59+08:00"),
        ("2026-12-31", "2026-12-31T00:00:00+08:00"),
        ("2026-12-31T00:00:00Z", "2026-12-31T00:00:00+00:00"),
        ("0001-01-01 00:00:00", None),
        ("", None),
        ("永久", None),
    ],
)
def test_dates_are_read_as_the_lists_print_them(text: str, read: str | None) -> None:
    found = date_of(text)
    assert (found.isoformat() if found else None) == read
