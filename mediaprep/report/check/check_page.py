"""`check --format html`: one self-contained page with pictures, face boxes and a timeline; no script in it."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from mediaprep.model.facts import FaceBox, PhotoFacts, Sheet, SheetPicture, VideoFacts
from mediaprep.model.findings import FileReport, Text
from mediaprep.report.check.checked import CheckRun, told
from mediaprep.report.check_text import VERDICTS, summary
from mediaprep.report.escaping import shown
from mediaprep.report.page_templates import environment

WIDTH = 1000  # units of a timeline
_SAME = 0.05  # seconds within which boxes belong to a picture


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A part of a timeline: `what` is face, bare, black or silent; in units of WIDTH."""

    what: str
    x: float
    width: float
    label: str


@dataclass(frozen=True, kw_only=True)
class Shot:
    """A picture with the faces on it; `width`×`height` are the pixels that boxes count in."""

    label: str
    data: str
    width: int
    height: int
    faces: tuple[FaceBox, ...]


@dataclass(frozen=True, kw_only=True)
class Card:
    """One file as the page shows it."""

    report: FileReport
    name: str
    facts: str
    shots: tuple[Shot, ...]
    rows: tuple[tuple[str, tuple[Bar, ...]], ...]  # (name of the row, its bars)
    seconds: float


def chunks(reports: Iterable[FileReport], run: CheckRun) -> Iterator[str]:
    """The page, once all reports are through."""
    cards = [_card(report, run.sheet(report), run.lang) for report in reports]
    counted = Counter(card.report.verdict for card in cards)
    template = environment(run.lang).get_template("check.html.j2")
    yield from template.generate(
        cards=cards,
        counted=[(verdict, counted[verdict]) for verdict in VERDICTS if counted[verdict]],
        words={verdict: text.say(run.lang) for verdict, text in VERDICTS.items()},
        leftovers=run.leftovers(),
        told=told,
        profile=run.profile,
        zh=run.lang.startswith("zh"),
        width=WIDTH,
    )
    yield "\n"


def _card(report: FileReport, sheet: Sheet | None, lang: str) -> Card:
    facts = report.facts
    seconds = getattr(facts, "seconds", None) or 0.0
    return Card(
        report=report,
        name=shown(report.path),
        facts=shown(summary(facts)),
        shots=tuple(_shots(report, sheet)),
        rows=tuple(_rows(report, sheet, seconds, lang)) if seconds else (),
        seconds=seconds,
    )


def _shots(report: FileReport, sheet: Sheet | None) -> Iterator[Shot]:
    facts = report.facts
    if sheet is None or not isinstance(facts, (VideoFacts, PhotoFacts)):
        return
    for picture in sheet.pictures:
        yield Shot(
            label="" if isinstance(facts, PhotoFacts) else f"{picture.seconds:.1f} s",
            data="data:image/jpeg;base64," + base64.b64encode(picture.jpeg).decode("ascii"),
            width=facts.width,
            height=facts.height,
            faces=_faces(facts, picture),
        )


def _faces(facts: VideoFacts | PhotoFacts, picture: SheetPicture) -> tuple[FaceBox, ...]:
    if isinstance(facts, PhotoFacts):
        return facts.faces or ()
    looked = facts.faces.pictures if facts.faces else ()
    near = min(looked, key=lambda seen: abs(seen.seconds - picture.seconds), default=None)
    return near.faces if near and abs(near.seconds - picture.seconds) <= _SAME else ()


_ROWS: Mapping[str, Text] = {
    "face": Text("faces", "人脸"),
    "black": Text("black", "黑场"),
    "silent": Text("silence", "静音"),
}


def _rows(
    report: FileReport, sheet: Sheet | None, seconds: float, lang: str
) -> Iterator[tuple[str, tuple[Bar, ...]]]:
    """A row for what is known: faces where they were looked for, black and silence where they were."""
    facts = report.facts
    start = (facts.picture_starts or 0.0) if isinstance(facts, VideoFacts) else 0.0

    def bar(what: str, since: float, until: float) -> Bar:
        x = max(0.0, min(1.0, (since - start) / seconds)) * WIDTH
        end = max(0.0, min(1.0, (until - start) / seconds)) * WIDTH
        return Bar(
            what=what, x=round(x, 1), width=round(max(end - x, 2.0), 1), label=f"{since:.1f}–{until:.1f} s"
        )

    if isinstance(facts, VideoFacts) and facts.faces and facts.faces.pictures:
        looked = facts.faces.pictures
        ends = [picture.seconds for picture in looked[1:]] + [start + seconds]
        runs: list[list[float]] = []
        for picture, until in zip(looked, ends, strict=True):
            if not picture.faces:
                continue
            if runs and runs[-1][1] == picture.seconds:
                runs[-1][1] = until
            else:
                runs.append([picture.seconds, until])
        gaps = tuple(bar("bare", gap.start, gap.end) for gap in facts.faces.gaps)
        yield _ROWS["face"].say(lang), (*(bar("face", *run) for run in runs), *gaps)
    if sheet is not None and isinstance(facts, VideoFacts):
        yield _ROWS["black"].say(lang), tuple(bar("black", *stretch) for stretch in sheet.black)
    if sheet is not None and sheet.silent is not None:
        yield _ROWS["silent"].say(lang), tuple(bar("silent", *stretch) for stretch in sheet.silent)
