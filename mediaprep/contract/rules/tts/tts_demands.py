"""What the docs refuse of a tts request beside what all spoken ones share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mediaprep.contract.demand import REFUSED, SENT_BACK, Case, Demand
from mediaprep.contract.judging import View, Violation
from mediaprep.contract.minimal import GONE
from mediaprep.model.findings import Text


def _voice_or_avatar(rule: Demand, view: View) -> Iterator[Violation]:
    if not view.given("VirtualmanKey") and not view.spoiled("VirtualmanKey"):
        why = Text("TimbreKey or VirtualmanKey must be given", "TimbreKey 与 VirtualmanKey 至少填一个")
        yield from rule.missing(view, "TimbreKey", why)


VOICE_OR_AVATAR: Final = Demand(
    endpoints="tts", paths="TimbreKey", kind="required", verdicts=REFUSED, judge=_voice_or_avatar,
    what=Text("TimbreKey or VirtualmanKey says who speaks", "TimbreKey 与 VirtualmanKey 至少填一个"), why=SENT_BACK,
    valid=(Case(), Case({"{path}": GONE, "VirtualmanKey": "avatar"})), invalid=(Case({"{path}": GONE}),),
)  # fmt: skip

DEMANDS: Final = (VOICE_OR_AVATAR,)
