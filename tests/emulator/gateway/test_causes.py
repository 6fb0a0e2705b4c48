"""Every code of both tables comes by the cause that is published for it, and where none is, on order."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mediaprep.cli.app import run
from mediaprep.contract import codes
from mediaprep.emulator.gateway.causes import CAUSES
from mediaprep.emulator.server import Emulator
from mediaprep.emulator.work import RenderedProduct, Work
from tests.emulator.conftest import Start, tiny
from tests.emulator.neighbour import Neighbour
from tests.emulator.wire import call, finish, order, post_raw, query, send, submit
from tests.making import make_video

AVATAR = "k3dda2d3b56f4ec89778f2e032c2e294"
SMALL = "emu_anchor_small_hd_0000000005"
TTS = {"TimbreKey": "female_1", "InputSsml": "你好", "Speed": 1.0}
BASIC = {"VirtualmanKey": AVATAR, "InputSsml": "你好", "SpeechParam": {"Speed": 1.0}}
SPEECH = {
    "InputSsml": "你好，欢迎",
    "SpeechParam": {"Speed": 1.0, "TimbreKey": "female_1"},
    "DriverType": "Text",
}
HEARD = {"VirtualmanKey": AVATAR, "SpeechParam": {"Speed": 1.0}, "DriverType": "OriginalVoice"}
PAGE = {"InputSsml": "你好", "SpeechParam": {"TimbreKey": "female_1", "Speed": 1.0}}
LOGO = {"PositionX": 0, "PositionY": 0, "Scale": 1.0}
CHINESE = re.compile("[\u4e00-\u9fff]")
WORD = "敏感词示例"


class World:
    """What a cause needs: emulators, a server whose files are no media, a folder."""

    def __init__(self, start: Start, neighbour: Neighbour, folder: Path) -> None:
        self.start, self.url, self.folder, self.neighbour = start, neighbour.url, folder, neighbour

    def failed(self, nickname: str, payload: dict[str, Any], **options: Any) -> int:
        return failed(self.start(**options), nickname, payload)


def failed(emulator: Emulator, nickname: str, payload: dict[str, Any]) -> int:
    task = submit(emulator, nickname, payload)
    ended = finish(emulator, task, "ppt_progress" if nickname == "ppt" else "progress", seconds=60)
    assert ended["FailMessage"], ended
    return int(ended["FailCode"])


def twice(world: World) -> int:
    emulator = world.start(repeat_seconds=1.0)
    assert call(emulator, "basic", BASIC).code == 0
    return call(emulator, "basic", BASIC).code


def over(world: World) -> int:
    """A trial, sixteen days on."""
    emulator = world.start(account="trial")
    assert call(emulator, "basic", BASIC).code == 0
    send("POST", f"{emulator.control}/clock", b'{"advance": %d}' % (16 * 86_400))
    now = int(time.time()) + 16 * 86_400
    asked = ((BASIC, "basic"), ({**SPEECH, "RefVideoUrl": f"{world.url}/a.mp4"}, "notrain"))
    found = [
        post_raw(
            emulator,
            name,
            json.dumps({"Header": {}, "Payload": payload}).encode(),
            query(emulator, timestamp=now),
        )
        for payload, name in asked
    ]
    assert [answer.code for answer in found] == [110007, codes.UNAUTHORISED]
    return found[0].code


def used_up(world: World) -> int:
    emulator = world.start(hours=1.0)
    finish(emulator, submit(emulator, "basic", BASIC))
    return call(emulator, "basic", BASIC).code


def crowded(world: World) -> int:
    emulator = world.start(submits_per_second=3, exclusive=20)
    found = [call(emulator, "basic", {**BASIC, "InputSsml": f"你好 {n}"}).code for n in range(12)]
    assert found[:3] == [0, 0, 0] and set(found) == {0, 801004}, found
    return found[3]


def slow(work: Work) -> RenderedProduct:
    time.sleep(0.3)
    return tiny(work)


def no_store(world: World) -> int:
    """The folder of results goes while a task is made."""
    data = world.folder / "data"

    def losing(work: Work) -> RenderedProduct:
        made = tiny(work)
        shutil.rmtree(data / "results")
        return made

    return world.failed("basic", BASIC, render=losing, data=data)


def segment(start: int, end: int) -> dict[str, Any]:
    return {"SmallSampleParam": {"MakeType": "Custom", "StartIdx": start, "EndIdx": end}}


def uncounted(world: World) -> int:
    path = world.folder / "catalogue.yaml"
    path.write_text("avatars: {odd: {type: small_sample, resolution: 1280x720, frames: 0}}")
    odd = {**BASIC, "VirtualmanKey": "odd", "VideoParam": segment(1, 9)}
    return world.failed("advanced", odd, catalogue=path)


def faceless(world: World) -> int:
    path = world.folder / "room.mp4"
    make_video(path, seconds=1.2, width=360, height=360, fps="10")
    with Neighbour(path.read_bytes()) as served:
        return world.failed("notrain", {**SPEECH, "RefVideoUrl": f"{served.url}/a.mp4"})


def video(world: World, **param: Any) -> int:
    return world.failed("advanced", {**BASIC, "VideoParam": {"Format": "Mp4", **param}})


Cause = Callable[[World], int]
INTERFACE: dict[int, Cause] = {
    100001: lambda w: call(w.start(), "tts", {**TTS, "Speed": "1"}).code,
    100002: lambda w: call(w.start(), "tts", {**TTS, "Codec": "ogg"}).code,
    100005: lambda w: post_raw(w.start(), "tts", b"{}", "appkey=x&timestamp=1&signature=y").code,
    100008: lambda w: call(w.start(), "basic", {**BASIC, "ConcurrencyType": "Exclusive"}).code,
    100009: lambda w: (e := w.start()) and send("POST", f"{e.gateway}/v2/ivh/no/such?{query(e)}", b"{}").code,
    110005: twice,
    110006: lambda w: call(w.start(), "progress", {"TaskId": "0" * 32}).code,
    110007: over,
    100013: used_up,
    100015: lambda w: (
        call(w.start(), "basic", {**BASIC, "VirtualmanKey": "emu_anchor_expired_00000000007"}).code
    ),
    100016: lambda w: call(w.start(), "basic", {**BASIC, "VirtualmanKey": "nobody"}).code,
    801004: crowded,
    801005: lambda w: call(w.start(), "tts", {**TTS, "InputSsml": f"这是{WORD}。"}).code,
}
TASK: dict[int, Cause] = {
    801006: no_store,
    801007: lambda w: w.failed("basic", BASIC, render=slow, task_seconds=0.1),
    801008: lambda w: w.failed("notrain", {**SPEECH, "RefVideoUrl": f"{w.url}/gone"}),
    801009: lambda w: w.failed("ppt", {"PPTFileUrl": f"{w.url}/a.pdf", "PageConfigs": [PAGE]}),
    801010: lambda w: w.failed("notrain", {**SPEECH, "RefVideoUrl": "http://127.0.0.1:9/a.mp4"}),
    801015: lambda w: w.failed("tts", {**TTS, "AudioStorageS3Url": f"{w.url}/refused"}),
    801504: lambda w: video(w, VideoHeadFileUrl=f"{w.url}/a.mp4"),
    801506: lambda w: video(w, LogoParams=[{**LOGO, "LogoFileUrl": f"{w.url}/a.png"}]),
    801507: lambda w: video(w, BackgroundFileUrl=f"{w.url}/a.png"),
    801508: uncounted,
    801509: lambda w: w.failed("advanced", {**BASIC, "VirtualmanKey": SMALL, "VideoParam": segment(10, 500)}),
    801510: lambda w: w.failed("basic", {**HEARD, "InputAudioUrl": f"{w.url}/a.mp3"}),
    802000: lambda w: w.failed("photo", {**SPEECH, "RefPhotoUrl": f"{w.url}/x-Review-Refused-1.jpg?y=1"}),
    802001: lambda w: w.failed("photo", {**SPEECH, "RefPhotoUrl": f"{w.url}/a.jpg"}),
    802002: lambda w: w.failed("notrain", {**SPEECH, "RefVideoUrl": f"{w.url}/a.mp4"}),
    802003: faceless,
}  # fmt: skip
BY_CAUSE = {("interface", code): cause for code, cause in INTERFACE.items()}
BY_CAUSE |= {("task", code): cause for code, cause in TASK.items()}


@pytest.fixture(scope="module")
def served() -> Iterator[Neighbour]:
    with Neighbour() as neighbour:
        neighbour.status["/gone"] = 404
        yield neighbour


@pytest.mark.parametrize(
    "table_code",
    [
        pytest.param(
            row, id=f"{row[0]}-{row[1]}", marks=[pytest.mark.needs("opencv")] if row[1] == 802003 else []
        )
        for row in sorted(BY_CAUSE)
    ],
)
def test_a_cause_gives_its_code(start: Start, served: Neighbour, tmp_path: Path, table_code: Any) -> None:
    assert BY_CAUSE[table_code](World(start, served, tmp_path)) == table_code[1]


def test_the_published_table_is_whole_and_says_itself_twice() -> None:
    listed = {(row.table, row.code) for row in CAUSES}
    assert listed == {("interface", code) for code in codes.INTERFACE if code} | {
        ("task", code) for code in codes.TASK if code
    }
    assert len(listed) == len(CAUSES)
    assert {(row.table, row.code) for row in CAUSES if row.cause} == set(BY_CAUSE)
    for row in CAUSES:
        assert row.cause is None or (row.cause.en and CHINESE.search(row.cause.zh)), row.code


def test_every_code_comes_on_order_too(start: Start) -> None:
    """What only the service's inside could know has no other way."""
    emulator = start(exclusive=500)
    for number, row in enumerate(CAUSES):
        assert order(emulator, {**row.order, "name": "wanted", "on": "basic", "first": 1}).status == 200
        payload = {**BASIC, "InputSsml": f"你好 {number}"}
        found = (
            call(emulator, "basic", payload).code
            if row.table == "interface"
            else failed(emulator, "basic", payload)
        )
        assert found == row.code


def test_it_is_printed_and_served(start: Start, capsys: pytest.CaptureFixture[str]) -> None:
    told = send("GET", f"{start().control}/causes").json
    assert told["counts"] == {"cause": len(BY_CAUSE), "fault": len(CAUSES) - len(BY_CAUSE)}
    assert [row["code"] for row in told["causes"]] == [row.code for row in CAUSES]
    assert all(bool(row["cause"]) == (row["by"] == "cause") for row in told["causes"])
    assert run(["emulator", "--causes"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(CAUSES)
    assert any("801005" in line and "--reviews" in line for line in lines)


@pytest.mark.parametrize(
    ("script", "refused"),
    [
        ("这是敏感词示例。", True),
        ('敏感<break time="1s"/>词示例', True),
        ("敏 感、词 示-例", True),
        ('这是<sub alias="敏感词示例">它</sub>', True),
        ("SENSITIVE　ｗｏｒｄ\u2014Example", True),
        ("敏感词，示范", False),
        ("示例词敏感", False),
        ("sensitive words", False),
    ],
)
@pytest.mark.parametrize("nickname", ["tts", "basic", "notrain", "photo"])
def test_a_word_is_found_whatever_stands_between_its_letters(
    start: Start, nickname: str, script: str, refused: bool
) -> None:
    base: dict[str, Any] = {
        "tts": TTS, "basic": BASIC, "notrain": {**SPEECH, "RefVideoUrl": "http://127.0.0.1:9/a.mp4"},
        "photo": {**SPEECH, "RefPhotoUrl": "http://127.0.0.1:9/a.jpg"},
    }[nickname]  # fmt: skip
    answer = call(start(), nickname, {**base, "InputSsml": script})
    assert answer.code == (801005 if refused else 0), answer.json


def test_on_a_page_of_a_deck_too_and_not_where_sound_drives(start: Start) -> None:
    speech = {"TimbreKey": "female_1", "Speed": 1.0}
    pages = [{"InputSsml": "你好", "SpeechParam": speech}, {"InputSsml": WORD, "SpeechParam": speech}]
    emulator = start()
    answer = call(emulator, "ppt", {"PPTFileUrl": "http://127.0.0.1:9/a.pdf", "PageConfigs": pages})
    assert (answer.code, "PageConfigs[1].InputSsml" in answer.message) == (801005, True)
    heard = {**HEARD, "InputAudioUrl": "http://127.0.0.1:9/a.mp3", "InputSsml": WORD}
    assert call(emulator, "basic", heard).code == 0


def test_lists_are_the_users_by_file_and_while_it_runs(
    start: Start, served: Neighbour, tmp_path: Path
) -> None:
    digest = hashlib.sha256(b"input" * 100).hexdigest()
    path = tmp_path / "reviews.yaml"
    path.write_text(f"words: [绝密]\nphotos: ['{digest}']\n", encoding="utf-8")
    emulator = start(reviews=path)
    assert call(emulator, "tts", {**TTS, "InputSsml": "绝 密文件"}).code == 801005
    assert call(emulator, "tts", {**TTS, "InputSsml": WORD}).code == 0
    photo = {**SPEECH, "RefPhotoUrl": f"{served.url}/plain.jpg"}
    assert failed(emulator, "photo", photo) == 802000
    address = f"{emulator.control}/reviews"
    changed = send("POST", address, '{"words": ["新词"], "photos": ["*.tiff"]}'.encode())
    assert changed.json == send("GET", address).json == {"words": ["新词"], "photos": ["*.tiff"]}
    assert call(emulator, "basic", {**BASIC, "InputSsml": "一个新词"}).code == 801005
    assert failed(emulator, "photo", photo) == 802001
    for wrong in ('{"words": ["…"]}', '{"photos": ["*"]}', '{"word": []}', "[]"):
        assert send("POST", address, wrong.encode()).status == 400
    send("POST", f"{emulator.control}/reset")
    assert send("GET", address).json["words"] == ["绝密"]


@pytest.mark.parametrize(
    "text", ["words: ['!!']", "photos: ['**']", "names: []", "[a]", "words: {a: b}", "words: 5"]
)
def test_a_list_that_is_none_is_told_in_one_line(
    tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "reviews.yaml"
    path.write_text(text)
    assert run(["emulator", "--no-render", "--reviews", str(path)]) == 2
    told = capsys.readouterr().err
    assert str(path) in told and "Traceback" not in told and len(told.splitlines()) <= 2


class TestRepeats:
    """110005: the same request again within moments."""

    def test_another_payload_endpoint_or_request_id_is_no_repeat(self, start: Start) -> None:
        emulator = start(repeat_seconds=60.0)
        assert call(emulator, "basic", BASIC).code == 0
        assert call(emulator, "basic", {**BASIC, "InputSsml": "你好！"}).code == 0
        assert call(emulator, "advanced", BASIC).code == 0
        assert call(emulator, "basic", BASIC, {"RequestID": "a"}).code == 0
        assert call(emulator, "basic", BASIC, {"RequestID": "b"}).code == 0
        assert call(emulator, "basic", BASIC, {"RequestID": "a"}).code == 110005
        shuffled = dict(reversed(list(BASIC.items())))
        assert call(emulator, "basic", shuffled).code == 110005

    def test_it_may_come_again_when_the_moment_is_over(self, start: Start) -> None:
        emulator = start(repeat_seconds=0.2)
        assert call(emulator, "basic", BASIC).code == 0
        time.sleep(0.25)
        assert call(emulator, "basic", BASIC).code == 0

    def test_what_was_refused_is_no_record(self, start: Start) -> None:
        emulator = start(repeat_seconds=60.0, account="none")
        assert [call(emulator, "basic", BASIC).code for _ in range(2)] == [100013, 100013]
        assert [call(emulator, "basic", {**BASIC, "VirtualmanKey": "x"}).code for _ in range(2)] == [
            100016
        ] * 2

    def test_nobody_sets_it_and_it_is_a_second(self, start: Start) -> None:
        from mediaprep.emulator.options import Options

        assert Options().repeat_seconds == 1.0

    def test_a_reset_forgets_it(self, start: Start) -> None:
        emulator = start(repeat_seconds=60.0)
        assert call(emulator, "basic", BASIC).code == 0
        send("POST", f"{emulator.control}/reset")
        assert call(emulator, "basic", BASIC).code == 0
