"""Nothing foreign moves a terminal or breaks a format, and output that nobody takes is said so."""

from __future__ import annotations

import csv
import errno
import io
import json
import re
import subprocess
import sys
import unicodedata
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from mediaprep import processes
from mediaprep.cli import printing
from mediaprep.cli.app import VERBS, run
from mediaprep.config import Settings
from mediaprep.model import strict_json
from mediaprep.model.facts import UnknownFacts
from mediaprep.model.findings import FileReport, Finding, Text, Verdict
from mediaprep.model.paid.outcomes import ProgressEvent
from mediaprep.model.paid.records import Intent, JobState, NewJob
from mediaprep.report.check import check_ci
from mediaprep.report.check.checked import CheckRun
from mediaprep.report.console import Console
from mediaprep.report.escaping import shown
from mediaprep.report.runs.run_board import Board
from mediaprep.submission.ledger import Ledger
from tests.submission.emulated import TTS

PACKAGE = Path(printing.__file__).resolve().parents[1]
FOREIGN = {
    "colours": "\x1b[31mred\x1b[0m",
    "a window's title": "\x1b]0;pwned\x07",
    "a clipboard": "\x1b]52;c;cm0gLXJm\x1b\\",
    "a C1 sequence": "\x9b2J\x9d0;x\x9c",
    "backspaces": "good\b\b\b\bevil",
    "a bidi override": "\u202egpj.exe",
    "a bidi isolate": "\u2066x\u2069",
    "nothing wide": "a\u200bb\u2060c\ufeff",
    "another line": "a\r\n::error::forged\u2028x\u2029",
    "non-characters": "a\ufffeb\uffffc\ufdd0\U0001ffff",
    "half a pair": "a\ud800b",
    "tags": "a\U000e0041b",
}  # fmt: skip


def obeyed(text: str, keep: str = "\n") -> list[str]:
    """What a terminal or a reader of XML would not show but do."""
    kinds = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return [
        ascii(sign) for sign in text
        if sign not in keep and (unicodedata.category(sign) in kinds or ord(sign) & 0xFFFE == 0xFFFE)
    ]  # fmt: skip


@pytest.mark.parametrize("text", FOREIGN.values(), ids=FOREIGN)
def test_foreign_text_is_shown_and_not_obeyed(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert obeyed(shown(text), "") == []
    printing.line(text, fg="red")
    printing.error(f"mediaprep: {text}")
    printing.document({text: [text]})
    Console(stream=sys.stderr).say(text)
    Console("json", stream=sys.stderr).say(text, job=text)
    with Board(Console(stream=sys.stderr), total=1, lang="en") as board:
        board.tell(ProgressEvent(job=text, kind="wait", message=Text(text, text)))
    told = capsys.readouterr()
    assert obeyed(told.out) == obeyed(told.err) == []
    first, _, document = told.out.partition("\n")
    assert shown(text, None) == first
    assert json.loads(document) == {text: [text]}


def test_the_terminal_has_one_door() -> None:
    """Whoever prints, prints through it: a call of click's own would pass what it is given."""
    calls = re.compile(r"click\.(?:s?echo\w*|echo_via_pager)\b|sys\.stdout\.write|(?<!\w)print\(")
    doors = {"cli/printing.py", "report/console.py", "__main__.py"}  # the version, before anything is loaded
    elsewhere = {
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if "emulator" not in path.parts and calls.search(path.read_text(encoding="utf-8"))
    }
    assert elsewhere <= doors, elsewhere - doors


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), {"a": [1, float("-inf")]}, {"x": "\ud800"}, {"\udfff": 1}, "\uffff\x9b"],
)
def test_json_is_json_to_every_reader(value: object) -> None:
    def refuse(name: str) -> None:
        raise AssertionError(name)

    text = strict_json.dumps(value)
    assert obeyed(text) == []
    json.loads(text.encode("utf-8"), parse_constant=refuse)


@pytest.fixture
def odd_ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A ledger in which everything that can be foreign is."""
    foreign = "".join(text for name, text in FOREIGN.items() if name != "half a pair")
    place = tmp_path / "ledger.db"
    with Ledger.open(Settings(ledger=str(place))) as ledger:
        new = NewJob(
            id=f"=cmd{foreign}", name=f"+{foreign}", endpoint="tts", base_url="http://127.0.0.1:1", digest="0" * 64,
            output=tmp_path / "x",
        )  # fmt: skip
        ledger.enqueue(new)

        def held():  # type: ignore[no-untyped-def]
            claim = ledger.claim(processes.me(), 30, ids=[new.id])
            assert claim is not None
            return claim

        ledger.move(held(), JobState.READY, name="prepared", payload={**TTS, "InputSsml": foreign})
        claim = held()
        attempt = ledger.begin_attempt(claim, Intent(nonce="n", token="t", signed_at=1.0, fence_at=2.0))
        assert attempt is not None
        task = f"@{foreign}"
        ledger.accept(claim.on(ledger.job(new.id)), attempt.n, task, answer=json.dumps({"TaskId": task}))
        ledger.move(held(), JobState.REVIEW, name="lost", why=Text(foreign, foreign))
    monkeypatch.setenv("MEDIAPREP_LEDGER", str(place))
    return new.id


@pytest.mark.parametrize(
    "arguments",
    [["list", "--all"], ["list", "--all", "--format=json"], ["show", "*"], ["show", "*", "--format=json"], ["export"]]
    + [["export", "--format=csv", f"--table={table}"] for table in ("jobs", "attempts", "events")]
    + [["show", "\x1b[2Jgone"], ["resolve", "*", "--task-id", "\x1b[2J"]],
)  # fmt: skip
def test_the_ledger_is_shown_and_not_obeyed(
    odd_ledger: str, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    run(["jobs", *(odd_ledger if argument == "*" else argument for argument in arguments)])
    told = capsys.readouterr()
    assert told.out + told.err
    assert obeyed(told.out) == obeyed(told.err) == []
    if "export" in arguments and "--format=csv" in arguments:
        for row in csv.reader(io.StringIO(told.out)):
            assert not [cell for cell in row if cell.lstrip()[:1] in tuple("=+-@")], row
    elif "--format=json" in arguments or arguments == ["export"]:
        assert json.loads(told.out)["jobs"][0]["id"] == odd_ledger


REPORTS = [
    FileReport(
        path=f"a,b:c%/{text}.txt", field=None,
        facts=UnknownFacts(size_bytes=1, problem_en=text, problem_zh=text),
        findings=(
            Finding(
                rule=f"notrain.{text}", verdict=Verdict.REFUSED, measured=text, limit="x", message=Text(text, text),
                fix=Text(text, text), where=text,
            ),
        ),
    )
    for text in (*FOREIGN.values(), "x" * 400, "a\r\nb")
]  # fmt: skip


def test_junit_is_xml_whatever_is_in_it() -> None:
    text = "".join(check_ci.junit(REPORTS, CheckRun(profile="p", lang="en")))
    assert obeyed(text) == []
    names = [case.get("name") for case in ET.fromstring(text.encode("utf-8")).iter("testcase")]
    assert len(names) == len(REPORTS) and "a,b:c%/" + "x" * 400 + ".txt" in names


def test_github_names_the_whole_file_and_one_command_is_one_line() -> None:
    lines = "".join(check_ci.github(REPORTS, CheckRun(profile="p", lang="en"))).splitlines()
    assert len(lines) == len(REPORTS) and obeyed("".join(lines)) == []
    found = [re.fullmatch(r"::error file=([^,:]*),title=([^,:]*)::(.*)", line) for line in lines]
    assert all(found)
    files = [match[1] for match in found if match]
    assert f"a%2Cb%3Ac%25/{'x' * 400}.txt" in files
    assert "a%2Cb%3Ac%25/a%0D%0Ab.txt" in files  # GitHub spells it back: it is the name of the file


class Full(io.StringIO):
    """A stdout on a disk that is full, or whose reader is gone."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def write(self, text: str) -> int:
        raise OSError(self.number, "No space left on device")


COMMANDS = [[verb, "--help"] for verb in VERBS] + [
    ["--version"], ["--help"], ["rules"], ["rules", "--format=json"], ["profiles"], ["jobs", "diagram"],
    ["explain", "ppt.PPTFileUrl.size_bytes"], ["doctor", "--format=json"], ["jobs", "export"],
    *(["check", "gone.mp4", "--format", form] for form in ("text", "json", "jsonl", "sarif", "junit", "github")),
]  # fmt: skip


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EPIPE])
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_output_that_nobody_takes_is_an_error(
    command: list[str], number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MEDIAPREP_LEDGER", str(tmp_path / "ledger.db"))
    monkeypatch.setattr(sys, "stdout", Full(number))
    assert run(command) == 3
    (line,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("mediaprep")]
    assert "stdout " in line and "what was done is done" in line


def test_paid_work_goes_on_when_nobody_reads_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", Full(errno.EPIPE))
    with printing.going_on():
        printing.line("done")
    with pytest.raises(printing.OutputLost):
        printing.flush()
    printing.flush()  # told once


@pytest.mark.parametrize("command", [["--version"], ["rules"], ["check", "--help"]], ids=" ".join)
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
def test_a_full_device_is_one_line_and_no_traceback(command: list[str]) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-m", "mediaprep", *command],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr.count("\n")) == (3, 1), done.stderr
    assert "stdout cannot be written: No space left on device" in done.stderr


def test_stderr_that_nobody_takes_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    full: Any = Full(errno.ENOSPC)
    monkeypatch.setattr(sys, "stderr", full)
    printing.error("mediaprep: x")
    Console(stream=full).say("x")
    assert run(["jobs", "shw"]) == 2
