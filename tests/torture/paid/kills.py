"""Processes that are killed or stopped: at every placed point, at random, for longer than a lease."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import statistics
import time
from collections.abc import Iterator
from dataclasses import replace
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Final

from mediaprep import processes as owners
from mediaprep.model.paid.records import JobState
from tests.torture.paid.judging import Tally, judge
from tests.torture.paid.orders import ENDPOINTS, GATED, HOLD, LEASE, QUICK, mixed
from tests.torture.paid.shop import Shop, killed, shop, stopped

S = JobState
_SUBMIT: Final = "submit"
POINTS: Final = (
    "prepare_mid", "before_intent", "after_intent", "in_flight", "late_in_flight", "after_response", "after_journal",
    "before_poll", "after_made", "mid_download", "before_rename", "after_rename", "after_saved", "mid_finish",
    "before_done", "after_fence",
)  # fmt: skip
"""in_flight: killed while the service, which has accepted, is slow to answer; late_in_flight: killed before it has
even read the request, which it then accepts."""
IN_FLIGHT: Final = ("in_flight", "late_in_flight")
_SLOW_SECONDS: Final = 0.8
_DIES_SECONDS: Final = 0.3


def points(folder: Path, tally: Tally, *, where: str = "", name: str = "SQLite", only: tuple[str, ...] = POINTS,
           kinds: tuple[str, ...] = ENDPOINTS) -> None:  # fmt: skip
    """kill -9 at each placed point × endpoint; others finish. What nobody can know is given to a person, who says
    that it be submitted again."""
    with shop(folder, where=where) as paid:
        deaths, never = 0, []
        for number, point in enumerate(only):
            tag = f"k{chr(ord('a') + number)}"
            faults(paid, point, tag)
            chosen = [kind for kind in kinds if point != "after_fence" or kind in GATED]
            jobs = paid.add(chosen, tag)
            late = _DIES_SECONDS if point in IN_FLIGHT else 0.0
            at = "in_flight" if point in IN_FLIGHT else point
            doomed = [paid.start_worker(ids=(job,), point=at, dies=True, late=late) for job in jobs]
            for process, kind in zip(doomed, chosen, strict=True):
                process.join(60)
                deaths += process.exitcode == -signal.SIGKILL
                if process.exitcode != -signal.SIGKILL:
                    never.append(f"{point} {kind} ({process.exitcode})")
                    killed(process)
            paid.start_worker(ids=tuple(jobs))
        paid.finish(120)
        tally.look("every placed point was died at", not never, f"{name}: never reached: {never}")
        asked = _resubmitted(paid, tally)
        paid.finish(60)
        outcome = judge(paid, tally)
        tally.figure(
            f"{name}: killed at {deaths} placed points ({len(only)} points × {len(kinds)} endpoints); "
            f"{asked} ungated and never accepted, in REVIEW until a person said so; {outcome.line()}"
        )


def faults(paid: Shop, point: str, tag: str) -> None:
    match point:
        case "in_flight":
            paid.service.goes_wrong(
                {"do": "latency", "seconds": _SLOW_SECONDS, "when": "after", "on": _SUBMIT, "text": tag}
            )
        case "late_in_flight":
            paid.service.goes_wrong({"do": "latency", "seconds": _SLOW_SECONDS, "on": _SUBMIT, "text": tag})
        case "after_fence":
            paid.service.goes_wrong({"do": "status", "text": tag + r"\d{4}", "each": True, "first": 1})
        case _:
            pass


def _resubmitted(paid: Shop, tally: Tally) -> int:
    """Whatever lies in REVIEW is what nobody could know; a person has it submitted again."""
    reviewed = paid.ledger.jobs(states=[S.REVIEW])
    tasks = paid.service.settled()
    for row in reviewed:
        accepted = [task for task in tasks if row.name in task["text"]]
        tally.look(
            "I6",
            not accepted and bool(row.note.en),
            f"{row.id} is in REVIEW although {accepted} was accepted",
        )
        paid.ledger.reopen(row, S.READY, name="resubmit")
    return len(reviewed)


def at_random(
    folder: Path, tally: Tally, *, kills: int = 300, jobs: int = 60, seed: int = 1, where: str = ""
) -> None:
    """SIGKILLs of workers, gates (which receive callbacks too) and now and then the service, as long as it takes."""
    dice, batches = random.Random(seed), 1
    with shop(folder, gates=2, where=where) as paid:
        paid.service.goes_wrong(
            {"do": "latency", "seconds": 0.15, "on": "gateway"}, {"do": "callback-lost", "p": 0.1},
            {"do": "lost", "p": 0.05},
        )  # fmt: skip
        paid.add(mixed(jobs), f"r{chr(ord('a') + batches)}")  # first: a worker that finds nothing to do ends
        began = time.monotonic()
        workers = paid.crew(1, threads=2)
        paid.wait(lambda: bool(paid.ledger.events()), 60)
        start_seconds = (
            time.monotonic() - began
        )  # what a worker needs before it does anything; slow machines, more
        workers += paid.crew(3, threads=2)
        struck = {"worker": 0, "gate": 0, "service": 0}
        ends = time.monotonic() + 420
        while time.monotonic() < ends:
            total = sum(struck.values())
            if not paid.open_jobs():
                if total >= kills:
                    break
                batches += 1
                paid.add(mixed(jobs), f"r{chr(ord('a') + batches)}")
            time.sleep(dice.uniform(0.0, max(0.1, 0.5 * start_seconds)))
            if total < kills:
                _strike(paid, workers, struck, dice)
            for n, process in enumerate(workers):
                if not process.is_alive():
                    workers[n] = paid.start_worker(threads=2)
        lasted = not paid.open_jobs()
        tally.look("the batch ended under kills", lasted, f"{len(paid.open_jobs())} jobs are still open")
        tally.look(f"{kills} random kills", sum(struck.values()) >= kills, f"only {struck}")
        outcome = judge(paid, tally, failing=True)
        tally.figure(
            f"{sum(struck.values())} random SIGKILLs ({struck['worker']} workers, {struck['gate']} gates, "
            f"{struck['service']} service) over {batches} batch(es) of {jobs}: {outcome.line()}; "
            f"REVIEW of what was never accepted {len(outcome.unheard)}, of accepted tasks "
            f"{outcome.reviewed}; FAILED because a gate died under their input {outcome.states['FAILED']}"
        )


def _strike(paid: Shop, workers: list[BaseProcess], struck: dict[str, int], dice: random.Random) -> None:
    roll = dice.random()
    if roll < 0.03:
        paid.service.restart()
        struck["service"] += 1
    elif roll < 0.35:
        n = dice.randrange(len(paid.gates))
        killed(paid.gates[n])
        paid.gates[n] = paid.start_gate()
        struck["gate"] += 1
    else:
        n = dice.randrange(len(workers))
        if workers[n].is_alive():
            killed(workers[n])
            struck["worker"] += 1
        workers[n] = paid.start_worker(threads=2)


STOPS: Final = ("before_intent", "after_intent", "in_flight", "after_response", "after_journal", "before_poll",
                "after_made", "before_rename", "after_saved", "before_done")  # fmt: skip


def zombies(
    folder: Path, tally: Tally, *, only: tuple[str, ...] = STOPS, kinds: tuple[str, ...] = ENDPOINTS
) -> None:
    """Workers that stand still for longer than their lease, while others go on; then they wake."""
    policy = replace(QUICK, lease_seconds=1.0)
    stood = moved = 0
    with shop(folder) as paid:
        for number, point in enumerate(only):
            jobs = paid.add(kinds, f"z{chr(ord('a') + number)}")
            asleep = [paid.start_worker(ids=(job,), point=point, stops=True, policy=policy) for job in jobs]
            with _woken(asleep):
                for process in asleep:
                    stood += paid.wait(lambda p=process: stopped(p) or not p.is_alive(), 30) and stopped(
                        process
                    )  # type: ignore[misc]
                for job in jobs:
                    took = _claimed_after(paid, job)
                    tally.look(
                        "I10",
                        took <= policy.lease_seconds + 1,
                        f"{job}, stopped at {point}: free after {took:.2f} s",
                    )
                before = {row.id: row.epoch for row in paid.ledger.jobs(ids=jobs)}
                others = paid.crew(2, ids=tuple(jobs), policy=policy)
                moved += paid.wait(lambda: _moved(paid, before) == len(jobs), 10) and len(jobs)  # noqa: B023
            for process in (*asleep, *others):
                process.join(60)
        paid.finish(60)
        outcome = judge(paid, tally)
        tally.figure(
            f"zombies: {stood} workers stopped for lease + 1 s, {moved} jobs taken over; {outcome.line()}"
        )
        tally.look(
            "zombies stood still", stood == len(only) * len(kinds), f"only {stood} workers were stopped"
        )


def _moved(paid: Shop, before: dict[str, int]) -> int:
    """How many of those jobs somebody else has claimed since."""
    return sum(row.epoch > before[row.id] for row in paid.ledger.jobs(ids=list(before)))


@contextlib.contextmanager
def _woken(asleep: list[BaseProcess]) -> Iterator[None]:
    try:
        yield
    finally:
        for process in asleep:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid or 0, signal.SIGCONT)


def recovery(folder: Path, tally: Tally, *, rounds: int = 10) -> None:
    """How long after a kill somebody else can claim the job: of this system at once, of another when its lease ends."""
    took: dict[bool, list[float]] = {True: [], False: []}
    with shop(folder) as paid:
        paid.service.goes_wrong({"do": "latency", "seconds": 10, "on": _SUBMIT, "text": "h"})
        for n in range(rounds):
            for here in (True, False):
                (job,) = paid.add(["notrain"], f"h{'s' if here else 'o'}", first=n + 1)
                holder = paid.start_worker(ids=(job,), host="" if here else "elsewhere/0/0")
                sending = paid.wait(lambda job=job: paid.ledger.job(job).state is S.SUBMITTING)  # type: ignore[misc]
                tally.look("I10", sending, f"{job} was never submitted")
                killed(holder)
                took[here].append(_claimed_after(paid, job))
                tally.look(
                    "I10",
                    took[here][-1] <= LEASE + 1,
                    f"{job} could be claimed only after {took[here][-1]:.2f} s",
                )
        paid.service.goes_well()
        paid.finish(60)
        judge(paid, tally)
    for here, seconds in took.items():
        who = "of this system" if here else f"of another system (lease {LEASE:g} s)"
        tally.figure(
            f"claimable after the kill of a worker {who}: median {statistics.median(seconds):.2f} s, most "
            f"{max(seconds):.2f} s"
        )


def _claimed_after(paid: Shop, job: str) -> float:
    began = time.monotonic()
    while True:
        claim = paid.ledger.claim(owners.me("looks"), LEASE, ids=[job])
        if claim is not None:
            paid.ledger.release(claim)
            return time.monotonic() - began
        if time.monotonic() - began > 4 * LEASE + HOLD:
            return float("inf")
        time.sleep(0.02)
