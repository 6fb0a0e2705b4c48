"""Judge facts against the contract: one finding per rule that did not plainly pass.

`None` is never a pass: it yields UNKNOWN with the reason. `ABSENT` (looked for, not there) breaks no limit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mediaprep.contract import profiles
from mediaprep.contract.bounds import AtLeast, Between, Bound
from mediaprep.contract.limits import Limit, kinds_for, limits_for
from mediaprep.contract.paths import bare
from mediaprep.contract.rules import face_demands, faces
from mediaprep.contract.script import texts
from mediaprep.model.facts import ABSENT, Facts, Kind, UnknownFacts, VideoFacts
from mediaprep.model.findings import Finding, Text, Verdict
from mediaprep.preflight import heuristics, whole_files, words
from mediaprep.preflight.decks import page_advice

Request = Mapping[str, Any]
_HIDDEN = 0.2  # seconds of picture behind an edit list; encoders hide a picture or two
_DRIVEN = ("notrain", "RefVideoUrl")  # the footage whose face is made to speak


def rows_for(
    endpoint: str, field: str, request: Request | None = None, *, profile: str = profiles.DEFAULT
) -> tuple[Limit, ...]:
    """All rows a file of this field is judged by: the contract's, then our advice on what it leaves open."""
    documented = limits_for(endpoint, field, request, profile=profile)
    taken = {limit.measure for limit in documented}
    return documented + tuple(row for row in heuristics.rows(endpoint, field) if row.measure not in taken)


def judge_file(
    endpoint: str,
    field: str,
    facts: Facts,
    request: Request | None = None,
    *,
    profile: str = profiles.DEFAULT,
) -> tuple[Finding, ...]:
    """Everything that speaks against `facts` as the file of `endpoint.field`, in the order of the docs.

    `field` may be concrete (PageConfigs[2].InputAudioUrl), so that conditions look at the right page.
    """
    expected = kinds_for(endpoint, field)
    if isinstance(facts, UnknownFacts):
        return (_unreadable(endpoint, bare(field), facts, expected),)
    if expected and facts.kind not in expected:
        return (_wrong_kind(endpoint, bare(field), facts, expected),)
    judged = (judge(limit, facts) for limit in rows_for(endpoint, field, request, profile=profile))
    found = [finding for finding in judged if finding is not None]
    found += [
        *whole_files.judge(endpoint, field, facts),
        *face_demands.judge(endpoint, field, facts, request),
    ]
    found += page_advice.judge(endpoint, bare(field), facts)
    if request is not None and endpoint == "notrain" and faces.is_photo(field):
        found = [*map(_softened, found)] if not faces.counts(request, field) else found
    return tuple(found)


def _softened(finding: Finding) -> Finding:
    """Of a file that the service will not look at."""
    hard = finding.verdict in {Verdict.REFUSED, Verdict.UNKNOWN}
    return replace(finding, verdict=Verdict.ADVISED) if hard else finding


def asks_for_faces(endpoint: str, field: str) -> bool:
    """Whether any rule of this field looks at faces: looking for them costs a second a video."""
    rows = (row.measure for row in rows_for(endpoint, field))
    return (endpoint, bare(field)) == _DRIVEN or "face_count" in rows


def judge(limit: Limit, facts: Facts) -> Finding | None:
    """One row against one file; None when it passes or the row is about another kind of file."""
    if (limit.kind is not None and limit.kind is not facts.kind) or not hasattr(facts, limit.measure):
        return None
    value = getattr(facts, limit.measure)
    unasked = value is None and limit.measure in heuristics.WHERE_IT_EXISTS
    if value is ABSENT or (unasked and not words.told_unmeasured(facts, limit.measure)):
        return None
    if isinstance(value, float):
        value = round(value, 6)  # 30000 × 0.04 must not be over 1200
    verdict = Verdict.UNKNOWN if value is None else limit.bound.verdict(value)
    if verdict is Verdict.PASS:
        return None
    return Finding(
        rule=limit.id,
        verdict=verdict,
        measured=value,
        limit=limit.bound.words(),
        unit=limit.bound.unit,
        message=words.message(limit, value, verdict, facts),
        fix=_remedy(limit, value, verdict),
        where=_where(limit.measure, facts),
    )


def _where(measure: str, facts: Facts) -> str | None:
    """The place in the file that a finding on this measure is about, where one is known."""
    if measure == "well_formed":
        return words.place(facts)
    if measure == "decode_errors" and isinstance(facts, VideoFacts) and facts.first_error is not None:
        return faces.timecode(facts.first_error)
    return None


def _remedy(limit: Limit, value: object, verdict: Verdict) -> Text | None:
    """How to mend it; nothing can be added to what is too short."""
    if verdict is Verdict.UNKNOWN:
        return None
    if limit.measure == "seconds" and isinstance(value, (int, float)) and value < lowest(limit.bound):
        return words.TOO_SHORT
    if limit.measure in _COUNTED and isinstance(value, (int, float)):
        return words.LENGTHEN if value < texts.ends(limit.bound)[0] else words.SPLIT
    return words.remedy(limit)


_COUNTED = frozenset({"characters", "spoken_characters", "estimated_seconds"})


def lowest(bound: Bound) -> float:
    """The lower end of a bound; 0 where it has none."""
    return bound.low if isinstance(bound, (Between, AtLeast)) else 0.0


def _unreadable(endpoint: str, field: str, facts: UnknownFacts, expected: tuple[Kind, ...]) -> Finding:
    said = Text(f"cannot be read: {facts.problem_en}", f"无法读取：{facts.problem_zh}")
    if facts.machine_fault:
        said = Text(facts.problem_en, facts.problem_zh)
    return Finding(
        rule=f"{endpoint}.{field}.kind",
        verdict=Verdict.UNKNOWN if facts.machine_fault else Verdict.REFUSED,
        measured=Kind.UNKNOWN.value,
        limit=_kinds(expected),
        message=said,
    )


def _wrong_kind(endpoint: str, field: str, facts: Facts, expected: tuple[Kind, ...]) -> Finding:
    wanted = _kinds(expected)
    return Finding(
        rule=f"{endpoint}.{field}.kind",
        verdict=Verdict.REFUSED,
        measured=facts.kind.value,
        limit=wanted,
        message=Text(
            f"by its bytes this is {words.kind(facts.kind).en}; {field} takes {wanted}",
            f"按内容判断，这是{words.kind(facts.kind).zh}；{field} 需要 {wanted}",
        ),
    )


def _kinds(expected: tuple[Kind, ...]) -> str:
    return " / ".join(kind.value for kind in expected)


def judge_request(
    endpoint: str,
    payload: Request,
    facts_by_field: Mapping[str, object],
    profile: str = profiles.DEFAULT,
) -> tuple[Finding, ...]:
    """Everything that speaks against a request: its JSON, unknown names, values without effect, and the
    rules over the request and its files (facts under concrete wire paths). The files' own limits are
    `judge_file`'s. Raises BadConfig for an unknown endpoint or profile."""
    from mediaprep.contract.rules import (  # the tables of all parameters: files alone need none
        demands,
        requests,
    )

    profiles.get(profile)  # editions differ in limits on files, so far not in what a request may say
    return (
        *(violation.finding() for violation in requests.violations(endpoint, payload)),
        *requests.unknown_findings(endpoint, payload),
        *requests.advice(endpoint, payload),
        *demands.judge(endpoint, payload, facts_by_field),
    )
