"""Tells a CallbackUrl how its task ended: one POST, whatever becomes of it; and those that were ordered as
faults: early, twice, forged."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mediaprep.contract import endpoints, progress
from mediaprep.emulator import outbound
from mediaprep.emulator.account.charges import ChargeLog
from mediaprep.emulator.faults.fault_points import Faults, Odd
from mediaprep.emulator.journal.exchanges import Journal
from mediaprep.emulator.outbound import Reach
from mediaprep.emulator.store.result_files import Results
from mediaprep.emulator.task import Task, TaskEnd

_SECONDS = 5.0


@dataclass(frozen=True)
class _Sending:
    """One POST, `seconds` after the one before it."""

    body: Mapping[str, Any]
    kind: str
    seconds: float = 0.0


class Callbacks:
    """Sends from threads of its own and writes down in the account what came of it."""

    def __init__(
        self,
        reach: Reach,
        account: ChargeLog,
        results: Results,
        faults: Faults,
        now: Callable[[], float],
        *,
        journal: Journal,
    ) -> None:
        self._reach = Reach(allow_hosts=reach.allow_hosts, seconds=min(_SECONDS, reach.seconds))
        self._account = account
        self._results = results
        self._faults = faults
        self._now = now
        self._journal = journal

    def accepted(self, task: Task) -> None:
        """A task was accepted and its submit is not answered yet: those that come too early."""
        if not _url(task):
            return
        media = self._results.expected_url(task.task_id, task.endpoint)
        body = progress.callback_body(task.task_id, progress.Status.SUCCESS, media_url=media)
        for odd in self._faults.early_callbacks(task):
            thread = self._send(task, [_Sending(body, "early", odd.seconds)])
            if odd.inside:
                thread.join()

    def ended(self, task: Task, outcome: TaskEnd) -> None:
        """A task has ended: the true one, unless it is lost, behind the forged ones."""
        if not _url(task):
            return
        body = progress.callback_body(
            task.task_id,
            progress.Status(outcome.state),
            media_url=self._results.url(outcome.media),
            subtitles_url=self._results.url(outcome.subtitles),
            fail_message=outcome.fail_message,
        )
        true, others = self._faults.end_callbacks(task)
        forged = [_Sending(_forged(body, odd), "forged") for odd in others if odd.kind == "forged"]
        twice = [_Sending(body, "twice", odd.seconds) for odd in others if odd.kind == "twice"]
        if not true:
            self._account.called_back(task.task_id, self._now(), "lost")
        self._send(task, [*forged, *([_Sending(body, "true")] if true else []), *twice])

    def _send(self, task: Task, sendings: Sequence[_Sending]) -> threading.Thread:
        """One after the other, from a thread of its own."""

        def all_of_them() -> None:
            for sending in sendings:
                time.sleep(sending.seconds)
                raw = json.dumps(sending.body, ensure_ascii=False).encode()
                status, problem = None, ""
                try:
                    status = outbound.post(_url(task), raw, self._reach)
                except (outbound.Unfetchable, outbound.BrokenDownload) as error:
                    problem = str(error)
                outcome = problem if status is None else f"HTTP {status}"
                self._journal.went_out(
                    "POST", _url(task), task.task_id, body=raw, status=status, problem=problem
                )
                self._account.called_back(task.task_id, self._now(), outcome, sending.kind)

        thread = threading.Thread(target=all_of_them, name="emulator-callback", daemon=True)
        thread.start()
        return thread


def _url(task: Task) -> str:
    """Where it is told, "" = nowhere."""
    url = task.payload.get("CallbackUrl")
    return url if isinstance(url, str) and endpoints.get(task.endpoint).callback else ""


def _forged(body: Mapping[str, Any], odd: Odd) -> dict[str, Any]:
    return {"Payload": {**body["Payload"], odd.field: odd.value}}
