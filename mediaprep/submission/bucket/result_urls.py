"""Where the service puts a copy of its results: keys that name the attempt, URLs to write to, and whether they
came. Such an object is evidence that a task was accepted and has ended, even when its TaskId never arrived."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from mediaprep.contract.endpoints import get
from mediaprep.contract.paths import first, leaf
from mediaprep.contract.products import has_subtitles, suffix_of
from mediaprep.errors import BadConfig
from mediaprep.submission.bucket.object_store import Store
from mediaprep.submission.download.download import DEFAULT_LIMITS, Limits, fetch
from mediaprep.submission.wire.address_policy import NONE_BUT_PUBLIC, address_of

FOLDER: Final = "results/"
_NAME: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z._~-]{0,127}")
_GET_SECONDS: Final = 6 * 3600


@dataclass(frozen=True, kw_only=True)
class Deposit:
    """One result that the service is asked to upload: the wire path of the parameter that holds `url`, and the
    whole key of the object that will appear."""

    parameter: str
    key: str
    url: str = field(repr=False)

    @property
    def subtitles(self) -> bool:
        return _subtitles(self.parameter)


def deposits(
    endpoint: str, request: Mapping[str, Any], store: Store, name: str, seconds: int
) -> tuple[Deposit, ...]:
    """What to fill into `request` so that its results land under results/{name}… (`name` is the caller's, such
    as {job}.{attempt}), writable for `seconds`. Parameters that the request has filled itself are left alone;
    ppt has none. Raises BadConfig for a name that is no safe part of a key."""
    if not _NAME.fullmatch(name):
        raise BadConfig(
            f"{name!r} cannot be part of a key: letters, digits, . - _ only",
            f"{name!r} 不能用作对象键：只允许字母、数字与 . - _",
        )
    made = []
    for parameter in get(endpoint).storage_fields:
        if first(request, parameter) or (_subtitles(parameter) and not has_subtitles(endpoint, request)):
            continue
        suffix = ".srt" if _subtitles(parameter) else suffix_of(endpoint, request)
        key = store.key(f"{FOLDER}{name}{suffix}")
        made.append(Deposit(parameter=parameter, key=key, url=store.put_url(key, seconds)))
    return tuple(made)


def filled(request: Mapping[str, Any], made: tuple[Deposit, ...]) -> dict[str, Any]:
    """`request` with the deposits' URLs in it; what it held is not changed."""
    return {**request, **{deposit.parameter: deposit.url for deposit in made}}


def landed(store: Store, made: tuple[Deposit, ...]) -> Mapping[str, int | None]:
    """Key → size in bytes of what has come so far; None = not there."""
    return {deposit.key: store.exists(deposit.key) for deposit in made}


def download(
    store: Store,
    key: str,
    target: Path,
    *,
    verify: Callable[[Path], None],
    limits: Limits = DEFAULT_LIMITS,
    on_progress: Callable[[int, int | None], None] | None = None,
) -> Path:
    """A result object at `target`, resumed after cuts and verified like any other download, or nothing."""
    url = store.get_url(key, _GET_SECONDS)
    # The bucket is the user's own setting, so it may stand in the user's own network, and only it may.
    place = address_of(url)
    allowed = frozenset({place}) if place else NONE_BUT_PUBLIC
    return fetch(url, target, verify=verify, allowed=allowed, limits=limits, on_progress=on_progress)


def _subtitles(parameter: str) -> bool:
    return leaf(parameter).startswith("Subtitle")
