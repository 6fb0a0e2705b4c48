"""`check` on the command line: choice, waivers, cache, and formats that other programs read."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from mediaprep.cli.app import run
from mediaprep.media.probing import probe
from mediaprep.verbs import check as verb
from tests.making import make_audio, make_photo

WAIVER = """
[[mediaprep.waivers]]
rule = "notrain.InputSsml.lines"
path = "b*.txt"
reason = "the editor's line end"
expires = {day}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One file of each verdict but unknown, and a name that is hard to write."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    make_audio(tmp_path / "a good.wav", seconds=2)
    (tmp_path / "b,two:lines.txt").write_text("大家好，欢迎。\n欢迎 A & B。", encoding="utf-8")
    make_photo(tmp_path / "c<d>&é.png", width=150, height=320)
    (tmp_path / "e.mp4").write_text("no video", encoding="utf-8")
    return tmp_path


FILES = ["a good.wav", "b,two:lines.txt", "c<d>&é.png", "e.mp4", "gone.mov"]


def check(*arguments: str) -> int:
    return run(["check", "--no-faces", *arguments])


def as_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    check("--format", "json", *arguments)
    return json.loads(capsys.readouterr().out)  # type: ignore[no-any-return]


def test_select_and_ignore_decide_what_counts(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = FILES[1]
    assert check(script) == 1
    assert check("--ignore", "notrain.InputSsml", script) == 0
    assert check("--select", "notrain.InputSsml.characters", "--select", "ppt", script) == 0
    capsys.readouterr()
    document = as_json(capsys, "--select", "notrain.InputSsml.lines", script)
    assert [f["rule"] for f in document["files"][0]["findings"]] == ["notrain.InputSsml.lines"]
    assert check("--select", "notrain.InputSml", script) == 2
    assert "did you mean" in capsys.readouterr().err


def test_a_waived_finding_is_shown_and_does_not_count(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("mediaprep.toml").write_text(WAIVER.format(day="2099-01-01"), encoding="utf-8")
    assert check("--ignore", "notrain.InputSsml.well_formed", FILES[1]) == 0
    assert "the editor's line end" in capsys.readouterr().out
    (entry,) = as_json(capsys, FILES[1])["files"]
    assert [f["rule"] for f in entry["findings"]] == ["notrain.InputSsml.well_formed"]
    (waived,) = entry["waived"]
    assert (waived["rule"], waived["reason"], waived["expires"]) == (
        "notrain.InputSsml.lines", "the editor's line end", "2099-01-01",
    )  # fmt: skip


def test_expired_and_unused_waivers_are_findings_of_the_run(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("mediaprep.toml").write_text(
        WAIVER.format(day="2020-01-01") + WAIVER.format(day="2099-01-01").replace(".lines", ".banned"),
        encoding="utf-8",
    )
    document = as_json(capsys, FILES[1])
    assert [f["rule"] for f in document["findings"]] == ["waivers.expired", "waivers.unused"]
    assert "waived" not in document["files"][0]
    check(FILES[1])
    assert "waivers.unused @ waiver 2" in capsys.readouterr().out


def test_jsonl_is_one_line_a_file_in_the_order_given(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check("--format", "jsonl", *FILES) == 1
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["path"] for line in lines] == FILES
    assert {line["schema"] for line in lines} == {"mediaprep.check/1"}
    assert [line["verdict"] for line in lines] == ["pass", "refused", "refused", "unreadable", "unreadable"]
    assert as_json(capsys, *FILES)["files"] == [
        {key: value for key, value in line.items() if key not in {"schema", "profile"}} for line in lines
    ]


def test_sarif_validates_against_the_official_schema(
    folder: Path, fixtures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import jsonschema

    Path("mediaprep.toml").write_text(WAIVER.format(day="2099-01-01"), encoding="utf-8")
    assert check("--format", "sarif", *FILES) == 1
    log = json.loads(capsys.readouterr().out)
    schema = json.loads((fixtures / "sarif" / "sarif-2.1.0.json").read_text(encoding="utf-8"))
    jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker()).validate(log)
    (told,) = log["runs"]
    rules = [rule["id"] for rule in told["tool"]["driver"]["rules"]]
    for result in told["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
    uris = {r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for r in told["results"]}
    assert uris == {"./b%2Ctwo%3Alines.txt", "c%3Cd%3E%26%C3%A9.png", "e.mp4", "gone.mov"}
    broken = next(r for r in told["results"] if r["ruleId"].endswith("well_formed"))
    assert broken["level"] == "error"
    assert broken["locations"][0]["physicalLocation"]["region"] == {"startLine": 2, "startColumn": 6}
    (waived,) = [r for r in told["results"] if r.get("suppressions")]
    assert waived["suppressions"][0]["justification"] == "the editor's line end"


def test_junit_counts_what_failed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check("--format", "junit", *FILES) == 1
    suite = ET.fromstring(capsys.readouterr().out)[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("5", "4", "0")
    cases = {case.get("name"): case for case in suite.iter("testcase")}
    assert list(cases) == FILES
    assert cases["a good.wav"].find("failure") is None
    assert "notrain.InputSsml.lines" in (cases[FILES[1]].findtext("failure") or "")
    unreadable = cases["e.mp4"].find("failure")
    assert unreadable is not None and unreadable.get("type") == "unreadable"


def test_a_check_that_could_not_run_is_skipped_in_junit_and_a_notice_on_github(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from dataclasses import replace

    from tests.preflight.samples import AUDIO

    monkeypatch.setattr(verb, "measure", lambda *_, **__: replace(AUDIO, seconds=None))
    assert check("--format", "junit", "a good.wav") == 3
    suite = ET.fromstring(capsys.readouterr().out)[0]
    assert (suite.get("failures"), suite.get("skipped")) == ("0", "1")
    assert check("--format", "github", "--allow-unknown", "--no-cache", "a good.wav") == 0
    assert capsys.readouterr().out.startswith(
        "::notice file=a good.wav,title=notrain.InputAudioUrl.seconds::"
    )


def test_github_commands_are_escaped(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check("--format", "github", *FILES) == 1
    lines = capsys.readouterr().out.splitlines()
    assert all(line.startswith(("::error ", "::warning ", "::notice ")) for line in lines)
    assert lines[0].startswith(
        "::error file=b%2Ctwo%3Alines.txt,title=notrain.InputSsml.well_formed,line=2,col=6::"
    )


def test_the_second_run_measures_nothing_and_says_the_same(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    time.sleep(0.06)  # what was just written is not remembered: a second write might not show in its times
    first = as_json(capsys, *FILES[:3])
    measured: list[Path] = []
    really = probe.probe

    def counting(path: Path, **options: Any) -> Any:
        measured.append(path)
        return really(path, **options)

    monkeypatch.setattr(probe, "probe", counting)
    assert as_json(capsys, *FILES[:3]) == first
    assert measured == []
    assert as_json(capsys, "--no-cache", *FILES[:3]) == first
    assert len(measured) == 3
    make_audio(folder / "a good.wav", seconds=1.5)
    assert as_json(capsys, *FILES[:3]) != first
    assert len(measured) == 4


def test_text_and_jsonl_say_a_file_before_the_next_ones_are_known(folder: Path) -> None:
    """Thousands of files cost no more memory than a few: reports are taken as they come."""
    taken: list[int] = []

    def paths() -> Any:
        for number in range(200):
            taken.append(number)
            yield folder / "e.mp4"

    for number, _ in enumerate(verb.checked(paths(), faces=False, jobs=2)):
        assert len(taken) - number <= 2 + 2 * verb._AHEAD
    assert len(taken) == 200


def test_the_page_of_a_verb_names_every_format() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mediaprep", "check", "--help"], capture_output=True, text=True, check=True
    )
    for name in ("text", "json", "jsonl", "sarif", "junit", "github"):
        assert name in done.stdout


def test_a_photo_by_itself_is_told_which_use_was_assumed(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo = "c<d>&é.png"
    run(["check", photo, "--lang", "en"])
    alone = capsys.readouterr().out
    assert "judged as notrain.VideoParam.RefPhotoUrl" in alone
    assert "--for photo.RefPhotoUrl" in alone
    run(["check", photo, "--format", "json"])
    assert json.loads(capsys.readouterr().out)["files"][0]["other_uses"][0] == "photo.RefPhotoUrl"

    run(["check", photo, "--for", "photo.RefPhotoUrl", "--lang", "en"])
    assert "judged as" not in capsys.readouterr().out
    run(["check", "a good.wav", "--lang", "en"])
    assert "judged as" not in capsys.readouterr().out


def test_a_manifest_is_judged_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    story = tmp_path / "story.yaml"
    head = "jobs:\n- {id: a, endpoint: tts, request: {InputSsml: "
    column = len(head.splitlines()[1]) + 1
    story.write_text(
        f"{head}坏<b>, TimbreKey: v, Speed: 1.0}}, output: a.mp3}}\n"
        "- {id: b, endpoint: tts, request: {InputSsml: 好, TimbreKey: v, Speed: 1}, output: b.mp3,"
        " finish: {fade: 1}}\n",
        encoding="utf-8",
    )
    assert run(["check", str(story)]) == 1
    told = capsys.readouterr().out
    assert f"{story}:2:{column}" in told and "job a: InputSsml 1:2" in told
    assert f"{story}:3:" in told and "job b: finish.fade: unknown key" in told
    assert run(["check", str(story), "--format", "sarif"]) == 1
