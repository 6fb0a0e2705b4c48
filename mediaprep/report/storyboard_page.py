"""A storyboard as lines for a terminal, as JSON (`mediaprep.storyboard/1`) and as one self-contained HTML page."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mediaprep.contract.script import ssml
from mediaprep.model import strict_json
from mediaprep.model.decks.storyboard import Page, PlannedStoryboard, Storyboard
from mediaprep.model.findings import Finding, Text
from mediaprep.report.check_text import VERDICTS, finding_lines
from mediaprep.report.escaping import number, shown
from mediaprep.report.page_templates import environment

SCHEMA = "mediaprep.storyboard/1"
_MOST_SHOWN = 60  # characters of a script on a line
_MOST_BYTES = 2_000_000  # of one page picture


def lines(story: Storyboard, lang: str) -> Iterator[tuple[str, str]]:
    """(verdict, line) pairs: the deck's findings, then a line for each page with its own; then the sum."""
    for finding in story.findings:
        yield from finding_lines(finding, lang)
    for page in story.pages:
        yield "pass", f"{page.number:>3}  {_time(page, lang):>8}  {_drive(page, lang)}"
        for finding in page.findings:
            yield from finding_lines(finding, lang)
    yield "pass", total(story, lang)


def total(story: Storyboard, lang: str) -> str:
    """`12 pages of 14, about 4.2 min`."""
    kept, minutes = len(story.kept), number(round(story.seconds / 60, 2))
    if lang.startswith("zh"):
        return f"{len(story.pages)} 页中的 {kept} 页，约 {minutes} 分钟"
    return f"{kept} of {len(story.pages)} pages, about {minutes} min"


def planned(plan: PlannedStoryboard, lang: str) -> Iterator[str]:
    """What was planned: tasks, minutes, cost, files."""
    tasks, minutes = len(plan.parts), number(plan.minutes)
    cost = Text(f", {plan.cost}", f"，费用 {plan.cost}") if plan.cost else Text("", "")
    if lang.startswith("zh"):
        yield f"{tasks} 个 PPT 任务，约计费 {minutes} 分钟{cost.zh}"
    else:
        word = "task" if tasks == 1 else "tasks, one after the other"
        yield f"{tasks} PPT {word}, about {minutes} billable minutes{cost.en}"
    for path in (*plan.requests, *plan.decks):
        yield f"  {shown(path)}"


def dumps(story: Storyboard, lang: str, plan: PlannedStoryboard | None = None) -> str:
    """The whole storyboard; with what was planned from it. Later versions only add keys."""
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "deck": str(story.deck),
        "verdict": story.verdict.value,
        "seconds": story.seconds,
        "findings": [finding.to_dict(lang) for finding in story.findings],
        "pages": [_entry(page, story, lang) for page in story.pages],
    }
    if plan is not None:
        document |= {
            "minutes": plan.minutes,
            "cost": plan.cost or None,
            "parts": [list(part.pages) for part in plan.parts],
            "requests": [str(path) for path in plan.requests],
            "decks": [str(path) for path in plan.decks],
        }
    return strict_json.dumps(document, indent=2)


def _entry(page: Page, story: Storyboard, lang: str) -> dict[str, Any]:
    whole = page.delivery.over(story.delivery)
    return {
        "page": page.number,
        "title": page.title,
        "hidden": page.hidden,
        "skip": page.skip,
        "script": page.script,
        "audio": str(page.audio) if page.audio else None,
        "silent": page.silent,
        "seconds": page.seconds,
        "avatar": whole.avatar or None,
        "voice": whole.voice or None,
        "picture": page.picture or None,
        "findings": [finding.to_dict(lang) for finding in page.findings],
    }


def _time(page: Page, lang: str) -> str:
    if page.skip:
        return Text("skipped", "跳过").say(lang)
    return "?" if page.seconds is None else f"{number(round(page.seconds, 1))} s"


def _drive(page: Page, lang: str) -> str:
    """What is heard on a page, in a few words."""
    if page.audio is not None:
        said = str(page.audio)
    elif page.silent is not None:
        said = Text("(silent)", "（静音）").say(lang)
    else:
        said = ssml.read(page.script).plain or Text("(nothing is written)", "（没有文案）").say(lang)
    hidden = Text("hidden · ", "隐藏 · ").say(lang) if page.hidden else ""
    return hidden + shown(said, _MOST_SHOWN)


# ── the page ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class _Card:
    """One page of the deck as the HTML page shows it."""

    page: Page
    avatar: str
    voice: str
    picture: str
    time: str
    said: str
    verdict: str


def html(
    story: Storyboard, pictures: Mapping[int, bytes], *, lang: str, plan: PlannedStoryboard | None = None
) -> str:
    """The storyboard as a page: no script, no request to anywhere, everything escaped. `pictures` are JPEGs by page
    number."""
    cards = [_card(page, story, pictures.get(page.number), lang) for page in story.pages]
    template = environment(lang).get_template("storyboard.html.j2")
    return template.render(
        cards=cards,
        story=story,
        title=story.deck.name,
        total=total(story, lang),
        plan=list(planned(plan, lang)) if plan is not None else [],
        words={name: text.say(lang) for name, text in VERDICTS.items()},
        lang=lang,
        zh=lang.startswith("zh"),
    )


def pictures_of(story: Storyboard, base: Path) -> dict[int, bytes]:
    """The JPEGs that a storyboard names below its folder, by page; those that are not there are left out."""
    found: dict[int, bytes] = {}
    for page in story.pages:
        path = (base / page.picture).resolve()
        ours = path.suffix.lower() == ".jpg" and path.is_relative_to(base.resolve())  # no file of elsewhere
        if page.picture and ours and path.is_file() and path.stat().st_size <= _MOST_BYTES:
            data = path.read_bytes()
            if data.startswith(b"\xff\xd8"):
                found[page.number] = data
    return found


def _card(page: Page, story: Storyboard, picture: bytes | None, lang: str) -> _Card:
    whole = page.delivery.over(story.delivery)
    data = "data:image/jpeg;base64," + base64.b64encode(picture).decode("ascii") if picture else ""
    if page.audio is not None:
        said = str(page.audio)
    elif page.silent is not None:
        said = Text(f"silent for {page.silent:g} s", f"静音 {page.silent:g} 秒").say(lang)
    else:
        said = page.script
    return _Card(
        page=page,
        avatar=whole.avatar or "",
        voice=whole.voice or "",
        picture=data,
        time=_time(page, lang),
        said=said,
        verdict=_worst(page.findings),
    )


def _worst(findings: tuple[Finding, ...]) -> str:
    order = list(VERDICTS)
    return max((f.verdict.value for f in findings), key=order.index, default="pass")
