"""Videos whose sound does not decode, or is silent: told at an ordinary look, by whatever is wrong with it."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import av
import pytest

from mediaprep.media.probing.probe import probe
from mediaprep.model.facts import VideoFacts
from mediaprep.model.findings import Verdict
from mediaprep.preflight.judge import judge_file
from tests.making import ffmpeg

Change = Callable[[int, bytes], bytes]
_RNG = random.Random(7)
TONE = "sine=f=300:r=44100:d=2"


def encrypted(number: int, data: bytes) -> bytes:
    """As DRM leaves it: the first 16 bytes in the clear."""
    return data[:16] + _RNG.randbytes(max(0, len(data) - 16))


def noise(number: int, data: bytes) -> bytes:
    return _RNG.randbytes(len(data))


def zeros(number: int, data: bytes) -> bytes:
    return bytes(len(data))


def ones(number: int, data: bytes) -> bytes:
    return b"\xff" * len(data)


def made(path: Path, *codecs: str, sound: str = TONE) -> Path:
    ffmpeg(
        "-f",
        "lavfi",
        "-i",
        "testsrc2=s=160x120:r=25:d=2",
        "-f",
        "lavfi",
        "-i",
        sound,
        *codecs,
        "-shortest",
        path,
    )
    return path


H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-c:a")
KINDS = {
    "aac.mp4": (*H264, "aac"),
    "aac.mov": (*H264, "aac"),
    "mp3.mp4": (*H264, "libmp3lame"),
    "ac3.mkv": (*H264, "ac3"),
    "aac.ts": (*H264, "aac"),
    "mp2.avi": ("-c:v", "mpeg4", "-c:a", "mp2"),
    "opus.webm": ("-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus"),
    "pcm.mov": (*H264, "pcm_s16le"),
}


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("sound")
    return {name: made(folder / name, *codecs) for name, codecs in KINDS.items()}


def with_sound(source: Path, target: Path, change: Change, *, until: float = 1.0) -> Path:
    """The same file, the first `until` of its sound packets changed: in place, or in new frames of its container."""
    data = bytearray(source.read_bytes())
    with av.open(str(source)) as old:
        spots = [(entry.pos, entry.size) for entry in old.streams.audio[0].index_entries]
        if source.suffix not in {".avi", ".mp4", ".mov"}:
            return muxed_again(old, target, change, until)
    for number, (at, size) in enumerate(spots[: round(until * len(spots))]):
        data[at : at + size] = change(number, bytes(data[at : at + size]))
    target.write_bytes(data)
    return target


def muxed_again(old: av.container.InputContainer, target: Path, change: Change, until: float) -> Path:
    found = [packet for packet in old.demux() if packet.dts is not None]
    count = sum(packet.stream.type == "audio" for packet in found)
    with av.open(str(target), "w") as new:
        streams = {stream.index: new.add_stream_from_template(stream) for stream in old.streams}
        number = 0
        for packet in found:
            data = bytes(packet)
            if packet.stream.type == "audio":
                data = change(number, data) if number < until * count else data
                number += 1
            copy = av.Packet(data)
            copy.time_base, copy.pts, copy.dts = packet.time_base, packet.pts, packet.dts
            copy.duration, copy.is_keyframe = packet.duration, packet.is_keyframe
            copy.stream = streams[packet.stream_index]
            new.mux(copy)
    return target


def told(path: Path) -> dict[str, Verdict]:
    """What `check` says of its sound, by measure."""
    facts = probe(path, faces=False)
    assert isinstance(facts, VideoFacts)
    found = {
        finding.rule.rpartition(".")[2]: finding.verdict
        for finding in judge_file("notrain", "RefVideoUrl", facts)
    }
    return {measure: verdict for measure, verdict in found.items() if measure in {"decoded_share", "silent"}}


@pytest.mark.parametrize("name", KINDS)
def test_sound_that_decodes_and_is_heard_is_not_mentioned(sources: dict[str, Path], name: str) -> None:
    assert told(sources[name]) == {}


@pytest.mark.parametrize(
    ("name", "change"),
    [
        *((name, noise) for name in ("aac.mp4", "aac.mov", "mp3.mp4", "ac3.mkv", "mp2.avi")),
        *((name, zeros) for name in ("aac.mp4", "mp3.mp4", "ac3.mkv", "mp2.avi")),
        *((name, ones) for name in ("aac.mov", "opus.webm", "mp2.avi")),
        ("aac.mp4", encrypted),
        ("aac.mov", encrypted),
    ],
)
def test_sound_of_which_nothing_decodes_is_refused(
    sources: dict[str, Path], tmp_path: Path, name: str, change: Change
) -> None:
    assert told(with_sound(sources[name], tmp_path / name, change))["decoded_share"] is Verdict.REFUSED


@pytest.mark.parametrize(("name", "change"), [("opus.webm", noise), ("mp3.mp4", encrypted)])
def test_noise_that_passes_for_sound_by_chance_is_told(
    sources: dict[str, Path], tmp_path: Path, name: str, change: Change
) -> None:
    assert "decoded_share" in told(with_sound(sources[name], tmp_path / name, change))


@pytest.mark.parametrize("name", ["aac.mp4", "mp3.mp4", "ac3.mkv", "aac.mov", "aac.ts"])
def test_sound_of_which_half_decodes_is_advice(sources: dict[str, Path], tmp_path: Path, name: str) -> None:
    assert told(with_sound(sources[name], tmp_path / name, noise, until=0.5)) == {
        "decoded_share": Verdict.ADVISED
    }


@pytest.mark.parametrize("name", KINDS)
def test_sound_that_is_silent_throughout_is_advice(tmp_path: Path, name: str) -> None:
    path = made(tmp_path / name, *KINDS[name], sound="anullsrc=r=44100:cl=mono")
    assert told(path) == {"silent": Verdict.ADVISED}


@pytest.mark.parametrize("heard", [(0.0, 0.4), (0.9, 1.3), (1.55, 1.95)])
def test_sound_that_is_heard_only_for_a_moment_is_not_silent(
    tmp_path: Path, heard: tuple[float, float]
) -> None:
    chain = f"{TONE},volume=enable='not(between(t,{heard[0]},{heard[1]}))':volume=0"
    assert told(made(tmp_path / "a.mp4", *KINDS["aac.mp4"], sound=chain)) == {}


def test_a_video_without_sound_is_asked_for_none(tmp_path: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=160x120:r=25:d=1", "-c:v", "libx264", tmp_path / "a.mp4")
    assert told(tmp_path / "a.mp4") == {}
