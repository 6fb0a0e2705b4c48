"""progress: one look, at the query that made the task."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mediaprep.config import Settings
from mediaprep.errors import BadConfig, Rejected
from mediaprep.verbs.progress import progress
from mediaprep.verbs.submit import submit
from tests.submission.emulated import TTS, Emulated, emulated, known_task
from tests.submission.fake_gateway import FakeGateway, accepts, fake_gateway, refuses


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Emulated]:
    with emulated(tmp_path, speed="polls:2") as here:
        yield here


def test_a_task_is_looked_at_where_it_was_submitted(running: Emulated) -> None:
    task = submit("tts", TTS, settings=running.settings).task_id
    first = progress(task, settings=running.settings)
    assert (first.task_id, first.endpoint) == (task, "tts")
    assert first.status in ("COMMIT", "MAKING")
    for _ in range(100):
        last = progress(task, settings=running.settings)
        if last.status == "SUCCESS":
            break
        running.sleep(0.1)
    assert last.status == "SUCCESS"
    assert last.seconds == pytest.approx(0.5, abs=0.1)
    assert last.media_url is not None
    assert last.ahead is None
    assert "http" not in repr(last)


def test_a_failed_task_comes_with_meaning_and_remedy(running: Emulated) -> None:
    task = submit("tts", {**TTS, "InputSsml": "这次会失败"}, settings=running.settings).task_id
    for _ in range(100):
        last = progress(task, settings=running.settings)
        if last.status == "FAIL":
            break
        running.sleep(0.1)
    assert last.fail_code == 801404
    assert last.fail_meaning is not None
    assert "voice service" in last.fail_meaning.en
    assert last.fail_remedy is not None


def settings_for(fake: FakeGateway, tmp_path: Path) -> Settings:
    named = {"base_url": fake.url, "appkey": "some-appkey", "accesstoken": "some-token"}
    return Settings.load({**named, "ledger": f"{tmp_path}/j"}, {})


def test_a_task_of_unknown_origin_is_looked_for_at_both_queries(tmp_path: Path) -> None:
    with fake_gateway(refuses(110006), accepts({"Status": "COMMIT"})) as fake:
        seen = progress("t1", settings=settings_for(fake, tmp_path))
    assert [request.path.split("/")[3] for request in fake.seen] == ["videomaker", "mediaproduction"]
    assert (seen.endpoint, seen.status, seen.ahead) == ("ppt_progress", "COMMIT", None)
    with fake_gateway(refuses(110006)) as fake, pytest.raises(Rejected) as caught:
        progress("t1", settings=settings_for(fake, tmp_path))
    assert caught.value.code == 110006


def test_another_refusal_is_not_taken_for_a_missing_record(tmp_path: Path) -> None:
    with fake_gateway(refuses(100005)) as fake, pytest.raises(Rejected):
        progress("t1", settings=settings_for(fake, tmp_path))
    assert len(fake.seen) == 1


def test_the_place_in_the_queue_is_told(tmp_path: Path) -> None:
    with fake_gateway(accepts({"Status": "COMMIT", "ArrayCount": 4, "Progress": 55})) as fake:
        assert progress("t1", settings=settings_for(fake, tmp_path)).ahead == 4


@pytest.mark.parametrize("task", ["", "../../etc/passwd", "a b", "x" * 65, "任务"])
def test_what_is_no_task_id_is_refused(running: Emulated, task: str) -> None:
    with pytest.raises(BadConfig, match="TaskId"):
        progress(task, settings=running.settings)


def test_a_task_of_another_gateway_is_not_asked_for_here(running: Emulated, tmp_path: Path) -> None:
    elsewhere = replace(running.settings, ledger=str(tmp_path / "other.db"))
    known_task(elsewhere, "task-1", endpoint="tts", base_url="https://gw.tvs.qq.com", request={})
    with pytest.raises(BadConfig, match=r"gw\.tvs\.qq\.com"):
        progress("task-1", settings=elsewhere)
