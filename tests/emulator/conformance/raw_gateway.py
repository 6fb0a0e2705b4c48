"""A gateway as anybody reaches it: raw HTTP, signed by code of its own, nothing of mediaprep in between."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlsplit

from tests.emulator.wire import LISTS, PATHS

_BUSY: Final = frozenset({100008, 110005, 801004})  # come again later
_ENDED: Final = frozenset({"SUCCESS", "FAIL"})


@dataclass(frozen=True)
class Told:
    """One answer of the gateway."""

    code: int
    message: str
    payload: Mapping[str, Any]
    emulated: bool


class RawGateway:
    """One connection, kept alive. `pause` is waited between two looks (seconds)."""

    def __init__(self, base_url: str, appkey: str, accesstoken: str, *, pause: float = 0.02) -> None:
        self.base_url, self._appkey, self._accesstoken = base_url.rstrip("/"), appkey, accesstoken
        self.pause = pause
        self._parts = urlsplit(self.base_url)
        self._connection: http.client.HTTPConnection | None = None

    def call(self, nickname: str, payload: Mapping[str, Any]) -> Told:
        """One call, sent once. Raises OSError, HTTPException, ValueError for an answer that is none."""
        body = json.dumps({"Header": {}, "Payload": payload}, ensure_ascii=False).encode()
        path = f"{self._parts.path}{(PATHS | LISTS)[nickname]}?{self._query()}"
        headers = {"Content-Type": "application/json;charset=utf-8"}
        connection = self._connected()
        try:
            connection.request("POST", path, body, headers)
            response = connection.getresponse()
            answer = json.loads(response.read())
        except BaseException:
            self.close()
            raise
        header = answer["Header"]
        emulated = response.headers.get("X-Mediaprep-Emulator") is not None
        return Told(header["Code"], header["Message"], answer.get("Payload") or {}, emulated)

    def patiently(
        self, nickname: str, payload: Mapping[str, Any], wanted: frozenset[int], seconds: float
    ) -> Told:
        """The same, again while the gateway says that there are too many, unless that was wanted."""
        deadline = time.monotonic() + seconds
        while True:
            told = self.call(nickname, payload)
            if told.code in wanted or told.code not in _BUSY or time.monotonic() > deadline:
                return told
            time.sleep(max(self.pause, 1.05 if told.code == 110005 else 0.0))

    def ended(self, task_id: str, nickname: str, seconds: float) -> Mapping[str, Any]:
        """How a task ended; how it stands when that takes too long."""
        deadline = time.monotonic() + seconds
        while True:
            found = self.call(
                "ppt_progress" if nickname == "ppt" else "progress", {"TaskId": task_id}
            ).payload
            if found.get("Status") in _ENDED or time.monotonic() > deadline:
                return found
            time.sleep(self.pause)

    def close(self) -> None:
        """Ends the connection; the next call opens another."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _connected(self) -> http.client.HTTPConnection:
        if self._connection is None:
            kind = (
                http.client.HTTPSConnection if self._parts.scheme == "https" else http.client.HTTPConnection
            )
            self._connection = kind(str(self._parts.hostname), self._parts.port, timeout=30)
        return self._connection

    def _query(self) -> str:
        asked = f"appkey={self._appkey}&timestamp={int(time.time())}"
        digest = hmac.new(self._accesstoken.encode(), asked.encode(), hashlib.sha256).digest()
        return f"{asked}&signature={quote(base64.b64encode(digest).decode(), safe='')}"
