"""A receipt survives being written and read; what is no receipt is refused in words."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

import pytest

from mediaprep.model.findings import Text
from mediaprep.model.finishing import receipts
from mediaprep.model.finishing.proof import Check
from mediaprep.model.finishing.receipts import (
    Answered,
    CaptionMark,
    DrivingSource,
    Evidence,
    FileMark,
    Glimpse,
    HeardVoice,
    Mended,
    Receipt,
    Shape,
)

SHAPE = Shape(
    codec="h264", width=320, height=180, fps="30000/1001", frames=90, seconds=3.003, sample_rate=48000,
    channels=2, streams=("video h264", "audio aac"),
)  # fmt: skip
RECEIPT = Receipt(
    made_at="2026-05-01T08:00:00Z",
    verb="run",
    tools={"mediaprep": "0.1.0", "ffmpeg": "9"},
    inputs=(FileMark(role="RefVideoUrl", name="face.avi", sha256="a" * 64, size_bytes=1000),),
    outputs=(FileMark(role="output", name="out.mp4", sha256="b" * 64, size_bytes=2000),),
    evidence=Evidence(
        shape=SHAPE,
        voices=(HeardVoice(role="main", name="voice.mp3", starts=0.5, seconds=3.0, bands=bytes(range(200))),),
        glimpses=(Glimpse(frame=0, thumb=b"\x10" * 576, after=10, stir=1.25), Glimpse(frame=5, thumb=b"")),
        captions=(
            CaptionMark(text="大家好\n欢迎", shown=(3, 4, 5), hidden=(1,), first_row=200, end_row=270, pattern=b"\xff"),
        ),
        burnt=1,
        result_seconds=3.0,
    ),
    checks=(
        Check(name="frames", held=True, measured=90, expected="90 ±1"),
        Check(name="x", held=None, measured=None, expected=""),
    ),
    plan={"frames": 90, "clips": [{"role": "main"}]},
    endpoint="notrain",
    drive=DrivingSource.ORIGINAL,
    request={"DriverType": "OriginalVoice", "VideoParam": {"Resolution": 1}},
    answers=(Answered(kind="video", endpoint="notrain", task_id="t1", status="SUCCESS", duration_ms=3000),),
    fixes=(
        Mended(parameter="RefVideoUrl", steps=(Text("remux", "重新封装"),), sha256_before="c", sha256_after="d"),
    ),
)  # fmt: skip


def written(**changes: Any) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(json.dumps(receipts.to_json(RECEIPT)))
    return {**document, **changes}


def test_what_is_written_is_read_again() -> None:
    assert receipts.from_json(written()) == RECEIPT
    assert RECEIPT.stated_seconds == 3.0
    assert RECEIPT.video.name == "out.mp4"


def test_keys_of_a_later_version_are_passed_over() -> None:
    document = written(later=1)
    document["evidence"]["shape"]["later"] = {"x": 1}
    assert receipts.from_json(document) == RECEIPT


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"schema": "mediaprep.receipt/9"}, "schema"),
        ({"outputs": []}, "outputs is empty"),
        ({"outputs": {}}, "outputs is no list"),
        ({"outputs": [{"role": "output"}]}, r"outputs\[0\]\.name is missing"),
        ({"evidence": None}, "evidence is no object"),
        ({"made_at": 5}, "made_at is int, not str"),
        ({"drive": "Telepathy"}, "Telepathy"),
        ({"tools": {"ffmpeg": 9}}, r"tools\.ffmpeg is int"),
    ],
)
def test_what_is_no_receipt_is_named(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        receipts.from_json(written(**change))


def test_a_packed_measure_cannot_fill_the_memory() -> None:
    document = written()
    bomb = base64.b64encode(zlib.compress(bytes(65 << 20))).decode()
    document["evidence"]["voices"][0]["bands"] = bomb
    with pytest.raises(ValueError, match="larger than 64 MiB"):
        receipts.from_json(document)
    document["evidence"]["voices"][0]["bands"] = "no base64!"
    with pytest.raises(ValueError, match=r"voices\[0\]\.bands"):
        receipts.from_json(document)
