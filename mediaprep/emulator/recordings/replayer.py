"""Plays a recording: whoever asks what was asked then is answered as then; whatever else comes is answered as ever."""

from __future__ import annotations

import json
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from mediaprep.emulator.messages import Call, Reply, json_reply
from mediaprep.emulator.recordings.recording import RecordedCall, body_of

REPLAYED: Final = "X-Mediaprep-Replayed"


class Replayer:
    """`otherwise` answers what is not in the recording, and what is not rightly signed (`signed` says whether it is).
    The same call again gets the answers in the order in which they came; the last of them for good."""

    def __init__(
        self,
        calls: Sequence[RecordedCall],
        otherwise: Callable[[Call], Reply],
        signed: Callable[[Call], bool],
    ) -> None:
        self._otherwise, self._signed = otherwise, signed
        self._lock = threading.Lock()
        self._left: dict[str, deque[RecordedCall]] = defaultdict(deque)
        for call in calls:
            self._left[_key(call.path, call.request)].append(call)

    def handle(self, call: Call) -> Reply:
        """Answers a call that was read; the header X-Mediaprep-Replayed names the recorded one, or says no."""
        asked = body_of(json.dumps(call.document).encode())
        found = self._next(_key(call.path, asked)) if call.document and self._signed(call) else None
        if found is None:
            reply = self._otherwise(call)
            return replace(reply, headers={**reply.headers, REPLAYED: "no"})
        answer: Any = found.answer
        if not isinstance(answer, dict):
            return Reply(
                status=found.status, headers={REPLAYED: str(found.number)}, body=str(answer).encode()
            )
        request_id = (call.document.get("Header") or {}).get("RequestID")
        if request_id and isinstance(answer.get("Header"), dict):
            answer = {**answer, "Header": {**answer["Header"], "RequestID": request_id}}
        reply = json_reply(answer, found.status)
        return replace(reply, headers={**reply.headers, REPLAYED: str(found.number)})

    def _next(self, key: str) -> RecordedCall | None:
        with self._lock:
            left = self._left.get(key)
            if not left:
                return None
            return left.popleft() if len(left) > 1 else left[0]


def _key(path: str, request: Any) -> str:
    """What makes two calls the same: not who asked, nor when."""
    said = request.get("Payload") if isinstance(request, dict) else request
    return f"{path} {json.dumps(said, sort_keys=True, ensure_ascii=False)}"
