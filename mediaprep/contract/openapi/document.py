"""The document: eight calls and five asset calls, signed in the query, answered in an envelope, with callbacks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from mediaprep.contract import asset_calls, codes, endpoints, profiles
from mediaprep.contract.asset_calls import AssetCall
from mediaprep.contract.codes import Code
from mediaprep.contract.endpoints import Endpoint
from mediaprep.contract.openapi.schemas import of_table
from mediaprep.contract.progress import Status
from mediaprep.contract.rules import demands
from mediaprep.contract.wire.signing import MAX_SKEW_SECONDS
from mediaprep.model.findings import Verdict

_JSON: Final = "application/json"
_TEXT: Final[Mapping[str, Any]] = {"type": "string"}
_URL: Final[Mapping[str, Any]] = {"type": "string", "description": 'a URL, "" = none'}
_STATUS: Final[Mapping[str, Any]] = {"type": "string", "enum": list(Status.__members__)}
_ENDED: Final[Mapping[str, Any]] = {"type": "integer", "enum": [100, -1]}
_ANSWERED: Final[Mapping[str, Any]] = {
    "type": "object",
    "properties": {
        "Code": {"type": "integer", "description": "0 = accepted; else see the operation"},
        "Message": _TEXT, "RequestID": _TEXT, "SessionID": _TEXT, "DialogID": _TEXT,
    },
    "required": ["Code", "Message", "RequestID", "SessionID"],
}  # fmt: skip
_WORD: Final = {"Word": _TEXT, "StartTimestamp": {"type": "integer"}, "EndTimestamp": {"type": "integer"}}
_PROGRESS: Final[Mapping[str, Any]] = {
    "Progress": {"type": "integer", "description": "reserved by the docs: no percentage"},
    "MediaUrl": _URL,
    "Status": _STATUS,
    "FailCode": {"type": "integer"},
    "FailMessage": _TEXT,
    "Duration": {"type": "integer", "description": "milliseconds"},
}
_MORE_PROGRESS: Final[Mapping[str, Any]] = {
    "SubtitlesUrl": _URL,
    "ArrayCount": {"type": "integer", "minimum": 0, "description": "tasks queued before this one"},
    "TextTimestampResult": {
        "type": "array",
        "description": "of tts; timestamps in units of 0.1 µs",
        "items": {
            "type": "object",
            "properties": {
                "Sentence": _TEXT,
                "Words": {"type": "array", "items": {"type": "object", "properties": _WORD}},
            },
        },
    },
}


def document(server: str = "", version: str = profiles.EDITION) -> dict[str, Any]:
    """The whole document; `server` is where the calls are ("": the service's own addresses)."""
    components: dict[str, Any] = {"AnswerHeader": dict(_ANSWERED)}
    rows = (*endpoints.ENDPOINTS.values(), *asset_calls.CALLS)
    own = sorted({profile.base_url for profile in profiles.PROFILES.values()})
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://spec.openapis.org/oas/3.1/dialect/base",
        "info": {
            "title": "Tencent Cloud digital-human video service (腾讯云智能数智人播报服务)",
            "version": version,
            "summary": "As mediaprep's contract has it: made from the same tables by which requests are judged.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": url} for url in ([server] if server else own)],
        "security": [{"appkey": [], "timestamp": [], "signature": []}],
        "paths": {row.path: {"post": _operation(row, components)} for row in rows},
        "components": {"schemas": components, "securitySchemes": _schemes()},
    }


def _schemes() -> dict[str, Any]:
    words = {
        "appkey": "of the account",
        "timestamp": f"seconds since 1970, at most {MAX_SKEW_SECONDS} s from the service's clock",
        "signature": "Base64 of HMAC-SHA256 with the access token over `appkey=…&timestamp=…`, percent-encoded",
    }
    return {
        name: {"type": "apiKey", "in": "query", "name": name, "description": text}
        for name, text in words.items()
    }


def _operation(row: Endpoint, components: dict[str, Any]) -> dict[str, Any]:
    asked = _object(
        {"Header": _object({"RequestID": _TEXT}), "Payload": of_table(row.request, components)},
        "Header",
        "Payload",
    )
    answered = _object(
        {"Header": {"$ref": "#/components/schemas/AnswerHeader"}, "Payload": _payload(row)}, "Header"
    )
    made = {
        "operationId": row.nickname,
        "summary": row.section,
        "description": "\n".join(_words(row)),
        "requestBody": {"required": True, "content": {_JSON: {"schema": asked}}},
        "responses": {
            "200": {
                "description": "Accepted or refused: Header.Code says which; a refusal has no Payload.",
                "content": {_JSON: {"schema": answered}},
            }
        },
    }
    return made | ({"callbacks": _callbacks()} if row.callback else {})


def _payload(row: Endpoint) -> dict[str, Any]:
    if isinstance(row, AssetCall):
        lists = {name: {"type": "array", "items": {"type": "object"}} for name in row.lists}
        return _object(lists | ({"Total": {"type": "integer"}} if row.paged else {}))
    if row.kind == "submit":
        return _object({"TaskId": _TEXT}, "TaskId")
    more = {} if row.nickname == "ppt_progress" else _MORE_PROGRESS
    return _object({**_PROGRESS, **more}, "Status")


def _callbacks() -> dict[str, Any]:
    told = {
        "Progress": _ENDED, "MediaUrl": _URL, "SubtitlesUrl": _URL, "Status": _STATUS, "FailMessage": _TEXT,
        "TaskId": _TEXT,
    }  # fmt: skip
    body = _object({"Payload": _object(told, "TaskId", "Status")}, "Payload")
    post = {
        "summary": "How the task ended",
        "requestBody": {"content": {_JSON: {"schema": body}}},
        "responses": {"200": {"description": "heard"}},
        "security": [],
    }
    return {"ended": {"{$request.body#/Payload/CallbackUrl}": {"post": post}}}


def _object(properties: Mapping[str, Any], *required: str) -> dict[str, Any]:
    return {"type": "object", "properties": dict(properties)} | (
        {"required": list(required)} if required else {}
    )


def _words(row: Endpoint) -> Iterator[str]:
    """What the schemas cannot say: rules over several parameters, and codes."""
    refused = [
        f"- {demand.what.en} / {demand.what.zh}"
        for demand in demands.DEMANDS
        if row.nickname in demand.endpoints.split()
        and not demand.files
        and Verdict.REFUSED in demand.verdicts
    ]
    if refused:
        yield "Refused unless / 须满足:\n"
        yield from dict.fromkeys(refused)
        yield ""
    yield "Header.Code:\n"
    yield from _told(codes.INTERFACE)
    if row.kind == "query" and not isinstance(row, AssetCall):
        yield "\nPayload.FailCode:\n"
        yield from _told(codes.TASK)


def _told(table: Mapping[int, Code]) -> Iterator[str]:
    return (f"- `{number}` {row.meaning.en} / {row.meaning.zh}" for number, row in sorted(table.items()))
