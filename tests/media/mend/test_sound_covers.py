"""The cover of a sound goes along into whatever the sound is mended to."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import mutagen.id3
import mutagen.mp4
import mutagen.wave
import pytest

from mediaprep.media import ffmpeg
from mediaprep.media.labels import tags
from mediaprep.preflight.fixes import FixWish
from mediaprep.preflight.mending.sound_files import SoundWish
from mediaprep.verbs.fix import fix
from tests.making import ffmpeg as made_by
from tests.making import make_photo

LOUDER = SoundWish(level=True)
ROOMS = {"mp3": "libmp3lame", "m4a": "aac", "flac": "flac"}


def pictures(path: Path) -> list[bytes]:
    """By a reader that is not ours."""
    if path.suffix == ".m4a":
        return [bytes(one) for one in mutagen.mp4.MP4(path).get("covr", [])]
    if path.suffix == ".mp3":
        return [one.data for one in mutagen.id3.ID3(path).getall("APIC")]
    held = mutagen.wave.WAVE(path).tags
    return [one.data for one in held.getall("APIC")] if held is not None else []


def covered(path: Path, picture: Path) -> Path:
    made_by(
        "-f", "lavfi", "-i", "sine=440:d=1.2", "-i", picture, "-map", "0", "-map", "1", "-c:v", "copy", "-c:a",
        ROOMS[path.suffix[1:]], "-metadata", "title=名", "-disposition:v", "attached_pic", path,
    )  # fmt: skip
    return path


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
@pytest.mark.parametrize("source", ROOMS)
@pytest.mark.parametrize("target", ["mp3", "wav", "m4a"])
def test_the_cover_of_a_sound_goes_along(tmp_path: Path, source: str, target: str, suffix: str) -> None:
    picture = make_photo(tmp_path / f"c{suffix}", width=64, height=48)
    song = covered(tmp_path / f"a.{source}", picture)
    made = tmp_path / f"b.{target}"
    fix(song, output=made, field="notrain.InputAudioUrl", wish=FixWish(sound=LOUDER))
    assert pictures(made) == [picture.read_bytes()]
    assert "名" in json.dumps(tags.read(made).words, ensure_ascii=False)
    looked = subprocess.run(
        [ffmpeg.find().path, "-v", "error", "-i", made, "-f", "null", "-"], capture_output=True, check=True
    )
    assert not looked.stderr


def test_a_cover_that_does_not_decode_is_left_behind(tmp_path: Path) -> None:
    picture = make_photo(tmp_path / "c.jpg", width=64, height=48)
    song = covered(tmp_path / "a.mp3", picture)
    told = mutagen.id3.ID3(song)
    told.getall("APIC")[0].data = b"\xff\xd8\xff" + bytes(3000)
    told.save(song)
    fix(song, output=tmp_path / "b.mp3", field="notrain.InputAudioUrl", wish=FixWish(sound=LOUDER))
    assert pictures(tmp_path / "b.mp3") == []


def test_what_a_wav_says_of_itself_goes_along(tmp_path: Path) -> None:
    made_by(
        "-f", "lavfi", "-i", "sine=440:d=1.2", "-metadata", "title=名", "-metadata", "artist=甲", "-metadata",
        "comment=注", tmp_path / "a.wav",
    )  # fmt: skip
    for suffix in ("wav", "mp3", "m4a"):
        made = tmp_path / f"b.{suffix}"
        fix(tmp_path / "a.wav", output=made, field="notrain.InputAudioUrl", wish=FixWish(sound=LOUDER))
        found = {key.lower(): value for key, value in tags.read(made).words.items()}
        assert (found["title"], found["artist"], found["comment"]) == ("名", "甲", "注")
