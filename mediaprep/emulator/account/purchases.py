"""What an emulated account has bought. Rows are data; the docs give no sizes, so those are ours."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from mediaprep.contract.quotas import TRIAL
from mediaprep.model.findings import Text

_HOUR: Final = 3600.0


@dataclass(frozen=True, kw_only=True)
class Purchases:
    """`hours`: seconds in the hour package (inf: without end). `exclusive` and `audio`: bought channels. `days` from
    the account's first start until its permission ends; None: it does not."""

    hours: float
    exclusive: int = 0
    audio: int = 0
    days: float | None = None


STANDARD: Final = "standard"
ACCOUNTS: Final[Mapping[str, tuple[Purchases, Text]]] = {
    STANDARD: (
        Purchases(hours=100 * _HOUR),
        Text("an hour package of 100 h, no exclusive channel", "100 小时的小时包，无独享并发"),
    ),
    "trial": (
        Purchases(hours=_HOUR, days=TRIAL.total_seconds() / 86_400),
        Text("a trial: 1 h, over after 15 days", "试用：1 小时，15 天后到期"),
    ),
    "bought": (
        Purchases(hours=100 * _HOUR, exclusive=1, audio=1),
        Text("100 h, one exclusive and one audio channel", "100 小时，独享与音频并发各一路"),
    ),
    "none": (Purchases(hours=0.0), Text("nothing bought", "未购买任何资源")),
}


def bought(
    account: str, *, hours: float | None = None, exclusive: int | None = None, audio: int | None = None
) -> Purchases:
    """A row of ACCOUNTS, with what is said otherwise (None: nothing is)."""
    row = ACCOUNTS[account][0]
    return Purchases(
        hours=row.hours if hours is None else hours,
        exclusive=row.exclusive if exclusive is None else exclusive,
        audio=row.audio if audio is None else audio,
        days=row.days,
    )


def left(purchases: Purchases, deducted: float) -> float | None:
    """Seconds left of the hour package after so many were taken off it; None: without end."""
    return None if math.isinf(purchases.hours) else max(0.0, purchases.hours - deducted)
