"""A service that goes wrong: lost answers, mixed chaos, odd answers and callbacks, failures that cost, a full disk."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from mediaprep.model.paid.records import JobState
from tests.torture.paid import processes
from tests.torture.paid.judging import Books, Tally, judge
from tests.torture.paid.orders import ENDPOINTS, GATED, QUICK, UNGATED, mixed
from tests.torture.paid.shop import Shop, shop

S = JobState
RETRYABLE: Final = 801003
"""A FailCode after which only a new, paid task helps."""
_CANARY: Final = {
    "appkey": "canaryappkey7f3a19c25e", "accesstoken": "canarytoken94b8d06e1a",
    "access_key": "EMUCANARYKEY5D20", "secret": "canary/secret+e7c1f04b9d/aws",
}  # fmt: skip
_SIGNED: Final = (
    rb"X-Amz-Signature=[0-9a-f]{16}",
    rb"X-Amz-Credential=[0-9A-Z]{6}",
    rb"[?&]signature=[0-9A-Za-z%+/]{12}",
)


def lost(folder: Path, tally: Tally, *, jobs: int = 200, where: str = "", name: str = "SQLite") -> None:
    """Accepted, and in 30 % nobody is told."""
    with shop(folder, where=where) as paid:
        paid.service.goes_wrong({"do": "lost", "p": 0.3, "name": "lost"})
        paid.add(mixed(jobs), "la")
        paid.finish(240, 2, threads=4)
        outcome = judge(paid, tally)
        struck = paid.service.struck()["lost"]
        tally.figure(
            f"{name}: answers lost {struck} times over {jobs} jobs (30 %): {outcome.line()}; REVIEW "
            f"{outcome.reviewed}"
        )
        tally.look("faults struck", struck >= jobs // 6, f"answers were lost only {struck} times")
        tally.look("with a bucket REVIEW = 0", outcome.unfair == 0, f"{outcome.unfair} in REVIEW")


def chaos(folder: Path, tally: Tally, *, jobs: int = 500, commands: int | None = None) -> None:
    """20 % 5xx or reset, 10 % 801004, 5 % lost callbacks, 10 % cut downloads; everything logs at DEBUG, and no
    secret is anywhere. What has nothing behind the gate is accepted before the answer breaks; `unheard` has the
    rest."""
    data = folder / "service"
    data.mkdir(parents=True)
    (data / "credentials.json").write_text(json.dumps(_CANARY), encoding="utf-8")
    logs = folder / "logs"
    logs.mkdir()
    with shop(folder, log=logs) as paid:
        paid.service.goes_wrong(
            {"do": "status", "p": 0.06, "text": r"cg\d{4}", "name": "503 before"},
            {"do": "reset", "p": 0.06, "text": r"cg\d{4}", "name": "reset before"},
            {"do": "status", "status": 502, "when": "after", "p": 0.08, "name": "502 after"},
            {"do": "reset", "when": "after", "p": 0.08, "name": "reset after"},
            {"do": "code", "code": 801004, "p": 0.1, "name": "801004"},
            {"do": "status", "p": 0.1, "on": "poll", "name": "503 on polls"},
            {"do": "callback-lost", "p": 0.05, "name": "callback-lost"},
            {"do": "cut", "p": 0.1, "name": "cut"},
        )  # fmt: skip
        kinds = mixed(jobs)
        paid.add([kind for kind in kinds if kind in GATED], "cg")
        paid.add([kind for kind in kinds if kind in UNGATED], "cu")
        with _arguments() as seen:
            paid.finish(420, 2, threads=4)
            _reports(paid, folder / "reports", tally, commands)
        outcome, struck = judge(paid, tally), paid.service.struck()
        told = ", ".join(f"{count} {name}" for name, count in struck.items())
        tally.figure(f"{jobs} jobs under chaos ({told}): {outcome.line()}; REVIEW {outcome.reviewed}")
        tally.look(
            "faults struck", min(struck.values()) > 0 or jobs < 100, f"some fault never came: {struck}"
        )
        tally.look("with a bucket REVIEW = 0", outcome.unfair == 0, f"{outcome.unfair} in REVIEW")
        files = [path for path in folder.rglob("*") if path.is_file() and data not in path.parents]
        found = [*_canaries(files), *(f"in the arguments {line[:80]}" for line in seen if _spoilt(line))]
        size = sum(path.stat().st_size for path in files)
        tally.look("no secret in logs, reports, ledger, outputs, arguments", not found, "; ".join(found[:4]))
        tally.look(
            "the logs say something",
            any(path.stat().st_size for path in logs.iterdir()),
            "nothing was logged",
        )
        tally.figure(
            f"canary: {len(files)} files ({size / 1e6:.1f} MB of logs, reports, ledger, outputs) and {len(seen)} "
            f"command lines searched, {len(found)} hits"
        )


_MANIFEST: Final = """
jobs:
  - id: said
    endpoint: tts
    request: {TimbreKey: female_1, InputSsml: 你好，欢迎观看这一期节目, Speed: 1.0}
    output: said.mp3
"""


def _reports(paid: Shop, folder: Path, tally: Tally, first: int | None) -> None:
    """What the commands say and write of the same account: a run with its page, and the ledger's exports."""
    folder.mkdir()
    (folder / "m.yaml").write_text(_MANIFEST, encoding="utf-8")
    environ = {**os.environ, **paid.service.environ, "MEDIAPREP_LEDGER": str(folder / "ledger.db")}
    theirs = {**environ, "MEDIAPREP_LEDGER": paid.where}
    commands: list[tuple[str, dict[str, str], list[str]]] = [
        ("run", environ, ["run", "m.yaml", "--report", "run.html", "--format", "json", "--log-format", "json"]),
        ("ran", environ, ["jobs", "export", "--format", "json"]),
        ("json", theirs, ["jobs", "export", "--format", "json"]),
        *(
            (table, theirs, ["jobs", "export", "--format", "csv", "--table", table])
            for table in ("jobs", "attempts", "events")
        ),
        ("list", theirs, ["jobs", "list"]),
    ]  # fmt: skip
    for name, given, arguments in commands[:first]:
        with (folder / f"{name}.out").open("wb") as out, (folder / f"{name}.err").open("wb") as err:
            done = subprocess.run(
                [sys.executable, "-m", "mediaprep", *arguments], cwd=folder, env=given, stdout=out, stderr=err,
                timeout=300, check=False,
            )  # fmt: skip
        said = (folder / f"{name}.err").read_text(encoding="utf-8")[-300:]
        tally.look(
            "the commands' reports were written", done.returncode == 0, f"{name}: {done.returncode} {said}"
        )


def _canaries(files: Iterable[Path]) -> Iterator[str]:
    for path in files:
        for what in _spoilt(path.read_bytes()):
            yield f"{path.name}: {what}"


def _spoilt(data: bytes) -> list[str]:
    named = [name for name, value in _CANARY.items() if value.encode() in data]
    return named + [pattern.decode() for pattern in _SIGNED if re.search(pattern, data)]


class _arguments:
    """Every command line that is seen on this machine meanwhile."""

    def __enter__(self) -> set[bytes]:
        self._seen: set[bytes] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self._seen

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._stop.wait(0.1):
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    self._seen.add(path.read_bytes())
                except OSError:
                    continue  # it has just ended


def unheard(folder: Path, tally: Tally, *, jobs: int = 12) -> None:
    """Nothing behind the gate, and the submit breaks before it is accepted: only a person can go on, and pays once."""
    with shop(folder) as paid:
        paid.service.goes_wrong({"do": "status", "text": r"ua\d{4}", "each": True, "first": 1})
        paid.add(mixed(jobs, UNGATED), "ua")
        policy = replace(QUICK, ambiguous_seconds=4.0)
        paid.finish(60, 1, threads=4, policy=policy)
        reviewed = paid.ledger.jobs(states=[S.REVIEW])
        tally.look("I6", len(reviewed) == jobs, f"{len(reviewed)} of {jobs} are in REVIEW")
        for row in reviewed:
            paid.ledger.reopen(row, S.READY, name="resubmit")
        paid.finish(60, 1, threads=4, policy=policy)
        outcome = judge(paid, tally)
        tally.figure(
            f"ungated and never accepted: {len(reviewed)} of {jobs} in REVIEW with a reason; after "
            f"--resubmit {outcome.line()}"
        )


_CALLED: Final = ("basic", "advanced", "notrain", "photo")
_SOME: Final = ("tts", "basic", "notrain")
_ONCE: Final[dict[str, Any]] = {"each": True, "first": 1}
_LOST: Final = {"do": "lost", **_ONCE}
_ELSEWHERE: Final = {"field": "MediaUrl", "value": "https://203.0.113.9/x.mp4"}
_ODD: Final[tuple[tuple[str, tuple[str, ...], tuple[dict[str, Any], ...]], ...]] = (
    ("110005 on the next try", (*GATED, "tts"), (
        {"do": "status", "status": 502, "when": "after", **_ONCE},
        {"do": "code", "code": 110005, "each": True, "skip": 1, "first": 1},
    )),
    ("110005, nothing accepted", GATED, ({"do": "code", "code": 110005, **_ONCE},)),
    ("110006 for 2 s", ENDPOINTS, ({"do": "code", "code": 110006, "on": "poll", "within": 2},)),
    ("callback twice", _CALLED, ({"do": "callback-twice", "seconds": 0.5},)),
    ("callback forged", _CALLED, ({"do": "callback-forged"},)),
    ("callback's MediaUrl forged", _CALLED, ({"do": "callback-forged", **_ELSEWHERE},)),
    ("callback early", _CALLED, ({"do": "callback-early", "when": "after"},)),
    ("callback before the answer", _CALLED, ({"do": "callback-early", "when": "before"},)),
    ("callback before a lost answer", _CALLED, ({"do": "callback-early", "when": "before"}, _LOST)),
    ("callback twice, answer lost", _CALLED, ({"do": "callback-twice", "seconds": 0.2}, _LOST)),
    ("callback forged, answer lost", _CALLED, ({"do": "callback-forged"}, _LOST)),
    ("input fetched inside the POST", GATED, ({"do": "fetch-inside"},)),
    ("input fetched inside, answer lost", GATED, ({"do": "fetch-inside", **_ONCE}, _LOST)),
    ("input fetched late", GATED, ({"do": "fetch-late", "seconds": 2},)),
    ("input fetched twice", GATED, ({"do": "fetch-twice"},)),
    ("slots taken by another", ENDPOINTS, ({"do": "slots", "places": 40, "each": True, "first": 3},)),
    ("result PUTs lost", _SOME, ({"do": "put-lost"},)),
    ("answer unreadable", ENDPOINTS, ({"do": "garbage", "when": "after", **_ONCE},)),
    ("801004 twice", ENDPOINTS, ({"do": "code", "code": 801004, "each": True, "first": 2},)),
    ("MediaUrl stale", ENDPOINTS, ({"do": "stale", "each": True, "first": 2},)),
    ("download without length", ENDPOINTS, ({"do": "no-length"},)),
    ("download cut twice", _SOME, ({"do": "cut", "bytes": 900, "each": True, "first": 2},)),
)  # fmt: skip


def odd(folder: Path, tally: Tally, *, only: int | None = None) -> None:
    """Each oddity by itself, all in one shop."""
    with shop(folder) as paid:
        tags, quiet = {}, set[str]()
        for number, (name, kinds, rules) in enumerate(_ODD[:only]):
            tag = tags[name] = f"o{chr(ord('a') + number)}"
            paid.service.goes_wrong(
                *({**rule, "text": tag + r"\d{4}", "name": f"{tag}-{n}"} for n, rule in enumerate(rules))
            )
            paid.add(kinds, tag)
            quiet |= {f"{tag}{n:04d}" for n, kind in enumerate(kinds, 1) if kind == "ppt"}
        paid.finish(150, 2, threads=4)
        struck = paid.service.struck()
        for name, tag in tags.items():
            counts = {rule: count for rule, count in struck.items() if rule.startswith(f"{tag}-")}
            tally.look("every oddity struck", min(counts.values()) > 0, f"{name}: {counts}")
        outcome = judge(paid, tally)
        tally.look("with a bucket REVIEW = 0", outcome.unfair == 0, f"{outcome.unfair} in REVIEW")
        mute = all(job.partition("-")[0] in quiet for job in outcome.spent)
        tally.look("what nothing else can tell of is ppt alone", mute, f"{outcome.spent}")
        tally.figure(
            f"{len(tags)} oddities: {outcome.line()}; inputs that flowed to a living submitter before its answer: "
            f"{outcome.early}; ppt whose input went so and whose answer was lost, in REVIEW: {len(outcome.spent)}"
        )


def failures(folder: Path, tally: Tally, *, jobs: int = 40) -> None:
    """Tasks that fail while they are made, and cost all the same (but ppt): none is submitted again by itself."""
    with shop(folder, charge_failures=True) as paid:
        paid.service.goes_wrong({"do": "fail", "code": RETRYABLE, "p": 0.5})
        paid.add([*mixed(jobs), *["ppt"] * 6], "fa")
        paid.finish(120, 2, threads=4, policy=replace(QUICK, retry_free=12))
        outcome = judge(paid, tally, failing=True)
        books = Books.of(paid)
        for job in books.jobs.values():
            costly = {t["task_id"] for t in books.tasks[job.id] if t["state"] == "FAIL" and t["charged"]}
            before = {
                attempt.task_id for attempt in books.attempts[job.id][:-1]
            }  # orphans are free of charge
            again = job.endpoint != "ppt" and bool(costly & before)
            tally.look("I1", not again, f"{job.id} was submitted again after a failure that costs")
        tally.look("some failures cost", outcome.states["FAILED"] > 0, "no task failed")
        tally.figure(f"failures that are charged: {outcome.line()}")


def control(folder: Path, tally: Tally, *, jobs: int = 40) -> None:
    """The worker that submits again without evidence: the account must show what that costs."""
    with shop(folder, gated=False) as paid:
        paid.service.goes_wrong({"do": "lost", "p": 0.5})
        paid.add(mixed(jobs), "ia")
        paid.finish(90, 2, threads=4, policy=replace(QUICK, unsafe_resubmit=True))
        outcome = judge(paid, tally, control=True)
        tally.look("I12", outcome.doubled > 0, f"no double charge was seen: {outcome.line()}")
        tally.figure(f"control --unsafe-resubmit: {outcome.line()}")


def full(folder: Path, tally: Tally) -> None:
    """The ledger's disk is full at either transaction, for a moment or until its worker gives up."""
    try:
        with processes.small_disk(folder / "disk", 32 << 10) as disk:
            _full(folder, disk, tally)
    except PermissionError as error:
        tally.figure(f"disk full: not run: {error.strerror}")


def _full(folder: Path, disk: Path, tally: Tally) -> None:
    said: list[str] = []
    with shop(folder / "shop", where=str(disk / "ledger.db")) as paid:
        count = 0
        for point in ("before_intent", "after_response"):
            for empty_after in (0.7, None):
                for kind in ("tts", "notrain"):
                    count += 1
                    (job,) = paid.add([kind], "da", first=count)
                    one = paid.start_worker(ids=(job,), point=point, fill=disk, empty_after=empty_after)
                    one.join(60)
                    (disk / processes.FULL).unlink(missing_ok=True)
                    told = paid.out / "told" / f"{one.pid}.json"
                    said += json.loads(told.read_text(encoding="utf-8"))["troubles"] if told.exists() else []
                    paid.finish(60, 1, ids=(job,))
        outcome = judge(paid, tally)
    tally.look(
        "a full disk was met, and named",
        len(said) >= 4 and all("full" in text for text in said),
        f"{said[:3]}",
    )
    tally.figure(
        f"disk full at either transaction: {count} times, {len(said)} workers gave up "
        f"({said[0][:90] if said else ''}); {outcome.line()}"
    )
