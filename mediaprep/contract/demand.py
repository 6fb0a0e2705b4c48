"""A rule that is code, in one value: what it asks and why, how it is mended, what passes and what does not, its judge.

The rulebook, `explain`, reports and the rules page are made from it, and so is every finding: what a finding says to
do is what the rule says.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from mediaprep.contract import endpoints, judging
from mediaprep.contract.judging import View, Violation
from mediaprep.contract.minimal import GONE
from mediaprep.contract.paths import bare
from mediaprep.model.facts import Facts
from mediaprep.model.findings import Finding, Text, Verdict

REFUSED: Final = (Verdict.REFUSED,)
ADVISED: Final = (Verdict.ADVISED,)
REFUSED_OR_UNKNOWN: Final = (Verdict.REFUSED, Verdict.UNKNOWN)
VIDEO: Final = "basic advanced notrain photo"
SPOKEN: Final = f"tts {VIDEO}"

NOTHING: Final = Text("the job runs and is paid for, without it", "任务照常执行并计费，但该参数不起作用")
SENT_BACK: Final = Text("the gateway refuses the request", "网关会拒绝该请求")


@dataclass(frozen=True)
class Case:
    """A request as an example: `given` is set in the smallest valid request of the endpoint, driven by text or `by`
    sound; GONE takes a parameter away. In its names {path} is the place that the rule is asked at, {beside} the object
    it stands in, {page} a deck's page. `known` are facts, as the judge gets them."""

    given: Mapping[str, Any] = field(default_factory=dict)
    by: str = endpoints.TEXT
    known: Mapping[str, object] = field(default_factory=dict)
    beside: str = ""  # what a reader is told of them
    of: str = ""  # the one place it is an example of; "" = of all

    def at(self, endpoint: str, path: str) -> dict[str, Any]:
        """Its parameters (general path → value) where the rule is asked at `path` of `endpoint`."""
        holder = path.rpartition(".")[0]
        places = {"path": path, "beside": f"{holder}." if holder else "", "page": _page(endpoint)}
        return {name.format(**places): value for name, value in self.given.items()}

    def told(self, endpoint: str, path: str) -> str:
        """The example as a reader sees it."""
        said = [f"{bare(name)} {_written(value)}" for name, value in self.at(endpoint, path).items()]
        drive = [] if self.by == endpoints.TEXT else [f"DriverType {self.by}"]
        return ", ".join([*drive, *said, *([self.beside] if self.beside else [])]) or "the smallest request"


@dataclass(frozen=True, kw_only=True)
class Demand:
    """One kind of rule at several places (general wire paths) of several endpoints: each of them is a rule of its own.
    `files` = it looks at files or the account's lists too. `judge` is pure: it gets this very rule and the request with
    what is known beside it, and yields what the rule itself words."""

    endpoints: str
    paths: str
    kind: str
    verdicts: tuple[Verdict, ...]
    what: Text
    why: Text
    judge: Judge
    valid: tuple[Case, ...]
    invalid: tuple[Case, ...]
    fix: Text | None = None
    files: bool = False
    limit: str = ""  # as findings print it, where one tells all
    lookup: Text | None = None  # where to learn what is not known, so that it can be judged

    def places(self) -> Iterator[tuple[str, str]]:
        """(endpoint, general path) of each."""
        for name in self.endpoints.split():
            for path in self.paths.split():
                yield name, path

    def examples(self, path: str) -> tuple[tuple[Case, Verdict], ...]:
        """(case, verdict) of those that are about `path`."""
        told = [(case, Verdict.PASS) for case in self.valid] + [
            (case, self.verdicts[0]) for case in self.invalid
        ]
        return tuple((case, verdict) for case, verdict in told if case.of in ("", path))

    def id_at(self, endpoint: str, path: str) -> str:
        """notrain.VideoParam.EndTime.segment."""
        return f"{endpoint}.{bare(path)}.{self.kind}"

    def refuse(
        self, view: View, path: str, said: str, message: Text, *, measured: object = None, limit: str = ""
    ) -> Violation:
        """What the JSON alone shows to be wrong; `said` = the service's words."""
        return judging.violation(
            view.endpoint,
            view.at(path),
            self.kind,
            said,
            message,
            measured=measured,
            limit=limit,
            fix=self.fix,
        )

    def missing(self, view: View, path: str, why: Text) -> Iterator[Violation]:
        """Nothing where the parameter is given, or was found wrong already."""
        if not view.given(path) and not view.spoiled(path):
            yield judging.missing(view.endpoint, view.at(path), why)

    def tell(
        self,
        view: View,
        path: str,
        message: Text,
        *,
        measured: object = None,
        limit: str = "",
        verdict: Verdict = Verdict.ADVISED,
    ) -> Finding:
        """A finding; of what cannot be judged too, where there is nothing to mend."""
        return judging.advised(
            view.endpoint, view.at(path), self.kind, message, measured=measured, limit=limit, verdict=verdict,
            fix=self.lookup if verdict is Verdict.UNKNOWN else self.fix,
        )  # fmt: skip

    def unmeasured(self, view: View, path: str, limit: str, *, of: str = "") -> Finding:
        """That `of` (a file, else the place itself) was not measured."""
        what = of or view.at(path)
        told = Text(f"{what} was not measured", f"{what} 未能测量")
        return self.tell(view, path, told, limit=limit, verdict=Verdict.UNKNOWN)

    def no_effect(self, view: View, path: str, why: Text) -> Finding:
        """A parameter that is given and does nothing."""
        place = view.at(path)
        told = Text(f"{place} has no effect: {why.en}", f"{place} 不生效：{why.zh}")
        return self.tell(view, path, told, measured=view.raw(path), limit=why.en)


Judge = Callable[[Demand, View], Iterator[Violation | Finding]]


def _page(endpoint: str) -> str:
    return "PageConfigs[]." if endpoint == "ppt" else ""


def _written(value: object) -> str:
    return "left out" if value is GONE else json.dumps(value, ensure_ascii=False)


@dataclass(frozen=True)
class Seen:
    """A file as an example of a rule over one: what a reader is told of it, and how it is judged."""

    told: str
    facts: Facts
    verdict: Verdict = Verdict.PASS


@dataclass(frozen=True, kw_only=True)
class FileDemand:
    """One kind of rule over a single file that needs more than a bound on a measure, at several `places`
    (notrain.RefVideoUrl). `judge` is pure: it gets this very rule, the place, and the file's facts."""

    places: tuple[str, ...]
    kind: str
    verdicts: tuple[Verdict, ...]
    limit: str
    unit: str = ""
    what: Text
    why: Text
    judge: Callable[[FileDemand, str, Any], Iterator[Finding]]
    examples: tuple[Seen, ...]
    fix: Text | None = None
    source: str = ""  # "" = where the docs list the parameter

    def tell(
        self, place: str, verdict: Verdict, measured: object, message: Text, *, where: str | None = None
    ) -> Finding:
        """A finding on the file of `place`; `where` is the spot inside it."""
        return Finding(
            rule=f"{place}.{self.kind}", verdict=verdict, measured=measured, limit=self.limit, unit=self.unit,
            message=message, where=where, fix=None if verdict is Verdict.UNKNOWN else self.fix,
        )  # fmt: skip

    def source_at(self, place: str) -> str:
        """Where the docs ask for it; else that it is advice of ours."""
        endpoint, _, path = place.partition(".")
        return self.source or f"{endpoints.get(endpoint).section} · {path}"
