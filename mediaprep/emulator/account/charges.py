"""The service's own account of accepted and charged tasks and of every submit that came: append-only JSON lines
that survive a restart and a kill.

Tests judge by it, so a line is written before the answer it belongs to is sent, and synced where something is owed.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from mediaprep.errors import BadConfig

_NEW: Mapping[str, Any] = {
    "finished_at": None,
    "state": "COMMIT",
    "charged": False,
    "seconds": None,
    "deducted_seconds": 0.0,
    "media": "",
    "subtitles": "",
}
_IDLE_SECONDS = 10.0  # so long rows that nobody asks after stay in memory


class _Replay:
    """What the lines of an account come to, as far as `offset` (bytes)."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {}
        self.posts: dict[str, dict[str, Any]] = {}
        self.deducted = 0.0
        self.opened: float | None = None
        self.offset = self.lines = 0

    def read(self, path: Path) -> None:
        """Goes on where it stood. Raises BadConfig."""
        with path.open("rb") as stream:
            stream.seek(self.offset)
            content = stream.read()
        whole = content.rfind(b"\n") + 1
        self.offset += whole
        for line in content[:whole].splitlines():
            self.lines += 1
            try:
                self.apply(json.loads(line))
            except (ValueError, KeyError, TypeError) as error:
                raise BadConfig(
                    f"{path} is not an account of the emulator: line {self.lines}; use another folder",
                    f"{path} 不是模拟器的账目：第 {self.lines} 行；请换一个目录",
                ) from error

    def apply(self, event: dict[str, Any]) -> None:
        """One more line. Raises ValueError, KeyError, TypeError."""
        values = {k: v for k, v in event.items() if k != "event"}
        kind = event["event"]
        if kind == "opened":
            self.opened = values["at"]
            return
        if kind in ("received", "answered"):
            fresh = {"answer": None, "task_id": ""} if kind == "received" else self.posts.get(event["number"])
            if fresh is not None:  # else it was forgotten while it was answered
                self.posts[event["number"]] = {**fresh, **values}
            return
        task_id = event["task_id"]
        if kind == "accepted":
            self.rows[task_id] = {**_NEW, **values, "inputs": [], "callbacks": []}
        elif task_id in self.rows:
            row = self.rows[task_id]
            if kind == "fetched":
                row["inputs"].append(values["input"])
                return
            if "tried" in values:
                row["callbacks"].append(values.pop("tried"))
            row.update(values)
            self.deducted += values.get("deducted_seconds", 0.0)


class ChargeLog:
    """Rows of `path`; `durable` = `sync` forces what is owed to disk. They lie there, and in memory only while somebody
    asks after them."""

    def __init__(self, path: Path, *, durable: bool) -> None:
        self._lock = threading.Lock()
        self._durable = durable
        self._syncing = threading.Lock()
        self._written = self._synced = 0  # lines
        self._path = path
        self._view: _Replay | None = None
        self._asked = 0.0
        begun = _begun(path)
        self._deducted, self._opened = begun.deducted, begun.opened
        self._stream = path.open("ab")

    def opened(self, now: float) -> float:
        """When the account was first asked after, in seconds: now, if it never was."""
        with self._lock:
            known = self._opened
        if known is None:
            self._append({"event": "opened", "at": now})
        return now if known is None else known

    def received(self, number: str, endpoint: str, at: float, request_id: str, text: str) -> None:
        """A submit came and nothing was judged; `number` is the emulator's own for it."""
        row = {
            "number": number,
            "endpoint": endpoint,
            "received_at": at,
            "request_id": request_id,
            "text": text,
        }
        self._append({"event": "received", **row})

    def answered(self, number: str, answer: str, task_id: str) -> None:
        """What the client was told: `code 0`, `HTTP 503`, `dropped`, `reset`, `unreadable`. `task_id` stands
        whether the client was told it or not, "" = not accepted."""
        self._append({"event": "answered", "number": number, "answer": answer, "task_id": task_id})

    def accepted(
        self, task_id: str, endpoint: str, at: float, request: Mapping[str, Any], **more: Any
    ) -> None:
        """A task was accepted; the request is kept without the query strings of its URLs."""
        self._append(
            {
                "event": "accepted",
                "task_id": task_id,
                "endpoint": endpoint,
                "accepted_at": at,
                **more,
                "text": script_of(request),
                "request": without_queries(request),
            }
        )

    def fetched(
        self, task_id: str, at: float, *, place: str, url: str, status: int | None, problem: str
    ) -> None:
        """An input was fetched, or was not."""
        found = {"place": place, "url": without_queries(url), "at": at, "status": status, "problem": problem}
        self._append({"event": "fetched", "task_id": task_id, "input": found})

    def finished(
        self,
        task_id: str,
        at: float,
        state: str,
        seconds: float,
        *,
        charged: bool,
        deducted: float,
        **more: Any,
    ) -> None:
        """A task ended. `seconds` is the product's length, `deducted` what it took off the hour package."""
        self._append(
            {
                "event": "finished",
                "task_id": task_id,
                "finished_at": at,
                "state": state,
                "charged": charged,
                "seconds": seconds,
                "deducted_seconds": deducted,
                **more,
            }
        )

    def called_back(self, task_id: str, at: float, outcome: str, kind: str = "true") -> None:
        """A callback of a task was tried; `outcome` is the HTTP status or why none came, `kind` true, early,
        twice or forged."""
        tried = {"at": at, "kind": kind, "outcome": outcome}
        told = {"called_back_at": at, "callback": outcome} if kind == "true" else {}
        self._append({"event": "called_back", "task_id": task_id, "tried": tried, **told})

    def sync(self) -> None:
        """Returns when no power cut can take what was written before; all who wait share one write."""
        with self._lock:
            wanted = self._written
        with self._syncing:
            with self._lock:
                if self._synced >= wanted or not self._durable or self._stream.closed:
                    return
                written, number = self._written, os.dup(self._stream.fileno())
            try:
                os.fsync(number)
            finally:
                os.close(number)
            self._synced = written

    def rows(self) -> list[dict[str, Any]]:
        """Every task in the order of acceptance, as it stands now."""
        with self._lock:
            return [
                {**row, "inputs": list(row["inputs"]), "callbacks": list(row["callbacks"])}
                for row in self._caught_up().rows.values()
            ]

    def posts(self) -> list[dict[str, Any]]:
        """Every submit in the order it came in; `answer` None: the emulator died before it was out."""
        with self._lock:
            return [dict(post) for post in self._caught_up().posts.values()]

    def deducted(self) -> float:
        """Seconds taken off hour packages so far."""
        with self._lock:
            return self._deducted

    def clear(self) -> None:
        """Forgets all of it, on disk too."""
        with self._lock:
            self._stream.truncate(0)
            self._view, self._deducted, self._opened = None, 0.0, None

    def close(self) -> None:
        """Closes the file; the rows stay readable."""
        with self._lock:
            self._caught_up()
            self._stream.close()

    def _append(self, event: dict[str, Any]) -> None:
        line = json.dumps(event, ensure_ascii=False) + "\n"
        with self._lock:
            if self._stream.closed:
                return  # a late thread of an emulator that has ended
            self._stream.write(line.encode())
            self._stream.flush()
            self._written += 1
            self._deducted += event.get("deducted_seconds", 0.0)
            self._opened = event["at"] if event["event"] == "opened" else self._opened
            if self._view is not None and time.monotonic() - self._asked > _IDLE_SECONDS:
                self._view = None

    def _caught_up(self) -> _Replay:
        """Everything written so far. Holds the lock."""
        self._view = self._view or _Replay()
        self._asked = time.monotonic()
        if not self._stream.closed:
            self._view.read(self._path)
        return self._view


def _begun(path: Path) -> _Replay:
    """What is there; a last line cut off by a crash is cut from the file too."""
    found = _Replay()
    if path.is_file():
        found.read(path)
        if found.offset != path.stat().st_size:
            with path.open("r+b") as stream:
                stream.truncate(found.offset)
    return found


def script_of(request: Mapping[str, Any]) -> str:
    """InputSsml, of ppt that of all pages by lines."""
    pages = request.get("PageConfigs")
    parts = [request, *(pages if isinstance(pages, list) else ())]
    texts = (part.get("InputSsml") for part in parts if isinstance(part, Mapping))
    return "\n".join(text for text in texts if isinstance(text, str) and text)


def without_queries(value: Any) -> Any:
    """The same JSON with the query string, the fragment and the user name of every URL in it removed."""
    if isinstance(value, Mapping):
        return {key: without_queries(item) for key, item in value.items()}
    if isinstance(value, list):
        return [without_queries(item) for item in value]
    if isinstance(value, str) and value[:8].lower().startswith(("http://", "https://")):
        try:
            parts = urlsplit(value)
            host = parts.netloc.rpartition("@")[2]
            return urlunsplit((parts.scheme, host, parts.path, "", ""))
        except ValueError:
            return value.split("?", 1)[0]
    return value
