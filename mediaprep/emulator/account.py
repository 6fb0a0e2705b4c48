"""The service's own account of accepted and charged tasks: append-only JSON lines that survive a restart.

Tests judge by it, so a row is on disk before the answer it belongs to is sent.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from mediaprep.errors import BadConfig


class Account:
    """Rows of `path`; `durable` = every row is forced to disk."""

    def __init__(self, path: Path, *, durable: bool) -> None:
        self._lock = threading.Lock()
        self._durable = durable
        self._rows: dict[str, dict[str, Any]] = {}
        self._load(path)
        self._stream = path.open("ab")

    def accepted(self, task_id: str, endpoint: str, at: float, request: Mapping[str, Any]) -> None:
        """A task was accepted; the request is kept without the query strings of its URLs."""
        self._append(
            {
                "event": "accepted",
                "task_id": task_id,
                "endpoint": endpoint,
                "accepted_at": at,
                "request": without_queries(request),
            }
        )

    def finished(self, task_id: str, at: float, state: str, seconds: float, **more: Any) -> None:
        """A task ended; SUCCESS is charged. `seconds` is the product's length."""
        self._append(
            {
                "event": "finished",
                "task_id": task_id,
                "finished_at": at,
                "state": state,
                "charged": state == "SUCCESS",
                "seconds": seconds,
                **more,
            }
        )

    def called_back(self, task_id: str, at: float, outcome: str) -> None:
        """The one callback of a task was tried; `outcome` is the HTTP status or why none came."""
        self._append({"event": "called_back", "task_id": task_id, "called_back_at": at, "callback": outcome})

    def rows(self) -> list[dict[str, Any]]:
        """Every task in the order of acceptance, as it stands now."""
        with self._lock:
            return [dict(row) for row in self._rows.values()]

    def close(self) -> None:
        """Closes the file; the rows stay readable."""
        with self._lock:
            self._stream.close()

    def _append(self, event: dict[str, Any]) -> None:
        line = json.dumps(event, ensure_ascii=False) + "\n"
        with self._lock:
            self._stream.write(line.encode())
            self._stream.flush()
            if self._durable:
                os.fsync(self._stream.fileno())
            self._apply(event)

    def _apply(self, event: dict[str, Any]) -> None:
        task_id = event["task_id"]
        values = {k: v for k, v in event.items() if k != "event"}
        if event["event"] == "accepted":
            fresh = {"finished_at": None, "state": "COMMIT", "charged": False, "seconds": None}
            self._rows[task_id] = {**values, **fresh}
        elif task_id in self._rows:
            self._rows[task_id].update(values)

    def _load(self, path: Path) -> None:
        """Reads what is there; a last line cut off by a crash is cut from the file too."""
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return
        whole = content.rfind(b"\n") + 1
        if whole != len(content):
            with path.open("r+b") as stream:
                stream.truncate(whole)
        for number, line in enumerate(content[:whole].splitlines(), 1):
            try:
                self._apply(json.loads(line))
            except (ValueError, KeyError, TypeError) as error:
                raise BadConfig(
                    f"{path} is not an account of the emulator: line {number}; use another folder",
                    f"{path} 不是模拟器的账目：第 {number} 行；请换一个目录",
                ) from error


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
