"""Fetches the files of an accepted task and judges them by the contract; the first refused one fails it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mediaprep.contract import codes, endpoints, limits
from mediaprep.contract.bounds import SizeUpTo
from mediaprep.contract.limits import Limit
from mediaprep.contract.paths import bare, beside, first, leaf, walk
from mediaprep.contract.rules import demands, face_demands, faces, person
from mediaprep.emulator import outbound
from mediaprep.emulator.account.catalogue import Catalogue
from mediaprep.emulator.account.entitlements import avatars
from mediaprep.emulator.account.reviews import Reviewer
from mediaprep.emulator.gateway import fail_codes
from mediaprep.emulator.outbound import Reach
from mediaprep.emulator.work import Spoiled
from mediaprep.errors import MediaprepError
from mediaprep.media.people.match import match
from mediaprep.media.probing.probe import probe
from mediaprep.model.facts import ABSENT, Facts, Kind, PersonMatch, UnknownFacts, Unmeasured
from mediaprep.model.findings import Verdict

# Where the docs state no hard size, this much is read at most.
_CAP_BYTES = 2 * 1024**3
_HUGE = 1024**5
_FACES = frozenset({"RefVideoUrl", "RefPhotoUrl", "RefPhotoUrls"})


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What was fetched, keyed by wire path with indices."""

    files: Mapping[str, Path]
    facts: Mapping[str, Facts]


Told = Callable[[str, str, int | None, str], None]
"""What came of one input: its place, its URL, the HTTP status (None: none came), what went wrong ("": nothing)."""


class Inspector:
    """Looks at the inputs of tasks of one account; without `looks` they are fetched only."""

    def __init__(
        self, catalogue: Catalogue, reach: Reach, *, looks: bool = True, reviewer: Reviewer | None = None
    ) -> None:
        self.catalogue = catalogue
        self._reviewer = reviewer
        self._reach = reach
        self._looks = looks

    def gather(self, endpoint: str, request: Mapping[str, Any], folder: Path, told: Told) -> Inputs:
        """Fetches into `folder`, judges each file as it comes and then all together. Raises Spoiled."""
        files: dict[str, Path] = {}
        facts: dict[str, Facts] = {}
        for number, (place, url) in enumerate(wanted(endpoint, request)):
            path = folder / f"input-{number}"
            rows = limits.limits_for(endpoint, place, request)
            self._fetch(url, path, place, rows, told)
            files[place] = path
            self._review(place, url, path)
            if not self._looks:
                continue
            found = _probe(place, path)
            _judge(place, rows, found, endpoint)
            facts[place] = found
        if not self._looks:
            return Inputs(files=files, facts=facts)
        compared = _compared(endpoint, request, files)
        _judge_together(endpoint, request, {**facts, **avatars(request, self.catalogue), **compared})
        _judge_frames(endpoint, request, self.catalogue)
        return Inputs(files=files, facts=facts)

    def _review(self, place: str, url: str, path: Path) -> None:
        photo = leaf(place).startswith("RefPhotoUrl")
        if photo and self._reviewer is not None and self._reviewer.refuses_photo(url, path):
            raise _spoiled(fail_codes.REFUSED_PHOTO, place)

    def _fetch(self, url: str, path: Path, place: str, rows: tuple[Limit, ...], told: Told) -> None:
        """Downloads as much as the docs' hard size limit allows, and no more."""
        hard = [r for r in rows if r.measure == "size_bytes" and r.bound.verdict(_HUGE) is Verdict.REFUSED]
        cap = _largest(hard[0]) if hard else _CAP_BYTES
        try:
            outbound.fetch(url, path, cap, self._reach)
            told(place, url, 200, "")
        except outbound.Unfetchable as error:
            told(place, url, None, str(error))
            raise _spoiled(fail_codes.UNREACHABLE, f"{place}: {error}") from error
        except outbound.BrokenDownload as error:
            told(place, url, error.status or 200, str(error))
            raise _spoiled(fail_codes.BROKEN, f"{place}: {error}") from error
        except outbound.TooLarge as error:
            told(place, url, 200, f"too large: {error}")
            if hard:
                raise _refused(place, hard[0], error.size) from error
            raise _spoiled(fail_codes.BROKEN, f"{place}: more than {cap} bytes") from error


def _largest(limit: Limit) -> int:
    """The largest size that is not refused."""
    if not isinstance(limit.bound, SizeUpTo):
        return _CAP_BYTES
    return limit.bound.binary - limit.bound.open_high


def wanted(endpoint: str, request: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(place, URL) of every file that has an effect on this task, in the docs' order."""
    for field in endpoints.get(endpoint).url_fields:
        for place, url in walk(request, field):
            if isinstance(url, str) and url and _matters(request, field, place):
                yield place, url


def _matters(request: Mapping[str, Any], field: str, place: str) -> bool:
    """False for what the docs say is ignored: audio with text drive, face pictures nobody looks at."""
    if leaf(field) == "InputAudioUrl":
        drive = first(request, beside(place, field.replace("InputAudioUrl", "DriverType")))
        return drive not in (None, "", endpoints.TEXT)
    if field.startswith("VideoParam.RefPhotoUrl"):
        video = request.get("VideoParam") or {}
        untracked = video.get("DisabledDetect", video.get("DisableIdDetect", 0)) == 1
        replaced = field == "VideoParam.RefPhotoUrl" and bool(video.get("RefPhotoUrls"))
        return not untracked and not replaced
    return True


def _probe(place: str, path: Path) -> Facts:
    try:
        return probe(path, faces=leaf(place) in _FACES)
    except MediaprepError as error:  # a tool of this machine is missing: the file is not at fault
        raise _spoiled(801000, f"{place}: {error.en}") from error


def _judge(place: str, rows: tuple[Limit, ...], facts: Facts, endpoint: str) -> None:
    """Raises Spoiled for the first demand that the file plainly breaks; what was not measured passes."""
    if isinstance(facts, UnknownFacts):
        raise _spoiled(fail_codes.code_of(endpoint, bare(place)), f"{place}: {facts.problem_en}")
    for limit in rows:
        if limit.kind not in {None, facts.kind}:
            continue
        value = getattr(facts, limit.measure, None)
        if value is None or value is ABSENT:
            continue
        if limit.bound.verdict(value) is Verdict.REFUSED:
            raise _refused(place, limit, value)

    for finding in face_demands.judge(endpoint, place, facts):
        if finding.verdict is Verdict.REFUSED:
            code = fail_codes.code_of(endpoint, bare(place), finding.rule.rpartition(".")[2])
            raise _spoiled(code, f"{place}: {finding.message.zh}")


def _compared(
    endpoint: str, request: Mapping[str, Any], files: Mapping[str, Path]
) -> dict[str, PersonMatch | Unmeasured]:
    """The video beside the photos of its person, where the request has both."""
    photos = [files[place] for place, _ in person.photos(request) if place in files]
    footage = files.get(faces.FOOTAGE)
    if endpoint != "notrain" or not photos or footage is None:
        return {}
    return {person.MATCH: match(photos, footage)}


def _judge_together(endpoint: str, request: Mapping[str, Any], known: Mapping[str, object]) -> None:
    """Raises Spoiled for the first broken demand on the request, its files and its avatars."""
    for finding in demands.judge(endpoint, request, known):
        if finding.verdict is Verdict.REFUSED:
            rule = finding.rule.partition("@")[0].partition(".")[2]
            field, _, measure = rule.rpartition(".")
            told = f"{finding.where or field}: {finding.message.zh}, 要求 {finding.limit}"
            raise _spoiled(fail_codes.code_of(endpoint, field, measure), told)


def _judge_frames(endpoint: str, request: Mapping[str, Any], catalogue: Catalogue) -> None:
    """StartIdx and EndIdx lie inside a small-sample avatar's footage, in that order."""
    for place, param in (
        *walk(request, "VideoParam.SmallSampleParam"),
        *walk(request, "PageConfigs[].VideoParam.SmallSampleParam"),
    ):
        key = first(
            request, beside(place, "PageConfigs[].VirtualmanKey" if endpoint == "ppt" else "VirtualmanKey")
        )
        avatar = catalogue.avatar(key)
        make_type = param.get("MakeType") or "Default"
        if avatar is None or avatar.frames is None or make_type == "Default":
            continue
        if not avatar.frames:
            raise _spoiled(fail_codes.UNCOUNTED_FRAMES, f"{place}: {key}")
        begin = param.get("StartIdx") or 0
        end = (param.get("EndIdx") or avatar.frames - 1) if make_type == "Custom" else avatar.frames - 1
        if not 0 <= begin < end < avatar.frames:
            raise _spoiled(fail_codes.BAD_FRAMES, f"{place}: {begin}–{end}, 素材共 {avatar.frames} 帧")


def _refused(place: str, limit: Limit, value: object) -> Spoiled:
    shown = value.value if isinstance(value, Kind) else value
    demand = f"{limit.bound.words('zh')} {limit.bound.unit}".rstrip()
    code = fail_codes.code_of(limit.endpoint, limit.field, limit.measure)
    return _spoiled(code, f"{place}: {limit.measure} {shown}, 要求 {demand}")


def _spoiled(code: int, detail: str) -> Spoiled:
    """FailMessage: what the code means, then the parameter and what is wrong with it."""
    return Spoiled(code, f"{codes.TASK[code].meaning.zh}: {detail}")
