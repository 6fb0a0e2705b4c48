"""Whether a query string opens the gateway, and what exactly is wrong where it does not."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from urllib.parse import unquote_plus

from mediaprep.contract.wire import signing
from mediaprep.emulator.store.credentials import Credentials
from mediaprep.model.findings import Text

_NAMES = ["appkey", "signature", "timestamp"]


@dataclass(frozen=True, kw_only=True)
class SignatureFlaw:
    """`answered` is what the gateway says of it, `why` what the journal adds."""

    answered: str
    why: Text


def flaw(query: str, mine: Credentials, now: float) -> SignatureFlaw | None:
    """What is wrong with a signed query, None: nothing. Exactly appkey, timestamp and signature: anything else in the
    query would have been signed too."""
    parts = [part for part in query.split("&") if part]
    names = sorted(part.partition("=")[0] for part in parts)
    # Decoded as a form: a plus that was not percent-encoded is a space, and the signature wrong.
    values = {name: unquote_plus(value) for name, _, value in (part.partition("=") for part in parts)}
    stamp = values.get("timestamp", "")
    if names != _NAMES:
        odd = ", ".join(names) or "-"
        return _invalid(
            f"the query must hold appkey, timestamp and signature, each once; it holds: {odd}",
            f"查询串须恰好含 appkey、timestamp、signature 各一个；现有：{odd}",
        )
    if not secrets.compare_digest(values["appkey"].encode(), mine.appkey.encode()):
        return _invalid("the appkey is not this account's", "appkey 不是本账号的")
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= 12):
        return _invalid("timestamp is not a whole number of seconds", "timestamp 不是以秒计的整数")
    if not signing.holds(mine.appkey, mine.accesstoken, int(stamp), values["signature"]):
        return _unlike(values["signature"])
    if signing.fresh(int(stamp), now):
        return None
    off, most = abs(now - int(stamp)), signing.MAX_SKEW_SECONDS
    side, seite = ("behind", "早于") if int(stamp) < now else ("ahead of", "晚于")
    return SignatureFlaw(
        answered="timestamp expired",
        why=Text(
            f"timestamp is {off:.0f} s {side} the gateway's clock; at most {most} s are allowed",
            f"timestamp {seite}网关时钟 {off:.0f} 秒；最多允许 {most} 秒",
        ),
    )


def _invalid(en: str, zh: str) -> SignatureFlaw:
    return SignatureFlaw(answered="signature invalid", why=Text(en, zh))


def _unlike(signature: str) -> SignatureFlaw:
    if " " in signature:
        return _invalid(
            "the signature holds a space: its + was not percent-encoded (%2B)",
            "签名中有空格：其中的 + 未做百分号编码（%2B）",
        )
    return _invalid(
        "the signature is not that of this appkey and timestamp with the account's access token: Base64 of "
        'HMAC-SHA256 over "appkey=…&timestamp=…"',
        "签名与该 appkey、timestamp 及账号的 accesstoken 不符："
        "应为对 “appkey=…&timestamp=…” 做 HMAC-SHA256 后的 Base64",
    )
