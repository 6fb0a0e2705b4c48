"""The gateway accepts and refuses like the docs: over raw HTTP, with the docs' own examples."""

from __future__ import annotations

import io
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from mediaprep.emulator.messages import Call
from mediaprep.emulator.server import Emulator
from tests.emulator.conftest import Start
from tests.emulator.wire import PATHS, call, finish, post_raw, query, send, signature, submit

EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("*.json"))
SUBMITS = [path for path in EXAMPLES if "progress" not in path.stem]
TTS = {"TimbreKey": "female_1", "InputSsml": "你好虚拟主播", "Speed": 1.0}
BASIC = {
    "VirtualmanKey": "k3dda2d3b56f4ec89778f2e032c2e294",
    "InputSsml": "你好",
    "SpeechParam": {"Speed": 1.0},
}
NOTRAIN = {
    "RefVideoUrl": "http://127.0.0.1:9/footage.mp4",
    "DriverType": "Text",
    "InputSsml": "你好，欢迎光临",
    "SpeechParam": {"Speed": 1.0, "TimbreKey": "female_1"},
}


def changed(base: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy with one parameter set (dots lead into objects), or left out for `...`."""
    copy = json.loads(json.dumps(base))
    *parents, last = path.split(".")
    inner = copy
    for parent in parents:
        inner = inner.setdefault(parent, {})
    if value is ...:
        inner.pop(last)
    else:
        inner[last] = value
    return copy  # type: ignore[no-any-return]


@pytest.mark.parametrize("path", SUBMITS, ids=lambda path: path.stem)
def test_every_request_example_of_the_docs_is_accepted(start: Start, path: Path) -> None:
    emulator = start()
    nickname = path.stem.split("-")[0]
    answer = post_raw(emulator, nickname, path.read_bytes())
    assert answer.status == 200
    header = answer.json["Header"]
    assert (header["Code"], header["Message"], header["DialogID"]) == (0, "", "")
    assert re.fullmatch("[0-9a-f]{32}", header["RequestID"])
    assert re.fullmatch("gz[0-9a-f]{24,25}", header["SessionID"])
    assert re.fullmatch("[0-9a-f]{32}", answer.payload["TaskId"])
    ended = finish(emulator, answer.payload["TaskId"], "ppt_progress" if nickname == "ppt" else "progress")
    # Example URLs lie on hosts that may not be reached from here.
    fetches = nickname in {"ppt", "notrain", "photo"} or path.stem in {
        "basic-audio",
        "advanced-audio",
        "advanced-text",
    }
    assert (ended["Status"], ended["FailCode"]) == (("FAIL", 801010) if fetches else ("SUCCESS", 0))


def test_all_eight_calls_have_an_example() -> None:
    assert {path.stem.split("-")[0] for path in EXAMPLES} == set(PATHS)


@pytest.mark.parametrize(
    ("nickname", "payload"),
    [
        ("tts", changed(TTS, "Speed", 2)),
        ("basic", changed(BASIC, "SpeechParam.Speed", 0.4)),
        ("advanced", changed(BASIC, "SpeechParam.Speed", 1.51)),
        ("notrain", changed(NOTRAIN, "SpeechParam.Speed", 99)),
    ],
)
def test_a_speed_out_of_range_gets_the_documented_error_byte_for_byte(
    emulator: Emulator, nickname: str, payload: dict[str, Any]
) -> None:
    answer = call(emulator, nickname, payload)
    assert answer.status == 200
    assert set(answer.json) == {"Header"}
    assert set(answer.json["Header"]) == {"RequestID", "SessionID", "DialogID", "Code", "Message"}
    assert answer.code == 100001
    assert answer.message == "InvalidParameter:请求参数错误: Speed value invalid, ranges:0.5-1.5"


@pytest.mark.parametrize("nickname", ["progress", "ppt_progress"])
def test_an_unknown_task_gets_the_documented_error(emulator: Emulator, nickname: str) -> None:
    body = (Path(__file__).parents[1] / "examples" / f"{nickname}.json").read_bytes()
    answer = post_raw(emulator, nickname, body)
    assert (answer.status, answer.code) == (200, 110006)
    assert answer.message == "InternalServerError:记录不存在"
    assert "Payload" not in answer.json


def test_a_task_is_only_known_to_the_progress_call_of_its_kind(emulator: Emulator) -> None:
    task_id = submit(emulator, "basic", BASIC)
    assert call(emulator, "ppt_progress", {"TaskId": task_id}).code == 110006
    assert call(emulator, "progress", {"TaskId": task_id}).code == 0
    page = {"VirtualmanKey": "", "InputSsml": "你好", "SpeechParam": {"TimbreKey": "female_1"}}
    deck = submit(emulator, "ppt", {"PPTFileUrl": "http://127.0.0.1:9/a.pdf", "PageConfigs": [page]})
    assert call(emulator, "progress", {"TaskId": deck}).code == 110006
    assert call(emulator, "ppt_progress", {"TaskId": deck}).code == 0


def test_a_request_id_that_was_sent_is_echoed(emulator: Emulator) -> None:
    for payload in (BASIC, {}):
        answer = call(emulator, "basic", payload, {"RequestID": "mine-0123"})
        assert answer.json["Header"]["RequestID"] == "mine-0123"


def body_of(payload: dict[str, Any]) -> bytes:
    return json.dumps({"Header": {}, "Payload": payload}).encode()


def test_a_wrong_signature_key_or_token_is_not_authorised(emulator: Emulator) -> None:
    now = int(time.time())
    good = query(emulator)
    theirs = quote(signature("0" * 32, emulator.appkey, now), safe="")
    for bad in (
        "",
        good.replace(emulator.appkey, "0" * 32),
        f"appkey={emulator.appkey}&timestamp={now}&signature={theirs}",
        f"appkey={emulator.appkey}&timestamp={now}",
        good + "&requestid=1",
        good + "&timestamp=1",
        good.replace("timestamp=", "timestamp=%20"),
    ):
        answer = post_raw(emulator, "tts", body_of(TTS), bad)
        assert (answer.status, answer.code) == (200, 100005), bad
        assert "Payload" not in answer.json


def test_a_signature_is_judged_before_the_parameters(emulator: Emulator) -> None:
    assert post_raw(emulator, "tts", b"not json", "appkey=x").code == 100005


@pytest.mark.parametrize(("age", "code"), [(0, 0), (290, 0), (-290, 0), (310, 100005), (-310, 100005)])
def test_a_timestamp_may_be_off_by_five_minutes(start: Start, age: int, code: int) -> None:
    emulator = start()
    signed = query(emulator, timestamp=int(time.time()) - age)
    assert post_raw(emulator, "tts", body_of(TTS), signed).code == code


def test_a_plus_that_was_not_encoded_fails_and_a_slash_does_not(start: Start) -> None:
    emulator = start()
    plus = slash = False
    for back in range(200):
        stamp = int(time.time()) - back
        plain = signature(emulator.accesstoken, emulator.appkey, stamp)
        raw = f"appkey={emulator.appkey}&timestamp={stamp}&signature={plain.replace('=', '%3D')}"
        if "+" in plain and not plus:
            plus = True
            assert post_raw(emulator, "progress", body_of({"TaskId": "x"}), raw).code == 100005
        if "/" in plain and "+" not in plain and not slash:
            slash = True
            assert post_raw(emulator, "progress", body_of({"TaskId": "x"}), raw).code == 110006
    assert plus and slash


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (b'{"Payload": {"TimbreKey": "female_1", "InputSsml": "hello", "Speed": 1}}', "Header"),
        (b'{"Header": {}}', "Payload"),
        (b'{"Header": [], "Payload": {}}', "Header"),
        (b'{"Header": {}, "Payload": "x"}', "Payload"),
        (b'{"Header": {"RequestID": 7}, "Payload": {}}', "RequestID"),
        (b'{"Header": {}, "Payload": {"TimbreKey": "female_1", "InputSsml": "hi", "Speed": NaN}}', "NaN"),
        (b'{"Header": {}, "Payload": {"InputSsml": "hi", "Speed": 1, "Speed": 1}}', "Speed"),
        (b'{"Header": {}, "Payload": {"InputSsml": "hi", "Speed": 1' + b"0" * 400 + b"}}", "Speed"),
        (b"[]", "object"),
        (b"", "JSON"),
        (b"\xff\xfe", "UTF-8"),
        (b"[" * 100_000, "nested"),
        (b'{"Header": {}, "Payload": {"InputSsml": "\\ud800", "Speed": 1}}', "surrogate"),
        (b'{"Header": {"RequestID": "\\udfff"}, "Payload": {}}', "surrogate"),
    ],
)
def test_a_broken_envelope_is_refused_and_the_fault_named(
    emulator: Emulator, body: bytes, named: str
) -> None:
    answer = post_raw(emulator, "tts", body)
    assert (answer.status, answer.code) == (200, 100001)
    assert answer.message.startswith("InvalidParameter:请求参数错误: ")
    assert named in answer.message


@pytest.mark.parametrize(
    ("nickname", "base", "path", "value"),
    [
        ("tts", TTS, "InputSsml", ...),
        ("tts", TTS, "Speed", ...),
        ("tts", TTS, "TimbreKey", ...),
        ("tts", TTS, "Speed", "1.0"),
        ("tts", TTS, "Speed", True),
        ("tts", TTS, "Speed", None),
        ("tts", TTS, "InputSsml", 5),
        ("tts", TTS, "SampleRate", 16000.5),
        ("tts", TTS, "SampleRate", "16000"),
        ("tts", TTS, "Volume", 11),
        ("tts", TTS, "SentenceMaxWords", 1000),
        ("basic", BASIC, "VirtualmanKey", ...),
        ("basic", BASIC, "SpeechParam", ...),
        ("basic", BASIC, "SpeechParam", []),
        ("basic", BASIC, "VideoParam", "Mp4"),
        ("advanced", BASIC, "VideoParam.ShowSubtitles", "true"),
        ("advanced", BASIC, "VideoParam.AnchorParam.Scale", 21),
        ("advanced", BASIC, "VideoParam.AnchorParam.Angle", -1),
        ("notrain", NOTRAIN, "RefVideoUrl", ...),
        ("notrain", NOTRAIN, "DriverType", ...),
        ("notrain", NOTRAIN, "VideoLoop", "0"),
        ("notrain", NOTRAIN, "SpeechParam.EmotionIntensity", 201),
        ("progress", {"TaskId": "x"}, "TaskId", ...),
        ("progress", {"TaskId": "x"}, "TaskId", 5),
    ],
)
def test_a_parameter_that_is_missing_of_the_wrong_type_or_out_of_range_is_named(
    emulator: Emulator, nickname: str, base: dict[str, Any], path: str, value: Any
) -> None:
    answer = call(emulator, nickname, changed(base, path, value))
    assert (answer.status, answer.code) == (200, 100001), answer.json
    assert path.rpartition(".")[2] in answer.message


def test_a_value_outside_a_closed_set_is_refused(emulator: Emulator) -> None:
    for path, value in (("Codec", "ogg"), ("SampleRate", 44100)):
        answer = call(emulator, "tts", changed(TTS, path, value))
        assert answer.code in {100001, 100002}
        assert path in answer.message


def test_the_script_is_counted_raw_with_its_tags(emulator: Emulator) -> None:
    spoken = "字" * 1990
    tags = '<break time="500ms"/>'
    assert call(emulator, "notrain", changed(NOTRAIN, "InputSsml", spoken)).code == 0
    answer = call(emulator, "notrain", changed(NOTRAIN, "InputSsml", spoken + tags))
    assert answer.code in {100001, 100002}
    assert "InputSsml" in answer.message


def test_unknown_parameters_are_ignored(start: Start) -> None:
    payload = {**TTS, "Pitch": 3, "Nonsense": {"a": [1]}}
    assert call(start(), "tts", payload).code == 0


@pytest.mark.parametrize(
    ("nickname", "base", "key", "code"),
    [
        ("basic", BASIC, "nobody", 100016),
        ("advanced", BASIC, "nobody", 100016),
        ("basic", BASIC, "emu_anchor_expired_00000000007", 100015),
        ("advanced", BASIC, "emu_anchor_key_expired_00000008", 110007),
        ("tts", {**TTS, "TimbreKey": ""}, "nobody", 100016),
    ],
)
def test_an_avatar_that_may_not_be_used_is_refused(
    emulator: Emulator, nickname: str, base: dict[str, Any], key: str, code: int
) -> None:
    answer = call(emulator, nickname, changed(base, "VirtualmanKey", key))
    assert (answer.status, answer.code) == (200, code)
    assert key in answer.message


def test_an_avatar_of_a_deck_page_is_looked_up_too(emulator: Emulator) -> None:
    page = {"VirtualmanKey": "nobody", "InputSsml": "你好"}
    answer = call(emulator, "ppt", {"PPTFileUrl": "http://127.0.0.1:9/a.pdf", "PageConfigs": [page]})
    assert (answer.code, "PageConfigs[0].VirtualmanKey" in answer.message) == (100016, True)


def test_parameters_are_judged_before_keys(emulator: Emulator) -> None:
    bad = changed(changed(BASIC, "VirtualmanKey", "nobody"), "SpeechParam.Speed", 9)
    assert call(emulator, "basic", bad).code == 100001


def test_an_unknown_voice_or_action_and_a_missing_language_are_refused(emulator: Emulator) -> None:
    assert call(emulator, "tts", changed(TTS, "TimbreKey", "female_24")).code == 100016
    multi = changed(TTS, "TimbreKey", "emu_multilingual")
    answer = call(emulator, "tts", multi)
    assert (answer.code, "TimbreLanguage" in answer.message) == (100002, True)
    audio = {"DriverType": "OriginalVoice", "InputAudioUrl": "http://127.0.0.1:9/a.mp3"}
    action = {"ActionParams": [{"Code": "somersault", "StartTime": 0}]}
    answer = call(emulator, "advanced", {**BASIC, **audio, "VideoParam": action})
    assert (answer.code, "somersault" in answer.message) == (100002, True)


def test_avatars_of_a_deck_must_match_and_be_1080p(emulator: Emulator) -> None:
    def deck(*keys: str) -> dict[str, Any]:
        pages = [{"VirtualmanKey": key, "InputSsml": "你好"} for key in keys]
        return {"PPTFileUrl": "http://127.0.0.1:9/a.pdf", "PageConfigs": pages}

    wide = "emu_anchor_2d_landscape_0000001"
    assert call(emulator, "ppt", deck("emu_anchor_4k_0000000000000006")).code == 100002
    assert call(emulator, "ppt", deck(wide, "emu_anchor_2d_portrait_00000002")).code == 100002
    assert call(emulator, "ppt", deck(wide, "emu_anchor_3d_landscape_0000003")).code == 100002


def test_one_audio_task_at_a_time(start: Start) -> None:
    emulator = start(speed="polls:1")
    first = submit(emulator, "tts", TTS)
    answer = call(emulator, "tts", TTS)
    assert (answer.code, answer.message) == (100008, "超过配额限制：提交音频制作数量超过限制：1")
    finish(emulator, first)
    assert call(emulator, "tts", TTS).code == 0


def test_one_deck_at_a_time(start: Start) -> None:
    emulator = start(speed="polls:1")
    page = {"InputSsml": "你好", "SpeechParam": {"TimbreKey": "female_1"}}
    deck = {"PPTFileUrl": "http://127.0.0.1:9/a.pdf", "PageConfigs": [page]}
    first = submit(emulator, "ppt", deck)
    assert call(emulator, "ppt", deck).code == 100008
    finish(emulator, first, "ppt_progress")
    assert call(emulator, "ppt", deck).code == 0


def test_five_videos_at_a_time_for_each_avatar_type(start: Start) -> None:
    emulator = start(speed="polls:1")
    tasks = [submit(emulator, ("basic", "advanced")[n % 2], BASIC) for n in range(5)]
    answer = call(emulator, "basic", BASIC)
    assert (answer.code, answer.message) == (100008, "超过配额限制：提交视频制作数量超过限制：5")
    assert (
        call(emulator, "basic", changed(BASIC, "VirtualmanKey", "emu_anchor_small_hd_0000000005")).code == 0
    )
    assert call(emulator, "notrain", NOTRAIN).code == 0
    finish(emulator, tasks[2])
    assert call(emulator, "basic", BASIC).code == 0


def test_each_bought_channel_adds_one(start: Start) -> None:
    emulator = start(speed="polls:1", exclusive=2)
    for _ in range(7):
        submit(emulator, "basic", BASIC)
    answer = call(emulator, "basic", BASIC)
    assert (answer.code, answer.message) == (100008, "超过配额限制：提交视频制作数量超过限制：7")


@pytest.mark.parametrize(
    ("bought", "nickname", "wish", "code"),
    [
        ({}, "notrain", "Exclusive", 100008),
        ({}, "notrain", "Shared", 0),
        ({}, "basic", "Exclusive", 100008),
        ({"account": "bought"}, "notrain", "Exclusive", 0),
        ({"account": "bought"}, "basic", "Exclusive", 0),
        ({"account": "trial"}, "basic", "Exclusive", 100008),
        ({"account": "none"}, "basic", None, 100013),
        ({"account": "none"}, "notrain", "Shared", 100013),
        ({"account": "none", "hours": 60.0}, "basic", None, 0),
        ({"exclusive": 0}, "notrain", "Exclusive", 100008),
        ({"exclusive": 0}, "basic", "Exclusive", 100008),
        ({"exclusive": 0}, "notrain", None, 0),
        ({"exclusive": 1, "hours": 0.0}, "notrain", "Exclusive", 0),
        ({"exclusive": 1, "hours": 0.0}, "notrain", None, 0),
        ({"exclusive": 1, "hours": 0.0}, "notrain", "Shared", 100013),
        ({"exclusive": 0, "hours": 0.0}, "notrain", None, 100013),
        ({"hours": 0.0}, "photo", None, 100013),
    ],
)
def test_what_was_bought_decides(
    start: Start, bought: dict[str, Any], nickname: str, wish: str | None, code: int
) -> None:
    base = {"notrain": NOTRAIN, "basic": BASIC}.get(nickname)
    if base is None:
        base = {**NOTRAIN, "RefPhotoUrl": "http://127.0.0.1:9/a.jpg"}
    payload = base if wish is None else {**base, "ConcurrencyType": wish}
    assert call(start(**bought), nickname, payload).code == code


def test_an_unknown_path_and_another_method_answer_in_the_envelope(emulator: Emulator) -> None:
    answer = send("POST", f"{emulator.gateway}/v2/ivh/nothing?{query(emulator)}", b"{}")
    assert (answer.status, answer.code) == (200, 100009)
    answer = send("GET", f"{emulator.gateway}{PATHS['tts']}?{query(emulator)}")
    assert (answer.status, answer.code) == (200, 100001)


def test_it_listens_on_loopback_only_and_logs_no_secret(
    start: Start, capfd: pytest.CaptureFixture[str]
) -> None:
    emulator = start()
    assert emulator.gateway.startswith("http://127.0.0.1:")
    call(emulator, "tts", TTS)
    post_raw(emulator, "tts", b"nonsense")
    out, err = capfd.readouterr()
    assert (out, err) == ("", "")


def spoiled(value: Any) -> Iterator[Any]:
    """Every copy of a JSON value in which one place holds something that does not belong there."""
    yield from (None, True, [], {}, [[]], {"": 0}, "", "x" * 3000, -1, 10**400, 1.5, 1e308, "<a>&#0;", "\x00")
    if isinstance(value, dict):
        for key in value:
            yield from ({**value, key: part} for part in spoiled(value[key]))
            yield {k: v for k, v in value.items() if k != key}
    if isinstance(value, list) and value:
        yield from ([part, *value[1:]] for part in spoiled(value[0]))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_whatever_stands_in_a_request_the_answer_is_the_envelope(start: Start, path: Path) -> None:
    emulator = start(exclusive=10_000)
    nickname = path.stem.split("-")[0]
    signed, codes = query(emulator), set()
    for number, body in enumerate(spoiled(json.loads(path.read_bytes()))):
        raw = json.dumps(body).encode()
        reply = emulator.handle(
            Call(
                method="POST",
                path=PATHS[nickname],
                query=signed,
                headers={},
                body=io.BytesIO(raw),
                length=len(raw),
            )
        )
        assert reply.status == 200
        assert isinstance(reply.body, bytes)
        code = json.loads(reply.body)["Header"]["Code"]
        assert code in {0, 100001, 100002, 100008, 100016, 110006}, (number, raw[:300])
        codes.add(code)
    assert 100001 in codes
