"""Small valid requests, the docs' own examples, and a way to change one parameter of a copy."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mediaprep.contract.minimal import GONE, SCRIPT, SOUND, TEXT, URL, put

__all__ = ["AUDIO", "GONE", "SCRIPT", "TEXT", "URL", "changed", "examples", "put"]

EXAMPLES = Path(__file__).resolve().parents[1] / "emulator" / "examples"
AUDIO = SOUND


def changed(payload: Mapping[str, Any], **values: Any) -> dict[str, Any]:
    """A copy with parameters set; `__` stands for a dot: VideoParam__Format."""
    made = copy.deepcopy(dict(payload))
    for name, value in values.items():
        put(made, name.replace("__", "."), value)
    return made


def examples() -> list[tuple[str, dict[str, Any]]]:
    """(endpoint, Payload) of every request example of the docs, repaired where a page break broke it."""
    return [
        (path.stem.split("-")[0], json.loads(path.read_text(encoding="utf-8"))["Payload"])
        for path in sorted(EXAMPLES.glob("*.json"))
    ]
