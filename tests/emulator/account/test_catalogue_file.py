"""Catalogues of users: read from files, written from an account's lists, and what an emulator makes of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mediaprep.config import Secret, Settings
from mediaprep.emulator.account import catalogue_file
from mediaprep.emulator.server import Emulator
from mediaprep.errors import BadConfig
from mediaprep.media.files import documents
from mediaprep.verbs.assets import AccountLists
from tests.emulator.conftest import Start
from tests.emulator.wire import call

MINE = """
avatars:
  my_upright:
    {type: real_man_3d, resolution: 720x1280, pose: 540x960, origin_zoom: 0.7, actions: {wave: 挥手, nod: 点头},
     voice: my_voice, name: 小我, expires: 2031-05-01 12:00:00}
  my_small: {type: small_sample, resolution: 1280x720, frames: 300}
  my_old: {type: real_man_2d, resolution: 1920x1080, expires: 2020-01-01}
voices:
  my_voice: {gender: male, emotions: [tc_news], languages: [zh, en]}
  my_other: {}
"""


def basic(avatar: str, voice: str = "", **more: Any) -> dict[str, Any]:
    speech = {"Speed": 1.0, **({"TimbreKey": voice} if voice else {})}
    return {"VirtualmanKey": avatar, "InputSsml": "你好，欢迎观看", "SpeechParam": speech, **more}


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(MINE, encoding="utf-8")
    return path


def lists(emulator: Emulator, folder: Path) -> AccountLists:
    settings = Settings(
        base_url=emulator.gateway, appkey=emulator.appkey, accesstoken=Secret(emulator.accesstoken)
    )
    return AccountLists(settings, folder=folder)


def test_a_row_may_leave_out_all_but_its_kind_and_size(mine: Path) -> None:
    found = catalogue_file.read(mine)
    small = found.avatars["my_small"]
    assert (small.pose, small.origin_zoom, small.keyed, small.actions) == ((1280, 720), 1.0, False, ())
    assert (small.voice, small.name, small.frames) == ("my_voice", "my_small", 300)
    upright = found.avatars["my_upright"]
    assert (upright.size, upright.pose, upright.actions) == ((720, 1280), (540, 960), ("wave", "nod"))
    assert found.actions == {"wave": "挥手", "nod": "点头"}
    assert found.voices["my_other"].languages == ("zh",)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("avatars: {a: {type: x}}", "avatars.a.resolution"),
        ("avatars: {a: {type: x, resolution: 1920}}", "WIDTHxHEIGHT"),
        ("avatars: {a: {type: x, resolution: 1920x1080, orign_zoom: 1}}", "avatars.a.orign_zoom"),
        ("avatars: {a: {type: x, resolution: 1920x1080, frames: -1}}", "avatars.a.frames"),
        ("avatars: {a: {type: x, resolution: 1920x1080, expires: soon}}", "2026-12-31 23:59:59"),
        ("voices: {v: {gender: loud}}", "voices.v.gender"),
        ("voices: [v]", "voices"),
        ("{}", "neither avatars nor voices"),
        ("[]", "the document"),
        ("a: [", "not YAML"),
    ],
)
def test_what_is_no_catalogue_is_told_with_its_place(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadConfig) as caught:
        catalogue_file.read(path)
    assert says in caught.value.en and str(path) in caught.value.en
    assert str(path) in caught.value.zh and "：" in caught.value.zh


def test_only_the_keys_of_the_file_are_known(start: Start, mine: Path) -> None:
    emulator = start(catalogue=mine)
    assert call(emulator, "basic", basic("my_upright", "my_other")).code == 0
    assert call(emulator, "basic", basic("emu_anchor_2d_landscape_0000001")).code == 100016
    assert call(emulator, "tts", {"TimbreKey": "female_1", "InputSsml": "你好", "Speed": 1}).code == 100016
    assert call(emulator, "basic", basic("my_old")).code == 100015  # its date has passed
    gesture = '你好<insert-action type="{}"/>欢迎'
    assert call(emulator, "basic", basic("my_upright", InputSsml=gesture.format("wave"))).code == 0


def test_a_section_that_is_left_out_is_the_packages_own(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "voices.yaml"
    path.write_text("voices: {my_voice: {}}", encoding="utf-8")
    emulator = start(catalogue=path)
    assert call(emulator, "basic", basic("emu_anchor_2d_landscape_0000001", "my_voice")).code == 0
    assert call(emulator, "basic", basic("emu_anchor_2d_landscape_0000001", "female_1")).code == 100016


ANY = ["k", "0" * 32, "a/b ü", "形象", "../x", "*", "x" * 300]


@pytest.mark.parametrize("key", ANY)
def test_any_key_takes_every_avatar_and_voice(start: Start, key: str) -> None:
    closed = start()
    if key != "*":
        assert call(closed, "basic", basic(key)).code == 100016
    emulator = start(any_key=True)
    assert call(emulator, "basic", basic(key, key)).code == 0
    assert call(emulator, "advanced", basic(key, InputSsml='好<insert-action type="w"/>的')).code == 0
    assert call(emulator, "tts", {"TimbreKey": key, "InputSsml": "你好", "Speed": 1}).code == 0
    assert call(emulator, "basic", basic("emu_anchor_expired_00000000007")).code == 100015
    assert call(emulator, "getaction", {"VirtualmanKey": key}).code == 0


def test_a_client_that_looks_before_it_sends_does_not_miss_what_any_key_takes(
    start: Start, tmp_path: Path
) -> None:
    request = basic("somebody", "somebodys_voice")
    closed = lists(start(), tmp_path / "a").known("basic", request)
    assert [finding.verdict for finding in closed.findings] == ["refused", "refused"]
    known = lists(start(any_key=True), tmp_path / "b").known("basic", request)
    assert (known.findings, known.problem) == ((), None)


def test_what_is_exported_from_an_account_plays_that_account(
    start: Start, mine: Path, tmp_path: Path
) -> None:
    first = lists(start(catalogue=mine), tmp_path / "a").everything()
    exported = tmp_path / "exported.yaml"
    exported.write_text(catalogue_file.written(first), encoding="utf-8")
    second = lists(start(catalogue=exported), tmp_path / "b").everything()
    assert catalogue_file.written(second) == exported.read_text(encoding="utf-8")
    read = catalogue_file.read(exported).avatars["my_upright"]
    assert (read.size, read.pose, read.actions) == ((720, 1280), (540, 960), ("wave", "nod"))
    document: Any = documents.load(exported, 1 << 20, None)  # type: ignore[arg-type]
    assert set(document["avatars"]) == {"my_upright", "my_small", "my_old"}
    assert document["actions"] == {"wave": "挥手", "nod": "点头"}


def test_the_packages_own_account_can_be_exported_and_played(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "ours.yaml"
    path.write_text(catalogue_file.written(lists(start(), tmp_path / "a").everything()), encoding="utf-8")
    ours, read = catalogue_file.load(), catalogue_file.read(path)
    assert set(read.avatars) == set(ours.avatars) and set(read.voices) == set(ours.voices)
    for key, avatar in ours.avatars.items():
        copy = read.avatars[key]
        assert (copy.type, copy.size, copy.pose, copy.actions) == (
            avatar.type, avatar.size, avatar.pose, avatar.actions,
        )  # fmt: skip
    assert read.voices["emu_emotional"].emotions == ours.voices["emu_emotional"].emotions
