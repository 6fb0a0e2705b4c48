"""The account's lists: remembered for a day, fetched anew when asked, and what they say of requests."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mediaprep.config import Settings
from mediaprep.contract.rules.demands import judge
from mediaprep.emulator.server import Emulator
from mediaprep.errors import BadConfig, Unreachable
from mediaprep.verbs.assets import AccountLists

FLAT = "emu_anchor_2d_landscape_0000001"
SOLID = "emu_anchor_3d_landscape_0000003"
TRIAL = "emu_anchor_small_hd_0000000005"
EXPIRED = "emu_anchor_small_expired_000009"


class Clock:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Settings, Clock]]:
    from mediaprep.emulator.options import Options

    clock = Clock()
    with Emulator(Options(now=clock)) as emulator:
        yield Settings.load({}, emulator.env), clock


@contextlib.contextmanager
def counting(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    from mediaprep.submission.wire.client import Gateway

    asked: list[str] = []
    real = Gateway.call

    def noted(self: Gateway, endpoint: Any, payload: Any, **more: Any) -> Any:
        asked.append(endpoint.nickname)
        return real(self, endpoint, payload, **more)

    monkeypatch.setattr(Gateway, "call", noted)
    yield asked


def basic(key: str, text: str = "大家好，欢迎来到我们的课堂。", **speech: Any) -> dict[str, Any]:
    return {
        "VirtualmanKey": key,
        "DriverType": "Text",
        "InputSsml": text,
        "SpeechParam": {"Speed": 1.0, **speech},
    }


def told(account: AccountLists, endpoint: str, request: dict[str, Any]) -> list[tuple[str, str]]:
    known = account.known(endpoint, request)
    findings = (*judge(endpoint, request, known.facts), *known.findings)
    return [(finding.verdict.value, finding.rule) for finding in findings]


def test_lists_are_fetched_once_a_day_and_when_somebody_insists(
    served: tuple[Settings, Clock], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, clock = served
    began = clock.now
    with counting(monkeypatch) as asked:
        AccountLists(settings, folder=tmp_path, clock=clock).voices()
        clock.now += 86_399
        held = AccountLists(settings, folder=tmp_path, clock=clock).voices()
        assert (len(asked), held.voices_at) == (1, began)
        AccountLists(settings, folder=tmp_path, clock=clock).voices(refresh=True)
        assert len(asked) == 2
        clock.now += 86_400
        assert AccountLists(settings, folder=tmp_path, clock=clock).voices().voices_at == clock.now
        assert len(asked) == 3


def test_another_type_code_is_asked_for_although_the_list_is_new(
    served: tuple[Settings, Clock], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, clock = served
    account = AccountLists(settings, folder=tmp_path, clock=clock)
    with counting(monkeypatch) as asked:
        assert len(account.avatars().avatars or ()) == 11
        account.avatars(types=["cartoon_2d"])
        account.avatars(types=["cartoon_2d"])
    assert asked.count("getimagebyanchor") == 2 + 3


def test_a_request_without_avatar_and_voice_asks_nobody(
    served: tuple[Settings, Clock], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, clock = served
    with counting(monkeypatch) as asked:
        AccountLists(settings, folder=tmp_path, clock=clock).known(
            "photo", {"RefPhotoUrl": "https://x/a.jpg"}
        )
    assert asked == []


def test_what_lists_decide_is_unknown_without_them_and_judged_with_them(
    served: tuple[Settings, Clock], tmp_path: Path
) -> None:
    settings, clock = served
    account = AccountLists(settings, folder=tmp_path, clock=clock)
    nobody = AccountLists(Settings.load({}, {}), folder=tmp_path, clock=clock)
    wave = '大家好，欢迎来到我们的课堂<insert-action type="waving_hand"/>，今天我们开始讲第一课的内容。'
    table: list[tuple[dict[str, Any], list[tuple[str, str]], list[tuple[str, str]]]] = [
        (basic(FLAT), [], []),
        (basic(SOLID, wave), [("unknown", "basic.InputSsml.action")], []),
        (basic(FLAT, wave), [("unknown", "basic.InputSsml.action")], [("advised", "basic.InputSsml.action")]),
        (
            basic(FLAT, TimbreKey="emu_multilingual"),
            [],
            [("refused", "basic.SpeechParam.TimbreLanguage.voice")],
        ),
        (
            basic(FLAT, TimbreKey="emu_multilingual", TimbreLanguage="en"),
            [("unknown", "basic.SpeechParam.TimbreLanguage.voice")],
            [],
        ),
        (
            basic(FLAT, TimbreKey="emu_emotional", EmotionCategory="tc_poetry"),
            [("unknown", "basic.SpeechParam.EmotionCategory.voice")],
            [("refused", "basic.SpeechParam.EmotionCategory.voice")],
        ),
        (
            basic(FLAT, TimbreKey="male_1", EmotionCategory="tc_happy"),
            [("unknown", "basic.SpeechParam.EmotionCategory.voice")],
            [("advised", "basic.SpeechParam.EmotionCategory.voice")],
        ),
        (basic(TRIAL), [], [("advised", "basic.VirtualmanKey.expires")]),
        (basic(EXPIRED), [], [("refused", "basic.VirtualmanKey.expires")]),
        (basic("somebody"), [], [("refused", "basic.VirtualmanKey.absent")]),
        (basic(FLAT, TimbreKey="emu_cloned"), [], [("advised", "basic.SpeechParam.TimbreKey.expires")]),
    ]
    for request, without, with_them in table:
        assert told(nobody, "basic", request) == without, request
        assert told(account, "basic", request) == with_them, request


def test_pages_of_a_deck_inherit_their_voice(served: tuple[Settings, Clock], tmp_path: Path) -> None:
    settings, clock = served
    account = AccountLists(settings, folder=tmp_path, clock=clock)
    pages = [
        {"VirtualmanKey": FLAT, "InputSsml": "你好，欢迎。"},
        {"InputSsml": "你好，欢迎。", "SpeechParam": {"TimbreLanguage": "fr"}},
        {"InputSsml": "你好，欢迎。", "SpeechParam": {"TimbreKey": "male_1"}},
    ]
    request = {
        "PPTFileUrl": "https://x/a.pdf", "PageConfigs": pages,
        "GlobalConfig": {"SpeechParam": {"TimbreKey": "emu_multilingual", "TimbreLanguage": "en"}},
    }  # fmt: skip
    rules = [rule for verdict, rule in told(account, "ppt", request) if verdict == "refused"]
    assert rules == ["ppt.PageConfigs.SpeechParam.TimbreLanguage.voice"]


def test_the_size_of_a_pose_comes_from_its_picture_and_is_remembered(
    served: tuple[Settings, Clock], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, clock = served
    account = AccountLists(settings, folder=tmp_path, clock=clock)
    (avatar,) = (one for one in account.avatars().avatars or () if one.key == TRIAL)
    assert account.pose(avatar) == (1280, 720)
    monkeypatch.setattr(AccountLists, "_pose_of", None)
    again = AccountLists(settings, folder=tmp_path, clock=clock)
    assert again.known("basic", basic(TRIAL)).facts["VirtualmanKey"].pose == (1280, 720)  # type: ignore[union-attr]


def test_an_unreachable_gateway_leaves_what_was_remembered_and_says_so(
    served: tuple[Settings, Clock], tmp_path: Path
) -> None:
    settings, clock = served
    environ = {"BASE_URL": "http://127.0.0.1:9", "APPKEY": "canary-1", "ACCESSTOKEN": "canary-2"}
    gone = Settings.load({}, {f"MEDIAPREP_{name}": value for name, value in environ.items()})
    account = AccountLists(gone, folder=tmp_path, clock=clock)
    known = account.known("basic", basic(TRIAL))
    assert known.facts == {} and known.problem is not None and "canary" not in known.problem.en
    with pytest.raises(Unreachable):
        account.voices()
    AccountLists(settings, folder=tmp_path / "kept", clock=clock).avatars()
    (kept,) = (tmp_path / "kept").iterdir()
    kept.rename(account._shelf.path)
    clock.now += 10 * 86_400
    late = AccountLists(gone, folder=tmp_path, clock=clock).known("basic", basic(TRIAL))
    assert late.facts["VirtualmanKey"].key == TRIAL and late.problem is not None


def test_without_credentials_a_list_cannot_be_asked_for(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match="no credentials"):
        AccountLists(Settings.load({}, {}), folder=tmp_path).avatars()


def test_before_a_remembered_list_refuses_or_misses_a_key_it_is_fetched_anew(
    served: tuple[Settings, Clock], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, clock = served
    AccountLists(settings, folder=tmp_path, clock=clock).avatars()
    (file,) = tmp_path.iterdir()
    # Bought since the list was fetched.
    old = file.read_text(encoding="utf-8").replace(FLAT, "renamed")
    file.write_text(old, encoding="utf-8")
    with counting(monkeypatch) as asked:
        assert told(AccountLists(settings, folder=tmp_path, clock=clock), "basic", basic(FLAT)) == []
        assert asked.count("describesmallsampleimage") == 1
        assert told(AccountLists(settings, folder=tmp_path, clock=clock), "basic", basic(FLAT)) == []
        assert asked.count("describesmallsampleimage") == 1
