"""What scripts/torture-batch runs: a manifest of jobs of all six endpoints, brought to its end while `run` is killed
again and again; then once more, unchanged. The emulated service's own account is the judge."""

from __future__ import annotations

import argparse
import collections
import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from mediaprep.model.paid.records import JobState
from mediaprep.submission.job.ambiguous import acceptable_until
from mediaprep.submission.ledger import Ledger
from tests.torture.batch import order
from tests.torture.paid.judging import Tally
from tests.torture.paid.shop import Service

_DONE_BY: Final = {"prepare": "prepared", "save": "saved", "finish": "finished"}
_ROUNDS: Final = 4
_ROUND_SECONDS: Final = 1200.0
_RUN: Final = ("run", "m.json", "--jobs=12", "--log-format=json", "--retry-failed=3")
"""A kill takes the gate along: what it was just sending ends short, and that task fails without being charged."""


def _gate() -> dict[str, str]:
    """Where inputs are served from, so that a submit whose answer was lost is undone, not waited for."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    return {"MEDIAPREP_GATE": f"http://127.0.0.1:{port}", "MEDIAPREP_GATE_LISTEN": f"127.0.0.1:{port}"}


class Batch:
    """A manifest of so many jobs, an emulated service, a ledger; `run` as often as it takes."""

    def __init__(self, folder: Path, service: Service, jobs: int) -> None:
        self.folder, self.service = folder, service
        self.asked = self.lost = 0  # jobs that an operator was asked of; of these, accepted by the service
        self.trace, self.ledger = folder / "trace.jsonl", folder / "ledger.db"
        order.make_files(folder)
        self.ids = order.make_manifest(folder / "m.json", jobs)
        clean = {
            name: value for name, value in os.environ.items() if not name.startswith(("MEDIAPREP_", "AWS_"))
        }
        self._environ = {
            **clean, **service.environ, "MEDIAPREP_LEDGER": str(self.ledger), "LANG": "C.UTF-8",
            "PYTHONPATH": str(Path(__file__).resolve().parents[3]), "XDG_CACHE_HOME": str(folder / "cache"),
            "XDG_STATE_HOME": str(folder / "state"), **_gate(),
        }  # fmt: skip

    @contextlib.contextmanager
    def running(self, *more: str) -> Iterator[subprocess.Popen[bytes]]:
        with (self.folder / "err.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.torture.batch.traced", str(self.trace), *_RUN, *more],
                cwd=self.folder, env=self._environ, stdout=log, stderr=log,
            )  # fmt: skip
            try:
                yield process
            finally:
                if process.poll() is None:
                    process.kill()
                process.wait()

    def to_the_end(self) -> dict[str, Any]:
        """What the process says of itself when it has ended by itself, and nobody is asked anything any more."""
        for _ in range(_ROUNDS):
            ends = time.monotonic() + _ROUND_SECONDS
            asked = 0
            with self.running() as process:
                while process.poll() is None and time.monotonic() < ends:
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        process.wait(2)
                    asked += self._answered()
            if not asked + self._answered():
                break
        return self.lines()[-1]

    def _answered(self) -> int:
        """An operator says what became of every submit that may have been accepted, as soon as its signature is too
        old for that: by the service's own account, with `jobs resolve`. Of how many jobs it was said."""
        with Ledger(self.ledger) as ledger:
            doubted = ledger.jobs(states=[JobState.AMBIGUOUS, JobState.REVIEW])
            doubted = tuple(row for row in doubted if acceptable_until(ledger, [row]) is None)
        tasks = {row["text"]: row["task_id"] for row in self.service.settled()} if doubted else {}
        said = 0
        for row in doubted:
            body = json.dumps(row.payload, ensure_ascii=False)
            task = next((task for text, task in tasks.items() if text and text in body), None)
            said += self._said(row.id, *(["--resubmit"] if task is None else ["--task-id", task]))
            self.lost += task is not None
        self.asked += said
        return said

    def _said(self, job: str, *what: str) -> bool:
        """False where a worker has the job in hand just now: it is said again."""
        command = [sys.executable, "-m", "mediaprep", "jobs", "resolve", job, *what]
        with (self.folder / "err.log").open("ab") as log:
            return not subprocess.call(command, cwd=self.folder, env=self._environ, stdout=log, stderr=log)

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.trace.read_text("utf-8").splitlines()]

    def moved(self) -> int:
        with Ledger(self.ledger) as ledger:
            return len(ledger.events())


def killed_again_and_again(batch: Batch, kills: int, seed: int) -> int:
    """So many kills at random moments while there is work; how many struck."""
    dice, struck = random.Random(seed), 0
    for _ in range(kills):
        with batch.running() as process:
            before = batch.moved() if batch.ledger.exists() else 0
            while process.poll() is None and (not batch.ledger.exists() or batch.moved() <= before):
                time.sleep(0.05)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(dice.uniform(0.0, 4.0))
            if process.poll() is not None:
                return struck
            process.send_signal(signal.SIGKILL)
            struck += 1
    return struck


def judge(batch: Batch, tally: Tally, kills: int) -> None:
    """By the service's account, the ledger's events and what was traced."""
    account = batch.service.settled()
    cut = sum(row["state"] == "FAIL" for row in account)
    charged = collections.Counter(row["text"] for row in account if row["charged"])
    tally.look(
        "charged once", len(charged) == len(batch.ids), f"{len(charged)} of {len(batch.ids)} were charged"
    )
    for text, times in charged.items():
        tally.look("charged once", times == 1, f"{text}: {times} times")
    full = [post for post in batch.service.posts() if "100008" in str(post["answer"])]
    tally.look("no quota answers", not full, f"{len(full)} submits were told 100008")
    rows = [json.loads(line) for line in (batch.folder / "m.results.jsonl").read_text("utf-8").splitlines()]
    for row in rows:
        tally.look("all done", row["state"] == "done" and Path(row["output"]).stat().st_size > 0, f"{row}")
    tally.look(
        "all done", [row["id"] for row in rows] == batch.ids, "the table has other jobs than the manifest"
    )
    repeated = _stages(batch, tally)
    tally.figure(
        f"{len(batch.ids)} jobs, {kills} kills: {len(account)} tasks accepted, {sum(charged.values())} charged, "
        f"{cut} failed uncharged because a kill cut their input off, "
        f"{sum(n > 1 for n in charged.values())} charged twice, {len(full)} times 100008; stages that were begun "
        f"again: {repeated}"
    )


def _stages(batch: Batch, tally: Tally) -> int:
    """No stage that was completed begins again; one that was interrupted begins once for each process."""
    with Ledger(batch.ledger) as ledger:
        done = {(event.job, event.name): event.at for event in reversed(ledger.events())}
    begun = collections.Counter[tuple[str, str]]()
    for line in batch.lines():
        if "stage" not in line:
            continue
        job, stage = line["job"], line["stage"]
        completed = done.get((job, _DONE_BY[stage]))
        tally.look(
            "completed stages",
            completed is None or line["at"] <= completed,
            f"{job}: {stage} began after it was done",
        )
        begun[job, stage] += 1
        begun[job, f"{stage} {line['pid']}"] += 1
        tally.look(
            "interrupted stages",
            begun[job, f"{stage} {line['pid']}"] == 1,
            f"{job}: {stage} twice by one run",
        )
    return sum(times - 1 for (_, name), times in begun.items() if name in _DONE_BY)


def batch(folder: Path, tally: Tally, *, jobs: int, kills: int, seed: int) -> None:
    """The whole of it."""
    folder.mkdir(parents=True, exist_ok=True)
    service = Service(folder / "service", exclusive=None, audio=0, speed="immediate")
    try:
        made = Batch(folder, service, jobs)
        began = time.monotonic()
        struck = killed_again_and_again(made, kills, seed)
        tally.look("kills", struck == kills, f"only {struck} of {kills} kills struck")
        last = made.to_the_end()
        tally.look("exit code", last.get("ended") == 0, f"{last}")
        tally.figure(f"brought to its end in {time.monotonic() - began:.0f} s")
        tally.look(
            "accepted tasks are known", not made.lost, f"{made.lost} in doubt although they were accepted"
        )
        tally.figure(f"{made.asked} never accepted, without evidence of it: an operator had them sent again")
        judge(made, tally, struck)
        if not kills:
            tally.figure(f"own processor time of the run: {1000 * last['cpu'] / jobs:.1f} ms a job")
        again = made.to_the_end()
        tally.look("nothing again", again.get("ended") == 0 and len(service.account()) >= jobs, f"{again}")
        judge(made, tally, struck)
        tally.figure(
            f"unchanged, again: {again['wall']:.2f} s of wall clock, {again['cpu']:.2f} s of processor"
        )
    finally:
        service.stop()


def main() -> int:
    """1 on any breach."""
    parser = argparse.ArgumentParser(prog="scripts/torture-batch", description=__doc__)
    parser.add_argument("--jobs", type=int, default=200)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="work in this folder, and leave it")
    asked = parser.parse_args()
    tally = Tally()
    with contextlib.ExitStack() as stack:
        folder = asked.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        batch(folder, tally, jobs=asked.jobs, kills=asked.kills, seed=asked.seed)
    for name, looked in tally.checked.items():
        broken = tally.breaches.get(name, [])
        print(f"{looked:>6} looked at  {len(broken)} broken  {name}")
        for what in broken[:8]:
            print(f"        ! {what}")
    print(f"{sum(tally.checked.values())} looked at, {tally.bad()} breaches")
    return 1 if tally.bad() else 0


if __name__ == "__main__":
    sys.exit(main())
