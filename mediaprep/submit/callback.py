"""The receiver of callbacks. They are unsigned and come once at most: a hint to ask, never the truth."""

from __future__ import annotations

import json
from typing import Final

from mediaprep.contract.progress import Callback
from mediaprep.contract.received import TASK_ID
from mediaprep.submit.ledger import Ledger

MOST_BYTES: Final = 64 << 10


def receive(ledger: Ledger, job: str, n: int, token: str, body: bytes) -> bool:
    """Take what was posted to the address of one attempt; False for what is no callback of it."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return False
    if not isinstance(document, dict):
        return False
    task_id = Callback.read(document).task_id
    return bool(TASK_ID.fullmatch(task_id)) and ledger.callback_came(job, n, token, task_id)
