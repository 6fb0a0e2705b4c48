"""What the emulator fetches: loopback and allowed hosts only, bounded in bytes and time."""

from __future__ import annotations

import http.server
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mediaprep.emulator import outbound
from mediaprep.emulator.outbound import BrokenDownload, Reach, TooLarge, Unfetchable

REACH = Reach(seconds=5.0)
Answering = Callable[[http.server.BaseHTTPRequestHandler], None]


@pytest.fixture
def serve() -> Iterator[Callable[[Answering], str]]:
    """serve(answer) → URL of a server whose GET is answered by that function."""
    servers: list[http.server.ThreadingHTTPServer] = []

    def begin(answering: Answering) -> str:
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                answering(self)

            def log_message(self, *_: Any) -> None:
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield begin
    for server in servers:
        server.shutdown()
        server.server_close()


def body(content: bytes, claimed: int | None = None, **headers: str) -> Answering:
    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        if claimed != -1:
            handler.send_header("Content-Length", str(len(content) if claimed is None else claimed))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def redirect(to: str) -> Answering:
    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(302)
        handler.send_header("Location", to)
        handler.end_headers()

    return answer


def test_a_file_on_loopback_is_fetched(serve: Callable[[Answering], str], tmp_path: Path) -> None:
    url = serve(body(b"abc" * 1000))
    assert outbound.fetch(f"{url}/视频 1.mp4".replace(" ", "%20"), tmp_path / "x", 5000, REACH) == 3000
    assert (tmp_path / "x").read_bytes() == b"abc" * 1000
    by_name = url.replace("127.0.0.1", "localhost")
    assert outbound.fetch(by_name, tmp_path / "y", 5000, REACH) == 3000


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/a.mp4",
        "https://videomaker-resources.ivh.qq.com/a.mp3",
        "http://10.0.0.1/a",
        "http://169.254.169.254/latest/meta-data",
        "http://0.0.0.0/a",
        "http://[::ffff:10.0.0.1]/a",
        "http://2130706433/a",
        "http://127.0.0.1.nip.io/a",
        "http://localhost.example.com/a",
        "http://127.0.0.1@example.com/a",
        "file:///etc/passwd",
        "ftp://127.0.0.1/a",
        "//127.0.0.1/a",
        "http://",
        "http://127.0.0.1:99999/a",
        "http://127.0.0.1/a\r\nX: y",
        "http://127.0.0.1/a b",
        "http://127.0.0.1/" + "a" * 9000,
    ],
)
def test_nothing_else_is_reached(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(*_: Any) -> None:
        raise AssertionError("a socket was connected")

    monkeypatch.setattr(socket.socket, "connect", connect)
    with pytest.raises(Unfetchable):
        outbound.fetch(url, tmp_path / "x", 100, REACH)


def test_a_name_outside_is_not_even_looked_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def look_up(*_: Any, **__: Any) -> Any:
        raise AssertionError("a name was looked up")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with pytest.raises(Unfetchable, match="--allow-host"):
        outbound.fetch("http://example.com/a", tmp_path / "x", 100, REACH)


def test_an_allowed_host_is_reached(
    serve: Callable[[Answering], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int(serve(body(b"ok")).rpartition(":")[2])
    real = socket.getaddrinfo

    def look_up(host: str, *rest: Any, **more: Any) -> Any:
        return real("127.0.0.1" if host == "media.test" else host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    allowing = Reach(allow_hosts=frozenset({"media.test"}), seconds=5)
    assert outbound.fetch(f"http://media.test:{port}/a", tmp_path / "x", 100, allowing) == 2


def test_a_name_that_turns_from_loopback_to_outside_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: outside)
    with pytest.raises(Unfetchable, match="not loopback"):
        outbound.fetch("http://a.localhost/a", tmp_path / "x", 100, REACH)


def test_redirects_are_judged_again_and_counted(serve: Callable[[Answering], str], tmp_path: Path) -> None:
    good = serve(body(b"ok"))
    assert outbound.fetch(serve(redirect(f"{good}/b")), tmp_path / "x", 100, REACH) == 2
    for to in ("http://10.0.0.1/a", "http://example.com/", "file:///etc/passwd"):
        with pytest.raises(Unfetchable):
            outbound.fetch(serve(redirect(to)), tmp_path / "x", 100, REACH)
    with pytest.raises(Unfetchable, match="redirects"):
        outbound.fetch(serve(redirect("/again")), tmp_path / "x", 100, REACH)


def test_size_is_judged_before_reading_and_while_reading(
    serve: Callable[[Answering], str], tmp_path: Path
) -> None:
    with pytest.raises(TooLarge) as claimed:
        outbound.fetch(serve(body(b"", claimed=10**12)), tmp_path / "x", 1000, REACH)
    assert claimed.value.size == 10**12
    assert not (tmp_path / "x").exists()
    with pytest.raises(TooLarge):
        outbound.fetch(serve(body(b"a" * 2000, claimed=-1)), tmp_path / "x", 1000, REACH)


def test_a_short_body_an_error_status_and_a_compressed_body_are_broken(
    serve: Callable[[Answering], str], tmp_path: Path
) -> None:
    def missing(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_error(404)

    for answering in (body(b"abc", claimed=100), missing, body(b"abc", Content_Encoding="gzip")):
        with pytest.raises(BrokenDownload):
            outbound.fetch(serve(answering), tmp_path / "x", 1000, REACH)


def test_a_drip_is_cut_off_at_the_deadline(serve: Callable[[Answering], str], tmp_path: Path) -> None:
    def drip(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        for _ in range(100):
            try:
                handler.wfile.write(b"a")
                time.sleep(0.05)
            except OSError:
                return

    began = time.monotonic()
    with pytest.raises(BrokenDownload, match="too long"):
        outbound.fetch(serve(drip), tmp_path / "x", 1000, Reach(seconds=0.5))
    assert time.monotonic() - began < 3


def test_a_refused_connection_says_so_without_the_query(tmp_path: Path) -> None:
    with pytest.raises(Unfetchable) as refused:
        outbound.fetch("http://127.0.0.1:9/a?X-Amz-Signature=secret", tmp_path / "x", 100, REACH)
    assert "secret" not in str(refused.value)
    assert "refused" in str(refused.value)
