"""Parameter sets as bytes: read right, merged only where no id would stand for two things."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mediaprep.media.containers import h264_parameters, packets
from mediaprep.media.containers.h264_parameters import Configuration, Malformed
from mediaprep.media.join import coded_track
from tests.making import make_video


def box_of(path: Path) -> Configuration:
    with packets.opened(path) as container:
        return coded_track.configuration(container, path)[1]


@pytest.mark.parametrize(
    ("width", "height", "profile", "number", "pixel_format"),
    [(640, 360, "high", 100, "yuv420p"), (1080, 1920, "main", 77, "yuv420p"), (98, 50, "baseline", 66, "yuv420p"),
     (320, 180, "high10", 110, "yuv420p10le")],
)  # fmt: skip
def test_an_sps_tells_size_profile_and_depth(
    tmp_path: Path, width: int, height: int, profile: str, number: int, pixel_format: str
) -> None:
    path = make_video(
        tmp_path / "a.mp4", seconds=0.2, width=width, height=height, audio=False, pixel_format=pixel_format,
        extra=("-preset", "medium", "-profile:v", profile, "-x264-params", "sps-id=7"),
    )  # fmt: skip
    sequence = h264_parameters.read_sequence(box_of(path).sequences[0])
    assert (sequence.width, sequence.height, sequence.profile) == (width, height, number)
    assert sequence.depth == (10 if "10" in pixel_format else 8)
    assert sequence.identity == 7 and sequence.progressive and sequence.chroma == 1


def test_interlaced_coding_is_seen(tmp_path: Path) -> None:
    path = make_video(
        tmp_path / "a.mp4", seconds=0.2, width=320, height=192, audio=False, extra=("-flags", "+ilme+ildct")
    )
    sequence = h264_parameters.read_sequence(box_of(path).sequences[0])
    assert not sequence.progressive and sequence.height == 192


def test_sets_of_two_files_stand_in_one_box(tmp_path: Path) -> None:
    boxes = [
        box_of(make_video(tmp_path / f"{n}.mp4", seconds=0.2, width=96, height=64, audio=False,
                          extra=("-x264-params", f"sps-id={n}")))
        for n in (0, 3)
    ]  # fmt: skip
    both = h264_parameters.read_configuration(h264_parameters.merged(boxes[0], boxes[1:]))
    assert [h264_parameters.sequence_id(one) for one in both.sequences] == [0, 3]
    assert [h264_parameters.picture_ids(one) for one in both.pictures] == [(0, 0), (3, 3)]
    assert h264_parameters.merged(boxes[0], [boxes[0]]) == h264_parameters.merged(boxes[0], [])


def test_an_id_never_stands_for_two_sets(tmp_path: Path) -> None:
    one = box_of(make_video(tmp_path / "a.mp4", seconds=0.2, width=96, height=64, audio=False))
    other = box_of(make_video(tmp_path / "b.mp4", seconds=0.2, width=128, height=64, audio=False))
    with pytest.raises(Malformed, match="two different sets"):
        h264_parameters.merged(one, [other])
    with pytest.raises(Malformed, match="differently"):
        h264_parameters.merged(one, [replace(one, nal_length=2)])


@pytest.mark.parametrize(
    "box", [b"", b"\x01", b"\x00" * 20, b"\x01\x64\x00\x1f\xff\xe1\x00\x50abc", b"\x01" + b"\xff" * 9]
)
def test_what_is_no_avcc_is_malformed(box: bytes) -> None:
    with pytest.raises(Malformed):
        h264_parameters.read_configuration(box)


def test_nal_units_whose_sizes_do_not_add_up_are_malformed() -> None:
    assert list(h264_parameters.units(b"\0\0\0\2ab\0\0\0\1c", 4)) == [b"ab", b"c"]
    for broken in (b"\0\0\0\3ab", b"\0\0\0\0", b"\0\0"):
        with pytest.raises(Malformed):
            list(h264_parameters.units(broken, 4))
