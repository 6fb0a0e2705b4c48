"""A deck's job as the worker of paid jobs calls it: it sends nothing itself, but is composed of jobs that do.

One job speaks each page (if voices come first), one makes each part of the deck; all are named by what is paid for, so
that an unchanged page is never spoken again, and an unchanged part never made again.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Final

from mediaprep.errors import Refused, ToolError, ToolFailed
from mediaprep.finishing import timeline as laying
from mediaprep.media import ffmpeg, stitch
from mediaprep.media.files import atomic
from mediaprep.media.files.digest import sha256_of
from mediaprep.media.labels.carrying import OUTPUT
from mediaprep.media.probing import probe
from mediaprep.media.sound import silent_files
from mediaprep.model.decks.lessons import ShownPage
from mediaprep.model.decks.storyboard import Storyboard
from mediaprep.model.facts import AudioFacts, VideoFacts
from mediaprep.model.findings import Text
from mediaprep.model.finishing.captions import BEST
from mediaprep.model.finishing.plans import Canvas, Clip, RenderPlan, Role
from mediaprep.model.finishing.receipts import LabelRecord
from mediaprep.model.paid.manifest import Job
from mediaprep.model.paid.records import JobRow, JobState, NewJob
from mediaprep.submission.job.stage_protocol import Later, Saved
from mediaprep.submission.ledger import Ledger
from mediaprep.submission.wire.client import Gateway
from mediaprep.verbs.assets import AccountLists
from mediaprep.verbs.check import measure
from mediaprep.verbs.paid import completing, enrolment
from mediaprep.verbs.paid.job_progress import Ongoing, refuse
from mediaprep.verbs.paid.lessons import drafting, timing, wording
from mediaprep.verbs.paid.lessons.drafting import Drafted

PART: Final = "~part"
_HERE: Final = frozenset({JobState.SAVED, JobState.DONE})
_NEVER: Final = frozenset({JobState.FAILED, JobState.REFUSED})
_LOOK_FIRST_SECONDS, _LOOK_MOST_SECONDS = 1.0, 30.0
_LEAST_SECONDS: Final = 0.6  # of a page's sound; the docs ask for 0.5
_STAMPS: Final = ".timestamps.json"
Wanted = Callable[[str, Collection[NewJob]], None]
"""Told of the jobs that a row waits for, whether they are in the ledger yet or not."""


class PieceFailed(ToolError):
    """A job that a deck's job is composed of failed, and with it the whole."""

    exit_code: ClassVar[int] = 4


@dataclass(frozen=True, kw_only=True)
class _Sent:
    """The storyboard as it goes to the service, the voices of its pages, and the job of each part."""

    story: Storyboard
    sounds: Mapping[int, Path]
    parts: tuple[NewJob, ...]


class Lessons:
    """Composes decks' jobs; what was read and judged of each is kept while this process works on it."""

    def __init__(self, *, gateway: Gateway, ledger: Ledger, account: AccountLists, wanted: Wanted) -> None:
        self._gateway, self._ledger, self._account = gateway, ledger, account
        self._wanted = wanted
        self._drafted: dict[str, Drafted] = {}
        self._sent: dict[str, _Sent] = {}

    def prepare(self, row: JobRow, work: Ongoing) -> Later | Saved:
        """NEW → NEW while its pieces are made, NEW → SAVED when they are joined. Raises what judging raises, and
        PieceFailed."""
        lesson = self._lesson(row, work)
        sent = self._sent.get(row.id)
        if sent is None:
            voices = self._voices(row, lesson)
            spoken = self._brought(row, list(voices.values()), _SPEAKING)
            if isinstance(spoken, Later):
                return spoken
            paths = {one.id: _long_enough(_result(one)) for one in spoken}
            sounds = {number: paths[voice.id] for number, voice in voices.items()}
            sent = self._sent[row.id] = self._sending(row, work, lesson, sounds)
        parts = self._brought(row, sent.parts, _MAKING)
        if isinstance(parts, Later):
            return parts
        saved = _joined(row, work, lesson, sent, parts)
        self._sent.pop(row.id, None)
        return saved

    def finish(self, row: JobRow, work: Ongoing, *, with_pictures: bool) -> None:
        """The output, with chapters and captions where it is known when pages are shown."""
        assert row.result is not None
        lesson = self._lesson(row, work)
        shown = [ShownPage.from_json(told) for told in row.kept.get("pages", ())]
        job = work.job
        wish = job.finish
        said = wording.LessonText(spoken=())
        if wish.captions in BEST and shown:
            said = wording.words(row.result, shown, lesson)
        if wish.captions in BEST and not said.spoken:
            wish = replace(wish, captions=None)
        work.note(*said.notes)
        made = completing.Made(
            result=row.result,
            request=_told(row),
            spoken=said.spoken,
            marks=tuple((page.start, _title(page)) for page in shown) if wish.chapters else (),
            labels=tuple(LabelRecord(**told) for told in row.kept.get("labels", ())),
        )
        work.job = replace(job, finish=wish)
        completing.complete(work, made, with_pictures=with_pictures)
        self._drafted.pop(row.id, None)

    # --- before anything is paid ---

    def _lesson(self, row: JobRow, work: Ongoing) -> Drafted:
        found = self._drafted.get(row.id)
        if found is None:
            assert work.job.lesson is not None
            if sha256_of(work.job.lesson.deck) != row.spec.get("deck_sha256"):
                raise Refused(
                    f"{work.job.lesson.deck.name} has changed since: run its manifest again",
                    f"{work.job.lesson.deck.name} 已被修改：请重新运行其清单",
                )
            found = self._drafted[row.id] = drafting.drafted(work, self._account)
        return found

    # --- the pieces ---

    def _voices(self, row: JobRow, lesson: Drafted) -> dict[int, NewJob]:
        return {number: self._piece(row, voice) for number, voice in lesson.voices.items()}

    def _piece(self, row: JobRow, job: Job, contents: Mapping[Path, str] | None = None) -> NewJob:
        new = enrolment.new_job(
            job, self._gateway, salt=str(row.spec.get("salt", "")), unsafe=bool(row.spec.get("unsafe")),
            contents=contents,
        )  # fmt: skip
        return replace(new, spec={**new.spec, "for": row.id})

    def _sending(self, row: JobRow, work: Ongoing, lesson: Drafted, sounds: Mapping[int, Path]) -> _Sent:
        """The requests of all parts, judged with the sounds as they are. Raises Refused."""
        story, parts = drafting.planned(
            work, drafting.spoken(lesson.story, sounds), lesson.facts, lesson.sections, self._account
        )
        found = drafting.findings_of(story)
        work.grow(findings=tuple(dict.fromkeys((*work.outcome.findings, *found))))
        refuse(work.job, list(found))
        pieces = []
        for deck, part in zip(lesson.decks, parts, strict=True):
            request = part.request(str(deck.path))
            job = Job(
                id=f"{work.job.id}{PART}", endpoint="ppt", request=request, output=work.folder / "part.mp4",
                base=work.folder,
            )  # fmt: skip
            pieces.append(self._piece(row, job, {deck.path: f"pages:{deck.identity}"}))
        return _Sent(story=story, sounds=sounds, parts=tuple(pieces))

    def _brought(self, row: JobRow, needs: Sequence[NewJob], why: Text) -> tuple[JobRow, ...] | Later:
        """The rows of these jobs when all have a product here, in their order; else when to look again."""
        ids = tuple(dict.fromkeys(need.id for need in needs))
        if not ids:
            return ()
        self._wanted(row.id, needs)
        found = {one.id: one for one in self._ledger.jobs(ids=ids)}
        missing = tuple({need.id: need for need in needs if need.id not in found}.values())
        if missing:
            return Later(seconds=_LOOK_FIRST_SECONDS, needs=missing, why=why)
        for one in found.values():
            if one.state in _NEVER:
                raise PieceFailed(
                    f"{one.id} of {row.name} failed: {one.note.en}",
                    f"{row.name} 的 {one.id} 失败：{one.note.zh}",
                )
        if any(one.state not in _HERE for one in found.values()):
            return Later(seconds=min(_LOOK_FIRST_SECONDS * 1.5**row.tries, _LOOK_MOST_SECONDS), why=why)
        return tuple(found[need.id] for need in needs)


_SPEAKING: Final = Text("its pages are spoken first", "先合成各页语音")
_MAKING: Final = Text("its parts are made", "正在制作各部分")


def _result(row: JobRow) -> Path:
    assert row.result is not None
    return row.result


def _long_enough(sound: Path) -> Path:
    """A voice as the docs take it: one that is too short with a rest behind it, in a file of its own, beside which
    its timestamps stand too."""
    facts = measure(sound)
    if not isinstance(facts, AudioFacts) or facts.seconds is None or facts.seconds >= _LEAST_SECONDS:
        return sound
    target = sound.with_name(f"{sound.stem}-rested{sound.suffix}")
    if not target.is_file():  # it may be on its way to the service
        stamps = sound.with_suffix(_STAMPS)
        if stamps.is_file():
            with atomic.landing(target.with_suffix(_STAMPS)) as part:
                shutil.copyfile(stamps, part)
        silent_files.lengthen(sound, target, _LEAST_SECONDS)
    return target


def _title(page: ShownPage) -> str:
    return page.title or str(page.numbers[0])


def _told(row: JobRow) -> dict[str, Any]:
    """What its receipt says was asked for."""
    told = row.spec["job"]
    return {
        "deck": row.spec.get("deck_sha256"),
        "request": told["request"],
        "voice_first": told["voice_first"],
    }


# --- one video of them --------------------------------------------------------------------------------------------


def _joined(row: JobRow, work: Ongoing, lesson: Drafted, sent: _Sent, parts: Sequence[JobRow]) -> Saved:
    """All parts as one video, and when each page is shown in it."""
    target = work.folder / f"{row.id}.mp4"
    plan = _plan([_result(part) for part in parts], target)
    notes = [_of(parts, len(sent.sounds))]
    labels: tuple[dict[str, Any], ...] = ()
    if len(plan.clips) == 1:
        _placed(plan.clips[0].path, target)
    else:
        count = len(plan.clips)
        work.tell("finish", f"joining {count} parts", f"拼接 {count} 个部分")
        done = stitch.stitch(
            plan, binary=ffmpeg.find(work.settings.ffmpeg),
            on_progress=lambda share: work.tell("finish", f"joining {count} parts", f"拼接 {count} 个部分", share, 1.0),
        )  # fmt: skip
        notes.append(_how(count, done.why_encoded))
        labels = tuple(asdict(replace(one, role="part")) for one in done.labels if one.role != OUTPUT)
    work.tell("finish", "looking for pages", "定位各页")
    stretches = timing.stretches(lesson.decks, plan.clips, plan.canvas)
    found = timing.timeline(target, stretches, sent.story, sent.sounds, plan.canvas)
    notes += found.notes
    kept = {
        "pages": [page.to_json() for page in found.shown],
        "notes": [[note.en, note.zh] for note in notes],
        "labels": list(labels),
        "paid_seconds": sum(float(part.kept.get("seconds") or 0.0) for part in parts),
    }
    return Saved(path=target, sha256=sha256_of(target), seconds=plan.seconds, kept=kept)


def _plan(videos: Sequence[Path], target: Path) -> RenderPlan:
    facts: list[VideoFacts] = []
    for path in videos:
        one = probe.measured(path, faces=False)
        if not isinstance(one, VideoFacts):
            raise ToolFailed(f"{path.name}: the service made no video", f"{path.name}：服务返回的不是视频")
        facts.append(one)
    canvas: Canvas = laying.canvas_of(facts[0])
    roles = (Role.MAIN, *(Role.TAIL for _ in videos[1:]))
    clips: tuple[Clip, ...] = laying.lay(canvas, list(zip(roles, videos, facts, strict=True)))
    return RenderPlan(clips=clips, canvas=canvas, output=target)


def _placed(source: Path, target: Path) -> None:
    """The one part is the whole: a second name for it, both in the state folder, where the disk can do that."""
    with atomic.landing(target) as part:
        try:
            os.link(source, part)
        except OSError:
            atomic.copy(source, part)


def _of(parts: Sequence[JobRow], voices: int) -> Text:
    tasks = ", ".join(part.task_id or "?" for part in parts)
    return Text(f"{voices} pages spoken, PPT tasks: {tasks}", f"已合成 {voices} 页语音，PPT 任务：{tasks}")


def _how(count: int, why: Text | None) -> Text:
    if why is None:
        return Text(
            f"{count} parts joined, every picture as it was made", f"{count} 个部分已拼接，画面逐帧原样"
        )
    return Text(f"{count} parts joined and encoded: {why.en}", f"{count} 个部分已拼接并重新编码：{why.zh}")
