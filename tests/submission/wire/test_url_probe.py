"""Looking at URLs as the service will, on a server of this machine; and what is judged of it."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from mediaprep.model.findings import Verdict
from mediaprep.model.online import UrlLook
from mediaprep.preflight.urls import url_looks
from mediaprep.submission.wire.http import Wire
from mediaprep.submission.wire.url_probe import FIRST_BYTES, look

MEDIA = bytes(range(256)) * 4096
HTML = b"<!DOCTYPE html><html><body>Please sign in</body></html>"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        path = self.path.partition("?")[0]
        headers: dict[str, str] = {}
        status, data = 200, MEDIA
        if path == "/page":
            data, headers["Content-Type"] = HTML, "text/html; charset=utf-8"
        elif path == "/lying-page":
            data, headers["Content-Type"] = HTML, "video/mp4"
        elif path in {"/moved", "/private", "/login-wall", "/round"}:
            status, data = 302, b""
            headers["Location"] = {
                "/moved": "/video.mp4", "/private": "http://10.0.0.1/a", "/login-wall": "/accounts/login?next=/a",
                "/round": "/round",
            }[path]  # fmt: skip
        elif path == "/accounts/login":
            data, headers["Content-Type"] = HTML, "text/html"
        elif path == "/signed-for-get" and not body:
            status, data = 403, b""
        elif path == "/gone":
            status, data = 404, b"no"
        elif "Range" in self.headers and path != "/no-ranges":
            status, whole = 206, len(data)
            data = data[:FIRST_BYTES]
            headers["Content-Range"] = f"bytes 0-{len(data) - 1}/{whole}"
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        if body:
            self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{running.server_address[1]}"
        running.shutdown()
        thread.join()


def judged(url: str, *, public_only: bool = False) -> list[tuple[str, Verdict]]:
    seen = look("RefVideoUrl", url, wire=Wire(allowed=frozenset() if public_only else None))
    return [
        (f.rule.removeprefix("notrain.RefVideoUrl."), f.verdict) for f in url_looks.judge("notrain", seen)
    ]


@pytest.mark.parametrize(
    ("path", "findings"),
    [
        ("/video.mp4", []),
        ("/no-ranges", []),
        ("/signed-for-get", []),
        ("/page", [("page", Verdict.REFUSED)]),
        ("/lying-page", [("page", Verdict.REFUSED)]),
        ("/login-wall", [("page", Verdict.REFUSED)]),
        ("/moved", [("redirect", Verdict.ADVISED)]),
        ("/gone", [("answer", Verdict.REFUSED)]),
        ("/round", [("answer", Verdict.UNKNOWN)]),
    ],
)
def test_what_answers_is_judged(server: str, path: str, findings: list[tuple[str, Verdict]]) -> None:
    assert judged(server + path) == findings


def test_the_whole_size_is_known_and_only_the_beginning_is_read(server: str) -> None:
    for path in ("/video.mp4", "/no-ranges"):
        seen = look("RefVideoUrl", server + path, wire=Wire())
        assert seen.size_bytes == len(MEDIA)
        assert seen.begins == MEDIA[:FIRST_BYTES]
        assert seen.bytes_per_second is not None and seen.bytes_per_second > 0


def test_addresses_that_are_not_public_are_refused_and_never_connected_to(server: str) -> None:
    assert judged(f"{server}/video.mp4", public_only=True) == [("answer", Verdict.REFUSED)]
    assert judged("http://10.1.2.3/a.mp4", public_only=True) == [("answer", Verdict.REFUSED)]
    assert judged("http://[::ffff:127.0.0.1]/a.mp4", public_only=True) == [("answer", Verdict.REFUSED)]


def test_no_answer_is_unknown_and_never_a_pass() -> None:
    assert judged("http://127.0.0.1:9/a.mp4") == [("answer", Verdict.UNKNOWN)]
    assert judged("http://exa mple/a.mp4")[0][0] == "answer"


SEEN = UrlLook(parameter="RefVideoUrl", status=206, size_bytes=10_000_000, bytes_per_second=2e6, seconds=10.0)


def test_slower_than_the_video_plays_is_advised() -> None:
    assert url_looks.judge("notrain", SEEN) == ()
    (slow,) = url_looks.judge("notrain", replace(SEEN, bytes_per_second=0.9e6))
    assert (slow.rule, slow.verdict) == ("notrain.RefVideoUrl.speed", Verdict.ADVISED)
    assert "7200" in slow.message.en and "8000" in slow.message.en
    assert url_looks.judge("notrain", replace(SEEN, bytes_per_second=None)) == ()


def test_the_size_is_held_against_the_limit_of_its_field() -> None:
    (big,) = url_looks.judge("notrain", replace(SEEN, size_bytes=5_400_000_000, bytes_per_second=1e9))
    assert (big.rule, big.verdict) == ("notrain.RefVideoUrl.size_bytes", Verdict.REFUSED)
    (between,) = url_looks.judge("notrain", replace(SEEN, size_bytes=5_100_000_000, bytes_per_second=1e9))
    assert between.verdict is Verdict.ADVISED
