from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mediaprep.emulator.account import catalogue_file
from mediaprep.emulator.account.catalogue import CatalogueAvatar
from mediaprep.emulator.render import presenter
from mediaprep.emulator.render.drawing import presenter_card
from mediaprep.media.containers import packets
from mediaprep.media.ffmpeg import Binary
from mediaprep.model.facts import PhotoFacts
from tests.emulator.render.making import SPOKEN, comment_of, counted_video, facts_of, pictures_in, work
from tests.making import ffmpeg, make_audio

SCRIPT = "你好，世界。"
SIZE = (400, 360)


@pytest.fixture(autouse=True)
def small_avatar(monkeypatch: pytest.MonkeyPatch) -> None:
    """One avatar of 400×360, so that tests stay quick."""
    known = catalogue_file.load()
    avatar = CatalogueAvatar(
        key="tiny", name="小", type="real_man_2d", size=SIZE, pose=SIZE, origin_zoom=1.0, keyed=True,
        voice="female_2", actions=(), frames=None, expired=False, key_expired=False,
        anchor="xiaojing", clothes="便装", posture="坐姿", days=365.0,
    )  # fmt: skip
    small = replace(known, avatars={**known.avatars, "tiny": avatar})
    monkeypatch.setattr(catalogue_file, "load", lambda: small)


def render(folder: Path, binary: Binary, endpoint: str = "basic", **request: Any) -> Any:
    files, facts = request.pop("files", {}), request.pop("facts", {})
    asked = {"VirtualmanKey": "tiny", "InputSsml": SCRIPT, "SpeechParam": SPOKEN, **request}
    return presenter.render(work(folder, endpoint, asked, files=files, facts=facts, subtitles=True), binary)


@pytest.mark.parametrize(
    ("endpoint", "format", "suffix", "codec"),
    [
        ("basic", None, ".webm", "vp9"),
        ("advanced", None, ".mp4", "h264"),
        ("basic", "TransparentMov", ".mov", "qtrle"),
        ("basic", "Mp4", ".mp4", "h264"),
        ("advanced", "TransparentWebm", ".webm", "vp9"),
    ],
)
def test_the_format_decides_what_comes_out(
    binary: Binary, tmp_path: Path, endpoint: str, format: str | None, suffix: str, codec: str
) -> None:
    param = {"VideoParam": {"Format": format}} if format else {}
    product = render(tmp_path, binary, endpoint, **param)
    info = packets.describe(product.media).first("video")
    assert info is not None
    assert (product.media.suffix, info.codec, (info.width, info.height)) == (suffix, codec, SIZE)
    assert comment_of(product.media) == "EMULATED"
    assert product.subtitles.read_text(encoding="utf-8").count("-->") == 1
    assert 0.7 < product.seconds < 2


def test_transparent_video_has_clear_corners_and_a_solid_presenter(binary: Binary, tmp_path: Path) -> None:
    product = render(tmp_path, binary)
    picture = pictures_in(product.media, decoder="libvpx-vp9", rgba=True)[5]
    assert picture[:40, :15, 3].max() <= 4 and picture[300:, -8:, 3].max() <= 4
    assert picture[330:, 190:210, 3].min() >= 250


def test_mp4_without_background_is_green(binary: Binary, tmp_path: Path) -> None:
    picture = pictures_in(render(tmp_path, binary, VideoParam={"Format": "Mp4"}).media)[2]
    assert np.abs(picture[150:200, 5:40].astype(int) - presenter_card.GREEN).max() < 12


def test_the_drawn_mouth_moves_with_a_given_sound(binary: Binary, tmp_path: Path) -> None:
    sound = make_audio(tmp_path / "drive.wav", seconds=0.6, silence_after=0.6)
    product = render(
        tmp_path, binary, VideoParam={"Format": "Mp4"}, DriverType="OriginalVoice",
        InputSsml="", files={"InputAudioUrl": sound},
    )  # fmt: skip
    dark = [int((p[180:300, 180:220].max(axis=2) < 75).sum()) for p in pictures_in(product.media)]
    assert len(dark) == 30
    assert min(dark[5:14]) > 2 * max(dark[24:])
    assert product.subtitles is None


def test_a_background_picture_and_a_background_video_lie_behind(binary: Binary, tmp_path: Path) -> None:
    picture = tmp_path / "red.png"
    ffmpeg("-f", "lavfi", "-i", "color=red:s=400x360", "-frames:v", "1", "-update", "1", picture)
    facts = PhotoFacts(format="png", width=400, height=360, size_bytes=1)
    key = "VideoParam.BackgroundFileUrl"
    still = render(tmp_path, binary, "advanced", files={key: picture}, facts={key: facts})
    corner = pictures_in(still.media)[3][150:200, 5:40].astype(int)
    assert corner[..., 0].min() > 225 and corner[..., 1:].max() < 30

    moving = counted_video(tmp_path / "moving.mp4", frames=10)
    played = render(tmp_path, binary, "advanced", files={key: moving}, facts={key: facts_of(moving)})
    greys = [round((float(y[150:200, 5:40].mean()) - 40) / 4) for _, y in
             packets.decode_frames(played.media, pixel_format="yuv420p")]  # fmt: skip
    assert greys[:12] == [*range(10), 0, 1]


def test_an_open_mouth_is_drawn_larger() -> None:
    scene = presenter_card.Scene(width=400, height=360, ground=presenter_card.GREEN)
    dark = [
        int((presenter_card.drawn(scene, opening)[..., :3].max(axis=2) < 70).sum())
        for opening in (0.0, 0.5, 1.0)
    ]
    assert dark[0] < dark[1] < dark[2]
