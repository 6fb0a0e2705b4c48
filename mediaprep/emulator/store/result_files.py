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


def task_of(path: str) -> str | None:
    """The TaskId in a path that results are handed out under; None: it is no such path."""
    match = _PATH.match(path)
    return match["task"] if match else None


class Results:
    """Finished files in `folder`, handed out below `base_url`; `finished_at` says when a task ended, by the
    clock `now`."""

    def __init__(
        self,
        folder: Path,
        base_url: str,
        finished_at: Callable[[str], float | None],
        now: Callable[[], float],
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder
        self._base_url = base_url
        self._revoked: dict[str, int] = {}  # TaskId → how often its URLs were made stale
        self._finished_at = finished_at
        self._now = now

    def gone(self, task_id: str) -> bool:
        """Whether its files were kept for as long as the service keeps them."""
        finished = self._finished_at(task_id)
        return finished is not None and self._now() > finished + RETENTION.total_seconds()

    def clear(self) -> None:
        """Deletes all of them."""
        self._revoked.clear()
        for path in self._folder.iterdir():
            path.unlink(missing_ok=True)

    def take(self, task_id: str, endpoint: str, product: Path, *, subtitle: bool = False) -> str:
        """Moves a product here; returns its path on the gateway's host."""
        suffix = product.suffix.lstrip(".").lower()
        target = self._folder / f"{task_id}.{suffix}"
        shutil.move(product, target)
        return _path(endpoint, target.name, subtitle=subtitle)

    def file(self, path: str) -> Path:
        """The file behind a path that `take` returned."""
        return self._folder / path.rpartition("/")[2]

    def url(self, path: str) -> str:
        """Where a path that `take` returned is handed out at this moment; "" for ""."""
        if not path:
            return ""
        revoked = self._revoked.get(task_of(path) or "", 0)
        return f"{self._base_url}{path}" + (f"?v={revoked}" if revoked else "")

    def expected_url(self, task_id: str, endpoint: str) -> str:
        """Where the result of a task that has not ended might come to lie."""
        suffix = "mp3" if endpoint == "tts" else "mp4"
        return self.url(_path(endpoint, f"{task_id}.{suffix}", subtitle=False))

    def revoke(self, task_id: str) -> None:
        """Makes every URL stale that was handed out for the task; the next progress answer has fresh ones."""
        self._revoked[task_id] = self._revoked.get(task_id, 0) + 1

    def handle(self, call: Call) -> Reply:
        """GET and HEAD with Range. Some days after the task's end a result is gone (404); a URL that was made
        stale is refused (403)."""
        match = _PATH.match(call.path)
        if match is None or call.method not in {"GET", "HEAD"}:
            return Reply(status=404 if match is None else 405)
        path = self._folder / f"{match['task']}.{match['suffix']}"
        if self._finished_at(match["task"]) is None or self.gone(match["task"]):
            return Reply(status=404)
        revoked = self._revoked.get(match["task"], 0)
        if revoked and dict(call.pairs).get("v", "0") != str(revoked):
            return Reply(status=403)
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


def _path(endpoint: str, name: str, *, subtitle: bool) -> str:
    kind = _KINDS.get(endpoint)
    return f"/broadcast/{kind}/{'subtitle' if subtitle else 'video'}/{name}" if kind else f"/{name}"
