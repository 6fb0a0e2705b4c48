"""Where finished files lie and under which names they are handed out, shaped like the docs' examples."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from mediaprep.contract.quotas import RETENTION
from mediaprep.emulator.messages import Call, Reply, file_reply, http_date

_KINDS: Mapping[str, str] = {
    "ppt": "PPT",
    "basic": "Basic",
    "advanced": "Advanced",
    "notrain": "NoTrain",
    "photo": "PhotoNoTrain",
}
_TYPES: Mapping[str, str] = {
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
    "mp4": "video/mp4",
    "mov": "video/quicktime",
    "webm": "video/webm",
    "srt": "application/x-subrip",
}
_PATH = re.compile(
    r"/(?:broadcast/(?P<kind>[A-Za-z]+)/(?P<part>video|subtitle)/)?(?P<task>[0-9a-f]{32})\.(?P<suffix>[0-9a-z]{3,4})$"
)


def is_result(path: str) -> bool:
    """Whether a path is one that results are handed out under."""
    return _PATH.match(path) is not None


class Results:
    """Finished files in `folder`; `finished_at` says when a task ended, by the clock `now`."""

    def __init__(
        self, folder: Path, finished_at: Callable[[str], float | None], now: Callable[[], float]
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder
        self._finished_at = finished_at
        self._now = now

    def take(self, task_id: str, endpoint: str, product: Path, *, subtitle: bool = False) -> str:
        """Moves a product here; returns its path on the gateway's host."""
        suffix = product.suffix.lstrip(".").lower()
        target = self._folder / f"{task_id}.{suffix}"
        shutil.move(product, target)
        kind = _KINDS.get(endpoint)
        if kind is None:
            return f"/{target.name}"
        return f"/broadcast/{kind}/{'subtitle' if subtitle else 'video'}/{target.name}"

    def file(self, path: str) -> Path:
        """The file behind a path that `take` returned."""
        return self._folder / path.rpartition("/")[2]

    def handle(self, call: Call) -> Reply:
        """GET and HEAD with Range. Some days after the task's end a result is gone (404)."""
        match = _PATH.match(call.path)
        if match is None or call.method not in {"GET", "HEAD"}:
            return Reply(status=404 if match is None else 405)
        finished = self._finished_at(match["task"])
        path = self._folder / f"{match['task']}.{match['suffix']}"
        if finished is None or self._now() > finished + RETENTION.total_seconds():
            return Reply(status=404)
        try:
            state = path.stat()
            headers = {
                "Content-Type": _TYPES.get(match["suffix"], "application/octet-stream"),
                "Last-Modified": http_date(state.st_mtime),
                "ETag": f'"{state.st_mtime_ns:x}-{state.st_size:x}"',
            }
            return file_reply(path, call, headers, headers["ETag"])
        except FileNotFoundError:
            return Reply(status=404)
        except ValueError:
            return Reply(status=416, headers={"Content-Range": f"bytes */{state.st_size}"})
