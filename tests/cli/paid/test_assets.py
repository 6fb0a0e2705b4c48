"""`mediaprep assets` as typed: lists, ages, JSON, both languages, and what goes wrong in one line."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mediaprep.cli.app import run
from mediaprep.emulator.account import catalogue_file
from mediaprep.emulator.server import Emulator
from tests.making_pages import colour_pdf


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


@pytest.fixture
def account(emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings that talk to the emulator, and a cache folder of their own."""
    for name, value in emulator.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "mediaprep"


def test_avatars_of_all_kinds_stand_in_one_list_with_what_expires(
    account: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["assets", "avatars"]) == 0
    out, err = capsys.readouterr()
    lines = {line.split()[0]: line for line in out.splitlines()}
    assert len(lines) == 11 and err.strip() == "11 avatars, fetched now"
    assert "real_man_2d" in lines["emu_anchor_2d_landscape_0000001"]
    assert "small_sample  1280×720   trial, expires on" in lines["emu_anchor_small_hd_0000000005"]
    assert "expired on" in lines["emu_anchor_small_expired_000009"]


def test_a_list_is_shown_with_its_age_until_it_is_refreshed(
    account: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["assets", "voices"]) == 0
    (file,) = account.glob("assets-*.json")
    held = json.loads(file.read_text())
    held["voices_at"] = time.time() - 7300
    held["voices"] = held["voices"][:2]
    file.write_text(json.dumps(held))
    capsys.readouterr()
    assert run(["assets", "voices"]) == 0
    assert capsys.readouterr().err.strip() == "2 voices, fetched 2 h ago"
    assert run(["assets", "voices", "--refresh"]) == 0
    assert capsys.readouterr().err.strip() == "48 voices, fetched now"


def test_json_says_everything_in_stable_names(account: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["assets", "actions", "emu_anchor_3d_landscape_0000003", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["schema"], document["kind"], document["total"]) == ("mediaprep.assets/1", "actions", 4)
    assert document["actions"][2] == {"code": "waving_hand", "name": "挥手", "sample": ""}
    assert run(["assets", "voices", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    voice = next(one for one in document["voices"] if one["key"] == "emu_emotional")
    assert voice["emotions"] == ["tc_neutral", "tc_happy", "tc_sad", "tc_news"]
    assert (voice["verdict"], document["age_seconds"] < 60) == ("pass", True)


def test_actions_need_an_avatar_and_lists_need_none(account: Path) -> None:
    assert run(["assets", "actions"]) == 2
    assert run(["assets", "voices", "somebody"]) == 2


def test_a_request_is_judged_by_the_lists_where_there_are_credentials(
    account: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    request = {
        "VirtualmanKey": "emu_anchor_small_expired_000009", "DriverType": "Text", "InputSsml": "大家好，欢迎。",
        "SpeechParam": {"Speed": 1.0, "TimbreKey": "emu_emotional", "EmotionCategory": "tc_sad"},
    }  # fmt: skip
    path = tmp_path / "request.json"
    path.write_text(json.dumps(request), encoding="utf-8")
    judged = ["check", "--request", str(path), "--for", "basic"]
    assert run(judged) == 1
    assert "basic.VirtualmanKey.expires" in capsys.readouterr().out
    request["VirtualmanKey"] = "emu_anchor_2d_landscape_0000001"
    path.write_text(json.dumps(request), encoding="utf-8")
    assert run(judged) == 0
    for name in [name for name in os.environ if name.startswith("MEDIAPREP_")]:
        monkeypatch.delenv(name)
    assert run(judged) == 3  # without the voice list nobody can say
    assert "basic.SpeechParam.EmotionCategory.voice" in capsys.readouterr().out


def test_a_gateway_that_is_not_there_is_one_line_and_exit_code_4(
    account: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MEDIAPREP_BASE_URL", "http://127.0.0.1:9")
    assert run(["assets", "avatars"]) == 4
    err = capsys.readouterr().err
    assert len(err.splitlines()) == 1 and "cannot be reached" in err


def test_an_export_is_a_file_of_ours_that_an_emulator_plays(
    account: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "mine.yaml"
    assert run(["assets", "export", "-o", str(target)]) == 0
    out, err = capsys.readouterr()
    assert (out, err.strip()) == ("", "exported: 11 avatars, 48 voices, 6 actions")
    read = catalogue_file.read(target)
    assert len(read.avatars) == 11 and "emu_cloned" in read.voices
    assert run(["assets", "export"]) == 0  # the same, but for dates that move with the emulator's clock
    said, kept = capsys.readouterr().out.splitlines(), target.read_text(encoding="utf-8").splitlines()
    assert [line for line in said if "expires" not in line] == [
        line for line in kept if "expires" not in line
    ]
    assert run(["assets", "export", "-o", str(target)]) == 0  # ours: replaced
    target.write_text("not ours any more", encoding="utf-8")
    capsys.readouterr()
    assert run(["assets", "export", "-o", str(target)]) == 2
    assert "--overwrite" in capsys.readouterr().err


@pytest.mark.parametrize("options", [["--any-key"], ["--account", "trial"], ["--catalogue", "mine.yaml"]])
@pytest.mark.parametrize(
    "verb", [["run", "story.yaml"], ["jobs", "resume"], ["deck", "run", "deck.pdf", "-o", "o.mp4"]]
)
def test_whose_account_is_played_is_for_the_emulator_only(
    verb: list[str], options: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.yaml").write_text("voices: {mine: {}}")
    (tmp_path / "story.yaml").write_text(
        "jobs: [{id: a, endpoint: tts, request: {TimbreKey: mine, InputSsml: 你好, Speed: 1.0}, output: a.mp3}]"
    )
    colour_pdf(tmp_path / "deck.pdf", [(200, 30, 30)])
    assert run([*verb, *options]) == 2
    assert f"{options[0]}: for --emulator only" in capsys.readouterr().err
