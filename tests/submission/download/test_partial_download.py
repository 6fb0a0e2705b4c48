"""Unfinished downloads: gone on with by the next process, and only where it is the same file."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mediaprep.errors import GatewayError, ToolFailed, Unreachable
from mediaprep.submission.download import download as fetching
from mediaprep.submission.download.download import Limits, StaleUrl, fetch
from mediaprep.submission.download.partial_download import opened
from tests.submission.fake_gateway import Behaviour, Request, answers, fake_gateway, raw, serves

CONTENT = b"\x00\x00\x00\x18ftypisom" + os.urandom(400_000)
ONCE = Limits(total_seconds=30, read_seconds=1, attempts=1, sync_bytes=50_000)


def accept(path: Path) -> None:
    """No check: these tests are about the way."""


def whole(path: Path) -> None:
    if path.read_bytes() != CONTENT:
        raise GatewayError("not what was served", "不是所提供的内容")


def download(url: str, target: Path, verify: Callable[[Path], None] = whole) -> Path:
    return fetch(url, target, verify=verify, allowed=None, limits=ONCE, sleep=lambda _: None)


def part_of(target: Path) -> Path:
    return target.with_name(f".{target.stem}.part-{hashlib.sha256(target.name.encode()).hexdigest()[:8]}")


def broken_off(tmp_path: Path, cut_after: int = 150_000) -> Path:
    """A target of which a first call has brought `cut_after` bytes."""
    target = tmp_path / "out.mp4"
    cut = serves(CONTENT, cut_after=cut_after)
    with fake_gateway(cut) as host, pytest.raises(Unreachable, match="the next try goes on there"):
        download(f"{host.url}/task/x.mp4?sign=canary-a", target)
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        part_of(target).name,
        part_of(target).name + ".origin",
    ]
    return target


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_next_process_goes_on_where_the_last_one_stopped(tmp_path: Path) -> None:
    target = broken_off(tmp_path)
    with fake_gateway(serves(CONTENT)) as host:  # another port and another signature, the same path
        download(f"{host.url}/task/x.mp4?sign=canary-b", target)
    assert host.seen[0].headers["range"] == "bytes=150000-"
    assert host.seen[0].headers["if-range"] == '"v1"'
    assert target.read_bytes() == CONTENT
    assert names(tmp_path) == ["out.mp4"]


def test_the_origin_holds_no_signature(tmp_path: Path) -> None:
    target = broken_off(tmp_path)
    text = part_of(target).with_name(part_of(target).name + ".origin").read_text(encoding="utf-8")
    assert json.loads(text.splitlines()[0]) == {
        "path": "/task/x.mp4",
        "validator": '"v1"',
        "total": len(CONTENT),
    }
    assert "canary" not in text


@pytest.mark.parametrize(
    "behaviour", [serves(CONTENT, etag='"v2"'), serves(CONTENT, ranges=False)], ids=["changed", "no ranges"]
)
def test_a_changed_file_and_a_server_without_ranges_are_read_from_the_start(
    tmp_path: Path, behaviour: Behaviour
) -> None:
    target = broken_off(tmp_path)
    with fake_gateway(behaviour) as host:
        download(f"{host.url}/task/x.mp4", target)
    assert target.read_bytes() == CONTENT


def test_another_path_is_another_file(tmp_path: Path) -> None:
    target = broken_off(tmp_path)
    with fake_gateway(serves(CONTENT)) as host:
        download(f"{host.url}/task/y.mp4", target)
    assert "range" not in host.seen[0].headers
    assert target.read_bytes() == CONTENT


@pytest.mark.parametrize("etag", [None, 'W/"weak"'])
def test_without_a_strong_validator_nothing_is_left_to_go_on_with(tmp_path: Path, etag: str | None) -> None:
    with fake_gateway(serves(CONTENT, etag=etag, cut_after=90_000)) as host, pytest.raises(Unreachable):
        download(f"{host.url}/x", tmp_path / "out.mp4")
    assert names(tmp_path) == []


def test_bytes_that_were_never_synced_are_not_built_upon(tmp_path: Path) -> None:
    target = broken_off(tmp_path)
    with part_of(target).open("ab") as stream:
        stream.write(b"\0" * 70_000)  # as a file system leaves them when the power goes
    with fake_gateway(serves(CONTENT)) as host:
        download(f"{host.url}/task/x.mp4", target)
    assert host.seen[0].headers["range"] == "bytes=150000-"
    assert target.read_bytes() == CONTENT


@pytest.mark.parametrize(
    "text", ["", "nonsense\n", "[]\n", '{"path": "/task/x.mp4"}\n', '{"synced": true}\n', "\0\0"]
)
def test_an_origin_that_cannot_be_read_means_starting_over(tmp_path: Path, text: str) -> None:
    target = broken_off(tmp_path)
    part_of(target).with_name(part_of(target).name + ".origin").write_text(text, encoding="utf-8")
    with fake_gateway(serves(CONTENT)) as host:
        download(f"{host.url}/task/x.mp4", target)
    assert "range" not in host.seen[0].headers
    assert target.read_bytes() == CONTENT


def test_a_part_that_was_spoilt_meanwhile_is_brought_once_more(tmp_path: Path) -> None:
    target = broken_off(tmp_path)
    with part_of(target).open("rb+") as stream:
        stream.seek(1000)
        stream.write(b"spoilt")
    with fake_gateway(serves(CONTENT)) as host:
        download(f"{host.url}/task/x.mp4", target)
    assert ["range" in request.headers for request in host.seen] == [True, False]
    assert target.read_bytes() == CONTENT


def test_a_whole_part_asks_whether_the_file_is_still_the_same(tmp_path: Path) -> None:
    target = tmp_path / "out.mp4"

    def interrupted(path: Path) -> None:
        raise KeyboardInterrupt

    with fake_gateway(serves(CONTENT)) as host:
        with pytest.raises(KeyboardInterrupt):
            download(f"{host.url}/x", target, interrupted)
        download(f"{host.url}/x", target)
    assert host.seen[1].headers["range"] == f"bytes={len(CONTENT) - 1}-"
    assert target.read_bytes() == CONTENT
    assert names(tmp_path) == ["out.mp4"]


def test_a_stale_url_leaves_what_came_for_the_fresh_one(tmp_path: Path) -> None:
    target = broken_off(tmp_path)
    with fake_gateway(answers(403)) as host, pytest.raises(StaleUrl):
        download(f"{host.url}/task/x.mp4", target)
    assert part_of(target).stat().st_size == 150_000


def test_what_is_no_result_leaves_nothing(tmp_path: Path) -> None:
    target = broken_off(tmp_path)
    with fake_gateway(answers(402)) as host, pytest.raises(GatewayError, match="402"):
        download(f"{host.url}/task/x.mp4", target)
    assert names(tmp_path) == []


def test_two_at_once_never_write_into_one_part(tmp_path: Path) -> None:
    target = tmp_path / "out.mp4"
    with opened(target, "/x") as first, opened(target, "/x") as second:
        assert first.path == part_of(target)
        assert second.path != first.path
        second.stream.write(b"second")
        second.keep(target)
        first.stream.write(b"first")
        first.keep(target)
    assert target.read_bytes() == b"first"
    assert names(tmp_path) == ["out.mp4"]


@pytest.mark.parametrize("kind", ["link", "hard link", "folder", "pipe"])
def test_whatever_else_bears_the_parts_name_is_not_written_to(tmp_path: Path, kind: str) -> None:
    target, victim = tmp_path / "out.mp4", tmp_path / "victim"
    victim.write_bytes(b"precious")
    made: dict[str, Callable[[], object]] = {
        "link": lambda: part_of(target).symlink_to(victim),
        "hard link": lambda: os.link(victim, part_of(target)),
        "folder": lambda: part_of(target).mkdir(),
        "pipe": lambda: os.mkfifo(part_of(target)),
    }
    made[kind]()
    with fake_gateway(serves(CONTENT)) as host:
        download(f"{host.url}/x", target)
    assert target.read_bytes() == CONTENT
    assert victim.read_bytes() == b"precious"


_FETCHER = """
import sys, pathlib
from mediaprep.submission.download.download import Limits, fetch
limits = Limits(sync_bytes=50_000, read_seconds=20)
fetch(sys.argv[1], pathlib.Path(sys.argv[2]), verify=lambda path: None, allowed=None, limits=limits)
"""


def test_a_killed_download_is_gone_on_with(tmp_path: Path) -> None:
    def stalls(connection: socket.socket, request: Request) -> None:
        head = raw(200, b"", {"ETag": '"v1"', "Content-Length": str(len(CONTENT))})
        connection.sendall(head + CONTENT[:260_000])
        time.sleep(20)

    target = tmp_path / "out.mp4"
    origin = part_of(target).with_name(part_of(target).name + ".origin")
    with fake_gateway(stalls, serves(CONTENT)) as host:
        process = subprocess.Popen([sys.executable, "-c", _FETCHER, f"{host.url}/x", str(target)])
        until = time.monotonic() + 30
        while time.monotonic() < until and not (origin.exists() and "synced" in origin.read_text()):
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=10)
        assert not target.exists()
        download(f"{host.url}/x", target)
    resumed = int(host.seen[1].headers["range"].removeprefix("bytes=").rstrip("-"))
    assert 50_000 <= resumed <= 260_000
    assert target.read_bytes() == CONTENT
    assert names(tmp_path) == ["out.mp4"]


@pytest.mark.parametrize("cut", [None, 100_000], ids=["whole", "cut"])
def test_a_body_whose_end_nothing_marks_is_judged_by_its_content_and_tried_twice(
    tmp_path: Path, cut: int | None
) -> None:
    with fake_gateway(answers(200, CONTENT[:cut], length=False), answers(200, CONTENT, length=False)) as host:
        download(f"{host.url}/x", tmp_path / "out.mp4")
    assert (tmp_path / "out.mp4").read_bytes() == CONTENT
    assert len(host.seen) == (2 if cut else 1)


def test_a_full_disk_gives_its_room_back_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = broken_off(tmp_path)
    monkeypatch.setattr(fetching, "_SPARE_DISK", 1 << 62)
    with fake_gateway(serves(CONTENT)) as host, pytest.raises(ToolFailed, match="the disk has"):
        download(f"{host.url}/task/x.mp4", target)
    assert names(tmp_path) == []
