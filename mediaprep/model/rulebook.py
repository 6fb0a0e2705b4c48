"""A rule as people look it up: what it asks, why, where the docs say so, what passes and what does not."""

from __future__ import annotations

import enum
import hashlib
from dataclasses import dataclass

from mediaprep.model.findings import Text, Verdict


class Family(enum.StrEnum):
    """What a rule is about."""

    FILE = "file"  # one measure of one file
    PARAMETER = "parameter"  # one parameter's own value
    REQUEST = "request"  # parameters together
    DEMAND = "demand"  # the request and its files together
    JOB = "job"  # a job of a manifest
    RUN = "run"  # the settings of a run
    LABEL = "label"  # what a file says of who generated it
    PLATFORM = "platform"  # a finished video and where it is to be shown


@dataclass(frozen=True)
class Example:
    """A value as a reader writes it, and how it is judged."""

    value: str
    verdict: Verdict


@dataclass(frozen=True, kw_only=True)
class Rule:
    """`verdicts` = what it can come to beside pass; `limit` and `unit` as findings print them; `edition` names
    the docs where it differs from the general ones. A * in the id stands for any name."""

    id: str
    family: Family
    verdicts: tuple[Verdict, ...]
    what: Text
    why: Text
    source: str
    limit: str = ""
    unit: str = ""
    fix: Text | None = None
    also: tuple[Text, ...] = ()  # what else findings say to do, by the value; … stands for what they name
    examples: tuple[Example, ...] = ()
    edition: str | None = None
    exact: str = ""  # the bound to the last digit, where words round it

    @property
    def digest(self) -> str:
        """Changes when the rule comes to mean something else; its wording may be bettered freely."""
        meaning = (self.id, self.family, *sorted(self.verdicts), self.exact or self.limit, self.unit)
        return hashlib.sha256("\n".join(map(str, meaning)).encode()).hexdigest()[:12]
