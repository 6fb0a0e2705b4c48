"""How the emulator writes small files, so that a kill at any moment leaves the old one or the new one."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Any


def write_json(path: Path, value: Any) -> None:
    """Writes `value` beside `path`, for the owner alone, then renames."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(
        os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as stream:
        json.dump(value, stream, ensure_ascii=False)
    part.replace(path)
