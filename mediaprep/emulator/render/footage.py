"""The source video as a working copy: constant rate, right size, upright, and readable in both directions.

Going backward needs whole groups of pictures in memory. In the user's file a group may last minutes; in the
working copy it is a handful of frames, so memory stays flat however long the source is. One quick encode of
only the seconds that will be shown buys that, and makes rotation, odd rates and odd formats vanish.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mediaprep.emulator.render.splice import Run, runs
from mediaprep.errors import ToolFailed
from mediaprep.media import packets
from mediaprep.media.ffmpeg import Binary, run, untrusted_input

Planes = npt.NDArray[np.uint8]
DEMUXERS = "mov,mp4,avi,matroska,webm,png_pipe,jpeg_pipe"
GROUP = 5  # frames between keyframes of the copy; faces are looked for on keyframes


@dataclass(frozen=True, kw_only=True)
class Footage:
    """The copy: `frames` pictures of width × height at `fps`, frame k at k / fps."""

    path: Path
    width: int
    height: int
    fps: Fraction
    frames: int

    def pictures(self, numbers: Iterable[int]) -> Iterator[tuple[int, Planes]]:
        """(frame number, planes) in the order asked for; planes are yuv420p, (height·3/2, width)."""
        for stretch in runs(numbers):
            if stretch.backward:
                yield from self._backward(stretch)
            else:
                yield from self._forward(stretch.first, stretch.last)

    def _forward(self, first: int, last: int) -> Iterator[tuple[int, Planes]]:
        half = 1 / (2 * self.fps)
        number = first
        for _, planes in packets.decode_frames(
            self.path,
            pixel_format="yuv420p",
            upright=False,
            start=float(max(Fraction(0), first / self.fps - half)),
            stop=float(last / self.fps + half),
        ):
            yield number, planes
            number += 1
        if number != last + 1:
            raise ToolFailed(f"the working copy gave {number - first} frames of {last - first + 1}")

    def _backward(self, stretch: Run) -> Iterator[tuple[int, Planes]]:
        end = stretch.first
        while end >= stretch.last:
            start = max(stretch.last, end - end % GROUP)
            yield from reversed(list(self._forward(start, end)))
            end = start - 1


def prepare(
    binary: Binary,
    source: Path,
    target: Path,
    *,
    size: tuple[int, int],
    fps: Fraction,
    start: float,
    frames: int,
) -> Footage:
    """A copy of at most `frames` frames from second `start`, at `fps`, scaled to `size` (even sides).
    Raises ToolFailed when the source has no picture there."""
    width, height = size
    rate = f"{fps.numerator}/{fps.denominator}"
    seconds = float((frames + 1) / fps)
    arguments = [
        *(["-ss", f"{start:.3f}"] if start > 0 else []), "-t", f"{seconds:.6f}",
        *untrusted_input(source, DEMUXERS), "-map", "0:v:0", "-an", "-sn", "-dn",
        "-vf", f"fps={rate}:start_time=0,scale={width}:{height}:flags=bicubic,setsar=1",
        "-frames:v", str(frames), "-c:v", "libx264", "-preset", "ultrafast", "-crf", "12", "-bf", "0",
        "-g", str(GROUP), "-keyint_min", str(GROUP), "-sc_threshold", "0", "-pix_fmt", "yuv420p",
        "-f", "mp4", str(target),
    ]  # fmt: skip
    run(binary, arguments)
    made = packets.frame_count(target)
    if made < 1:
        raise ToolFailed("the source has no picture at the wanted place")
    return Footage(path=target, width=width, height=height, fps=fps, frames=made)
