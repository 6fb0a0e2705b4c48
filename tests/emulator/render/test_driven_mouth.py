"""notrain: the switches of VideoParam that change a driven mouth, each measured in the frames."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mediaprep.emulator.render import notrain
from mediaprep.emulator.render.drawing import cover, mouth
from mediaprep.emulator.render.voice import drive
from mediaprep.emulator.work import RenderedProduct, Spoiled
from mediaprep.media.ffmpeg import Binary
from mediaprep.media.people import compare, likeness
from tests.emulator.render.making import facts_of, pictures_in, work
from tests.making import ffmpeg, make_audio

MOUTH = np.s_[95:150, 145:210]  # of the 400×400 portrait

pytestmark = pytest.mark.needs("opencv")


def render(
    folder: Path,
    binary: Binary,
    video: Path,
    sound: Path,
    param: dict[str, Any],
    files: dict[str, Path] | None = None,
) -> RenderedProduct:
    folder = Path(tempfile.mkdtemp(dir=folder))
    request = {"DriverType": "OriginalVoice", "VideoParam": param}
    given = {"RefVideoUrl": video, "InputAudioUrl": sound, **(files or {})}
    task = work(folder, "notrain", request, files=given, facts={"RefVideoUrl": facts_of(video)})
    return notrain.render(task, binary)


@pytest.fixture
def tone(tmp_path: Path) -> Path:
    return make_audio(tmp_path / "tone.wav", seconds=0.8)


@pytest.fixture
def half_covered(portrait_video: Path, tmp_path: Path) -> Path:
    """From the 11th frame on something lies before her mouth."""
    path = tmp_path / "covered.mp4"
    box = "drawbox=x=140:y=98:w=74:h=44:color=0x405060:t=fill:enable='gte(n,10)'"
    ffmpeg("-i", portrait_video, "-vf", box, "-c:v", "libx264", "-preset", "ultrafast", "-crf", "10", path)
    return path


def changes(product: RenderedProduct, footage: Path) -> np.ndarray:
    """How much each frame's mouth differs from the footage's."""
    return np.array([
        np.abs(made[MOUTH].astype(int) - given[MOUTH]).mean()
        for made, given in zip(pictures_in(product.media), pictures_in(footage), strict=False)
    ])  # fmt: skip


@pytest.mark.parametrize("detect_off", [0, 1])
def test_a_covered_mouth_is_driven_only_where_occlusion_is_not_looked_for(
    binary: Binary, tmp_path: Path, half_covered: Path, tone: Path, detect_off: int
) -> None:
    product = render(tmp_path, binary, half_covered, tone, {"DisableOcclusionDetect": detect_off})
    moved = changes(product, half_covered)
    assert moved[3:9].min() > 3
    assert bool(moved[12:].max() > 3) is bool(detect_off)


def test_new_teeth_are_seen_in_an_open_mouth(
    binary: Binary, tmp_path: Path, portrait_video: Path, tone: Path
) -> None:
    def white(teeth: int) -> int:
        param = {"EnableFakeTeeth": teeth, "MouthMode": "Exaggerated"}
        frame = pictures_in(render(tmp_path, binary, portrait_video, tone, param).media)[12]
        return int((frame[110:140, 160:195].min(axis=2) > 170).sum())

    assert white(1) > white(0) + 15


def test_a_mouth_that_sings_opens_wider_at_soft_notes_and_closes_slower(
    binary: Binary, tmp_path: Path, portrait_video: Path
) -> None:
    sound = tmp_path / "song.wav"
    ffmpeg("-f", "lavfi", "-i", "sine=f=300:d=1.2", "-af", "volume='if(lt(t,0.6),0.25,if(lt(t,0.9),1,0))':eval=frame",
           sound)  # fmt: skip
    spoken, sung = (
        changes(render(tmp_path, binary, portrait_video, sound, {"EnableMusicMode": on}), portrait_video)
        for on in (0, 1)
    )
    assert sung[5:13].mean() > 1.3 * spoken[5:13].mean()  # soft
    assert sung[24:28].sum() > 1.3 * spoken[24:28].sum()  # behind the last note


def test_a_likeness_between_the_thresholds_passes_loose_and_not_strict(
    binary: Binary, tmp_path: Path, fixtures: Path, portrait_video: Path, tone: Path
) -> None:
    portrait = fixtures / "faces" / "astronaut.png"
    photo, known = tmp_path / "photo.png", compare.likeness_of(portrait)[0]
    for sigma in np.arange(5.2, 6.0, 0.1):
        ffmpeg("-i", portrait, "-vf", f"gblur=sigma={sigma:.1f}", photo)
        found = compare.likeness_of(photo)[0]
        if found is not None and known is not None and 0.38 < likeness.cosine(known, found) < 0.44:
            break
    else:
        pytest.fail("no blur makes a likeness between the thresholds")
    files = {"VideoParam.RefPhotoUrl": photo}
    param = {"RefPhotoUrl": "x"}
    loose = render(tmp_path, binary, portrait_video, tone, {**param, "FaceMatchMode": "Loose"}, files)
    assert changes(loose, portrait_video)[5:].min() > 3
    with pytest.raises(Spoiled) as spoiled:
        render(tmp_path, binary, portrait_video, tone, {**param, "FaceMatchMode": "Strict"}, files)
    assert spoiled.value.fail_code == 802003


def test_a_plain_patch_and_a_stranger_cover_a_mouth_and_a_talking_one_does_not(fixtures: Path) -> None:
    chance = np.random.default_rng(0)
    face = np.tile(np.linspace(60, 200, 300), (450, 1))
    face[190:210, 130:170] = 40
    planes = face.astype(np.uint8)
    lips = mouth.Lips(left=(130.0, 200.0), right=(170.0, 200.0))
    seen = cover.MouthCover([cover._patch(planes, lips)] * 3)
    talking = planes.copy()
    talking[205:222, 135:165] = 25
    plain, strange = planes.copy(), planes.copy()
    plain[160:240, 90:210] = 90
    strange[160:240, 90:210] = chance.integers(0, 255, (80, 120))
    assert [seen.covers(p, lips) for p in (planes, talking, plain, strange)] == [False, False, True, True]


def test_singing_is_openness_of_its_own(tmp_path: Path, binary: Binary) -> None:
    from fractions import Fraction

    sound = make_audio(tmp_path / "tone.wav", seconds=0.4, silence_after=0.6)
    voice = drive.decoded(binary, sound, tmp_path / "voice.wav")
    spoken, sung = (drive.openness(voice, Fraction(25), 25, singing=on) for on in (False, True))
    assert (sung >= spoken).all() and sung[13] > spoken[13] + 0.1
