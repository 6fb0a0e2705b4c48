"""How a wrong value is told."""

from __future__ import annotations

import math

import pytest

from mediaprep.contract.rules import requests
from tests.contract.payloads import TEXT, changed


@pytest.mark.parametrize(("length", "told"), [(60, "x" * 60), (61, "x" * 57 + "…"), (5000, "x" * 57 + "…")])
def test_a_long_value_is_shortened_where_it_is_told(length: int, told: str) -> None:
    """Ours: sixty characters show what was meant and fit beside the rest on a line."""
    (found,) = requests.violations("notrain", changed(TEXT["notrain"], VideoParam__MakeType="x" * length))
    assert found.measured == told
    assert f" {told};" in found.message.en and f" {told}；" in found.message.zh


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_what_json_cannot_say_is_no_finite_number(value: float) -> None:
    (found,) = requests.violations("notrain", changed(TEXT["notrain"], SpeechParam__Speed=value))
    assert "not a finite number" in found.message.en


@pytest.mark.parametrize("value", [1.7e308, -1.7e308])
def test_the_largest_number_is_out_of_range_and_finite(value: float) -> None:
    (found,) = requests.violations("notrain", changed(TEXT["notrain"], SpeechParam__Speed=value))
    assert found.rule.endswith(".range") and "finite" not in found.message.en
