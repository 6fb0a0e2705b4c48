"""What a file is called against what it is: told, and uploaded under the true ending."""

from __future__ import annotations

from pathlib import Path

from mediaprep.errors import BadAsset
from mediaprep.media import sniff
from mediaprep.model import suffixes
from mediaprep.model.facts import Facts
from mediaprep.model.findings import Finding
from mediaprep.preflight import suffix_rules


def suffix_of(path: Path) -> str:
    """The ending that says what the bytes are; "" where the file's own does, or nothing is known of them."""
    try:
        sign = sniff.identify(path)
    except BadAsset:
        return ""
    true = suffixes.of_format(sign.kind, sign.name)
    return true[0] if true and path.suffix.lower() not in true else ""


def judge(endpoint: str, field: str, facts: Facts, path: Path) -> tuple[Finding, ...]:
    """What speaks against the name of a file."""
    found = suffix_rules.judge(endpoint, field, facts, path.suffix)
    return () if found is None else (found,)
