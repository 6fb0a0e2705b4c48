"""`check`: files → what was measured of them, and what speaks against each."""

from __future__ import annotations

import collections
import contextlib
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mediaprep.contract import profiles
from mediaprep.contract.limits import kinds_for
from mediaprep.contract.rules.faces import is_about_faces
from mediaprep.errors import BadAsset, ToolError
from mediaprep.media import text
from mediaprep.media.files.facts_cache import Remembered, of_this_user
from mediaprep.media.isolation import posix
from mediaprep.media.probing import probe
from mediaprep.model.any_path import AnyPath
from mediaprep.model.facts import CaptionFacts, Facts, Kind, TextFacts, UnknownFacts
from mediaprep.model.findings import Checked, FileReport, Finding
from mediaprep.preflight import label_rules
from mediaprep.preflight.judge import asks_for_faces, judge_file
from mediaprep.preflight.rulebook import field_names
from mediaprep.verbs.files import caption_files, naming

if TYPE_CHECKING:  # loaded for scripts only
    from mediaprep.preflight.scripts import banned_words

_MOST_JOBS = 4
_AHEAD = 4  # reports made for each thread before the first of them is taken
_HASH_BLOCK = 1 << 20
_LARGEST_SCRIPT = 1 << 20  # bytes; ten times the longest script any parameter takes
_SCRIPT_SUFFIXES = (".txt", ".ssml")


def check(
    paths: AnyPath | Iterable[AnyPath],
    *,
    field: str | None = None,
    request: Mapping[str, Any] | None = None,
    profile: str = profiles.DEFAULT,
    faces: bool = True,
    hashes: bool = False,
    thorough: bool = False,
    jobs: int | None = None,
) -> Checked:
    """Judge a file, or files, for `field` ("notrain.RefVideoUrl"; None: by each file's kind), in the order given.

    `request` decides conditional limits; `faces=False` neither looks for faces nor reports on them. A file
    that is missing or cannot be read is a report, not an error. BadConfig for an unknown field or profile.
    """
    given = [paths] if isinstance(paths, str | Path) else paths
    found = checked(
        map(Path, given),
        field=field,
        request=request,
        profile=profile,
        faces=faces,
        hashes=hashes,
        thorough=thorough,
        jobs=jobs,
    )
    return Checked(found, profile=profile)


def checked(
    paths: Iterable[Path],
    *,
    field: str | None = None,
    request: Mapping[str, Any] | None = None,
    profile: str = profiles.DEFAULT,
    faces: bool = True,
    hashes: bool = False,
    thorough: bool = False,
    jobs: int | None = None,
    cache: Remembered | None = None,
    words: banned_words.BannedWords | None = None,
) -> Iterator[FileReport]:
    """`check`, one report after the other as they are ready, in the order given; only a few are held at a
    time. `words` are looked for in scripts. Mistakes of the caller are raised at once, before anything is read."""
    profiles.get(profile)
    place = field_names.parse(field) if field else None

    def report(path: Path) -> FileReport:
        facts = measure(path, place=place, faces=faces, thorough=thorough, remembered=lambda: cache)
        found = judged(path, facts, place, request, faces=faces, profile=profile)
        if isinstance(facts, TextFacts):
            found = _read_closely(found, path, words)
        if isinstance(facts, CaptionFacts) and place is None:
            found = replace(found, findings=caption_files.judge(path))
        return found if not hashes else _hashed(found, path)

    return _in_order(report, paths, jobs or min(_MOST_JOBS, os.cpu_count() or 1))


def _in_order(report: Callable[[Path], FileReport], paths: Iterable[Path], jobs: int) -> Iterator[FileReport]:
    """Reports of several threads in the order of the paths, never more than a few ahead of the reader."""
    waiting: collections.deque[Future[FileReport]] = collections.deque()
    with ThreadPoolExecutor(jobs) as pool:
        try:
            for path in paths:
                waiting.append(pool.submit(report, path))
                if len(waiting) > jobs * _AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for left in waiting:
                left.cancel()


def measure(
    path: Path,
    *,
    place: field_names.Field | None = None,
    faces: bool = True,
    thorough: bool = False,
    remembered: Callable[[], Remembered | None] = of_this_user,
) -> Facts:
    """Facts of one file, known if it has not changed since it was `remembered`. A script is measured as markup; a
    missing file, and a machine that cannot read it, give UnknownFacts."""
    try:
        wanted = faces and (place is None or asks_for_faces(place.endpoint, place.path))
        facts = probe.measured(path, faces=wanted, thorough=thorough, remembered=remembered)
        if isinstance(facts, TextFacts) or (isinstance(facts, UnknownFacts) and _is_script(path, place)):
            from mediaprep.preflight.scripts import drafting

            measured = drafting.measured(read_script(path), facts.size_bytes)
            read_as = facts if isinstance(facts, TextFacts) else measured
            return replace(measured, encoding=read_as.encoding, encoding_guessed=read_as.encoding_guessed)
    except (BadAsset, ToolError) as error:
        fault = isinstance(error, ToolError)
        return UnknownFacts(size_bytes=None, problem_en=error.en, problem_zh=error.zh, machine_fault=fault)
    return facts


def _is_script(path: Path, place: field_names.Field | None) -> bool:
    """Whether the caller means a script: then a control character in it is a finding, not another kind."""
    if place is None:
        return path.suffix.lower() in _SCRIPT_SUFFIXES
    return Kind.TEXT in kinds_for(place.endpoint, place.path)


def read_script(path: Path) -> str:
    """The text of a script file; one with control characters is read as UTF-8. Raises BadAsset."""
    try:
        return text.read(path)
    except BadAsset:
        with posix.open_regular(path) as file:
            data = file.read(_LARGEST_SCRIPT + 1)
        if len(data) > _LARGEST_SCRIPT:
            raise
        with contextlib.suppress(UnicodeDecodeError):
            return data.decode("utf-8-sig")
        raise


def judged(
    path: Path,
    facts: Facts,
    place: field_names.Field | None,
    request: Mapping[str, Any] | None = None,
    *,
    faces: bool = True,
    profile: str = profiles.DEFAULT,
) -> FileReport:
    """The report on one measured file, for `place` or for what files of its kind are usually for."""
    meant = place or field_names.DEFAULTS.get(facts.kind)
    findings: tuple[Finding, ...] = ()
    if meant is not None:
        findings = judge_file(meant.endpoint, meant.path, facts, request, profile=profile)
        findings += naming.judge(meant.endpoint, meant.path, facts, path)
    findings += label_rules.judge(facts)
    if not faces:
        findings = without_faces(findings)
    others = () if place else field_names.other_uses(facts.kind)
    field = meant.id if meant else None
    return FileReport(path=str(path), field=field, facts=facts, findings=findings, other_uses=others)


def _read_closely(report: FileReport, path: Path, words: banned_words.BannedWords | None) -> FileReport:
    """With what only the text itself shows: every place where markup is not as it should be, banned words."""
    from mediaprep.preflight.scripts import banned_words, drafting

    endpoint, _, field = (report.field or "").partition(".")
    if not field or Kind.TEXT not in kinds_for(endpoint, field):
        return report  # a text in the place of a video is not read as a script
    try:
        written = drafting.without_last_break(read_script(path))
    except BadAsset:
        return report
    problems = drafting.problems(endpoint, field, written)
    known = {finding.where for finding in report.findings if finding.rule.endswith(".well_formed")}
    mends = {problem.where: problem.fix for problem in problems if problem.where in known}
    told = [  # the first problem is known already, but not whether it can be mended
        replace(finding, fix=mends.get(finding.where)) if finding.where in mends else finding
        for finding in report.findings
    ]
    more = [problem for problem in problems if problem.where not in known]
    if words is not None:
        more += banned_words.judge(endpoint, field, written, words)
    return replace(report, findings=(*told, *more))


def without_faces(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Findings for a caller who did not want faces looked for."""
    return tuple(f for f in findings if not is_about_faces(f.rule))


def _hashed(report: FileReport, path: Path) -> FileReport:
    """With the sha256 of a readable file."""
    if isinstance(report.facts, UnknownFacts):
        return report
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_HASH_BLOCK):
            digest.update(block)
    return replace(report, sha256=digest.hexdigest())
