"""Each figure of each platform: what just holds passes, its neighbours do not, and what is not known says so."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from mediaprep.errors import BadConfig
from mediaprep.finishing.wishes.platform_wishes import for_platform
from mediaprep.model.facts import ABSENT
from mediaprep.model.findings import Finding, Text, Verdict
from mediaprep.model.finishing.platforms import (
    MEASURES,
    MISSING,
    PLATFORMS,
    PRESENT,
    PlatformFigure,
    platform_named,
)
from mediaprep.model.finishing.receipts import CaptionMark, Evidence, Shape, ShownMark
from mediaprep.model.finishing.scenery import SceneryWish
from mediaprep.model.finishing.wishes import Finishing
from mediaprep.preflight import platform_rules
from mediaprep.preflight.rulebook import rulebook

FIGURES = [(one, name) for one in PLATFORMS.values() for name in MEASURES]


def neighbours(name: str, figure: PlatformFigure) -> Iterator[tuple[object, bool]]:
    """Values and whether they hold."""
    for word in figure.choices:
        yield word, True
        yield f"{word}x", False
    step = 1 if name in {"size_bytes", "shorter_side"} else 0.002
    for edge, outwards in ((figure.low, -step), (figure.high, step)):
        if edge is not None:
            yield edge, True
            yield edge - outwards, True
            yield edge + outwards, False


@pytest.mark.parametrize(("platform", "name"), FIGURES, ids=lambda it: getattr(it, "name", it))
def test_a_figure_holds_to_the_last_step_and_not_beyond(platform, name: str) -> None:  # type: ignore[no-untyped-def]
    figure = platform.figures[name]
    everything_else = dict.fromkeys(MEASURES, ABSENT)

    def judged(value: object) -> list[Finding]:
        return list(
            platform_rules.judge(platform, {**everything_else, name: value}, {name: Text("why", "因")})
        )

    cases = list(neighbours(name, figure))
    assert bool(cases) == figure.known
    for value, holds in cases:
        found = judged(value)
        assert (found == []) is holds, value
        for one in found:
            hard = Verdict.REFUSED if figure.hard and name != "size_bytes" else Verdict.ADVISED
            assert one.rule == f"platform.{platform.name}.{name}" and one.verdict is hard
            assert one.message.en and re.search("[\u4e00-\u9fff]", one.message.zh) and one.fix is not None
    (unmeasured,) = judged(None)
    assert unmeasured.verdict is Verdict.UNKNOWN
    assert ("why" in unmeasured.message.en) is figure.known
    rule = rulebook.find(f"platform.{platform.name}.{name}")
    assert (figure.date in rule.source) == ("advice of ours" not in rule.source)
    assert figure.source or "none found" in rule.source


def test_twice_the_size_is_refused_where_the_platform_refuses() -> None:
    (found,) = platform_rules.judge(
        PLATFORMS["douyin"], {**dict.fromkeys(MEASURES, ABSENT), "size_bytes": 8 * 10**9}, {}
    )
    assert found.verdict is Verdict.REFUSED and "4GB" in found.message.zh


@pytest.mark.parametrize(
    ("said", "name"),
    [("抖音", "douyin"), ("Douyin", "douyin"), ("视频号", "channels"), ("快手", "kuaishou"), ("b站", "bilibili"),
     ("小红书", "xiaohongshu"), (" YouTube Shorts ", "shorts")],
)  # fmt: skip
def test_a_platform_is_known_by_its_names(said: str, name: str) -> None:
    assert platform_named(said).name == name
    with pytest.raises(BadConfig, match="choose one of"):
        platform_named(f"{said}x")


def test_a_platform_sets_what_nobody_wished() -> None:
    wish = for_platform(Finishing(platform="douyin"))
    assert wish.loudness == "web" and wish.scenery == SceneryWish(reframe="9:16", size="1080x1920")
    own = for_platform(
        Finishing(platform="shorts", loudness="ebu", scenery=SceneryWish(reframe="1:1", fade_in=1))
    )
    assert own.loudness == "ebu" and own.scenery == SceneryWish(reframe="1:1", fade_in=1)
    assert for_platform(wish) == wish and for_platform(Finishing()) == Finishing()


def test_edges_are_free_up_to_the_nearest_caption_and_the_mark() -> None:
    shape = Shape(
        codec="h264", width=1080, height=1920, fps="25", frames=50, seconds=2.0, sample_rate=48000,
        channels=2, streams=(),
    )  # fmt: skip
    mark = ShownMark(text="AI生成", box=(108, 192, 540, 300), frames=(0,), cover=b"", ink=b"")
    row = bytes(480)
    drawn = row + bytes(100) + b"\x50" * 332 + bytes(48) + row
    caption = CaptionMark(text="一", shown=(0,), hidden=(1,), first_row=200, end_row=203, pattern=drawn)
    assert platform_rules.free_edges(Evidence(shape=shape)) == (1.0, 1.0, 1.0)
    assert platform_rules.free_edges(Evidence(shape=shape, burnt=1)) is None
    both = platform_rules.free_edges(Evidence(shape=shape, burnt=1, captions=(caption,), mark=mark))
    assert both == pytest.approx((0.1, 68 / 270, 0.1))
    assert {PRESENT, MISSING} == {"present", "missing"}
