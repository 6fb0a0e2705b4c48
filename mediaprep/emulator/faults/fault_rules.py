"""Rules for injected faults as data: what goes wrong, with which calls, how often; and the dice that decide.

A rule counts the calls that match it (its ordinal). Whether it strikes at an ordinal depends on its seed, its
name and the ordinal alone, so a run with the same seed and the same order of calls goes wrong alike.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from mediaprep.contract import endpoints

When = Literal["before", "after"]

SUBMITS: Final = tuple(name for name, row in endpoints.ENDPOINTS.items() if row.kind == "submit")
POLLS: Final = tuple(name for name, row in endpoints.ENDPOINTS.items() if row.kind == "query")
GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "submit": SUBMITS,
    "poll": POLLS,
    "gateway": (*SUBMITS, *POLLS),
    "*": (*SUBMITS, *POLLS, "download", "bucket"),
}
CALLS: Final = GROUPS["*"]


@dataclass(frozen=True, kw_only=True)
class FaultAction:
    """One row of ACTIONS. `needs` must be given, `takes` may be; `on` is where it strikes unless the rule says
    otherwise; `may` the calls it makes sense for."""

    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    on: str = "submit"
    may: tuple[str, ...] = CALLS


ACTIONS: Final[Mapping[str, FaultAction]] = {
    # any call, before it is judged or after it was done
    "latency": FaultAction(needs=("seconds",), takes=("when",), on="*"),
    "status": FaultAction(takes=("status", "when", "retry_after")),
    "reset": FaultAction(takes=("when",)),
    "lost": FaultAction(takes=("when", "seconds")),
    "code": FaultAction(needs=("code",), takes=("message", "when"), may=GROUPS["gateway"]),
    "garbage": FaultAction(takes=("when", "message")),
    # the shape of an answer that is sent
    "slow": FaultAction(needs=("rate",), on="download"),
    "cut": FaultAction(takes=("bytes",), on="download"),
    "corrupt": FaultAction(takes=("bytes",), on="download"),
    "gzip": FaultAction(on="download"),
    "no-length": FaultAction(on="download"),
    "chunked": FaultAction(on="download"),
    "no-range": FaultAction(on="download", may=("download", "bucket")),
    "stale": FaultAction(on="download", may=("download",)),
    # the account and its tasks
    "slots": FaultAction(needs=("places",), takes=("key",), may=SUBMITS),
    "fetch-inside": FaultAction(may=SUBMITS),
    "fetch-late": FaultAction(needs=("seconds",), may=SUBMITS),
    "fetch-twice": FaultAction(may=SUBMITS),
    "fail": FaultAction(needs=("code",), takes=("message",), may=SUBMITS),
    "put-refused": FaultAction(may=SUBMITS),
    "put-lost": FaultAction(may=SUBMITS),
    "callback-lost": FaultAction(may=SUBMITS),
    "callback-twice": FaultAction(takes=("seconds",), may=SUBMITS),
    "callback-early": FaultAction(takes=("when", "seconds"), may=SUBMITS),
    "callback-forged": FaultAction(takes=("field", "value"), may=SUBMITS),
}
_PARAMETERS: Final = frozenset(name for row in ACTIONS.values() for name in (*row.needs, *row.takes))


class FaultRule(BaseModel):
    """One fault. The parameters behind `seed` belong to some actions only (see ACTIONS)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    do: str
    name: str = ""
    on: tuple[str, ...] = ()
    text: str = ""
    each: bool = False
    p: float = Field(1.0, ge=0, le=1)
    skip: int = Field(0, ge=0)
    first: int | None = Field(None, ge=0)
    every: int = Field(1, ge=1)
    within: float | None = Field(None, gt=0)
    repeated: float | None = Field(None, gt=0)
    seed: int | None = None

    when: When | None = None
    seconds: float | None = Field(None, ge=0, le=3600)
    status: int = Field(503, ge=400, le=599)
    retry_after: str | None = None
    code: int | None = None
    message: str | None = None
    rate: int | None = Field(None, ge=1)
    bytes: int | None = Field(None, ge=0)
    places: int | None = Field(None, ge=1)
    key: str = ""
    field: Literal["TaskId", "MediaUrl"] = "TaskId"
    value: str = ""

    @field_validator("do")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in ACTIONS:
            raise ValueError(f"{value!r} is unknown; known: {', '.join(ACTIONS)}")
        return value

    @field_validator("on", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    @field_validator("text")
    @classmethod
    def _pattern(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"no regular expression: {error}") from error
        return value

    @field_validator("message", "retry_after", "value")
    @classmethod
    def _header(cls, value: str | None) -> str | None:
        if value is not None and ("\r" in value or "\n" in value):
            raise ValueError("no line breaks")
        return value

    @model_validator(mode="after")
    def _fits(self) -> FaultRule:
        row = ACTIONS[self.do]
        given = self.model_fields_set & _PARAMETERS
        missing = [name for name in row.needs if name not in given]
        if missing:
            raise ValueError(f"{self.do} needs {', '.join(missing)}")
        odd = sorted(given - {*row.needs, *row.takes})
        if odd:
            raise ValueError(f"{self.do} does not take {', '.join(odd)}")
        wrong = sorted(self.calls - set(row.may))
        if self.on and wrong:
            raise ValueError(f"{self.do} cannot be on {', '.join(wrong)}; possible: {', '.join(row.may)}")
        return self

    @property
    def after(self) -> bool:
        """Whether it strikes when the work is done (the task accepted) rather than before; without `when`
        only a lost answer does."""
        return self.when == "after" or (self.when is None and self.do == "lost")

    @property
    def calls(self) -> frozenset[str]:
        """What it may strike: nicknames of endpoints, download, bucket."""
        names = self.on or (ACTIONS[self.do].on,)
        return frozenset(call for name in names for call in GROUPS.get(name, (name,)))


class FaultPlan(BaseModel):
    """The JSON document of POST {control}/faults."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int = 0
    rules: tuple[FaultRule, ...]


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What rules are held against: the kind of call, what it says (its path, or the request of the task it is
    about, as text), how many seconds ago that task was accepted, and how many seconds ago an equal request was
    (None: no such task, no such request)."""

    call: str
    says: str = ""
    age: float | None = None
    repeated: float | None = None


class Die:
    """One rule at work: counts its matches and strikes."""

    def __init__(self, rule: FaultRule, seed: int) -> None:
        self.rule = rule
        self.matched = self.struck = 0
        self._seed = seed if rule.seed is None else rule.seed
        self._pattern = re.compile(rule.text) if rule.text else None
        self._ordinals: dict[str, int] = {}

    def strikes(self, subject: Subject) -> bool:
        """Whether the fault happens now. Counts the call if it matches; the caller sees to it that one call is
        asked about once."""
        rule = self.rule
        if subject.call not in rule.calls or not _recent(subject.age, rule.within):
            return False
        if not _recent(subject.repeated, rule.repeated):
            return False
        group = ""
        if self._pattern is not None:
            found = self._pattern.search(subject.says)
            if found is None:
                return False
            group = found[0] if rule.each else ""
        self.matched += 1
        ordinal = self._ordinals[group] = self._ordinals.get(group, 0) + 1
        turn = ordinal - rule.skip
        strikes = (
            turn > 0
            and (rule.first is None or turn <= rule.first)
            and turn % rule.every == 0
            and chance(self._seed, rule.name, group, ordinal) < rule.p
        )
        self.struck += strikes
        return strikes

    def shown(self) -> dict[str, Any]:
        """The rule as it was given, and its counts."""
        given = self.rule.model_dump(exclude_unset=True)
        return {**given, "name": self.rule.name, "matched": self.matched, "struck": self.struck}


def chance(seed: int, name: str, group: str, ordinal: int) -> float:
    """A number in [0, 1) that depends on nothing else."""
    digest = hashlib.sha256(f"{seed}\0{name}\0{group}\0{ordinal}".encode()).digest()
    return int.from_bytes(digest[:7], "big") / 2**56


def _recent(ago: float | None, limit: float | None) -> bool:
    return limit is None or (ago is not None and ago <= limit)
