"""Downloads from an emulator that goes wrong on order: what arrives is whole, and nothing else lies about."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mediaprep.emulator.work import RenderedProduct, Work
from mediaprep.errors import GatewayError, Unreachable
from mediaprep.submission.download.download import Limits
from mediaprep.submission.job.watch import watch
from mediaprep.submission.wire.client import Gateway
from mediaprep.verbs.fetch import fetch
from mediaprep.verbs.submit import submit
from tests.emulator.wire import order
from tests.making import entries, make_video
from tests.submission.emulated import BASIC, Emulated, emulated

QUICK = Limits(attempts=3, total_seconds=30, read_seconds=5)


def render(work: Work) -> RenderedProduct:
    """Two seconds of picture and sound, no subtitles."""
    made = make_video(work.folder / "made.mp4", seconds=2, width=512, height=512)
    return RenderedProduct(media=made, seconds=2.0)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Emulated]:
    with emulated(tmp_path / "state", render=render) as here:
        yield here


def task_of(here: Emulated) -> str:
    """A task that has ended well."""
    request = {**BASIC, "VideoParam": {"Format": "Mp4"}}
    task = submit("basic", request, settings=here.settings).task_id
    watch(Gateway(here.settings), task, "basic", sleep=here.sleep)
    return task


def get(here: Emulated, task: str, folder: Path, limits: Limits = QUICK) -> Path:
    folder.mkdir(exist_ok=True)
    return fetch(task, folder / "r.mp4", settings=here.settings, sleep=here.sleep, limits=limits).path


@pytest.mark.parametrize(
    "rules",
    [
        [{"do": "cut", "first": 2}],
        [{"do": "cut", "bytes": 0, "first": 2}],
        [{"do": "cut", "first": 2}, {"do": "no-range"}],
        [{"do": "gzip", "first": 1}],
        [{"do": "no-length"}],
        [{"do": "no-length"}, {"do": "cut", "first": 1}],
        [{"do": "chunked"}],
        [{"do": "chunked"}, {"do": "cut", "first": 1}],
        [{"do": "corrupt", "first": 1}],
        [{"do": "stale", "first": 1}],
        [{"do": "status", "on": "download", "first": 2}],
        [{"do": "reset", "on": "download", "first": 2}],
        [{"do": "slow", "rate": 200_000}],
    ],
    ids=lambda rules: ", ".join(rule["do"] for rule in rules),
)
def test_the_result_arrives_whole_whatever_the_way_does(
    running: Emulated, tmp_path: Path, rules: list[dict[str, Any]]
) -> None:
    task = task_of(running)
    assert order(running.emulator, *rules).status == 200
    got = get(running, task, tmp_path / "out")
    assert [path.name for path in entries(got.parent)] == ["r.mp4"]
    order(running.emulator)
    url = Gateway(running.settings).progress(task, "basic").media_url
    with urllib.request.urlopen(url, timeout=5) as answer:
        assert got.read_bytes() == answer.read()


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ({"do": "corrupt"}, "does not decode|cannot be read"),
        ({"do": "gzip"}, "encoded"),
        ({"do": "stale"}, "HTTP 403|HTTP 404|HTTP 410"),
        ({"do": "cut", "bytes": 0}, r"\(0/\d+ bytes came\)"),
    ],
    ids=lambda given: given["do"] if isinstance(given, dict) else "",
)
def test_what_never_arrives_whole_is_not_kept(
    running: Emulated, tmp_path: Path, rule: dict[str, Any], says: str
) -> None:
    task = task_of(running)
    order(running.emulator, rule)
    with pytest.raises(GatewayError, match=says):
        get(running, task, tmp_path / "out")
    assert list(entries(tmp_path / "out")) == []


def test_what_a_slow_way_brought_is_there_for_the_next_call(running: Emulated, tmp_path: Path) -> None:
    task = task_of(running)
    order(running.emulator, {"do": "slow", "rate": 20_000})
    impatient = Limits(attempts=1, total_seconds=30, window_seconds=0.5, least_bytes_per_second=1e9)
    with pytest.raises(Unreachable, match=r"the next try goes on there\): slower than"):
        get(running, task, tmp_path / "out", impatient)
    order(running.emulator)
    assert len(list(entries(tmp_path / "out"))) == 2, "the part and its origin"
    got = get(running, task, tmp_path / "out")
    assert [path.name for path in entries(got.parent)] == ["r.mp4"]
