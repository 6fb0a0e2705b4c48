"""Plain HTTP to an emulator: its control port in JSON, and whatever else a URL names."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from mediaprep.errors import BadConfig, Unreachable

_SECONDS: Final = 180.0  # a move of the clock waits for rendering under way


@dataclass(frozen=True, kw_only=True)
class ControlPort:
    """The control port at `url`; where others reach it too, it needs its `token`."""

    url: str
    token: str = field(default="", repr=False)

    def get(self, path: str) -> Any:
        """What GET {control}/path says. Raises BadConfig with the emulator's reason, Unreachable."""
        return self._asked("GET", path)

    def post(self, path: str, document: Mapping[str, Any]) -> Any:
        """The same of POST."""
        return self._asked("POST", path, document)

    def delete(self, path: str) -> Any:
        """The same of DELETE."""
        return self._asked("DELETE", path)

    def _asked(self, method: str, path: str, document: Mapping[str, Any] | None = None) -> Any:
        raw = b"" if document is None else json.dumps(document, ensure_ascii=False).encode()
        bearer = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        status, body = exchange(method, f"{self.url}/{path}", raw, bearer)
        answer = json.loads(body)
        if status != 200:
            why = answer.get("error", f"HTTP {status}")
            raise BadConfig(
                f"the emulator refuses {method} {path}: {why}", f"模拟器拒绝 {method} {path}：{why}"
            )
        return answer


def exchange(
    method: str, url: str, body: bytes = b"", headers: Mapping[str, str] | None = None
) -> tuple[int, bytes]:
    """(HTTP status, body) of one request; nothing is followed or tried again. Raises Unreachable, without the
    query."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(str(parts.hostname), parts.port, timeout=_SECONDS)
    try:
        connection.request(
            method, parts.path + (f"?{parts.query}" if parts.query else ""), body=body or None,
            headers=dict(headers or {}),
        )  # fmt: skip
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, http.client.HTTPException) as error:
        told = f"{parts.scheme}://{parts.netloc}{parts.path}: {type(error).__name__}: {error}"
        raise Unreachable(f"no answer from {told}", f"没有应答：{told}") from error
    finally:
        connection.close()
