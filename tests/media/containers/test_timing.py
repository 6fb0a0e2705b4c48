"""Stamps turned into lengths, rates and moments."""

from __future__ import annotations

import numpy as np
import pytest

from mediaprep.media.containers.timing import Index, PictureClock, Window, spread, thinned


def index(
    times: list[int], *, tick: float = 0.001, hidden: tuple[int, ...] = (), gone: int = 0, last: int = 0
) -> Index:
    count = len(times)
    return Index(
        times=np.array(times, dtype=np.int64),
        sizes=np.ones(count, dtype=np.int64),
        keys=np.arange(count) % 5 == 0,
        hidden=np.isin(np.arange(count), hidden),
        present=np.arange(count) < count - gone,
        tick=tick,
        last_duration=last,
    )


def test_length_counts_every_packet_to_the_next_one() -> None:
    assert index([0, 40, 80, 120]).seconds() == pytest.approx(0.16)
    assert index([500, 540, 580], last=100).seconds() == pytest.approx(0.18)
    assert index([0]).seconds(fallback=0.04) == pytest.approx(0.04)
    assert index([]).seconds() == 0


def test_what_is_hidden_or_gone_has_no_length() -> None:
    assert index([0, 40, 80, 120], hidden=(0, 1)).seconds() == pytest.approx(0.08)
    cut = index([0, 40, 80, 120], gone=3)
    assert cut.seconds() == pytest.approx(0.04)
    assert cut.cut_short
    assert cut.shown == 1


def test_rounded_stamps_are_an_even_rate() -> None:
    rounded = [round(n * 1000 / 29.97) for n in range(60)]
    assert index(rounded).uneven() is False
    assert index(rounded).rate(29.97) == 29.97


def test_a_dropped_or_late_picture_is_an_uneven_rate() -> None:
    assert index([0, 40, 80, 160, 200, 240, 280]).uneven() is True
    assert index([0, 40]).uneven() is None


def test_the_rate_that_nearly_all_pictures_keep_to_is_known_where_a_few_do_not() -> None:
    gaps = [*range(0, 2000, 40), *range(2040, 4000, 40)]
    assert index(gaps).usual_rate() == 25
    assert index([0, 40, 80, 180, 220, 320, 360, 460]).usual_rate() is None
    assert index([0, 40]).usual_rate() is None


def test_an_even_rate_is_not_bent_by_its_first_step() -> None:
    late = index([0, 61, *range(101, 1061, 40)])
    assert late.rate(24.7) == pytest.approx(25)


def test_a_claimed_rate_far_from_the_truth_is_not_believed() -> None:
    assert index(list(range(0, 400, 40))).rate(60.0) == pytest.approx(25)


def test_moments_are_spread_over_all_of_it() -> None:
    moments = [float(n) for n in range(100)]
    chosen = spread(moments, 16)
    assert (len(chosen), chosen[0], chosen[-1]) == (16, 0, 99)
    assert spread([1.0, 2.0], 16) == [1.0, 2.0]
    assert thinned([0, 0.4, 0.9, 1.1, 1.9, 2.2], 1.0) == [0, 1.1, 2.2]


def test_pictures_without_stamps_are_counted() -> None:
    counted = PictureClock(0.04, 25, ordered=False)
    counted.start(50)
    assert [round(counted.at(stamp), 2) for stamp in (52, 51, None)] == [2.0, 2.04, 2.08]
    stamped = PictureClock(0.001, 25, ordered=True)
    stamped.start(0)
    assert [round(stamped.at(stamp), 3) for stamp in (0, 50, None)] == [0, 0.05, 0.09]


def test_a_window_cuts_to_the_sample() -> None:
    window = Window(0.5, 1.25, 100)
    got = [block for n in range(20) for block in window.cut(n / 10, np.full((10, 1), n))]
    assert sum(len(block) for block in got) == 75
    assert got[0][0, 0] == 5
    assert got[-1][-1, 0] == 12
    assert window.over


def test_what_a_recording_left_out_is_silence_in_its_place() -> None:
    blocks = [(0.0, 10), (0.1, 10), (0.5, 10), (0.61, 10), (None, 10)]  # a gap of 0.3 s; 10 ms are rounding
    window = Window(0.05, 0.85, 100, fills=True)
    got = np.concatenate(
        [cut for seconds, size in blocks for cut in window.cut(seconds, np.ones((size, 2), np.int16))]
    )
    assert got.shape == (75, 2) and got.dtype == np.int16
    assert got[:15].all() and not got[15:45].any() and got[45:].all()


def test_hours_that_a_stamp_only_claims_are_not_filled() -> None:
    window = Window(0, None, 100, fills=True)
    claims = [cut for hours in range(50) for cut in window.cut(hours * 3600.0, np.ones((1, 1)))]
    assert sum(len(cut) for cut in claims) <= 6 * 3600 * 100 + 50
