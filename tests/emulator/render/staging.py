"""Small avatars for tests of what is rendered, and looks at where their figures stand."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mediaprep.emulator.account import catalogue_file
from mediaprep.emulator.account.catalogue import Catalogue
from mediaprep.emulator.render import mark, presenter
from mediaprep.emulator.work import RenderedProduct
from mediaprep.media.ffmpeg import Binary
from mediaprep.media.probing.probe import probe
from tests.emulator.render.making import SPOKEN, Pixels, pictures_in, work
from tests.making import make_audio

SCRIPT = "你好，世界。"
SIZE, POSE, ZOOM = (320, 240), (180, 320), 0.625
FIGURE = (112, 200)  # POSE × ZOOM, as the docs say
ACTIONS = ("waving_hand", "left_side1", "emphasize")
GREEN = np.array(presenter.GREEN)


def small_avatars() -> Catalogue:
    """The catalogue with three small avatars, so that tests stay quick: flat, solid, of recorded footage."""
    known = catalogue_file.load()
    flat = replace(
        known.avatars["2c3f4c11d1e54b7693156b060990544d"],
        key="flat", size=SIZE, pose=POSE, origin_zoom=ZOOM, voice="female_2", clothes="套裙",
    )  # fmt: skip
    small = {
        "flat": flat,
        "solid": replace(flat, key="solid", type="real_man_3d", actions=ACTIONS, voice="male_1"),
        "sample": replace(flat, key="sample", type="small_sample", frames=50, keyed=False),
    }
    return replace(known, avatars={**known.avatars, **small})


def render(
    folder: Path,
    binary: Binary,
    video: Mapping[str, Any] | None = None,
    *,
    key: str = "flat",
    endpoint: str = "advanced",
    seconds: float | None = 0.4,
    files: Mapping[str, Path] | None = None,
    seed: int = 0,
    **request: Any,
) -> RenderedProduct:
    """Driven by a tone of `seconds`; None: by SCRIPT, or InputSsml. Files are given by their names in VideoParam."""
    folder = Path(tempfile.mkdtemp(dir=folder))
    named = {f"VideoParam.{name}": path for name, path in (files or {}).items()}
    facts = {place: probe(path) for place, path in named.items()}
    asked = {"VirtualmanKey": key, "SpeechParam": SPOKEN, "VideoParam": video or {}}
    if seconds is None:
        asked["InputSsml"] = SCRIPT
    else:
        named["InputAudioUrl"] = make_audio(folder / "tone.wav", seconds=seconds)
        asked["DriverType"] = "OriginalVoice"
    task = work(folder, endpoint, {**asked, **request}, files=named, facts=facts, subtitles=True)
    return presenter.render(replace(task, seed=seed), binary)


def shown(path: Path) -> list[Pixels]:
    """Frames without the EMULATED mark: what it covers is cut off with all columns below it."""
    box = mark.box_of(*SIZE)
    rgba = path.suffix != ".mp4"
    decoder = "libvpx-vp9" if path.suffix == ".webm" else None
    found = pictures_in(path, decoder=decoder, rgba=rgba)
    for frame in found:
        frame[box.y - 2 :, : box.width + 2] = frame[box.y - 3, 0]
    return found


def figure(frame: Pixels) -> NDArray[np.bool_]:
    """True where a frame shows something else than green, or nothing."""
    if frame.shape[2] == 4:
        return np.asarray(frame[..., 3] > 40)
    return np.asarray(np.abs(frame.astype(int) - GREEN).max(axis=2) > 40)


def place(frame: Pixels) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of the figure."""
    rows, columns = np.nonzero(figure(frame))
    return int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1


def near(frame: Pixels, colour: tuple[int, int, int], within: int = 40) -> int:
    """How many pixels have about this colour."""
    return int((np.abs(frame[..., :3].astype(int) - np.array(colour)).max(axis=2) < within).sum())
