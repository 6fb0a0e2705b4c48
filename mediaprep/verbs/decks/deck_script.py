"""`deck script`: a deck → a storyboard with what was found; pictures of its pages; and its scripts back into notes."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from mediaprep.contract import profiles
from mediaprep.contract.script import ssml
from mediaprep.errors import BadAsset, MediaprepError
from mediaprep.media import pixels
from mediaprep.media.decks.pages import Pages
from mediaprep.media.files import atomic
from mediaprep.media.isolation import guard
from mediaprep.model.assets import Avatar
from mediaprep.model.decks.lessons import SILENCE
from mediaprep.model.decks.page_pictures import Framing, PictureSource
from mediaprep.model.decks.storyboard import Delivery, Empty, Page, Storyboard, TaskPart
from mediaprep.model.facts import AudioFacts, DeckFacts, Facts, PhotoFacts, UnknownFacts
from mediaprep.model.findings import Finding, Text
from mediaprep.preflight.decks import deck_plan, front_matter, storyboard
from mediaprep.preflight.judge import judge_file, judge_request
from mediaprep.preflight.scripts import script_names
from mediaprep.verbs.assets import AccountLists
from mediaprep.verbs.check import measure
from mediaprep.verbs.decks.check_decks import named, read_deck
from mediaprep.verbs.finishing import output_claims
from mediaprep.verbs.judging import script_files
from mediaprep.verbs.script import read_text

_READING_SECONDS: Final = 60.0
_SIDE: Final = 480  # pixels of a page picture's longer side
_SIZE: Final = "ppt.PPTFileUrl.size_bytes"
_RULE: Final = re.compile(r"^\s*-{3,}\s*$", re.MULTILINE)


def draft(
    deck: Path,
    *,
    empty: Empty = Empty.ERROR,
    silence: float = SILENCE,
    delivery: Delivery | None = None,
    sidecar: Path | None = None,
    account: AccountLists | None = None,
    profile: str = profiles.DEFAULT,
) -> Storyboard:
    """The storyboard of a deck, judged. `sidecar` is a text with a part for each page, parted by lines of `---`,
    in place of the deck's notes; `delivery` holds for all pages. Raises BadAsset."""
    with named(deck):
        facts, whole = counted(deck, profile)
        notes = _sidecar(sidecar, facts) if sidecar is not None else whole.notes or {}
        pages = pages_of(deck, facts, notes, empty=empty, silence=silence)
    story = Storyboard(deck=deck, pages=pages, delivery=delivery or Delivery())
    return judged(story, facts, base=deck.parent, sections=whole.sections, account=account, profile=profile)[
        0
    ]


def pages_of(
    deck: Path,
    facts: DeckFacts,
    notes: Mapping[int, str],
    *,
    empty: Empty,
    silence: float = SILENCE,
    unhide: bool = False,
) -> tuple[Page, ...]:
    """The pages of a deck and what its `notes` (by page from 1) say on them; with `unhide` hidden ones are like any
    other. Raises BadAsset."""
    return storyboard.drafted(
        facts.pages_total or 0,
        notes=notes,
        titles=_titles(deck, facts),
        hidden=() if unhide else facts.hidden_pages or (),
        empty=empty,
        silence=silence,
    )


def counted(deck: Path, profile: str = profiles.DEFAULT) -> tuple[DeckFacts, Pages]:
    """A deck whose pages can be counted, as it was measured and read. Raises BadAsset for anything else."""
    _, facts, whole = read_deck(deck, profile)
    if facts.pages_total is None:
        why = facts.unmeasured[0] if facts.unmeasured else None
        raise BadAsset(
            f"its pages cannot be counted: {why.en if why else 'it is locked'}",
            f"无法统计页数：{why.zh if why else '已加密'}",
        )
    return facts, whole


def judged(
    story: Storyboard,
    facts: DeckFacts,
    *,
    base: Path,
    sections: Collection[int] = (),
    account: AccountLists | None = None,
    profile: str = profiles.DEFAULT,
    sound_of: Callable[[float], str] = lambda seconds: f"silence-{seconds:g}s.wav",
    most: int | None = None,
) -> tuple[Storyboard, tuple[TaskPart, ...]]:
    """The storyboard with times and findings, and the tasks it comes to. Paths in it are relative to `base`; of
    the deck that will be submitted these facts are taken, its pages as many as a part has. Parts end where one of
    its `sections` (their first pages) does, if one does nearby, and have at most `most` pages (None: what the docs
    allow); `sound_of` names the file with so many seconds of silence."""
    hidden = facts.hidden_pages or ()
    if story.pages and story.pages[-1].number > (facts.pages_total or 0):
        raise _beyond(story.pages[-1].number, facts)
    story = replace(story, pages=tuple(replace(p, hidden=p.number in hidden) for p in story.pages))
    sounds = {page.number: measure(base / page.audio) for page in story.kept if page.audio is not None}
    lengths = {n: f.seconds for n, f in sounds.items() if isinstance(f, AudioFacts) and f.seconds}
    story = storyboard.judged(storyboard.timed(_blank(story), lengths))
    plan = deck_plan.plan(story, _avatars(story, account), sound_of=sound_of, sections=sections, most=most)
    copied = deck_plan.order(story, facts.pages_total or 0, most) is not None
    found: dict[int, list[Finding]] = {number: list(told) for number, told in plan.findings.items()}
    for page in story.kept:
        if page.script and page.audio is None and page.silent is None:
            spoken = ssml.read(page.script).plain
            there = script_files.is_file(spoken, story.deck.parent)
            named_files = script_names.judge("ppt", "PageConfigs[].InputSsml", spoken, is_file=there)
            found.setdefault(page.number, []).extend(replace(one, where=None) for one in named_files)
    rest: list[Finding] = []
    for part in plan.parts or (TaskPart(pages=(), configs=(), everywhere={}),):
        told_of = _judged_part(
            part,
            story,
            deck=_submitted(facts, len(part.pages)) if copied else facts,
            sounds=sounds,
            base=base,
            account=account,
            profile=profile,
        )
        if copied:  # its size is known, and judged, once it is written
            told_of = tuple(finding for finding in told_of if finding.rule != _SIZE)
        pages, others = deck_plan.by_page(part, told_of)
        for number, told in pages.items():
            found.setdefault(number, []).extend(told)
        rest += others
    pages_told = tuple(
        replace(page, findings=_once((*page.findings, *found.get(page.number, ())))) for page in story.pages
    )
    return replace(story, pages=pages_told, findings=_once((*story.findings, *rest))), plan.parts


def _submitted(facts: DeckFacts, pages: int) -> DeckFacts:
    """A copy of the deck with so many pages, all of them shown."""
    return replace(
        facts, pages_total=pages, pages_visible=pages, hidden_pages=(), missing_pages=(), claimed_pages=None
    )


def _blank(story: Storyboard) -> Storyboard:
    """Without the findings of an earlier judging: those of reading notes stay."""
    pages = (
        replace(page, findings=tuple(f for f in page.findings if f.rule == front_matter.RULE))
        for page in story.pages
    )
    return replace(story, pages=tuple(pages), findings=())


def _judged_part(
    part: TaskPart,
    story: Storyboard,
    *,
    deck: DeckFacts,
    sounds: Mapping[int, Facts],
    base: Path,
    account: AccountLists | None,
    profile: str,
) -> tuple[Finding, ...]:
    """Findings on one task: its request, its deck, its sounds and logos, its avatars and voices."""
    payload = part.request(story.deck.name)
    measured: dict[str, Facts] = {"PPTFileUrl": deck}
    for place, number in enumerate(part.pages):
        if number in sounds:
            measured[f"PageConfigs[{place}].InputAudioUrl"] = sounds[number]
    for place, logo in enumerate(story.logos):
        measured[f"GlobalConfig.LogoParams[{place}].LogoFileUrl"] = _logo(base / logo.file)
    known = account.known("ppt", payload) if account is not None else None
    facts_known: Mapping[str, Any] = known.facts if known is not None else {}
    found = list(judge_request("ppt", payload, {**measured, **facts_known}, profile))
    found += known.findings if known is not None else ()
    for path, one in measured.items():
        for finding in judge_file("ppt", path, one, payload, profile=profile):
            found.append(finding if path == "PPTFileUrl" else replace(finding, where=path))
    return tuple(found)


def _logo(path: Path) -> Facts:
    facts = measure(path, faces=False)
    return (
        facts
        if isinstance(facts, PhotoFacts | UnknownFacts)
        else UnknownFacts(
            size_bytes=None, problem_en=f"{path.name} is no picture", problem_zh=f"{path.name} 不是图片"
        )
    )


def _once(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Each rule and message once: what every part says of the deck is one finding."""
    return tuple({(f.rule, f.message): f for f in findings}.values())


def _avatars(story: Storyboard, account: AccountLists | None) -> dict[str, Avatar]:
    """The avatars that pages place in pixels, with the sizes of their poses, as far as they can be had."""
    found: dict[str, Avatar] = {}
    for page in story.kept:
        whole = page.delivery.over(story.delivery)
        if account is None or not whole.avatar or whole.place is None or not whole.place.in_pixels:
            continue
        if whole.avatar not in found and (avatar := account.posed(whole.avatar)) is not None:
            found[whole.avatar] = avatar
    return found


def _titles(deck: Path, facts: DeckFacts) -> dict[int, str]:
    """Titles by page, of a guarded reader. Raises BadAsset."""
    told = guard.ask("decks", "outline", deck, facts.family, wall_seconds=_READING_SECONDS)
    if isinstance(told, guard.Stopped):
        raise BadAsset(told.en, told.zh)
    titles: dict[int, str] = told[0]
    return titles


def _sidecar(path: Path, facts: DeckFacts) -> dict[int, str]:
    parts = _RULE.split(read_text(path))
    total = facts.pages_total or 0
    if len(parts) > total:
        raise BadAsset(
            f"{path.name}: {len(parts)} scripts, parted by lines of ---, for {total} pages",
            f"{path.name}：以 --- 行分隔的文案有 {len(parts)} 段，而文稿只有 {total} 页",
        )
    return dict(enumerate(parts, 1))


# ── pictures ───────────────────────────────────────────────────────────────────────────────────────


def pictured(
    story: Storyboard, folder: Path, *, base: Path, overwrite: bool = False
) -> tuple[Storyboard, tuple[Text, ...]]:
    """The storyboard with small pictures of its pages, written into `folder` and named relative to `base`; and
    what is to be said of them. Without a way to draw pages there are none: that is said too, never raised."""
    from mediaprep.media.decks import page_images

    names: dict[int, str] = {}
    try:
        facts, _ = counted(story.deck)
        size = _framing(facts)
        with page_images.opened(story.deck, facts) as opened:
            folder.mkdir(parents=True, exist_ok=True)
            for number in opened.ways:
                target = folder / f"page-{number:03}.jpg"
                rgb = opened.picture(number, size)
                output_claims.claim([target], overwrite=overwrite)
                with atomic.landing(target) as part:
                    part.write_bytes(pixels.encode(rgb[..., ::-1], ".jpg", quality=82))
                names[number] = str(target.relative_to(base))
            stand_ins = sum(
                way in {PictureSource.THUMBNAIL, PictureSource.CARD} for way in opened.ways.values()
            )
    except (MediaprepError, OSError) as error:
        told = error if isinstance(error, MediaprepError) else BadAsset(str(error))
        return story, (Text(f"no page pictures: {told.en}", f"没有页面图片：{told.zh}"),)
    pages = tuple(replace(page, picture=names.get(page.number, "")) for page in story.pages)
    said: tuple[Text, ...] = ()
    if stand_ins:
        said = (
            Text(
                f"LibreOffice is not installed: {stand_ins} pages are shown as cards with their titles",
                f"未安装 LibreOffice：{stand_ins} 页以标题卡片代替",
            ),
        )
    return replace(story, pages=pages), said


def _framing(facts: DeckFacts) -> Framing:
    wide, tall = facts.page_width or 16.0, facts.page_height or 9.0
    scale = _SIDE / max(wide, tall)
    return Framing(width=max(16, round(wide * scale)), height=max(16, round(tall * scale)))


# ── the way back ───────────────────────────────────────────────────────────────────────────────────


def write_notes(story: Storyboard, target: Path) -> int:
    """Write a copy of the storyboard's deck whose notes are its scripts and settings, proved by reading it
    again; the number of pages with notes. Raises BadAsset and ToolFailed."""
    from mediaprep.media.decks.writing import rewriting

    notes = {page.number: storyboard.to_notes(page) for page in story.pages}
    with named(story.deck):
        facts, whole = counted(story.deck)
        if story.pages and story.pages[-1].number > (facts.pages_total or 0):
            raise _beyond(story.pages[-1].number, facts)
        rewriting.write_notes(story.deck, facts.family, whole, target, notes)
    return sum(1 for text in notes.values() if text)


def _beyond(number: int, facts: DeckFacts) -> BadAsset:
    return BadAsset(
        f"the storyboard has page {number}, the deck {facts.pages_total}: make it anew with `deck script`",
        f"分镜含第 {number} 页，而文稿只有 {facts.pages_total} 页：请用 `deck script` 重新生成",
    )
