"""The only redactor there is: secrets and signed URLs are kept out of every text that leaves."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote, quote_plus

_SHORTEST_SECRET: Final = 6  # shorter values stand in ordinary words: replacing them would garble every text
_HIDDEN: Final = "***"
_secrets: set[str] = set()
_URL_WITH_QUERY = re.compile(r"(?i)(\b[a-z][a-z0-9+.-]*://[^\s\"'<>?]*)\?[^\s\"'<>]*")
_USERINFO = re.compile(r"(?i)(\b[a-z][a-z0-9+.-]*://)[^\s/@\"'<>]+@")
_REQUEST_LINE = re.compile(r"(?i)\b((?:GET|HEAD|POST|PUT|DELETE|PATCH)\s+/[^\s?\"']*)\?[^\s\"']*")
_NAMED = re.compile(
    r"(?i)\b(app_?key|access_?token|signature|authorization|aws_(?:access_key_id|secret_access_key|session_token)"
    r"|tencentcloud_(?:secret_id|secret_key|session_token)"
    r"|x-amz-[\w-]+|x-cos-security-token|q-(?:sign|ak|key|header|url)[\w-]*)"
    r"([\"']?\s*(?:=|:|%3D)\s*[\"']?)(?:(?:Bearer|Basic|AWS4-HMAC-SHA256)\s+)?[^\s&\"',;}\])]+"
)


def register_secret(value: str) -> None:
    """From now on `redact` hides `value`, plain and percent-encoded, wherever it stands."""
    if len(value) >= _SHORTEST_SECRET:
        _secrets.update({value, quote(value, safe=""), quote_plus(value)})


def redact(text: str) -> str:
    """`text` without the query strings and user parts of URLs, without named credentials and signatures, and
    without registered secrets. Harmless to apply twice."""
    for secret in sorted(_secrets, key=len, reverse=True):
        text = text.replace(secret, _HIDDEN)
    text = _USERINFO.sub(rf"\1{_HIDDEN}@", text)
    text = _URL_WITH_QUERY.sub(rf"\1?{_HIDDEN}", text)
    text = _REQUEST_LINE.sub(rf"\1?{_HIDDEN}", text)
    return _NAMED.sub(rf"\1\2{_HIDDEN}", text)
