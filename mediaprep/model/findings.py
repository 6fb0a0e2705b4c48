"""What was judged of a file or a request."""

from __future__ import annotations

import collections
import dataclasses
import datetime
import enum
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Self

from mediaprep.model.facts import Facts, Kind, UnknownFacts
from mediaprep.model.telling.json_results import JsonResult, cut, plain

CHECK_SCHEMA: Final = "mediaprep.check/1"


class Text(NamedTuple):
    """One sentence in both languages."""

    en: str
    zh: str

    def say(self, lang: str) -> str:
        return self.zh if lang.startswith("zh") else self.en

    def naming(self, what: str) -> Text:
        """The sentence with `what` in the place of its …"""
        return Text(self.en.replace("…", what), self.zh.replace("…", what))


class Verdict(enum.StrEnum):
    """Of one finding. `unreadable` is a file's verdict and never a finding's."""

    PASS = "pass"
    ADVISED = "advised"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Finding(JsonResult):
    """One rule that did not plainly pass. `limit` is the bound in words and numbers, `fix` how to mend it
    (a row of FIXES that `mediaprep fix` applies, in words; None = only a person can)."""

    rule: str  # notrain.RefVideoUrl.seconds
    verdict: Verdict
    measured: object
    limit: str
    unit: str = ""
    message: Text
    fix: Text | None = None
    where: str | None = None  # timecode range, page, line:column

    def to_dict(self, lang: str = "en") -> dict[str, object]:
        """One element of `findings`."""
        entry: dict[str, object] = {
            "rule": self.rule,
            "verdict": self.verdict.value,
            "measured": plain(self.measured),
            "limit": self.limit,
            "unit": self.unit,
            "message": self.message.say(lang),
            "fix": self.fix.say(lang) if self.fix else None,
        }
        return {**entry, "where": self.where} if self.where else entry


@dataclass(frozen=True, kw_only=True)
class Waived:
    """A finding that somebody decided to live with: it is shown and does not count."""

    finding: Finding
    reason: str
    expires: datetime.date | None = None


@dataclass(frozen=True, kw_only=True)
class FileReport(JsonResult):
    """One file, its facts and findings. `field` is the coordinate it was judged for (notrain.RefVideoUrl);
    `other_uses` are what else it may be meant for, where nobody said and its kind does not tell."""

    path: str
    field: str | None
    facts: Facts
    findings: tuple[Finding, ...] = ()
    sha256: str | None = None
    waived: tuple[Waived, ...] = ()
    other_uses: tuple[str, ...] = ()

    @property
    def kind(self) -> Kind:
        return self.facts.kind

    @property
    def verdict(self) -> str:
        """pass | advised | refused | unknown | unreadable: the worst of the findings."""
        if isinstance(self.facts, UnknownFacts) and not self.facts.machine_fault:
            return "unreadable"
        if isinstance(self.facts, UnknownFacts):
            return Verdict.UNKNOWN.value
        return worst(self.findings).value

    def to_dict(self, lang: str = "en") -> dict[str, object]:
        """One element of `files` of `check --format json`."""
        entry: dict[str, object] = {
            "path": self.path.encode("utf-8", "backslashreplace").decode("utf-8"),
            "sha256": self.sha256,
            "kind": self.kind.value,
            "field": self.field,
            "verdict": self.verdict,
            "facts": facts_entry(self.facts, lang),
            "findings": [finding.to_dict(lang) for finding in self.findings],
        }
        if self.other_uses:
            entry["other_uses"] = list(self.other_uses)
        if self.waived:
            entry["waived"] = [
                {**w.finding.to_dict(lang), "reason": w.reason, "expires": w.expires and str(w.expires)}
                for w in self.waived
            ]
        return entry


def facts_entry(facts: Facts, lang: str) -> dict[str, Any]:
    """The facts by name; what is absent or was not measured is null (a finding says which)."""
    entry = {f.name: plain(getattr(facts, f.name)) for f in dataclasses.fields(facts) if f.name != "kind"}
    problem = {"en": entry.pop("problem_en", None), "zh": entry.pop("problem_zh", None)}
    if problem["en"]:
        entry["problem"] = problem["zh" if lang.startswith("zh") else "en"]
    return entry


class Checked(tuple[FileReport, ...], JsonResult):
    """Reports on files, in the order in which they were given: a tuple that says itself as `check` does."""

    profile: str
    schema: str

    def __new__(cls, reports: Iterable[FileReport], *, profile: str, schema: str = CHECK_SCHEMA) -> Self:
        made = super().__new__(cls, reports)
        vars(made).update(profile=profile, schema=schema)
        return made

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{name}: results are frozen")

    def __getnewargs_ex__(self) -> tuple[tuple[tuple[FileReport, ...]], dict[str, str]]:
        return (tuple(self),), {"profile": self.profile, "schema": self.schema}

    def __repr__(self) -> str:
        counts = collections.Counter(report.verdict for report in self)
        told = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
        return cut(f"Checked({len(self)} files: {told or 'none'})")

    def to_dict(self, lang: str = "en") -> dict[str, object]:
        """All of `check --format json`."""
        files = [report.to_dict(lang) for report in self]
        return {"schema": self.schema, "profile": self.profile, "files": files}


_ORDER = (Verdict.PASS, Verdict.ADVISED, Verdict.UNKNOWN, Verdict.REFUSED)


def worst(findings: tuple[Finding, ...]) -> Verdict:
    """The gravest verdict; PASS for none."""
    return max((f.verdict for f in findings), key=_ORDER.index, default=Verdict.PASS)
