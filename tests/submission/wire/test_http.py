"""What a failed exchange says: whether anything was sent, and how long it may take."""

from __future__ import annotations

import logging
import socket
import ssl
import subprocess
import time
from pathlib import Path

import pytest

from mediaprep.submission.wire import http
from mediaprep.submission.wire.address_policy import is_public
from mediaprep.submission.wire.http import Broken, NotSent, Patience, Private, Wire
from tests.conftest import NOT_RUN, program
from tests.submission.fake_gateway import answers, drips, fake_gateway, hangs_up, raw, resets, says_nothing

QUICK = Patience(connect=1.0, read=0.3, total=2.0)


def post(url: str, patience: Patience = QUICK, cap: int = 1000, **headers: str) -> http.Answer:
    return Wire().post(url, b"{}", headers, patience, cap)


def test_a_whole_answer_comes_back_with_its_headers() -> None:
    with fake_gateway(answers(200, b"hello", {"Date": "today", "Set-Cookie": "a=b"})) as gateway:
        wire = Wire()
        answer = wire.post(f"{gateway.url}/p?q=%2F%2B", b"body", {"Content-Type": "x/y"}, QUICK, 100)
        wire.post(f"{gateway.url}/p", b"", {}, QUICK, 100)
    assert (answer.status, answer.body, answer.headers["date"]) == (200, b"hello", "today")
    first, second = gateway.seen
    assert (first.method, first.target, first.body) == ("POST", "/p?q=%2F%2B", b"body")
    assert first.headers["content-type"] == "x/y"
    assert first.headers["accept-encoding"] == "identity"
    assert "cookie" not in second.headers


def test_connection_refused_is_certainly_not_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(NotSent, match="connection refused") as caught:
        post(f"http://127.0.0.1:{port}/")
    assert caught.value.why.zh == "连接被拒绝"


def test_a_name_that_does_not_resolve_is_certainly_not_sent() -> None:
    with pytest.raises(NotSent, match="cannot be resolved"):
        post("http://no-such-host.invalid/")


def test_an_unanswered_connect_is_certainly_not_sent() -> None:
    # A listener whose queue is full drops further SYNs: the connect itself times out.
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        port = full.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        with pytest.raises(NotSent, match=r"no connection within 0\.3 s"):
            post(f"http://127.0.0.1:{port}/", Patience(connect=0.3, read=0.3, total=5))
        for one in waiting:
            one.close()


def test_a_failed_tls_handshake_is_certainly_not_sent() -> None:
    with fake_gateway(answers()) as gateway, pytest.raises(NotSent):
        post(f"https://127.0.0.1:{gateway.port}/", Patience(connect=1, read=1, total=1))
    assert gateway.seen == []


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (resets, "cut"),
        (hangs_up, "cut"),
        (says_nothing(1.5), "nothing came for 0.3 s"),
        (answers(200, b"12345", {"Content-Length": "9"}), "cut"),
        (answers(200, b"zz", {"Content-Encoding": "gzip"}), "encoded"),
        (answers(200, b"x" * 2000), "exceeds 1000"),
        (drips(raw(200, b"x" * 500), 0.05), "too long"),
    ],
)
def test_a_failure_after_sending_is_told_apart(behaviour: object, words: str) -> None:
    with fake_gateway(behaviour) as gateway, pytest.raises(Broken, match=words):  # type: ignore[arg-type]
        post(gateway.url)
    assert len(gateway.seen) == 1


def test_a_drip_that_never_stalls_ends_at_the_total_time() -> None:
    started = time.monotonic()
    with fake_gateway(drips(raw(200, b"x" * 1000), 0.02)) as gateway, pytest.raises(Broken, match="too long"):
        post(gateway.url, Patience(connect=1, read=1, total=0.5))
    assert time.monotonic() - started < 1.5


def test_redirects_are_not_followed() -> None:
    with fake_gateway(answers(302, b"", {"Location": "/elsewhere"})) as gateway:
        assert post(gateway.url).status == 302
    assert len(gateway.seen) == 1


def test_the_watchdog_leaves_nothing_behind() -> None:
    import threading

    with fake_gateway(answers(200, b"ok")) as gateway:
        wire = Wire()
        before = threading.active_count()
        for _ in range(5):
            wire.post(gateway.url, b"", {}, Patience(total=600), 100)
    assert threading.active_count() <= before + 1


def test_public_only_refuses_private_addresses_before_a_byte_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(allowed=frozenset())
    with fake_gateway(answers()) as gateway:
        for host in ("127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]"):
            with (
                pytest.raises(Private, match="not a public address"),
                wire.get(f"http://{host}:{gateway.port}/", {}, QUICK),
            ):
                pass
        real = socket.getaddrinfo

        def rebound(host: str, *args: object, **kwargs: object) -> object:
            return real("127.0.0.1" if host == "media.example.com" else host, *args, **kwargs)  # type: ignore[arg-type]

        monkeypatch.setattr(socket, "getaddrinfo", rebound)
        with (
            pytest.raises(Private, match=r"media\.example\.com leads to 127\.0\.0\.1"),
            wire.get(f"http://media.example.com:{gateway.port}/", {}, QUICK),
        ):
            pass
    assert gateway.seen == []


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("119.29.29.29", True),
        ("2402:4e00::", True),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:119.29.29.29", True),
        ("64:ff9b::a00:1", False),
        ("2002:0a00:0001::", False),
    ],
)
def test_what_is_a_public_address(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_nothing_secret_reaches_urllib3s_debug_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), fake_gateway(answers(200, b"x")) as gateway:
        post(f"{gateway.url}/p?appkey=k&signature=canary77")
    assert "POST" in caplog.text
    assert "canary77" not in caplog.text


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for this machine that nobody vouches for, key and all in one file."""
    tool = program("openssl")
    if tool is None:
        pytest.skip(f"{NOT_RUN}openssl")
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        [
            tool, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
            "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem",
        ],
        cwd=folder, check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    both = folder / "both.pem"
    both.write_bytes((folder / "cert.pem").read_bytes() + (folder / "key.pem").read_bytes())
    return both


def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_a_certificate_nobody_vouches_for_is_refused_and_nothing_sent(certificate: Path) -> None:
    with fake_gateway(answers(200, b"ok"), context=tls(certificate)) as gateway:
        with pytest.raises(NotSent, match="TLS failed"):
            post(gateway.url)
        assert gateway.seen == []


def test_over_tls_too_a_drip_is_cut_and_a_reset_is_told_apart(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    context = tls(certificate)
    with fake_gateway(answers(200, b"ok"), context=context) as gateway:
        assert post(gateway.url).body == b"ok"
    started = time.monotonic()
    with (
        fake_gateway(drips(raw(200, b"x" * 900), 0.02), context=context) as gateway,
        pytest.raises(Broken, match="too long"),
    ):
        post(gateway.url, Patience(connect=1, read=1, total=0.6))
    assert time.monotonic() - started < 2
    for behaviour in (resets, hangs_up):
        with fake_gateway(behaviour, context=context) as gateway, pytest.raises(Broken):
            post(gateway.url)


def test_a_proxy_that_refuses_means_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    with fake_gateway(answers(403)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with pytest.raises(NotSent):
            post("https://gw.example.com/p?signature=canary")
        assert [request.target for request in proxy.seen] == ["gw.example.com:443"]
        with fake_gateway(answers(200, b"direct")) as gateway:
            monkeypatch.setenv("HTTP_PROXY", proxy.url)
            assert post(gateway.url).body == b"direct"
        assert len(proxy.seen) == 1
