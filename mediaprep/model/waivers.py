"""Findings that somebody has decided to live with: which, where, why, and until when."""

from __future__ import annotations

import datetime
import fnmatch
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from mediaprep.errors import BadConfig

_KEYS: Final = ("rule", "path", "reason", "expires")
_WILD: Final = frozenset("*?[")


@dataclass(frozen=True, kw_only=True)
class Waiver:
    """One entry of `[[mediaprep.waivers]]`: a prefix of rule ids, a pattern of paths (one without / is held
    against the file's name), the reason, and the last day it holds. `number` counts entries from 1."""

    rule: str
    path: str
    reason: str
    expires: datetime.date | None = None
    number: int

    def matches(self, path: str) -> bool:
        """Whether it is about the file of this path, as it was given."""
        if "/" not in self.path:
            return fnmatch.fnmatchcase(path.rpartition("/")[2], self.path)
        return fnmatch.fnmatchcase(path, self.path) or fnmatch.fnmatchcase(path, f"*/{self.path}")

    @property
    def one_file(self) -> bool:
        """Whether the pattern can only be one file's path."""
        return not _WILD & set(self.path)

    def expired(self, today: datetime.date) -> bool:
        return self.expires is not None and self.expires < today


def read(entries: object, source: str) -> tuple[Waiver, ...]:
    """The waivers of a settings file (`source` names it). Raises BadConfig naming entry and key."""
    if not isinstance(entries, list):
        raise BadConfig(
            f"{source}: waivers are tables: [[mediaprep.waivers]]",
            f"{source}：豁免须写成表：[[mediaprep.waivers]]",
        )
    return tuple(_one(entry, f"{source}: waiver {number}", number) for number, entry in enumerate(entries, 1))


def _one(entry: object, where: str, number: int) -> Waiver:
    if not isinstance(entry, Mapping):
        raise BadConfig(f"{where} is no table", f"{where} 不是表")
    for name in entry:
        if name not in _KEYS:
            known = ", ".join(_KEYS)
            raise BadConfig(
                f"{where}: no key {name}; known: {known}", f"{where}：没有键 {name}；可用：{known}"
            )
    for name in ("rule", "reason"):
        if not isinstance(entry.get(name), str) or not entry[name].strip():
            raise BadConfig(f"{where}: {name} is missing", f"{where}：缺少 {name}")
    path = entry.get("path", "*")
    if not isinstance(path, str) or not path:
        raise BadConfig(f"{where}: path must be a pattern such as *.mov", f"{where}：path 须为模式，如 *.mov")
    return Waiver(
        rule=entry["rule"].strip(),
        path=path,
        reason=entry["reason"].strip(),
        expires=_day(entry.get("expires"), where),
        number=number,
    )


def _day(value: object, where: str) -> datetime.date | None:
    if value is None:
        return None
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value
    try:
        return datetime.date.fromisoformat(str(value))
    except ValueError:
        raise BadConfig(
            f"{where}: expires must be a day such as 2027-01-31, not {value}",
            f"{where}：expires 须为日期，如 2027-01-31，而不是 {value}",
        ) from None
