"""A recording asked again of an emulator of our own, and both answers compared.

Its files are not fetched (their URLs were recorded without what opens them) and nothing is rendered, called back or
uploaded: what is compared are decisions and shapes. Tasks are known by other ids here, so those are exchanged.
"""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from mediaprep.contract import asset_calls, endpoints
from mediaprep.contract.endpoints import Endpoint
from mediaprep.contract.paths import leaf, walk
from mediaprep.contract.wire import signing
from mediaprep.emulator.drift.comparing import AnswerDifference, differences
from mediaprep.emulator.messages import Call
from mediaprep.emulator.options import Options
from mediaprep.emulator.recordings import recording
from mediaprep.emulator.recordings.recording import RecordedCall
from mediaprep.emulator.server import Emulator
from mediaprep.model.findings import Text

_ENDS: Final = ("SUCCESS", "FAIL")
_END_SECONDS: Final = 20.0
_NOWHERE: Final = "http://127.0.0.1:9/"
_NO_JSON = Text("one of both answers is no JSON object", "两个应答之一不是 JSON 对象")
_UNDER_WAY = Text(
    "recorded while the task was under way, which ours is not", "记录时任务尚在进行，模拟任务则不是"
)
_STRANGER = Text("a task whose submit is not in the recording", "其提交不在记录中的任务")


@dataclass(frozen=True, kw_only=True)
class ComparedCall:
    """One recorded call. `unknown` says why it could not be compared (None: it was)."""

    number: int
    call: str
    differences: tuple[AnswerDifference, ...] = ()
    unknown: Text | None = None


@dataclass(frozen=True, kw_only=True)
class DriftReport:
    """All calls of a recording of `gateway`."""

    gateway: str
    calls: tuple[ComparedCall, ...] = field(default=())

    @property
    def different(self) -> tuple[ComparedCall, ...]:
        return tuple(call for call in self.calls if call.differences)

    @property
    def unknown(self) -> tuple[ComparedCall, ...]:
        return tuple(call for call in self.calls if call.unknown)

    @property
    def alike(self) -> int:
        return len(self.calls) - len(self.different) - len(self.unknown)

    def lines(self, lang: str) -> Iterator[str]:
        """What a person is told: every difference, then what could not be compared, then how many of each."""
        for call in self.different:
            for it in call.differences:
                there = Text(
                    f"{it.recorded} there, {it.ours} here", f"真实网关 {it.recorded}，模拟器 {it.ours}"
                )
                yield f"#{call.number} {call.call} {it.place}: {there.say(lang)}"
        for call in self.unknown:
            yield f"#{call.number} {call.call}: {call.unknown.say(lang) if call.unknown else ''}"
        counts = len(self.calls), self.alike, len(self.different), len(self.unknown)
        yield (
            Text(
                "{}: calls {}, alike {}, different {}, not compared {}",
                "{}：调用 {}，一致 {}，不同 {}，未比较 {}",
            )
            .say(lang)
            .format(self.gateway, *counts)
        )


def drift(path: Path, catalogue: Path | None = None) -> DriftReport:
    """Compares a recording; `catalogue` has the account's own avatars and voices, without it every key is taken. Raises
    BadConfig."""
    gateway, calls = recording.read(path)
    options = Options(
        no_render=True, catalogue=catalogue, any_key=catalogue is None, exclusive=10_000, audio=10_000,
        hours=float("inf"), repeat_seconds=0.0,
    )  # fmt: skip
    with Emulator(options) as emulator:
        return DriftReport(gateway=gateway, calls=tuple(_Again(emulator).compared(calls)))


class _Again:
    """Asks `emulator` what was asked."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._ids: dict[str, str] = {}  # TaskId then → TaskId now

    def compared(self, calls: list[RecordedCall]) -> Iterator[ComparedCall]:
        """One after the other."""
        for call in calls:
            row = endpoints.BY_PATH.get(call.path) or asset_calls.BY_PATH.get(call.path)
            told = row.nickname if row else call.path
            found = self._one(call, row)
            if isinstance(found, Text):
                yield ComparedCall(number=call.number, call=told, unknown=found)
            else:
                yield ComparedCall(number=call.number, call=told, differences=found)

    def _one(self, call: RecordedCall, row: Endpoint | None) -> tuple[AnswerDifference, ...] | Text:
        then = _payload(call.answer)
        if not isinstance(call.answer, Mapping) or not isinstance(call.request, Mapping):
            return _NO_JSON
        asked = self._exchanged(call.request, row)
        if row is not None and row.kind == "query" and not isinstance(row, asset_calls.AssetCall):
            task = _payload(call.request).get("TaskId")
            if then and task not in self._ids:
                return _STRANGER
            now = self._asked(call.path, asked, wait=then.get("Status") in _ENDS)
            if then and _payload(now).get("Status") != then.get("Status") not in _ENDS:
                return _UNDER_WAY
        else:
            now = self._asked(call.path, asked)
        if "TaskId" in then and "TaskId" in _payload(now):
            self._ids[then["TaskId"]] = _payload(now)["TaskId"]
        return tuple(differences(call.answer, now))

    def _asked(self, path: str, document: Mapping[str, Any], *, wait: bool = False) -> Any:
        """Our answer; of a task that ended then, when it has ended here."""
        deadline = time.monotonic() + _END_SECONDS
        while True:
            raw = json.dumps(document, ensure_ascii=False).encode("utf-8", "surrogatepass")
            keys = self._emulator
            query = signing.query(keys.appkey, keys.accesstoken, int(time.time()))
            reply = keys.handle(
                Call(method="POST", path=path, query=query, headers={}, body=_Raw(raw), length=len(raw))
            )
            answer = json.loads(bytes(reply.body)) if isinstance(reply.body, bytes) else None
            ended = _payload(answer).get("Status") not in ("COMMIT", "MAKING")
            if not wait or ended or time.monotonic() > deadline:
                return answer
            time.sleep(0.02)

    def _exchanged(self, document: Mapping[str, Any], row: Endpoint | None) -> dict[str, Any]:
        """The request with ids and addresses of here, and nowhere to upload to."""
        made: dict[str, Any] = copy.deepcopy(dict(document))
        payload = made.get("Payload")
        if row is None or not isinstance(payload, dict):
            return made
        if payload.get("TaskId") in self._ids:
            payload["TaskId"] = self._ids[payload["TaskId"]]
        if isinstance(payload.get("CallbackUrl"), str) and payload["CallbackUrl"]:
            payload["CallbackUrl"] = _NOWHERE
        for path in row.storage_fields:
            payload.pop(leaf(path), None)
        own = f"{self._emulator.control}/help"
        for path in row.url_fields:
            for place, url in list(walk(payload, path)):
                if isinstance(url, str) and url.lower().startswith(("http://", "https://")):
                    _put(payload, place, own)
        return made


class _Raw:
    """A body that is there already."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    def read(self, size: int = -1, /) -> bytes:
        piece, self._raw = (self._raw, b"") if size < 0 else (self._raw[:size], self._raw[size:])
        return piece


def _payload(body: Any) -> dict[str, Any]:
    found = body.get("Payload") if isinstance(body, Mapping) else None
    return found if isinstance(found, dict) else {}


def _put(payload: dict[str, Any], place: str, value: str) -> None:
    """Sets the value at a concrete place that is there (`VideoParam.RefPhotoUrls[0]`)."""
    holder: Any = payload
    steps = [
        int(step) if step.isdecimal() else step
        for step in place.replace("]", "").replace("[", ".").split(".")
    ]
    for step in steps[:-1]:
        holder = holder[step]
    holder[steps[-1]] = value
