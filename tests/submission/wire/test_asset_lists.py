"""Asset lists as the client reads them: paged, tolerant, never endless."""

from __future__ import annotations

from typing import Any

import pytest

from mediaprep.config import Settings
from mediaprep.errors import Rejected, Unknown
from mediaprep.model.assets import Assets
from mediaprep.submission.wire import asset_lists
from mediaprep.submission.wire.asset_cache import AssetCache
from mediaprep.submission.wire.client import Gateway
from tests.submission.fake_gateway import Behaviour, accepts, fake_gateway, refuses


def gateway(url: str) -> Gateway:
    return Gateway(
        Settings.load({"base_url": url, "appkey": "canary-key", "accesstoken": "canary-token"}, {})
    )


def page(entries: list[Any], total: Any) -> Behaviour:
    return accepts({"TimbreAssets": entries, "Total": total})


def voices(first: int, count: int) -> list[dict[str, Any]]:
    return [{"TimbreKey": f"v{number}", "Novelty": {"x": 1}} for number in range(first, first + count)]


def test_a_list_is_read_to_its_total_in_pages_of_a_hundred() -> None:
    with fake_gateway(page(voices(0, 100), 150), page(voices(100, 50), 150)) as fake:
        found = asset_lists.voices(gateway(fake.url))
    assert [voice.key for voice in found] == [f"v{number}" for number in range(150)]
    asked = [request.json["Payload"] for request in fake.seen]
    assert asked == [{"PageIndex": 1, "PageSize": 100}, {"PageIndex": 2, "PageSize": 100}]
    assert {request.path for request in fake.seen} == {
        "/v2/ivh/crmserver/customerassetservice/describetimbre"
    }


@pytest.mark.parametrize("total", [None, "many", 999])
def test_a_total_that_is_missing_or_lies_ends_with_the_first_page_without_entries(total: Any) -> None:
    with fake_gateway(page(voices(0, 100), total), page([], total)) as fake:
        assert len(asset_lists.voices(gateway(fake.url))) == 100


def test_a_list_without_end_is_given_up() -> None:
    with fake_gateway(page(voices(0, 1), 10**9)) as fake, pytest.raises(Unknown, match="does not end"):
        asset_lists.voices(gateway(fake.url))


def test_entries_that_are_no_voices_and_fields_of_other_types_are_read_over() -> None:
    odd = [
        "text", None, {}, {"TimbreKey": None},
        {
            "TimbreKey": "v", "TimbreGender": "2", "EmotionalCategories": None, "ExpireDate": "never",
            "TimbreLanguages": "zh",
        },
    ]  # fmt: skip
    with fake_gateway(page(odd, 5)) as fake:
        (voice,) = asset_lists.voices(gateway(fake.url))
    assert (voice.key, voice.gender, voice.emotions, voice.languages, voice.expires) == (
        "v",
        "female",
        (),
        (),
        None,
    )


def test_avatars_of_both_lists_stand_together_and_those_of_no_readable_size_are_left_out() -> None:
    def images(*entries: dict[str, Any]) -> Behaviour:
        return accepts({"Virtualmans": list(entries), "Total": len(entries)})

    flat = {"VirtualmanKey": "flat", "Resolution": "1920x1080", "VirtualmanTypeCode": "real_man_2d"}
    solid = {"VirtualmanKey": "solid", "Resolution": "1080X1920"}
    small = {
        "VirtualmanKey": "small", "Resolution": "1920x1080", "OriginZoom": 0.49700000882149, "OriginZoomStr": "0.497",
        "ExpireDate": "2024-07-26 09:57:45", "EffectiveDate": "2023-07-26 09:57:45",
    }  # fmt: skip
    with fake_gateway(
        images(flat, {"VirtualmanKey": "x", "Resolution": "?"}), images(solid), images(small)
    ) as fake:
        found = {avatar.key: avatar for avatar in asset_lists.avatars(gateway(fake.url))}
    assert {key: (a.type, a.width, a.height, a.actions) for key, a in found.items()} == {
        "flat": ("real_man_2d", 1920, 1080, ()),
        "solid": ("real_man_3d", 1080, 1920, None),  # nobody asked for its actions yet
        "small": ("small_sample", 1920, 1080, ()),
    }
    assert found["small"].origin_zoom == 0.497
    assert found["small"].expires is not None
    assert found["small"].expires.isoformat() == "2024-07-26T09:57:45+08:00"


def test_a_refusal_of_the_gateway_is_told_with_its_code() -> None:
    with fake_gateway(refuses(100005, "nobody")) as fake, pytest.raises(Rejected) as caught:
        asset_lists.actions(gateway(fake.url), "key")
    assert caught.value.code == 100005


def test_the_shelf_keeps_lists_apart_by_account_and_survives_what_is_broken(tmp_path: Any) -> None:
    mine, yours = AssetCache(tmp_path, "https://a", "one"), AssetCache(tmp_path, "https://a", "two")
    mine.write(Assets(voices=(), voices_at=5.0))
    assert mine.read().voices == () and yours.read() == Assets()
    mine.path.write_bytes(b'{"voices": 7')
    assert mine.read() == Assets()
    AssetCache(tmp_path / "a file", "https://a", "one").path.parent.write_bytes(b"")
    AssetCache(tmp_path / "a file", "https://a", "one").write(Assets(voices=()))


def test_only_so_many_accounts_are_remembered(tmp_path: Any) -> None:
    for number in range(20):
        AssetCache(tmp_path, "https://a", str(number)).write(Assets(voices=()))
    assert len(list(tmp_path.glob("assets-*.json"))) == 16
    assert b"canary" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())
