"""Signatures in URLs: which parts of a query sign it, and requests without them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

_SIGNING: Final = (
    "x-amz-", "x-cos-security-token=", "q-sign-", "q-ak=", "q-key-", "q-header-", "q-url-", "q-signature=",
    "signature=", "sign=", "expires=", "awsaccesskeyid=", "ossaccesskeyid=", "security-token=",
)  # fmt: skip
"""Beginnings of the query parameters with which S3, COS and OSS sign a URL, in lower case."""


def unsigned(value: Any) -> Any:
    """`value` (a URL, or whatever holds URLs) without the parameters that sign."""
    if isinstance(value, Mapping):
        return {name: unsigned(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [unsigned(item) for item in value]
    if not isinstance(value, str) or not value.startswith(("http://", "https://")):
        return value
    address, _, query = value.partition("?")
    kept = [pair for pair in query.split("&") if pair and not pair.lower().startswith(_SIGNING)]
    return f"{address}?{'&'.join(kept)}" if kept else address


def digest_of(base_url: str, appkey: str, endpoint: str, payload: Mapping[str, Any], salt: str = "") -> str:
    """A name for "the same request again": signatures in URLs, which change with time, do not count. Local
    files must stand in `payload` by their content. With another `salt` it is another request."""
    bare = json.dumps(unsigned(payload), sort_keys=True, ensure_ascii=False)
    told = "\n".join((base_url, appkey, endpoint, bare, *([salt] if salt else [])))
    return hashlib.sha256(told.encode("utf-8")).hexdigest()
