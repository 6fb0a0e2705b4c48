"""Requests that come too fast: the same one again within moments, and more of them in a second than was set."""

from __future__ import annotations

import collections
import hashlib
import json
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from mediaprep.contract.quotas import Refusal

_REPEATED, _TOO_MANY = 110005, 801004


class RequestPace:
    """A request is the same if endpoint, Payload and RequestID are; it may come again `repeat_seconds` after it was
    accepted. `per_second` 0: any number. Time is the machine's, whatever the emulator's clock says."""

    def __init__(
        self, repeat_seconds: float, per_second: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._repeat_seconds, self._per_second, self._clock = repeat_seconds, per_second, clock
        self._lock = threading.Lock()
        self._recent: collections.deque[float] = collections.deque()
        self._claims: dict[bytes, float] = {}  # in the order of their moments

    def too_many(self) -> Refusal | None:
        """Counts a submit that came."""
        now = self._clock()
        with self._lock:
            while self._recent and self._recent[0] <= now - 1.0:
                self._recent.popleft()
            if self._per_second and len(self._recent) >= self._per_second:
                return Refusal(code=_TOO_MANY, message="操作频繁，请稍后重试")
            if self._per_second:
                self._recent.append(now)
        return None

    def claim(self, endpoint: str, payload: Mapping[str, Any], request_id: str) -> bytes | Refusal:
        """The request's right to be accepted, which whoever asks for it again does not get. It must be given back if
        the request is refused after all."""
        text = json.dumps([endpoint, payload, request_id], sort_keys=True, ensure_ascii=True)
        claim, now = hashlib.sha256(text.encode()).digest(), self._clock()
        with self._lock:
            while self._claims and next(iter(self._claims.values())) <= now - self._repeat_seconds:
                del self._claims[next(iter(self._claims))]
            if claim in self._claims:
                return Refusal(code=_REPEATED, message="记录已经存在: 过快的重复请求")
            self._claims[claim] = now
        return claim

    def give_back(self, claim: bytes) -> None:
        """The request was not accepted."""
        with self._lock:
            self._claims.pop(claim, None)

    def reset(self) -> None:
        """Forgets what came."""
        with self._lock:
            self._recent.clear()
            self._claims.clear()
