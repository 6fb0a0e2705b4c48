"""Finishing wishes against the length to come: certain misfits refused, likely ones advised, the rest later."""

from pathlib import Path
from typing import Any

import pytest

from mediaprep.model.findings import Verdict
from mediaprep.model.finishing.scenery import SceneryWish
from mediaprep.model.finishing.wishes import Finishing
from mediaprep.model.paid.manifest import Job
from mediaprep.preflight.finishing_limits import Beside, Expected, judge

GUESSED, HEARD = Expected(seconds=10.0, exact=False), Expected(seconds=10.0, exact=True)
SHORT, LONG = Beside(role="head", name="h.mp4", seconds=1.5), Beside(role="tail", name="t.mp4", seconds=6.0)
A, R = ("advised",), ("refused",)


def told(
    main: Expected | None, clips: tuple[Beside, ...] = (), crossfade: float = 0.0, **scenery: Any
) -> list[str]:
    wish = SceneryWish(**scenery) if scenery else None
    job = Job(
        id="a",
        endpoint="basic",
        request={},
        output=Path("a.mp4"),
        finish=Finishing(crossfade=crossfade, scenery=wish),
    )
    found = judge(job, main, clips)
    assert all(finding.fix and finding.message.zh != finding.message.en for finding in found)
    return [f"{finding.verdict} {finding.rule.removeprefix('basic.finish.')}" for finding in found]


@pytest.mark.parametrize(
    ("main", "wish", "wanted"),
    [
        # chapters: (10 s by estimate may become 16.5, 10 s heard become 10.5)
        (GUESSED, {"marks": ((9.9, "x"),)}, []), (GUESSED, {"marks": ((10.0, "x"),)}, ["advised chapter"]),
        (GUESSED, {"marks": ((16.4, "x"),)}, ["advised chapter"]),
        (GUESSED, {"marks": ((16.5, "x"),)}, ["refused chapter"]),
        (HEARD, {"marks": ((9.9, "x"),)}, []), (HEARD, {"marks": ((10.2, "x"),)}, ["advised chapter"]),
        (HEARD, {"marks": ((10.5, "x"),)}, ["refused chapter"]), (None, {"marks": ((900.0, "x"),)}, []),
        (HEARD, {"marks": ((1.0, "x"), (99.0, "y"), (100.0, "z"))}, ["refused chapter"] * 2),
        # fades: at most half of the whole
        (GUESSED, {"fade_in": 5.0}, []), (GUESSED, {"fade_in": 5.1}, ["advised fade"]),
        (GUESSED, {"fade_out": 8.3}, ["refused fade"]),
        (HEARD, {"fade_out": 5.2}, ["advised fade"]), (HEARD, {"fade_in": 5.3, "fade_out": 5.3}, ["refused fade"] * 2),
        (None, {"fade_in": 9.0}, []),
        (HEARD, {"fade_in": 8.0, "clips": (LONG,)}, []), (HEARD, {"fade_in": 8.5, "clips": (LONG,)}, ["refused fade"]),
        # crossfades: no clip shorter than two of them
        (HEARD, {"crossfade": 0.7, "clips": (SHORT,)}, []),
        (HEARD, {"crossfade": 0.8, "clips": (SHORT,)}, ["refused crossfade"]),
        (None, {"crossfade": 0.8, "clips": (SHORT,)}, ["refused crossfade"]), (HEARD, {"crossfade": 9.0}, []),
        (GUESSED, {"crossfade": 3.0, "clips": (LONG,)}, []),
        (Expected(seconds=4.0, exact=False), {"crossfade": 3.0, "clips": (LONG,)}, ["advised crossfade"]),
        (Expected(seconds=1.0, exact=True), {"crossfade": 3.0, "clips": (LONG,)}, ["refused crossfade"]),
    ],
)  # fmt: skip
def test_a_wish_is_refused_only_where_no_length_within_reason_fits(
    main: Expected | None, wish: dict[str, Any], wanted: list[str]
) -> None:
    assert told(main, **wish) == wanted


def test_an_estimate_says_that_it_is_one() -> None:
    job = Job(
        id="a", endpoint="deck", request={}, output=Path("a.mp4"),
        finish=Finishing(scenery=SceneryWish(marks=((99.0, "End"),))),
    )  # fmt: skip
    (guessed,), (heard,) = judge(job, GUESSED, ()), judge(job, HEARD, ())
    assert "by estimate" in guessed.message.en and "预计" in guessed.message.zh
    assert "estimate" not in heard.message.en
    assert (guessed.rule, guessed.verdict) == ("ppt.finish.chapter", Verdict.REFUSED)
