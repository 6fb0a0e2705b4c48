"""Chromium as a player: it opens a page of a folder without a window, and the page posts what it saw."""

from __future__ import annotations

import http.server
import json
import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.conftest import program

_EACH = """<!doctype html><video muted preload="auto"></video><script>
const video = document.querySelector("video"), wrong = {};
const told = name => new Promise((done, fail) => {
  video.addEventListener(name, done, {once: true});
  video.addEventListener("error", () => fail(video.error.message), {once: true});
  setTimeout(() => fail(name + " did not come"), 20000);
});
async function play(name) {
  video.src = name;
  await told("canplay");
  const ended = told("ended");
  video.playbackRate = 4;
  await video.play();
  await ended;
  const seen = video.getVideoPlaybackQuality();
  if (seen.corruptedVideoFrames) throw seen.corruptedVideoFrames + " corrupted frames";
  if (!seen.totalVideoFrames) throw "no picture was shown";
  if (Math.abs(video.currentTime - video.duration) > 0.1) throw "ended at " + video.currentTime;
}
async function all() {
  for (const name of NAMES) {
    try { await play(name); } catch (error) { wrong[name] = String(error); }
  }
  await fetch("/report", {method: "POST", body: JSON.stringify(wrong)});
}
all();
</script>"""


def complaints(folder: Path, names: Sequence[str]) -> dict[str, str]:
    """Play every file of `folder` that is named to its end; what Chromium complained of, by name.

    Raises RuntimeError where Chromium does not answer.
    """
    report = watched(
        folder, "play.html", _EACH.replace("NAMES", json.dumps(names)), seconds=60 + 25 * len(names)
    )
    if report is None:
        raise RuntimeError("Chromium did not report")
    return report


def watched(folder: Path, name: str, page: str, *, seconds: float = 120) -> dict[str, Any] | None:
    """Write `page` into `folder` as `name`, open it, and give what it posts to /report; None where nothing
    came."""
    (folder / name).write_text(page, encoding="utf-8")
    server = _Server(("127.0.0.1", 0), _Handler)
    server.folder = folder
    threading.Thread(target=server.serve_forever, daemon=True).start()
    browser = subprocess.Popen(
        [str(program("chromium")), "--headless=new", "--no-sandbox", "--disable-gpu", "--mute-audio", "--no-first-run",
         "--autoplay-policy=no-user-gesture-required", f"--user-data-dir={folder / 'profile'}",
         f"http://127.0.0.1:{server.server_address[1]}/{name}"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        until = time.monotonic() + seconds
        while server.report is None and time.monotonic() < until and browser.poll() is None:
            time.sleep(0.1)
    finally:
        os.killpg(browser.pid, signal.SIGKILL)
        browser.wait()
        server.shutdown()
        server.server_close()
    return server.report


class _Server(http.server.ThreadingHTTPServer):
    """Serves a folder with ranges, as players ask for them, and takes the page's report."""

    folder: Path
    report: dict[str, Any] | None = None


class _Handler(http.server.BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = self.server.folder / self.path.lstrip("/").partition("?")[0]
        if not path.is_file():
            self.send_error(404)
            return
        data = path.read_bytes()
        asked = re.match(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        first = int(asked[1]) if asked else 0
        last = min(int(asked[2]), len(data) - 1) if asked and asked[2] else len(data) - 1
        self.send_response(206 if asked else 200)
        self.send_header("Content-Type", "text/html" if path.suffix == ".html" else "video/mp4")
        self.send_header("Accept-Ranges", "bytes")
        if asked:
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(data)}")
        self.send_header("Content-Length", str(last + 1 - first))
        self.end_headers()
        self.wfile.write(data[first : last + 1])

    def do_POST(self) -> None:
        self.server.report = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Not on the terminal."""
