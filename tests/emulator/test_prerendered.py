"""Without rendering: tiny files that decode, each its own task's, as long as the answer says."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mediaprep.emulator.options import Options
from mediaprep.emulator.server import Emulator
from mediaprep.errors import BadConfig
from mediaprep.media.containers.packets import decode_report
from mediaprep.media.probing.probe import probe
from mediaprep.model.facts import AudioFacts, VideoFacts
from tests.emulator.neighbour import Neighbour
from tests.emulator.wire import account, finish, send, submit
from tests.media.labels import reading

TTS = {"TimbreKey": "female_1", "InputSsml": "你好，虚拟主播。", "Speed": 1.0}
BASIC = {
    "VirtualmanKey": "k3dda2d3b56f4ec89778f2e032c2e294",
    "InputSsml": "你好",
    "SpeechParam": {"Speed": 1.0},
}


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with Emulator(Options(data=tmp_path_factory.mktemp("quick"), no_render=True, exclusive=20)) as running:
        yield running


def marks(path: Path) -> set[str]:
    """The TaskIds in a file."""
    return {found.decode() for found in re.findall(rb"EMULATED ([0-9a-f]{32})", path.read_bytes())}


def fetched(
    emulator: Emulator, nickname: str, payload: dict[str, Any], folder: Path
) -> tuple[Path, dict[str, Any]]:
    """The result on disk, and the progress answer."""
    ended = finish(emulator, submit(emulator, nickname, payload))
    assert ended["Status"] == "SUCCESS", ended
    path = folder / ended["MediaUrl"].rpartition("/")[2]
    path.write_bytes(send("GET", ended["MediaUrl"]).body)
    return path, ended


@pytest.mark.parametrize("codec", ["mp3", "wav"])
def test_sound_decodes_and_lasts_as_long_as_it_says(quick: Emulator, tmp_path: Path, codec: str) -> None:
    path, ended = fetched(quick, "tts", {**TTS, "Codec": codec}, tmp_path)
    facts = probe(path)
    assert isinstance(facts, AudioFacts)
    assert (facts.format, ended["Duration"]) == (codec, 1000)
    assert facts.seconds == pytest.approx(1.0, abs=0.1)
    assert path.stat().st_size < 100_000
    assert marks(path) == {path.stem}
    words = [word for sentence in ended["TextTimestampResult"] for word in sentence["Words"]]
    assert "".join(word["Word"] for word in words) == "你好，虚拟主播。"
    assert words[-1]["EndTimestamp"] == 10_000_000


@pytest.mark.parametrize(
    ("form", "suffix"), [("Mp4", ".mp4"), ("TransparentMov", ".mov"), ("TransparentWebm", ".webm")]
)
def test_video_decodes_and_carries_its_tasks_id(
    quick: Emulator, tmp_path: Path, form: str, suffix: str
) -> None:
    path, ended = fetched(quick, "basic", {**BASIC, "VideoParam": {"Format": form}}, tmp_path)
    report = decode_report(path)
    facts = probe(path)
    assert isinstance(facts, VideoFacts)
    assert (path.suffix, report.errors, ended["Duration"]) == (suffix, 0, 1000)
    assert facts.seconds == pytest.approx(1.0, abs=0.05)
    assert path.stat().st_size < 100_000
    assert marks(path) == {path.stem}
    assert "你好" in send("GET", ended["SubtitlesUrl"]).body.decode()


def test_inputs_are_fetched_and_not_looked_at(quick: Emulator) -> None:
    with Neighbour(b"no video at all") as neighbour:
        request = {
            "DriverType": "Text",
            "InputSsml": "你好，欢迎",
            "SpeechParam": {"Speed": 1.0, "TimbreKey": "female_1"},
            "RefVideoUrl": f"{neighbour.url}/clip",
        }
        assert finish(quick, submit(quick, "notrain", request))["Status"] == "SUCCESS"
        assert neighbour.seen == [("GET", "/clip")]


def test_many_tasks_of_many_clients_each_get_their_own_file(quick: Emulator) -> None:
    before = len(account(quick))
    wrong: list[str] = []

    def client(number: int) -> None:
        for turn in range(15):
            text = f"你好 job-{number}-{turn}"
            task_id = submit(quick, "basic", {**BASIC, "InputSsml": text, "VideoParam": {"Format": "Mp4"}})
            body = send("GET", finish(quick, task_id)["MediaUrl"]).body
            if body.count(task_id.encode()) != 1:
                wrong.append(task_id)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows = account(quick)[before:]
    assert (wrong, len(rows), {row["state"] for row in rows}) == ([], 120, {"SUCCESS"})
    assert len({row["text"] for row in rows}) == 120


@pytest.mark.parametrize(
    ("nickname", "payload"),
    [
        ("tts", TTS), ("tts", {**TTS, "Codec": "wav"}), ("basic", BASIC),
        ("basic", {**BASIC, "VideoParam": {"Format": "TransparentWebm"}}),
        ("basic", {**BASIC, "VideoParam": {"Format": "TransparentMov"}}),
    ],
)  # fmt: skip
def test_results_carry_a_label_as_a_provider_must_write_it(
    quick: Emulator, tmp_path: Path, nickname: str, payload: dict[str, Any]
) -> None:
    path, _ = fetched(quick, nickname, payload, tmp_path)
    found = json.loads(reading.label(path) or "{}")
    assert (found["Label"], found["ContentProducer"], found["ProduceID"]) == ("1", "EMULATED", "prerendered")
    assert decode_report(path).errors == 0


def test_without_labels_there_is_none(tmp_path: Path) -> None:
    with Emulator(Options(data=tmp_path / "data", no_render=True, labels="none")) as running:
        path, _ = fetched(running, "tts", TTS, tmp_path)
        assert reading.label(path) is None
    with pytest.raises(BadConfig, match="aigc, none"):
        Options(labels="some").checked()
