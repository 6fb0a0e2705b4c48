"""What differs between two profiles: where requests go, what a switch is called, and every limit."""

from __future__ import annotations

from dataclasses import dataclass

from mediaprep.contract import profiles
from mediaprep.model.findings import Verdict
from mediaprep.model.rulebook import Rule
from mediaprep.preflight.rulebook import rulebook

_SETTINGS = ("base_url", "face_id_switch", "edition")


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One setting or rule; "" where a side does not have it. `sources` say where the docs of each side do."""

    name: str
    one: str
    other: str
    sources: tuple[str, str] = ("", "")


def differences(one: str, other: str) -> tuple[Difference, ...]:
    """Settings first, then rules in the order of the docs. BadConfig for an unknown profile."""
    left, right = profiles.get(one), profiles.get(other)
    found = [
        Difference(name=name, one=str(getattr(left, name)), other=str(getattr(right, name)))
        for name in _SETTINGS
        if getattr(left, name) != getattr(right, name)
    ]
    ours, theirs = rulebook.rules(one), rulebook.rules(other)
    for name in dict.fromkeys([*ours, *theirs]):
        before, after = ours.get(name), theirs.get(name)
        if (before and before.digest) != (after and after.digest):
            sources = (before.source if before else "", after.source if after else "")
            found.append(Difference(name=name, one=_said(before), other=_said(after), sources=sources))
    return tuple(found)


def _said(rule: Rule | None) -> str:
    if rule is None:
        return ""
    unit = f" {rule.unit}" if rule.unit and rule.unit != "byte" else ""
    gravest = Verdict.REFUSED if Verdict.REFUSED in rule.verdicts else rule.verdicts[0]
    return f"{rule.limit}{unit} ({gravest.value})"
