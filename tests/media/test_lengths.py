"""How long a video is: by when its pictures are shown, whatever holds them and whatever their order in the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from mediaprep.media import sniff
from mediaprep.media.probing import probe, video
from mediaprep.model.facts import VideoFacts
from tests.making import ffmpeg

SLOW_THEN_FAST = "if(lt(N,10),N*0.2,2+(N-10)/25)/TB"  # 5 pictures a second for 2 s, then 25 for 1 s
REORDERED = ("-c:v", "libx264", "-preset", "veryfast", "-bf", "3", "-b_strategy", "0", "-g", "250")
PYRAMID = (*REORDERED, "-x264-params", "b-pyramid=strict:bframes=7:scenecut=0")


def made(
    path: Path,
    stamps: str = SLOW_THEN_FAST,
    *,
    pictures: int = 35,
    code: tuple[str, ...] = REORDERED,
    more: tuple[str, ...] = (),
) -> Path:
    """`pictures` of a pattern whose stamps are `stamps` (of setpts)."""
    ffmpeg(
        "-f", "lavfi", "-i", f"testsrc2=s=160x120:r=25:d={pictures / 25 - 0.01}", "-vf",
        f"settb=1/90000,setpts='{stamps}'", "-fps_mode", "passthrough", *code, *more, path,
    )  # fmt: skip
    return path


def measured(path: Path, *, thorough: bool = False) -> tuple[VideoFacts, list[float]]:
    sign = sniff.identify(path)
    assert sign.demuxer is not None
    facts, keys = video.measure(path, sign.name, sign.demuxer, thorough)
    assert isinstance(facts, VideoFacts)
    return facts, keys


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.mkv", "a.ts", "a.flv", "fragments.mp4", "no_list.mp4"])
def test_reordered_pictures_at_a_rate_that_varies_are_as_long_as_they_are_shown(
    tmp_path: Path, name: str
) -> None:
    more = {
        "fragments.mp4": ("-movflags", "+frag_keyframe+empty_moov"),
        "no_list.mp4": ("-use_editlist", "0"),
        "a.ts": ("-muxdelay", "0"),
    }.get(name, ())
    path = made(tmp_path / name, more=more)
    for thorough in (False, True):
        facts, keys = measured(path, thorough=thorough)
        assert facts.frames == 35
        assert facts.seconds == pytest.approx(3.0, abs=0.011)
        assert facts.variable_rate is True
        assert keys[0] == pytest.approx(facts.picture_starts, abs=0.002)


NEIGHBOURS: dict[str, tuple[str, dict[str, object], float]] = {
    "a pyramid of pictures": ("N/25/TB", {"code": PYRAMID}, 1.4),
    "fast, then slow": ("if(lt(N,25),N/25,1+(N-25)*0.2)/TB", {}, 2.84),
    "a pause in the middle": ("(N/25+gte(N,20)*1.6)/TB", {}, 3.0),
    "a recording of a screen": ("(floor(N/5)+mod(N,5)*0.04)/TB", {}, 6.2),
    "29.97 and 119.88 mixed": ("if(lt(N,15),N*1001/30000,15*1001/30000+(N-15)*1001/120000)/TB", {}, 0.667),
    "stamps that begin late": ("(N/25+3)/TB", {}, 1.4),
    "one picture": ("N/25/TB", {"pictures": 1}, 0.04),
    "two pictures": ("N/25/TB", {"pictures": 2}, 0.08),
    "every picture a keyframe": ("N/25/TB", {"code": ("-c:v", "libx264", "-g", "1", "-preset", "veryfast")}, 1.4),
}  # fmt: skip


@pytest.mark.parametrize("kind", NEIGHBOURS)
@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_the_index_tells_the_same_as_all_packets(tmp_path: Path, kind: str, suffix: str) -> None:
    stamps, options, seconds = NEIGHBOURS[kind]
    path = made(tmp_path / f"a.{suffix}", stamps, **options)  # type: ignore[arg-type]
    (quick, keys), (whole, all_keys) = measured(path), measured(path, thorough=True)
    assert quick.seconds == pytest.approx(seconds, abs=0.02)
    assert quick.seconds == pytest.approx(whole.seconds, abs=0.001)
    assert keys == pytest.approx(all_keys, abs=1e-6)
    assert (quick.frames, quick.variable_rate) == (whole.frames, whole.variable_rate)


def test_what_an_edit_list_hides_is_no_part_of_the_length(tmp_path: Path) -> None:
    whole = made(tmp_path / "whole.mp4", "N/25/TB", pictures=75)
    cut = tmp_path / "cut.mp4"
    ffmpeg("-ss", "1", "-i", whole, "-t", "1.2", "-c", "copy", cut)
    for thorough in (False, True):
        facts, _ = measured(cut, thorough=thorough)
        assert facts.seconds == pytest.approx(1.2, abs=0.09)
        assert facts.hidden_seconds == pytest.approx(1.0, abs=0.09)


def test_keyframes_are_told_by_when_they_are_shown(tmp_path: Path) -> None:
    path = made(tmp_path / "a.mp4", "N/25/TB", pictures=60, more=("-force_key_frames", "1,2"))
    assert measured(path)[1] == pytest.approx([0.0, 1.0, 2.0], abs=0.001)


def test_a_last_picture_that_stands_long_counts(tmp_path: Path) -> None:
    """As recordings of a screen end: nothing moved any more."""
    path = made(tmp_path / "a.mp4", "if(lt(N,9),N/25,2)/TB", pictures=10, code=("-c:v", "mpeg4"))
    held = tmp_path / "held.mp4"
    ffmpeg("-i", path, "-c", "copy", "-bsf:v", "setts=duration=if(eq(N\\,9)\\,4/TB\\,DURATION)", held)
    facts = probe.probe(held, faces=False)
    assert isinstance(facts, VideoFacts)
    assert facts.seconds == pytest.approx(6.0, abs=0.05)
