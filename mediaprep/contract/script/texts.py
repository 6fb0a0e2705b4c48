"""How a script is measured and judged. Nobody says whether tags count as characters, so our client refuses
only what both counts refuse, or what the raw one does at the lower end; the emulator counts the raw one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from mediaprep.contract import endpoints, profiles
from mediaprep.contract.bounds import AllOf, AtLeast, AtMost, Bound
from mediaprep.contract.judging import View, Violation, violation
from mediaprep.contract.limits import Limit, limits_for
from mediaprep.contract.paths import first, walk
from mediaprep.contract.script import spoken, ssml
from mediaprep.model.facts import Kind, TextFacts
from mediaprep.model.findings import Finding, Text, Verdict

CHARACTERS_PER_SECOND: Final = 5.2
"""Measured on the tts example of the docs (6 characters in 1.15 s at Speed 1): good for an estimate only."""

_BREAK: Final = re.compile("\r\n|[\r\n\u2028\u2029]")
SOMETHING: Final = Text("write a text to speak, or drive by audio", "请写入要播报的文字，或改用音频驱动")
JOIN: Final = Text("replace line breaks by punctuation", "把换行换成标点")
PART: Final = Text("split the script over several jobs", "把文案拆成多个任务")
LENGTHEN: Final = Text("write a longer text", "请补足文案")
_SHOWN: Final = 30  # characters of a script in a message
ESCAPE: Final = Text(
    "let `mediaprep` escape the text, or escape it yourself", "让 mediaprep 转义，或自行转义"
)
_NAMES: Final = {
    "characters": Text("characters with tags", "含标签的字数"),
    "spoken_characters": Text("characters without tags", "不含标签的字数"),
    "lines": Text("lines", "行数"),
    "estimated_seconds": Text("estimated seconds of speech", "估计的播报秒数"),
}


def measure(text: str, speed: float = 1.0) -> TextFacts:
    """The facts of a script. Every line break counts, one at the end too: strip what an editor added."""
    script = ssml.read(text)
    worst = next((problem for problem in script.problems if problem.refused), None)
    return TextFacts(
        format="ssml" if script.tagged else "plain",
        characters=script.characters,
        spoken_characters=script.spoken_characters,
        lines=len(_BREAK.findall(text)) + 1,
        well_formed=worst is None,
        problem=None if worst is None else f"{worst.line}:{worst.column} {worst.en}",
        estimated_seconds=round(estimate(script, speed), 2),
        size_bytes=len(text.encode("utf-8", "surrogatepass")),
    )


def estimate(script: ssml.ParsedScript, speed: float = 1.0) -> float:
    """Seconds the script would take to speak, numbers as they are read and breaks included: a guess that can
    advise and never refuse."""
    said = spoken.syllables(spoken.heard(script))
    return said / CHARACTERS_PER_SECOND / (speed or 1.0) + spoken.rests(script)


@dataclass(frozen=True, kw_only=True)
class SpokenScript:
    """A script that will be spoken: its concrete path, its words as they came and as read, and at what Speed."""

    place: str
    source: str
    text: ssml.ParsedScript
    speed: float


def scripts(view: View) -> Iterator[SpokenScript]:
    """Every script of a request that is not empty and was not found wrong; none under audio drive."""
    for slot in endpoints.get(view.endpoint).slots:
        if not slot.is_script:
            continue
        for place, source in walk(view.payload, slot.path):
            prefix = place.rpartition(".")[0]
            inner = first(view.payload, prefix) if prefix else view.payload
            holder = View(view.endpoint, inner if isinstance(inner, Mapping) else {}, prefix)
            if isinstance(source, str) and source and place not in view.bad and not holder.by_audio:
                speed = holder.number("SpeechParam.Speed") or holder.number("Speed") or 1.0
                slow = speed if 0.5 <= speed <= 1.5 else 1.0
                yield SpokenScript(place=place, source=source, text=ssml.read(source), speed=slow)


def violations(view: View, script: SpokenScript, *, raw: bool = False) -> Iterator[Violation]:
    """What refuses this script. `raw` = as the emulator judges: the string as it came is counted."""
    endpoint, field = view.endpoint, script.place
    for problem in script.text.problems:
        if problem.refused:
            where = f"{problem.line}:{problem.column}"
            yield violation(
                endpoint,
                field,
                "well_formed",
                f"{field} ssml invalid, {where} {problem.en}",
                Text(f"{field} {where}: {problem.en}", f"{field} {where}：{problem.zh}"),
                measured=problem.en,
                limit="SSML",
                fix=ESCAPE,
            )
            break
    if raw:
        yield from _raw_length(endpoint, field, script.source, view.payload)
    for limit, found, verdict in _verdicts(endpoint, field, measure(script.source), view.payload):
        counted = limit.measure in ("characters", "spoken_characters")
        if verdict is Verdict.REFUSED and not (raw and counted):
            yield _too_much(endpoint, field, limit, found)


def silence(script: ssml.ParsedScript) -> Text | None:
    """Why nothing of a script would be heard; None where something is."""
    if not spoken.says_nothing(script):
        return None
    shown = " ".join(script.source.split())[:_SHOWN] or "\u2423"
    return Text(
        f"nothing of it is spoken ({shown}): blanks, marks, breaks and emoji make no sound",
        f"没有可播报的内容（{shown}）：空白、标点、停顿和表情符号都不发声",
    )


def advice(view: View, script: SpokenScript) -> Iterator[Finding]:
    """What is advised about this script's length."""
    facts = measure(script.source, script.speed)
    for limit, found, verdict in _verdicts(view.endpoint, script.place, facts, view.payload):
        if verdict is Verdict.ADVISED:
            name = _NAMES[limit.measure]
            yield Finding(
                rule=limit.id,
                verdict=verdict,
                measured=found,
                limit=limit.bound.words(),
                unit=limit.bound.unit,
                message=Text(
                    f"{script.place}: {name.en} {found}, limit {limit.bound.words()}",
                    f"{script.place}：{name.zh} {found}，限制 {limit.bound.words('zh')}",
                ),
                fix=PART if found > ends(limit.bound)[0] else LENGTHEN,
                where=script.place,
            )


def _raw_length(endpoint: str, field: str, text: str, request: Mapping[str, Any]) -> Iterator[Violation]:
    """The emulator's rule: the string as it came has between least and most characters."""
    for limit in limits_for(endpoint, field, request):
        if limit.measure == "characters":
            least, most = ends(limit.bound)
            if not least <= len(text) <= most:
                yield _too_much(endpoint, field, limit, len(text))


def _verdicts(
    endpoint: str, field: str, facts: TextFacts, request: Mapping[str, Any]
) -> Iterator[tuple[Limit, int | float, Verdict]]:
    for limit in limits_for(endpoint, field, request):
        if limit.kind is Kind.TEXT and limit.measure in _NAMES:
            found = getattr(facts, limit.measure)
            if found is not None:
                yield limit, found, limit.bound.verdict(found)


def _too_much(endpoint: str, field: str, limit: Limit, found: float) -> Violation:
    least, most = ends(limit.bound)
    name = _NAMES[limit.measure]
    fix: Text | None
    if limit.measure == "lines":
        said, words = f"{field} contains line breaks", "1"
        message = Text(
            f"{field} has {found:g} lines; line breaks are not allowed",
            f"{field} 有 {found:g} 行；内容不能换行",
        )
        fix = JOIN
    else:
        said, words = f"{field} length invalid, ranges:{least:g}-{most:g}", f"{least:g}-{most:g}"
        message = Text(
            f"{field}: {name.en} {found:g}, allowed {least:g} to {most:g}",
            f"{field}：{name.zh} {found:g}，允许 {least:g} 至 {most:g}",
        )
        fix = PART if found > most else LENGTHEN
    kind = limit.id.removeprefix(f"{endpoint}.{limit.field}.")
    return violation(endpoint, field, kind, said, message, measured=found, limit=words, fix=fix)


def limit_of(
    endpoint: str,
    field: str,
    measure: str,
    request: Mapping[str, Any] | None = None,
    *,
    profile: str = profiles.DEFAULT,
) -> tuple[float, float]:
    """(least, most) of one measure of a script, soft or hard; (0, ∞) where nothing is said."""
    rows = limits_for(endpoint, field, request, profile=profile)
    return next((ends(row.bound) for row in rows if row.measure == measure), (0.0, float("inf")))


def ends(bound: Bound) -> tuple[float, float]:
    """(least, most) whichever of its parts are soft."""
    least, most = 0.0, float("inf")
    for part in bound.parts if isinstance(bound, AllOf) else (bound,):
        if isinstance(part, AtLeast):
            least = part.low
        elif isinstance(part, AtMost):
            most = part.high
    return least, most
