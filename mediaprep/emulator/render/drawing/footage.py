"""The source video as a working copy: constant rate, right size, upright, and readable in both directions.

Going backward needs whole groups of pictures in memory. In the user's file a group may last minutes; the
working copy is one small file per group of a few frames, so memory stays flat however long the source is. One
quick encode of only the seconds that will be shown buys that, and makes rotation, odd rates and odd formats
vanish. Files are always read to their end, so that no decoder is left with work in flight.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mediaprep.emulator.render.drawing.splice import FrameRun, runs
from mediaprep.errors import BadAsset, ToolFailed
from mediaprep.media.containers import packets
from mediaprep.media.ffmpeg import Binary, run, untrusted_input

Planes = npt.NDArray[np.uint8]
DEMUXERS = "mov,mp4,avi,matroska,webm,png_pipe,jpeg_pipe"
GROUP = 6  # frames of one file; its first is a keyframe, and faces are looked for there


@dataclass(frozen=True, kw_only=True)
class WorkingCopy:
    """The copy in `folder`: `frames` pictures of width × height at `fps`."""

    folder: Path
    width: int
    height: int
    fps: Fraction
    frames: int

    def group(self, number: int) -> Path:
        """The file that holds frames number × GROUP and following."""
        return self.folder / f"{number:06}.mp4"

    def pictures(self, numbers: Iterable[int]) -> Iterator[tuple[int, Planes]]:
        """(frame number, planes) in the order asked for; planes are yuv420p, (height·3/2, width)."""
        for stretch in runs(numbers):
            yield from self._backward(stretch) if stretch.backward else self._forward(stretch)

    def _forward(self, stretch: FrameRun) -> Iterator[tuple[int, Planes]]:
        for group in range(stretch.first // GROUP, stretch.last // GROUP + 1):
            for number, planes in self._read(group):
                if stretch.first <= number <= stretch.last:
                    yield number, planes

    def _backward(self, stretch: FrameRun) -> Iterator[tuple[int, Planes]]:
        for group in range(stretch.first // GROUP, stretch.last // GROUP - 1, -1):
            for number, planes in reversed(list(self._read(group))):
                if stretch.last <= number <= stretch.first:
                    yield number, planes

    def _read(self, group: int) -> Iterator[tuple[int, Planes]]:
        number = group * GROUP
        for _, planes in packets.decode_frames(self.group(group), pixel_format="yuv420p", upright=False):
            yield number, planes
            number += 1
        if number != min(self.frames, (group + 1) * GROUP):
            raise ToolFailed(f"the working copy lacks frames from {number} on")

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def prepare(
    binary: Binary,
    source: Path,
    folder: Path,
    *,
    size: tuple[int, int],
    fps: Fraction,
    start: float,
    frames: int,
    bt709: bool = False,
) -> WorkingCopy:
    """A copy of at most `frames` frames from second `start`, at `fps`, scaled to `size` (even sides);
    `bt709` = in that standard, whatever the source's is. Raises ToolFailed when the source has no picture there."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    width, height = size
    rate = f"{fps.numerator}/{fps.denominator}"
    seconds = float((frames + 1) / fps)
    standard = ":out_color_matrix=bt709:out_range=tv" if bt709 else ""
    arguments = [
        *(["-ss", f"{start:.3f}"] if start > 0 else []), "-t", f"{seconds:.6f}",
        *untrusted_input(source, DEMUXERS), "-map", "0:v:0", "-an", "-sn", "-dn",
        "-vf", f"fps={rate}:start_time=0,scale={width}:{height}:flags=bicubic{standard},setsar=1",
        "-frames:v", str(frames), "-c:v", "libx264", "-preset", "ultrafast", "-crf", "12", "-bf", "0",
        "-g", str(GROUP), "-keyint_min", str(GROUP), "-sc_threshold", "0", "-pix_fmt", "yuv420p",
        # A new file at every keyframe: any time that is shorter than a group says so.
        "-f", "segment", "-segment_time", "0.001", "-segment_format", "mp4", "-reset_timestamps", "1",
        str(folder / "%06d.mp4"),
    ]  # fmt: skip
    run(binary, arguments)
    files = sorted(folder.glob("*.mp4"))
    try:
        last = packets.frame_count(files[-1]) if files else 0
    except BadAsset:
        last = 0  # a file without pictures
    if last == 0:
        raise ToolFailed("the source has no picture at the wanted place", "素材在指定位置没有画面")
    made = (len(files) - 1) * GROUP + last
    return WorkingCopy(folder=folder, width=width, height=height, fps=fps, frames=made)
