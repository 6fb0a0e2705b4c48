# ruff: noqa: ARG001, ARG002  (what a protocol gives and this does not need)
"""A day of 100,000 jobs on a clock that is moved: the real ledger, worker and quotas, a service that only counts.

    .venv/bin/python scripts/benchmarks/day.py [--jobs 100000] [--places 100] [--until 2000] [--seconds 60]

No rendering and no network: what is measured is what a job costs us besides (processor time, memory), and whether
more tasks than places were ever under way or turned away. `--until` ends after so many jobs, all rows present.
"""

from __future__ import annotations

import argparse
import hashlib
import heapq
import json
import resource
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mediaprep.config import Settings
from mediaprep.contract.endpoints import get
from mediaprep.contract.progress import Progress, Status
from mediaprep.errors import Rejected
from mediaprep.model.findings import Text
from mediaprep.model.paid.gateways import GatewayKind
from mediaprep.model.paid.records import JobRow, JobState, NewJob, Ready
from mediaprep.submission.job.stage_protocol import Policy, Product, Saved
from mediaprep.submission.job.worker import Worker
from mediaprep.submission.ledger import Ledger
from mediaprep.submission.wire.client import Gateway, SignedRequest

_REQUEST = {"VirtualmanKey": "k" * 32, "InputSsml": "大家好。", "SpeechParam": {"Speed": 1.0}}
_OVER_QUOTA = 100008


class Clock:
    """Seconds since 1970, moved by whoever waits."""

    def __init__(self) -> None:
        self.now = 1.8e9

    def __call__(self) -> float:
        return self.now


class CountingService(Gateway):
    """Makes every task in `seconds`, if it has a place for it."""

    def __init__(self, settings: Settings, clock: Clock, places: int, seconds: float) -> None:
        super().__init__(settings, clock=clock)
        self.places, self.seconds, self.moved = places, seconds, clock
        self.ends: dict[str, float] = {}
        self.running: list[float] = []
        self.most = self.turned_away = self.accepted = 0

    def kind(self) -> GatewayKind:
        return GatewayKind.REAL

    def task_of(self, signed: SignedRequest) -> str:
        while self.running and self.running[0] <= self.moved.now:
            heapq.heappop(self.running)
        if len(self.running) >= self.places:
            self.turned_away += 1
            raise Rejected("over quota", "配额已满", code=_OVER_QUOTA)
        self.accepted += 1
        task = f"{self.accepted:032x}"
        heapq.heappush(self.running, self.moved.now + self.seconds)
        self.ends[task] = self.moved.now + self.seconds
        self.most = max(self.most, len(self.running))
        return task

    def progress(self, task_id: str, endpoint: str = "progress") -> Progress:
        if self.moved.now < self.ends[task_id]:
            return Progress(Status=Status.MAKING)
        self.ends.pop(task_id)
        return Progress(Status=Status.SUCCESS, MediaUrl="https://results.example/x.mp4", Duration=60_000)


class BareStages:
    """Nothing is made: a product is one small file."""

    def __init__(self, product: Path) -> None:
        self.product = product
        self.sha256 = hashlib.sha256(product.read_bytes()).hexdigest()

    def prepare(self, job: JobRow, tell: Callable[[str, Text], None]) -> Ready:
        return Ready(payload=_REQUEST, seconds=60.0)

    def trace(self, job: JobRow) -> Path | None:
        return None

    def save(self, job: JobRow, product: Product, tell: Callable[[str, Text], None]) -> Saved:
        return Saved(path=self.product, sha256=self.sha256)

    def finish(self, job: JobRow, tell: Callable[[str, Text], None]) -> Mapping[str, Any]:
        return {"output": self.product, "sha256": self.sha256}


def day(folder: Path, *, jobs: int, places: int, seconds: float, until: int) -> dict[str, Any]:
    """The day, and what it took."""
    clock, product = Clock(), folder / "product"
    product.write_bytes(b"product")
    environ = {"MEDIAPREP_APPKEY": "appkey-of-nobody", "MEDIAPREP_ACCESSTOKEN": "token-of-nobody"}
    service = CountingService(Settings.load({}, environ), clock, places, seconds)
    policy = Policy(allow_ungated=True, rate=1e9)
    with Ledger(folder / "day.db", clock=clock) as ledger:
        for first in range(0, jobs, 5000):
            ledger.enqueue_all(_job(n, service, places) for n in range(first, min(first + 5000, jobs)))
        worker = Worker(
            ledger=ledger,
            gateway=service,
            stages=BareStages(product),
            policy=policy,
            clock=clock,
            jitter=lambda: 0.5,
        )
        began, spent = clock.now, time.process_time()
        done = 0

        def heard(job: JobRow, kind: str, text: Text) -> None:
            nonlocal done
            done += kind == "finish" and text.en == "done"

        worker.tell = heard
        memory = [_megabytes()]
        while done < until and (pause := worker.step()) is not None:
            clock.now += pause
            if done // max(until // 10, 1) >= len(memory):
                memory.append(_megabytes())
        lost = ledger.jobs(states=[JobState.REVIEW, JobState.FAILED, JobState.REFUSED])
    return {
        "jobs": jobs, "done": done, "places": places, "most_at_once": service.most,
        "turned_away": service.turned_away, "accepted": service.accepted, "lost": len(lost),
        "cpu_ms_per_job": round(1000 * (time.process_time() - spent) / max(done, 1), 2),
        "hours_of_clock": round((clock.now - began) / 3600, 2),
        "busy": round(done * seconds / places / max(clock.now - began, 1), 3),
        "megabytes": [round(one) for one in memory],
    }  # fmt: skip


def _job(number: int, service: Gateway, places: int) -> NewJob:
    return NewJob(
        id=f"j{number}", name=f"j{number}", endpoint="basic", base_url=service.base_url, digest=f"d{number}",
        spec={"version": 1}, quota=f"a:{get('basic').quota}", places=places,
    )  # fmt: skip


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--jobs", type=int, default=100_000)
    asked.add_argument("--places", type=int, default=100)
    asked.add_argument("--seconds", type=float, default=60.0)
    asked.add_argument("--until", type=int)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="mediaprep-day-") as folder:
        told = day(
            Path(folder), jobs=given.jobs, places=given.places, seconds=given.seconds,
            until=given.until or given.jobs,
        )  # fmt: skip
    print(json.dumps(told))


if __name__ == "__main__":
    main()
