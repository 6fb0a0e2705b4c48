"""The receiver of callbacks. They are unsigned and come once at most: a hint to ask, never the truth."""

from __future__ import annotations

from typing import Final

from mediaprep.contract.wire import received
from mediaprep.contract.wire.envelope import BadEnvelope
from mediaprep.submission.ledger import Ledger

MOST_BYTES: Final = 64 << 10


def receive(ledger: Ledger, job: str, n: int, token: str, body: bytes) -> bool:
    """Take what was posted to the address of one attempt; False for what is no callback of it. All that is looked at
    is its TaskId: inside Payload, as the docs' example has it, or flat, as their table."""
    try:
        document = received.body(body)
    except BadEnvelope:
        return False
    inner = document.get("Payload")
    task_id = (inner if isinstance(inner, dict) else document).get("TaskId")
    plain = isinstance(task_id, str) and received.is_plain_task_id(task_id)
    return plain and ledger.callback_came(job, n, token, str(task_id))
