"""What the emulator's callers sign with: made up once, and kept beside the data so that a restart knows them."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from mediaprep.emulator.store.small_files import write_json
from mediaprep.errors import BadConfig


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """The gateway's two, and the bucket's two."""

    appkey: str
    accesstoken: str
    access_key: str
    secret: str

    @classmethod
    def new(cls) -> Credentials:
        """Random ones."""
        return cls(
            appkey=secrets.token_hex(16),
            accesstoken=secrets.token_hex(16),
            access_key=f"EMU{secrets.token_hex(8).upper()}",
            secret=secrets.token_urlsafe(30),
        )

    @classmethod
    def kept(cls, path: Path) -> Credentials:
        """Those in the file, or new ones that are written there for the owner alone. Raises BadConfig."""
        try:
            return cls(**json.loads(path.read_text()))
        except FileNotFoundError:
            made = cls.new()
            write_json(path, asdict(made))
            return made
        except (ValueError, TypeError) as error:
            raise BadConfig(
                f"{path} does not hold the emulator's credentials; delete it, or use another folder",
                f"{path} 不是模拟器的密钥文件；请删除它，或换一个目录",
            ) from error
