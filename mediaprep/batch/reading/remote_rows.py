"""What a manifest names by URL: inputs become their places in the cache, the output this machine's copy of it. Nothing
is fetched here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mediaprep.model import remote
from mediaprep.verbs.files.remote_files import place_of


@dataclass(frozen=True, kw_only=True)
class PlacedRow:
    """A job's row that names local files only. `sources`: place → URL; `deliver`: where its output goes."""

    plain: dict[str, Any]
    sources: dict[str, str] = field(default_factory=dict)
    deliver: str | None = None


def placed(plain: Mapping[str, Any], base: Path) -> PlacedRow:
    """`plain` as a job of this machine. Addresses of a request that the service itself reads (https://) stay."""
    row, sources, deliver = dict(plain), dict[str, str](), None
    for key, wanted in _READ.items():
        if key in row:
            row[key] = _replaced(row[key], wanted, sources)
    output = row.get("output")
    if isinstance(output, str) and remote.is_remote(output):
        deliver, row["output"] = output, str(remote.delivered_place(output, base))
    return PlacedRow(plain=row, sources=sources, deliver=deliver)


_READ: Mapping[str, Callable[[object], bool]] = {
    "request": remote.is_object, "finish": remote.is_remote, "deck": remote.is_remote,
}  # fmt: skip


def _replaced(value: Any, wanted: Callable[[object], bool], sources: dict[str, str]) -> Any:
    if isinstance(value, Mapping):
        return {key: _replaced(item, wanted, sources) for key, item in value.items()}
    if isinstance(value, list):
        return [_replaced(item, wanted, sources) for item in value]
    if not wanted(value):
        return value
    place = str(place_of(value))
    sources[place] = value
    return place
