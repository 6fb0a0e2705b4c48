"""Files that lie elsewhere: how their URLs are told from paths, and where what is sent to one lies on this machine."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import unquote, urlsplit

OBJECTS: Final = ("s3", "cos")
"""Schemes of objects in buckets; the keys of the environment open them."""
WEB: Final = ("https", "http")
DELIVERED: Final = "delivered"
"""The folder, beside a manifest or the working one, with this machine's copies of what was sent elsewhere."""

_REMOTE: Final = re.compile(rf"(?:{'|'.join((*OBJECTS, *WEB))})://", re.IGNORECASE)
_SAFE: Final = re.compile(r"[^\w.@+-]+")
_MOST_NAME: Final = 100  # characters


def is_remote(text: object) -> bool:
    """Whether it is the URL of a file elsewhere, and no path."""
    return isinstance(text, str) and _REMOTE.match(text) is not None


def is_object(text: object) -> bool:
    """Whether it is the URL of an object in a bucket."""
    return isinstance(text, str) and is_remote(text) and scheme_of(text) in OBJECTS


def scheme_of(url: str) -> str:
    """In lower case."""
    return url.partition("://")[0].lower()


def shown(url: str) -> str:
    """`url` as it may be told: without its query, which may hold a signature."""
    return url.partition("?")[0].partition("#")[0]


def name_of(url: str) -> str:
    """A safe file name for what `url` names, with its ending."""
    return _safe(PurePosixPath(unquote(urlsplit(url).path)).name)


def delivered_place(url: str, base: Path) -> Path:
    """Where this machine's copy of what goes to `url` lies: below `base`, by host (or bucket) and path."""
    parts = urlsplit(url)
    names = [_safe(part) for part in unquote(parts.path).split("/") if part]
    return base.joinpath(DELIVERED, _safe(parts.netloc), *(names or ["file"]))


def _safe(name: str) -> str:
    """One name of a path, which leads nowhere else."""
    stem, dot, suffix = _SAFE.sub("_", name).strip(".").rpartition(".")
    if not dot:
        return suffix[:_MOST_NAME] or "file"
    return f"{stem[: _MOST_NAME - len(suffix[:12]) - 1]}.{suffix[:12]}"


Sources = Mapping[str, str]
"""Where files come from that a job names by their places on this machine: place → URL."""
