"""The asset lists of an account, remembered in one file of the user's cache folder."""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from mediaprep.model.assets import Assets
from mediaprep.submission.durable_files import write_whole

_MOST_BYTES: Final = 32 << 20
_MOST_ACCOUNTS: Final = 16  # an emulator makes a new account with every start
_LISTS: Final = TypeAdapter(Assets)


class AssetCache:
    """The lists of one account at one gateway. A file that cannot be read counts as none; one that cannot be
    written is done without."""

    def __init__(self, folder: Path, base_url: str, appkey: str) -> None:
        digest = hashlib.sha256(f"{base_url} {appkey}".encode()).hexdigest()[:16]
        self.path = folder / f"assets-{digest}.json"

    def read(self) -> Assets:
        """What was remembered."""
        with contextlib.suppress(OSError, ValidationError, ValueError):
            if self.path.stat().st_size <= _MOST_BYTES:
                return _LISTS.validate_json(self.path.read_bytes())
        return Assets()

    def write(self, assets: Assets) -> None:
        """Remember these lists instead, whole or not at all; the oldest accounts are forgotten."""
        with contextlib.suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_whole(self.path, _LISTS.dump_json(assets))
            kept = sorted(self.path.parent.glob("assets-*.json"), key=lambda p: p.stat().st_mtime)
            for old in kept[:-_MOST_ACCOUNTS]:
                old.unlink()
