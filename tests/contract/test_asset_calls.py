"""The five asset calls: what they take, and what is read of an answer."""

from __future__ import annotations

from typing import Any

import pytest

from mediaprep.contract import asset_calls
from mediaprep.contract.rules import requests

PAGE: dict[str, Any] = {"PageIndex": 1, "PageSize": 100}
AVATAR: dict[str, Any] = {"VirtualmanKey": "k", "Resolution": "1920x1080"}


def refused(**changes: Any) -> bool:
    return bool(list(requests.violations(asset_calls.DESCRIBETIMBRE, {**PAGE, **changes})))


def avatar(**fields: Any) -> Any:
    (item,) = asset_calls.GETIMAGEBYANCHOR.read({"Virtualmans": [{**AVATAR, **fields}]})
    assert isinstance(item, asset_calls.AvatarItem)
    return item.value("real_man_2d")


def test_a_page_holds_one_to_a_hundred_entries() -> None:
    assert asset_calls.MOST_A_PAGE == 100
    for size, good in ((0, False), (1, True), (100, True), (101, False)):
        assert refused(PageSize=size) is not good, size


def test_pages_are_counted_from_one() -> None:
    for index, good in ((0, False), (1, True), (100_000_000, True), (100_000_001, False)):
        assert refused(PageIndex=index) is not good, index


def test_a_zoom_of_any_size_is_kept_and_one_of_nothing_is_none() -> None:
    assert avatar(OriginZoom=0.5).origin_zoom == 0.5
    assert avatar(OriginZoomStr="0.35").origin_zoom == 0.35
    for nothing in (0, -0.5, "", None, "large"):
        assert avatar(OriginZoom=nothing).origin_zoom is None


@pytest.mark.parametrize("resolution", ["1920x1080", "1920X1080", " 1920 × 1080 ", "1920*1080"])
def test_a_resolution_is_read_however_it_is_written(resolution: str) -> None:
    assert (avatar(Resolution=resolution).width, avatar(Resolution=resolution).height) == (1920, 1080)


@pytest.mark.parametrize("broken", [{"Resolution": "large"}, {"Resolution": ""}, {"VirtualmanKey": ""}])
def test_an_avatar_without_key_or_size_is_none(broken: dict[str, str]) -> None:
    assert avatar(**broken) is None


def test_an_answer_is_read_with_open_arms() -> None:
    odd = {"Total": 3, "Virtualmans": [{**AVATAR, "New": 1}, "not an object", {"VirtualmanKey": None}]}
    assert [item.key for item in asset_calls.GETIMAGEBYANCHOR.read(odd)] == ["k", ""]  # type: ignore[union-attr]
    assert list(asset_calls.GETIMAGEBYANCHOR.read({})) == []
