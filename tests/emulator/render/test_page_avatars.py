"""ppt: what an avatar of a page wears, where it looks and what its hands do, measured in the result."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mediaprep.emulator.account import catalogue_file
from mediaprep.emulator.render import pages
from mediaprep.media.ffmpeg import Binary
from mediaprep.media.probing.probe import probe
from tests.emulator.render.making import SPOKEN, Pixels, pictures_in, work
from tests.emulator.render.staging import SIZE, near, small_avatars
from tests.making import make_audio
from tests.making_pages import colour_pdf

PAGE = (20, 60, 40)
MAGENTA = {"AnchorExtraParam": '{"JacketColor": {"colorValue": 16711935}}'}


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    own = small_avatars()
    monkeypatch.setattr(catalogue_file, "load", lambda: own)


@pytest.fixture(scope="module")
def deck(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return colour_pdf(tmp_path_factory.mktemp("deck") / "deck.pdf", [PAGE], width=320, height=240)


def frames(
    folder: Path,
    binary: Binary,
    deck: Path,
    page: Mapping[str, Any],
    everywhere: Mapping[str, Any] | None = None,
    seconds: float = 0.2,
) -> list[Pixels]:
    """One page: spoken where it has a script, else driven by a tone."""
    folder = Path(tempfile.mkdtemp(dir=folder))
    files, config = {"PPTFileUrl": deck}, {"VirtualmanKey": "solid", "SpeechParam": SPOKEN, **page}
    if "InputSsml" not in page:
        config["DriverType"] = "OriginalVoice"
        files["PageConfigs[0].InputAudioUrl"] = make_audio(folder / "tone.wav", seconds=seconds)
    task = work(folder, "ppt", {"PageConfigs": [config], "GlobalConfig": everywhere or {}}, files=files,
                facts={"PPTFileUrl": probe(deck)})  # fmt: skip
    return pictures_in(pages.render(task, binary).media)


def height(shown: list[Pixels]) -> float:
    """How far a hand beside the body moves up or down at most, pixels."""
    tops = []
    for frame in shown:
        differs = np.abs(frame[:200].astype(int) - PAGE).max(axis=2) > 40
        rows = np.nonzero(
            differs[:, SIZE[0] // 2 + 26 :].any(axis=1) | differs[:, : SIZE[0] // 2 - 26].any(axis=1)
        )[0]
        tops.append(int(rows.min()))
    return max(tops) - min(tops)


@pytest.mark.parametrize("where", ["page", "global"])
def test_colours_and_angle_of_a_page_or_of_all(
    binary: Binary, tmp_path: Path, deck: Path, where: str
) -> None:
    def drawn(anchor: Mapping[str, Any]) -> Pixels:
        param = {"VideoParam": {"AnchorParam": anchor}}
        page, everywhere = (param, {}) if where == "page" else ({}, param)
        return frames(tmp_path, binary, deck, page, everywhere)[0]

    plain = drawn({})
    assert near(drawn(MAGENTA), (255, 0, 255), 60) > near(plain, (255, 0, 255), 60) + 100
    turned = np.abs(drawn({"Angle": 90}).astype(int) - plain).max(axis=2) > 60
    assert turned.sum() > 300


def test_tags_and_smart_actions_move_the_hands_of_a_page(binary: Binary, tmp_path: Path, deck: Path) -> None:
    text = "今天我们来看一看新的功能。"
    tagged = '今天我们<insert-action type="waving_hand"/>来看一看新的功能。'
    smart = {"VideoParam": {"SmartActionEnabled": True}}
    assert height(frames(tmp_path, binary, deck, {"InputSsml": text})) < 5
    assert height(frames(tmp_path, binary, deck, {"InputSsml": tagged})) > 8
    assert height(frames(tmp_path, binary, deck, {"InputSsml": text, **smart})) > 8
    assert height(frames(tmp_path, binary, deck, {"InputSsml": text}, smart)) > 8


def test_a_small_sample_shows_its_segment_on_a_page(binary: Binary, tmp_path: Path, deck: Path) -> None:
    def first(**sample: Any) -> int:
        page = {"VirtualmanKey": "sample", "VideoParam": {"SmallSampleParam": sample}}
        differs = np.abs(frames(tmp_path, binary, deck, page)[0][:200].astype(int) - PAGE).max(axis=2) > 40
        return int(np.nonzero(differs[:, SIZE[0] // 2 + 46 :].any(axis=1))[0].max())

    early, late = (first(MakeType="Custom", StartIdx=start, EndIdx=start + 5) for start in (0, 40))
    assert early - late > 8  # the hands are higher at the end of its footage
