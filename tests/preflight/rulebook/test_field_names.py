"""Names of fields as users spell them."""

from __future__ import annotations

import pytest

from mediaprep.contract.limits import FIELDS
from mediaprep.errors import BadConfig
from mediaprep.model.facts import Kind
from mediaprep.preflight.rulebook.field_names import DEFAULTS, parse


def test_every_field_of_the_contract_can_be_named() -> None:
    assert [parse(name).id for name in FIELDS] == list(FIELDS)


def test_list_brackets_are_ignored() -> None:
    assert parse("notrain.VideoParam.RefPhotoUrls[]").path == "VideoParam.RefPhotoUrls"
    assert parse("ppt.PageConfigs[].InputAudioUrl").path == "PageConfigs.InputAudioUrl"


def test_photo_and_ppt_are_accepted_from_the_start() -> None:
    assert parse("ppt.PPTFileUrl").endpoint == "ppt"
    assert parse("photo.RefPhotoUrl").endpoint == "photo"


@pytest.mark.parametrize(
    ("wrong", "near"),
    [
        ("notrain.RefVideoURL", "notrain.RefVideoUrl"),
        ("RefVideoUrl", "notrain.RefVideoUrl"),
        ("notrain.RefPhotoUrl", "notrain.VideoParam.RefPhotoUrl"),
    ],
)
def test_an_unknown_field_names_near_ones(wrong: str, near: str) -> None:
    with pytest.raises(BadConfig, match="did you mean") as error:
        parse(wrong)
    assert near in error.value.en and near in error.value.zh


def test_each_kind_has_the_field_the_issue_names() -> None:
    assert {kind: field.id for kind, field in DEFAULTS.items()} == {
        Kind.VIDEO: "notrain.RefVideoUrl",
        Kind.AUDIO: "notrain.InputAudioUrl",
        Kind.PHOTO: "notrain.VideoParam.RefPhotoUrl",
        Kind.DECK: "ppt.PPTFileUrl",
        Kind.TEXT: "notrain.InputSsml",
    }
