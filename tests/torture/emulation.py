"""The emulator under load, under kills and over time: a process of its own, raw HTTP, and its own account as the judge.

load      so many tasks are submitted and asked after until all have ended: tasks a second
kills     SIGKILL at seeded moments while clients submit: what a client was told is there afterwards, once, and ends
memory    so many tasks, one batch after the other: what each of them leaves in memory
"""

from __future__ import annotations

import argparse
import collections
import http.client
import json
import os
import random
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.emulator.conformance.raw_gateway import RawGateway
from tests.emulator.wire import send

ROOT: Final = Path(__file__).resolve().parents[2]
_OPTIONS: Final = ("--no-render", "--exclusive", "10000", "--audio", "10000", "--hours", "inf", "--any-key")
_CLIENTS: Final = 4
_UNREACHED: Final = (OSError, http.client.HTTPException, ValueError, KeyError)
_CALM: Final = lambda _: None  # noqa: E731


class Served:
    """An emulator in a process of its own, on one folder, at one address."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.line: dict[str, Any] = {}
        self.start()

    def start(self) -> None:
        """Returns when it is ready."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mediaprep", "emulator", "--data", str(self.folder), *_OPTIONS],
            stdout=subprocess.PIPE, text=True, cwd=ROOT,
        )  # fmt: skip
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], 120)
        assert ready, "no ready line"
        self.line = json.loads(self.process.stdout.readline())

    def kill(self) -> None:
        """SIGKILL: it cannot put anything in order."""
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()

    def gateway(self) -> RawGateway:
        """A client with a connection of its own."""
        return RawGateway(self.line["gateway"], self.line["appkey"], self.line["accesstoken"], pause=0.005)

    def account(self) -> list[dict[str, Any]]:
        """Every task that was accepted."""
        return send("GET", f"{self.line['control']}/account").json["tasks"]  # type: ignore[no-any-return]

    def cpu_seconds(self) -> float:
        """Processor time that it has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident(self) -> int:
        """Bytes of memory that it holds."""
        pages = Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")


def request(name: str) -> dict[str, Any]:
    """A small request whose text is its name."""
    return {"VirtualmanKey": "any", "InputSsml": name, "SpeechParam": {"Speed": 1.0}}


def through(served: Served, names: Sequence[str]) -> dict[str, str]:
    """Submits and asks after all of them, by several clients at once, until they have ended. How each did."""

    def part(own: Sequence[str]) -> dict[str, str]:
        gateway, tasks = served.gateway(), dict[str, str]()
        for name in own:
            told = gateway.call("basic", request(name))
            assert told.code == 0, told
            tasks[name] = told.payload["TaskId"]
        ended = {name: gateway.ended(task, "basic", 120)["Status"] for name, task in tasks.items()}
        gateway.close()
        return ended

    with ThreadPoolExecutor(_CLIENTS) as pool:
        parts = pool.map(part, [names[n::_CLIENTS] for n in range(_CLIENTS)])
        return {name: status for found in parts for name, status in found.items()}


@dataclass(frozen=True)
class Load:
    """How a load went: tasks a second from the first submit to the last end, and what each cost the emulator."""

    rate: float
    cpu_ms: float


def load(served: Served, tasks: int) -> Load:
    """Raises AssertionError for a task that did not succeed."""
    names, used, began = [f"load-{n}" for n in range(tasks)], served.cpu_seconds(), time.monotonic()
    ended = through(served, names)
    seconds = time.monotonic() - began
    assert set(ended.values()) == {"SUCCESS"}, collections.Counter(ended.values())
    assert len(ended) == tasks
    return Load(tasks / seconds, 1000 * (served.cpu_seconds() - used) / tasks)


@dataclass(frozen=True)
class Survived:
    """What came of kills: submits that were told a TaskId, and what is wrong ("": nothing)."""

    told: int
    wrong: str


def kills(served: Served, moments: int, seed: int, say: Callable[[str], None] = _CALM) -> Survived:
    """Kills at so many moments while clients submit, and starts again each time."""
    told: dict[str, str] = {}
    stop, chance = threading.Event(), random.Random(seed)

    def client(number: int) -> None:
        gateway, turn = served.gateway(), 0
        while not stop.is_set():
            name, turn = f"kill-{number}-{turn}", turn + 1
            try:
                answer = gateway.call("basic", request(name))
                if answer.code == 0:
                    told[name] = answer.payload["TaskId"]
            except _UNREACHED:
                time.sleep(0.01)

    threads = [threading.Thread(target=client, args=(n,)) for n in range(_CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        for moment in range(moments):
            before = len(told)
            while len(told) == before:  # a kill before which nobody was told anything proves little
                time.sleep(0.005)
            time.sleep(chance.expovariate(10.0))
            served.kill()
            served.start()
            if moment % 10 == 9:
                say(f"kills {moment + 1}/{moments}, told {len(told)}")
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    deadline = time.monotonic() + 120
    while any(row["finished_at"] is None for row in served.account()) and time.monotonic() < deadline:
        time.sleep(0.1)
    lines = [json.loads(line) for line in (served.folder / "account.jsonl").read_text().splitlines()]
    gateway = served.gateway()
    seen = {task: gateway.call("progress", {"TaskId": task}).payload.get("Status") for task in told.values()}
    return Survived(len(told), wrong_with(told, served.account(), lines, seen))


def wrong_with(
    told: Mapping[str, str],
    rows: Sequence[Mapping[str, Any]],
    lines: Sequence[Mapping[str, Any]],
    seen: Mapping[str, str | None],
) -> str:
    """What does not agree, "" for nothing: TaskIds that clients were `told` by name, the account's `rows` and `lines`,
    and how each task is `seen` at the progress call."""
    by_name = collections.defaultdict(list)
    for row in rows:
        by_name[row["text"]].append(row["task_id"])
    ends = collections.Counter(line["task_id"] for line in lines if line["event"] == "finished")
    wrong = {
        "lost or doubled": [name for name, task in told.items() if by_name[name] != [task]],
        "not ended well": [row["task_id"] for row in rows if row["state"] != "SUCCESS"],
        "ended twice": [task for task, count in ends.items() if count > 1],
        "not to be seen": [task for task, status in seen.items() if status != "SUCCESS"],
    }
    return "; ".join(f"{len(found)} {what} ({found[0]})" for what, found in wrong.items() if found)


def memory(served: Served, tasks: int, say: Callable[[str], None] = _CALM, *, warm: int = 1000) -> float:
    """Bytes that each task leaves in memory, behind the first `warm` ones."""
    step, done = max(1, min(1000, tasks // 4)), 0
    through(served, [f"warm-{n}" for n in range(warm)])
    first = served.resident()
    say(f"memory after {warm}: {first / 1e6:.1f} MB")
    while done < tasks:
        ended = through(served, [f"memory-{n}" for n in range(done, done + step)])
        assert set(ended.values()) == {"SUCCESS"}
        done += step
        say(f"memory after {warm + done}: {served.resident() / 1e6:.1f} MB")
    return (served.resident() - first) / done


def main(arguments: Sequence[str]) -> int:
    """The command line; 1 when something is wrong."""
    parser = argparse.ArgumentParser(prog="scripts/torture-emulator", description=__doc__)
    parser.add_argument("--tasks", type=int, default=1000, help="0: no load")
    parser.add_argument("--moments", type=int, default=50, help="0: no kills")
    parser.add_argument("--memory", type=int, default=9000, help="tasks behind the first 1000; 0: none")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    wrong = False
    with tempfile.TemporaryDirectory() as folder:
        for name in [name for name in ("tasks", "moments", "memory") if getattr(asked, name)]:
            served = Served(Path(folder) / name)
            try:
                if name == "tasks":
                    found = load(served, asked.tasks)
                    print(
                        f"load: {found.rate:.0f} tasks/s over {asked.tasks}, {found.cpu_ms:.1f} ms of CPU a task"
                    )
                elif name == "moments":
                    survived = kills(served, asked.moments, asked.seed, print)
                    print(
                        f"kills: {asked.moments}, told {survived.told}, wrong: {survived.wrong or 'nothing'}"
                    )
                    wrong |= bool(survived.wrong)
                else:
                    print(f"memory: {memory(served, asked.memory, print):.0f} bytes a task")
            finally:
                served.kill()
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
