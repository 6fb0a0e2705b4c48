"""Receipts: written beside every finished output, read again by `verify`."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mediaprep import __version__
from mediaprep.config import redact
from mediaprep.errors import BadAsset
from mediaprep.finishing.wishes import words as wish_words
from mediaprep.media import ffmpeg
from mediaprep.media.files import atomic
from mediaprep.media.isolation import posix
from mediaprep.media.labels import carrying, tags
from mediaprep.media.prove import evidence_of_output, mark_pixels
from mediaprep.media.render import Rendered, expectation
from mediaprep.model import strict_json
from mediaprep.model.finishing import receipts
from mediaprep.model.finishing.plans import Levelling, RenderPlan
from mediaprep.model.finishing.receipts import (
    Answered,
    DrivingSource,
    Evidence,
    FileMark,
    HeardVoice,
    LabelRecord,
    Mended,
    Receipt,
)
from mediaprep.model.finishing.scenery import Scenery
from mediaprep.model.finishing.wishes import Finishing
from mediaprep.model.paid.jobs import Fetched
from mediaprep.model.paid.outcomes import Outcome
from mediaprep.verbs.finishing.early_start import Ahead

_MOST_BYTES = 256 << 20
DRIVING = receipts.DRIVING


def path_of(output: Path) -> Path:
    """Where the receipt of `output` lies."""
    return output.with_name(output.name + receipts.SUFFIX)


def read(path: Path) -> Receipt:
    """The receipt at `path`. Raises BadAsset when it is none."""
    with posix.open_regular(path) as file:
        raw = file.read(_MOST_BYTES + 1)
    try:
        if len(raw) > _MOST_BYTES:
            raise ValueError(f"larger than {_MOST_BYTES >> 20} MiB")
        return receipts.from_json(json.loads(raw))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise BadAsset(
            f"{path.name}: no receipt: it is no JSON; name the .receipt.json beside a video",
            f"{path.name}：不是回执（不是 JSON）；请给出视频旁的 .receipt.json",
        ) from error
    except ValueError as error:
        raise BadAsset(
            f"{path.name}: no receipt that can be read: {error}", f"{path.name}：不是可读取的回执：{error}"
        ) from error


def forget(output: Path) -> None:
    """Remove the receipt of what stood at `output` before: it tells nothing of what stands there now."""
    with contextlib.suppress(OSError):
        path_of(output).unlink(missing_ok=True)


def write(receipt: Receipt, output: Path) -> Path:
    """Write the receipt beside `output`, whole or not at all; it holds the request, so only its owner may read it."""
    target = path_of(output)
    document = strict_json.dumps(receipts.to_json(receipt), indent=1)
    with atomic.landing(target, private=True) as part:
        part.write_text(redact(document) + "\n", encoding="utf-8")
    return target


@dataclass(frozen=True, kw_only=True)
class GatheredInputs:
    """What a receipt tells of the files that a plan was made of."""

    voices: tuple[HeardVoice, ...]
    marks: tuple[FileMark, ...]


def gather(plan: RenderPlan) -> GatheredInputs:
    """Hears and marks the plan's files; may be done while it is rendered. Raises BadAsset."""
    voices = Ahead(lambda: evidence_of_output.voices_of(plan))
    marks = tuple(evidence_of_output.mark(role, path) for role, path in plan.files)
    return GatheredInputs(voices=voices.result(), marks=marks)


def of_finish(
    rendered: Rendered,
    wishes: Finishing,
    *,
    gathered: GatheredInputs,
    sidecars: Sequence[Path] = (),
    pictures: Sequence[Path] = (),
    ffmpeg_path: str | None = None,
) -> Receipt:
    """The receipt of a plan that was just rendered and proved."""
    plan, binary = rendered.plan, ffmpeg.find(ffmpeg_path)
    evidence = evidence_of_output.evidence(
        plan.output,
        cues=plan.cues if plan.burn else (),
        band=evidence_of_output.band_of(plan),
        seen=rendered.seen,
        tracked=plan.soft is not None,
    )
    return Receipt(
        made_at=_now(),
        verb="finish",
        tools=evidence_of_output.tools(__version__, binary),
        inputs=gathered.marks,
        outputs=(
            rendered.mark,
            *(evidence_of_output.mark("sidecar", path) for path in sidecars),
            *(evidence_of_output.mark("picture", path) for path in pictures),
        ),
        evidence=replace(evidence, voices=gathered.voices, mark=mark_pixels.kept(expectation(plan), binary)),
        checks=rendered.checks,
        labels=rendered.labels,
        plan={**_plan(plan), "wishes": wish_words.words(wishes)},
    )


def of_run(
    outcome: Outcome,
    *,
    request: Mapping[str, Any],
    driving: Path | None,
    stated_ms: int | None,
    finished: Receipt | None,
    ffmpeg_path: str | None = None,
) -> Receipt:
    """The receipt of a whole job: that of its finishing, if there was any, with what led to it. `driving` is
    the sound that was sent."""
    assert outcome.output is not None
    drive = _drive_of(request)
    base = finished or Receipt(
        made_at=_now(),
        verb="run",
        tools=evidence_of_output.tools(__version__, ffmpeg.find(ffmpeg_path)),
        inputs=(),
        outputs=(evidence_of_output.mark("output", outcome.output),),
        evidence=_as_it_came(outcome.output),
        labels=_label_of(outcome.output),
    )
    evidence = base.evidence
    if outcome.result is not None:
        evidence = replace(evidence, result_seconds=evidence_of_output.shape(outcome.result).seconds)
    if driving is not None and drive is DrivingSource.ORIGINAL:
        starts = next((v.starts for v in evidence.voices if v.role == "main"), 0.0)
        voice = evidence_of_output.voice_of(driving, role=DRIVING, starts=starts)
        evidence = replace(evidence, voices=(*evidence.voices, voice))
    return replace(
        base,
        verb="run",
        inputs=(*_sent(outcome), *base.inputs),
        evidence=evidence,
        endpoint=outcome.endpoint,
        drive=drive,
        request=json.loads(redact(json.dumps(request, ensure_ascii=False))),
        answers=_answers(outcome, stated_ms),
        emulated=outcome.emulated,
        fixes=_fixes(outcome),
        checks=(*outcome.checks,) if outcome.checks else base.checks,
    )


def of_fetch(
    done: Fetched,
    *,
    request: Mapping[str, Any] | None,
    driving: HeardVoice | None,
    emulated: bool = False,
    ffmpeg_path: str | None = None,
) -> Receipt:
    """The receipt of a result as the service (or an emulator) made it. `request` is what was sent, as far as it is
    known; `driving` the sound that was sent, if it is at hand."""
    evidence = _as_it_came(done.path)
    answer = Answered(
        kind="video",
        endpoint=done.endpoint,
        task_id=done.task_id,
        status="SUCCESS",
        duration_ms=done.stated_ms,
    )
    sidecars = [path for path in (done.subtitles, done.timestamps) if path]
    return Receipt(
        made_at=_now(),
        verb="fetch",
        tools=evidence_of_output.tools(__version__, ffmpeg.find(ffmpeg_path)),
        inputs=(),
        outputs=(
            evidence_of_output.mark("output", done.path),
            *(evidence_of_output.mark("sidecar", path) for path in sidecars),
        ),
        evidence=replace(
            evidence,
            voices=(*evidence.voices, driving) if driving else evidence.voices,
            result_seconds=evidence.shape.seconds,
        ),
        checks=done.checks,
        labels=_label_of(done.path),
        endpoint=done.endpoint,
        drive=_drive_of(request or {}),
        request=None if request is None else json.loads(redact(json.dumps(request, ensure_ascii=False))),
        answers=(answer,),
        emulated=emulated,
    )


def _label_of(output: Path) -> tuple[LabelRecord, ...]:
    found = tags.read(output).label
    return () if found is None else (carrying.record(carrying.OUTPUT, output.name, found),)


def _as_it_came(output: Path) -> Evidence:
    """What an unfinished result shows and sounds like."""
    evidence = evidence_of_output.evidence(output)
    if not evidence.shape.channels:
        return evidence
    return replace(evidence, voices=(evidence_of_output.voice_of(output, role=receipts.RESULT),))


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def _drive_of(request: Mapping[str, Any]) -> DrivingSource | None:
    unset = DrivingSource.TEXT if request.get("InputSsml") else ""
    try:
        return DrivingSource(str(request.get("DriverType") or unset))
    except ValueError:
        return None


def _sent(outcome: Outcome) -> tuple[FileMark, ...]:
    return tuple(evidence_of_output.mark(prepared.parameter, prepared.ready) for prepared in outcome.inputs)


def _answers(outcome: Outcome, stated_ms: int | None) -> tuple[Answered, ...]:
    tasks = (
        ("voice", "tts", outcome.voice_task_id, None),
        ("video", outcome.endpoint, outcome.task_id, stated_ms),
    )
    return tuple(
        Answered(kind=kind, endpoint=endpoint, task_id=task_id, status="SUCCESS", duration_ms=stated)
        for kind, endpoint, task_id, stated in tasks
        if task_id
    )


def _fixes(outcome: Outcome) -> tuple[Mended, ...]:
    return tuple(
        Mended(
            parameter=prepared.parameter,
            steps=prepared.steps,
            sha256_before=evidence_of_output.mark("", Path(prepared.before.path)).sha256,
            sha256_after=evidence_of_output.mark("", prepared.ready).sha256,
        )
        for prepared in outcome.inputs
        if prepared.steps
    )


def _plan(plan: RenderPlan) -> dict[str, Any]:
    """The plan for people: where what stands; times in seconds."""
    canvas, encoding = plan.canvas, plan.encoding
    said: dict[str, Any] = {
        "width": canvas.width,
        "height": canvas.height,
        "fps": str(canvas.fps),
        "sample_rate": canvas.sample_rate,
        "frames": plan.expected_frames,
        "clips": [
            {
                "role": clip.role.value,
                "name": clip.path.name,
                **{name: getattr(clip, name) for name in _OF_A_CLIP},
            }
            for clip in plan.clips
        ],
        "captions": len(plan.cues),
        "captions_burnt": plan.burn and bool(plan.cues),
        "encoding": {"preset": encoding.preset, "crf": encoding.crf, "tuning": dict(encoding.tuning)},
    }
    if plan.logos:
        said["logos"] = [{name: getattr(logo, name) for name in _OF_A_LOGO} for logo in plan.logos]
    if plan.scenery is not None:
        said["scenery"] = _staged(plan.scenery)
    if plan.levelling is not None:
        said["loudness"] = _levelled(plan.levelling)
    return said


_OF_A_CLIP = ("first_frame", "frames", "held_frames", "first_sample", "samples")
_OF_A_LOGO = ("x", "y", "width", "height")


def _staged(scene: Scenery) -> dict[str, Any]:
    return {
        "background": bool(scene.background),
        "reframed": bool(scene.reframe),
        "music": bool(scene.music),
        "fade_in_frames": scene.fade_in,
        "fade_out_frames": scene.fade_out,
        "chapters": [[chapter.start_ms, chapter.title] for chapter in scene.chapters],
    }


def _levelled(levelling: Levelling) -> dict[str, Any]:
    return {
        "target_lufs": levelling.target.lufs,
        "measured_lufs": levelling.measured.lufs,
        "gain_db": round(levelling.gain_db, 3),
        "limiter": levelling.limiter,
        "expected_lufs": round(levelling.expected_lufs, 2),
    }
