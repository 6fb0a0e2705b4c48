"""The seven days: who is downloaded first, and when it is said aloud."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mediaprep.model.findings import Verdict
from mediaprep.submission.job.retention import Undelivered, alarm, gone

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def waiting(task: str, days_ago: float) -> Undelivered:
    return Undelivered(task_id=task, not_before=NOW - timedelta(days=days_ago))


def test_a_result_is_kept_seven_days_from_when_it_was_certainly_not_finished() -> None:
    one = waiting("a", 2)
    assert one.expires_at == NOW + timedelta(days=5)
    assert one.left(NOW) == timedelta(days=5)


@pytest.mark.parametrize(
    ("days_ago", "measured"), [(3.99, None), (4.0, 3.0), (5.5, 1.5), (6.99, 0.01), (7.0, 0.0), (9.0, -2.0)]
)
def test_with_three_days_left_there_is_an_alarm(days_ago: float, measured: float | None) -> None:
    found = alarm(waiting("t1", days_ago), NOW)
    assert (found.measured if found else None) == measured
    if found:
        assert (found.verdict, found.rule, found.unit) == (Verdict.ADVISED, "results.expiring", "d")
        assert "t1" in found.message.en and "t1" in found.message.zh
        assert ("may be deleted since" in found.message.en) == (days_ago >= 7)


def test_the_alarm_names_the_command_that_downloads_it() -> None:
    late = NOW - timedelta(days=5)
    single = alarm(Undelivered(task_id="t1", not_before=late), NOW)
    managed = alarm(Undelivered(task_id="t1", not_before=late, resumed="mediaprep jobs resume a-1"), NOW)
    assert single and single.fix and single.message.en.endswith(": mediaprep fetch t1 -o FILE")
    assert managed and managed.fix and managed.message.zh.endswith("：mediaprep jobs resume a-1")
    assert managed.fix.en == "mediaprep jobs resume a-1"


def test_a_stale_url_is_explained_by_the_seven_days_only_once_they_are_over() -> None:
    assert gone(None, NOW).en == gone(NOW - timedelta(days=6.9), NOW).en == ""
    assert "submitted on 2026-11-20" in gone(NOW - timedelta(days=8), NOW).en
