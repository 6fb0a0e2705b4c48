"""One request, four judges: `check --request`, `submit`, `run`, and the service as the emulator plays it."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mediaprep.contract.products import suffix_of
from mediaprep.contract.rules import requests
from mediaprep.errors import Refused, Rejected
from mediaprep.model.findings import Finding, Verdict
from mediaprep.model.paid.manifest import Job
from mediaprep.verbs.assets import AccountLists
from mediaprep.verbs.judging.request import check_request
from mediaprep.verbs.paid import preparing
from mediaprep.verbs.paid.job_progress import Ongoing
from mediaprep.verbs.submit import submit
from tests.contract.payloads import TEXT, URL
from tests.emulator import wire
from tests.submission.emulated import Emulated, emulated

AVATAR, VOICE = "k3dda2d3b56f4ec89778f2e032c2e294", "female_1"
FULL = 100008  # nothing was wrong with it: there is only no room
SPEAKERS = ("tts", "ppt", "basic", "advanced", "notrain", "photo")
GONE = object()


def _base(endpoint: str, *, deck_avatar: str = "") -> dict[str, Any]:
    made = copy.deepcopy(TEXT[endpoint])
    named = json.dumps(made).replace('"avatar"', f'"{AVATAR}"').replace('"voice"', f'"{VOICE}"')
    made = json.loads(named)
    if endpoint == "ppt":
        made["PageConfigs"][0]["VirtualmanKey"] = deck_avatar
        made["PageConfigs"][0]["SpeechParam"] = {"TimbreKey": VOICE}
    return made  # type: ignore[no-any-return]


def _with(endpoint: str, path: str, value: object) -> dict[str, Any]:
    made = _base(endpoint)
    holder: Any = made
    *steps, last = path.split(".")
    for step in steps:
        holder = holder[int(step)] if isinstance(holder, list) else holder.setdefault(step, {})
    if value is GONE:
        holder.pop(last, None)
    else:
        holder[last] = value
    return made


def _script(endpoint: str) -> str:
    return "PageConfigs.0.InputSsml" if endpoint == "ppt" else "InputSsml"


def _speech(endpoint: str, name: str) -> str:
    return {"tts": name, "ppt": f"PageConfigs.0.SpeechParam.{name}"}.get(endpoint, f"SpeechParam.{name}")


TEXTS = [
    ("  ", True), ("。。。", True),
    ("<speak><break time='1s'/></speak>", True), ("\u200b\u200b", True), ("😀" * 4, True),
    ("", True),
    ("第一行\n第二行", True), ("<b>大家好</b>大家好", True), ("大家 & 好吗", True), ("好" * 20_001, True),
    ("大家好，很高兴", False), ("1234", False), ("价格是￥99.5", False),
]  # fmt: skip
URLS = [
    ("https://example.com/a b.mp4", True), ("https://example.com/a\n.mp4", True),
    ("http://", True), ("https:///a.mp4", True), ("https://example.com/\u3000a.mp4", True),
    ("https://example.com:99999/a.mp4", True), ("https://example.com/a%20b.mp4", False),
    ("https://example.com/中文.mp4", False),
]  # fmt: skip
FILES = {
    "ppt": "PPTFileUrl",
    "advanced": "VideoParam.BackgroundFileUrl",
    "notrain": "RefVideoUrl",
    "photo": "RefPhotoUrl",
}
SPEECH = [
    ("Speed", 0.4, True), ("Speed", 1.6, True), ("Speed", "1.0", True), ("Speed", 1.5, False), ("Volume", 11, True),
    ("Volume", -1, True), ("EmotionIntensity", 49, True), ("TimbreKey", "nobody", True), ("TimbreKey", 5, True),
]  # fmt: skip
ONE_BY_ONE = [
    ("basic", "VirtualmanKey", "nobody", True), ("advanced", "VirtualmanKey", "nobody", True),
    ("tts", "VirtualmanKey", "nobody", True), ("ppt", "PageConfigs.0.VirtualmanKey", "nobody", True),
    ("basic", "VirtualmanKey", GONE, True), ("basic", "SpeechParam", GONE, True), ("tts", "TimbreKey", GONE, True),
    ("basic", "DriverType", "Voice", True), ("notrain", "DriverType", 1, True),
    ("photo", "DriverType", "ModulatedVoice", True),
    ("basic", "VideoParam.Format", "GreenScreenMp4", True), ("basic", "VideoParam", None, True),
    ("advanced", "VideoParam.LogoParams", [{"Scale": 16}], True),
    ("advanced", "VideoParam.AnchorParam.AnchorExtraParam", '{"hair": {"boolValue": true}}}', True),
    ("advanced", "VideoParam.ActionParams", [{"Code": "wave", "StartTime": 0}], True),
    ("advanced", "VideoParam.SubtitlesParam.MaxWords", 1000, True), ("advanced", "VideoParam.ShowSubtitles", 1, True),
    ("notrain", "VideoLoop", 2, True), ("notrain", "VideoParam.StartTime", -1, True),
    ("notrain", "VideoParam", {"MakeType": "Custom", "StartTime": 1, "EndTime": 1.5}, True),
    ("notrain", "VideoParam.DisableIntervals", [{"StartTime": 1, "EndTime": 3}, {"StartTime": 2, "EndTime": 4}], True),
    ("notrain", "VideoParam.RefPhotoUrls", [URL] * 11, True), ("notrain", "SpeechParam.TimbreKey", GONE, True),
    ("photo", "VideoParam.Resolution", 2, True), ("photo", "VideoParam.Prompt", "动" * 5001, True),
    ("photo", "InputSsml", "好" * 301, True), ("photo", "InputSsml", "好好好", True),
    ("tts", "SampleRate", 8000, True), ("tts", "Codec", "flac", True), ("tts", "InputSsml", GONE, True),
    ("basic", "CallbackUrl", "https://h/" + "x" * 1000, True),
    ("ppt", "PageConfigs", [], True), ("ppt", "PageConfigs", [{"InputSsml": "你好"}] * 51, True),
    ("ppt", "GlobalConfig.BackgroundColor", "#FFF", True), ("ppt", "GlobalConfig.AdaptationType", 2, True),
    ("ppt", "PageConfigs.0.VideoParam", {"SmallSampleParam": {"MakeType": "Circle"}}, True),
    ("ppt", "PageConfigs.0.DriverType", "ModulatedVoice", True),
]  # fmt: skip


def _table() -> Iterator[tuple[str, dict[str, Any], bool]]:
    """(endpoint, request, whether it is to be refused)."""
    for endpoint in SPEAKERS:
        yield endpoint, _base(endpoint), False
        for text, refused in TEXTS:
            broken = "\n" in text and endpoint == "tts"  # whose row says nothing of line breaks
            yield endpoint, _with(endpoint, _script(endpoint), text), refused and not broken
        for name, value, refused in SPEECH:
            if not (endpoint == "ppt" and value == "nobody"):  # of a page without an avatar
                yield endpoint, _with(endpoint, _speech(endpoint, name), value), refused
    for endpoint, field in FILES.items():
        for url, refused in URLS:
            yield endpoint, _with(endpoint, field, url), refused
    for endpoint, path, value, refused in ONE_BY_ONE:
        yield endpoint, _with(endpoint, path, value), refused


TABLE = tuple(_table())


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulated]:
    with emulated(tmp_path_factory.mktemp("alike")) as here:
        yield here


def refusing(findings: tuple[Finding, ...]) -> set[str]:
    return {finding.rule for finding in findings if finding.verdict is Verdict.REFUSED}


def checked(here: Emulated, endpoint: str, request: dict[str, Any], folder: Path) -> set[str]:
    path = folder / "request.json"
    path.write_text(json.dumps(request), encoding="utf-8")
    reports = check_request(path, endpoint, faces=False, owned=AccountLists(here.settings).known)
    return refusing(next(iter(reports)).findings)


def submitted(here: Emulated, endpoint: str, request: dict[str, Any]) -> set[str]:
    try:
        submit(endpoint, request, settings=here.settings, again=True)
    except Refused as error:
        return refusing(error.findings)
    except Rejected as error:
        assert error.code == FULL, (endpoint, error)
    return set()


def ran(here: Emulated, endpoint: str, request: dict[str, Any], folder: Path) -> set[str]:
    job = Job(
        id="a",
        endpoint=endpoint,
        request=request,
        output=folder / f"a{suffix_of(endpoint, request)}",
        base=folder,
    )
    try:
        preparing.judged(Ongoing(job, here.settings, lambda event: None), unsafe=False, keeper=None)
    except Refused as error:
        return refusing(error.findings)
    return set()


@pytest.fixture(scope="module")
def told_by_check(running: Emulated, tmp_path_factory: pytest.TempPathFactory) -> list[set[str]]:
    """What `check --request` refuses of each row of the table."""
    folder = tmp_path_factory.mktemp("checked")
    return [checked(running, endpoint, request, folder) for endpoint, request, _ in TABLE]


def test_check_and_the_service_accept_and_refuse_the_same_requests(
    running: Emulated, told_by_check: list[set[str]]
) -> None:
    assert len(TABLE) > 150
    for (endpoint, request, refused), rules in zip(TABLE, told_by_check, strict=True):
        answer = wire.call(running.emulator, endpoint, request)
        told = (endpoint, json.dumps(request, ensure_ascii=False)[:300], answer.json["Header"], rules)
        assert (answer.code not in (0, FULL)) is refused, told
        assert bool(rules) is refused, told


def test_submit_run_and_check_refuse_for_the_same_reasons(
    running: Emulated, told_by_check: list[set[str]], tmp_path: Path
) -> None:
    for (endpoint, request, refused), rules in zip(TABLE, told_by_check, strict=True):
        told = (endpoint, json.dumps(request, ensure_ascii=False)[:300])
        assert ran(running, endpoint, request, tmp_path) == rules, told
        if refused:  # what is not refused would be paid for a hundred times
            assert submitted(running, endpoint, request) == rules, told


@pytest.mark.parametrize("endpoint", ["basic", "advanced", "notrain", "photo", "ppt"])
@pytest.mark.parametrize("drive", ["Text", "OriginalVoice"])
def test_a_missing_driver_type_is_derived_by_all_and_told(
    endpoint: str, drive: str, running: Emulated, tmp_path: Path
) -> None:
    request = _base(endpoint)
    spoken = request["PageConfigs"][0] if endpoint == "ppt" else request
    for blank in (GONE, ""):
        spoken.pop("DriverType", None)
        if blank is not GONE:
            spoken["DriverType"] = blank
        if drive == "OriginalVoice":
            spoken.pop("InputSsml", None)
            spoken["InputAudioUrl"] = URL
        assert checked(running, endpoint, request, tmp_path) == set()
        assert ran(running, endpoint, request, tmp_path) == set()
        assert submitted(running, endpoint, request) == set()
        made = requests.with_driver(endpoint, request)
        held = (made["PageConfigs"][0] if endpoint == "ppt" else made).get("DriverType") or "Text"
        assert held == drive
        told = requests.derived(endpoint, request)
        default = drive == "Text" and endpoint in ("basic", "advanced", "ppt")
        assert [finding.verdict for finding in told] == ([] if default else [Verdict.ADVISED])
