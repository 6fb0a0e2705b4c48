"""The page about a run: self-contained, escaped, without secrets."""

from __future__ import annotations

import re
from pathlib import Path

from mediaprep.config import register_secret
from mediaprep.model.facts import UnknownFacts
from mediaprep.model.findings import FileReport, Finding, Text, Verdict
from mediaprep.model.finishing.proof import Check
from mediaprep.model.paid.outcomes import Outcome, Prepared, SampledFrame, State
from mediaprep.report.page_templates import environment
from mediaprep.report.runs.run_page import page, write
from tests.making import entries


def outcome(**changes: object) -> Outcome:
    report = FileReport(
        path="<img src=x onerror=alert(1)>\x1b[31m.mov",
        field="notrain.RefVideoUrl",
        facts=UnknownFacts(size_bytes=1, problem_en="broken", problem_zh="坏了"),
        findings=(
            Finding(
                rule="notrain.RefVideoUrl.codec",
                verdict=Verdict.REFUSED,
                measured="hevc",
                limit="h264",
                message=Text("hevc is refused", "不接受 hevc"),
            ),
        ),
    )
    values: dict[str, object] = {
        "job": "welcome",
        "endpoint": "notrain",
        "state": State.DONE,
        "inputs": (Prepared(parameter="RefVideoUrl", before=report, ready=Path("x")),),
        "checks": (Check(name="frames", held=True, measured=100, expected="100 ±1"),),
        "pictures": (SampledFrame(label="1.0 s", jpeg=b"\xff\xd8\xff\xd9"),),
        "notes": (Text("see https://h/x?X-Amz-Signature=abcdef", "见"),),
        **changes,
    }
    return Outcome(**values)  # type: ignore[arg-type]


def test_names_cannot_become_markup_or_terminal_escapes() -> None:
    html = page([outcome()], lang="en", title="run")
    assert "<img src=x" not in html
    assert "&lt;img src=x" in html
    assert "\x1b" not in html


def test_nothing_is_asked_of_the_network() -> None:
    html = page([outcome()], lang="en", title="run")
    assert re.findall(r'(?:src|href)="(?!data:)', html) == []
    assert "<script" not in html
    assert "default-src 'none'" in html


def test_query_strings_and_secrets_are_taken_out() -> None:
    register_secret("canary-9f8e7d")
    told = Text("said canary-9f8e7d", "说了 canary-9f8e7d")
    html = page([outcome(problem=told)], lang="en", title="run")
    assert "canary-9f8e7d" not in html
    assert "abcdef" not in html


def test_both_languages_are_spoken() -> None:
    assert "hevc is refused" in page([outcome()], lang="en", title="run")
    assert "不接受 hevc" in page([outcome()], lang="zh", title="运行")


def test_what_is_not_done_comes_first_and_files_are_found_from_where_the_page_lies(tmp_path: Path) -> None:
    done = outcome(job="good", output=tmp_path / "out" / "a b#1.mp4", beside=(tmp_path / "out" / "a.srt",))
    sound = outcome(job="voice", output=tmp_path / "out" / "v.mp3")
    rest = [outcome(job=state.value, state=state) for state in State if state is not State.DONE]
    target = write(tmp_path / "told" / "run.html", [done, sound, *rest], lang="en", title="run")
    html = target.read_text(encoding="utf-8")
    assert re.findall(r'<article id="(\w+)"', html) == ["refused", "failed", "pending", "good", "voice"]
    assert "5 jobs: 2 done, 1 failed, 1 refused, 1 pending" in html
    assert '<video controls preload="none" src="../out/a%20b%231.mp4">' in html
    assert '<audio controls preload="none" src="../out/v.mp3">' in html
    assert 'href="../out/a.srt"' in html
    assert not re.findall(r'(?:src|href)="(?:[a-z]+:)?//', html)


def test_the_page_is_written_whole(tmp_path: Path) -> None:
    target = write(tmp_path / "deep" / "report.html", [outcome()], lang="en", title="run")
    assert target.read_text(encoding="utf-8").rstrip().endswith("</html>")
    assert [p.name for p in entries(target.parent)] == ["report.html"]


def test_foreign_text_turns_no_page_around() -> None:
    """Every value of every template passes the same door, whichever filter it has."""
    odd = "a\u202egpj.exe\u2066\x1b[2J\ufffe\ud800<b>"
    made = environment("en").from_string("{{ x }}|{{ x|shown }}|{{ '<i>'|safe }}").render(x=odd)
    made.encode("utf-8")
    assert made == "a gpj.exe  [2J \\ud800&lt;b&gt;|a gpj.exe  [2J \\ud800&lt;b&gt;|<i>"
