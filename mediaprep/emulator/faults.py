"""The seam for injected faults: three places where an answer can be replaced, delayed or dropped."""

from __future__ import annotations

from mediaprep.emulator.messages import Call, Reply


class Faults:
    """No faults. A subclass returns a Reply in place of what would happen, or sleeps, at each place."""

    def before_accept(self, call: Call, endpoint: str) -> Reply | None:  # noqa: ARG002
        """A gateway call came in and nothing was judged; a Reply ends it here."""
        return None

    def after_accept(self, call: Call, endpoint: str, task_id: str) -> Reply | None:  # noqa: ARG002
        """The task is recorded and will run; a Reply replaces the answer that names its TaskId."""
        return None

    def before_answer(self, call: Call, reply: Reply) -> Reply:  # noqa: ARG002
        """Any answer of the gateway, the bucket or the result store, just before it is sent."""
        return reply
