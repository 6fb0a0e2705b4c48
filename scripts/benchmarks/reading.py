"""The rows about reading what is given: refusing by metadata beside ffprobe, hearing an hour beside its decoding."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measuring import PEAK, Bench, Row, Rows, ffmpeg, least

_FILES = 200
_BATCH = """
import sys, time
from pathlib import Path
from mediaprep.contract.limits import limits_for
from mediaprep.media.isolation import guard
from mediaprep.media.probing.probe import probe
from mediaprep.preflight.judge import judge_file
from mediaprep.model.findings import Verdict
paths = [Path(name) for name in sys.argv[1:]]
def refuse():
    for path in paths:
        found = judge_file("notrain", "RefVideoUrl", probe(path, faces=False))
        assert any(finding.verdict is Verdict.REFUSED for finding in found), path
refuse()
best = min((lambda started: (refuse(), time.perf_counter() - started)[1])(time.perf_counter()) for _ in range(3))
print(best)
"""
_HEARD = (
    PEAK
    + """
import sys, time
from pathlib import Path
from mediaprep.media.probing import audio
audio.measure(Path(sys.argv[2]))
started = time.process_time()
audio.measure(Path(sys.argv[1]))
print(time.process_time() - started, peak())
"""
)
_DECODED = """
import sys, time
import av
started = time.process_time()
with av.open(sys.argv[1]) as container:
    for frame in container.decode(audio=0):
        pass
print(time.process_time() - started)
"""
_PYDUB = """
import sys, time, warnings
warnings.simplefilter("ignore")
from pydub import AudioSegment, silence
started = time.process_time()
silence.detect_silence(AudioSegment.from_wav(sys.argv[1]), 300, -40)
print(time.process_time() - started)
"""


def refusal_against_ffprobe(bench: Bench) -> Iterator[Row]:
    """A file that its metadata refuse (too small a side), in a warm batch, beside one ffprobe for each."""
    name = "metadata refusal a file / ffprobe"
    ffprobe = shutil.which("ffprobe")
    if ffprobe is None:
        yield Row(name=name, ours=None, peer=None, goal=1 / 40, note="ffprobe is not installed (apt: ffmpeg)")
        return
    source = bench.once("small.mp4", _small)
    batch = bench.folder / "batch"
    batch.mkdir()
    files = [shutil.copy(source, batch / f"{number}.mp4") for number in range(_FILES)]
    command = [ffprobe, "-v", "error", "-of", "json", "-show_format", "-show_streams", str(source)]
    ours = least(bench.told(_BATCH, *files))
    yield Row(
        name=name,
        ours=None if ours is None else ours / _FILES,
        peer=bench.timed(command, runs=20 if bench.full else 10),
        goal=1 / 40,
        note=f"{_FILES} videos of 10 s; ours probes in a guarded child and judges; peer: {ffprobe}",
    )


def _small(path: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=320x240:r=25:d=10", "-f", "lavfi", "-i", "sine=d=10",
           "-pix_fmt", "yuv420p", "-preset", "ultrafast", path)  # fmt: skip


def _hour(bench: Bench, suffix: str) -> Path:
    """60 minutes of speech-like sound with pauses."""
    sound = "aevalsrc='0.4*sin(2*PI*220*t)*gt(sin(t*0.7),-0.6)':s=44100:d=3600"
    return bench.once(f"hour.{suffix}", lambda path: ffmpeg("-f", "lavfi", "-i", sound, "-ac", "1", path))


def hour_against_decoding(bench: Bench) -> Iterator[Row]:
    """Length, peak and silent edges of an hour of MP3 beside decoding it and doing nothing; and its memory."""
    path = _hour(bench, "mp3")
    warm = bench.once("warm.mp3", lambda short: ffmpeg("-t", "1", "-i", path, short))
    runs = bench.told(_HEARD, path, warm, runs=3)
    yield Row(
        name="its memory / 100 MB",
        ours=max((megabytes for _, megabytes in runs), default=None),
        peer=100.0,
        goal=1.0,
        note="MB of the process that hears, its libraries included",
    )
    yield Row(
        name="hearing 60 min of mp3 / decoding",
        ours=least(runs),
        peer=least(bench.told(_DECODED, path, runs=3)),
        goal=2.0,
        note="CPU seconds; peer = PyAV decoding, samples thrown away",
    )


def silence_against_pydub(bench: Bench) -> Iterator[Row]:
    """Silence of ten minutes (full: an hour) of WAV beside pydub's own search in its own steps of 1 ms."""
    hour = _hour(bench, "wav")
    path = hour
    if not bench.full:
        path = bench.once("ten.wav", lambda short: ffmpeg("-t", "600", "-i", hour, "-c", "copy", short))
    yield Row(
        name="silence of a wav / pydub",
        ours=least(bench.told(_HEARD, path, path, runs=3)),
        peer=least(bench.told(_PYDUB, path)),
        goal=1 / 10,
        note=f"CPU seconds, {60 if bench.full else 10} min; peer = detect_silence(300 ms, -40 dB) in steps of 1 ms, "
        "ours 10",
    )


ROWS: dict[str, Rows] = {
    "refusal": refusal_against_ffprobe,
    "hour": hour_against_decoding,
    "silence": silence_against_pydub,
}
