"""The URLs of a request, looked at over the network and judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mediaprep.contract import endpoints, profiles
from mediaprep.contract.paths import walk
from mediaprep.media.files import atomic
from mediaprep.media.probing.probe import probe
from mediaprep.model.facts import VideoFacts
from mediaprep.model.findings import Finding
from mediaprep.model.online import UrlLook
from mediaprep.preflight.urls import url_looks
from mediaprep.submission.wire.http import Wire
from mediaprep.submission.wire.url_probe import look


def look_at_urls(
    endpoint: str, payload: Mapping[str, Any], *, profile: str = profiles.DEFAULT, wire: Wire | None = None
) -> tuple[Finding, ...]:
    """Findings on every http(s) URL that the service is to read; each is asked once."""
    seen: dict[str, UrlLook] = {}
    found: list[Finding] = []
    for general in endpoints.get(endpoint).url_fields:
        for place, url in walk(payload, general):
            if not isinstance(url, str) or not url.lower().startswith(("http://", "https://")):
                continue
            if url not in seen:
                seen[url] = _with_length(look(place, url, wire=wire))
            one = replace(seen[url], parameter=place)
            found += url_looks.judge(endpoint, one, payload, profile=profile)
    return tuple(found)


def _with_length(seen: UrlLook) -> UrlLook:
    """With the length of the video, where its first bytes hold its index."""
    if not seen.begins or seen.page:
        return seen
    with atomic.workroom() as folder:
        path = folder / "first"
        path.write_bytes(seen.begins)
        facts = probe(path, faces=False)
    return replace(seen, seconds=facts.seconds) if isinstance(facts, VideoFacts) else seen
