"""Judge facts against the contract: one finding per rule that did not plainly pass.

`None` is never a pass: it yields UNKNOWN with the reason. `ABSENT` (looked for, not there) breaks no limit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mediaprep.contract import demands, profiles, requests
from mediaprep.contract.bounds import AtLeast, Between, Bound
from mediaprep.contract.limits import Limit, kinds_for, limits_for
from mediaprep.contract.paths import bare
from mediaprep.model.facts import ABSENT, Facts, Kind, UnknownFacts, VideoFaces, VideoFacts
from mediaprep.model.findings import Finding, Text, Verdict
from mediaprep.preflight import craft, words

Request = Mapping[str, Any]
_DRIVEN = ("notrain", "RefVideoUrl")  # the footage whose face is made to speak


def rows_for(
    endpoint: str, field: str, request: Request | None = None, *, profile: str = profiles.DEFAULT
) -> tuple[Limit, ...]:
    """All rows a file of this field is judged by: the contract's, then our advice on what it leaves open."""
    documented = limits_for(endpoint, field, request, profile=profile)
    taken = {limit.measure for limit in documented}
    return documented + tuple(row for row in craft.rows(endpoint, field) if row.measure not in taken)


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
    return (*found, *_footage(endpoint, bare(field), facts))


def asks_for_faces(endpoint: str, field: str) -> bool:
    """Whether any rule of this field looks at faces: looking for them costs a second a video."""
    rows = (row.measure for row in rows_for(endpoint, field))
    return (endpoint, bare(field)) == _DRIVEN or "face_count" in rows


def judge(limit: Limit, facts: Facts) -> Finding | None:
    """One row against one file; None when it passes or the row is about another kind of file."""
    if (limit.kind is not None and limit.kind is not facts.kind) or not hasattr(facts, limit.measure):
        return None
    value = getattr(facts, limit.measure)
    if value is ABSENT or (value is None and limit.measure in craft.WHERE_IT_EXISTS):
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
        where=words.place(facts) if limit.measure == "well_formed" else None,
    )


def _remedy(limit: Limit, value: object, verdict: Verdict) -> Text | None:
    """How to mend it; nothing can be added to what is too short."""
    if verdict is Verdict.UNKNOWN:
        return None
    if limit.measure == "seconds" and isinstance(value, (int, float)) and value < lowest(limit.bound):
        return None
    return words.remedy(limit)


def lowest(bound: Bound) -> float:
    """The lower end of a bound; 0 where it has none."""
    return bound.low if isinstance(bound, (Between, AtLeast)) else 0.0


def _unreadable(endpoint: str, field: str, facts: UnknownFacts, expected: tuple[Kind, ...]) -> Finding:
    return Finding(
        rule=f"{endpoint}.{field}.kind",
        verdict=Verdict.REFUSED,
        measured=Kind.UNKNOWN.value,
        limit=_kinds(expected),
        message=Text(f"cannot be read: {facts.problem_en}", f"无法读取：{facts.problem_zh}"),
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


def _footage(endpoint: str, field: str, facts: Facts) -> list[Finding]:
    """What only footage to be driven is asked: a face, and that the file is whole."""
    if not isinstance(facts, VideoFacts) or (endpoint, field) != _DRIVEN:
        return []
    found = []
    if facts.cut_short:
        found.append(_cut_short(f"{endpoint}.{field}.cut_short"))
    rule = f"{endpoint}.{field}.faces"
    if facts.faces is None:
        why = words.unmeasured(facts, "faces")
        unknown = Text(f"whether a face is shown is unknown ({why.en})", f"是否有人脸未知（{why.zh}）")
        found.append(_faces(rule, Verdict.UNKNOWN, None, unknown))
    elif facts.faces.with_face == 0:
        found.append(_faces(rule, Verdict.ADVISED, 0, _no_face(facts.faces)))
    return found


def _cut_short(rule: str) -> Finding:
    return Finding(
        rule=rule,
        verdict=Verdict.ADVISED,
        measured=True,
        limit="whole file",
        message=Text(
            "the file ends before its index does: a part is missing; copy or export it again",
            "文件在索引所示位置之前结束：缺少一部分；请重新复制或导出",
        ),
    )


def _faces(rule: str, verdict: Verdict, measured: object, message: Text) -> Finding:
    return Finding(rule=rule, verdict=verdict, measured=measured, limit="≥ 1", unit="frame", message=message)


def _no_face(seen: VideoFaces) -> Text:
    return Text(
        f"no face on the {seen.sampled} frames looked at; the service fails footage without one (802003)",
        f"所看的 {seen.sampled} 帧中未见人脸；无人脸的视频会制作失败（802003）",
    )


def judge_request(
    endpoint: str,
    payload: Request,
    facts_by_field: Mapping[str, object],
    profile: str = profiles.DEFAULT,
) -> tuple[Finding, ...]:
    """Everything that speaks against a request: its JSON, unknown names, values without effect, and the
    rules over the request and its files (facts under concrete wire paths). The files' own limits are
    `judge_file`'s. Raises BadConfig for an unknown endpoint or profile."""
    profiles.get(profile)  # editions differ in limits on files, so far not in what a request may say
    return (
        *(violation.finding() for violation in requests.violations(endpoint, payload)),
        *requests.unknown_findings(endpoint, payload),
        *requests.advice(endpoint, payload),
        *demands.judge(endpoint, payload, facts_by_field),
    )
