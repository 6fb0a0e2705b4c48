"""What a request's URLs say of themselves: until when they can be read or written, and by whom.

Query strings of S3 (X-Amz-…), COS (q-sign-time), OSS and Azure; `now` is seconds since 1970, as the caller's
clock has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from mediaprep.contract import endpoints
from mediaprep.contract.judging import advised
from mediaprep.contract.paths import walk
from mediaprep.model.findings import Finding, Text, Verdict

QUEUE_SECONDS: Final = 24 * 3600
"""How long a URL should still hold: a task may wait in the queue for hours (our guess: the docs say nothing)."""

_SIGNATURES: Final = frozenset({
    "x-amz-signature", "x-cos-security-token", "q-signature", "signature", "x-oss-signature", "sign", "sig", "token",
    "x-goog-signature", "access_token", "auth_key", "authorization",
})  # fmt: skip
AGAIN: Final = Text("sign it anew", "重新签名")
_CLOCK_SECONDS: Final = 300.0  # clocks differ
_MOST_SECONDS: Final = 4e11  # beyond what a date can say


@dataclass(frozen=True, kw_only=True)
class SignedPeriod:
    """From when and until when a signed URL works, seconds since 1970; None where it does not say."""

    starts: float | None
    ends: float | None


def signed(url: str) -> SignedPeriod | None:
    """The signature's lifetime; None for a URL without one."""
    query = _query(url)
    if not _SIGNATURES & set(query):
        return None
    for reader in (_amazon, _tencent, _google, _expires, _azure):
        found = reader(query)
        if found is not None:
            return found
    return SignedPeriod(starts=None, ends=None)


def judge(endpoint: str, payload: Mapping[str, Any], now: float) -> tuple[Finding, ...]:
    """Findings on the URLs of a request: read ones that expire too soon, and result ones that nobody may
    write to. Anything that is no http(s) URL is somebody else's to judge."""
    row = endpoints.get(endpoint)
    found: list[Finding] = []
    for general in row.url_fields:
        for place, url in _urls(payload, general):
            found += _lifetime(endpoint, place, signed(url), now, written=False)
    for general in row.storage_fields:
        for place, url in _urls(payload, general):
            life = signed(url)
            if life is None and not urlsplit(url).username:
                found.append(_unsigned(endpoint, place))
            found += _lifetime(endpoint, place, life, now, written=True)
    return tuple(found)


def _urls(payload: Mapping[str, Any], general: str) -> Iterator[tuple[str, str]]:
    for place, value in walk(payload, general):
        if isinstance(value, str) and value.lower().startswith(("http://", "https://")):
            yield place, value


def _query(url: str) -> dict[str, str]:
    try:
        return {name.lower(): values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    except ValueError:  # not an address at all, or more fields than anybody writes
        return {}


def _amazon(query: Mapping[str, str]) -> SignedPeriod | None:
    return _dated(query.get("x-amz-date"), query.get("x-amz-expires"))


def _google(query: Mapping[str, str]) -> SignedPeriod | None:
    return _dated(query.get("x-goog-date"), query.get("x-goog-expires")) or _dated(
        query.get("x-oss-date"), query.get("x-oss-expires")
    )


def _dated(date: str | None, seconds: str | None) -> SignedPeriod | None:
    if date is None:
        return None
    try:
        start = datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return SignedPeriod(starts=None, ends=None)
    length = _number(seconds)
    return SignedPeriod(starts=start, ends=None if length is None else start + length)


def _tencent(query: Mapping[str, str]) -> SignedPeriod | None:
    """q-sign-time=1557989151;1557996351 and q-key-time: both must hold."""
    spans = [query[name] for name in ("q-sign-time", "q-key-time") if name in query]
    pairs = [found.groups() for span in spans if (found := re.fullmatch(r"(\d{1,12})[;,](\d{1,12})", span))]
    if not spans:
        return None
    if not pairs:
        return SignedPeriod(starts=None, ends=None)
    return SignedPeriod(starts=max(float(a) for a, _ in pairs), ends=min(float(b) for _, b in pairs))


def _expires(query: Mapping[str, str]) -> SignedPeriod | None:
    """The old form of S3 and OSS: Expires= seconds since 1970."""
    end = _number(query.get("expires"))
    return None if end is None else SignedPeriod(starts=None, ends=end)


def _azure(query: Mapping[str, str]) -> SignedPeriod | None:
    if "se" not in query:
        return None
    return SignedPeriod(starts=_iso(query.get("st")), ends=_iso(query["se"]))


def _iso(text: str | None) -> float | None:
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    if found is None:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def _number(text: str | None) -> float | None:
    found = float(text) if text and re.fullmatch(r"\d{1,13}", text) else None
    return found if found is not None and found < _MOST_SECONDS else None


def _lifetime(
    endpoint: str, place: str, life: SignedPeriod | None, now: float, *, written: bool
) -> Iterator[Finding]:
    if life is None:
        return
    if life.starts is not None and life.starts > now + _CLOCK_SECONDS:
        told = Text(
            f"{place} is signed from {_when(life.starts)} on, not yet",
            f"{place} 的签名自 {_when(life.starts)} 起才有效",
        )
        yield _refused(endpoint, place, told, _when(life.starts), "≤ now")
    if life.ends is None:
        return
    left = life.ends - now
    if left <= 0:
        told = Text(
            f"{place} expired at {_when(life.ends)}: sign it again",
            f"{place} 已于 {_when(life.ends)} 过期：请重新签名",
        )
        yield _refused(endpoint, place, told, _when(life.ends), "> now")
    elif left < QUEUE_SECONDS:
        does = ("written", "写入") if written else ("read", "读取")
        told = Text(
            f"{place} can be {does[0]} for {_span(left, 'en')} more: a task may wait longer in the queue",
            f"{place} 还能{does[1]} {_span(left, 'zh')}：任务排队可能更久",
        )
        fix = Text("sign it for a day or more", "签名有效期请设为一天以上")
        yield advised(
            endpoint,
            place,
            "expires",
            told,
            measured=round(left),
            limit=f"≥ {QUEUE_SECONDS} s (ours)",
            fix=fix,
        )


def _refused(endpoint: str, place: str, told: Text, measured: str, limit: str) -> Finding:
    return advised(
        endpoint, place, "expires", told, measured=measured, limit=limit, fix=AGAIN, verdict=Verdict.REFUSED
    )


def _unsigned(endpoint: str, place: str) -> Finding:
    return advised(
        endpoint,
        place,
        "signature",
        Text(
            f"{place} carries no signature: the upload would be refused, unless anybody may write there",
            f"{place} 没有签名：除非任何人都可写入，否则结果无法上传",
        ),
        measured="none",
        limit="a presigned URL",
        fix=Text("presign it for writing (PUT)", "请用可写（PUT）的预签名地址"),
    )


def _when(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _span(seconds: float, lang: str) -> str:
    if seconds < 3600:
        return f"{seconds / 60:.0f} min" if lang == "en" else f"{seconds / 60:.0f} 分钟"
    return f"{seconds / 3600:.1f} h" if lang == "en" else f"{seconds / 3600:.1f} 小时"
