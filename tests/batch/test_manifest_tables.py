"""The JSON Schema of a manifest takes what is read, and refuses what is not."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from mediaprep.batch import manifest_tables
from mediaprep.batch.reading import told
from mediaprep.cli.app import run
from mediaprep.media.files import documents
from mediaprep.model.finishing.captions import CaptionWish
from mediaprep.model.finishing.logos import LogoWish
from mediaprep.model.finishing.wishes import OPTIONS
from mediaprep.model.marked import Marked, Place

SCHEMA = manifest_tables.schema()
LOOKS = [row for row in OPTIONS if row.owner is CaptionWish]


def manifest(finish: str, **more: Any) -> dict[str, Any]:
    job = {"id": "a", "endpoint": "notrain", "request": {}, "output": "a.mp4", **more}
    return {"jobs": [{**job, "finish": documents.parse(f"{{{finish}}}", "test")}]}


def taken(document: object) -> bool:
    return jsonschema.Draft202012Validator(SCHEMA).is_valid(document)


def read(document: object) -> bool:
    try:
        manifest_tables.ManifestTable.model_validate(document)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize(
    "finish",
    [
        *(f"{row.name}: {row.option.example}" for row in OPTIONS),
        *(f"captions: {{{row.key}: {row.option.example}}}" for row in LOOKS),
        *(f"logo: {{file: a.png, {row.key}: {row.option.example}}}" for row in OPTIONS if row.owner is LogoWish),
        "logo: [a.png, {file: b.png, size: 20}]", "head: [a.mp4, b.mp4]", "logo_size: [10, 20]", "captions: null",
    ],
)  # fmt: skip
def test_what_may_be_wished_is_in_the_schema_and_is_read(finish: str) -> None:
    assert taken(manifest(finish)) and read(manifest(finish))


@pytest.mark.parametrize(
    "finish",
    [
        "hed: a.mp4", "caption_sise: 6", "caption_size: large", "crossfade: 11", "crossfade: -1", "loudness: loud",
        "captions_as: tattoo", "sidecar: [sub]", "karaoke: maybe", "captions: {boxes: '203040'}", "logo: {size: 20}",
        "logo: {file: a.png, position: middle}", "logo_position: [middle]", "head: {file: a.mp4}", "fade_in: soon",
    ],
)  # fmt: skip
def test_what_may_not_is_in_neither(finish: str) -> None:
    assert not taken(manifest(finish)) and not read(manifest(finish))


def test_a_job_is_an_endpoints_a_decks_or_a_storyboards() -> None:
    job = manifest("")["jobs"][0]
    deck = {name: value for name, value in job.items() if name not in {"endpoint", "request"}} | {
        "deck": "a.pptx"
    }
    for one, held in (
        (job, True),
        (deck, True),
        ({**job, "deck": "a.pptx"}, False),
        ({**deck, "deck": None}, False),
    ):
        document = {"jobs": [{name: value for name, value in one.items() if value is not None}]}
        assert taken(document) is read(document) is held


def test_every_key_says_what_it_does_in_both_languages_with_an_example() -> None:
    keys = SCHEMA["$defs"]["FinishTable"]["properties"]
    assert set(keys) == {row.name for row in OPTIONS}
    for row in OPTIONS:
        told = keys[row.name]
        assert row.option.help.en.rstrip(".") in told["description"]
        assert row.option.help.zh.rstrip("。") in told["description"] and told["examples"]
    assert keys["reframe"]["examples"] == ["9:16"]


@pytest.mark.parametrize(
    ("wrong", "near"),
    [
        ("caption_sise", "caption_size"), ("logo_positon", "logo_position"), ("captions_secnd", "captions_second"),
        ("overfaces", "over_faces"), ("musik_below", "music_below"), ("fade-in", "fade_in"),
    ],
)  # fmt: skip
def test_a_misspelt_key_is_answered_with_its_neighbour(wrong: str, near: str) -> None:
    tree = Marked({}, Place(file="a.yaml", line=1, column=1))
    with pytest.raises(ValueError, match=wrong) as caught:
        manifest_tables.JobTable.model_validate(manifest(f"{wrong}: 1")["jobs"][0])
    (said,) = told.mistakes(tree, caught.value, "a")  # type: ignore[arg-type]
    assert said.message.en == f"unknown key; did you mean {near}?" and near in said.message.zh


def test_the_schema_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["manifest", "schema"]) == 0
    assert json.loads(capsys.readouterr().out) == SCHEMA
