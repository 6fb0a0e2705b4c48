"""What an accepted request means."""

from __future__ import annotations

import pytest

from contract.cross_cases import no_train
from contract.payloads import AUDIO, TEXT, changed
from mediaprep.contract import semantics
from mediaprep.contract.semantics import Encoding, Footage


@pytest.mark.parametrize(
    ("video", "footage"),
    [
        ({"StartTime": 3.0, "EndTime": 5.0}, Footage(start=0, end=None, splice="back_and_forth")),
        (
            {"MakeType": "Custom", "StartTime": 3.0, "EndTime": 5.0},
            Footage(start=3, end=5, splice="back_and_forth"),
        ),
        (
            {"MakeType": "Circle", "StartTime": 3.0, "EndTime": 5.0},
            Footage(start=3, end=None, splice="back_and_forth", returns=True),
        ),
        (
            {"MakeType": "CustomOnlyStart", "StartTime": 3.0, "EndTime": 5.0},
            Footage(start=3, end=None, splice="back_and_forth"),
        ),
    ],
)
def test_make_type_chooses_the_footage(video: dict[str, object], footage: Footage) -> None:
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
        (10, 500_000, Encoding(fps=15, bits_per_second=1_000_000, crf=None)),
        (30, 5_000_000, Encoding(fps=30, bits_per_second=5_000_000, crf=None)),
        (120, 20_000_000, Encoding(fps=60, bits_per_second=9_000_000, crf=None)),
    ],
)
def test_consistency_clamps_frame_rate_and_bit_rate(fps: float, bitrate: int, encoding: Encoding) -> None:
    assert semantics.encoding({"VideoParametersConsistent": 1}, fps, bitrate) == encoding
    assert semantics.encoding({}, fps, bitrate) == Encoding(fps=25, bits_per_second=None, crf=17)


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
