"""Requests around one value of a limit, and what preflight says of one."""

from __future__ import annotations

import copy
import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mediaprep.contract.paths import bare
from mediaprep.model.assets import Avatar
from mediaprep.model.facts import Facts
from mediaprep.model.findings import Finding
from mediaprep.preflight import judge
from mediaprep.verbs.check import measure
from tests.contract.payloads import AUDIO, TEXT, put
from tests.whole.limit_table import LANDSCAPE, Row

AVATAR = Avatar(type="real_man_3d", width=1920, height=1080, actions=("action1", "action2"))
VOICE = "female_1"
_INTERVAL = {"StartTime": 1.0, "EndTime": 2.0}


def based(row: Row) -> dict[str, Any]:
    """A good request of the row's endpoint, with what the row sets besides."""
    drive = row.request.get("DriverType") or row.request.get("PageConfigs[].DriverType")
    made = copy.deepcopy((AUDIO if drive == "OriginalVoice" else TEXT)[row.endpoint])
    if row.endpoint in ("basic", "advanced"):
        made["VirtualmanKey"] = LANDSCAPE
    if row.endpoint == "ppt":
        made["PageConfigs"][0]["VirtualmanKey"] = LANDSCAPE
    if row.endpoint == "tts":
        made["TimbreKey"] = VOICE
    elif "SpeechParam" in made and row.endpoint in ("notrain", "photo"):
        made["SpeechParam"]["TimbreKey"] = VOICE
    for path, value in row.request.items():
        put(made, path, value)
    return made


def with_value(row: Row, value: float) -> dict[str, Any]:
    """The request in which `value` stands as the row says it does."""
    made = based(row)
    if row.made == "pages":
        made["PageConfigs"] = made["PageConfigs"] * int(value)
    elif row.made == "action":
        put(made, row.path, [{"Code": "action1", "StartTime": value}])
    elif row.made == "later action":
        put(made, row.path, [{"Code": "action1", "StartTime": 500}, {"Code": "action2", "StartTime": value}])
    else:
        put(made, row.path, _stands_for(row.made, value))
    return made


def _stands_for(made: str, value: float) -> Any:
    number = int(value)
    return {
        "value": lambda: value,
        "url": lambda: "https://example.com/".ljust(number, "x"),
        "urls": lambda: ["https://example.com/face.jpg"] * number,
        "letters": lambda: "字" * number,
        "colour digits": lambda: "#" + "A" * number,
        "colour value": lambda: json.dumps({"shirtColor": {"colorValue": number}}),
        "intervals": lambda: [
            {name: at + 3 * index for name, at in _INTERVAL.items()} for index in range(number)
        ],
        "script": lambda: "字" * number,
        "lines": lambda: "\n".join(["这是一行文字"] * number),
    }[made]()


def known(payload: Mapping[str, Any]) -> dict[str, object]:
    """What the asset list would say of the avatars in a request."""
    found: dict[str, object] = {}
    if payload.get("VirtualmanKey"):
        found["VirtualmanKey"] = AVATAR
    for index, page in enumerate(payload.get("PageConfigs", ())):
        if page.get("VirtualmanKey"):
            found[f"PageConfigs[{index}].VirtualmanKey"] = AVATAR
    return found


@functools.cache
def facts_of(path: Path, faces: bool) -> Facts:
    """Each file is measured once."""
    return measure(path, faces=faces)


def preflight(endpoint: str, payload: Mapping[str, Any], files: Mapping[str, Path]) -> tuple[Finding, ...]:
    """All that speaks against a request and its files, `files` by concrete wire path."""
    facts: dict[str, object] = {}
    findings: tuple[Finding, ...] = ()
    for place, path in files.items():
        found = facts_of(path, judge.asks_for_faces(endpoint, bare(place)))
        facts[place] = found
        findings += judge.judge_file(endpoint, place, found, payload)
    return findings + judge.judge_request(endpoint, payload, {**facts, **known(payload)})
