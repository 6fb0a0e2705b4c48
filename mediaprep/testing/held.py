"""What of an emulator a test holds beside its gateway: the clock, faults on order, the bucket."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from mediaprep.config import Settings
from mediaprep.errors import Unreachable
from mediaprep.submission.bucket.object_store import Store, store
from mediaprep.testing.control_calls import ControlPort, exchange

_HOUR: Final = 3600


@dataclass(frozen=True, kw_only=True)
class MovableClock:
    """The emulator's time. It goes forward only (a reset brings it back to the machine's)."""

    control: ControlPort

    def now(self) -> datetime.datetime:
        """What the emulator takes the time to be, in UTC."""
        return datetime.datetime.fromtimestamp(self.control.get("clock")["now"], datetime.UTC)

    def advance(self, seconds: float = 0.0, *, hours: float = 0.0, days: float = 0.0) -> datetime.datetime:
        """Moves on by all of them together; returns the new time. Rendering under way is waited for."""
        by = seconds + _HOUR * (hours + 24 * days)
        moved = self.control.post("clock", {"advance": by})
        return datetime.datetime.fromtimestamp(moved["now"], datetime.UTC)

    def move_to(self, moment: datetime.datetime) -> None:
        """Moves to a moment of the future; one without a time zone is UTC."""
        aware = moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
        self.control.post("clock", {"now": aware.timestamp()})


class OrderedFault:
    """Fault rules that are at work until the block ends, and what they did, which is known behind it too. `names` are
    theirs at the control port."""

    def __init__(self, control: ControlPort, names: tuple[str, ...]) -> None:
        self.names = names
        self._control = control
        self._last: list[dict[str, Any]] | None = None

    @property
    def struck(self) -> int:
        """How often any of them made something go wrong so far."""
        return self._sum("struck")

    @property
    def matched(self) -> int:
        """How many calls they looked at so far."""
        return self._sum("matched")

    def _sum(self, count: str) -> int:
        rules = self._control.get("faults")["rules"] if self._last is None else self._last
        return sum(rule[count] for rule in rules if rule["name"] in self.names)

    def end(self) -> None:
        """Takes the rules out, those that a reset has left."""
        self._last = self._control.get("faults")["rules"]
        for name in {rule["name"] for rule in self._last} & set(self.names):
            self._control.delete(f"faults/{quote(name, safe='')}")


@contextmanager
def ordered(control: ControlPort, rules: tuple[Mapping[str, Any], ...], seed: int) -> Iterator[OrderedFault]:
    """The rules at work, removed at the end. Raises BadConfig for one that is none."""
    named = [{"name": f"test-{secrets.token_hex(4)}", **rule} for rule in rules]
    control.post("faults", {"seed": seed, "rules": named})
    fault = OrderedFault(control, tuple(str(rule["name"]) for rule in named))
    try:
        yield fault
    finally:
        fault.end()


class LocalBucket:
    """The emulator's bucket: files for requests, results that were uploaded. `env` is the gateway's."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._store: Store = store(Settings.load(environ=env))

    def put(self, key: str, content: bytes | Path, content_type: str = "") -> str:
        """Keeps the content as `key`; returns a URL from which the gateway can fetch it. Raises Unreachable."""
        body = content if isinstance(content, bytes) else content.read_bytes()
        self._exchanged("PUT", self.put_url(key), key, body, content_type)
        return self.url(key)

    def get(self, key: str) -> bytes:
        """What is kept as `key`. Raises Unreachable where there is nothing."""
        return self._exchanged("GET", self.url(key), key)

    def has(self, key: str) -> bool:
        """Whether something is kept as `key`."""
        return self._store.exists(self._store.key(key)) is not None

    def url(self, key: str, seconds: int = _HOUR) -> str:
        """A URL from which anyone may read `key` for so long (for RefVideoUrl, InputAudioUrl …)."""
        return self._store.get_url(self._store.key(key), seconds)

    def put_url(self, key: str, seconds: int = _HOUR) -> str:
        """A URL to which anyone may write `key` for so long (for VideoStorageS3Url …)."""
        return self._store.put_url(self._store.key(key), seconds)

    @staticmethod
    def _exchanged(method: str, url: str, key: str, body: bytes = b"", content_type: str = "") -> bytes:
        status, answer = exchange(method, url, body, {"Content-Type": content_type} if content_type else {})
        if status != 200:
            raise Unreachable(
                f"{method} {key}: the bucket answers HTTP {status}",
                f"{method} {key}：存储桶返回 HTTP {status}",
            )
        return answer
