"""Rows about looking at footage: sixteen pictures of a long video against OpenCV's seeking."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from benching import FFMPEG, ROW_SECONDS, OutOfTime, Row, footage

_OURS = """
import sys, time
from pathlib import Path
from mediaprep.media import packets, timing, video
start = time.perf_counter()
path = Path(sys.argv[1])
facts, moments = video.measure(path, "mp4", "mov", False)
shown = [picture for _, picture in packets.pictures_at(path, timing.spread(moments, 16), longer_side=640)]
assert len(shown) == 16
print(time.perf_counter() - start)
"""
_PEER = """
import sys, time
import cv2
start = time.perf_counter()
video = cv2.VideoCapture(sys.argv[1])
last = int(video.get(cv2.CAP_PROP_FRAME_COUNT)) - 1
for number in range(16):
    video.set(cv2.CAP_PROP_POS_FRAMES, number * last // 15)
    found, picture = video.read()
    assert found or number == 15
    if found:
        cv2.resize(picture, (640, 360), interpolation=cv2.INTER_AREA)
print(time.perf_counter() - start)
"""
_ENCODERS_OWN = "250"  # pictures from keyframe to keyframe, x264's default


def sampling_against_seeking(folder: Path, full: bool, deadline: float) -> Row:
    """Opening, the index and sixteen pictures at 640 pixels; no interpreter, no import is timed."""
    del deadline
    minute = footage(folder / "minute.mp4", seconds=60)
    once, long = folder / "far-keyframes.mp4", folder / "far-keyframes-long.mp4"
    if not long.exists():
        _ffmpeg("-i", minute, "-c:v", "libx264", "-preset", "veryfast", "-g", _ENCODERS_OWN, "-sc_threshold", "0",
                "-c:a", "copy", once)  # fmt: skip
        _ffmpeg("-stream_loop", "19", "-i", once, "-c", "copy", long)
    runs = 5 if full else 3
    return Row(
        name="16 pictures / OpenCV seeks, 20 min",
        ours=min(_timed(_OURS, long) for _ in range(runs)),
        peer=min(_timed(_PEER, long) for _ in range(runs)),
        goal=1 / 15,
        note="1080p25, a keyframe every 250 pictures; both end with pictures of 640×360",
    )


def _ffmpeg(*arguments: str | Path) -> None:
    command = [FFMPEG, "-loglevel", "error", "-y", *map(str, arguments)]
    subprocess.run(command, check=True, timeout=ROW_SECONDS)


def _timed(code: str, path: Path) -> float:
    """The seconds that a script prints of itself."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", code, str(path)],
            capture_output=True,
            text=True,
            timeout=ROW_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise OutOfTime from error
    if done.returncode:
        raise SystemExit(f"a timed script failed: {done.stderr[-500:]}")
    return float(done.stdout)


ROWS: dict[str, Callable[[Path, bool, float], Row]] = {"faces": sampling_against_seeking}
