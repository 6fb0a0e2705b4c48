"""Settings files: which of them count, and what they say. What a file of the working folder says counts in full only
when the user has allowed it (see `trust`)."""

from __future__ import annotations

import difflib
import os
import re
import shlex
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from mediaprep import trust
from mediaprep.errors import BadConfig
from mediaprep.leavings import config_folder
from mediaprep.model import waivers as waived

FILE_NAME: Final = "mediaprep.toml"
TABLE: Final = "mediaprep"
KEYS: Final = (
    "profile",
    "base_url",
    "appkey",
    "accesstoken",
    "bucket",
    "cos_region",
    "ledger",
    "gate",
    "gate_listen",
    "ffmpeg",
    "lang",
    "price",
    "concurrency",
    "audio_concurrency",
    "label",
    "label_producer",
    "label_key",
    "label_key_file",
    "label_certificate",
    "label_certificate_key",
)
_MOST_FILE_BYTES: Final = 256 << 10
_LONG_PATH: Final = re.compile(r"""(?:[\w"'-]{1,80}[ \t]*\.[ \t]*){33}""")
GUARDED: Final = frozenset(
    {
        "base_url", "appkey", "accesstoken", "bucket", "cos_region", "ledger", "gate", "gate_listen", "ffmpeg",
        "label_producer", "label_key", "label_key_file", "label_certificate", "label_certificate_key",
    }
)  # fmt: skip
"""What runs a program, says where keys, files and the ledger of paid work go, whose account pays, or in whose name
videos are labelled and signed."""
SECRET: Final = frozenset({"appkey", "accesstoken", "label_key"})
_OWNERS_ONLY: Final = ("accesstoken", "label_key")
CONFIG_VARIABLE: Final = "MEDIAPREP_CONFIG"
_COUNTS: Final = ("concurrency", "audio_concurrency")
WAIVERS: Final = "waivers"


@dataclass(kw_only=True)
class Filed:
    """What settings files say: name → (value, where it came from), and what one says that does not count."""

    values: dict[str, tuple[str, str]] = field(default_factory=dict)
    waivers: tuple[waived.Waiver, ...] = ()
    withheld: dict[str, BadConfig] = field(default_factory=dict)

    def take(self, file: trust.ConfigFile, why_not: tuple[str, str] | None) -> None:
        """Over what is known already; without what is guarded when there is a reason why not."""
        path, table = file.path, _table(file)
        self.waivers += waived.read(table.pop(WAIVERS, []), str(path))
        for name, found in _checked_values(path, table).items():
            if why_not is None or name not in GUARDED:
                self.values[name] = found
            else:
                self.values.pop(name, None)
                self.withheld[name] = _untrusted(name, path, why_not)


def from_files(named: Path | None, environ: Mapping[str, str]) -> Filed:
    """The user's own file, then the one that was named (which is as good as allowing it) or lies here."""
    filed = Filed()
    own = config_folder(environ) / FILE_NAME
    if own.is_file() and any(environ.get(name) for name in ("XDG_CONFIG_HOME", "HOME", "USERPROFILE")):
        file = trust.read(own.resolve())  # many keep theirs elsewhere, and a link to it here
        filed.take(file, file.problem)
    variable = environ.get(CONFIG_VARIABLE, "").strip()
    named = named or (Path(variable) if variable else None)
    here = Path.cwd() / FILE_NAME
    if named is not None:
        filed.take(trust.read(named), None)
    elif here.is_file() and not (own.is_file() and own.samefile(here)):
        file = trust.read(here)
        filed.take(file, trust.Trusted(environ).why_not(file))
    return filed


def _untrusted(name: str, path: Path, why: tuple[str, str]) -> BadConfig:
    command = f"mediaprep trust {shlex.quote(str(path))}"
    return BadConfig(
        f"{name} in {path} is not used: {why[0]}. Look at the file, then allow it: {command}; or give "
        f"MEDIAPREP_{name.upper()}",
        f"未采用 {path} 中的 {name}：{why[1]}。请先查看该文件，再授权：{command}；或设置 MEDIAPREP_{name.upper()}",
    )


def guarded_in(file: trust.ConfigFile) -> dict[str, str]:
    """The settings of a file that count only when it is allowed. Raises BadConfig."""
    table = _table(file)
    table.pop(WAIVERS, None)
    return {name: value for name, (value, _) in _checked_values(file.path, table).items() if name in GUARDED}


def _table(file: trust.ConfigFile) -> dict[str, object]:
    """The one table of a settings file."""
    path = file.path
    try:
        document = _parsed(file.data)
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits is the one, brackets the other
        told = str(error)[:300]
        raise BadConfig(f"{path} is not valid TOML: {told}", f"{path} 不是有效的 TOML：{told}") from None
    table = _checked_table(path, document)
    # Windows has no such bits; there the user's own access control stands.
    held = next((name for name in _OWNERS_ONLY if table.get(name)), None)
    if held and os.name == "posix" and file.mode & 0o077:
        raise BadConfig(
            f"{path} holds the {held} and is readable by others ({file.mode & 0o777:04o}): chmod 600 {path}",
            f"{path} 含有 {held} 且他人可读（{file.mode & 0o777:04o}）：请 chmod 600 {path}",
        )
    return table


def _parsed(raw: bytes) -> dict[str, object]:
    """Raises ValueError and RecursionError."""
    if len(raw) > _MOST_FILE_BYTES:
        raise ValueError(f"larger than {_MOST_FILE_BYTES >> 10} KiB")
    text = raw.decode("utf-8")
    if _LONG_PATH.search(text):  # the parser takes minutes for a key of some 10,000 parts
        raise ValueError("a key of more than 32 parts (a.b.c…)")
    return tomllib.loads(text)


def _checked_table(path: Path, document: Mapping[str, object]) -> dict[str, object]:
    for name in document:
        if name != TABLE:
            raise BadConfig(
                f"{path}: {name} stands outside the table [{TABLE}]", f"{path}：{name} 不在 [{TABLE}] 表内"
            )
    table = document.get(TABLE, {})
    if not isinstance(table, dict):
        raise BadConfig(f"{path}: {TABLE} must be a table", f"{path}：{TABLE} 必须是表")
    return dict(table)


def _checked_values(path: Path, table: Mapping[str, object]) -> dict[str, tuple[str, str]]:
    """Name → (value, where it came from) of the settings that are given."""
    values: dict[str, tuple[str, str]] = {}
    for name, value in table.items():
        if name not in KEYS:
            raise BadConfig(
                f"{path}: no setting is called {name}{nearest(name)}",
                f"{path}：没有名为 {name} 的设置{nearest_zh(name)}",
            )
        text = str(value) if name in _COUNTS else value
        if not isinstance(text, str):
            raise BadConfig(
                f"{path}: {name} must be a string, not {type(value).__name__}",
                f"{path}：{name} 必须是字符串，而不是 {type(value).__name__}",
            )
        if text:
            values[name] = (text, f"file {path}")
    return values


def nearest(name: str) -> str:
    """A hint at what `name` may have been meant to be."""
    near = difflib.get_close_matches(name.lower(), KEYS, n=1, cutoff=0.5)
    return f" (did you mean {near[0]}?)" if near else f" (there are: {', '.join(KEYS)})"


def nearest_zh(name: str) -> str:
    """`nearest` in Chinese."""
    near = difflib.get_close_matches(name.lower(), KEYS, n=1, cutoff=0.5)
    return f"（是否指 {near[0]}？）" if near else f"（可用：{'、'.join(KEYS)}）"
