"""`check` and `fix` of caption files and of texts in other encodings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mediaprep.cli.app import run
from mediaprep.media.captions import subtitle_files
from mediaprep.model.facts import CaptionFacts, TextFacts
from mediaprep.preflight.rulebook import rulebook
from mediaprep.report import check_text
from mediaprep.verbs.check import check
from mediaprep.verbs.fix import fix

LATE = "1\n00:00:0x,500 --> 00:00:01,000\n丢失\n\n"
FULL = (
    "2\n00：00：01，000 --> 00：00：03，000\n大家好，欢迎收看\n\n"
    "3\n00:00:02,500 --> 00:00:02,700\n这一条太快了来不及看\n\n"
    "4\n00:00:09,000 --> 00:00:08,000\n倒着的\n"
)


def test_captions_are_judged_as_captions(tmp_path: Path) -> None:
    path = tmp_path / "a.srt"
    path.write_bytes((LATE + FULL).encode("gb18030"))
    (report,) = check([path])
    facts = report.facts
    assert isinstance(facts, CaptionFacts)
    assert (facts.form, facts.cues, facts.dropped, facts.starts, facts.ends) == ("srt", 2, 2, 1.0, 3.0)
    assert (facts.encoding, facts.encoding_guessed) == ("GB18030", True)
    assert (report.verdict, report.field) == ("advised", None)
    told = {finding.rule for finding in report.findings}
    assert told == {
        "captions.file.encoding", "captions.cue.dropped", "captions.cue.milliseconds", "captions.cue.overlap",
        "captions.cue.speed",
    }  # fmt: skip
    assert all(rulebook.known(rule) for rule in told)
    (lost,) = [finding for finding in report.findings if finding.rule == "captions.cue.dropped"]
    assert (lost.where, "丢失" in lost.message.zh, "丢失" in lost.message.en) == ("line 2", True, True)


@pytest.mark.parametrize(
    ("name", "text", "form"),
    [
        ("a.srt", FULL, "srt"), ("a.txt", FULL, "srt"), ("a.vtt", "WEBVTT\n\n00:01.000 --> 00:02.500\n好\n", "vtt"),
        ("a.sbv", "0:00:01.000,0:00:02.000\n好\n", "sbv"), ("a.lrc", "[00:01.00]好\n[00:03.00]\n", "lrc"),
        ("a.ttml", "<tt><body><p begin='1s' end='2s'>好</p></body></tt>", "ttml"),
    ],
)  # fmt: skip
def test_what_captions_are_is_said_by_their_lines(tmp_path: Path, name: str, text: str, form: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    (report,) = check([path])
    assert isinstance(report.facts, CaptionFacts) and report.facts.form == form


@pytest.mark.parametrize(
    "text", ["大家好，欢迎。", "<speak>大家好</speak>", "会议 10:00-12:00 开始", "Dialogue: hello there"]
)
def test_a_script_is_no_captions(tmp_path: Path, text: str) -> None:
    path = tmp_path / "script.txt"
    path.write_text(text, encoding="utf-8")
    (report,) = check([path])
    assert isinstance(report.facts, TextFacts)


def test_captions_are_no_script(tmp_path: Path) -> None:
    path = tmp_path / "script.txt"
    path.write_text(FULL, encoding="utf-8")
    (report,) = check([path], field="notrain.InputSsml")
    assert [(finding.rule, finding.measured) for finding in report.findings] == [
        ("notrain.InputSsml.kind", "captions")
    ]


def test_findings_of_a_kind_are_gathered(tmp_path: Path) -> None:
    path = tmp_path / "a.srt"
    path.write_text(
        "".join(f"{n}\n00:00:{n:02d},000 --> 00:00:{n:02d},100\n字\n\n" for n in range(1, 50)),
        encoding="utf-8",
    )
    (report,) = check([path])
    short = [finding for finding in report.findings if finding.rule == "captions.cue.milliseconds"]
    assert len(short) == 4 and short[-1].message.en == "46 more like these"


def test_captions_broken_beyond_reading_say_why(tmp_path: Path) -> None:
    path = tmp_path / "a.ttml"
    path.write_text("<tt><body><p begin='1s'>好</body></tt>", encoding="utf-8")
    (report,) = check([path])
    assert report.verdict == "unreadable"


def test_the_command_tells_captions_in_both_languages(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.srt"
    path.write_bytes((LATE + FULL).encode("gb18030"))
    told = {lang: [line for _, line in check_text.lines(check([path]), lang)] for lang in ("en", "zh")}
    assert "srt 2 captions 1–3 s GB18030" in told["en"][0]
    assert any("its time line cannot be read" in line for line in told["en"])
    assert any("时间行无法解析" in line for line in told["zh"])
    assert run(["check", "--no-cache", "--format", "json", str(path)]) == 0
    document = json.loads(capsys.readouterr().out)
    (entry,) = document["files"]
    assert (entry["kind"], entry["facts"]["cues"], entry["facts"]["encoding"]) == ("captions", 2, "GB18030")


def test_fix_writes_captions_in_utf8_and_tells_what_they_were(tmp_path: Path) -> None:
    path = tmp_path / "a.srt"
    path.write_bytes((LATE + FULL).encode("gb18030"))
    done = fix(path, output=tmp_path / "made.srt")
    (step,) = done.steps
    assert "UTF-8" in step.say().en and "GB18030" in step.say().zh and "2 left out" in step.say().en
    assert (tmp_path / "made.srt").read_bytes().decode("utf-8").startswith("1\n00:00:01,000 -->")
    assert subtitle_files.read(tmp_path / "made.srt") == subtitle_files.read(path)
    assert done.after is not None and "captions.file.encoding" not in {f.rule for f in done.after.findings}


@pytest.mark.parametrize(
    ("encoding", "shown"), [("gb18030", "GB18030"), ("utf-16-le", "UTF-16"), ("big5", "Big5")]
)
def test_a_guessed_script_is_told_and_fix_says_what_it_changed(
    tmp_path: Path, encoding: str, shown: str
) -> None:
    path = tmp_path / "script.txt"
    path.write_bytes("歡迎收看今天的節目，謝謝大家。\n".encode(encoding))
    (report,) = check([path])
    (finding,) = [one for one in report.findings if one.rule == "notrain.InputSsml.encoding_guessed"]
    assert finding.verdict.value == "advised" and finding.fix is not None
    done = fix(path, output=tmp_path / "made.txt")
    assert f"read as {shown}, written in UTF-8" in done.steps[0].say().en
    assert (tmp_path / "made.txt").read_text(encoding="utf-8") == "歡迎收看今天的節目，謝謝大家。"
    assert done.after is not None and not [f for f in done.after.findings if "encoding" in f.rule]
