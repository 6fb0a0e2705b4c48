"""Downloads: cut, resumed, short, encoded, dripping, redirected, too large; and what is left on disk."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

import pytest

from mediaprep.errors import GatewayError, MediaprepError, ToolFailed, Unreachable
from mediaprep.submission.download.download import Limits, StaleUrl, check_address, fetch, looks_like_media
from tests.submission.fake_gateway import (
    Behaviour,
    Request,
    answers,
    drips,
    fake_gateway,
    raw,
    refuses,
    resets,
    serves,
)

CONTENT = b"\x00\x00\x00\x18ftypisom" + os.urandom(300_000)
QUICK = Limits(total_seconds=60, read_seconds=0.5, attempts=4)


def accept(path: Path) -> None:
    """No check: what these tests are about is the way, not the content."""


def download(url: str, target: Path, limits: Limits = QUICK, **more: object) -> Path:
    return fetch(url, target, verify=accept, allowed=None, limits=limits, sleep=lambda _: None, **more)  # type: ignore[arg-type]


def left_behind(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_whole_file_appears_under_its_name_and_nothing_else(tmp_path: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    with fake_gateway(serves(CONTENT)) as host:
        path = download(
            f"{host.url}/x.mp4", tmp_path / "sub" / "out.mp4", on_progress=lambda *a: seen.append(a)
        )
    assert path.read_bytes() == CONTENT
    assert left_behind(tmp_path / "sub") == ["out.mp4"]
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert host.seen[0].headers["accept-encoding"] == "identity"


def test_a_cut_download_goes_on_where_it_stopped(tmp_path: Path) -> None:
    with fake_gateway(serves(CONTENT, cut_after=100_000), serves(CONTENT)) as host:
        path = download(f"{host.url}/x", tmp_path / "out.mp4")
    assert path.read_bytes() == CONTENT
    assert host.seen[1].headers["range"] == "bytes=100000-"
    assert host.seen[1].headers["if-range"] == '"v1"'


def test_a_file_that_changed_meanwhile_is_started_over(tmp_path: Path) -> None:
    other = b"\x00\x00\x00\x18ftypisom" + os.urandom(5000)
    with fake_gateway(serves(CONTENT, cut_after=100_000), serves(other, etag='"v2"')) as host:
        path = download(f"{host.url}/x", tmp_path / "out.mp4")
    assert path.read_bytes() == other


@pytest.mark.parametrize("etag", [None, 'W/"weak"'])
def test_without_a_strong_validator_nothing_is_glued_together(tmp_path: Path, etag: str | None) -> None:
    with fake_gateway(serves(CONTENT, etag=etag, cut_after=100_000), serves(CONTENT, etag=etag)) as host:
        path = download(f"{host.url}/x", tmp_path / "out.mp4")
    assert path.read_bytes() == CONTENT
    assert "range" not in host.seen[1].headers


def test_a_range_answer_that_does_not_fit_is_not_trusted(tmp_path: Path) -> None:
    lying = answers(206, b"x" * 10, {"Content-Range": f"bytes 5-14/{len(CONTENT)}"})
    with fake_gateway(serves(CONTENT, cut_after=100_000), lying, serves(CONTENT)) as host:
        path = download(f"{host.url}/x", tmp_path / "out.mp4")
    assert path.read_bytes() == CONTENT


@pytest.mark.parametrize("behaviour", [serves(CONTENT, etag=None, cut_after=1000), resets, answers(503)])
def test_a_download_that_never_gets_on_is_given_up_and_leaves_nothing(
    tmp_path: Path, behaviour: Behaviour
) -> None:
    with fake_gateway(behaviour) as host, pytest.raises(Unreachable, match="4 tries"):
        download(f"{host.url}/x?X-Amz-Signature=canary88", tmp_path / "out.mp4")
    assert left_behind(tmp_path) == []
    assert len(host.seen) == 4


def test_a_compressed_body_is_refused_unread(tmp_path: Path) -> None:
    import gzip

    bomb = answers(200, gzip.compress(b"\0" * 1_000_000), {"Content-Encoding": "gzip"})
    with fake_gateway(bomb) as host, pytest.raises(Unreachable, match=r"0 bytes came.*encoded"):
        download(f"{host.url}/x", tmp_path / "out.mp4")
    assert left_behind(tmp_path) == []
    assert len(host.seen) == QUICK.attempts


def test_a_drip_is_cut_by_the_minimum_speed(tmp_path: Path) -> None:
    limits = Limits(total_seconds=30, least_bytes_per_second=10_000, window_seconds=0.3, attempts=2)
    started = time.monotonic()
    with (
        fake_gateway(drips(raw(200, b"x" * 5000), 0.01)) as host,
        pytest.raises(Unreachable, match="slower than 10000 bytes/s"),
    ):
        download(f"{host.url}/x", tmp_path / "out.mp4", limits)
    assert time.monotonic() - started < 5


def test_a_drip_in_the_headers_is_cut_by_the_total_time(tmp_path: Path) -> None:
    limits = Limits(total_seconds=0.6, read_seconds=0.5, attempts=5)
    started = time.monotonic()
    with (
        fake_gateway(drips(raw(200, b"x" * 5000), 0.05)) as host,
        pytest.raises(Unreachable, match=r"0\.6 s"),
    ):
        download(f"{host.url}/x", tmp_path / "out.mp4", limits)
    assert time.monotonic() - started < 3


@pytest.mark.parametrize("length", [True, False])
def test_a_file_over_the_cap_is_refused(tmp_path: Path, length: bool) -> None:
    limits = Limits(cap_bytes=1000)
    with (
        fake_gateway(answers(200, b"x" * 2000, length=length)) as host,
        pytest.raises(GatewayError, match="larger than 1000 bytes"),
    ):
        download(f"{host.url}/x", tmp_path / "out.mp4", limits)
    assert left_behind(tmp_path) == []


def test_a_disk_without_room_is_told_before_the_download(tmp_path: Path) -> None:
    def huge(connection: socket.socket, request: Request) -> None:
        connection.sendall(b"HTTP/1.1 200 X\r\nContent-Length: 900000000000000\r\n\r\nftyp")

    with fake_gateway(huge) as host, pytest.raises(ToolFailed, match="the disk has"):
        download(f"{host.url}/x", tmp_path / "out.mp4", Limits(cap_bytes=1 << 60))


def test_a_failed_verification_leaves_the_old_file_alone(tmp_path: Path) -> None:
    target = tmp_path / "out.mp4"
    target.write_bytes(b"old")

    def judge(path: Path) -> None:
        assert path.read_bytes() == CONTENT
        raise GatewayError("not good")

    with fake_gateway(serves(CONTENT)) as host, pytest.raises(GatewayError, match="not good"):
        fetch(f"{host.url}/x", target, verify=judge, allowed=None)
    assert target.read_bytes() == b"old"
    assert left_behind(tmp_path) == ["out.mp4"]


@pytest.mark.parametrize("status", [403, 404, 410])
def test_a_url_that_went_stale_is_told_apart(tmp_path: Path, status: int) -> None:
    with fake_gateway(answers(status)) as host, pytest.raises(StaleUrl, match=str(status)):
        download(f"{host.url}/x", tmp_path / "out.mp4")
    assert len(host.seen) == 1


def test_three_redirects_are_followed_and_a_fourth_is_not(tmp_path: Path) -> None:
    hop = answers(302, b"", {"Location": "/next"})
    with fake_gateway(hop, hop, hop, serves(CONTENT)) as host:
        assert download(f"{host.url}/x", tmp_path / "out.mp4").read_bytes() == CONTENT
    with fake_gateway(hop) as host, pytest.raises(GatewayError, match="3 redirects"):
        download(f"{host.url}/x", tmp_path / "out.mp4")
    assert len(host.seen) == 4


@pytest.mark.parametrize(
    "location",
    ["http://192.0.2.1/x", "file:///etc/passwd", "ftp://127.0.0.1/x", "http://example.com/x"],
)
def test_each_redirect_is_judged_like_the_first_address(tmp_path: Path, location: str) -> None:
    with fake_gateway(answers(302, b"", {"Location": location})) as host, pytest.raises(GatewayError):
        download(f"{host.url}/x", tmp_path / "out.mp4")
    assert len(host.seen) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://media.example.com/x.mp4",
        "https://127.0.0.1/x.mp4",
        "https://localhost/x.mp4",
        "http://[::1]/x.mp4",
        "file:///etc/passwd",
        "https://user:pw@media.example.com/",
        "https:///x.mp4",
        "https://[bad/",
        "",
    ],
)
def test_with_a_public_gateway_only_public_https_is_fetched(url: str) -> None:
    with pytest.raises(GatewayError):
        check_address(url)
    check_address("https://media.example.com/x.mp4")


def test_a_private_address_behind_a_name_is_refused_when_connecting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *a, **k: real("10.0.0.7" if "example" in host else host, *a, **k)
    )
    with pytest.raises(GatewayError, match=r"leads to 10\.0\.0\.7") as caught:
        fetch(
            "https://media.example.com/x",
            tmp_path / "o.mp4",
            verify=accept,
            limits=QUICK,
            sleep=lambda _: None,
        )
    assert not isinstance(caught.value, Unreachable)
    assert left_behind(tmp_path) == []


def test_an_unwritable_folder_is_a_tools_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with fake_gateway(serves(CONTENT)) as host, pytest.raises(ToolFailed, match="cannot be written"):
        download(f"{host.url}/x", tmp_path / "file" / "out.mp4")


@pytest.mark.parametrize(
    ("head", "good"),
    [
        (b"\x00\x00\x00\x18ftypisom", True),
        (b"\x1aE\xdf\xa3webm", True),
        (b"RIFF0000WAVE", True),
        (b"ID3\x04", True),
        (b"\xff\xfb\x90", True),
        (b"OggS", True),
        (b"<html><body>Not found", False),
        (b'{"Header":{"Code":0}}', False),
        (b"#EXTM3U\n", False),
        (b"", False),
    ],
)
def test_what_begins_like_media(tmp_path: Path, head: bytes, good: bool) -> None:
    path = tmp_path / "x"
    path.write_bytes(head + b"\0" * 600 if good else head)
    if good:
        looks_like_media(path)
    else:
        with pytest.raises(GatewayError):
            looks_like_media(path)


def test_no_foreign_exception_and_no_query_string_leaves(tmp_path: Path) -> None:
    for behaviour in (
        resets,
        answers(500),
        answers(404),
        answers(200, b"", {"Content-Encoding": "br"}),
        refuses(1),
    ):
        with fake_gateway(behaviour) as host:
            try:
                download(
                    f"{host.url}/x?q-signature=canary99",
                    tmp_path / "out.mp4",
                    Limits(cap_bytes=10, attempts=1),
                )
            except MediaprepError as error:
                assert "canary99" not in f"{error} {error.zh} {error.__context__} {error.__cause__}"
            else:
                pytest.fail("nothing was raised")
