"""Work for renderers, and looks at what they made."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mediaprep.emulator.account import catalogue_file
from mediaprep.emulator.work import Work
from mediaprep.media.containers import packets
from mediaprep.model.facts import Facts, VideoFacts
from tests.making import ffmpeg

SPOKEN = {"Speed": 1.0, "TimbreKey": "female_1"}
Pixels = NDArray[np.uint8]


def work(
    folder: Path,
    endpoint: str,
    request: Mapping[str, Any],
    *,
    files: Mapping[str, Path] | None = None,
    facts: Mapping[str, Facts] | None = None,
    subtitles: bool = False,
) -> Work:
    """A task in a folder of its own below `folder`."""
    room = folder / "task"
    room.mkdir(exist_ok=True)
    return Work(
        task_id="0123456789abcdef0123456789abcdef",
        endpoint=endpoint,
        request=request,
        files=files or {},
        facts=facts or {},
        folder=room,
        subtitles=subtitles,
        catalogue=catalogue_file.load(),
    )


def facts_of(path: Path, *, fps: float = 25.0, bitrate: int = 2_000_000) -> VideoFacts:
    """The facts a renderer reads; sizes from the file."""
    info = packets.describe(path).first("video")
    assert info is not None
    return VideoFacts(
        container="mp4",
        codec="h264",
        width=info.width,
        height=info.height,
        fps=fps,
        seconds=info.claimed_seconds,
        size_bytes=path.stat().st_size,
        bitrate=bitrate,
    )


def counted_video(path: Path, *, frames: int, fps: int = 25, width: int = 400, height: int = 360) -> Path:
    """Every frame is one grey: 40 + 4 × its number."""
    ffmpeg(
        "-f", "lavfi", "-i", f"color=black:s={width}x{height}:r={fps}:d={frames / fps}",
        "-vf", "geq=lum='40+4*N':cb=128:cr=128", "-frames:v", str(frames), "-c:v", "libx264",
        "-preset", "ultrafast", "-qp", "4", "-pix_fmt", "yuv420p", path,
    )  # fmt: skip
    return path


def numbers_in(path: Path) -> list[int]:
    """The numbers of counted_video's frames, as they follow each other; read beside the mark."""
    return [
        round((float(planes[20:200, 20:200].mean()) - 40) / 4)
        for _, planes in packets.decode_frames(path, pixel_format="yuv420p")
    ]


def pictures_in(path: Path, *, decoder: str | None = None, rgba: bool = False) -> list[Pixels]:
    """All frames, RGB or RGBA."""
    wanted: Any = "rgba" if rgba else "rgb24"
    return [pixels for _, pixels in packets.decode_frames(path, pixel_format=wanted, decoder=decoder)]


def comment_of(path: Path) -> str:
    """The container's comment."""
    with packets.opened(path) as container:
        return next((value for key, value in container.metadata.items() if key.lower() == "comment"), "")
