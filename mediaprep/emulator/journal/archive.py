"""The journal as an HTTP archive (HAR 1.2), for the network panels of browsers and whatever else reads them."""

from __future__ import annotations

import datetime
import http
import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from mediaprep import __version__

_BY_HAND = ("number", "kind", "task_id", "code", "message", "faults", "refused", "unknown")


def archive(entries: Sequence[Mapping[str, Any]], base_url: str) -> dict[str, Any]:
    """A HAR of told exchanges (see `telling`); what is ours beyond it stands below names that begin with _."""
    spoken = [entry for entry in entries if entry["direction"] != "note"]
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "mediaprep emulator", "version": __version__},
            "entries": [_entry(entry, base_url) for entry in spoken],
        }
    }


def _entry(entry: Mapping[str, Any], base_url: str) -> dict[str, Any]:
    asked, answer = entry["request"], entry["answer"]
    query = f"?{asked['query']}" if asked.get("query") else ""
    url = asked.get("url") or f"{base_url}{asked['path']}{query}"
    began = datetime.datetime.fromtimestamp(entry["at"], datetime.UTC)
    spent = round(entry["seconds"] * 1000, 3)
    status = answer["status"] or 0
    kind = _named(answer["headers"]).get("content-type", "")
    return {
        "startedDateTime": began.isoformat(timespec="milliseconds"),
        "time": spent,
        "request": {
            "method": asked["method"],
            "url": url,
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _pairs(asked["headers"].items()),
            "queryString": _pairs(parse_qsl(urlsplit(url).query, keep_blank_values=True)),
            **_posted(asked),
            "headersSize": -1,
            "bodySize": asked["bytes"],
        },
        "response": {
            "status": status,
            "statusText": http.HTTPStatus(status).phrase if status in set(http.HTTPStatus) else "",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _pairs(answer["headers"].items()),
            "content": {"size": answer["bytes"], "mimeType": kind or "x-unknown", **_text("text", answer)},
            "redirectURL": _named(answer["headers"]).get("location", ""),
            "headersSize": -1,
            "bodySize": answer["bytes"],
            **({"_error": answer["fate"]} if answer["fate"] != "sent" else {}),
        },
        "cache": {},
        "timings": {"send": 0, "wait": spent, "receive": 0},
        **{f"_{name}": entry[name] for name in _BY_HAND if entry.get(name)},
    }  # fmt: skip


def _posted(asked: Mapping[str, Any]) -> dict[str, Any]:
    if not asked["bytes"]:
        return {}
    kind = _named(asked["headers"]).get("content-type", "application/octet-stream")
    return {"postData": {"mimeType": kind, "params": [], "text": "", **_text("text", asked)}}


def _text(name: str, side: Mapping[str, Any]) -> dict[str, str]:
    if "json" in side:
        return {name: json.dumps(side["json"], ensure_ascii=False)}
    return {name: side["text"]} if "text" in side else {}


def _pairs(given: Any) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in given]


def _named(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
