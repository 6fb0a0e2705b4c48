"""How much a run may take of an hour package: what was sent counts, and what is expected of what is being made."""

from __future__ import annotations

import threading
from typing import Final

from mediaprep.errors import BadConfig
from mediaprep.model.decks import lessons
from mediaprep.model.findings import Text
from mediaprep.model.paid.outcomes import Charge
from mediaprep.model.paid.records import JobRow
from mediaprep.preflight.scripts.estimate import Price
from mediaprep.verbs.paid.charges import Charges

_GRAIN: Final = 1e-6  # sums of hundredths are no exact hundredths
_UNKNOWN: Final = Text(
    "not sent: nothing says how long it will be, so that it might take more than the run may",
    "未发送：无法预知其时长，可能超出本次运行的上限",
)


class Spending:
    """For all threads of a run. Jobs that were sent before, by whatever process, count as soon as they are `seen`.
    Raises BadConfig for a cost that no price is known for."""

    def __init__(
        self, charges: Charges, *, price: Price | None, minutes: float | None, cost: float | None
    ) -> None:
        if cost is not None and price is None:
            raise BadConfig(
                "--max-cost needs the price of a minute: set MEDIAPREP_PRICE, such as 1.20 CNY",
                "--max-cost 需要每分钟价格：请设置 MEDIAPREP_PRICE，如 1.20 CNY",
            )
        self._charges, self._price = charges, price
        self._minutes, self._cost = minutes, cost
        self._taken: dict[str, Charge] = {}
        self._lock = threading.Lock()

    def seen(self, row: JobRow) -> None:
        """What a job took, or is expected to take, by its row as it stands."""
        if row.endpoint == lessons.ENDPOINT:  # its parts count
            return
        charge = self._charges.of(row)
        if charge is not None and charge.minutes is None and row.state.in_doubt:
            charge = self._charges.expected(row)
        with self._lock:
            if charge is None:
                self._taken.pop(row.id, None)
            else:
                self._taken[row.id] = charge

    def withheld(self, row: JobRow) -> Text | None:
        """Why a job must not be sent; None, and it counts from now on, where it may."""
        if self._minutes is None and self._cost is None:
            return None
        charge = self._charges.expected(row)
        with self._lock:
            if row.id in self._taken:
                return None
            if charge.minutes is None:
                return _UNKNOWN
            minutes = sum(one.minutes or 0.0 for one in self._taken.values())
            if self._minutes is not None and minutes + charge.minutes > self._minutes + _GRAIN:
                return _beyond(f"{minutes:.2f}", f"{charge.minutes:.2f}", f"{self._minutes:g}", _MINUTES)
            cost = sum(one.cost or 0.0 for one in self._taken.values())
            if self._cost is not None and cost + (charge.cost or 0.0) > self._cost + _GRAIN:
                return _beyond(f"{cost:.2f}", f"{charge.cost:.2f}", f"{self._cost:g}", self._currency())
            self._taken[row.id] = charge
        return None

    def _currency(self) -> tuple[Text, str]:
        name = self._price.currency if self._price else ""
        return Text(name, name), "--max-cost"


_MINUTES: Final = (Text("minutes", "分钟"), "--max-minutes")


def _beyond(taken: str, more: str, most: str, what: tuple[Text, str]) -> Text:
    unit, option = what
    return Text(
        f"not sent: {taken} {unit.en} are sent or under way, it would take {more} more, {option} is {most}",
        f"未发送：已发送或制作中共 {taken} {unit.zh}，此任务约需 {more}，而 {option} 为 {most}",
    )
