"""An exchange as GET {control}/journal tells it: parsed, its secrets removed, with what was refused and why."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from mediaprep.config import redact
from mediaprep.contract import asset_calls, codes, endpoints
from mediaprep.contract.endpoints import Endpoint
from mediaprep.contract.rules import requests
from mediaprep.contract.wire import envelope
from mediaprep.emulator.journal.exchanges import Exchange, Kept
from mediaprep.emulator.store.result_files import task_of
from mediaprep.model.findings import Text

SignatureJudge = Callable[[str, float], Text | None]
"""(query, the emulator's time) → why it does not open the gateway, None: it does."""

_HIDDEN: Final = "***"
_SECRET_HEADERS: Final = frozenset(
    {"authorization", "proxy-authorization", "cookie", "set-cookie", "x-amz-security-token", "x-cos-security-token"}
)  # fmt: skip
_SECRET_NAMES: Final = re.compile(r"(?i)app_?key|token|signature|secret|password|authorization|credential")


def told(exchange: Exchange, signature: SignatureJudge) -> dict[str, Any]:
    """The whole entry."""
    if exchange.note is not None:
        return {**_head(exchange, "note"), "task_id": exchange.task_id, "note": _words(exchange.note)}
    kind = kind_of(exchange)
    row = _row(exchange)
    asked, answered = (
        _shown(exchange.body, exchange.headers),
        _shown(exchange.answer, exchange.answer_headers),
    )
    code, message = _header_of(answered.get("json"))
    entry = {
        **_head(exchange, kind),
        "task_id": exchange.task_id or _task(exchange, asked, answered),
        "code": code,
        "message": message,
        "request": {
            "method": exchange.method,
            **({"url": redact(exchange.url)} if exchange.url else _target(exchange)),
            "headers": headers(exchange.headers),
            **asked,
        },
        "answer": {
            "fate": exchange.fate,
            "status": exchange.status,
            "headers": headers(exchange.answer_headers),
            **answered,
        },
        "faults": list(exchange.faults),
    }
    if exchange.direction == "out":
        return {**entry, "problem": exchange.problem}
    payload = asked.get("json", {}).get("Payload") if isinstance(asked.get("json"), dict) else None
    known = payload if row is not None and isinstance(payload, Mapping) else None
    return {
        **entry,
        "refused": _refused(exchange, row, known, code, signature) if code else None,
        "unknown": list(_unknown(row, known)) if row is not None and known is not None else [],
    }


def kind_of(exchange: Exchange) -> str:
    """An endpoint's nickname, an asset call's, download, bucket, picture or other; of what went out, what for."""
    if exchange.direction == "out":
        return {"GET": "input", "PUT": "upload", "POST": "callback"}.get(exchange.method, "other")
    row = _row(exchange)
    if row is not None:
        return row.nickname
    if task_of(exchange.path):
        return "download"
    room = exchange.path.split("/", 2)[1] if exchange.path.startswith("/") else ""
    return {"mediaprep": "bucket", "pose": "picture"}.get(room, "other")


def headers(given: Mapping[str, str]) -> dict[str, str]:
    """Without what opens anything."""
    return {
        name: _HIDDEN if name.lower() in _SECRET_HEADERS else redact(value) for name, value in given.items()
    }


def cleaned(value: Any) -> Any:
    """The same JSON without credentials, signatures and the query strings of URLs."""
    if isinstance(value, Mapping):
        return {
            name: _HIDDEN if isinstance(held, str) and _SECRET_NAMES.search(name) else cleaned(held)
            for name, held in value.items()
        }
    if isinstance(value, list):
        return [cleaned(item) for item in value]
    return redact(value) if isinstance(value, str) else value


def _head(exchange: Exchange, kind: str) -> dict[str, Any]:
    return {
        "number": exchange.number,
        "direction": exchange.direction,
        "kind": kind,
        "at": exchange.at,
        "seconds": round(exchange.seconds, 4),
    }


def _target(exchange: Exchange) -> dict[str, str]:
    return {"path": exchange.path, "query": redact(exchange.query)}


def _row(exchange: Exchange) -> Endpoint | None:
    return endpoints.BY_PATH.get(exchange.path) or asset_calls.BY_PATH.get(exchange.path)


def _shown(kept: Kept, given: Mapping[str, str]) -> dict[str, Any]:
    """Its length; `json` or `text` where it is either, `cut` where it was not kept whole."""
    shown: dict[str, Any] = {"bytes": kept.size}
    if not kept.data:
        return shown | ({"cut": True} if kept.size else {})
    if kept.whole:
        try:
            return {**shown, "json": cleaned(envelope.parse(kept.data))}
        except envelope.BadEnvelope:
            pass
    kind = {name.lower(): value for name, value in given.items()}.get("content-type", "")
    try:
        text = kept.data.decode("utf-8", "strict" if kept.whole else "ignore")
    except UnicodeDecodeError:
        return {**shown, "binary": True}
    if "\0" in text or kind.startswith(("video/", "audio/", "image/")):
        return {**shown, "binary": True}
    return {**shown, "text": redact(text), **({} if kept.whole else {"cut": True})}


def _header_of(answer: object) -> tuple[int | None, str]:
    header = answer.get("Header") if isinstance(answer, Mapping) else None
    if not isinstance(header, Mapping) or not isinstance(header.get("Code"), int):
        return None, ""
    return header["Code"], str(header.get("Message", ""))


def _task(exchange: Exchange, asked: Mapping[str, Any], answered: Mapping[str, Any]) -> str:
    for side in (answered, asked):
        body = side.get("json")
        payload = body.get("Payload") if isinstance(body, Mapping) else None
        if isinstance(payload, Mapping) and isinstance(payload.get("TaskId"), str):
            return str(payload["TaskId"])
    return task_of(exchange.path) or ""


def _refused(
    exchange: Exchange,
    row: Endpoint | None,
    payload: Mapping[str, Any] | None,
    code: int,
    signature: SignatureJudge,
) -> dict[str, Any]:
    """What the code means, how it is mended, and everything that is wrong, not only what the gateway names first."""
    meaning = codes.of_interface(code)
    wrong = requests.violations(row, payload, raw_count=True) if row and payload is not None else ()
    unsigned = signature(exchange.query, exchange.at) if code == codes.UNAUTHORISED else None
    return {
        "meaning": _words(meaning.meaning),
        "remedy": _words(meaning.remedy),
        "on_order": bool(exchange.faults),
        "signature": _words(unsigned) if unsigned else None,
        "violations": [
            {"parameter": item.parameter, "code": item.code, **_words(item.message)} for item in wrong
        ],
    }


def _words(text: Text) -> dict[str, str]:
    return {"en": redact(text.en), "zh": redact(text.zh)}


def _unknown(row: Endpoint, payload: Mapping[str, Any]) -> Iterator[dict[str, str | None]]:
    for place in requests.unknown_parameters(row, payload):
        yield {"parameter": place, "nearest": requests.nearest(row, place)}
