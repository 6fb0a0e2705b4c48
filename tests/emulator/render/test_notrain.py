from __future__ import annotations

import dataclasses
import logging
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mediaprep.emulator.render import notrain
from mediaprep.emulator.render.drawing import lips, mouth
from mediaprep.emulator.render.drawing.splice import Manner
from mediaprep.emulator.work import RenderedProduct, Spoiled
from mediaprep.media.containers import packets
from mediaprep.media.ffmpeg import Binary
from mediaprep.model.facts import VideoFacts
from tests.emulator.render.making import (
    SPOKEN,
    comment_of,
    counted_video,
    facts_of,
    numbers_in,
    pictures_in,
    work,
)
from tests.making import ffmpeg, make_audio

Render = Callable[..., RenderedProduct]
FACTS = VideoFacts(
    container="mp4", codec="h264", width=1280, height=720, fps=25.0, seconds=5.0, size_bytes=1, bitrate=3_000_000
)  # fmt: skip


@pytest.fixture
def render(binary: Binary, tmp_path: Path) -> Render:
    """render(video, audio seconds or script, **request) → Product."""

    def rendered(
        video: Path, drive: float | str | Path, facts: dict[str, Any] | None = None, **request: Any
    ) -> RenderedProduct:
        files = {"RefVideoUrl": video}
        if isinstance(drive, str):
            request |= {"DriverType": "Text", "InputSsml": drive, "SpeechParam": SPOKEN}
        else:
            request["DriverType"] = "OriginalVoice"
            files["InputAudioUrl"] = (
                drive if isinstance(drive, Path) else make_audio(tmp_path / "drive.wav", seconds=drive)
            )
        task = work(
            tmp_path, "notrain", request,
            files=files, facts={"RefVideoUrl": facts_of(video, **(facts or {}))},
            subtitles=bool(request.pop("subtitles", False)),
        )  # fmt: skip
        return notrain.render(task, binary)

    return rendered


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds, each frame its own grey, nobody in it."""
    return counted_video(tmp_path_factory.mktemp("counted") / "counted.mp4", frames=40, width=400, height=360)


@pytest.fixture
def faceless(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine without OpenCV: mouths stay, everything else is rendered."""
    monkeypatch.setattr(lips, "finder", lambda photos=(): None)


@pytest.mark.usefixtures("faceless")
class TestOrder:
    def test_a_longer_voice_plays_the_footage_there_and_back(self, render: Render, counted: Path) -> None:
        shown = numbers_in(render(counted, 2.4).media)
        assert shown == [*range(40), *reversed(range(20, 40))]

    def test_forward_splicing_starts_again(self, render: Render, counted: Path) -> None:
        shown = numbers_in(render(counted, 2.0, VideoLoop=1).media)
        assert shown == [*range(40), *range(10)]

    def test_a_shorter_voice_cuts_the_footage(self, render: Render, counted: Path) -> None:
        product = render(counted, 1.0)
        assert numbers_in(product.media) == list(range(25))
        assert product.seconds == pytest.approx(1.0, abs=0.02)

    def test_custom_swings_inside_its_segment(self, render: Render, counted: Path) -> None:
        param = {"MakeType": "Custom", "StartTime": 0.2, "EndTime": 0.6}
        shown = numbers_in(render(counted, 1.2, VideoParam=param, VideoLoop=1).media)
        assert shown == [*range(5, 15), *reversed(range(5, 15)), *range(5, 15)]

    def test_default_takes_no_notice_of_times(self, render: Render, counted: Path) -> None:
        param = {"MakeType": "Default", "StartTime": 0.4, "EndTime": 0.8}
        assert numbers_in(render(counted, 1.0, VideoParam=param).media)[:5] == [0, 1, 2, 3, 4]

    def test_a_circle_ends_on_its_first_frame(self, render: Render, counted: Path) -> None:
        param = {"MakeType": "Circle", "StartTime": 0.4}
        shown = numbers_in(render(counted, 1.0, VideoParam=param, VideoLoop=1).media)
        assert shown == [*range(10, 22), 22, *reversed(range(10, 22))]

    def test_custom_only_start_swings_from_its_start(self, render: Render, counted: Path) -> None:
        param = {"MakeType": "CustomOnlyStart", "StartTime": 1.2, "EndTime": 1.3}
        shown = numbers_in(render(counted, 1.0, VideoParam=param, VideoLoop=1).media)
        assert shown == [*range(30, 40), *reversed(range(30, 40)), *range(30, 35)]


@pytest.mark.usefixtures("faceless")
def test_the_result_is_as_long_as_the_speech_and_is_marked(render: Render, counted: Path) -> None:
    product = render(counted, "你好，世界。", subtitles=True)
    report = packets.decode_report(product.media)
    picture, sound = report.first("video"), report.first("audio")
    assert picture is not None and sound is not None and report.errors == 0
    assert picture.frames == round(product.seconds * 25)
    assert 0.7 < product.seconds < 2
    assert abs((sound.end or 0) - (picture.end or 0)) <= 0.04
    assert comment_of(product.media) == "EMULATED"
    assert product.subtitles is not None
    assert "你好，世界。" in product.subtitles.read_text(encoding="utf-8")


@pytest.mark.usefixtures("faceless")
def test_a_sound_file_gives_no_subtitles(render: Render, counted: Path) -> None:
    assert render(counted, 1.0, subtitles=True).subtitles is None


@pytest.mark.usefixtures("faceless")
def test_footage_above_the_shared_limit_is_scaled_down(render: Render, tmp_path: Path) -> None:
    large = tmp_path / "large.mp4"
    ffmpeg(
        "-f", "lavfi", "-i", "testsrc2=s=3000x1500:r=5:d=0.4", "-c:v", "libx264", "-preset", "ultrafast",
        "-pix_fmt", "yuv420p", large,
    )  # fmt: skip
    product = render(large, 0.2, ConcurrencyType="Shared")
    info = packets.describe(product.media).first("video")
    assert info is not None and (info.width, info.height) == (2560, 1280)


@pytest.mark.parametrize(
    ("size", "concurrency", "result"),
    [
        ((1920, 1080), "Shared", (1920, 1080)),
        ((1080, 1920), "Shared", (1080, 1920)),
        ((2560, 1440), "Shared", (2560, 1440)),
        ((3840, 2160), "Shared", (2560, 1440)),
        ((2160, 3840), "Shared", (1440, 2560)),
        ((2000, 2000), "Shared", (1440, 1440)),
        ((3840, 2160), "Exclusive", (3840, 2160)),
        ((4096, 4096), "", (4096, 4096)),
        ((1079, 607), "", (1078, 606)),
    ],
)
def test_sizes_follow_the_concurrency(
    size: tuple[int, int], concurrency: str, result: tuple[int, int]
) -> None:
    assert notrain.output_size(*size, concurrency) == result


@pytest.mark.parametrize(
    ("fps", "bitrate", "wanted_fps", "wanted_bitrate"),
    [
        (29.97002997, 3_000_000, Fraction(30000, 1001), 3_000_000),
        (10.0, 200_000, Fraction(15), 1_000_000),
        (120.0, 50_000_000, Fraction(60), 9_000_000),
        (None, None, Fraction(25), 1_000_000),
    ],
)
def test_consistent_parameters_follow_the_input_within_bounds(
    fps: float | None, bitrate: int | None, wanted_fps: Fraction, wanted_bitrate: int
) -> None:
    facts = dataclasses.replace(FACTS, fps=fps, bitrate=bitrate)
    same = notrain.plan({"VideoParametersConsistent": 1}, facts)
    assert (same.fps, same.bitrate) == (wanted_fps, wanted_bitrate)
    free = notrain.plan({"VideoParametersConsistent": 0}, facts)
    assert (free.fps, free.bitrate) == (Fraction(25), None)


@pytest.mark.usefixtures("faceless")
def test_consistent_rate_is_kept_in_the_file(render: Render, counted: Path) -> None:
    product = render(counted, 1.0, facts={"fps": 12.5, "bitrate": 500_000}, VideoParametersConsistent=1)
    info = packets.describe(product.media).first("video")
    assert info is not None and info.rate == pytest.approx(15.0)
    assert packets.frame_count(product.media) == 15


@pytest.mark.parametrize(
    ("param", "loop", "manner", "start", "end"),
    [
        ({}, 0, Manner.PENDULUM, 0.0, None),
        ({}, 1, Manner.FORWARD, 0.0, None),
        ({"MakeType": "Custom", "StartTime": 1.0, "EndTime": 3.0}, 1, Manner.PENDULUM, 1.0, 3.0),
        ({"MakeType": "Custom", "StartTime": 1.0}, 0, Manner.PENDULUM, 1.0, None),
        ({"MakeType": "Circle", "StartTime": 1.0, "EndTime": 3.0}, 1, Manner.CIRCLE, 1.0, None),
        ({"MakeType": "CustomOnlyStart", "StartTime": 1.0}, 1, Manner.PENDULUM, 1.0, None),
    ],
)
def test_make_types_decide_part_and_manner(
    param: dict[str, Any], loop: int, manner: Manner, start: float, end: float | None
) -> None:
    planned = notrain.plan({"VideoParam": param, "VideoLoop": loop}, FACTS)
    assert (planned.manner, planned.start, planned.end) == (manner, start, end)


@pytest.mark.parametrize("name", ["DisabledDetect", "DisableIdDetect"])
def test_both_names_of_the_face_switch_drive_everyone(name: str) -> None:
    assert notrain.plan({"VideoParam": {name: 1}}, FACTS).everyone
    assert not notrain.plan({"VideoParam": {name: 0}}, FACTS).everyone


@pytest.mark.needs("opencv")
class TestMouth:
    """On a face that holds still: whatever moves is the mouth."""

    @pytest.fixture
    def half_silent(self, tmp_path: Path) -> Path:
        """Silence, sound, silence: 0.6 s each."""
        return make_audio(tmp_path / "half.wav", seconds=0.6, silence_before=0.6, silence_after=0.6)

    def moved(self, path: Path) -> tuple[np.ndarray, np.ndarray]:
        """For each frame the mean change against the first: (around the mouth, everywhere else)."""
        pictures = [picture.astype(int) for picture in pictures_in(path)]
        around = np.zeros(pictures[0].shape[:2], dtype=bool)
        around[95:150, 145:210] = True  # of the 400×400 portrait; her mouth is at (176, 115)
        changes = [np.abs(picture - pictures[0]).mean(axis=2) for picture in pictures]
        return np.array([c[around].mean() for c in changes]), np.array([c[~around].mean() for c in changes])

    def test_it_moves_with_the_voice_and_rests_in_silence(
        self, render: Render, portrait_video: Path, half_silent: Path
    ) -> None:
        mouth_change, rest_change = self.moved(render(portrait_video, half_silent).media)
        loud, silent = mouth_change[19:29], np.concatenate([mouth_change[1:14], mouth_change[39:]])
        assert loud.min() > 4 * silent.max()
        assert loud.min() > 3
        assert rest_change.max() < loud.min() / 2

    def test_exaggerated_opens_wider(self, render: Render, portrait_video: Path, half_silent: Path) -> None:
        soft, _ = self.moved(render(portrait_video, half_silent).media)
        wide, _ = self.moved(
            render(portrait_video, half_silent, VideoParam={"MouthMode": "Exaggerated"}).media
        )
        assert wide[19:29].mean() > 1.25 * soft[19:29].mean()

    def test_disabled_intervals_of_the_footage_are_left_alone(
        self, render: Render, portrait_video: Path, tmp_path: Path
    ) -> None:
        voice = make_audio(tmp_path / "loud.wav", seconds=1.6)
        quiet = {"DisableIntervals": [{"StartTime": 0.0, "EndTime": 0.4}, {"StartTime": 0.8, "EndTime": 1.0}]}
        mouth_change, _ = self.moved(render(portrait_video, voice, VideoParam=quiet).media)
        driven = mouth_change > 3
        assert not driven[:10].any() and not driven[20:25].any()
        assert driven[11:20].all() and driven[26:].all()

    def test_nobody_in_the_whole_footage_fails_the_task(self, render: Render, counted: Path) -> None:
        with pytest.raises(Spoiled) as spoiled:
            render(counted, 1.0)
        assert spoiled.value.fail_code == 802003

    def test_a_face_that_comes_late_is_driven_when_it_is_there(
        self, render: Render, portrait_video: Path, tmp_path: Path
    ) -> None:
        late = tmp_path / "late.mp4"
        ffmpeg(
            "-f", "lavfi", "-i", "color=gray:s=400x400:r=25:d=0.48", "-i", portrait_video, "-filter_complex",
            "[0][1]concat=n=2", "-t", "1.2", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "12", late,
        )  # fmt: skip

        def dark(path: Path) -> np.ndarray:
            """Dark pixels where her mouth is, by frame."""
            return np.array([int((p[105:140, 160:195].max(axis=2) < 70).sum()) for p in pictures_in(path)])

        before, after = dark(late), dark(render(late, 1.2).media)
        arrives = int(np.flatnonzero(np.array([p[20:60, 20:60].std() > 5 for p in pictures_in(late)]))[0])
        assert 5 < arrives < 15 and len(after) == 30
        assert not after[:arrives].any()
        assert (after - before)[arrives + 3 :].min() > 60

    def test_without_opencv_the_footage_stays_as_it_is_and_the_log_says_so(
        self,
        render: Render,
        portrait_video: Path,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        monkeypatch.delattr("mediaprep.media.pixels", raising=False)
        monkeypatch.setitem(sys.modules, "mediaprep.media.pixels", None)
        with caplog.at_level(logging.WARNING):
            mouth_change, _ = self.moved(render(portrait_video, 0.6).media)
        assert mouth_change.max() < 2  # an encoder at the documented CRF 17
        assert "OpenCV does not load" in caplog.text


def test_strengths_are_ordered() -> None:
    assert notrain.plan({"VideoParam": {"MouthMode": "Exaggerated"}}, FACTS).strength == mouth.EXAGGERATED
    assert notrain.plan({}, FACTS).strength == mouth.SOFT < mouth.EXAGGERATED
