"""A whole request judged before it is sent: its JSON, the files it names, the rules over both, its URLs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from mediaprep.contract import endpoints, profiles
from mediaprep.contract.paths import bare, walk
from mediaprep.contract.rules import requests
from mediaprep.contract.wire import envelope
from mediaprep.errors import BadAsset, BadConfig, Unreachable
from mediaprep.media.files.facts_cache import Remembered
from mediaprep.media.isolation import posix
from mediaprep.model.facts import Facts, TextFacts, UnknownFacts
from mediaprep.model.findings import FileReport, Finding, Text, Verdict
from mediaprep.preflight.judge import judge_request
from mediaprep.preflight.rulebook import field_names
from mediaprep.preflight.rulebook.own_url_rules import CORRECT
from mediaprep.preflight.scripts import banned_words
from mediaprep.preflight.urls import url_validity
from mediaprep.submission.bucket import request_urls
from mediaprep.verbs.assets import Known
from mediaprep.verbs.check import judged, measure, without_faces
from mediaprep.verbs.judging import script_files
from mediaprep.verbs.judging.people import matched

_MOST_BYTES = 4 << 20
_ELSEWHERE = "https://to-be-uploaded.invalid/"

Owned = Callable[[str, Mapping[str, Any]], Known]
"""What the account's asset lists say of a request."""

Look = Callable[[str, Mapping[str, Any]], tuple[Finding, ...]]
"""Looks at the URLs of a request over the network; findings."""


Bring = Callable[[str, Mapping[str, Any]], dict[str, Any]]
"""Brings what a request names in buckets: the request with the files' places on this machine."""


def check_request(
    path: Path,
    endpoint: str,
    *,
    profile: str = profiles.DEFAULT,
    words: banned_words.BannedWords | None = None,
    faces: bool = True,
    thorough: bool = False,
    cache: Remembered | None = None,
    look: Look | None = None,
    owned: Owned | None = None,
    bring: Bring | None = None,
    now: float | None = None,
) -> Iterator[FileReport]:
    """The report on the request at `path` (its Payload, with or without the envelope), then one on each local
    file it names, relative ones seen from its folder. `look` asks the network about its URLs, `owned` the
    account's lists about its avatars and voices, `bring` fetches its objects of buckets; `now` is seconds since 1970.
    Raises BadConfig for an unknown endpoint or profile; a file that is no JSON is a report."""
    row = endpoints.get(endpoint)
    if row.kind != "submit":
        raise BadConfig(
            f"{endpoint} submits nothing: there is no request to judge", f"{endpoint} 不是提交类接口"
        )
    profiles.get(profile)
    try:
        raw, payload = read_payload(path)
        payload = script_files.read(payload, path.resolve().parent)
        payload = bring(endpoint, payload) if bring is not None else payload
    except (BadAsset, BadConfig, Unreachable) as error:
        broken = UnknownFacts(size_bytes=None, problem_en=error.en, problem_zh=error.zh)
        yield FileReport(path=str(path), field=endpoint, facts=broken)
        return
    base = path.resolve().parent
    written, payload = payload, requests.with_driver(endpoint, payload)
    found, missing = located(endpoint, payload, base)
    ready = request_urls.stand_ins(payload, found)
    measured = _measured(endpoint, found, faces, thorough, cache)
    files = {asset.parameter: asset.path for asset in found}
    together = matched(endpoint, ready, files, measured) if faces else dict(measured)
    known = owned(endpoint, payload) if owned is not None else Known()
    findings = (
        *missing,
        *requests.derived(endpoint, written),
        *judged_request(
            endpoint, payload, ready, base=base, facts=together, known=known, profile=profile, now=now
        ),
        *(banned(endpoint, payload, words) if words is not None else ()),
        *(look(endpoint, payload) if look is not None else ()),
    )
    facts = TextFacts(
        characters=len(raw), spoken_characters=None, lines=len(raw.splitlines()), size_bytes=len(raw.encode())
    )
    told = findings if faces else without_faces(findings)
    yield FileReport(path=str(path), field=endpoint, facts=facts, findings=told)
    for asset in found:
        place, seen = field_names.Field(endpoint, asset.parameter), measured[asset.parameter]
        report = judged(asset.path, seen, place, ready, faces=faces, profile=profile)
        yield replace(report, path=asset.given)


def judged_request(
    endpoint: str,
    request: Mapping[str, Any],
    stood_in: Mapping[str, Any],
    *,
    base: Path,
    facts: Mapping[str, object],
    known: Known,
    profile: str,
    now: float | None = None,
) -> tuple[Finding, ...]:
    """Everything that is said of a request, whoever is about to send it: `check --request`, `submit` and `run` all
    ask here. `stood_in` is the request as it will look once its files are uploaded, `facts` those of its files;
    relative names in it are seen from `base`."""
    return (
        *judge_request(endpoint, stood_in, {**facts, **known.facts}, profile),
        *known.findings,
        *script_files.judge(endpoint, request, base),
        *request_urls.advice(endpoint, request),
        *url_validity.judge(endpoint, request, time.time() if now is None else now),
    )


def _measured(
    endpoint: str,
    found: tuple[request_urls.Asset, ...],
    faces: bool,
    thorough: bool,
    cache: Remembered | None,
) -> dict[str, Facts]:
    """Facts by parameter; a file that several parameters name is measured once for each kind of question."""
    known: dict[tuple[Path, field_names.Field], Facts] = {}
    for asset in found:
        place = field_names.parse(f"{endpoint}.{asset.parameter}")
        if (asset.path, place) not in known:
            known[asset.path, place] = measure(
                asset.path, place=place, faces=faces, thorough=thorough, remembered=lambda: cache
            )
    return {a.parameter: known[a.path, field_names.parse(f"{endpoint}.{a.parameter}")] for a in found}


def read_payload(path: Path) -> tuple[str, dict[str, Any]]:
    """(text, Payload) of a request file. Raises BadAsset."""
    with posix.open_regular(path) as file:
        raw = file.read(_MOST_BYTES + 1)
    if len(raw) > _MOST_BYTES:
        raise BadAsset(
            f"is larger than {_MOST_BYTES >> 20} MiB: no request", f"超过 {_MOST_BYTES >> 20} MiB：不是请求"
        )
    try:
        document = envelope.parse(raw)
    except envelope.BadEnvelope as error:
        raise BadAsset(error.en, error.zh) from error
    inner = document.get("Payload")
    if set(document) <= {"Header", "Payload"} and isinstance(inner, dict):
        document = inner
    return raw.decode("utf-8", "replace"), document


def located(
    endpoint: str, payload: Mapping[str, Any], base: Path
) -> tuple[tuple[request_urls.Asset, ...], list[Finding]]:
    """The local files of a request, and a refusal for each that is not there or cannot be one."""
    places = {
        place: value
        for general in endpoints.get(endpoint).url_fields
        for place, value in walk(payload, general)
        if isinstance(value, str) and value and not value.lower().startswith(("http://", "https://"))
    }
    found: list[request_urls.Asset] = []
    missing: list[Finding] = []
    for place, value in places.items():
        alone = request_urls.replaced(payload, {other: _ELSEWHERE for other in places if other != place})
        try:
            found += request_urls.assets(endpoint, alone, base)
        except BadAsset as error:
            missing.append(_missing(endpoint, place, value, error))
    return tuple(found), missing


def _missing(endpoint: str, place: str, value: str, error: BadAsset) -> Finding:
    return Finding(
        rule=f"{endpoint}.{bare(place)}.file",
        verdict=Verdict.REFUSED,
        measured=value[:200],
        limit="a file or an http(s) URL",
        message=Text(error.en, error.zh),
        fix=CORRECT,
        where=place,
    )


def banned(endpoint: str, payload: Mapping[str, Any], words: banned_words.BannedWords) -> Iterator[Finding]:
    """A refusal for every word of a list that would be spoken."""
    for general in ("InputSsml", "PageConfigs[].InputSsml"):
        for place, text in walk(payload, general):
            if isinstance(text, str):
                for finding in banned_words.judge(endpoint, bare(place), text, words):
                    yield replace(finding, where=f"{place} {finding.where}")
