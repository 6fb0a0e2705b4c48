"""Judges AWS Signature Version 4, in the Authorization header and in the query (presigned URLs)."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote

from mediaprep.emulator.messages import Call

_ALGORITHM = "AWS4-HMAC-SHA256"
_MAX_SKEW_SECONDS = 15 * 60
_MAX_EXPIRES_SECONDS = 7 * 24 * 3600
_HEADER = re.compile(
    r"AWS4-HMAC-SHA256\s+Credential=([^,\s]+)\s*,\s*SignedHeaders=([^,\s]+)\s*,\s*Signature=([0-9a-f]{64})$"
)
UNSIGNED = "UNSIGNED-PAYLOAD"


class Denied(Exception):
    """The S3 error a request is refused with."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


@dataclass(frozen=True)
class _Scope:
    """A claim of a signature, from either place."""

    credential: str
    stamp: str
    signed: tuple[str, ...]
    signature: str
    payload: str


def check(call: Call, access_key: str, secret: str, now: float) -> str:
    """The payload hash that was signed (hex, or UNSIGNED-PAYLOAD). Raises Denied."""
    query = dict(call.pairs)
    if "X-Amz-Signature" in query or "X-Amz-Algorithm" in query:
        scope = _presigned(query, now)
    elif "authorization" in call.headers:
        scope = _header(call.headers, now)
    else:
        raise Denied(403, "AccessDenied", "Access Denied.")
    parts = scope.credential.split("/")
    if len(parts) != 5 or parts[3:] != ["s3", "aws4_request"]:
        raise Denied(400, "AuthorizationHeaderMalformed", "The credential scope is not of S3.")
    key, date, region = parts[0], parts[1], parts[2]
    if key != access_key:
        raise Denied(403, "InvalidAccessKeyId", "The access key does not exist.")
    if not scope.stamp.startswith(date):
        raise Denied(403, "SignatureDoesNotMatch", "The credential's date is not the request's.")
    _demand_headers(call, scope)
    expected = _signature(secret, date, region, scope.stamp, canonical(call, scope.signed, scope.payload))
    if not hmac.compare_digest(expected, scope.signature):
        raise Denied(403, "SignatureDoesNotMatch", "The signature is not the one calculated here.")
    return scope.payload


def _presigned(query: Mapping[str, str], now: float) -> _Scope:
    names = ("Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature")
    values = [query.get(f"X-Amz-{name}", "") for name in names]
    algorithm, credential, stamp, expires, signed, signature = values
    if not all(values) or algorithm != _ALGORITHM or not expires.isdecimal():
        raise Denied(400, "AuthorizationQueryParametersError", "An X-Amz- parameter is missing or malformed.")
    if not 1 <= int(expires) <= _MAX_EXPIRES_SECONDS:
        raise Denied(400, "AuthorizationQueryParametersError", "X-Amz-Expires must be 1 second to 7 days.")
    made = _seconds(stamp)
    if made > now + _MAX_SKEW_SECONDS:
        raise Denied(403, "AccessDenied", "Request is not valid yet.")
    if now > made + int(expires):
        raise Denied(403, "AccessDenied", "Request has expired.")
    payload = query.get("X-Amz-Content-Sha256", UNSIGNED)
    return _Scope(credential, stamp, tuple(signed.split(";")), signature, payload)


def _header(headers: Mapping[str, str], now: float) -> _Scope:
    match = _HEADER.match(headers["authorization"].strip())
    if match is None:
        raise Denied(400, "AuthorizationHeaderMalformed", "The Authorization header cannot be read.")
    credential, signed, signature = match.groups()
    stamp = headers.get("x-amz-date", "")
    payload = headers.get("x-amz-content-sha256", "")
    if not payload:
        raise Denied(400, "InvalidRequest", "Missing required header: x-amz-content-sha256")
    if abs(_seconds(stamp) - now) > _MAX_SKEW_SECONDS:
        raise Denied(403, "RequestTimeTooSkewed", "The request's time is too far from the server's.")
    return _Scope(credential, stamp, tuple(signed.split(";")), signature, payload)


def _demand_headers(call: Call, scope: _Scope) -> None:
    """Host and every x-amz-* header that was sent must be under the signature."""
    needed = {"host"} | {n for n in call.headers if n.startswith("x-amz-")}
    missing = needed - set(scope.signed)
    if missing:
        raise Denied(403, "AccessDenied", f"Headers present but not signed: {', '.join(sorted(missing))}")


def canonical(call: Call, signed: tuple[str, ...], payload: str) -> str:
    """The canonical request, as both sides must write it."""
    pairs = sorted(
        (quote(name, safe="-_.~"), quote(value, safe="-_.~"))
        for name, value in call.pairs
        if name != "X-Amz-Signature"
    )
    lines = [f"{name}:{' '.join(call.headers.get(name, '').split())}\n" for name in signed]
    return "\n".join(
        (
            call.method,
            quote(unquote(call.path), safe="/-_.~"),
            "&".join(f"{name}={value}" for name, value in pairs),
            "".join(lines),
            ";".join(signed),
            payload,
        )
    )


def _signature(secret: str, date: str, region: str, stamp: str, request: str) -> str:
    digest = hashlib.sha256(request.encode()).hexdigest()
    text = f"{_ALGORITHM}\n{stamp}\n{date}/{region}/s3/aws4_request\n{digest}"
    key = f"AWS4{secret}".encode()
    for part in (date, region, "s3", "aws4_request", text):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key.hex()


def _seconds(stamp: str) -> float:
    try:
        moment = datetime.datetime.strptime(stamp, "%Y%m%dT%H%M%SZ")
    except ValueError as error:
        raise Denied(403, "AccessDenied", "A valid X-Amz-Date is needed.") from error
    return moment.replace(tzinfo=datetime.UTC).timestamp()
