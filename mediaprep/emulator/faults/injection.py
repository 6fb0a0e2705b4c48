"""Injected faults: the rules of the control port at the places of the seam (see control_help.py for what users may
order, fault_rules.py for how a rule decides)."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, Literal

from mediaprep.contract import codes, endpoints
from mediaprep.contract.wire import envelope
from mediaprep.emulator.faults import bent_answers
from mediaprep.emulator.faults.fault_points import STRUCK, Faults, Odd
from mediaprep.emulator.faults.fault_rules import Die, FaultPlan, FaultRule, Subject
from mediaprep.emulator.messages import Call, Reply, json_reply
from mediaprep.emulator.store.result_files import Results, task_of
from mediaprep.emulator.task import Task
from mediaprep.emulator.tasks import TaskQueue
from mediaprep.emulator.work import Spoiled

_ENDINGS: Final = frozenset({"latency", "status", "reset", "lost", "code", "garbage"})
_SHAPES: Final = frozenset({"slow", "cut", "corrupt", "gzip", "no-length", "chunked"})
_REMEMBERED: Final = 2000  # accepted requests that a repeated one is held against
_NOWHERE: Final = "http://127.0.0.1:9/forged.mp4"


class Injected(Faults):
    """The faults that were ordered; none at first. `open` gives it what it looks tasks up in."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._dice: list[Die] = []
        self._accepted: dict[str, float] = {}  # digest of a request → when one like it was accepted last
        self._tasks: TaskQueue
        self._results: Results
        self._now: Callable[[], float] = time.time
        self._stopped = threading.Event()

    def open(self, tasks: TaskQueue, results: Results, now: Callable[[], float]) -> None:
        """Before the first call."""
        self._tasks, self._results, self._now = tasks, results, now

    def close(self) -> None:
        """Ends every wait."""
        self._stopped.set()

    def reset(self) -> None:
        """Removes all rules, ends every wait of theirs, and forgets which requests were accepted."""
        with self._lock:
            self._dice, self._accepted = [], {}
            self._stopped.set()
            self._stopped = threading.Event()

    def add(self, plan: FaultPlan) -> None:
        """Adds the plan's rules behind those that are there; one with the same name is replaced and counts
        anew. Rules without a name are numbered."""
        with self._lock:
            for rule in plan.rules:
                name = rule.name or self._free_name(rule.do)
                named = rule.model_copy(update={"name": name})
                self._dice = [die for die in self._dice if die.rule.name != name]
                self._dice.append(Die(named, plan.seed))

    def clear(self, name: str = "") -> bool:
        """Removes all rules, or the one of that name; False when there is none."""
        with self._lock:
            left = [die for die in self._dice if name and die.rule.name != name]
            found = len(left) < len(self._dice) or not name
            self._dice = left
            return found

    def shown(self) -> list[dict[str, Any]]:
        """Every rule with its counts."""
        with self._lock:
            return [die.shown() for die in self._dice]

    def before_handle(self, call: Call, kind: str) -> Call | Reply:
        if not self._dice:
            return call
        subject = self._subject(call, kind)
        reply = self._ending(call, subject, after=False)
        if reply is not None:
            return reply
        if self._struck({"stale"}, subject):
            self._results.revoke(task_of(call.path) or "")
        if self._struck({"no-range"}, subject):
            headers = {k: v for k, v in call.headers.items() if k != "range"}
            return dataclasses.replace(call, headers=headers)
        return call

    def before_accept(self, call: Call, endpoint: str) -> Reply | None:
        return self._ending(call, self._subject(call, endpoint), after=False) if self._dice else None

    def taken(self, call: Call, endpoint: str, quota: str) -> int:
        if not self._dice:
            return 0
        subject = self._subject(call, endpoint)
        rules = self._struck({"slots"}, subject, lambda rule: rule.key in ("", quota))
        return sum(rule.places or 0 for rule in rules)

    def fetches_inside(self, call: Call, endpoint: str) -> bool:
        return bool(self._dice and self._struck({"fetch-inside"}, self._subject(call, endpoint)))

    def after_accept(self, call: Call, endpoint: str, task_id: str) -> Reply | None:  # noqa: ARG002
        subject = self._subject(call, endpoint) if self._dice else None
        self._remember(_digest(call))
        return self._ending(call, subject, after=True) if subject else None

    def before_answer(self, call: Call, reply: Reply) -> Reply:
        kind = _kind(call)
        if not self._dice or kind is None or reply.drop or reply.reset:
            return reply
        subject = self._subject(call, kind)
        if kind not in endpoints.ENDPOINTS or endpoints.get(kind).kind == "query":
            reply = self._ending(call, subject, after=True) or reply
        for rule in self._struck(_SHAPES, subject):
            match rule.do:
                case "slow":
                    reply = bent_answers.slowed(reply, rule.rate or 1, self._pause)
                case "cut":
                    reply = bent_answers.cut(reply, rule.bytes)
                case "corrupt":
                    reply = bent_answers.corrupted(reply, rule.bytes)
                case "gzip":
                    reply = bent_answers.zipped(reply)
                case "no-length":
                    reply = dataclasses.replace(reply, framing="closed")
                case "chunked":
                    reply = dataclasses.replace(reply, framing="chunked")
        return reply

    def fetching(self, task: Task) -> Iterator[None]:
        rules = self._struck({"fetch-late", "fetch-twice"}, _of_task(task, task.endpoint, self._now()))
        self._pause(sum(rule.seconds or 0.0 for rule in rules))
        yield
        if any(rule.do == "fetch-twice" for rule in rules):
            yield

    def spoils(self, task: Task) -> Spoiled | None:
        for rule in self._struck({"fail"}, _of_task(task, task.endpoint, self._now())):
            code = rule.code or 0
            return Spoiled(code, rule.message or codes.of_task(code).meaning.zh)
        return None

    def upload(self, task: Task) -> Literal["sent", "refused", "lost"]:
        rules = self._struck({"put-refused", "put-lost"}, _of_task(task, task.endpoint, self._now()))
        return "sent" if not rules else "refused" if rules[0].do == "put-refused" else "lost"

    def early_callbacks(self, task: Task) -> tuple[Odd, ...]:
        rules = self._struck({"callback-early"}, _of_task(task, task.endpoint, self._now()))
        return tuple(
            Odd(kind="early", seconds=rule.seconds or 0.0, inside=rule.when == "before") for rule in rules
        )

    def end_callbacks(self, task: Task) -> tuple[bool, tuple[Odd, ...]]:
        subject = _of_task(task, task.endpoint, self._now())
        lost = bool(self._struck({"callback-lost"}, subject))
        odd = []
        for rule in self._struck({"callback-twice", "callback-forged"}, subject):
            if rule.do == "callback-twice":
                odd.append(Odd(kind="twice", seconds=rule.seconds or 0.0))
            else:
                made_up = secrets.token_hex(16) if rule.field == "TaskId" else _NOWHERE
                odd.append(Odd(kind="forged", field=rule.field, value=rule.value or made_up))
        return not lost, tuple(odd)

    def _remember(self, digest: str) -> None:
        """A request like this was accepted now; the earliest of very many are forgotten."""
        with self._lock:
            self._accepted.pop(digest, None)
            self._accepted[digest] = self._now()
            if len(self._accepted) > _REMEMBERED:
                del self._accepted[next(iter(self._accepted))]

    def _struck(
        self,
        actions: frozenset[str] | set[str],
        subject: Subject,
        concerns: Callable[[FaultRule], bool] = lambda rule: True,
    ) -> list[FaultRule]:
        """The rules of these actions that strike now; every one that matches counts the call."""
        with self._lock:
            asked = [die for die in self._dice if die.rule.do in actions and concerns(die.rule)]
            struck = [die.rule for die in asked if die.strikes(subject)]
        noted = STRUCK.get()
        if noted is not None:
            noted += [rule.name for rule in struck]
        return struck

    def _ending(self, call: Call, subject: Subject, *, after: bool) -> Reply | None:
        """What is answered instead, by the first rule that strikes; delays add up before it."""
        for rule in self._struck(_ENDINGS, subject, lambda rule: rule.after == after):
            if rule.do == "latency":
                self._pause(rule.seconds or 0.0)
                continue
            if rule.do == "lost":
                self._pause(rule.seconds or 0.0)
            return _instead(rule, call)
        return None

    def _pause(self, seconds: float) -> bool:
        """Sleeps; False when the emulator ends meanwhile."""
        return not self._stopped.wait(seconds)

    def _subject(self, call: Call, kind: str) -> Subject:
        if kind == "bucket":
            return Subject(call=kind, says=call.path)
        submits = kind in endpoints.ENDPOINTS and endpoints.get(kind).kind == "submit"
        if not submits:  # a download, a look at a task, or an asset list
            payload = call.document.get("Payload")
            asked = payload.get("TaskId") if isinstance(payload, Mapping) else None
            task = self._tasks.find(str(asked or task_of(call.path) or ""))
            if task is None:
                return Subject(call=kind, says=call.path)
            return _of_task(task, kind, self._now())
        before = self._accepted.get(_digest(call))
        return Subject(
            call=kind,
            says=_words(call.document.get("Payload")),
            repeated=None if before is None else self._now() - before,
        )

    def _free_name(self, action: str) -> str:
        names = {die.rule.name for die in self._dice}
        numbers = range(1, len(names) + 2)
        return next(name for n in numbers if (name := f"{action}-{n}") not in names)


def _of_task(task: Task, call: str, now: float) -> Subject:
    return Subject(call=call, says=f"{task.task_id} {_words(task.payload)}", age=now - task.accepted_at)


def _instead(rule: FaultRule, call: Call) -> Reply:
    match rule.do:
        case "status":
            more = {} if rule.retry_after is None else {"Retry-After": rule.retry_after}
            return Reply(status=rule.status, headers={"Content-Type": "text/plain", **more}, body=b"injected")
        case "reset":
            return Reply(reset=True)
        case "code":
            code = rule.code or 0
            message = rule.message or codes.of_interface(code).meaning.zh
            header = call.document.get("Header")
            request_id = header.get("RequestID", "") if isinstance(header, Mapping) else ""
            return json_reply(envelope.error(code, message, str(request_id), f"gz{secrets.token_hex(16)}"))
        case "garbage":
            return Reply(headers={"Content-Type": "text/html"}, body=(rule.message or "<html>…").encode())
    return Reply(drop=True)


def _kind(call: Call) -> str | None:
    """What rules call it; None: nothing they concern."""
    endpoint = endpoints.BY_PATH.get(call.path)
    if endpoint is not None:
        return endpoint.nickname
    if task_of(call.path):
        return "download"
    return None if call.path.startswith("/v2/") else "bucket"


def _words(request: object) -> str:
    return json.dumps(request, ensure_ascii=False) if request else ""


def _digest(call: Call) -> str:
    text = json.dumps([call.path, call.document.get("Payload")], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
