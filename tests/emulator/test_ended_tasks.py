"""Tasks that have ended leave memory and stay known; the account lies on disk and is read when somebody asks."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from mediaprep.emulator import ended_tasks
from mediaprep.emulator.account import charges
from mediaprep.emulator.account.charges import ChargeLog
from mediaprep.emulator.options import Options
from mediaprep.emulator.server import Emulator
from tests.emulator.conftest import Start, tiny
from tests.emulator.wire import account, call, finish, progress, send, submit

BASIC = {
    "VirtualmanKey": "k3dda2d3b56f4ec89778f2e032c2e294", "InputSsml": "你好", "SpeechParam": {"Speed": 1.0},
    "VideoParam": {"Format": "Mp4"},
}  # fmt: skip


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ended_tasks, "_KEPT", 2)


def test_tasks_beyond_those_in_memory_answer_as_before(start: Start, tmp_path: Path) -> None:
    emulator = start(data=tmp_path, exclusive=50)
    tasks = [submit(emulator, "basic", {**BASIC, "InputSsml": f"你好 {n}"}) for n in range(9)]
    first = [finish(emulator, task) for task in tasks]
    assert [progress(emulator, task) for task in tasks] == first
    assert len(emulator._tasks._ended._latest) == 2
    assert all(send("GET", found["MediaUrl"]).status == 200 for found in first)
    rows = {row["task_id"]: row for row in account(emulator)}
    assert list(rows) == tasks and {row["state"] for row in rows.values()} == {"SUCCESS"}
    before = {task: rows[task]["polls"] for task in tasks}
    progress(emulator, tasks[0])
    after = {row["task_id"]: row["polls"] for row in account(emulator)}
    assert after == {**before, tasks[0]: before[tasks[0]] + 1}
    assert send("GET", f"{emulator.control}/health").json["tasks"] == 9


def test_of_what_is_no_task_nothing_is_looked_for(start: Start, tmp_path: Path) -> None:
    emulator = start(data=tmp_path)
    finish(emulator, submit(emulator, "basic", BASIC))
    (tmp_path / "outside").mkdir()
    for name in (
        "../outside",
        "..",
        ".",
        "",
        "0" * 31,
        "G" * 32,
        "0" * 32,
        "/etc/passwd",
        "0" * 33,
        "a\x00b",
    ):
        assert call(emulator, "progress", {"TaskId": name}).code in {110006, 100001}, name


def test_a_reset_forgets_those_on_disk_too(start: Start, tmp_path: Path) -> None:
    emulator = start(data=tmp_path, exclusive=50)
    tasks = [submit(emulator, "basic", {**BASIC, "InputSsml": f"你好 {n}"}) for n in range(5)]
    for task in tasks:
        finish(emulator, task)
    send("POST", f"{emulator.control}/reset")
    assert [call(emulator, "progress", {"TaskId": task}).code for task in tasks] == [110006] * 5
    assert list((tmp_path / "tasks").iterdir()) == []


def test_tasks_of_an_earlier_version_are_known_after_a_restart(start: Start, tmp_path: Path) -> None:
    with Emulator(Options(data=tmp_path, exclusive=50), render=tiny) as first:
        tasks = [submit(first, "basic", {**BASIC, "InputSsml": f"你好 {n}"}) for n in range(4)]
        ended = [finish(first, task) for task in tasks]
    for task in tasks:  # as they were written once
        for name, keys in (("task.json", ("endpoint", "accepted_at")), ("outcome.json", ("finished_at",))):
            path = tmp_path / "tasks" / task / name
            kept = json.loads(path.read_text())
            path.write_text(json.dumps({key: value for key, value in kept.items() if key not in keys}))
    second = start(data=tmp_path, exclusive=50)
    assert [progress(second, task) for task in tasks] == ended


def test_the_account_is_in_memory_only_while_somebody_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = ChargeLog(tmp_path / "account.jsonl", durable=True)
    for number in range(3):
        log.accepted(f"{number}", "basic", 1.0, {"InputSsml": "x"})
    assert log._view is None
    assert [row["task_id"] for row in log.rows()] == ["0", "1", "2"]
    log.finished("1", 2.0, "SUCCESS", 1.5, charged=True, deducted=1.5)
    assert log._view is not None and log.rows()[1]["state"] == "SUCCESS" and log.deducted() == 1.5
    monkeypatch.setattr(charges, "_IDLE_SECONDS", 0.0)
    time.sleep(0.01)
    log.accepted("3", "basic", 3.0, {})
    assert log._view is None
    assert len(log.rows()) == 4
    log.sync()
    log.close()
    assert len(log.rows()) == 4


def test_lines_that_many_wait_for_are_synced_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os
    import threading

    syncs: list[int] = []

    def slow(number: int) -> None:
        syncs.append(number)
        time.sleep(0.1)

    monkeypatch.setattr(os, "fsync", slow)
    log = ChargeLog(tmp_path / "account.jsonl", durable=True)

    def accept(number: int) -> None:
        log.accepted(f"{number}", "basic", 1.0, {})
        log.sync()

    threads = [threading.Thread(target=accept, args=(n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 <= len(syncs) <= 5
    log.sync()
    assert len(syncs) <= 5  # nothing new, nothing to do
    log.close()
