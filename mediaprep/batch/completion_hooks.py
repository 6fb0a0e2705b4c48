"""Who is told when a job or a run has ended: a command of the user's own, and a web address.

Both are said on the command line alone: what a manifest or a project file says starts nothing and is told to nobody.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import queue
import secrets
import shlex
import shutil
import subprocess
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from mediaprep.config import Secret
from mediaprep.errors import BadConfig
from mediaprep.media.isolation import children
from mediaprep.model import strict_json
from mediaprep.model.findings import Text
from mediaprep.submission.wire.http import Failure, Patience, Wire

KEY: Final = "MEDIAPREP_WEBHOOK_KEY"
SIGNATURE: Final = "X-Mediaprep-Signature"
DELIVERY: Final = "X-Mediaprep-Delivery"
"""The same for every try of one event, so that who hears it twice can tell."""
SCHEMA: Final = "mediaprep.event/1"
_SECRETS: Final = ("MEDIAPREP_", "AWS_", "TENCENTCLOUD_", "COS_")
_PAUSES: Final = (0.5, 1.0, 2.0, 4.0, 8.0)
_PATIENCE: Final = Patience(connect=5.0, read=15.0, total=20.0)
_ANSWER_BYTES: Final = 64 << 10
_COMMAND_SECONDS: Final = 600.0
_LAST_SECONDS: Final = 60.0
_AGAIN: Final = frozenset({408, 425, 429})


class CompletionHooks:
    """Events are told one after the other by a thread of their own, so that no job waits for them; `warn` hears of
    those that came to nothing. Raises BadConfig for a command or an address that cannot be."""

    def __init__(
        self,
        *,
        command: str | None,
        webhook: str | None,
        warn: Callable[[Text], None],
        environ: Mapping[str, str] = os.environ,
        pauses: tuple[float, ...] = _PAUSES,
    ) -> None:
        self._argv = _command(command) if command is not None else None
        self._url = _address(webhook) if webhook is not None else None
        self._key = Secret(environ[KEY]) if environ.get(KEY) else None
        self._environ = {
            name: value for name, value in environ.items() if not name.upper().startswith(_SECRETS)
        }
        self._warn, self._pauses = warn, pauses
        self._events: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        if self._url is not None and self._key is None:
            warn(
                Text(
                    f"--webhook: not signed, because {KEY} is not set", f"--webhook：未设置 {KEY}，因此不签名"
                )
            )

    def tell(self, event: str, **what: Any) -> None:
        """One event: `job` or `run`, and what is told of it (JSON)."""
        if self._argv is None and self._url is None:
            return
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self._events.put({"schema": SCHEMA, "event": event, "time": now, **what})
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="mediaprep-hooks", daemon=True)
            self._thread.start()

    def close(self, seconds: float = _LAST_SECONDS) -> None:
        """All that is still to be told is told, for so long."""
        if self._thread is None:
            return
        self._events.put(None)
        self._thread.join(seconds)
        if self._thread.is_alive():
            self._ended.set()
            left = self._events.qsize()
            self._warn(
                Text(f"hooks: {left} events were not told in time", f"通知：{left} 个事件未能及时发出")
            )

    def _work(self) -> None:
        while (event := self._events.get()) is not None and not self._ended.is_set():
            body = strict_json.dumps(event).encode("utf-8")
            if self._argv is not None:
                self._call(self._argv, event, body)
            if self._url is not None:
                self._post(self._url, body)

    def _call(self, argv: list[str], event: Mapping[str, Any], body: bytes) -> None:
        told = event.get("job") or {}
        said = {
            "MEDIAPREP_EVENT": str(event["event"]), "MEDIAPREP_JOB": str(told.get("id") or ""),
            "MEDIAPREP_STATE": str(told.get("state") or ""), "MEDIAPREP_OUTPUT": str(told.get("output") or ""),
        }  # fmt: skip
        why = ""
        try:
            child = children.Child(
                argv, stdin=subprocess.PIPE, logged=True, cwd=Path.cwd(), env={**self._environ, **said}
            )
            try:
                with contextlib.suppress(BrokenPipeError):  # it need not read
                    child.communicate(body, timeout=_COMMAND_SECONDS)
                code = child.wait(_COMMAND_SECONDS)
                why = f"exit {code}: {child.last_words()}" if code else ""
            finally:
                child.end()
        except (OSError, subprocess.TimeoutExpired) as error:
            why = type(error).__name__
        if why:
            self._warn(Text(f"--on-done {argv[0]}: {why}", f"--on-done {argv[0]}：{why}"))

    def _post(self, url: str, body: bytes) -> None:
        """Until it is taken, refused, or tried often enough."""
        headers = {"Content-Type": "application/json", DELIVERY: secrets.token_hex(16)}
        if self._key is not None:
            headers[SIGNATURE] = hmac.new(self._key.reveal().encode(), body, hashlib.sha256).hexdigest()
        why = ""
        for pause in (*self._pauses, None):
            try:
                answer = Wire().post(url, body, headers, _PATIENCE, _ANSWER_BYTES)
            except Failure as error:
                why = str(error)
            else:
                if answer.status < 300:
                    return
                why = f"HTTP {answer.status}"
                if answer.status < 500 and answer.status not in _AGAIN:
                    break
            if pause is None or self._ended.wait(pause):
                break
        host = urlsplit(url).hostname
        self._warn(Text(f"--webhook {host}: not told: {why}", f"--webhook {host}：通知失败：{why}"))


def _command(text: str) -> list[str]:
    try:
        argv = shlex.split(text)
    except ValueError as error:
        raise BadConfig(f"--on-done {text}: {error}", f"--on-done {text}：引号不成对") from None
    found = shutil.which(argv[0]) if argv else None
    if found is None:
        raise BadConfig(
            f"--on-done {text or '(empty)'}: there is no such program; what a shell should read goes into sh -c '…'",
            f"--on-done {text or '（空）'}：找不到该程序；需由 shell 解释的内容请写作 sh -c '…'",
        )
    return [found, *argv[1:]]


def _address(url: str) -> str:
    parts = None
    with contextlib.suppress(ValueError):
        parts = urlsplit(url)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise BadConfig(
            "--webhook: not an address to be told at: https://host/path",
            "--webhook：应为 https://主机/路径 形式的地址",
        )
    return url
