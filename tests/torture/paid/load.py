"""Many jobs at once, and a clock that runs fast."""

from __future__ import annotations

import json
import os
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Final

from mediaprep.model.paid.records import JobState
from tests.torture.paid.judging import Tally, judge
from tests.torture.paid.orders import LEASE, QUICK, Dial, mixed
from tests.torture.paid.shop import Shop, killed, shop

S = JobState
_DAY: Final = 86400.0
_TICK_SECONDS: Final = 200.0  # of the service's clock at once: a signature is good for 300
_GROWTH: Final = 1.15
_SPARE_BYTES: Final = 6 << 20
_SPARE_FILES: Final = 10


def load(folder: Path, tally: Tally, *, jobs: int = 2000, processes: int = 2, threads: int = 4) -> None:
    """So many queued jobs and 8 workers: memory and descriptors, how long a move of the ledger takes, and how soon
    the jobs of a killed process are held by others."""
    with shop(folder) as paid:
        kinds = [kind for kind in mixed(jobs + jobs // 4) if kind != "ppt"][:jobs]
        began = time.monotonic()
        for first in range(0, jobs, 250):
            paid.add(kinds[first : first + 250], "qa", first=first + 1)
        queued = time.monotonic() - began
        workers = paid.crew(processes, threads=threads)
        samples: dict[int, list[tuple[int, int]]] = {}
        recovered, ends = -1.0, time.monotonic() + 1800
        while paid.open_jobs() and time.monotonic() < ends:
            for process in workers:
                if (sample := _sample(process)) is not None:
                    samples.setdefault(process.pid or 0, []).append(sample)
            done = paid.ledger.counts().get(S.DONE, 0)
            if recovered < 0 and done > jobs // 4:
                recovered = _recovery(paid, workers[0])
                workers[0] = paid.start_worker(threads=threads)
            time.sleep(0.5)
        spent = time.monotonic() - began
        for process in workers:
            process.join(30)
            killed(process)
        outcome = judge(paid, tally)
        tally.look(
            "I10",
            0 <= recovered <= LEASE + 1,
            f"the jobs of a killed process were held again after {recovered:.2f} s",
        )
        _flat(samples, tally)
        moves = [
            seconds
            for path in (paid.out / "told").iterdir()
            for seconds in json.loads(path.read_text())["moves"]
        ]
        if moves:
            tally.figure(
                f"ledger move on SQLite: median {statistics.median(moves) * 1000:.1f} ms, 95 % within "
                f"{statistics.quantiles(moves, n=20)[-1] * 1000:.1f} ms ({len(moves)} moves, "
                f"{processes * threads} workers)"
            )
        tally.figure(
            f"{jobs} jobs queued in {queued:.1f} s, done in {spent:.0f} s by {processes} × {threads} "
            f"workers; jobs of a killed "
            f"process held again after {recovered:.2f} s; {outcome.line()}"
        )


def _sample(process: BaseProcess) -> tuple[int, int] | None:
    """Resident bytes and open descriptors."""
    try:
        pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE"), len(list(Path(f"/proc/{process.pid}/fd").iterdir()))
    except OSError:
        return None


def _recovery(paid: Shop, process: BaseProcess) -> float:
    """Kill it; seconds until every job that it held is no longer its own."""
    killed(process)
    began = time.monotonic()
    held = dict(paid.held_by(process.pid or 0))
    while held and time.monotonic() - began < 4 * LEASE:
        held = {
            row.id: held[row.id]
            for row in paid.ledger.jobs(ids=list(held))
            if row.epoch == held[row.id] and not row.state.ended
        }
        time.sleep(0.02)
    return time.monotonic() - began if not held else float("inf")


def _flat(samples: dict[int, list[tuple[int, int]]], tally: Tally) -> None:
    """The last quarter of a process's life against its second."""
    for pid, seen in samples.items():
        if len(seen) < 40:
            continue
        quarter = len(seen) // 4
        early, late = seen[quarter : 2 * quarter], seen[-quarter:]
        before, after = (statistics.median(rss for rss, _ in part) for part in (early, late))
        files = [max(count for _, count in part) for part in (early, late)]
        tally.look(
            "memory is flat",
            after <= before * _GROWTH + _SPARE_BYTES,
            f"{pid}: {before / 1e6:.0f} → {after / 1e6:.0f} MB",
        )
        tally.look(
            "descriptors are flat", files[1] <= files[0] + _SPARE_FILES, f"{pid}: {files[0]} → {files[1]}"
        )
        tally.figure(
            f"worker process: {before / 1e6:.1f} → {after / 1e6:.1f} MB resident, {files[0]} → {files[1]} "
            f"descriptors ({len(seen)} samples)"
        )


def fast_clock(folder: Path, tally: Tally, *, jobs: int = 40) -> None:
    """Results live 7 days. Everybody is away for 5 of them; then half of the downloads go wrong while the clock runs
    at days a minute. The last ones are left for 8 days, so that an expiry can be seen."""
    policy = replace(QUICK, save_tries=60)
    with shop(folder, gates=0, speed="clock") as paid:
        clock = Running(paid)
        paid.open()
        paid.add(["notrain" if n % 3 else "tts" for n in range(jobs)], "ca")
        workers = paid.crew(1, threads=4, policy=policy)
        with clock.ticking(2.0):
            paid.wait(lambda: not paid.ledger.jobs(states=[S.NEW, S.READY, S.SUBMITTING]), 60)
        for process in workers:
            killed(process)
        clock.forward(5 * _DAY)
        paid.service.goes_wrong({"do": "stale", "p": 0.5})
        workers = paid.crew(2, threads=3, policy=policy)
        with clock.ticking(_TICK_SECONDS):
            paid.wait(lambda: not paid.open_jobs(), 90)
        for process in workers:
            process.join(20)
        done = paid.ledger.jobs(states=[S.DONE])
        # what was found in the bucket is the user's own and has no end
        left = [_left(paid, row.id, row.expires_at) for row in done if row.expires_at is not None]
        for row in paid.ledger.jobs():
            tally.look("I11", row.state is S.DONE, f"{row.id} is {row.state}: {row.note.en}")
        outcome = judge(paid, tally)
        went = clock.went
        tally.figure(
            f"fast clock: {went / _DAY:.1f} days went by, {paid.service.struck()['stale-1']} downloads "
            f"refused, the latest was "
            f"saved {min(left, default=0.0) / _DAY:.1f} days before its end; {outcome.line()}"
        )
        paid.service.goes_well()
        late = paid.add(["notrain"] * 3, "cb")
        workers = paid.crew(1, threads=3, policy=policy)
        with clock.ticking(2.0):
            paid.wait(lambda: not paid.ledger.jobs(ids=late, states=[S.NEW, S.READY, S.SUBMITTING]), 60)
        for process in workers:
            killed(process)
        clock.forward(3600.0)  # made …
        clock.forward(15 * _DAY)  # … and long gone
        workers = paid.crew(1, threads=3, policy=policy)
        with clock.ticking(_TICK_SECONDS):
            paid.wait(lambda: not paid.open_jobs(), 60)
        gone = [row for row in paid.ledger.jobs(ids=late) if row.state is S.REVIEW]
        tally.look(
            "an expiry would be seen",
            len(gone) == len(late),
            f"{[str(r.state) for r in paid.ledger.jobs(ids=late)]}",
        )


def _left(paid: Shop, job: str, expires_at: float) -> float:
    saved = next(event.at for event in paid.ledger.events(job) if event.name == "saved")
    return expires_at - saved


class Running:
    """The service's clock, and the dial by which the workers read the same time."""

    def __init__(self, paid: Shop) -> None:
        self._paid = paid
        paid.dial = self.dial = Dial(paid.folder / "dial")
        self.went = 0.0
        self.dial.set(paid.service.now())

    def forward(self, seconds: float) -> None:
        self.dial.set(self._paid.service.advance(seconds))
        self.went += seconds

    @contextmanager
    def ticking(self, step: float) -> Iterator[None]:
        stop = threading.Event()

        def run() -> None:
            while not stop.wait(0.04):
                self.forward(step)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()
