"""How a verb that waits for a task tells what it sees."""

from __future__ import annotations

from collections.abc import Callable

from mediaprep.cli.language import LANG, tell
from mediaprep.model.paid.jobs import Waiting
from mediaprep.report.console import Console


def teller(console: Console) -> Callable[[Waiting], None]:
    """Status, place in the queue, our own ETA; trouble that will be tried again."""

    def say(look: Waiting) -> None:
        parts = [look.status or "…"]
        if look.ahead:
            parts.append(tell(f"{look.ahead} ahead", f"前面 {look.ahead} 个"))
        parts.append(tell(f"{look.elapsed_seconds:.0f} s", f"已等 {look.elapsed_seconds:.0f} 秒"))
        if look.eta_seconds is not None:
            parts.append(tell(f"about {look.eta_seconds:.0f} s left", f"约剩 {look.eta_seconds:.0f} 秒"))
        if look.trouble:
            parts.append(look.trouble.say(LANG))
        console.say(
            f"{look.task_id}: " + ", ".join(parts), event="wait", status=look.status, ahead=look.ahead
        )

    return say
