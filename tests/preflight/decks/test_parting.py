"""Where long decks are cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediaprep.preflight.decks.parting import parts


@pytest.mark.parametrize(
    ("total", "lengths"),
    [(1, [1]), (50, [50]), (51, [26, 25]), (100, [50, 50]), (101, [34, 33, 34]), (120, [40, 40, 40])],
)
def test_as_few_parts_as_will_do_alike_in_length(total: int, lengths: list[int]) -> None:
    assert [len(part) for part in parts(total, 50)] == lengths


def test_a_section_that_ends_nearby_is_kept_whole() -> None:
    assert parts(84, 50, {1, 38}) == (range(1, 38), range(38, 85))
    assert parts(84, 50, {1, 12, 80}) == (range(1, 43), range(43, 85))  # too far away
    assert parts(99, 50, {1, 45}) == (range(1, 51), range(51, 100))  # the rest would be too long


@given(st.integers(1, 2000), st.integers(1, 60), st.sets(st.integers(1, 2000)))
def test_every_page_is_in_one_part_and_no_part_is_too_long(total: int, most: int, sections: set[int]) -> None:
    made = parts(total, most, sections)
    assert [page for part in made for page in part] == list(range(1, total + 1))
    assert len(made) == -(-total // most)
    assert all(1 <= len(part) <= most for part in made)
