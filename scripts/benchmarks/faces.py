"""Rows about looking at footage: sixteen pictures of a long video against OpenCV's seeking."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks.measuring import Bench, Row, Rows, ffmpeg, footage, least

_OURS = """
import sys, time
from pathlib import Path
from mediaprep.media.containers import packets, timing
from mediaprep.media.probing import video
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


def sampling_against_seeking(bench: Bench) -> Iterator[Row]:
    """Opening, the index and sixteen pictures at 640 pixels; no interpreter, no import is timed."""
    minute = footage(bench)

    def far(path: Path) -> None:
        ffmpeg("-i", minute, "-c:v", "libx264", "-preset", "veryfast", "-g", _ENCODERS_OWN, "-sc_threshold", "0",
               "-c:a", "copy", path)  # fmt: skip

    once = bench.once("far-keyframes.mp4", far)
    long = bench.once(
        "far-keyframes-long.mp4", lambda path: ffmpeg("-stream_loop", "19", "-i", once, "-c", "copy", path)
    )
    runs = 5 if bench.full else 3
    yield Row(
        name="16 pictures / OpenCV seeks, 20 min",
        ours=least(bench.told(_OURS, long, runs=runs)),
        peer=least(bench.told(_PEER, long, runs=runs)),
        goal=1 / 15,
        note="1080p25, a keyframe every 250 pictures; both end with pictures of 640×360",
    )


ROWS: dict[str, Rows] = {"faces": sampling_against_seeking}
