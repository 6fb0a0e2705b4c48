"""The OpenAPI document: valid, whole, and of one mind with the judges of requests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from mediaprep.contract import asset_calls, codes, endpoints, minimal
from mediaprep.contract.chapters.fields import Slot
from mediaprep.contract.openapi.document import document
from mediaprep.contract.rules.wording import of_tables

DOCUMENT = document("http://127.0.0.1:1")
EXAMPLES = sorted((Path(__file__).parents[2] / "emulator" / "examples").glob("*.json"))
OPERATIONS = {path["post"]["operationId"]: path["post"] for path in DOCUMENT["paths"].values()}


def payload_schema(nickname: str) -> dict[str, Any]:
    body = OPERATIONS[nickname]["requestBody"]["content"]["application/json"]["schema"]
    return body["properties"]["Payload"]  # type: ignore[no-any-return]


def problems(nickname: str, payload: Any) -> list[str]:
    """What a validator of JSON Schema has against a Payload."""
    whole = {**payload_schema(nickname), "components": DOCUMENT["components"]}
    return [error.message for error in jsonschema.Draft202012Validator(whole).iter_errors(payload)]


def paths_in(schema: dict[str, Any], prefix: str = "") -> set[str]:
    """Wire paths of all parameters below a schema."""
    if "$ref" in schema:
        return paths_in(DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]], prefix)
    if schema.get("type") == "array":
        return paths_in(schema["items"], prefix.removesuffix(".") + "[].")
    found: set[str] = set()
    for name, inner in schema.get("properties", {}).items():
        found |= {prefix + name} | paths_in(inner, f"{prefix}{name}.")
    return found


@pytest.mark.parametrize("server", ["", "https://emulator.example:8443"])
def test_it_is_openapi_3_1(server: str) -> None:
    made = document(server)
    validate(made, cls=OpenAPIV31SpecValidator)
    assert made["openapi"].startswith("3.1.")
    assert all(it["url"].startswith("https://") for it in made["servers"])
    assert json.loads(json.dumps(made)) == made


def test_every_call_and_every_parameter_is_in_it() -> None:
    rows = (*endpoints.ENDPOINTS.values(), *asset_calls.CALLS)
    assert set(DOCUMENT["paths"]) == {row.path for row in rows}
    for row in rows:
        assert paths_in(payload_schema(row.nickname)) == {slot.path for slot in row.slots}


def test_every_code_is_named() -> None:
    words = OPERATIONS["progress"]["description"]
    assert [code for code in (*codes.INTERFACE, *codes.TASK) if f"`{code}`" not in words] == []


@pytest.mark.parametrize("nickname", sorted(endpoints.ENDPOINTS))
def test_callbacks_stand_where_the_docs_have_them(nickname: str) -> None:
    assert ("callbacks" in OPERATIONS[nickname]) is endpoints.get(nickname).callback


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_docs_own_examples_are_valid(path: Path) -> None:
    assert problems(path.stem.partition("-")[0], json.loads(path.read_text("utf-8"))["Payload"]) == []


_VALUES = ("", "x", "x" * 1200, -1, 0, 1, 2, 55, 1000, 10**9, 0.3, 1.4, True, [], {}, ["x"], None)
_BY_FORM = ("AnchorExtraParam",)  # JSON inside a string: a schema says that it is, not what


@pytest.mark.parametrize(
    ("nickname", "slot"),
    [
        pytest.param(name, slot, id=f"{name}-{slot.path}")
        for name, row in endpoints.ENDPOINTS.items()
        for slot in row.slots
        if not slot.path.endswith(_BY_FORM)
    ],
)
def test_a_value_is_valid_where_the_tables_take_it(nickname: str, slot: Slot) -> None:
    assert problems(nickname, minimal.request(nickname, {})) == []
    for value in _VALUES:
        changed = minimal.request(nickname, {slot.path: value})
        refused = list(of_tables(endpoints.get(nickname), changed))
        assert bool(problems(nickname, changed)) == bool(refused), (
            value,
            refused,
            problems(nickname, changed),
        )
