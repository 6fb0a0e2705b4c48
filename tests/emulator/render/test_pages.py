from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mediaprep.emulator.render import pages
from mediaprep.emulator.work import Spoiled
from mediaprep.media import packets
from mediaprep.media.ffmpeg import Binary
from tests.emulator.render.making import SPOKEN, comment_of, work
from tests.making import make_audio


def render(folder: Path, binary: Binary, request: dict[str, Any], **files: Path) -> Any:
    named = {f"PageConfigs[{name[1:]}].InputAudioUrl": path for name, path in files.items()}
    return pages.render(work(folder, "ppt", request, files=named), binary)


def test_pages_follow_each_other_for_as_long_as_their_voices(
    binary: Binary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "_SIZE", (400, 360))
    sound = make_audio(tmp_path / "page.mp3", seconds=0.8)
    request = {
        "PageConfigs": [
            {"DriverType": "OriginalVoice", "InputAudioUrl": "x", "VirtualmanKey": ""},
            {"DriverType": "", "InputSsml": "第二页。", "SpeechParam": {"Speed": 0, "TimbreKey": ""}},
        ],
        "GlobalConfig": {"SpeechParam": SPOKEN},
    }
    product = render(tmp_path, binary, request, p0=sound)
    frames = [planes for _, planes in packets.decode_frames(product.media, pixel_format="rgb24")]
    assert len(frames) == round(product.seconds * 25)
    assert comment_of(product.media) == "EMULATED"
    grounds = [np.abs(frame[200, 200].astype(int) - pages._COLOURS[0]).max() < 10 for frame in frames]
    first = grounds.index(False)
    assert first == pytest.approx(20, abs=2)
    assert not any(grounds[first:])
    assert len(frames) - first > 12
    assert product.subtitles is None


def test_without_pages_the_task_fails(binary: Binary, tmp_path: Path) -> None:
    with pytest.raises(Spoiled) as spoiled:
        render(tmp_path, binary, {"PageConfigs": []})
    assert spoiled.value.fail_code == 801501
