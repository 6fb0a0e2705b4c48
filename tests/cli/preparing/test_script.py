"""`mediaprep script`: from a text to scripts that fit, through the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mediaprep.cli.app import run
from mediaprep.contract.script import ssml
from mediaprep.verbs.check import check
from tests.making import entries

PHONEMES = '<phoneme alphabet="py" ph="chong2">重</phoneme><phoneme alphabet="py" ph="qing4">庆</phoneme>'


def file(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def answer(line: list[str], capsys: pytest.CaptureFixture[str], code: int = 0) -> dict[str, Any]:
    assert run([*line, "--format", "json"]) == code
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert document["schema"] == "mediaprep.script/1"
    return document


def test_plain_text_goes_to_stdout_as_markup_and_the_estimate_to_stderr(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = file(tmp_path, "a.txt", "大家好，\n欢迎 A & B <重庆>。\n")
    names = file(tmp_path, "names.tsv", "重庆\tchóng qìng\n")
    assert run(["script", text, "--lexicon", names]) == 0
    out, err = capsys.readouterr()
    assert out == f"大家好，欢迎 A &amp; B &lt;{PHONEMES}&gt;。\n"
    assert "about" in err and "speed 1" in err


def test_what_is_written_passes_check(tmp_path: Path) -> None:
    text = file(tmp_path, "a.txt", "大家好，\n\n欢迎 A & B。\n")
    assert run(["script", text, "-o", str(tmp_path / "out.ssml")]) == 0
    assert check([tmp_path / "out.ssml"], field="notrain.InputSsml")[0].verdict == "pass"


def test_a_long_text_is_refused_whole_and_split_into_numbered_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sentences = [f"这是第{number}句话，它说了一些内容。" for number in range(200)]
    text = file(tmp_path, "a.txt", "\n".join(sentences))
    assert run(["script", text, "-o", str(tmp_path / "out.txt")]) == 1
    assert "nothing was written" in capsys.readouterr().out
    assert sorted(entries(tmp_path)) == [Path(text)]
    assert run(["script", text, "--split", "-o", str(tmp_path / "out.txt")]) == 0
    made = sorted(tmp_path.glob("out-*.txt"))
    assert len(made) == 2 and not (tmp_path / "out.txt").exists()
    parts = [path.read_text(encoding="utf-8").rstrip("\n") for path in made]
    assert "".join(parts) == "".join(sentences)
    assert all(len(part) <= 2000 and part.endswith("。") for part in parts)


def test_speed_decides_how_much_fits_into_a_photo_minute(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = file(tmp_path, "a.txt", "今天天气很好，我们来上课。" * 20)
    line = ["script", text, "--for", "photo.InputSsml", "--split"]
    slow, fast = (answer([*line, "--speed", speed], capsys) for speed in ("0.5", "1.5"))
    assert len(fast["parts"]) == 1 and fast["parts"][0]["findings"] == []
    assert len(slow["parts"]) == 2 and all(part["seconds"] <= 60 for part in slow["parts"])
    assert slow["seconds"] == pytest.approx(3 * fast["seconds"], rel=0.01)


def test_banned_words_stop_it_with_their_place_aliases_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = file(tmp_path, "a.txt", "第一行。\n这里有违禁品和AI。")
    words = file(tmp_path, "w.txt", "违禁\n智能\n")
    names = file(tmp_path, "n.yaml", "AI: 人工智能\n")
    said = answer(["script", text, "--words", words, "--lexicon", names], capsys, code=1)
    assert said["verdict"] == "refused"
    assert [f["where"] for f in said["findings"]] == ["1:12", "2:4"]
    assert {f["rule"] for f in said["findings"]} == {"notrain.InputSsml.banned"}
    kept = answer(["script", text, "--words", words], capsys, code=1)
    assert [f["where"] for f in kept["findings"]] == ["2:4"]


def test_problems_of_markup_are_told_where_the_user_wrote_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = file(tmp_path, "a.txt", '一 & 二\n三<break time="20s"/>四，<break time="1s"/>五\n')
    said = answer(["script", text], capsys, code=1)
    assert [(f["where"], f["verdict"]) for f in said["findings"]] == [("2:2", "refused"), ("2:23", "advised")]


def test_text_that_looks_like_markup_can_be_meant_literally(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = file(tmp_path, "a.txt", "write <speak> and &amp; so on")
    said = answer(["script", text, "--plain"], capsys)
    assert ssml.read(said["parts"][0]["text"]).plain == "write <speak> and &amp; so on"


@pytest.mark.parametrize(
    "more",
    [
        ["--for", "notrain.RefVideoUrl"],
        ["--for", "notrain.InputSml"],
        ["--speed", "2"],
        ["--lexicon", "missing.tsv"],
        ["--words", "empty.txt"],
        ["-o", "a.txt"],
        ["-o", "nowhere/out.txt"],
        ["--plain", "--speed", "nan"],
    ],
)
def test_wrong_usage_is_told_in_one_line(
    more: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    file(tmp_path, "a.txt", "大家好，欢迎。")
    file(tmp_path, "empty.txt", "# nothing\n")
    assert run(["script", "a.txt", *more]) in {1, 2}
    told = capsys.readouterr().err.strip().splitlines()
    assert len(told) == 1 and "Traceback" not in told[0]
    assert Path("a.txt").read_text(encoding="utf-8") == "大家好，欢迎。"


def test_a_text_that_is_no_text_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xff\xfe\x00\xd8\x00\x00\x81\x81")
    assert run(["script", str(path)]) == 1
    assert "Traceback" not in capsys.readouterr().err
