"""How a verb that waits for a task tells what it sees."""

from __future__ import annotations

from collections.abc import Callable

from mediaprep.cli.language import LANG
from mediaprep.model.paid.jobs import Waiting
from mediaprep.report.console import Console


def teller(console: Console) -> Callable[[Waiting], None]:
    """Status, place in the queue, our own ETA; trouble that will be tried again."""

    def say(look: Waiting) -> None:
        console.say(
            f"{look.task_id}: {look.say().say(LANG)}", event="wait", status=look.status, ahead=look.ahead
        )

    return say
