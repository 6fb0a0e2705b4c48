"""What `verify` found as stable JSON (`mediaprep.verify/1`); later versions only add keys."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mediaprep.model.finishing.proof import Check
from mediaprep.model.finishing.receipts import Receipt
from mediaprep.report.check.check_json import plain

SCHEMA = "mediaprep.verify/1"


def document(video: Path, receipt: Receipt, checks: Sequence[Check]) -> dict[str, Any]:
    """The whole answer of `verify --format json`. `verdict`: held, failed or unknown."""
    helds = {check.held for check in checks}
    return {
        "schema": SCHEMA,
        "video": str(video),
        "receipt": {
            "made_at": receipt.made_at,
            "verb": receipt.verb,
            "emulated": receipt.emulated,
            "sha256": receipt.video.sha256,
            "tasks": [answer.task_id for answer in receipt.answers],
        },
        "verdict": "failed" if False in helds else "unknown" if None in helds else "held",
        "checks": [plain(check) for check in checks],
    }
