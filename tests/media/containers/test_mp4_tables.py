"""What an MP4's tables and parameter sets tell is what its packets tell, or is not told."""

from __future__ import annotations

from pathlib import Path

import pytest

from mediaprep.media.containers import packets, streams
from mediaprep.media.containers.streams import Opened
from tests.making import make_video


def both(path: Path) -> tuple[Opened | None, Opened]:
    """In brief, and after packets were read."""
    with packets.opened(path, "mov", brief=True) as container:
        brief = packets.describe_brief(container)
    with packets.opened(path, "mov") as container:
        return brief, streams.describe_open(container)


@pytest.mark.parametrize(
    ("pixel_format", "extra"),
    [
        ("yuv420p", ("-profile:v", "baseline")),
        ("yuv420p", ("-preset", "medium", "-profile:v", "main")),
        ("yuv420p", ("-preset", "medium", "-profile:v", "high", "-bf", "3")),
        ("yuv420p10le", ()),
        ("yuv420p10le", ("-x264-params", "keyint=1", "-profile:v", "high10")),
        ("yuv420p", ("-bsf:v", "h264_metadata=sample_aspect_ratio=16/11")),
        ("yuv420p", ("-vf", "setsar=37/29")),
        ("yuv420p", ("-bsf:v", "h264_metadata=transfer_characteristics=16:matrix_coefficients=9")),
        ("yuv420p", ("-bsf:v", "h264_metadata=crop_right=100")),
        ("yuv420p", ("-movflags", "+faststart", "-x264-params", "nal-hrd=vbr:vbv-maxrate=900:vbv-bufsize=900")),
    ],
)  # fmt: skip
def test_in_brief_is_what_packets_say(tmp_path: Path, pixel_format: str, extra: tuple[str, ...]) -> None:
    path = make_video(
        tmp_path / "a.mp4", seconds=0.4, width=318, height=238, pixel_format=pixel_format, extra=extra
    )
    brief, full = both(path)
    assert brief is not None and brief == full


@pytest.mark.parametrize(
    "extra",
    [
        ("-flags", "+ilme+ildct"),
        ("-x264-params", "fake-interlaced=1"),
        ("-pix_fmt", "yuv422p"),
        ("-pix_fmt", "yuvj420p"),
        ("-bsf:v", "h264_metadata=video_full_range_flag=1"),
        ("-c:v", "mpeg4"),
        ("-ar", "22050"),
        ("-c:a", "libmp3lame"),
    ],
)
def test_what_only_packets_can_tell_is_not_told_in_brief(tmp_path: Path, extra: tuple[str, ...]) -> None:
    path = make_video(tmp_path / "a.mp4", seconds=0.4, width=320, height=240, extra=extra)
    brief, full = both(path)
    assert brief is None
    with packets.described(path, "mov", brief=True) as (_, found):
        assert found == full


def test_a_parameter_set_of_zeros_is_no_answer(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mp4", seconds=0.4, width=320, height=240)
    data = bytearray(path.read_bytes())
    at = data.index(b"avcC") + 12
    data[at : at + 16] = bytes(16)
    path.write_bytes(data)
    with packets.opened(path, "mov", brief=True) as container:
        assert packets.describe_brief(container) is None


def test_the_first_picture_is_not_decoded(tmp_path: Path) -> None:
    """Where it is damaged the container still describes what was coded."""
    path = make_video(tmp_path / "a.mp4", seconds=0.4, width=320, height=240, audio=False)
    whole, _ = both(path)
    data = bytearray(path.read_bytes())
    at = data.index(b"mdat") + 4
    data[at + 1000 : at + 3000] = bytes(2000)
    path.write_bytes(data)
    with packets.opened(path, "mov", brief=True) as container:
        assert packets.describe_brief(container) == whole
