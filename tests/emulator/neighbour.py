"""A server of the user's, beside the emulator: hands out inputs, takes callbacks, and remembers both."""

from __future__ import annotations

import http.server
import json
import threading
import time
from types import TracebackType
from typing import Any


class Neighbour:
    """GETs of a path in `status` are answered with it, others with 200 and `body`; while `hold` is given and not
    set, GETs wait for it. `seen` is what came, in order: ("GET", path) and ("POST", path)."""

    def __init__(self, body: bytes = b"input" * 100) -> None:
        self.status: dict[str, int] = {}
        self.hold: threading.Event | None = None
        self.seen: list[tuple[str, str]] = []
        self.bodies: list[dict[str, Any]] = []
        neighbour = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                neighbour.seen.append(("GET", self.path))
                if neighbour.hold is not None:
                    neighbour.hold.wait(20)
                status = neighbour.status.get(self.path.partition("?")[0], 200)
                self.send_response(status)
                self.send_header("Content-Length", str(len(body) if status == 200 else 0))
                self.end_headers()
                if status == 200:
                    self.wfile.write(body)

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                neighbour.seen.append(("POST", self.path))
                neighbour.bodies.append(json.loads(raw)["Payload"])
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Neighbour:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


def wait_for(condition: Any, seconds: float = 10) -> None:
    """Until it holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)
