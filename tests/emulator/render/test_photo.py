from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mediaprep.emulator.render import photo
from mediaprep.emulator.work import Spoiled
from mediaprep.media.containers import packets
from mediaprep.media.ffmpeg import Binary
from mediaprep.media.probing.probe import probe
from mediaprep.model.facts import PhotoFacts
from tests.emulator.render.making import SPOKEN, comment_of, pictures_in, work
from tests.making import ffmpeg, make_audio, make_photo


def render(folder: Path, binary: Binary, path: Path, sides: tuple[int, int], **request: Any) -> Any:
    files = {"RefPhotoUrl": path, **request.pop("files", {})}
    facts = PhotoFacts(format="png", width=sides[0], height=sides[1], size_bytes=path.stat().st_size)
    asked = {"DriverType": "Text", "InputSsml": "你好，世界。", "SpeechParam": SPOKEN, **request}
    return photo.render(work(folder, "photo", asked, files=files, facts={"RefPhotoUrl": facts}), binary)


@pytest.mark.needs("opencv")
def test_the_photo_speaks(binary: Binary, fixtures: Path, tmp_path: Path) -> None:
    sound = make_audio(tmp_path / "drive.wav", seconds=0.4, silence_before=0.4)
    product = render(
        tmp_path, binary, fixtures / "faces" / "astronaut.png", (512, 512),
        DriverType="OriginalVoice", files={"InputAudioUrl": sound}, VideoParam={"Prompt": "人物静静地说话"},
    )  # fmt: skip
    pictures = pictures_in(product.media)
    assert pictures[0].shape == (720, 720, 3)
    assert len(pictures) == 20
    mouth = np.s_[180:270, 270:370]  # 512 → 720
    changes = [np.abs(p.astype(int) - pictures[0]).mean(axis=2) for p in pictures]
    assert min(change[mouth].mean() for change in changes[13:]) > 4
    assert max(change[mouth].mean() for change in changes[:9]) < 1
    assert max(change[400:, 150:].mean() for change in changes) < 1
    assert comment_of(product.media) == "EMULATED"


def test_a_photo_without_a_face_speaks_without_moving(binary: Binary, tmp_path: Path) -> None:
    product = render(
        tmp_path, binary, make_photo(tmp_path / "pattern.png", width=320, height=320), (320, 320)
    )
    report = packets.decode_report(product.media).first("video")
    assert report is not None and report.frames == round(product.seconds * 25)


@pytest.mark.parametrize(
    ("sides", "box", "result"),
    [
        ((512, 512), (1280, 720), (720, 720)),
        ((4000, 3000), (1280, 720), (960, 720)),
        ((3000, 4000), (1920, 1080), (1080, 1440)),
        ((1920, 1080), (1920, 1080), (1920, 1080)),
        ((300, 600), (1280, 720), (640, 1280)),
        ((970, 2204), (1280, 720), (564, 1280)),
    ],
)
def test_photos_are_fitted_with_their_proportions(
    sides: tuple[int, int], box: tuple[int, int], result: tuple[int, int]
) -> None:
    assert photo.fitted(*sides, box) == result


def test_more_than_a_minute_of_speech_fails_as_documented(
    binary: Binary, fixtures: Path, tmp_path: Path
) -> None:
    with pytest.raises(Spoiled) as spoiled:
        render(
            tmp_path, binary, fixtures / "faces" / "camera.png", (512, 512),
            InputSsml="今天天气很好。" * 45, SpeechParam={**SPOKEN, "Speed": 0.5},
        )  # fmt: skip
    assert spoiled.value.fail_code == 801510


def judged(folder: Path, binary: Binary, path: Path, *, strict: bool = False) -> Any:
    """With the faces that are really found on it."""
    sound = make_audio(folder / "tone.wav", seconds=0.3)
    task = work(
        folder, "photo", {"DriverType": "OriginalVoice"}, files={"RefPhotoUrl": path, "InputAudioUrl": sound},
        facts={"RefPhotoUrl": probe(path, faces=True)},
    )  # fmt: skip
    return photo.render(replace(task, strict_faces=strict), binary)


@pytest.mark.needs("opencv")
def test_two_faces_fail_no_face_is_noted_and_one_is_driven(
    binary: Binary, fixtures: Path, tmp_path: Path
) -> None:
    one = fixtures / "faces" / "astronaut.png"
    two, none = tmp_path / "two.png", make_photo(tmp_path / "pattern.png", width=320, height=320)
    ffmpeg(
        "-i", one, "-i", one, "-filter_complex", "[0]scale=400:400[a];[1]scale=400:400[b];[a][b]hstack", two
    )
    assert judged(tmp_path, binary, one).notes == ()
    (note,) = judged(tmp_path, binary, none).notes
    assert "RefPhotoUrl" in note.en and "RefPhotoUrl" in note.zh
    for path, strict in ((two, False), (two, True), (none, True)):
        with pytest.raises(Spoiled) as spoiled:
            judged(tmp_path, binary, path, strict=strict)
        assert spoiled.value.fail_code == 802001 and "RefPhotoUrl" in spoiled.value.message


@pytest.mark.parametrize(
    ("prompt", "wanted"),
    [
        ("", True),
        ("画面中的人物正在对着镜头讲话，偶尔做些手势匹配说话的内容。镜头保持固定。", True),
        ("人物微笑着挥手", True),
        ("The person talks and gestures", True),
        ("人物安静地讲话，不做任何手势", False),
        ("没有手势，双手保持不动", False),
        ("A person speaks without gestures", False),
        ("no hand gestures, camera fixed", False),
        ("镜头缓慢推进", False),
    ],
)
def test_a_prompt_decides_whether_there_are_gestures(
    binary: Binary, fixtures: Path, tmp_path: Path, prompt: str, wanted: bool
) -> None:
    product = render(
        tmp_path, binary, fixtures / "faces" / "camera.png", (512, 512), VideoParam={"Prompt": prompt},
        DriverType="OriginalVoice", files={"InputAudioUrl": make_audio(tmp_path / "tone.wav", seconds=1.2)},
    )  # fmt: skip
    frames = pictures_in(product.media)
    lower = [np.abs(frame[560:, 400:].astype(int) - frames[0][560:, 400:]).mean() for frame in frames]
    assert bool(max(lower) > 10) is wanted and max(lower[:12]) < 3
