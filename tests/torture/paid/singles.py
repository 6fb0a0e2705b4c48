"""Single submits, and say: killed at every placed point, answers lost, two commands at the same moment."""

from __future__ import annotations

import collections
import json
import signal
from collections.abc import Iterable
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final

from tests.torture.paid import processes
from tests.torture.paid.judging import Tally
from tests.torture.paid.kills import IN_FLIGHT, faults
from tests.torture.paid.orders import ENDPOINTS, Command, new_job
from tests.torture.paid.shop import FORKS, Shop, killed, shop

POINTS: Final = (
    "prepare_mid", "before_intent", "after_intent", "in_flight", "late_in_flight", "after_response", "after_journal",
)  # fmt: skip
KINDS: Final = ("say", *ENDPOINTS)
_DIES_SECONDS: Final = 0.3
_PPT: Final = "ppt"
"""What nothing but the gate can tell of."""


def command(paid: Shop, kind: str, name: str) -> Command:
    """The same request as a worker's job has, with the footage in it."""
    endpoint = "tts" if kind == "say" else kind
    job = new_job(endpoint, name, paid.service.environ["MEDIAPREP_BASE_URL"], paid.footage)
    output = paid.out / "final" / f"{name}.mp3" if kind == "say" else None
    request = dict(job.spec["request"])
    outer, _, inner = job.spec["file"].rpartition(".")
    if outer:
        request[outer] = {**request[outer], inner: str(paid.footage)}
    elif inner:
        request[inner] = str(paid.footage)
    return Command(kind=kind, name=name, request=request, endpoint=endpoint, output=output)


def start(paid: Shop, one: Command, **orders: Any) -> BaseProcess:
    """A process that gives the command."""
    made = FORKS.Process(target=processes.single, args=(paid.orders(**orders), one), daemon=True)
    made.start()
    paid.workers.append(made)
    return made


def ended(paid: Shop, given: Iterable[tuple[Command, BaseProcess]]) -> list[dict[str, Any]]:
    """What each command said, once all have ended: its task or its job, or its error."""
    said = []
    for one, process in given:
        process.join(120)
        if process.is_alive():
            killed(process)
        place = paid.out / "told" / f"{one.name}.{process.pid}.json"
        said.append(json.loads(place.read_text("utf-8")) if place.exists() else {"error": "nothing"})
    return said


def singles(
    folder: Path, tally: Tally, *, only: tuple[str, ...] = POINTS, kinds: tuple[str, ...] = KINDS
) -> None:
    """Whatever becomes of the first command, the same command again goes on, and pays nothing twice."""
    with shop(folder) as paid:
        _killed(paid, tally, only, kinds)
        _lost(paid, tally, kinds)
        _at_once(paid, tally, kinds)


def _killed(paid: Shop, tally: Tally, only: tuple[str, ...], kinds: tuple[str, ...]) -> None:
    deaths, asked, never = 0, 0, []
    for number, point in enumerate(only):
        tag = f"s{chr(ord('a') + number)}"
        faults(paid, point, tag)
        at, late = ("in_flight", _DIES_SECONDS) if point in IN_FLIGHT else (point, 0.0)
        given = [command(paid, kind, f"{tag}{n:04d}") for n, kind in enumerate(kinds, 1)]
        doomed = [start(paid, one, point=at, dies=True, late=late) for one in given]
        for one, process in zip(given, doomed, strict=True):
            process.join(60)
            deaths += process.exitcode == -signal.SIGKILL
            if process.exitcode != -signal.SIGKILL:
                never.append(f"{point} {one.kind} ({process.exitcode})")
                killed(process)
        said = ended(paid, [(one, start(paid, one)) for one in given])
        for one, what in zip(given, said, strict=True):
            asked += _judged(paid, tally, one, what)
    tally.look("every placed point was died at", not never, f"submit and say: never reached: {never}")
    tally.figure(
        f"submit and say killed at {deaths} placed points ({len(only)} points × {len(kinds)} commands); the same "
        f"command again went on, and asked a person {asked} times"
    )


def _lost(paid: Shop, tally: Tally, kinds: tuple[str, ...]) -> None:
    asked, given = 0, [command(paid, kind, f"sx{n:04d}") for n, kind in enumerate(kinds, 1)]
    paid.service.goes_wrong(
        {"do": "lost", "text": r"sx\d{4}", "each": True, "first": 1, "name": "single lost"}
    )
    for _ in range(2):
        said = ended(paid, [(one, start(paid, one)) for one in given])
    for one, what in zip(given, said, strict=True):
        asked += _judged(paid, tally, one, what)
    struck = paid.service.struck()["single lost"]
    tally.look("faults struck", struck == len(kinds), f"answers were lost {struck} times")
    tally.figure(
        f"submit and say, every answer lost: {len(kinds)} commands given twice; a person asked {asked} times"
    )


def _at_once(paid: Shop, tally: Tally, kinds: tuple[str, ...]) -> None:
    given = [command(paid, kind, f"sy{n:04d}") for n, kind in enumerate(kinds, 1) if kind != "say"]
    twice = [(one, start(paid, one)) for one in given for _ in range(2)]
    said = ended(paid, twice)
    for (one, _), first, second in zip(twice[::2], said[::2], said[1::2], strict=True):
        named = first.get("task")
        tally.look(
            "two commands at once are one task", named and named == second.get("task"), f"{first} {second}"
        )
        _judged(paid, tally, one, first)


def _judged(paid: Shop, tally: Tally, one: Command, said: dict[str, Any]) -> bool:
    """Whether a person was asked: then nothing was accepted, or it was and nothing else could tell."""
    tasks = [task for task in paid.service.settled() if one.name in task["text"]]
    requests = collections.Counter(
        post["request_id"] for post in paid.service.posts() if one.name in post["text"]
    )
    tally.look("I2", max(requests.values(), default=0) <= 1, f"{one.name}: a RequestID came more than once")
    charged = sum(bool(task["charged"]) for task in tasks)
    alive = [task["task_id"] for task in tasks if task["state"] != "FAIL"]
    tally.look("I1", charged <= 1 and len(alive) <= 1, f"{one.name} was charged {charged} times: {tasks}")
    if "error" in said:
        blind = one.kind == _PPT or not alive
        tally.look("I6", said["error"] == "Unknown" and blind, f"{one.name} ({one.kind}): {said}, {alive}")
        return True
    known = said["task"] in alive if said["task"] else bool(alive)
    tally.look("I6", known, f"{one.name} ({one.kind}) says {said}, the service {alive}")
    if one.output is not None:
        tally.look("I9", one.output.is_file(), f"{one.name}: said nothing")
    return False
