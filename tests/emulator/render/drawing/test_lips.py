"""Whose mouth moves: the largest face, or the person of the photos."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from mediaprep.contract.rules.person import ENOUGH
from mediaprep.emulator.render import notrain
from mediaprep.emulator.render.drawing import footage, lips
from mediaprep.emulator.render.drawing.mouth import Lips
from mediaprep.emulator.work import Spoiled
from mediaprep.media.ffmpeg import Binary
from tests.emulator.render.making import facts_of, work
from tests.making import ffmpeg

pytestmark = pytest.mark.needs("opencv")
WIDTH, HEIGHT = 1200, 640
FRAMES = 13
VOICE = {"DriverType": "Text", "InputSsml": "你好", "SpeechParam": {"Speed": 1.0, "TimbreKey": "female_1"}}


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The astronaut on the left, the photographer, larger, on the right."""
    faces = Path(__file__).resolve().parents[4] / "fixtures" / "faces"
    path = tmp_path_factory.mktemp("two") / "two.mp4"
    ffmpeg(
        "-loop", "1", "-framerate", "25", "-i", faces / "astronaut.png", "-loop", "1", "-framerate", "25", "-i",
        faces / "camera.png", "-filter_complex",
        "[0:v]scale=400:400,pad=600:640:0:100[a];[1:v]crop=256:256:120:40,scale=600:640[b];[a][b]hstack",
        "-frames:v", str(FRAMES), "-c:v", "libx264", "-preset", "ultrafast", "-crf", "12", "-pix_fmt", "yuv420p", path,
    )  # fmt: skip
    return path


@pytest.fixture(scope="module")
def astronaut() -> Path:
    return Path(__file__).resolve().parents[4] / "fixtures" / "faces" / "astronaut.png"


def copied(binary: Binary, source: Path, folder: Path) -> footage.WorkingCopy:
    return footage.prepare(
        binary, source, folder / "copy", size=(WIDTH, HEIGHT), fps=Fraction(25), start=0.0, frames=FRAMES
    )


def place(track: lips.LipTrack) -> str:
    here = track.at(6)
    return "nowhere" if here is None else "left" if here.left[0] < WIDTH / 2 else "right"


def test_the_largest_face_speaks_unless_photos_say_who(
    binary: Binary, two: Path, astronaut: Path, tmp_path: Path
) -> None:
    copy = copied(binary, two, tmp_path)
    plain, asked = lips.finder(), lips.finder([astronaut])
    assert plain is not None and asked is not None
    assert place(lips.follow(copy, plain)) == "right"
    assert place(lips.follow(copy, asked, enough=ENOUGH["Strict"])) == "left"


def test_a_stranger_s_mouth_stays_shut(binary: Binary, two: Path, astronaut: Path, tmp_path: Path) -> None:
    alone = tmp_path / "alone.mp4"
    ffmpeg("-i", two, "-vf", "crop=600:640:600:0", "-c:v", "libx264", "-pix_fmt", "yuv420p", alone)
    place = "VideoParam.RefPhotoUrl"
    request = {**VOICE, "RefVideoUrl": "https://a/b", "VideoParam": {"RefPhotoUrl": "https://a/c"}}
    files = {"RefVideoUrl": alone, place: astronaut}
    task = work(tmp_path, "notrain", request, files=files, facts={"RefVideoUrl": facts_of(alone)})
    with pytest.raises(Spoiled, match="person of the photo") as spoiled:
        notrain.render(task, binary)
    assert spoiled.value.fail_code == 802003


def face(x: float, alike: float) -> lips.Face:
    mouth = Lips(left=(x - 10, 50.0), right=(x + 10, 50.0))
    return lips.Face(centre=(x, 40.0), width=60.0, lips=mouth, alike=alike)


def test_a_head_that_turns_away_is_kept_and_a_stranger_in_its_place_is_not() -> None:
    choose = lips._Person(everyone=False, enough=0.363).choose
    assert choose(0, [face(300, 0.1), face(100, 0.6)]) == face(100, 0.6)
    assert choose(6, [face(110, 0.25), face(300, 0.3)]) == face(110, 0.25)
    assert choose(12, [face(112, 0.05)]) is None
    assert choose(60, [face(110, 0.3)]) is None  # too long ago
    assert choose(66, [face(500, 0.4)]) == face(500, 0.4)
