"""Local files in a request: found where the contract says a URL stands, uploaded, replaced by signed URLs."""

from __future__ import annotations

import copy
import re
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from mediaprep.config import is_loopback
from mediaprep.contract.endpoints import get
from mediaprep.contract.paths import bare, walk
from mediaprep.errors import BadAsset
from mediaprep.model.findings import Finding, Text, Verdict
from mediaprep.model.paid.jobs import Upload
from mediaprep.submission.bucket.object_store import FileState, Store, seen

GET_SECONDS: Final = 7 * 24 * 3600
"""How long an input stays readable: a queued task may fetch it days later. The most that can be signed."""

_STAND_IN: Final = "https://to-be-uploaded.invalid/"
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_STEP: Final = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


@dataclass(frozen=True, kw_only=True)
class Asset:
    """A URL parameter that names a file on this machine."""

    parameter: str  # wire path with indices
    given: str
    path: Path
    seen: FileState | None = None  # as it was before it was judged
    suffix: str = ""  # what its bytes are, where its name lies


def assets(endpoint: str, payload: Mapping[str, Any], base: Path) -> tuple[Asset, ...]:
    """The local files that `payload` names, relative ones seen from `base`, in the docs' order.

    Raises BadAsset for a file that is missing or is no regular file, and for a scheme nobody can fetch.
    """
    found = []
    for general in get(endpoint).url_fields:
        for parameter, value in walk(payload, general):
            if not isinstance(value, str) or not value or value.lower().startswith(("http://", "https://")):
                continue
            path, state = _local(parameter, value, base)
            found.append(Asset(parameter=parameter, given=value, path=path, seen=state))
    return tuple(found)


def advice(endpoint: str, payload: Mapping[str, Any]) -> tuple[Finding, ...]:
    """What is worth saying of the URLs that a request already holds."""
    said = []
    for general in get(endpoint).url_fields:
        for parameter, value in walk(payload, general):
            if not isinstance(value, str) or not value.lower().startswith("http://"):
                continue
            if not is_loopback(urlsplit(value).hostname or ""):
                said.append(_in_the_clear(endpoint, parameter))
    return tuple(said)


def _in_the_clear(endpoint: str, parameter: str) -> Finding:
    return Finding(
        rule=f"{endpoint}.{bare(parameter)}.scheme",
        verdict=Verdict.ADVISED,
        measured="http",
        limit="https",
        message=Text(
            f"{parameter} is fetched over http://, in the clear: https:// is safer",
            f"{parameter} 经 http:// 明文获取，建议改用 https://",
        ),
        where=parameter,
    )


def stand_ins(payload: Mapping[str, Any], found: tuple[Asset, ...]) -> dict[str, Any]:
    """`payload` as it will look, to be judged before anything is uploaded: files replaced by dummy URLs."""
    return replaced(
        payload, {asset.parameter: f"https://to-be-uploaded.invalid/{_ascii(asset)}" for asset in found}
    )


def upload(
    payload: Mapping[str, Any],
    found: tuple[Asset, ...],
    store: Store,
    *,
    seconds: int = GET_SECONDS,
    on_progress: Callable[[Asset, int], None] | None = None,
) -> tuple[dict[str, Any], tuple[Upload, ...]]:
    """Put every file into the bucket once; the payload with signed GET URLs, and what was uploaded. Raises
    BadAsset when a file is no longer the one that `found` was made of."""
    stored = {}
    for path, asset in {asset.path: asset for asset in found}.items():
        stored[path] = store.put(path, _telling(asset, on_progress), suffix=asset.suffix)
    for asset in found:
        _same(asset, stored[asset.path].seen)
    uploads = tuple(
        Upload(
            parameter=asset.parameter,
            path=asset.path,
            key=stored[asset.path].key,
            size_bytes=stored[asset.path].size_bytes,
            reused=stored[asset.path].reused,
        )
        for asset in found
    )
    urls = {one.parameter: store.get_url(one.key, seconds) for one in uploads}
    return replaced(payload, urls), uploads


def replaced(payload: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    """A copy of `payload` with other values at the given wire paths."""
    made = copy.deepcopy(dict(payload))
    for parameter, value in values.items():
        steps: list[str | int] = [name or int(index) for name, index in _STEP.findall(parameter)]
        inner: Any = made
        for step in steps[:-1]:
            inner = inner[step]
        inner[steps[-1]] = value
    return made


def _local(parameter: str, value: str, base: Path) -> tuple[Path, FileState]:
    """The file that one parameter names, a relative one seen from `base`, and its state. Raises BadAsset."""
    if _SCHEME.match(value):
        scheme = value.partition("://")[0]
        raise BadAsset(
            f"{parameter}: the service cannot fetch {scheme}:// URLs; give a local file or an http(s) URL",
            f"{parameter}：服务端无法读取 {scheme}://；请给出本地文件或 http(s) 链接",
        )
    try:
        path = base / Path(value).expanduser()
        found = path.lstat()
    except (OSError, RuntimeError, ValueError):  # missing, too long a name, a home nobody has, a NUL
        shown = value if len(value) <= 200 else f"{value[:200]}…"
        raise BadAsset(
            f"{parameter}: {shown}: no such file (looked in {base})",
            f"{parameter}：{shown}：文件不存在（于 {base} 查找）",
        ) from None
    if stat.S_ISLNK(found.st_mode):
        raise BadAsset(
            f"{parameter}: {value} is a symbolic link: name the file itself",
            f"{parameter}：{value} 是符号链接：请直接给出文件本身",
        )
    if not stat.S_ISREG(found.st_mode):
        raise BadAsset(f"{parameter}: {value} is no regular file", f"{parameter}：{value} 不是普通文件")
    return path.resolve(), seen(found)


def _same(asset: Asset, now: FileState | None) -> None:
    """What was uploaded is what was judged. Raises BadAsset."""
    if asset.seen is not None and now is not None and asset.seen != now:
        raise BadAsset(
            f"{asset.parameter}: {asset.given} was changed or replaced after it was checked; check it again",
            f"{asset.parameter}：{asset.given} 在检查之后被改动或替换；请重新检查",
        )


def _ascii(asset: Asset) -> str:
    suffix = asset.suffix or asset.path.suffix
    return "file" + (suffix if suffix.isascii() else "")


def _telling(asset: Asset, on_progress: Callable[[Asset, int], None] | None) -> Callable[[int], None] | None:
    if on_progress is None:
        return None
    return lambda sent: on_progress(asset, sent)
