"""What a deck's job comes to before anything is paid: its storyboard judged, its part decks written, its voices asked
for as jobs of their own."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from mediaprep.errors import BadConfig
from mediaprep.media.decks import identity
from mediaprep.media.files.digest import sha256_of
from mediaprep.media.sound import silent_files
from mediaprep.model.decks.lessons import Lesson
from mediaprep.model.decks.storyboard import Page, Storyboard, TaskPart
from mediaprep.model.facts import DeckFacts
from mediaprep.model.findings import Finding
from mediaprep.model.paid.manifest import Job
from mediaprep.preflight.decks import all_pages, deck_plan
from mediaprep.preflight.judge import judge_file, judge_request
from mediaprep.preflight.manifest_rules import judge_job
from mediaprep.verbs.assets import AccountLists
from mediaprep.verbs.decks.check_decks import named
from mediaprep.verbs.decks.deck_script import counted, judged, pages_of
from mediaprep.verbs.finishing import output_claims
from mediaprep.verbs.judging import finishing_checks
from mediaprep.verbs.paid.job_progress import Ongoing, folder_of, refuse
from mediaprep.verbs.paid.preparing import judge_finishing
from mediaprep.verbs.paid.voicing import SUFFIX, tts_request

_NAME_DIGITS: Final = 12
_SPOKEN: Final = ("voice", "speed", "volume", "emotion", "intensity", "language")


@dataclass(frozen=True, kw_only=True)
class PartDeck:
    """The deck of one PPT task: which pages of the whole it has, and a name for what they show."""

    path: Path
    pages: tuple[int, ...]
    identity: str
    total: int  # pages it has, more than are made where the deck itself is sent


@dataclass(frozen=True, kw_only=True)
class Drafted:
    """A lesson as it was judged. `voices` are the tts jobs of its pages, by page, where they are spoken first."""

    story: Storyboard
    facts: DeckFacts
    sections: Collection[int] = field(repr=False)
    decks: tuple[PartDeck, ...]
    voices: Mapping[int, Job] = field(repr=False)

    def page(self, number: int) -> Page:
        return next(page for page in self.story.pages if page.number == number)


@dataclass(frozen=True, kw_only=True)
class JudgedLesson:
    """What a deck's job comes to, and all that was found of it; nothing was written."""

    story: Storyboard
    facts: DeckFacts
    sections: Collection[int] = field(repr=False)
    parts: tuple[TaskPart, ...]
    voices: Mapping[int, Job] = field(repr=False)
    findings: tuple[Finding, ...]


def foreseen(work: Ongoing, account: AccountLists, *, writing: bool = True) -> JudgedLesson:
    """The lesson of a deck's job, judged. Raises BadAsset, BadConfig, ToolFailed."""
    job, lesson = work.job, work.job.lesson
    assert lesson is not None
    judge_finishing(job, work.settings)
    profile = work.settings.profile
    with named(lesson.deck):
        facts, whole = counted(lesson.deck, profile)
        story = all_pages.over(_story(lesson, facts, whole.notes or {}), job.request, job.base)
        story, parts = planned(work, story, facts, whole.sections, account)
    if not parts:
        raise BadConfig(
            f"{lesson.deck.name}: every page is left out: nothing to make",
            f"{lesson.deck.name}：所有页面都被跳过，没有可制作的内容",
        )
    voices = _voices(job, story) if job.voice_first else {}
    found = [
        *judge_job(replace(job, endpoint="ppt", request={"GlobalConfig": job.request})),
        *findings_of(story),
        *finishing_checks.judged(
            job, {}, script=[page.script for page in story.kept if page.script],
            seconds=finishing_checks.lesson_seconds(story.kept), writing=writing,
        ),
    ]  # fmt: skip
    for number, voice in voices.items():
        told = judge_request("tts", voice.request, {}, profile)
        found += [replace(finding, where=f"page {number}") for finding in told]
    return JudgedLesson(
        story=story, facts=facts, sections=whole.sections, parts=parts, voices=voices,
        findings=tuple(dict.fromkeys(found)),
    )  # fmt: skip


def drafted(work: Ongoing, account: AccountLists) -> Drafted:
    """The lesson of a deck's job. Raises Refused with all that was found, BadAsset, BadConfig, ToolFailed."""
    job, lesson = work.job, work.job.lesson
    assert lesson is not None
    work.tell("fix", f"reading {lesson.deck.name}", f"读取 {lesson.deck.name}")
    judged_so = foreseen(work, account)
    story, parts, facts = judged_so.story, judged_so.parts, judged_so.facts
    work.grow(findings=judged_so.findings)
    refuse(job, [*judged_so.findings])
    output_claims.make_room_for(job, work.folder, story.seconds)
    for seconds in {page.silent for page in story.kept if page.silent is not None and page.audio is None}:
        if not (
            target := Path(silence_of(work.folder, seconds))
        ).is_file():  # it may be on its way to the service
            silent_files.write(target, seconds)
    decks = _decks(work, story, parts, facts)
    _judge_copies(work, decks, parts)
    return Drafted(
        story=story, facts=facts, sections=judged_so.sections, decks=decks, voices=judged_so.voices
    )


def planned(
    work: Ongoing, story: Storyboard, facts: DeckFacts, sections: Collection[int], account: AccountLists
) -> tuple[Storyboard, tuple[TaskPart, ...]]:
    """The storyboard judged, and the tasks it comes to."""
    assert work.job.lesson is not None
    return judged(
        story, facts, base=work.folder, sections=sections, account=account, profile=work.settings.profile,
        sound_of=lambda seconds: silence_of(work.folder, seconds), most=work.job.lesson.most_pages,
    )  # fmt: skip


def findings_of(story: Storyboard) -> tuple[Finding, ...]:
    """All that was found of what becomes a video."""
    pages = (
        replace(finding, where=finding.where or f"page {page.number}")
        for page in story.kept
        for finding in page.findings
    )
    return (*story.findings, *pages)


def silence_of(folder: Path, seconds: float) -> str:
    """The file that holds so much silence."""
    return str(folder / f"silence-{seconds:g}s.wav")


def spoken(story: Storyboard, sounds: Mapping[int, Path]) -> Storyboard:
    """The storyboard with these sounds (by page) in place of scripts; how they are spoken is no longer asked for."""
    unsaid = dict.fromkeys(_SPOKEN)
    pages = tuple(
        replace(
            page,
            script="" if page.number in sounds else page.script,
            audio=sounds.get(page.number, page.audio),
            delivery=replace(page.delivery, **unsaid),
        )
        for page in story.pages
    )
    return replace(story, pages=pages, delivery=replace(story.delivery, **unsaid), subtitles=False)


def _story(lesson: Lesson, facts: DeckFacts, notes: Mapping[int, str]) -> Storyboard:
    """As somebody wrote it, or of the deck's own notes."""
    if lesson.story is not None:
        return lesson.story
    pages = pages_of(
        lesson.deck, facts, notes, empty=lesson.empty, silence=lesson.silence, unhide=lesson.hidden == "unhide"
    )  # fmt: skip
    beside = lesson.deck.parent  # what notes name
    pages = tuple(replace(page, audio=beside / page.audio) if page.audio else page for page in pages)
    return Storyboard(deck=lesson.deck, pages=pages)


def _voices(job: Job, story: Storyboard) -> dict[int, Job]:
    """The tts job of each page that has a script. Raises BadConfig where no voice is named."""
    made = {}
    for page in story.kept:
        if not page.script or page.audio is not None or page.silent is not None:
            continue
        how = page.delivery.over(story.delivery)
        if not how.voice:
            raise BadConfig(
                f"job {job.id}: page {page.number}: voice: first needs SpeechParam.TimbreKey",
                f"任务 {job.id}：第 {page.number} 页：voice: first 需要 SpeechParam.TimbreKey",
            )
        more = {
            "EmotionCategory": how.emotion, "EmotionIntensity": how.intensity, "TimbreLanguage": how.language,
        }  # fmt: skip
        # WAV: what decoders make of an MP3's ends differs, and adds up over the pages
        target = folder_of(job) / "voice.wav"
        request = tts_request(
            page.script, target, voice=how.voice, speed=how.speed or 1.0, volume=how.volume or 0,
            more={name: value for name, value in more.items() if value}, is_ssml=True,
        )  # fmt: skip
        made[page.number] = Job(
            id=f"{job.id}{SUFFIX}", endpoint="tts", request=request, output=target, base=job.base
        )
    return made


def _decks(
    work: Ongoing, story: Storyboard, parts: tuple[TaskPart, ...], facts: DeckFacts
) -> tuple[PartDeck, ...]:
    """The deck itself, or a copy with its pages for each part; copies are kept and found again."""
    lesson = work.job.lesson
    assert lesson is not None
    total = facts.pages_total or 0
    if deck_plan.order(story, total, lesson.most_pages) is None:
        shows = identity.shown(lesson.deck, facts.family)
        pages = tuple(page.number for page in story.kept)
        return (PartDeck(path=lesson.deck.resolve(), pages=pages, identity=shows, total=total),)
    source = sha256_of(lesson.deck)
    made = []
    for part in parts:
        path = _copy(work, part, source, facts)
        # of others than pptx a copy differs each time it is written
        shows = identity.shown(path, facts.family) if facts.family == "pptx" else f"{source}:{part.pages}"
        made.append(PartDeck(path=path, pages=part.pages, identity=shows, total=len(part.pages)))
    return tuple(made)


def _judge_copies(work: Ongoing, decks: tuple[PartDeck, ...], parts: tuple[TaskPart, ...]) -> None:
    """What only a written copy shows: its size. Raises Refused."""
    found: list[Finding] = []
    for deck, part in zip(decks, parts, strict=True):
        facts, _ = counted(deck.path, work.settings.profile)
        found += judge_file(
            "ppt", "PPTFileUrl", facts, part.request(deck.path.name), profile=work.settings.profile
        )
    work.grow(findings=tuple(dict.fromkeys((*work.outcome.findings, *found))))
    refuse(work.job, found)


def _copy(work: Ongoing, part: TaskPart, source: str, facts: DeckFacts) -> Path:
    from mediaprep.media.decks import reading
    from mediaprep.media.decks.writing import rewriting

    lesson = work.job.lesson
    assert lesson is not None
    which = hashlib.sha256(repr(part.pages).encode()).hexdigest()
    name = f"deck-{source[:_NAME_DIGITS]}-{which[:_NAME_DIGITS]}.{facts.family}"
    target = work.folder / name
    if target.is_file():
        return target.resolve()
    work.tell(
        "fix", f"pages {part.pages[0]}–{part.pages[-1]} as a deck of their own",
        f"第 {part.pages[0]}–{part.pages[-1]} 页另存为独立文稿",
    )  # fmt: skip
    with named(lesson.deck):
        whole = reading.read(lesson.deck, facts.family)
        lean = len(part.pages) < (facts.pages_total or 0)
        rewriting.copy_pages(lesson.deck, facts.family, whole, target, part.pages, lean=lean, unhide=True)
    return target.resolve()
