"""The five asset calls over raw HTTP: what they list, how they page, what they refuse."""

from __future__ import annotations

import datetime
import io
import json
from typing import Any

import pytest
from PIL import Image

from mediaprep.emulator.account import catalogue_file
from mediaprep.emulator.server import Emulator
from tests.emulator.conftest import Start
from tests.emulator.wire import call, post_raw, send

FOUND = catalogue_file.load()
FIRST = {"PageIndex": 1, "PageSize": 100}


def listed(emulator: Emulator, nickname: str, key: str, **parameters: Any) -> list[dict[str, Any]]:
    answer = call(emulator, nickname, {**FIRST, **parameters})
    assert answer.code == 0, answer.json
    assert answer.payload["Total"] >= len(answer.payload[key])
    return answer.payload[key]  # type: ignore[no-any-return]


def test_every_avatar_is_in_exactly_one_of_the_two_lists(emulator: Emulator) -> None:
    large = [
        one["VirtualmanKey"]
        for code in ("real_man_2d", "real_man_3d")
        for one in listed(emulator, "getimagebyanchor", "Virtualmans", VirtualmanTypeCode=code)
    ]
    small = [one["VirtualmanKey"] for one in listed(emulator, "describesmallsampleimage", "Virtualmans")]
    assert sorted(large + small) == sorted(FOUND.avatars)


def test_small_samples_say_their_zoom_and_when_they_expire_and_large_ones_do_not(emulator: Emulator) -> None:
    for one in listed(emulator, "describesmallsampleimage", "Virtualmans"):
        avatar = FOUND.avatars[one["VirtualmanKey"]]
        assert one["Resolution"] == f"{avatar.size[0]}x{avatar.size[1]}"
        assert float(one["OriginZoomStr"]) == one["OriginZoom"] == avatar.origin_zoom
        ends = datetime.datetime.strptime(one["ExpireDate"], "%Y-%m-%d %H:%M:%S")
        beijing = datetime.datetime.now(datetime.UTC).replace(tzinfo=None) + datetime.timedelta(hours=8)
        assert abs((ends - beijing).total_seconds() / 86400 - avatar.days) < 0.01
    for one in listed(emulator, "getimagebyanchor", "Virtualmans", VirtualmanTypeCode="real_man_3d"):
        assert one["VirtualmanTypeCode"] == "real_man_3d"
        assert not {"ExpireDate", "OriginZoom"} & set(one)


def test_dates_move_with_the_emulators_clock(start: Start) -> None:
    old = start(now=lambda: 1_700_000_000.0)
    # Signed with the real time, the call would be stale for such a clock.
    from tests.emulator.wire import query

    body = b'{"Header":{},"Payload":{"PageIndex":1,"PageSize":1}}'
    answer = post_raw(old, "describetimbre", body, query(old, timestamp=1_700_000_000))
    assert answer.payload["TimbreAssets"][0]["ExpireDate"].startswith("2024-11-1")


def test_pages_follow_each_other_and_end(emulator: Emulator) -> None:
    seen: list[str] = []
    for number in range(1, 5):
        page = call(emulator, "describetimbre", {"PageIndex": number, "PageSize": 20}).payload
        assert page["Total"] == len(FOUND.voices)
        seen += [voice["TimbreKey"] for voice in page["TimbreAssets"]]
    assert seen == list(FOUND.voices)
    assert not call(emulator, "describetimbre", {"PageIndex": 9, "PageSize": 100}).payload["TimbreAssets"]


@pytest.mark.parametrize(
    ("wish", "keys"),
    [
        ({"TimbreKey": "female_1"}, ["female_1"]),
        ({"TimbreName": "语种"}, ["emu_multilingual"]),
        ({"PurchaseType": "Custom"}, ["emu_cloned"]),
        ({"TimbreKey": "female_1", "TimbreKeyList": ["male_2", "male_1"]}, ["male_1", "male_2"]),
    ],
)
def test_voices_are_found_by_key_name_and_purchase(
    emulator: Emulator, wish: dict[str, Any], keys: list[str]
) -> None:
    found = listed(emulator, "describetimbre", "TimbreAssets", **wish)
    assert [voice["TimbreKey"] for voice in found] == keys


def test_only_voices_that_have_emotions_or_several_languages_say_so(emulator: Emulator) -> None:
    voices = {one["TimbreKey"]: one for one in listed(emulator, "describetimbre", "TimbreAssets")}
    assert voices["emu_emotional"]["EmotionalCategories"] == ["tc_neutral", "tc_happy", "tc_sad", "tc_news"]
    assert voices["emu_multilingual"]["TimbreLanguages"] == ["zh", "en"]
    assert not {"EmotionalCategories", "TimbreLanguages"} & set(voices["male_1"])
    assert (voices["male_1"]["TimbreGender"], voices["female_1"]["TimbreGender"]) == (1, 2)


def test_actions_are_those_of_3d_avatars(emulator: Emulator) -> None:
    answer = call(emulator, "getaction", {"VirtualmanKey": "emu_anchor_3d_landscape_0000003"})
    codes = [action["ActionCode"] for action in answer.payload["Actions"]]
    assert codes == ["action1", "action2", "waving_hand", "emphasize"]
    flat = call(emulator, "getaction", {"VirtualmanKey": "emu_anchor_2d_landscape_0000001"})
    assert (flat.code, flat.payload["Actions"]) == (0, [])


def test_anchors_are_named_once_and_filter_their_avatars(emulator: Emulator) -> None:
    payload = call(emulator, "getanchor", {**FIRST, "VirtualmanTypeCode": "real_man_3d"}).payload
    (row,) = (value for value in payload.values() if isinstance(value, list))
    assert [anchor["AnchorCode"] for anchor in row] == ["shili", "xiaolifang"]
    found = listed(
        emulator,
        "getimagebyanchor",
        "Virtualmans",
        VirtualmanTypeCode="real_man_3d",
        AnchorCode=["xiaolifang"],
    )
    assert [one["VirtualmanKey"] for one in found] == ["emu_anchor_3d_landscape_0000003"]


@pytest.mark.parametrize(
    ("nickname", "payload", "said"),
    [
        ("describetimbre", {"PageIndex": 1, "PageSize": 101}, "PageSize"),
        ("describetimbre", {"PageIndex": 0, "PageSize": 10}, "PageIndex"),
        ("describetimbre", {"PageIndex": "1", "PageSize": 10}, "PageIndex"),
        ("getimagebyanchor", {"PageIndex": 1, "PageSize": 10}, "VirtualmanTypeCode"),
        ("getaction", {}, "VirtualmanKey"),
    ],
)
def test_wrong_parameters_are_refused_by_name(
    emulator: Emulator, nickname: str, payload: dict[str, Any], said: str
) -> None:
    answer = call(emulator, nickname, payload)
    assert (answer.code, said in answer.message) == (100001, True)


def test_a_list_is_nobodys_without_a_signature(emulator: Emulator) -> None:
    assert post_raw(emulator, "describetimbre", b'{"Header":{},"Payload":{}}', "appkey=x").code == 100005


def test_pose_pictures_have_the_size_that_placement_reckons_with(emulator: Emulator) -> None:
    (one,) = (
        one
        for one in listed(emulator, "describesmallsampleimage", "Virtualmans")
        if one["VirtualmanKey"] == "emu_anchor_small_hd_0000000005"
    )
    answer = send("GET", one["PoseImage"])
    with Image.open(io.BytesIO(answer.body)) as picture:
        assert (answer.status, picture.size, picture.mode) == (200, (1280, 720), "RGBA")
    assert send("GET", one["PoseImage"].replace("emu_", "nobody_")).status == 404


def test_avatars_that_change_their_colours_say_which_parts(emulator: Emulator) -> None:
    for kind, able in (("real_man_3d", True), ("real_man_2d", False)):
        asked = {"VirtualmanTypeCode": kind, "PageIndex": 1, "PageSize": 100}
        images = json.loads(call(emulator, "getimagebyanchor", asked).body)["Payload"]
        rows = next(value for value in images.values() if isinstance(value, list))
        assert rows and all(("JacketColor" in row["SupportAnchorExtraParams"]) is able for row in rows)
