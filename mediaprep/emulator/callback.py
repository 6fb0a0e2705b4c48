"""Tells a CallbackUrl how its task ended: one POST, whatever becomes of it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from typing import Any

from mediaprep.emulator import outbound
from mediaprep.emulator.outbound import Reach

_SECONDS = 5.0


def send(url: str, body: Mapping[str, Any], reach: Reach, record: Callable[[str], None]) -> None:
    """POSTs `body` from a thread of its own; `record` is told the HTTP status or what went wrong."""
    raw = json.dumps(body, ensure_ascii=False).encode()
    hurried = Reach(allow_hosts=reach.allow_hosts, seconds=min(_SECONDS, reach.seconds))

    def once() -> None:
        try:
            record(f"HTTP {outbound.post(url, raw, hurried)}")
        except (outbound.Unfetchable, outbound.Broken) as error:
            record(str(error))

    threading.Thread(target=once, name="emulator-callback", daemon=True).start()
