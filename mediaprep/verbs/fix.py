"""`fix`: one file → a mended one. `planned` says what would be done, `apply` does it, proves it and judges it again;
the original is never touched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from mediaprep.contract import profiles
from mediaprep.contract.limits import Limit
from mediaprep.errors import BadConfig
from mediaprep.media import ffmpeg
from mediaprep.media.compose import loudness
from mediaprep.media.files import atomic
from mediaprep.media.labels import manifests
from mediaprep.media.mend import mend
from mediaprep.media.probing import probe
from mediaprep.model import suffixes
from mediaprep.model.any_path import AnyPath
from mediaprep.model.facts import (
    AudioFacts,
    CaptionFacts,
    Facts,
    TextFacts,
    UnknownFacts,
    VideoFacts,
)
from mediaprep.model.findings import FileReport, Verdict, worst
from mediaprep.model.results.fix_outcomes import FixOutcome
from mediaprep.model.steps import EncodePicture, Step, Trim, predict
from mediaprep.preflight import words
from mediaprep.preflight.fixes import FixWish, plan_fix
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
OnProgress = Callable[[ffmpeg.EncodeProgress], None]
_AS_IT_COMES = FixWish()


@dataclass(frozen=True, kw_only=True)
class PlannedFix:
    """What would be done to `path`, and nothing is done yet. `make` writes a target and reports on it, `named` gives
    the target's name for an output (a file, or a folder); both are None where nothing can or need be written."""

    path: Path
    outcome: FixOutcome
    named: Callable[[Path], Path] | None = None
    make: Callable[[Path, OnProgress | None], FileReport] | None = None


def fix(
    path: AnyPath,
    *,
    output: AnyPath,
    field: str | None = None,
    wish: FixWish = _AS_IT_COMES,
    overwrite: bool = False,
    on_progress: OnProgress | None = None,
) -> FixOutcome:
    """Mend `path` for `field` into `output` (a file, or a folder to name it in).

    Nothing is written while a refusal stays that no allowed step mends: `target` is None then and `left` says
    why. A file that needs nothing is copied. Raises BadConfig for an output name that does not fit, or a file there
    that is not ours (unless `overwrite`), ToolError when the work or its proof fails.
    """
    output = Path(output)
    plan = planned(Path(path), output=output, field=field, wish=wish)
    return apply(plan, output=output, overwrite=overwrite, on_progress=on_progress)


def planned(
    path: Path, *, output: Path, field: str | None = None, wish: FixWish = _AS_IT_COMES
) -> PlannedFix:
    """What `fix` would do, with the calls it would make. Raises BadConfig as `fix` does."""
    profiles.get(wish.profile)
    place = field_names.parse(field) if field else None
    facts = measure(path, place=place, faces=wish.faces)
    before = judged(path, facts, place, wish.request, faces=wish.faces, profile=wish.profile)
    meant = place or field_names.DEFAULTS.get(facts.kind)
    if isinstance(facts, CaptionFacts) and place is None:
        return _captions_planned(path, before, output)
    if meant is None or isinstance(facts, (UnknownFacts, CaptionFacts)):
        left = FixOutcome(before=before, steps=(), held_back=(), left=before.findings)
        return PlannedFix(path=path, outcome=left)
    if isinstance(facts, TextFacts):
        return _text_planned(path, before, meant, wish)
    return _media_planned(path, before, meant, wish, output)


def apply(
    plan: PlannedFix, *, output: Path, overwrite: bool = False, on_progress: OnProgress | None = None
) -> FixOutcome:
    """Do what was planned. Raises as `fix` does."""
    if plan.make is None or plan.named is None:
        return plan.outcome
    target = plan.named(output)
    output_claims.claim([target], reads=[plan.path], overwrite=overwrite)
    after = plan.make(target, on_progress)
    notes = manifests.losses((plan.path,), None) if plan.outcome.steps else ()
    return replace(plan.outcome, target=str(target), after=after, left=after.findings, notes=notes)


def _media_planned(
    path: Path, before: FileReport, meant: field_names.Field, wish: FixWish, output: Path
) -> PlannedFix:
    facts = before.facts
    named = output / path.name if output.is_dir() else output
    binary = ffmpeg.find(wish.ffmpeg)
    rows = rows_for(meant.endpoint, meant.path, wish.request, profile=wish.profile)
    asked = _asked(path, facts, rows, wish.sound, binary)
    plan = plan_fix(
        meant.endpoint, meant.path, facts, wish, prefer=_WANTED.get(named.suffix.lower()), asked=asked
    )
    left = plan.left if wish.faces else without_faces(plan.left)
    outcome = FixOutcome(before=before, steps=plan.steps, held_back=plan.held_back, left=left)
    if worst(left) is Verdict.REFUSED:  # what would have been known of the made file is of no use
        known = {finding.rule for finding in before.findings}
        told = tuple(f for f in left if f.verdict is not Verdict.UNKNOWN or f.rule in known)
        return PlannedFix(path=path, outcome=replace(outcome, left=told))
    if not plan.steps and footage.begins_blind(facts):
        return PlannedFix(path=path, outcome=outcome)
    calls = mend.argv(path, facts, plan.steps, _target(path, output, facts, plan.steps), binary)

    def make(target: Path, on_progress: OnProgress | None) -> FileReport:
        made = _mended(path, facts, plan.steps, target, binary=binary, on_progress=on_progress)
        return judged(target, made, meant, wish.request, faces=wish.faces, profile=wish.profile)

    return PlannedFix(
        path=path,
        outcome=replace(outcome, commands=tuple(tuple(call) for call in calls)),
        named=lambda output: _target(path, output, facts, plan.steps),
        make=make,
    )


def _asked(
    path: Path, facts: Facts, rows: tuple[Limit, ...], wishes: sound_files.SoundWish, binary: ffmpeg.Binary
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
    on_progress: OnProgress | None,
) -> Facts:
    """The facts of what was made. Where no picture changed, the faces that were seen are not looked for again."""
    same = isinstance(facts, VideoFacts) and not any(
        isinstance(step, (EncodePicture, Trim)) for step in steps
    )
    look = not same and getattr(facts, "faces", None) is not None
    made = mend.mend(path, facts, steps, target, binary=binary, on_progress=on_progress, faces=look)
    if same and isinstance(made, VideoFacts) and isinstance(facts, VideoFacts):
        made = replace(made, faces=facts.faces, unmeasured=facts.unmeasured)
    probe.learn(target, made)
    return made


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


def _captions_planned(path: Path, before: FileReport, output: Path) -> PlannedFix:
    def named(output: Path) -> Path:
        return output / f"{path.stem}.srt" if output.is_dir() else output

    step = caption_files.step_of(path, named(output))
    before = replace(before, findings=caption_files.judge(path))

    def make(target: Path, _: OnProgress | None) -> FileReport:
        caption_files.save(path, target, step.form)
        return replace(before, path=str(target), facts=measure(target), findings=caption_files.judge(target))

    outcome = FixOutcome(before=before, steps=(step,), held_back=(), left=before.findings)
    return PlannedFix(path=path, outcome=outcome, named=named, make=make)


def _text_planned(path: Path, before: FileReport, meant: field_names.Field, wish: FixWish) -> PlannedFix:
    made, step = drafting.tidy(read_script(path))
    if isinstance(before.facts, TextFacts) and before.facts.encoding:
        step = replace(step, encoding=before.facts.encoding)
    after = judged(
        path, drafting.measured(made, len(made.encode())), meant, wish.request, profile=wish.profile
    )
    left = tuple(
        replace(finding, fix=words.MARKUP) if finding.rule.endswith(".well_formed") else finding
        for finding in after.findings
    )

    def make(target: Path, _: OnProgress | None) -> FileReport:
        with atomic.landing(target) as part:
            part.write_text(made, encoding="utf-8", newline="")
        return replace(after, path=str(target), findings=left)

    steps: tuple[Step, ...] = (step,) if step.changes else ()
    outcome = FixOutcome(before=before, steps=steps, held_back=(), left=left)
    if worst(left) is Verdict.REFUSED:
        return PlannedFix(path=path, outcome=outcome)
    return PlannedFix(
        path=path,
        outcome=outcome,
        named=lambda output: output / path.name if output.is_dir() else output,
        make=make,
    )
