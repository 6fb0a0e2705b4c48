"""One row per demand of the docs on a file: endpoint · field · measure · bound · source · fix."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mediaprep.contract.bounds import Bound


@dataclass(frozen=True, kw_only=True)
class Condition:
    """A test on the request: the parameter at `path` has `value` (after defaults)."""

    path: str  # VideoParam.Format
    value: str  # TransparentMov
    name: str  # what stands after @ in the rule's id


@dataclass(frozen=True, kw_only=True)
class Limit:
    """A demand on one measure of the file that one parameter names."""

    endpoint: str  # nickname: notrain, photo, ppt, basic, advanced, tts
    field: str  # the parameter that carries the file's URL, full wire path without indices
    measure: str  # an attribute of the facts
    bound: Bound
    source: str  # section and parameter row of the docs
    when: Condition | None = None
    fix: str | None = None  # a row of FIXES; None: only a person can mend it

    @property
    def id(self) -> str:
        return f"{self.endpoint}.{self.field}.{self.measure}" + (f"@{self.when.name}" if self.when else "")


LIMITS: Mapping[str, Limit] = {}
