"""What an accepted request means."""

from __future__ import annotations

import pytest

from mediaprep.contract import semantics
from mediaprep.contract.semantics import FootageUse, RequestedEncoding, ends_in_motion
from tests.contract.cross_cases import no_train
from tests.contract.payloads import AUDIO, TEXT, changed


@pytest.mark.parametrize(
    ("video", "footage"),
    [
        ({"StartTime": 3.0, "EndTime": 5.0}, FootageUse(start=0, end=None, splice="back_and_forth")),
        (
            {"MakeType": "Custom", "StartTime": 3.0, "EndTime": 5.0},
            FootageUse(start=3, end=5, splice="back_and_forth"),
        ),
        (
            {"MakeType": "Circle", "StartTime": 3.0, "EndTime": 5.0},
            FootageUse(start=3, end=None, splice="back_and_forth", returns=True),
        ),
        (
            {"MakeType": "CustomOnlyStart", "StartTime": 3.0, "EndTime": 5.0},
            FootageUse(start=3, end=None, splice="back_and_forth"),
        ),
    ],
)
def test_make_type_chooses_the_footage(video: dict[str, object], footage: FootageUse) -> None:
    assert semantics.footage(no_train(**video)) == footage


def test_video_loop_counts_with_the_default_type_only() -> None:
    for kind, splice in (
        ("Default", "forward"),
        ("Circle", "back_and_forth"),
        ("CustomOnlyStart", "back_and_forth"),
    ):
        assert semantics.footage(changed(no_train(MakeType=kind), VideoLoop=1)).splice == splice


@pytest.mark.parametrize(
    ("fps", "bitrate", "encoding"),
    [
        (10, 500_000, RequestedEncoding(fps=15, bits_per_second=1_000_000, crf=None)),
        (30, 5_000_000, RequestedEncoding(fps=30, bits_per_second=5_000_000, crf=None)),
        (120, 20_000_000, RequestedEncoding(fps=60, bits_per_second=9_000_000, crf=None)),
    ],
)
def test_consistency_clamps_frame_rate_and_bit_rate(
    fps: float, bitrate: int, encoding: RequestedEncoding
) -> None:
    assert semantics.encoding({"VideoParametersConsistent": 1}, fps, bitrate) == encoding
    assert semantics.encoding({}, fps, bitrate) == RequestedEncoding(fps=25, bits_per_second=None, crf=17)


def test_subtitles_come_with_text_driven_avatars_only() -> None:
    expected = {name for name, base in TEXT.items() if semantics.subtitles_expected(name, base)}
    assert expected == {"basic", "advanced"}
    assert not any(semantics.subtitles_expected(name, base) for name, base in AUDIO.items())
    assert semantics.subtitles_expected("basic", changed(TEXT["basic"], DriverType=""))


def test_a_value_that_is_not_given_is_the_documented_default() -> None:
    assert semantics.value_of("basic", {}, "VideoParam.Format") == "TransparentWebm"
    assert semantics.value_of("tts", {"SampleRate": 16000}, "SampleRate") == 16000
    assert semantics.value_of("tts", {}, "SentenceMaxWords") == 30


def test_a_full_hd_photo_takes_at_least_twice_the_time() -> None:
    small, large = (semantics.render_seconds({"VideoParam": {"Resolution": n}}, 10) for n in (0, 1))
    assert small == 200 and large >= 2 * small
    assert semantics.render_seconds({}, 10) == small


def test_a_shorter_sound_cuts_the_result_as_we_take_it() -> None:
    assert semantics.output_seconds(10, 4) == 4
    assert semantics.output_seconds(10, 0) == 10


@pytest.mark.parametrize(
    ("concurrency", "size", "kept"),
    [
        ("Shared", (2560, 1440), True),
        ("Shared", (2561, 1440), False),
        ("Shared", (2560, 1441), False),
        ("Shared", (1440, 2560), True),
        ("Shared", (1441, 2560), False),
        ("Exclusive", (4096, 4096), True),
        ("Exclusive", (4097, 4096), False),
        ("Exclusive", (4096, 4097), False),
        ("Exclusive", (4097, 4097), False),
        ("", (4096, 4096), True),
    ],
)
def test_a_template_keeps_its_size_up_to_what_its_channel_puts_out(
    concurrency: str, size: tuple[int, int], kept: bool
) -> None:
    """Lines 882 and 884: Shared 最大输出 2560*1440, Exclusive 最大输出 4096*4096; upright or not."""
    assert semantics.fits(*size, concurrency) is kept


def test_the_largest_sizes_are_those_of_the_docs() -> None:
    """Typed from lines 882 and 884: of a square both sides are told, though the longer one alone decides."""
    assert semantics.LARGEST == {"Shared": (2560, 1440), "Exclusive": (4096, 4096)}


def test_each_second_of_a_photo_video_takes_twenty_or_forty_to_make() -> None:
    """Line 1087: 720P 每秒视频渲染预计需要20秒; 1080P 约为720P的2倍以上, so the least it can be."""
    at = {n: semantics.render_seconds({"VideoParam": {"Resolution": n}}, 10) for n in (0, 1)}
    assert at == {0: 200, 1: 400}


@pytest.mark.parametrize(("fps", "factor"), [(15, 1.1), (25, 1.1), (42.5, 1.265), (60, 1.43), (120, 1.43)])
def test_consistency_costs_a_tenth_and_up_to_three_tenths_more(fps: float, factor: float) -> None:
    """Line 1617: 码率对齐的影响10%左右; 25帧到60帧，大概+30%; between the two in proportion, as we take it."""
    assert semantics.cost_of_consistency(fps) == pytest.approx(factor)


def test_the_shortest_sound_is_still_a_sound() -> None:
    assert semantics.output_seconds(10, 0.5) == 0.5


@pytest.mark.parametrize(
    ("endpoint", "request_", "moves"),
    [
        ("notrain", {}, True),
        ("photo", {}, True),
        ("advanced", {}, True),
        ("ppt", {"PageConfigs": [{"VirtualmanKey": "a"}]}, True),
        ("ppt", {"PageConfigs": [{"VirtualmanKey": "a"}, {"InputSsml": "b"}]}, False),
        ("ppt", {"PageConfigs": [{"InputSsml": "b"}, {"VirtualmanKey": "a"}]}, True),
        ("ppt", {"PageConfigs": [{"VirtualmanKey": ""}]}, False),
        ("ppt", {}, False),  # nothing is known of it
    ],
)
def test_a_page_without_an_avatar_stands_still_at_the_end(
    endpoint: str, request_: dict[str, object], moves: bool
) -> None:
    assert ends_in_motion(endpoint, request_) is moves
