"""The rows about reading what is given: refusing by metadata beside ffprobe, hearing an hour beside its decoding."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benching import FFMPEG, PEAK, Row, timed

_FILES = 200
_BATCH = """
import sys, time
from pathlib import Path
from mediaprep.contract.limits import limits_for
from mediaprep.media import guard
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
from mediaprep.media import audio
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


def _told(script: str, *arguments: object, deadline: float) -> list[float]:
    """The numbers that a script prints; run by itself, so that its memory is its own."""
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        capture_output=True, text=True, check=True, timeout=max(1.0, deadline - time.monotonic()),
    )  # fmt: skip
    return [float(word) for word in done.stdout.split()]


def refusal_against_ffprobe(folder: Path, full: bool, deadline: float) -> Row:
    """A file that its metadata refuse (too small a side), in a warm batch, beside one ffprobe for each."""
    name = "metadata refusal a file / ffprobe"
    ffprobe = shutil.which("ffprobe")
    if ffprobe is None:
        return Row(
            name=name, ours=None, peer=None, goal=1 / 40, note="ffprobe is not installed (apt: ffmpeg)"
        )
    source = folder / "small.mp4"
    subprocess.run(
        [FFMPEG, "-loglevel", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=320x240:r=25:d=10", "-f", "lavfi", "-i",
         "sine=d=10", "-pix_fmt", "yuv420p", "-preset", "ultrafast", source],
        check=True, timeout=120,
    )  # fmt: skip
    batch = folder / "batch"
    batch.mkdir(exist_ok=True)
    files = [shutil.copy(source, batch / f"{number}.mp4") for number in range(_FILES)]
    command = [ffprobe, "-v", "error", "-of", "json", "-show_format", "-show_streams", str(source)]
    return Row(
        name=name,
        ours=_told(_BATCH, *files, deadline=deadline)[0] / _FILES,
        peer=timed(command, runs=20 if full else 10, deadline=deadline),
        goal=1 / 40,
        note=f"{_FILES} videos of 10 s; ours probes in a guarded child and judges; peer: {ffprobe}",
    )


def _hour(folder: Path, suffix: str) -> Path:
    """60 minutes of speech-like sound with pauses."""
    path = folder / f"hour.{suffix}"
    if not path.exists():
        sound = "aevalsrc='0.4*sin(2*PI*220*t)*gt(sin(t*0.7),-0.6)':s=44100:d=3600"
        subprocess.run(
            [FFMPEG, "-loglevel", "error", "-y", "-f", "lavfi", "-i", sound, "-ac", "1", path],
            check=True, timeout=600,
        )  # fmt: skip
    return path


def hour_against_decoding(folder: Path, full: bool, deadline: float) -> list[Row]:
    """Length, peak and silent edges of an hour of MP3 beside decoding it and doing nothing; and its memory."""
    del full
    path = _hour(folder, "mp3")
    warm = folder / "warm.mp3"
    if not warm.exists():
        subprocess.run(
            [FFMPEG, "-loglevel", "error", "-y", "-t", "1", "-i", path, warm], check=True, timeout=60
        )
    runs = [_told(_HEARD, path, warm, deadline=deadline) for _ in range(3)]
    return [
        Row(
            name="hearing 60 min of mp3 / decoding",
            ours=min(seconds for seconds, _ in runs),
            peer=min(_told(_DECODED, path, deadline=deadline)[0] for _ in range(3)),
            goal=2.0,
            note="CPU seconds; peer = PyAV decoding, samples thrown away",
        ),
        Row(
            name="its memory / 100 MB",
            ours=max(megabytes for _, megabytes in runs),
            peer=100.0,
            goal=1.0,
            note="MB of the process that hears, its libraries included",
        ),
    ]


def silence_against_pydub(folder: Path, full: bool, deadline: float) -> Row:
    """Silence of ten minutes (full: an hour) of WAV beside pydub's own search in its own steps of 1 ms."""
    path = _hour(folder, "wav")
    if not full:
        short = folder / "ten.wav"
        if not short.exists():
            subprocess.run(
                [FFMPEG, "-loglevel", "error", "-y", "-t", "600", "-i", path, "-c", "copy", short],
                check=True, timeout=60,
            )  # fmt: skip
        path = short
    return Row(
        name="silence of a wav / pydub",
        ours=min(_told(_HEARD, path, path, deadline=deadline)[0] for _ in range(3)),
        peer=_told(_PYDUB, path, deadline=deadline)[0],
        goal=1 / 10,
        note=f"CPU seconds, {60 if full else 10} min; peer = detect_silence(300 ms, -40 dB) in steps of 1 ms, ours 10",
    )


ROWS: dict[str, Callable[[Path, bool, float], Row | list[Row]]] = {
    "refusal": refusal_against_ffprobe,
    "hour": hour_against_decoding,
    "silence": silence_against_pydub,
}
