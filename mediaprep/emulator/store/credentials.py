"""What the emulator's callers sign with: made up once, and kept beside the data so that a restart knows them."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from mediaprep.emulator.store.small_files import write_json
from mediaprep.errors import BadConfig


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """The gateway's two, the bucket's two, and the token of the control port where others reach it."""

    appkey: str
    accesstoken: str
    access_key: str
    secret: str
    control_token: str

    @classmethod
    def new(cls) -> Credentials:
        """Random ones."""
        return cls(
            appkey=secrets.token_hex(16),
            accesstoken=secrets.token_hex(16),
            access_key=f"EMU{secrets.token_hex(8).upper()}",
            secret=secrets.token_urlsafe(30),
            control_token=secrets.token_hex(16),
        )

    @classmethod
    def kept(cls, path: Path) -> Credentials:
        """Those in the file, or new ones that are written there for the owner alone. Raises BadConfig."""
        made = cls.new()
        try:
            kept = cls(**{"control_token": made.control_token, **json.loads(path.read_text())})
        except FileNotFoundError:
            kept = made
        except (ValueError, TypeError) as error:
            raise BadConfig(
                f"{path} does not hold the emulator's credentials; delete it, or use another folder",
                f"{path} 不是模拟器的密钥文件；请删除它，或换一个目录",
            ) from error
        write_json(path, asdict(kept))  # one of an earlier version has no token
        return kept

    def given(self, appkey: str, accesstoken: str) -> Credentials:
        """With the user's own in place of what was made up, where there are some."""
        return replace(self, appkey=appkey or self.appkey, accesstoken=accesstoken or self.accesstoken)
