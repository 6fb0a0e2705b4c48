"""The invariants, held against the emulator's own account, the ledger and what lies on the disk."""

from __future__ import annotations

import collections
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from mediaprep.errors import MediaprepError
from mediaprep.model.paid.records import AttemptRow, AttemptState, JobRow, JobState, LedgerEvent
from tests.torture.paid.orders import HOLD, KINDS
from tests.torture.paid.processes import decoded, sha256
from tests.torture.paid.shop import Shop

S, A = JobState, AttemptState
INVARIANTS: Final = {
    "I1": "charges ≤ 1 a job, and accepted ≤ 1 + orphans that cost nothing",
    "I2": "at most one POST per attempt row",
    "I3": "an input flows once its TaskId is durable, or after the hold to a living submitter",
    "I4": "no attempt is both fetched and FENCED",
    "I5": "attempt n+1 only after FENCED, REJECTED, not sent, failed free, or a person",
    "I6": "charged → DONE; nothing is lost",
    "I7": "in flight per quota key ≤ places; a task found late counts, and no submit passes it",
    "I8": "a stale epoch changes 0 rows",
    "I9": "a final file ⇔ SAVED, whole, its own task's, its hash the row's",
    "I10": "every open job claimable within lease + 1 s of a kill",
    "I11": "nothing expires undownloaded on a fast clock",
    "I12": "the control run without evidence pays twice",
}
_NAME: Final = re.compile(r"[a-z]+\d{4}")
_GATE: Final = re.compile(r"/in/([^/]+)\.(\d+)\.[0-9a-f]+/")
_TASK: Final = re.compile(r"[0-9a-f]{32}")
_GO_ON: Final = (A.FENCED, A.REJECTED, A.NOT_SENT, A.SET_ASIDE)


@dataclass
class Tally:
    """How often each invariant was looked at, and where it did not hold."""

    checked: collections.Counter[str] = field(default_factory=collections.Counter)
    breaches: dict[str, list[str]] = field(default_factory=lambda: collections.defaultdict(list))
    figures: list[str] = field(default_factory=list)

    def look(self, name: str, holds: bool, what: str) -> None:
        self.checked[name] += 1
        if not holds:
            self.breaches[name].append(what)

    def figure(self, text: str) -> None:
        self.figures.append(text)
        print(f"  {text}", flush=True)

    def bad(self) -> int:
        return sum(map(len, self.breaches.values()))

    def table(self) -> str:
        lines = []
        for name, meaning in INVARIANTS.items():
            broken = self.breaches.get(name, [])
            looked = self.checked[name]
            verdict = f"{len(broken)} BROKEN" if broken else "0 broken" if looked else "not looked at"
            lines.append(f"{name:>4}  {looked:>6} looked at  {verdict:<13}  {meaning}")
            lines += [f"        ! {what}" for what in broken[:8]]
            if len(broken) > 8:
                lines.append(f"        ! and {len(broken) - 8} more")
        others = [name for name in self.checked if name not in INVARIANTS]
        for name in others:
            broken = self.breaches.get(name, [])
            lines.append(f"      {self.checked[name]:>6} looked at  {len(broken)} broken       {name}")
            lines += [f"        ! {what}" for what in broken[:8]]
        return "\n".join(lines)


@dataclass
class Books:
    """Both sides' books of one shop."""

    jobs: dict[str, JobRow]
    attempts: dict[str, list[AttemptRow]]
    events: dict[str, list[LedgerEvent]]
    tasks: dict[str, list[dict[str, Any]]]
    posts: dict[str, list[dict[str, Any]]]
    all_events: tuple[LedgerEvent, ...]

    @classmethod
    def of(cls, shop: Shop) -> Books:
        jobs = {row.id: row for row in shop.ledger.jobs()}
        named = {row.name: row.id for row in jobs.values()}

        def by_job(rows: Iterable[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
            found: dict[str, list[dict[str, Any]]] = collections.defaultdict(list)
            for row in rows:
                name = _NAME.search(row["text"])
                if name and name[0] in named:
                    found[named[name[0]]].append(row)
            return found

        attempts: dict[str, list[AttemptRow]] = collections.defaultdict(list)
        for row in sorted(shop.ledger.attempts(), key=lambda a: a.n):
            attempts[row.job].append(row)
        events: dict[str, list[LedgerEvent]] = collections.defaultdict(list)
        every = shop.ledger.events()
        for event in every:
            events[event.job].append(event)
        return cls(
            jobs, attempts, events, by_job(shop.service.settled()), by_job(shop.service.posts()), every
        )  # fmt: skip


@dataclass
class Outcome:
    """How the jobs of one shop ended."""

    jobs: int = 0
    states: collections.Counter[str] = field(default_factory=collections.Counter)
    accepted: int = 0
    charged: int = 0
    doubled: int = 0
    orphans: int = 0
    posts: int = 0
    unheard: list[str] = field(
        default_factory=list
    )  # in REVIEW, ungated, and never accepted: nobody could know
    spent: list[str] = field(default_factory=list)  # in REVIEW: see _end
    reviewed: int = 0  # in REVIEW although a task was accepted
    early: int = 0  # inputs that flowed before their TaskId was durable, the hold being over

    @property
    def unfair(self) -> int:
        """How many are in REVIEW although there was evidence."""
        return self.states["REVIEW"] - len(self.spent)

    def line(self) -> str:
        states = ", ".join(f"{count} {state}" for state, count in sorted(self.states.items()))
        return (
            f"{self.jobs} jobs: {states}; {self.posts} POSTs, {self.accepted} tasks accepted, {self.charged} "
            f"charged, "
            f"{self.orphans} orphans free of charge, {self.doubled} charged twice"
        )


def judge(shop: Shop, tally: Tally, *, control: bool = False, failing: bool = False) -> Outcome:
    """All that is true of any shop at its end. `control`: the run that must pay twice is only counted.
    `failing`: tasks were made to fail, so that FAILED is an end."""
    books = Books.of(shop)
    outcome = Outcome(jobs=len(books.jobs))
    for job in books.jobs.values():
        _money(job, books, outcome, Tally() if control else tally)
        if not control:
            _attempts(job, books, outcome, tally)
            _end(job, books, outcome, tally, failing=failing)
            _epochs(job, books, tally)
        outcome.states[job.state.value] += 1
    if not control:
        _places(books, tally)
        _files(shop, books, tally)
    return outcome


def _money(job: JobRow, books: Books, outcome: Outcome, tally: Tally) -> None:
    tasks = books.tasks[job.id]
    charged = sum(bool(task["charged"]) for task in tasks)
    free = sum(not task["charged"] and task["state"] == "FAIL" for task in tasks)
    outcome.posts += len(books.posts[job.id])
    outcome.charged += charged
    outcome.accepted += len(tasks)
    outcome.orphans += free
    outcome.doubled += charged > 1
    ids = [task["task_id"] for task in tasks]
    tally.look("I1", charged <= 1, f"{job.id} was charged {charged} times: {ids}")
    tally.look(
        "I1", len(tasks) - free <= 1, f"{job.id} has {len(tasks) - free} tasks that did not fail: {ids}"
    )


def _attempts(job: JobRow, books: Books, outcome: Outcome, tally: Tally) -> None:
    attempts, posts, tasks = books.attempts[job.id], books.posts[job.id], books.tasks[job.id]
    requests = collections.Counter(post["request_id"] for post in posts)
    tally.look("I2", max(requests.values(), default=0) <= 1, f"{job.id}: a RequestID came more than once")
    tally.look("I2", len(posts) <= len(attempts), f"{job.id}: {len(posts)} POSTs, {len(attempts)} attempts")
    known = {attempt.task_id for attempt in attempts} | {job.task_id}
    by_n = {attempt.n: attempt for attempt in attempts}
    for task in tasks:
        came = [one for one in task["inputs"] if one["status"] in (200, 206) and not one["problem"]]
        gate = next((found for one in task["inputs"] if (found := _GATE.search(one["url"]))), None)
        if gate is None:
            continue
        attempt = by_n.get(int(gate[2]))
        if came and attempt is not None:
            held = attempt.fetched_at is not None and attempt.fetched_at >= attempt.created_at + HOLD - 0.2
            known_at = [attempt.ended_at] if attempt.state is A.ACCEPTED else []
            durable = [at for at in (*known_at, attempt.callback_at) if at is not None]
            first = bool(durable) and (attempt.fetched_at or 0.0) >= min(durable)
            outcome.early += not first
            tally.look(
                "I3", first or held,
                f"{job.id}: the input of attempt {attempt.n} flowed although its TaskId was not durable",
            )  # fmt: skip
            named = task["task_id"] in known or job.state is S.DONE or (held and not first)
            tally.look("I3", named, f"{job.id}: the input of a task that the ledger does not know flowed")
        tally.look(
            "I4", not came or (attempt is not None and attempt.state is not A.FENCED),
            f"{job.id}: the fenced attempt {gate[2]} got its input",
        )  # fmt: skip
    for attempt in attempts:
        both = attempt.state is A.FENCED and attempt.fetched_at is not None
        tally.look("I4", not both, f"{job.id}: attempt {attempt.n} is fenced and was fetched")
    for attempt in attempts[:-1]:
        freely = any(
            e.name == "failed free" and e.attempt == attempt.n for e in books.events[job.id]
        ) and not any(task["charged"] for task in tasks if task["task_id"] == attempt.task_id)
        tally.look(
            "I5", attempt.state in _GO_ON or (attempt.state is A.ACCEPTED and freely),
            f"{job.id}: attempt {attempt.n + 1} follows one that is {attempt.state}",
        )  # fmt: skip


def _end(job: JobRow, books: Books, outcome: Outcome, tally: Tally, *, failing: bool) -> None:
    tasks = books.tasks[job.id]
    charged = any(task["charged"] for task in tasks)
    alive = [task for task in tasks if task["state"] != "FAIL"]
    if job.state is S.DONE:
        tally.look("I6", charged, f"{job.id} is DONE and nothing was charged")
    elif job.state is S.REVIEW:
        last = books.attempts[job.id][-1]
        # Its input went to a living submitter whose answer was lost, and ppt has no other evidence. So it goes where
        # the whole hold passes before it is written down that no answer came: the service fetches inside the POST,
        # or the disk is so busy that the write itself takes longer than the hold (2.3 s were seen, and HOLD is 1.5).
        unwritten = last.fetched_at is not None and (last.ended_at or last.fetched_at) >= last.fetched_at
        held = (last.fetched_at or 0.0) >= last.created_at + HOLD - 0.2
        spent = unwritten and held and not last.results and not last.callback
        if spent:
            outcome.spent.append(job.id)
        elif alive or last.gated:
            outcome.reviewed += 1
        else:
            outcome.unheard.append(job.id)
        fair = spent or not (alive or last.gated)
        tally.look("I6", fair and bool(job.note.en), f"{job.id} is in REVIEW: {job.note.en}")
    elif job.state is S.FAILED:
        fair = failing and bool(tasks) and not alive and bool(job.note.en)
        tally.look("I6", fair, f"{job.id} is FAILED: {job.note.en}")
    else:
        tally.look("I6", False, f"{job.id} is still {job.state}: {job.note.en}")


def _epochs(job: JobRow, books: Books, tally: Tally) -> None:
    last, owners = -1, dict[int, str]()
    for event in books.events[job.id]:
        owner = owners.setdefault(event.epoch, event.owner)
        fresh = event.epoch >= last and owner == event.owner
        tally.look("I8", fresh, f"{job.id}: {event.owner} moved it with epoch {event.epoch} after {last}")
        last = max(last, event.epoch)


def _places(books: Books, tally: Tally) -> None:
    """A task that is found late runs whether a place is free or not. It counts from then on, and only it may be
    more than there are places: nothing is submitted beside it until it has one."""
    flying: dict[str, set[str]] = collections.defaultdict(set)
    found: dict[str, set[str]] = collections.defaultdict(set)
    for event in books.all_events:
        job = books.jobs[event.job]
        held, adopted = flying[job.quota], found[job.quota]
        flies = event.to in ("SUBMITTING", "RUNNING", "AMBIGUOUS")
        late = flies and event.job not in held and event.to != "SUBMITTING"
        (held.add if flies else held.discard)(event.job)
        if late or not flies:
            (adopted.add if late else adopted.discard)(event.job)
        places = KINDS[job.spec["kind"]].places
        most = places if event.to == "SUBMITTING" else places + len(adopted)
        tally.look("I7", len(held) <= most, f"{len(held)} in flight under {job.quota} ({places} places)")


def _files(shop: Shop, books: Books, tally: Tally) -> None:
    expected = {}
    for job in books.jobs.values():
        if job.state in (S.SAVED, S.DONE) and job.result is not None:
            expected[job.result] = (job, job.result_sha256)
        if job.state is S.DONE and job.output is not None:
            expected[job.output] = (job, job.sha256)
    found = {path for name in ("raw", "final") for path in (shop.out / name).iterdir() if path.name[0] != "."}
    for path in found | set(expected):
        if path not in expected or path not in found:
            tally.look("I9", False, f"{path.name}: {'no row says so' if path in found else 'is not there'}")
            continue
        job, digest = expected[path]
        own = {task["task_id"] for task in books.tasks[job.id] if task["state"] == "SUCCESS"}
        try:
            comment = decoded(path)
        except MediaprepError as error:
            tally.look("I9", False, error.en)
            continue
        task = _TASK.search(comment)
        tally.look(
            "I9", task is not None and task[0] in own, f"{path.name} is not its own task's ({comment!r})"
        )
        tally.look("I9", sha256(path) == digest, f"{path.name} is not what its row says")
