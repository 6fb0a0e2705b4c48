"""Hands calls on to the real gateway as they came, and writes down what came of them."""

from __future__ import annotations

import http.client
from typing import Final
from urllib.parse import unquote_plus, urlsplit

from mediaprep.emulator.messages import Call, Reply, json_reply
from mediaprep.emulator.recordings.recording import Recording

_SECONDS: Final = 120.0
_MOST_BYTES: Final = 16 << 20
_ROOM: Final = "/v2/"
_HANDED_BACK: Final = ("Content-Type", "Date", "Retry-After")


class Recorder:
    """`gateway` is a URL whose calls are signed by whoever makes them: this only hands on. What is submitted through it
    is real, and paid."""

    def __init__(self, gateway: str, recording: Recording) -> None:
        self._parts = urlsplit(gateway)
        self._recording = recording

    def handle(self, call: Call) -> Reply:
        """The gateway's answer; HTTP 502 where none came, which says nothing of whether the call was taken. Raises
        BodyCut."""
        if not call.path.startswith(_ROOM):
            return json_reply(
                {"error": f"only calls below {_ROOM} are handed on", "zh": f"仅转发 {_ROOM} 之下的调用"}, 404
            )
        raw = call.whole(_MOST_BYTES)
        if raw is None:
            return Reply(status=413)
        try:
            status, headers, answer = self._sent(call, raw)
        except (OSError, http.client.HTTPException) as error:
            why = type(error).__name__
            told = {"error": f"no answer of the gateway: {why}", "zh": f"网关没有应答：{why}"}
            return json_reply(told, 502)
        self._recording.add(call.path, raw, status, answer, _secrets(call.query))
        return Reply(status=status, headers=headers, body=answer)

    def close(self) -> None:
        """Closes the recording."""
        self._recording.close()

    def _sent(self, call: Call, raw: bytes) -> tuple[int, dict[str, str], bytes]:
        secure = self._parts.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = kind(str(self._parts.hostname), self._parts.port, timeout=_SECONDS)
        try:
            target = call.path + (f"?{call.query}" if call.query else "")
            kept = {"Content-Type": call.headers.get("content-type", "application/json;charset=utf-8")}
            connection.request(call.method, target, body=raw or None, headers=kept)
            response = connection.getresponse()
            answer = response.read(_MOST_BYTES)
            headers = {
                name: value for name in _HANDED_BACK if (value := response.headers.get(name)) is not None
            }
            return response.status, headers, answer
        finally:
            connection.close()


def _secrets(query: str) -> set[str]:
    """Whatever stands in a signed query, but for the time."""
    found = {part.partition("=") for part in query.split("&") if not part.startswith("timestamp=")}
    values = {value for _, _, value in found}
    return values | {unquote_plus(value) for value in values}
