from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mediaprep.emulator.render import tts
from mediaprep.emulator.work import RenderedProduct, Spoiled
from mediaprep.media.containers import packets
from mediaprep.media.ffmpeg import Binary
from tests.emulator.render.making import comment_of, work


def render(folder: Path, binary: Binary, **request: Any) -> RenderedProduct:
    asked = {"InputSsml": "你好，世界。再见。", "TimbreKey": "female_1", "Speed": 1, **request}
    return tts.render(work(folder, "tts", asked), binary)


@pytest.mark.parametrize(
    ("request_", "suffix", "codec", "rate"),
    [
        ({}, ".mp3", "mp3", 24000),
        ({"Codec": "wav"}, ".wav", "pcm_s16le", 24000),
        ({"Codec": "wav", "SampleRate": 16000}, ".wav", "pcm_s16le", 16000),
        ({"Codec": "mp3", "SampleRate": 16000}, ".mp3", "mp3", 16000),
    ],
)
def test_codec_and_rate_are_the_wanted_ones(
    binary: Binary, tmp_path: Path, request_: dict[str, Any], suffix: str, codec: str, rate: int
) -> None:
    product = render(tmp_path, binary, **request_)
    info = packets.describe(product.media).first("audio")
    assert info is not None
    assert (product.media.suffix, info.codec, info.sample_rate) == (suffix, codec, rate)
    assert comment_of(product.media) == "EMULATED"


def test_words_lie_inside_the_sound(binary: Binary, tmp_path: Path) -> None:
    product = render(tmp_path, binary)
    assert product.timestamps is not None
    words = [word for row in product.timestamps for word in row["Words"]]
    assert [row["Sentence"] for row in product.timestamps] == ["你好，世界。", "再见。"]
    assert [word["Word"] for word in words] == ["你", "好，", "世", "界。", "再", "见。"]
    assert words[-1]["EndTimestamp"] <= product.seconds * 10_000_000


def test_an_avatar_brings_its_own_voice(binary: Binary, tmp_path: Path) -> None:
    own = render(tmp_path, binary, Codec="wav", TimbreKey="", VirtualmanKey="emu_anchor_2d_portrait_00000002")
    kept = own.media.read_bytes()
    assert kept == render(tmp_path, binary, Codec="wav", TimbreKey="male_1").media.read_bytes()
    assert kept != render(tmp_path, binary, Codec="wav", TimbreKey="female_1").media.read_bytes()


def test_nothing_to_say_is_the_speech_code(binary: Binary, tmp_path: Path) -> None:
    with pytest.raises(Spoiled) as spoiled:
        render(tmp_path, binary, InputSsml="……")
    assert spoiled.value.fail_code == 801404
