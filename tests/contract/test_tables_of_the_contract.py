"""The small tables: endpoints, profiles, codes, wire paths."""

from __future__ import annotations

import pytest

from mediaprep.contract import codes, endpoints, paths, profiles
from mediaprep.contract.codes import Retry
from mediaprep.errors import BadConfig


def test_the_host_is_the_one_everybody_uses_and_not_the_misprint() -> None:
    assert profiles.get().base_url == "https://gw.tvs.qq.com"
    assert profiles.get("tencent-intl@2025-10").base_url == "https://gw-sg.tvs.qq.com"
    assert profiles.DEFAULT in profiles.PROFILES


def test_every_face_id_switch_can_be_chosen_and_the_documented_one_is_the_default() -> None:
    assert {p.face_id_switch for p in profiles.PROFILES.values()} == set(profiles.FACE_ID_SWITCHES)
    assert profiles.get().face_id_switch == "DisabledDetect"


def test_an_unknown_profile_names_those_that_exist() -> None:
    with pytest.raises(BadConfig, match="tencent-cn@2026-04"):
        profiles.get("aws")


def test_urls_to_fetch_and_to_store_are_told_apart() -> None:
    row = endpoints.get("notrain")
    assert "VideoParam.RefPhotoUrls[]" in row.url_fields and "CallbackUrl" not in row.url_fields
    assert row.storage_fields == ("VideoStorageS3Url",)
    assert endpoints.get("ppt").url_fields == (
        "PPTFileUrl",
        "GlobalConfig.LogoParams[].LogoFileUrl",
        "PageConfigs[].InputAudioUrl",
    )
    assert endpoints.get(row) is row


def test_one_number_means_two_things_in_the_two_tables() -> None:
    for code in (801000, 801002, 801004):
        assert codes.INTERFACE[code] != codes.TASK[code]
    assert codes.INTERFACE[801004].retry is Retry.WAIT
    assert codes.TASK[801004].retry is Retry.NEW_PAID_TASK
    assert 801005 not in codes.TASK and 100001 not in codes.TASK


def test_the_code_for_a_bad_signature_is_marked_as_our_assumption() -> None:
    assumed = [row for row in codes.INTERFACE.values() if row.assumed]
    assert [row.code for row in assumed] == [codes.UNAUTHORISED]


def test_nothing_is_resent_blindly_after_a_code_nobody_listed() -> None:
    assert codes.of_interface(999).retry is Retry.AMBIGUOUS
    assert codes.of_task(999).retry is Retry.NEW_PAID_TASK
    assert codes.of_interface(100008).retry is Retry.WAIT


def test_paths_have_three_spellings() -> None:
    place = "PageConfigs[2].VideoParam.Items[0][1].X"
    assert paths.bare(place) == "PageConfigs.VideoParam.Items.X"
    assert paths.general(place) == "PageConfigs[].VideoParam.Items[][].X"
    assert paths.leaf(place) == "X"
    assert paths.joined(("PageConfigs", 2, "InputSsml")) == "PageConfigs[2].InputSsml"
    assert (
        paths.beside("PageConfigs[2].InputAudioUrl", "PageConfigs[].VirtualmanKey")
        == "PageConfigs[2].VirtualmanKey"
    )


def test_walking_a_payload_finds_every_place_and_stumbles_over_nothing() -> None:
    payload = {"A": [{"B": 1}, 5, None, {"C": 2}, {"B": [3, 4]}], "D": {"E": None}}
    assert list(paths.walk(payload, "A[].B")) == [("A[0].B", 1), ("A[4].B", [3, 4])]
    assert list(paths.walk(payload, "A[].B[]")) == [("A[4].B[0]", 3), ("A[4].B[1]", 4)]
    assert list(paths.walk(payload, "A[3].C")) == [("A[3].C", 2)]
    assert list(paths.walk(payload, "D.E")) == [("D.E", None)]
    assert list(paths.walk(payload, "A.B")) == [] == list(paths.walk([], "A"))
    assert paths.first(payload, "Z.Y") is None
