"""When the work of many jobs is done: places are never exceeded, and nobody waits while one is free."""

from __future__ import annotations

import pytest

from mediaprep.preflight.queue_schedule import CPU, QueueStage, Span, render_seconds, schedule

PLACES = {"video": 5, "tts": 1, "ppt": 1, CPU: 2}


def at_once(spans: list[Span], moment: float) -> int:
    return sum(span.begins <= moment < span.ends for span in spans)


@pytest.mark.parametrize(
    ("resource", "jobs", "whole"), [("video", 12, 30.0), ("tts", 3, 30.0), ("ppt", 1, 10.0), (CPU, 5, 30.0)]
)
def test_places_are_filled_and_never_exceeded(resource: str, jobs: int, whole: float) -> None:
    found = schedule([[QueueStage(resource=resource, seconds=10.0)]] * jobs, PLACES)
    spans = [span for job in found for span in job]
    assert max(span.ends for span in spans) == whole
    for span in spans:
        assert at_once(spans, span.begins) <= PLACES[resource]
        assert span.begins == 0.0 or at_once(spans, span.begins - 0.1) == PLACES[resource]


def test_stages_of_a_job_follow_each_other_and_empty_ones_take_no_place() -> None:
    job = [
        QueueStage(resource=CPU, seconds=0.0),
        QueueStage(resource="tts", seconds=4.0),
        QueueStage(resource=CPU, seconds=3.0),
    ]
    first, second = schedule([job, job], PLACES)
    assert [(span.begins, span.ends) for span in first] == [(0.0, 0.0), (0.0, 4.0), (4.0, 7.0)]
    assert [(span.begins, span.ends) for span in second] == [(0.0, 0.0), (4.0, 8.0), (8.0, 11.0)]


def test_jobs_of_two_quotas_do_not_wait_for_each_other() -> None:
    found = schedule(
        [[QueueStage(resource="tts", seconds=60.0)], [QueueStage(resource="video", seconds=5.0)], []], PLACES
    )
    assert found[1][0].ends == 5.0 and found[2] == ()


@pytest.mark.parametrize(
    ("endpoint", "request_", "seconds"),
    [
        ("photo", {}, 200.0), ("photo", {"VideoParam": {"Resolution": 1}}, 400.0), ("basic", {}, 10.0),
        ("advanced", {"VideoParam": {"ShowSubtitles": True}}, 22.5), ("advanced", {}, 15.0),
    ],
)  # fmt: skip
def test_rendering_takes_as_long_as_the_docs_say_and_longer_with_more(
    endpoint: str, request_: dict[str, object], seconds: float
) -> None:
    assert render_seconds(endpoint, request_, 10.0) == pytest.approx(seconds)
