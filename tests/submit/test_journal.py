"""The journal: what is written before and after a paid POST, and what a crash leaves."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from mediaprep.config import Settings
from mediaprep.errors import BadConfig, LedgerError, Rejected, Unknown, Unreachable
from mediaprep.model.jobs import Standing
from mediaprep.submit.journal import Journal, digest_of, journal, recorded

WORDS = {"endpoint": "tts", "base_url": "https://gw", "request": {"InputSsml": "你好"}, "digest": "d1"}


@pytest.fixture
def book(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "state" / "journal.jsonl")


def test_the_intent_is_on_disk_before_anything_is_sent(book: Journal) -> None:
    def send(attempt: str) -> str:
        (open_one,) = Journal(book.path).attempts()
        assert (open_one.attempt, open_one.standing) == (attempt, Standing.OPEN)
        return "task-1"

    assert recorded(book, send, **WORDS) == "task-1"
    found = Journal(book.path).find("task-1")
    assert found is not None
    assert (found.endpoint, found.standing, found.request) == (
        "tts",
        Standing.ACCEPTED,
        {"InputSsml": "你好"},
    )
    assert book.in_doubt() == ()
    assert book.find("task-2") is None


@pytest.mark.parametrize(
    ("error", "standing"),
    [
        (Unreachable("x"), Standing.NOT_SENT),
        (Rejected("x", code=100001), Standing.REFUSED),
        (Rejected("x", code=100008), Standing.REFUSED),
        (Rejected("x", code=110005), Standing.UNKNOWN),
        (Rejected("x", code=-101000), Standing.UNKNOWN),
        (Unknown("x"), Standing.UNKNOWN),
    ],
)
def test_every_end_is_written_down(book: Journal, error: Exception, standing: Standing) -> None:
    def send(attempt: str) -> str:
        raise error

    with pytest.raises(type(error)):
        recorded(book, send, **WORDS)
    (attempt,) = book.attempts()
    assert attempt.standing is standing
    assert bool(book.in_doubt("d1")) is (standing is Standing.UNKNOWN)
    assert book.in_doubt("other") == ()


def test_a_process_killed_while_sending_leaves_the_attempt_in_doubt(book: Journal) -> None:
    code = (
        "import os, sys; from pathlib import Path; from mediaprep.submit.journal import Journal, recorded\n"
        "recorded(Journal(Path(sys.argv[1])), lambda name: os._exit(9), endpoint='tts', base_url='b',"
        " request={}, digest='d1')"
    )
    done = subprocess.run([sys.executable, "-c", code, str(book.path)], cwd=Path.cwd(), check=False)
    assert done.returncode == 9
    (attempt,) = book.in_doubt("d1")
    assert attempt.standing is Standing.OPEN
    book.ended(attempt.attempt, Standing.SET_ASIDE, "a person said so")
    assert book.in_doubt() == ()


def test_a_torn_last_line_costs_only_itself(book: Journal) -> None:
    first = book.intent(**WORDS)
    book.accepted(first, "task-1")
    second = book.intent(**WORDS)
    with book.path.open("ab") as stream:
        stream.write(b'{"v":1,"event":"accepted","attempt":"' + second.encode()[:5])
    assert [a.standing for a in book.attempts()] == [Standing.ACCEPTED, Standing.OPEN]
    third = book.intent(**WORDS)
    book.accepted(third, "task-3")
    assert [a.task_id for a in book.attempts()] == ["task-1", None, "task-3"]


def test_lines_of_no_meaning_are_passed_over(book: Journal) -> None:
    book.intent(**WORDS)
    with book.path.open("ab") as stream:
        stream.write(b'[]\n{"event":"intent"}\n{"event":"strange","attempt":1}\n\xff\n{"event":"accepted"}\n')
    assert len(book.attempts()) == 1


def test_an_accepted_attempt_stays_accepted(book: Journal) -> None:
    name = book.intent(**WORDS)
    book.accepted(name, "task-1")
    book.ended(name, Standing.UNKNOWN)
    assert book.attempts()[0].standing is Standing.ACCEPTED


def test_no_signature_and_no_secret_reaches_the_journal(book: Journal) -> None:
    Settings.load({}, {"MEDIAPREP_ACCESSTOKEN": "canary-token-77"})
    request = {"RefVideoUrl": "https://b/k.mp4?X-Amz-Signature=canary78", "InputSsml": "canary-token-77"}
    name = book.intent(**{**WORDS, "request": request})
    book.ended(name, Standing.UNKNOWN, "at https://gw/x?signature=canary79")
    text = book.path.read_text(encoding="utf-8")
    assert "canary" not in text
    assert "https://b/k.mp4" in text


@pytest.mark.skipif(os.name != "posix", reason="permission bits are POSIX")
def test_the_journal_is_private(book: Journal) -> None:
    book.intent(**WORDS)
    assert stat.S_IMODE(book.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(book.path.parent.stat().st_mode) == 0o700


_MANY = """
import sys
from pathlib import Path
from mediaprep.submit.journal import Journal
book = Journal(Path(sys.argv[1]))
for i in range(25):
    name = book.intent(endpoint="tts", base_url="b", request={}, digest="d")
    book.accepted(name, f"{sys.argv[2]}-{i}")
"""


def test_many_writers_lose_no_line(book: Journal) -> None:
    command = [sys.executable, "-c", _MANY, str(book.path)]
    children = [subprocess.Popen([*command, str(n)], cwd=Path.cwd()) for n in range(3)]
    assert [child.wait(timeout=60) for child in children] == [0, 0, 0]
    assert len({attempt.task_id for attempt in book.attempts()}) == 75


def test_a_journal_that_cannot_be_written_stops_the_submit(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    sent = []
    with pytest.raises(LedgerError, match="MEDIAPREP_LEDGER"):
        recorded(Journal(tmp_path / "file" / "j.jsonl"), lambda name: sent.append(name) or "t", **WORDS)
    assert sent == []


def test_a_task_id_that_cannot_be_written_is_at_least_told(
    book: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, line: bytes) -> None:
        raise OSError(28, "No space left")

    def send(attempt: str) -> str:
        monkeypatch.setattr("mediaprep.submit.journal.append_line", full)
        return "task-9"

    with pytest.raises(LedgerError, match=r"task-9 was accepted.*No space left"):
        recorded(book, send, **WORDS)


def test_the_settings_choose_the_file(tmp_path: Path) -> None:
    assert journal(Settings(ledger="x.jsonl")).path == Path("x.jsonl")
    chosen = journal(Settings(), {"XDG_STATE_HOME": str(tmp_path)}).path
    assert chosen == tmp_path / "mediaprep" / "journal.jsonl"
    with pytest.raises(BadConfig, match="postgresql://"):
        journal(Settings(ledger="postgresql://user:pw@host/db"))


def test_the_same_request_has_the_same_digest_whatever_its_signatures() -> None:
    def digest(url: str, endpoint: str = "notrain", appkey: str = "k") -> str:
        return digest_of(
            "https://gw", appkey, endpoint, {"RefVideoUrl": url, "VideoParam": {"RefPhotoUrls": [url]}}
        )

    one = digest("https://b/k.mp4?X-Amz-Date=1&X-Amz-Signature=a")
    assert one == digest("https://b/k.mp4?X-Amz-Date=2&X-Amz-Signature=b") == digest("https://b/k.mp4")
    assert one != digest("https://b/other.mp4")
    assert one != digest("https://b/k.mp4?version=2")
    assert (
        digest("https://b/k?v=1&q-signature=x")
        == digest("https://b/k?v=1&q-signature=y")
        != digest("https://b/k?v=2")
    )
    assert one != digest("https://b/k.mp4", endpoint="photo")
    assert one != digest("https://b/k.mp4", appkey="other")
