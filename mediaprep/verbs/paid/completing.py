"""The last stage of a job: its result heard, finished, proved, told in a receipt and shown in pictures."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from mediaprep.contract.endpoints import ORIGINAL
from mediaprep.contract.semantics import ends_in_motion
from mediaprep.errors import MediaprepError
from mediaprep.finishing.spoken import Narration, Spoken
from mediaprep.media import ffmpeg, pixels
from mediaprep.media.containers import keyframes
from mediaprep.media.files import atomic
from mediaprep.media.prove import evidence_of_output, recheck
from mediaprep.model.facts import AudioFacts, VideoFacts
from mediaprep.model.findings import Text
from mediaprep.model.finishing.proof import broken
from mediaprep.model.finishing.receipts import LabelRecord
from mediaprep.model.finishing.scenery import SceneryWish
from mediaprep.model.finishing.wishes import Finishing
from mediaprep.model.paid.outcomes import SampledFrame
from mediaprep.verbs.check import measure
from mediaprep.verbs.finish import Finished, RenderOptions, finish
from mediaprep.verbs.finishing import labelling, output_claims, receipts, sound_labels
from mediaprep.verbs.paid.job_progress import Ongoing

_PICTURES: Final = 5
_PICTURE_SIDE: Final = 420
_REACH: Final = 300  # pictures after a keyframe: our own keyframes are nearer than that
_BESIDE: Final = (".srt", ".timestamps.json")  # what a download puts beside a result


@dataclass(frozen=True, kw_only=True)
class Made:
    """A result on disk and what it was made from: the request as it was sent (mended files by their paths),
    `sentences` of the voice where it was spoken first (or all that is `spoken`), `stated_ms` the length the service
    claims. `marks`: where its chapters begin (seconds, title). `labels`: those of the parts it was joined of. `mark`:
    the sound that says that this one is generated, where it was spoken for it."""

    result: Path
    request: Mapping[str, Any]
    sentences: Sequence[Mapping[str, Any]] = ()
    spoken: Sequence[Spoken] = ()
    stated_ms: int | None = None
    marks: tuple[tuple[float, str], ...] = ()
    labels: tuple[LabelRecord, ...] = ()
    mark: Path | None = None

    @property
    def driving(self) -> Path | None:
        """The local sound that was sent and must come back as it was."""
        given = self.request.get("InputAudioUrl")
        if self.request.get("DriverType") != ORIGINAL or not isinstance(given, str) or "://" in given:
            return None
        return Path(given)


def complete(work: Ongoing, made: Made, *, with_pictures: bool) -> None:
    """`work`'s output on disk. Raises what finishing raises; the result stays whatever happens."""
    work.grow(result=made.result, checks=())
    output_claims.claim_job(work.job)
    facts = measure(made.result, faces=False)
    is_video = isinstance(facts, VideoFacts)
    if is_video and work.job.lesson is None:  # pages stand still, and their sounds were looked for already
        _listen(work, made)
    done = None
    wanted = work.job.finish.wanted or labelling.by_settings(work.settings).mode == "write"
    if wanted and is_video:
        done = _finished(work, made)
    elif wanted and isinstance(facts, AudioFacts):
        usual = labelling.by_settings(work.settings, produce_id=work.job.id)
        binary, wish = ffmpeg.find(work.settings.ffmpeg), work.job.finish
        if made.mark is not None and wish.mark_wish is not None:
            wish = replace(wish, mark_wish=replace(wish.mark_wish, clip=made.mark))
        work.grow(beside=sound_labels.write(made.result, work.job.output, wish, usual=usual, binary=binary))
    else:
        work.grow(beside=_placed(made.result, work.job.output))
    work.grow(output=work.job.output)
    if with_pictures:
        work.grow(pictures=pictures(work.job.output))
    if is_video:
        _receipt(work, made, done)


def recalled(work: Ongoing, output: Path, *, with_pictures: bool) -> None:
    """What can be told of an output that was made before: what its receipt says, and how it looks."""
    with contextlib.suppress(MediaprepError):
        known = receipts.read(receipts.path_of(output))
        beside = [output.with_name(Path(mark.name).name) for mark in known.outputs if mark.role == "sidecar"]
        beside += work.job.finish.pictures
        work.grow(
            checks=known.checks, receipt=receipts.path_of(output),
            beside=tuple(path for path in beside if path.is_file()),
        )  # fmt: skip
    if with_pictures:
        work.grow(pictures=pictures(output))


def _listen(work: Ongoing, made: Made) -> None:
    """Whether the result holds the sound that was sent. It was paid for and is kept whatever is heard."""
    driving = made.driving
    voice = (
        evidence_of_output.voice_of(driving, role=receipts.DRIVING) if driving and driving.is_file() else None
    )
    moving = ends_in_motion(work.job.endpoint, work.job.request)
    checks = recheck.fetched(made.result, voice, moving=moving)
    work.grow(checks=(*work.outcome.checks, *checks))
    work.note(
        *(
            Text(f"the result is not as it should be: {row.say()}", f"结果存在问题：{row.say('zh')}")
            for row in broken(checks)
        )
    )


def _finished(work: Ongoing, made: Made) -> Finished:
    job, wish = work.job, work.job.finish
    for path in wish.pictures:
        atomic.make_folder(path.parent)
    text = job.request.get("InputSsml")
    done = finish(
        made.result, job.output, _with_chapters(wish, made),
        narration=Narration(
            spoken=made.spoken or None, timestamps=made.sentences or None, script=str(text) if text else None
        ),
        options=RenderOptions(
            ffmpeg_path=work.settings.ffmpeg, write_receipt=False,
            labelling=labelling.by_settings(work.settings, produce_id=job.id),
        ),
        on_progress=lambda stage, share: work.tell(
            "finish", f"finishing: {stage}", f"成片：{stage}", share, 1.0
        ),
    )  # fmt: skip
    notes = (*done.summary, *done.notes)
    if done.source:
        guess = (" (estimated)", "（估算）") if done.estimated else ("", "")
        notes += (Text(f"captions from {done.source}{guess[0]}", f"字幕来源：{done.source}{guess[1]}"),)
    work.grow(
        checks=(*work.outcome.checks, *done.checks),
        findings=(*work.outcome.findings, *done.findings),
        beside=(*done.sidecars, *done.pictures),
    )
    work.note(*notes)
    return done


def _with_chapters(wish: Finishing, made: Made) -> Finishing:
    """What is wished, with the chapters that are known by now. Clips are chapters too, but not where the whole
    would be the only one."""
    if not wish.chapters:
        return wish
    scene = wish.scenery or SceneryWish()
    by_clip = bool(made.marks or wish.head or wish.tail)
    return replace(
        wish, chapters=False, scenery=replace(scene, chapters=by_clip, marks=(*made.marks, *scene.marks))
    )


def _placed(result: Path, output: Path) -> tuple[Path, ...]:
    """The result under the output's name where nothing is to be added, with what came beside it, which is given
    back: files of their own, so that whoever edits the output leaves the result as it was paid for."""
    if result == output:
        return tuple(path for ending in _BESIDE if (path := output.with_suffix(ending)).is_file())
    pairs = [(result, output)]
    pairs += [(result.with_suffix(ending), output.with_suffix(ending)) for ending in _BESIDE]
    for source, target in pairs:
        if source.is_file():
            with atomic.landing(target) as part:
                atomic.copy(source, part)
    return tuple(target for source, target in pairs[1:] if source.is_file())


def _receipt(work: Ongoing, made: Made, done: Finished | None) -> None:
    try:
        driving = made.driving
        receipt = receipts.of_run(
            work.outcome, request=made.request,
            driving=driving if driving and driving.is_file() else None,
            stated_ms=made.stated_ms, finished=done.receipt if done else None,
            ffmpeg_path=work.settings.ffmpeg,
        )  # fmt: skip
        receipt = replace(receipt, labels=(*receipt.labels, *made.labels))
        work.grow(receipt=receipts.write(receipt, work.job.output))
    except MediaprepError as error:  # the video is done and stays, with or without it
        work.note(Text(f"no receipt: {error.en}", f"未写出回执：{error.zh}"))


def pictures(path: Path) -> tuple[SampledFrame, ...]:
    """A few upright frames of a video, spread over its length; none for a sound or what does not open."""
    facts = measure(path, faces=False)
    if not isinstance(facts, VideoFacts) or not facts.seconds:
        return ()
    taken = []
    for index in range(_PICTURES):
        moment = facts.seconds * (index + 0.5) / _PICTURES
        found = _picture_at(path, moment)
        if found is not None:
            seconds, picture = found
            taken.append(
                SampledFrame(label=f"{seconds:.1f} s", jpeg=pixels.encode(picture, ".jpg", quality=80))
            )
    return tuple(taken)


def _picture_at(path: Path, moment: float) -> tuple[float, Any] | None:
    """The last picture not later than `moment`, looked for from the keyframe before it and not far."""
    best = None
    for seconds, picture in keyframes.pictures_at(
        path, [moment], following=_REACH, longer_side=_PICTURE_SIDE
    ):
        if seconds > moment:
            break
        best = seconds, picture
    return best
