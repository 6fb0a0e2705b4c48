"""Looks at a URL as the service will: is it public, what answers, how large, how fast. Nothing is kept.

Only public addresses are connected to, redirects judged like the first one; sizes and times are capped.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Final
from urllib.parse import urljoin, urlsplit

from mediaprep.contract.wire import received
from mediaprep.model.findings import Text
from mediaprep.model.online import UrlLook
from mediaprep.submission.wire.address_policy import NONE_BUT_PUBLIC
from mediaprep.submission.wire.http import Answer, Failure, Patience, Private, Stream, Wire

FIRST_BYTES: Final = 2 << 20
_MOST_HOPS: Final = 4
_ENOUGH: Final = 256 << 10  # bytes below which a speed says nothing
_PATIENCE: Final = Patience(connect=10.0, read=10.0, total=30.0)
_LOGIN: Final = re.compile(r"log-?in|sign-?in|passport|/sso\b|/auth(?:orize)?\b|/cas\b|oauth", re.IGNORECASE)


def look(parameter: str, url: str, *, wire: Wire | None = None, patience: Patience = _PATIENCE) -> UrlLook:
    """What answers at `url`. Never raises for what the network does: it stands in `problem`."""
    wire = wire or Wire(allowed=NONE_BUT_PUBLIC)
    hosts: list[str] = []
    login = False
    try:
        for _ in range(_MOST_HOPS):
            asked = _asked(wire, url, patience)
            with wire.get(url, {"Range": f"bytes=0-{FIRST_BYTES - 1}"}, patience) as stream:
                target = stream.headers.get("location", "")
                if stream.status not in (301, 302, 303, 307, 308) or not target:
                    return _seen(parameter, stream, asked, tuple(hosts), login)
            url = urljoin(url, target)
            login = login or bool(_LOGIN.search(urlsplit(url).path + "?" + urlsplit(url).query.split("=")[0]))
            hosts.append(urlsplit(url).hostname or "?")
            if urlsplit(url).scheme not in ("http", "https"):
                scheme = urlsplit(url).scheme
                return _failed(
                    parameter, Text(f"redirects to {scheme}:", f"重定向到 {scheme}:"), hosts, login
                )
    except Failure as failure:
        return _failed(parameter, failure.why, hosts, login, private=isinstance(failure, Private))
    except ValueError:  # an address that no parser takes
        return _failed(parameter, Text("is no usable address", "不是可用的地址"), hosts, login)
    return _failed(parameter, Text("redirects go round", "重定向次数过多"), hosts, login)


def _asked(wire: Wire, url: str, patience: Patience) -> Answer | None:
    """The answer to HEAD; many signed URLs are for GET alone, so that nothing follows from none."""
    try:
        return wire.head(url, {}, patience)
    except Private:
        raise
    except Failure:
        return None


def _seen(
    parameter: str, stream: Stream, asked: Answer | None, hosts: tuple[str, ...], login: bool
) -> UrlLook:
    data, speed = _first(stream)
    return UrlLook(
        parameter=parameter,
        status=stream.status,
        hosts=hosts,
        login=login,
        content_type=stream.headers.get("content-type", "").strip().lower(),
        size_bytes=_size(stream, asked),
        bytes_per_second=speed,
        begins=data,
    )


def _first(stream: Stream) -> tuple[bytes, float | None]:
    """The first bytes of a body, and how fast they came once they came."""
    pieces: list[bytes] = []
    size = 0
    begun = time.monotonic()
    while size < FIRST_BYTES and (piece := stream.read(65536)):
        if not pieces:
            begun = time.monotonic()
        pieces.append(piece)
        size += len(piece)
    took = time.monotonic() - begun
    return b"".join(pieces)[:FIRST_BYTES], size / took if size >= _ENOUGH and took > 0 else None


def _size(stream: Stream, asked: Answer | None) -> int | None:
    """Bytes of the whole: of Content-Range, else of a Content-Length that is not a part's."""
    part = received.content_range(stream.headers.get("content-range", ""))
    if part is not None and part[1] is not None:
        return part[1]
    answers: list[Mapping[str, str]] = [stream.headers] if stream.status == 200 else []
    if asked is not None and asked.status == 200:
        answers.append(asked.headers)
    lengths = (received.length(headers.get("content-length", "")) for headers in answers)
    return next((length for length in lengths if length is not None), None)


def _failed(parameter: str, why: Text, hosts: list[str], login: bool, *, private: bool = False) -> UrlLook:
    return UrlLook(parameter=parameter, problem=why, private=private, hosts=tuple(hosts), login=login)
