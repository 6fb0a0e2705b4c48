"""A script may be named by its file; the name of a file is never spoken."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mediaprep.config import Settings
from mediaprep.errors import BadAsset, BadConfig, Refused
from mediaprep.model.findings import Verdict
from mediaprep.model.paid.manifest import Job
from mediaprep.preflight.scripts import script_names
from mediaprep.verbs.finishing import output_claims
from mediaprep.verbs.judging import script_files
from mediaprep.verbs.judging.request import check_request
from mediaprep.verbs.submit import submit

TEXT = "大家好，\n重庆欢迎您！\n5 < 6 & 7\n"
SPOKEN = "大家好，重庆欢迎您！5 &lt; 6 &amp; 7"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "文案.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "gbk.txt").write_bytes(TEXT.encode("gb18030"))
    (tmp_path / "wide.txt").write_bytes(TEXT.encode("utf-16"))
    (tmp_path / "ready.ssml").write_text('<speak>大家好<break time="500ms"/>再见</speak>', encoding="utf-8")
    (tmp_path / "读音.txt").write_text("重庆\tchong2 qing4\n", encoding="utf-8")
    (tmp_path / "odd").write_text("大家好。", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("name", ["文案.txt", "gbk.txt", "wide.txt", "./文案.txt", "sub/../文案.txt"])
def test_a_file_is_read_as_the_verb_script_reads_it(place: Path, name: str) -> None:
    (place / "sub").mkdir()
    found = script_files.read({"InputSsml": {"file": name}, "Speed": 1.0}, place)
    assert found == {"InputSsml": SPOKEN, "Speed": 1.0}


def test_markup_stays_and_readings_are_written_in(place: Path) -> None:
    ready = script_files.read({"InputSsml": {"file": "ready.ssml"}}, place)["InputSsml"]
    assert '<break time="500ms"/>' in ready and "\n" not in ready
    read = script_files.read({"InputSsml": {"file": "文案.txt", "lexicon": "读音.txt"}}, place)["InputSsml"]
    assert '<phoneme alphabet="py" ph="chong2">重</phoneme>' in read


def test_pages_name_files_too(place: Path) -> None:
    pages = [{"PageNum": 1, "InputSsml": {"file": "文案.txt"}}, {"PageNum": 2, "InputSsml": "第二页。"}]
    found = script_files.read({"PageConfigs": pages}, place)
    assert [page["InputSsml"] for page in found["PageConfigs"]] == [SPOKEN, "第二页。"]
    assert pages[0]["InputSsml"] == {"file": "文案.txt"}, "what was given is left alone"


@pytest.mark.parametrize(
    ("table", "told"),
    [({"file": "none.txt"}, "none.txt"), ({"fil": "文案.txt"}, "did you mean file?"), ({}, "give a text"),
     ({"file": 5}, "give a text"), ({"file": ""}, "give a text"), ({"lexicon": "读音.txt"}, "give a text"),
     ({"file": "文案.txt", "lexicon": "none.txt"}, "none.txt"), ({"file": "."}, "InputSsml: ")],
)  # fmt: skip
def test_what_cannot_be_read_is_told_with_its_parameter(
    place: Path, table: dict[str, Any], told: str
) -> None:
    with pytest.raises((BadConfig, BadAsset)) as caught:
        script_files.read({"InputSsml": table}, place)
    assert "InputSsml: " in caught.value.en and told in caught.value.en and "\n" not in caught.value.en


NAMES = [
    "文案.txt", "script.md", "a/b/旁白.srt", "lesson.DOCX", "speech.ssml", "Text.XML", " 文案.txt ", r"C:\texts\a.txt",
    "../文案.txt", "my script.txt", "/home/a/final (2).txt", "台词.json", "notes.yaml",
]  # fmt: skip
SENTENCES = [
    "大家好。", "请看 README.md。", "打开文案.txt，逐句朗读。", "<speak>文案.txt</speak>", "第一行\n文案.txt", "3.14",
    "今天讲 v1.0.2", ".txt", "看 example.com", "字" * 300 + ".txt", "",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_text_that_looks_like_a_files_name_is_refused(name: str) -> None:
    (finding,) = script_names.judge("notrain", "InputSsml", name)
    assert (finding.rule, finding.verdict) == ("notrain.InputSsml.file_name", Verdict.REFUSED)
    assert finding.fix is not None and f"InputSsml: {{file: {name.strip()}}}" in finding.fix.en
    assert "InputSsml: {file: " in finding.fix.zh


@pytest.mark.parametrize("text", SENTENCES)
def test_a_sentence_is_not(place: Path, text: str) -> None:
    assert script_files.judge("notrain", {"InputSsml": text}, place) == ()


@pytest.mark.parametrize("name", ["odd", "./odd", " odd", "sub/../odd"])
def test_a_text_that_names_a_file_that_is_there_is_refused(place: Path, name: str) -> None:
    (place / "sub").mkdir()
    assert len(script_files.judge("notrain", {"InputSsml": name}, place)) == 1
    assert script_files.judge("notrain", {"InputSsml": name}, place / "sub" / "deep") == ()


def test_a_request_is_refused_before_it_is_sent(place: Path) -> None:
    environ = {"MEDIAPREP_APPKEY": "appkey", "MEDIAPREP_ACCESSTOKEN": "access-token"}
    settings = replace(Settings.load(environ=environ), base_url="http://127.0.0.1:9")  # nobody listens
    for endpoint, request in (
        ("tts", {"TimbreKey": "female_1", "Speed": 1.0, "InputSsml": "文案.txt"}),
        ("tts", {"TimbreKey": "female_1", "Speed": 1.0, "InputSsml": "odd"}),
    ):
        with pytest.raises(Refused) as caught:
            submit(endpoint, request, settings=settings, base=place)
        assert any(finding.rule == "tts.InputSsml.file_name" for finding in caught.value.findings)


def test_a_request_file_is_judged_alike(place: Path) -> None:
    path = place / "request.json"

    def rules(text: object) -> set[str]:
        path.write_text(
            json.dumps({"TimbreKey": "female_1", "Speed": 1.0, "InputSsml": text}), encoding="utf-8"
        )
        (report,) = check_request(path, "tts")
        return {finding.rule for finding in report.findings}

    assert "tts.InputSsml.file_name" in rules("文案.txt")
    assert rules({"file": "文案.txt"}) == set()
    assert "tts.InputSsml.file_name" not in rules("大家好。")
    path.write_text(json.dumps({"InputSsml": {"file": "none.txt"}}), encoding="utf-8")
    (report,) = check_request(path, "tts")
    assert report.verdict == "unreadable"


@pytest.mark.parametrize("output", ["文案.txt", "sub/../读音.txt"])
def test_the_script_and_its_readings_are_never_replaced(place: Path, output: str) -> None:
    request = {"InputSsml": {"file": "文案.txt", "lexicon": "./读音.txt"}}
    job = Job(id="a", endpoint="tts", request=request, output=place / output, base=place)
    with pytest.raises(BadConfig, match=r"InputSsml\.(file|lexicon)"):
        output_claims.claim_job(job, overwrite=True)
