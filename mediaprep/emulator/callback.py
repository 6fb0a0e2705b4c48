"""Tells a CallbackUrl how its task ended: one POST, whatever becomes of it; and those that were ordered as
faults: early, twice, forged."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from mediaprep.contract import endpoints, progress
from mediaprep.emulator import outbound
from mediaprep.emulator.account import Account
from mediaprep.emulator.faults import Faults, Odd
from mediaprep.emulator.outbound import Reach
from mediaprep.emulator.results import Results
from mediaprep.emulator.tasks import Outcome, Task

_SECONDS = 5.0


class Callbacks:
    """Sends from threads of its own and writes down in the account what came of it."""

    def __init__(
        self, reach: Reach, account: Account, results: Results, faults: Faults, now: Callable[[], float]
    ) -> None:
        self._reach = Reach(allow_hosts=reach.allow_hosts, seconds=min(_SECONDS, reach.seconds))
        self._account = account
        self._results = results
        self._faults = faults
        self._now = now

    def accepted(self, task: Task) -> None:
        """A task was accepted and its submit is not answered yet: those that come too early."""
        if not _url(task):
            return
        media = self._results.expected_url(task.task_id, task.endpoint)
        body = progress.callback_body(task.task_id, progress.Status.SUCCESS, media_url=media)
        for odd in self._faults.early_callbacks(task):
            thread = self._send(task, body, "early", odd.seconds)
            if odd.inside:
                thread.join()

    def ended(self, task: Task, outcome: Outcome) -> None:
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
        for odd in others:
            if odd.kind == "forged":
                self._send(task, _forged(body, odd), "forged").join()
        if true:
            self._send(task, body, "true")
        else:
            self._account.called_back(task.task_id, self._now(), "lost")
        for odd in others:
            if odd.kind == "twice":
                self._send(task, body, "twice", odd.seconds)

    def _send(self, task: Task, body: Mapping[str, Any], kind: str, seconds: float = 0.0) -> threading.Thread:
        raw = json.dumps(body, ensure_ascii=False).encode()

        def once() -> None:
            time.sleep(seconds)
            try:
                outcome = f"HTTP {outbound.post(_url(task), raw, self._reach)}"
            except (outbound.Unfetchable, outbound.Broken) as error:
                outcome = str(error)
            self._account.called_back(task.task_id, self._now(), outcome, kind)

        thread = threading.Thread(target=once, name=f"emulator-callback-{kind}", daemon=True)
        thread.start()
        return thread


def _url(task: Task) -> str:
    """Where it is told, "" = nowhere."""
    url = task.payload.get("CallbackUrl")
    return url if isinstance(url, str) and endpoints.get(task.endpoint).callback else ""


def _forged(body: Mapping[str, Any], odd: Odd) -> dict[str, Any]:
    return {"Payload": {**body["Payload"], odd.field: odd.value}}
