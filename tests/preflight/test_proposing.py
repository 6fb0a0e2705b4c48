"""Parameters chosen from what is seen in footage."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from mediaprep.contract.minimal import footage
from mediaprep.model.facts import VideoFacts
from mediaprep.model.results.proposals import ProposedValue
from mediaprep.preflight import proposing
from mediaprep.preflight.proposing import FaceSample

KINDS: dict[str, dict[str, float | None]] = {
    "no_face": {"yaw": None}, "profile": {"yaw": 60.0, "pitch": 0.0}, "nodding": {"yaw": 0.0, "pitch": 30.0},
}  # fmt: skip


def seen(seconds: float, *bad: tuple[str, float, float]) -> list[FaceSample]:
    """25 pictures a second from the front, but for these stretches."""
    made = []
    for number in range(round(seconds * 25)):
        at = number / 25
        kind = next((kind for kind, start, end in bad if start <= at < end), None)
        made.append(FaceSample(seconds=at, **(KINDS[kind] if kind else {"yaw": 2.0, "pitch": 1.0})))  # type: ignore[arg-type]
    return made


def facts(seconds: float, **changes: Any) -> VideoFacts:
    made = footage(size=changes.get("size", (1280, 720)), fps=changes.get("fps", 25.0), bitrate=4_000_000)
    return replace(made, seconds=seconds)


def chosen(
    samples: Sequence[FaceSample], needed: float | None, *, people: int = 1, **changes: Any
) -> dict[str, Any]:
    made: list[ProposedValue] = list(
        proposing.choices(facts(len(samples) / 25, **changes), samples, needed, people=people)
    )
    assert all(one.why.en and one.why.zh for one in made)
    return {one.parameter.removeprefix("VideoParam."): one.value for one in made}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("start", "end"), [(0.0, 0.52), (3.0, 4.0), (9.2, 10.0)])
def test_stretches_are_found_with_their_borders(kind: str, start: float, end: float) -> None:
    (one,) = proposing.timeline(seen(10.0, (kind, start, end)))
    assert one.kind == kind
    assert one.start == pytest.approx(start, abs=0.05) and one.end == pytest.approx(end, abs=0.05)


def test_a_blink_is_none_and_two_with_a_blink_between_are_one() -> None:
    assert proposing.timeline(seen(10.0, ("no_face", 3.0, 3.4))) == ()
    (one,) = proposing.timeline(seen(10.0, ("profile", 3.0, 3.5), ("profile", 3.6, 4.1)))
    assert (one.start, one.end) == pytest.approx((3.0, 4.1), abs=0.05)


def test_the_best_part_is_taken_where_it_is_long_enough() -> None:
    found = chosen(seen(12.0, ("no_face", 1.0, 3.0), ("profile", 8.0, 9.0)), 4.0)
    assert found["MakeType"] == "Custom" and "DisableIntervals" not in found
    assert 3.0 <= found["StartTime"] <= 3.2 and found["EndTime"] - found["StartTime"] == pytest.approx(4.3)


@pytest.mark.parametrize("needed", [None, 9.9, 30.0])
def test_where_all_of_it_is_needed_the_mouth_is_left_alone(needed: float | None) -> None:
    found = chosen(seen(10.0, ("no_face", 1.0, 3.0), ("profile", 8.0, 9.0)), needed)
    assert "MakeType" not in found
    assert found["DisableIntervals"] == [
        {"StartTime": pytest.approx(1.0, abs=0.05), "EndTime": pytest.approx(3.0, abs=0.05)},
        {"StartTime": pytest.approx(8.0, abs=0.05), "EndTime": pytest.approx(9.0, abs=0.05)},
    ]
    assert ("VideoLoop" in found) is (needed == 30.0)


def test_at_most_five_intervals_in_the_order_of_time() -> None:
    bad = [("no_face", float(at), at + 0.8) for at in (1, 4, 6, 9, 12, 15, 18)]
    samples = seen(20.0, *bad)
    found = chosen(samples, None)["DisableIntervals"]
    assert len(found) == 5
    assert all(one["EndTime"] <= other["StartTime"] for one, other in itertools.pairwise(found))
    for _, start, end in bad:
        assert any(one["StartTime"] <= start + 0.05 and end - 0.05 <= one["EndTime"] for one in found)
    assert (
        proposing.cuts(
            proposing.timeline(samples), list(proposing.choices(facts(20.0), samples, None, people=1))
        )
        == ()
    )


def test_good_footage_asks_for_nothing_special() -> None:
    assert chosen(seen(10.0), 8.0) == {"ConcurrencyType": "Shared"}


@pytest.mark.parametrize(
    ("changes", "name", "value"),
    [
        ({"size": (3840, 2160)}, "ConcurrencyType", "Exclusive"), ({"size": (1440, 2560)}, "ConcurrencyType", "Shared"),
        ({"fps": 29.97}, "VideoParametersConsistent", 1), ({"fps": 50.0}, "VideoParametersConsistent", None),
        ({"fps": 24.0}, "VideoParametersConsistent", None),
    ],
)  # fmt: skip
def test_what_the_file_is_decides_the_rest(changes: dict[str, Any], name: str, value: object) -> None:
    assert chosen(seen(10.0), 8.0, **changes).get(name) == value


def test_of_several_people_only_one_may_speak() -> None:
    assert chosen(seen(10.0), 8.0, people=3)["FaceMatchMode"] == "Strict"
