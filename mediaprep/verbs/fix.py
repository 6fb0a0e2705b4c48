"""`fix`: one file → a mended one, planned, proved and judged again; the original is never touched."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from mediaprep.contract import profiles
from mediaprep.contract.limits import Limit
from mediaprep.errors import BadConfig
from mediaprep.media import ffmpeg
from mediaprep.media.compose import loudness
from mediaprep.media.files import atomic
from mediaprep.media.mend import mend
from mediaprep.model import suffixes
from mediaprep.model.facts import (
    AudioFacts,
    CaptionFacts,
    Facts,
    TextFacts,
    UnknownFacts,
    VideoFacts,
)
from mediaprep.model.findings import FileReport, Verdict, worst
from mediaprep.model.steps import EncodePicture, FixOutcome, Step, Trim, predict
from mediaprep.preflight import words
from mediaprep.preflight.fixes import settle
from mediaprep.preflight.judge import rows_for
from mediaprep.preflight.mending import footage, sound_files
from mediaprep.preflight.rulebook import field_names
from mediaprep.preflight.scripts import drafting
from mediaprep.verbs.check import judged, measure, read_script, without_faces
from mediaprep.verbs.files import caption_files
from mediaprep.verbs.finishing import output_claims

_WANTED = {
    ".jpg": "jpg",
    ".jpeg": "jpg",
    ".png": "png",
    ".mp3": "mp3",
    ".wav": "wav",
    ".m4a": "m4a",
    ".mp4": "mp4",
}
_NO_WISHES = sound_files.Wishes()


def fix(
    path: Path,
    *,
    output: Path,
    field: str | None = None,
    request: Mapping[str, Any] | None = None,
    unsafe: bool = False,
    diff: bool = False,
    overwrite: bool = False,
    faces: bool = True,
    wishes: sound_files.Wishes = _NO_WISHES,
    profile: str = profiles.DEFAULT,
    configured_ffmpeg: str | None = None,
    on_progress: Callable[[ffmpeg.Progress], None] | None = None,
) -> FixOutcome:
    """Mend `path` for `field` into `output` (a file, or a folder to name it in). `diff` only plans, `wishes` are
    for sound files.

    Nothing is written while a refusal stays that no allowed step mends: `target` is None then and `left` says
    why. A file that needs nothing is copied. Raises BadConfig for an output name that does not fit, or a file there
    that is not ours (unless `overwrite`), ToolError when the work or its proof fails.
    """
    profiles.get(profile)
    place = field_names.parse(field) if field else None
    facts = measure(path, place=place, faces=faces)
    before = judged(path, facts, place, request, faces=faces, profile=profile)
    meant = place or field_names.DEFAULTS.get(facts.kind)
    if isinstance(facts, CaptionFacts) and place is None:
        return _fix_captions(path, before, output, diff=diff, overwrite=overwrite)
    if meant is None or isinstance(facts, (UnknownFacts, CaptionFacts)):
        return FixOutcome(before=before, steps=(), held_back=(), left=before.findings)
    if isinstance(facts, TextFacts):
        return _fix_text(
            path, before, meant, request, output, profile=profile, diff=diff, overwrite=overwrite
        )
    named = output / path.name if output.is_dir() else output
    binary = ffmpeg.find(configured_ffmpeg)
    asked = _asked(
        path, facts, rows_for(meant.endpoint, meant.path, request, profile=profile), wishes, binary
    )
    plan = settle(
        meant.endpoint,
        meant.path,
        facts,
        request,
        unsafe=unsafe,
        prefer=_WANTED.get(named.suffix.lower()),
        wishes=asked,
        profile=profile,
    )
    left = plan.left if faces else without_faces(plan.left)
    outcome = FixOutcome(before=before, steps=plan.steps, held_back=plan.held_back, left=left)
    if worst(outcome.left) is Verdict.REFUSED:  # what would have been known of the made file is of no use
        known = {finding.rule for finding in before.findings}
        told = (f for f in left if f.verdict is not Verdict.UNKNOWN or f.rule in known)
        return replace(outcome, left=tuple(told))
    if not plan.steps and footage.begins_blind(facts):
        return outcome
    target = _target(path, output, facts, plan.steps)
    outcome = replace(outcome, commands=_commands(path, facts, plan.steps, target, binary))
    if diff:
        return outcome
    output_claims.claim([target], reads=[path], overwrite=overwrite)
    made = _mended(path, facts, plan.steps, target, binary=binary, on_progress=on_progress, faces=faces)
    after = judged(target, made, place or meant, request, faces=faces, profile=profile)
    return replace(outcome, target=str(target), after=after, left=after.findings)


def _asked(
    path: Path, facts: Facts, rows: tuple[Limit, ...], wishes: sound_files.Wishes, binary: ffmpeg.Binary
) -> tuple[Step, ...]:
    """The steps a user wished for. Raises BadConfig for what is no sound file."""
    if not wishes:
        return ()
    if not isinstance(facts, AudioFacts):
        raise BadConfig(
            f"{path.name} is no sound file: silence and loudness of a video are `mediaprep finish`'s work",
            f"{path.name} 不是音频文件：视频的静音与响度请用 `mediaprep finish` 处理",
        )
    heard = loudness.measure_file(path, binary=binary) if wishes.level else None
    return sound_files.wished(
        facts,
        wishes,
        {row.measure: row for row in rows},
        heard.lufs if heard else None,
        heard.peak_dbtp if heard else None,
    )


def _mended(
    path: Path,
    facts: Facts,
    steps: tuple[Step, ...],
    target: Path,
    *,
    binary: ffmpeg.Binary,
    on_progress: Callable[[ffmpeg.Progress], None] | None,
    faces: bool,
) -> Facts:
    """The facts of what was made. Where no picture changed, the faces that were seen are not looked for again."""
    same = isinstance(facts, VideoFacts) and not any(
        isinstance(step, (EncodePicture, Trim)) for step in steps
    )
    look = faces and not same and getattr(facts, "faces", None) is not None
    made = mend.mend(path, facts, steps, target, binary=binary, on_progress=on_progress, faces=look)
    if same and isinstance(made, VideoFacts) and isinstance(facts, VideoFacts):
        return replace(made, faces=facts.faces, unmeasured=facts.unmeasured)
    return made


def _commands(
    path: Path, facts: Facts, steps: tuple[Step, ...], target: Path, binary: ffmpeg.Binary
) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(call) for call in mend.argv(path, facts, steps, target, binary))


def _target(path: Path, output: Path, facts: Facts, steps: tuple[Step, ...]) -> Path:
    """Where the result goes; its name must say what it is."""
    suffixes = _suffixes(path, facts, steps)
    if output.is_dir():
        return output / (path.stem + suffixes[0])
    if output.suffix.lower() not in suffixes:
        better = output.with_suffix(suffixes[0]).name
        raise BadConfig(
            f"the result is {suffixes[0][1:]}: name it {better} instead of {output.name}",
            f"结果为 {suffixes[0][1:]} 格式：请命名为 {better}，而不是 {output.name}",
        )
    return output


def _suffixes(path: Path, facts: Facts, steps: tuple[Step, ...]) -> tuple[str, ...]:
    """The endings that are right for the result, the usual one first."""
    own = path.suffix.lower()
    true = suffixes.of_facts(predict(facts, steps)) or (own,)
    return (own, *true) if not steps and own in true else true


def _fix_captions(path: Path, before: FileReport, output: Path, *, diff: bool, overwrite: bool) -> FixOutcome:
    target = output / f"{path.stem}.srt" if output.is_dir() else output
    step = caption_files.step_of(path, target)
    before = replace(before, findings=caption_files.judge(path))
    outcome = FixOutcome(before=before, steps=(step,), held_back=(), left=before.findings)
    if diff:
        return outcome
    output_claims.claim([target], reads=[path], overwrite=overwrite)
    caption_files.save(path, target, step.form)
    after = replace(before, path=str(target), facts=measure(target), findings=caption_files.judge(target))
    return replace(outcome, target=str(target), after=after, left=after.findings)


def _fix_text(
    path: Path,
    before: FileReport,
    meant: field_names.Field,
    request: Mapping[str, Any] | None,
    output: Path,
    *,
    profile: str,
    diff: bool,
    overwrite: bool,
) -> FixOutcome:
    made, step = drafting.tidy(read_script(path))
    if isinstance(before.facts, TextFacts) and before.facts.encoding:
        step = replace(step, encoding=before.facts.encoding)
    facts = drafting.measured(made, len(made.encode()))
    after = judged(path, facts, meant, request, profile=profile)
    steps: tuple[Step, ...] = (step,) if step.changes else ()
    left = tuple(
        replace(finding, fix=words.MARKUP) if finding.rule.endswith(".well_formed") else finding
        for finding in after.findings
    )
    outcome = FixOutcome(before=before, steps=steps, held_back=(), left=left)
    if diff or worst(left) is Verdict.REFUSED:
        return outcome
    target = output / path.name if output.is_dir() else output
    output_claims.claim([target], reads=[path], overwrite=overwrite)
    with atomic.landing(target) as part:
        part.write_text(made, encoding="utf-8", newline="")
    return replace(outcome, target=str(target), after=replace(after, path=str(target)))
