"""How a request is signed: (appkey, access token, time) → the query string. The body is not part of it."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Final
from urllib.parse import quote

MAX_SKEW_SECONDS: Final = 300
"""A timestamp further than this from the service's clock is not accepted."""


def sign(appkey: str, accesstoken: str, timestamp: int) -> str:
    """Base64 of HMAC-SHA256 over the sorted query parameters, not percent-encoded; `timestamp` in s."""
    text = f"appkey={appkey}&timestamp={timestamp}"
    digest = hmac.new(accesstoken.encode(), text.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode("ascii")


def query(appkey: str, accesstoken: str, timestamp: int) -> str:
    """The whole query string. `/`, `+` and `=` are encoded too: half of all signatures contain one, and an
    encoder that leaves `/` alone fails now and then."""
    signature = quote(sign(appkey, accesstoken, timestamp), safe="")
    return f"appkey={quote(appkey, safe='')}&timestamp={timestamp}&signature={signature}"


def holds(appkey: str, accesstoken: str, timestamp: int, signature: str) -> bool:
    """Whether `signature` (already percent-decoded) is ours; compared in constant time."""
    return hmac.compare_digest(sign(appkey, accesstoken, timestamp).encode(), signature.encode())


def fresh(timestamp: int, now: float) -> bool:
    """Whether the timestamp is near enough to `now` (both in seconds)."""
    return abs(now - timestamp) <= MAX_SKEW_SECONDS
