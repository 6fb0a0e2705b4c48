"""The rows of demands on files: named, unique, conditional."""

from __future__ import annotations

import dataclasses
from typing import Any, get_args

import pytest

from mediaprep.contract import endpoints, limits
from mediaprep.contract.limits import LIMITS, ROWS, kinds_for, limits_for
from mediaprep.contract.paths import bare
from mediaprep.model import facts
from mediaprep.model.facts import Kind
from mediaprep.model.findings import Verdict
from tests.contract.payloads import AUDIO, TEXT, URL, changed

FIXES = {
    "remux",
    "transcode_video",
    "scale",
    "trim",
    "transcode_audio",
    "resave_photo",
    "resize_photo",
    "to_ssml",
    "crop_to_face",
    "drop_pages",
    "save_deck",
}
FACTS = {kind.kind: kind for kind in get_args(facts.Facts)}


def test_every_rule_has_a_name_of_its_own() -> None:
    assert len(LIMITS) == len(ROWS)
    assert all(
        name == limit.id and name.startswith(f"{limit.endpoint}.{limit.field}.")
        for name, limit in LIMITS.items()
    )


def test_every_row_measures_something_that_facts_have_and_names_a_known_fix() -> None:
    for limit in ROWS:
        kinds = [limit.kind] if limit.kind else kinds_for(limit.endpoint, limit.field)
        assert kinds, limit.id
        for kind in kinds:
            names = {f.name for f in dataclasses.fields(FACTS[kind])} | set(dir(FACTS[kind]))
            assert limit.measure in names, limit.id
        assert limit.fix is None or limit.fix in FIXES, limit.id
        assert limit.source and limit.bound.words("zh") and limit.bound.words("en")


def test_every_url_the_service_fetches_has_a_kind_and_nothing_else_has() -> None:
    fetched = {
        f"{name}.{bare(field)}" for name, row in endpoints.ENDPOINTS.items() for field in row.url_fields
    }
    scripts = {field for field in limits.FIELDS if field.endswith("InputSsml")}
    assert set(limits.FIELDS) == fetched | scripts
    assert kinds_for("notrain", "VideoStorageS3Url") == ()


def test_any_spelling_of_a_field_finds_its_rows() -> None:
    spellings = ("PageConfigs.InputAudioUrl", "PageConfigs[].InputAudioUrl", "PageConfigs[7].InputAudioUrl")
    assert len({limits_for("ppt", field) for field in spellings}) == 1
    assert limits_for("notrain", "NoSuchField") == ()


def seconds(endpoint: str, field: str, request: dict[str, Any] | None) -> str:
    return next(limit.id for limit in limits_for(endpoint, field, request) if limit.measure == "seconds")


def test_a_condition_takes_the_general_rows_place_only_when_the_request_meets_it() -> None:
    general, special = "basic.InputAudioUrl.seconds", "basic.InputAudioUrl.seconds@TransparentMov"
    mov = changed(AUDIO["basic"], VideoParam__Format="TransparentMov")
    assert seconds("basic", "InputAudioUrl", None) == general
    assert seconds("basic", "InputAudioUrl", AUDIO["basic"]) == general
    assert seconds("basic", "InputAudioUrl", mov) == special
    assert [limit.measure for limit in limits_for("basic", "InputAudioUrl", mov)].count("seconds") == 1


def test_a_page_without_avatar_is_judged_by_its_own_page_and_not_by_the_first() -> None:
    request = changed(TEXT["ppt"])
    request["PageConfigs"] = [{"VirtualmanKey": "a"}, {"VirtualmanKey": ""}, {}]
    names = [seconds("ppt", f"PageConfigs[{n}].InputAudioUrl", request) for n in range(3)]
    assert [name.endswith("@no-avatar") for name in names] == [False, True, True]


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("notrain.RefVideoUrl", (Kind.VIDEO,)),
        ("advanced.VideoParam.BackgroundFileUrl", (Kind.PHOTO, Kind.VIDEO)),
        ("ppt.PPTFileUrl", (Kind.DECK,)),
        ("notrain.IdentityWrittenUrl", (Kind.DECK,)),
        ("notrain.InputSsml", (Kind.TEXT,)),
    ],
)
def test_a_field_takes_its_kinds_of_file(name: str, kinds: tuple[Kind, ...]) -> None:
    endpoint, _, field = name.partition(".")
    assert kinds_for(endpoint, field) == kinds


def test_one_name_two_endpoints_two_sizes() -> None:
    size = 8_000_000
    assert LIMITS["notrain.VideoParam.RefPhotoUrl.size_bytes"].bound.verdict(size) is Verdict.PASS
    assert LIMITS["photo.RefPhotoUrl.size_bytes"].bound.verdict(size) is Verdict.REFUSED


def test_defaults_are_those_of_the_docs() -> None:
    assert limits.default_of("basic", "VideoParam.Format") == "TransparentWebm"
    assert limits.default_of("advanced", "VideoParam.Format") == "Mp4"
    assert limits.default_of("notrain", "RefVideoUrl") is None
    assert URL
