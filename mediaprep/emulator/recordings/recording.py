"""A recording as it lies on disk: one JSON line a call, behind a first line that says whose calls they are.

Nothing in it signs or opens anything: neither query strings nor headers are kept, credentials and the query strings of
URLs in bodies are ***. What it does hold are scripts, asset keys and TaskIds, so the file is its owner's alone.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Collection
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from mediaprep.config import redact
from mediaprep.contract.wire import envelope
from mediaprep.emulator.journal.telling import cleaned
from mediaprep.errors import BadConfig

_KIND: Final = "mediaprep recording 1"
_SHORTEST_SECRET: Final = 6


@dataclass(frozen=True, kw_only=True)
class RecordedCall:
    """One call: bodies parsed, or as text where they are no JSON objects."""

    number: int
    path: str
    request: Any
    status: int
    answer: Any


class Recording:
    """Calls are added at the end of `path`, each on disk before its answer goes out. Raises BadConfig for a file that
    is something else or holds another gateway's calls."""

    def __init__(self, path: Path, gateway: str) -> None:
        self._lock = threading.Lock()
        if path.exists() and path.stat().st_size:
            whose, calls = read(path)
            if whose != gateway:
                raise BadConfig(
                    f"{path} holds calls of {whose}: name another file with --recording",
                    f"{path} 中是 {whose} 的记录：请用 --recording 另指文件",
                )
            self._count, first = len(calls), ""
        else:
            self._count, first = 0, json.dumps({"kind": _KIND, "gateway": gateway}) + "\n"
        try:
            self._stream = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")
        except OSError as error:
            raise BadConfig(
                f"{path} cannot be written: {error.strerror}", f"{path} 无法写入：{error.strerror}"
            ) from error
        self._write(first)

    def add(self, path: str, request: bytes, status: int, answer: bytes, secrets: Collection[str]) -> None:
        """One call; `secrets` are removed wherever they stand."""
        with self._lock:
            self._count += 1
            call = RecordedCall(
                number=self._count, path=path, request=body_of(request), status=status, answer=body_of(answer)
            )
            line = json.dumps(asdict(call), ensure_ascii=False)
            for secret in sorted(secrets, key=len, reverse=True):
                if len(secret) >= _SHORTEST_SECRET:
                    line = line.replace(secret, "***")
            self._write(line + "\n")

    def close(self) -> None:
        """Closes the file."""
        self._stream.close()

    def _write(self, text: str) -> None:
        self._stream.write(text.encode())
        self._stream.flush()
        os.fsync(self._stream.fileno())


def body_of(raw: bytes) -> Any:
    """A body as it is recorded and looked for."""
    try:
        return cleaned(envelope.parse(raw))
    except envelope.BadEnvelope:
        return redact(raw.decode("utf-8", "replace"))


def read(path: Path) -> tuple[str, list[RecordedCall]]:
    """(the gateway's URL, its calls). Raises BadConfig."""
    try:
        first, *lines = path.read_text(encoding="utf-8").splitlines()
        head = json.loads(first)
        if head["kind"] != _KIND:
            raise ValueError(head["kind"])
        return str(head["gateway"]), [RecordedCall(**json.loads(line)) for line in lines]
    except OSError as error:
        raise BadConfig(f"{path}: {error.strerror}", f"{path}：{error.strerror}") from error
    except (ValueError, TypeError, KeyError) as error:
        raise BadConfig(
            f"{path} is no recording of `mediaprep emulator --record`",
            f"{path} 不是 mediaprep emulator --record 的记录",
        ) from error
