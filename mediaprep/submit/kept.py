"""What a job keeps beside its output, so that running it again goes on instead of paying again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mediaprep.config import Settings
from mediaprep.errors import ToolFailed
from mediaprep.submit.client import Gateway
from mediaprep.submit.durable import write_whole
from mediaprep.submit.urls import assets, replaced

_NAME = "kept.json"


class Kept:
    """The accepted tasks of one job in `folder`, each under a digest of what it was made from: the request,
    its files by content, the gateway and the account."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self._path = folder / _NAME
        self._settings = settings

    def task(self, endpoint: str, request: Mapping[str, Any], base: Path) -> str | None:
        """The task that this very request became, if it was accepted before."""
        found = self._read("task")
        return found.get("task_id") if found.get("digest") == self._digest(endpoint, request, base) else None

    def accept(self, endpoint: str, request: Mapping[str, Any], base: Path, task_id: str) -> None:
        """Remember the task. Raises ToolFailed when that cannot be written."""
        self._write("task", {"digest": self._digest(endpoint, request, base), "task_id": task_id})

    def fetched(self, task_id: str, result: Path) -> None:
        """Remember that `result` is the task's whole, verified product."""
        self._write("result", {"task_id": task_id, "sha256": _sha256(result)})

    def result(self, task_id: str, result: Path) -> bool:
        """Whether `result` still is that product; then it need not be downloaded (and may be older than the
        service keeps it)."""
        found = self._read("result")
        return found.get("task_id") == task_id and result.is_file() and found.get("sha256") == _sha256(result)

    def voice(self, request: Mapping[str, Any], sound: Path) -> dict[str, Any] | None:
        """What was kept of this very speech (`task_id`, `sentences`), if `sound` is still what was made."""
        found = self._read("voice")
        if found.get("digest") != self._digest("tts", request, sound.parent) or not sound.is_file():
            return None
        return found if found.get("sha256") == _sha256(sound) else None

    def spoken(self, request: Mapping[str, Any], sound: Path, task_id: str, sentences: list[Any]) -> None:
        """Remember the speech in `sound`."""
        digest = self._digest("tts", request, sound.parent)
        kept = {"digest": digest, "sha256": _sha256(sound), "task_id": task_id, "sentences": sentences}
        self._write("voice", kept)

    def _digest(self, endpoint: str, request: Mapping[str, Any], base: Path) -> str:
        gateway = Gateway(self._settings)
        found = assets(endpoint, request, base)
        content = replaced(request, {asset.parameter: _sha256(asset.path) for asset in found})
        told = {"to": gateway.base_url, "as": gateway.appkey, "endpoint": endpoint, "request": content}
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode("utf-8")).hexdigest()

    def _all(self) -> dict[str, Any]:
        try:
            found = json.loads(self._path.read_bytes())
        except (OSError, ValueError):
            return {}  # nothing kept, or not ours: then the ledger alone decides
        return found if isinstance(found, dict) else {}

    def _read(self, name: str) -> dict[str, Any]:
        found = self._all().get(name)
        return found if isinstance(found, dict) else {}

    def _write(self, name: str, value: Mapping[str, Any]) -> None:
        document = json.dumps({**self._all(), name: value}, ensure_ascii=False, indent=1)
        try:
            write_whole(self._path, document.encode("utf-8"))
        except OSError as error:
            raise ToolFailed(
                f"{self._path} cannot be written: {error.strerror}",
                f"无法写入 {self._path}：{error.strerror}",
            ) from error


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
