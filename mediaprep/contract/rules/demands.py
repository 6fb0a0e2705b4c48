"""Every rule that is code, chapter by chapter. What stands here is judged, listed and explained.

What files hold is known under the wire path with indices that names each; avatars and voices (`model.assets`) under
that of their keys: a request does not show what they are, and without the account's lists rules on them are UNKNOWN.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, TypeVar

from mediaprep.contract import endpoints
from mediaprep.contract.demand import Demand
from mediaprep.contract.endpoints import Endpoint
from mediaprep.contract.judging import View, Violation
from mediaprep.contract.paths import general
from mediaprep.contract.rules import person
from mediaprep.contract.rules.avatar import avatar_advice, avatar_demands
from mediaprep.contract.rules.notrain import notrain_advice, notrain_demands
from mediaprep.contract.rules.ppt import ppt_advice, ppt_demands
from mediaprep.contract.rules.speech import speech_advice, speech_demands
from mediaprep.contract.rules.tts import tts_demands
from mediaprep.model.findings import Finding, Verdict

Worded = TypeVar("Worded", Violation, Finding)
DEMANDS: Final[tuple[Demand, ...]] = (
    *speech_demands.DEMANDS, *tts_demands.DEMANDS, *ppt_demands.DEMANDS, *avatar_demands.DEMANDS,
    *notrain_demands.DEMANDS, *speech_advice.DEMANDS, *ppt_advice.DEMANDS, *avatar_advice.DEMANDS,
    *notrain_advice.DEMANDS, person.PERSON,
)  # fmt: skip


def judge(endpoint: str, request: Mapping[str, Any], known: Mapping[str, object]) -> tuple[Finding, ...]:
    """What the request and its files together say."""
    view = View(endpoints.get(endpoint).nickname, request, known=known)
    told = (found for demand in _of(view) if demand.files for found in demand.judge(demand, view))
    return in_docs_order(view.endpoint, [found for found in told if isinstance(found, Finding)])


def in_docs_order(endpoint: str | Endpoint, found: Iterable[Worded]) -> tuple[Worded, ...]:
    """By the parameters that they are about, as the docs list these."""
    order = {slot.path: number for number, slot in enumerate(endpoints.get(endpoint).slots)}

    def place(one: Violation | Finding) -> int:
        where = one.parameter if isinstance(one, Violation) else (one.where or "").partition(" ")[0]
        return order.get(general(where).removesuffix("[]"), len(order))

    return tuple(sorted(found, key=place))


def violations(view: View) -> Iterator[Violation]:
    """What the JSON alone shows to be wrong, parameters together."""
    for demand in _of(view):
        if not demand.files and Verdict.REFUSED in demand.verdicts:
            yield from (found for found in demand.judge(demand, view) if isinstance(found, Violation))


def advice(view: View) -> Iterator[Finding]:
    """What the JSON alone says in vain."""
    for demand in _of(view):
        if (
            not demand.files
            and Verdict.REFUSED not in demand.verdicts
            and demand not in speech_advice.DERIVED
        ):
            yield from (found for found in demand.judge(demand, view) if isinstance(found, Finding))


def _of(view: View) -> Iterator[Demand]:
    return (demand for demand in DEMANDS if view.endpoint in demand.endpoints.split())
