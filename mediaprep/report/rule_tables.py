"""Rules and profiles as people and machines read them (`mediaprep.rules/1`, `mediaprep.profiles/1`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mediaprep.contract.profiles import Profile
from mediaprep.model import strict_json
from mediaprep.model.findings import Text, Verdict
from mediaprep.model.rulebook import Rule
from mediaprep.preflight.rulebook.profile_diff import Difference

_VERDICTS = {
    Verdict.PASS: Text("Passes", "通过"),
    Verdict.ADVISED: Text("Advised", "建议"),
    Verdict.REFUSED: Text("Refused", "不合格"),
    Verdict.UNKNOWN: Text("Unknown", "无法判断"),
}
_SAME = Text("no difference", "没有差异")


def listing(rules: Iterable[Rule], lang: str) -> Iterator[str]:
    """One line a rule: id, what it can come to, what it asks."""
    for rule in rules:
        yield f"{rule.id}  [{', '.join(rule.verdicts)}]  {rule.what.say(lang)}"


def markdown(rules: Iterable[Rule], lang: str) -> Iterator[str]:
    """The rules page: a chapter for each endpoint, a section for each rule."""
    chapter = ""
    for rule in rules:
        if (named := rule.id.partition(".")[0]) != chapter:
            chapter = named
            yield from (f"## {chapter}", "")
        head, *rows = explained(rule, lang, {})
        yield from (f"### `{rule.id}`", "", head.removeprefix(rule.id).strip(), "")
        yield from (*(f"- {_plain(row.strip())}" for row in rows), "")


def _plain(text: str) -> str:
    """Nothing of it is markup of Markdown."""
    return re.sub(r"([*_<>\[\]|#])", r"\\\1", text)


def explained(rule: Rule, lang: str, elsewhere: Mapping[str, Rule]) -> Iterator[str]:
    """A rule's page; `elsewhere` = the same rule under profiles where it means something else."""
    rows = [
        (Text("What", "要求"), rule.what.say(lang)),
        (Text("Why", "原因"), rule.why.say(lang)),
        (Text("Docs", "文档"), rule.source),
    ]
    for verdict, name in _VERDICTS.items():
        shown = [example.value for example in rule.examples if example.verdict is verdict]
        if shown:
            rows.append((name, " · ".join(shown)))
    mend = Text("only a person can: change what was given", "需人工处理：修改所给内容")
    rows += [(Text("Fix", "修复"), text.say(lang)) for text in (rule.fix or mend, *rule.also)]
    rows += [(Text(name, name), other.what.say(lang)) for name, other in elsewhere.items()]
    yield f"{rule.id}  [{', '.join(rule.verdicts)}]"
    for label, text in rows:
        yield f"  {label.say(lang)}: {text}" if lang == "en" else f"  {label.zh}：{text}"


def entry(rule: Rule, lang: str) -> dict[str, Any]:
    """A rule for machines."""
    return {
        "id": rule.id,
        "family": rule.family.value,
        "verdicts": [verdict.value for verdict in rule.verdicts],
        "what": rule.what.say(lang),
        "why": rule.why.say(lang),
        "source": rule.source,
        "limit": rule.limit,
        "unit": rule.unit,
        "fix": rule.fix.say(lang) if rule.fix else None,
        "fixes": [text.say(lang) for text in (*([rule.fix] if rule.fix else []), *rule.also)],
        "examples": [{"value": e.value, "verdict": e.verdict.value} for e in rule.examples],
        "digest": rule.digest,
    }


def listing_json(rules: Iterable[Rule], *, profile: str, lang: str) -> str:
    """Rules for machines."""
    return _dumps(
        {"schema": "mediaprep.rules/1", "profile": profile, "rules": [entry(rule, lang) for rule in rules]}
    )


def explained_json(rule: Rule, *, profile: str, lang: str, elsewhere: Mapping[str, Rule]) -> str:
    """A rule's page for machines."""
    others = {name: entry(other, lang) for name, other in elsewhere.items()}
    return _dumps(
        {
            "schema": "mediaprep.rules/1",
            "profile": profile,
            "rules": [entry(rule, lang)],
            "elsewhere": others,
        }
    )


def profiles_text(profiles: Iterable[Profile], default: str, lang: str) -> Iterator[str]:
    """One line a profile; a star before the one in use."""
    for profile in profiles:
        mark = "*" if profile.name == default else " "
        yield f"{mark} {profile.name}  {profile.base_url}  {profile.about.say(lang)}"


def profiles_json(profiles: Iterable[Profile], default: str, lang: str) -> str:
    """Profiles for machines."""
    rows = [
        {
            "name": profile.name,
            "default": profile.name == default,
            "base_url": profile.base_url,
            "face_id_switch": profile.face_id_switch,
            "edition": profile.edition,
            "about": profile.about.say(lang),
        }
        for profile in profiles
    ]
    return _dumps({"schema": "mediaprep.profiles/1", "profiles": rows})


def difference_text(found: Iterable[Difference], one: str, other: str, lang: str) -> Iterator[str]:
    """Three lines a difference, as diff prints them."""
    nothing = True
    yield f"--- {one}"
    yield f"+++ {other}"
    for row in found:
        nothing = False
        yield row.name
        for sign, said, source in (("-", row.one, row.sources[0]), ("+", row.other, row.sources[1])):
            if said:
                yield f"  {sign} {said}" + (f"   [{source}]" if source else "")
    if nothing:
        yield _SAME.say(lang)


def difference_json(found: Iterable[Difference], one: str, other: str) -> str:
    """Differences for machines; null where a side has no such rule."""
    rows = [
        {"name": row.name, "one": row.one or None, "other": row.other or None, "sources": list(row.sources)}
        for row in found
    ]
    return _dumps({"schema": "mediaprep.profiles/1", "one": one, "other": other, "differences": rows})


def _dumps(document: dict[str, Any]) -> str:
    return strict_json.dumps(document, indent=2)
