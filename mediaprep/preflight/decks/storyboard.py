"""A deck's notes → a storyboard, and back: what each page says, and what is told of it before anything is planned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from mediaprep.contract.rules.wording import NEAREST
from mediaprep.contract.script import ssml
from mediaprep.contract.script.texts import limit_of
from mediaprep.model.decks.lessons import SILENCE
from mediaprep.model.decks.storyboard import Empty, Page, Storyboard
from mediaprep.model.findings import Finding, Text, Verdict
from mediaprep.model.rulebook import Example, Family, Rule
from mediaprep.preflight.decks import front_matter
from mediaprep.preflight.scripts import drafting
from mediaprep.preflight.scripts.estimate import spoken_seconds

FIELD: Final = "PageConfigs[].InputSsml"
_LENGTH: Final = "ppt.notes.characters"


def drafted(
    total: int,
    *,
    notes: Mapping[int, str],
    titles: Mapping[int, str],
    hidden: tuple[int, ...] = (),
    empty: Empty = Empty.ERROR,
    silence: float = SILENCE,
) -> tuple[Page, ...]:
    """The pages of a deck from what stands in it, by page from 1. A hidden page is left out unless its notes say
    otherwise; `empty` decides about pages that have no notes, `silence` (seconds) for how long they are shown."""
    return tuple(
        _filled(
            from_notes(
                Page(number=n, title=titles.get(n, ""), hidden=n in hidden, skip=n in hidden),
                notes.get(n, ""),
            ),
            empty,
            silence,
        )
        for n in range(1, total + 1)
    )


def from_notes(page: Page, notes: str) -> Page:
    """The page with its notes read: settings at their head, the rest as one line of SSML."""
    head = front_matter.read(notes)
    return replace(front_matter.settled(page, head), script=drafting.drafted(head.text))


def to_notes(page: Page) -> str:
    """The notes that `from_notes` reads as this page: plain where that says the same, else with its tags."""
    plain = ssml.read(page.script).plain
    readable = not ssml.read(page.script).tagged and drafting.drafted(plain) == page.script
    return front_matter.written(page, plain if readable else page.script)


def _filled(page: Page, empty: Empty, silence: float) -> Page:
    """With something to say, or to be silent for, where nothing is written."""
    if page.script or page.audio or page.silent is not None:
        return page
    if empty is Empty.TITLE and page.title:
        return replace(page, script=drafting.to_ssml(page.title))
    return replace(page, silent=silence) if empty is not Empty.ERROR else page


def timed(story: Storyboard, audio_seconds: Mapping[int, float] | None = None) -> Storyboard:
    """With the seconds that each page takes: of its audio (by page, where it was measured), its silence, or
    spoken, which is an estimate."""
    measured = audio_seconds or {}

    def seconds(page: Page) -> float | None:
        if page.audio is not None:
            return measured.get(page.number)
        if page.silent is not None:
            return page.silent
        if not page.script:
            return None
        return round(
            spoken_seconds(ssml.read(page.script), page.delivery.over(story.delivery).speed or 1.0), 2
        )

    return replace(story, pages=tuple(replace(page, seconds=seconds(page)) for page in story.pages))


def judged(story: Storyboard) -> Storyboard:
    """With what the storyboard alone shows to be wrong; requests and files are judged when it is planned."""
    return replace(
        story, pages=tuple(replace(page, findings=(*page.findings, *_findings(page))) for page in story.pages)
    )


def _findings(page: Page) -> Iterator[Finding]:
    most = int(limit_of("ppt", FIELD, "characters")[1])
    if page.audio is None and page.silent is None and len(page.script) > most:
        yield Finding(
            rule=_LENGTH,
            verdict=Verdict.REFUSED,
            measured=len(page.script),
            limit=f"0-{most}",
            message=Text(
                f"the script has {len(page.script)} characters with its tags and escapes, {most} are taken",
                f"文案连同标签与转义共 {len(page.script)} 字符，上限 {most}",
            ),
            fix=Text("shorten it, or spread it over two pages", "缩短文案，或分到两页"),
        )


ROWS: Final = (
    Rule(
        id=_LENGTH, family=Family.JOB, verdicts=(Verdict.REFUSED,), limit="0-20000",
        what=Text("a page's script fits, tags and escapes counted", "每页文案连同标签与转义不超限"),
        why=Text("it is never cut, so a script that may be refused is not sent", "文案不会被截断，可能被拒绝的不发送"),
        source="视频制作接口- PPT模式 · PageConfigs.InputSsml",
        examples=(Example("20000", Verdict.PASS), Example("20001", Verdict.REFUSED)),
        fix=Text("shorten it, or spread it over two pages", "缩短文案，或分到两页"),
    ),
    Rule(
        id=front_matter.RULE, family=Family.JOB, verdicts=(Verdict.ADVISED, Verdict.REFUSED),
        limit="avatar, voice, speed …",
        what=Text("settings at the head of notes are known and have a value", "备注开头的设置名称与取值有效"),
        why=Text("what is no setting is spoken aloud", "不是设置的内容会被读出"),
        source="advice of ours", fix=front_matter.SETTING, also=(NEAREST,),
        examples=(Example("[voice=female_1]", Verdict.PASS), Example("[voise=female_1]", Verdict.ADVISED)),
    ),
)  # fmt: skip
