"""`deck plan`: a storyboard → the requests of its PPT tasks, with the decks and sounds they name, all judged first."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mediaprep.config import Settings
from mediaprep.errors import BadConfig
from mediaprep.media.files import atomic
from mediaprep.media.sound import silent_files
from mediaprep.model import strict_json
from mediaprep.model.decks.storyboard import PlannedStoryboard, Storyboard, TaskPart
from mediaprep.model.findings import Finding, Verdict, worst
from mediaprep.preflight.decks import deck_plan
from mediaprep.preflight.judge import judge_file
from mediaprep.preflight.scripts.estimate import billable_minutes, price_of
from mediaprep.verbs.assets import AccountLists
from mediaprep.verbs.decks.check_decks import named
from mediaprep.verbs.decks.deck_script import counted, judged
from mediaprep.verbs.finishing import output_claims


def plan(
    story: Storyboard,
    output: Path,
    *,
    base: Path,
    settings: Settings,
    account: AccountLists | None = None,
    dry: bool = False,
    overwrite: bool = False,
) -> PlannedStoryboard:
    """Judge a storyboard (paths in it are relative to `base`) and, unless something of it is refused or the run is
    `dry`, write the request of each of its tasks: `output`, numbered when there are more than one.

    Beside them comes to stand what they name and is not there yet: copies of the deck without the pages that are left
    out, and silence. What is there is replaced if it is ours, or with `overwrite`. Raises BadAsset, BadConfig and
    ToolFailed; nothing is left then.
    """
    if output.suffix.lower() != ".json":
        raise BadConfig(
            f"{output.name}: a request is JSON: call it {output.stem}.json",
            f"{output.name}：请求为 JSON 文件，请命名为 {output.stem}.json",
        )
    price = price_of(settings.price) if settings.price else None
    with named(story.deck):
        facts, whole = counted(story.deck, settings.profile)
        story, parts = judged(
            _moved(story, base, output.parent), facts, base=output.parent, sections=whole.sections, account=account,
            profile=settings.profile, sound_of=lambda seconds: _silence(output, seconds),
        )  # fmt: skip
    if not parts:
        raise BadConfig(
            f"{story.deck.name}: every page is left out: nothing to make",
            f"{story.deck.name}：所有页面都被跳过，没有可制作的内容",
        )
    minutes = billable_minutes(story.seconds)
    cost = price.of(minutes) if price is not None else ""
    planned = PlannedStoryboard(story=story, parts=parts, minutes=minutes, cost=cost)
    if dry or story.verdict is Verdict.REFUSED:
        return planned
    if not output.parent.is_dir():
        raise BadConfig(f"{output.parent}: no such folder for the output", f"{output.parent}：输出目录不存在")
    with atomic.staging(output.parent) as folder:
        decks, findings = _copies(story, parts, folder, output, settings.profile)
        planned = replace(planned, story=replace(story, findings=(*story.findings, *findings)))
        if worst(findings) is Verdict.REFUSED:
            return planned
        requests = _numbered(output, len(parts), ".json")
        for place, (part, request) in enumerate(zip(parts, requests, strict=True)):
            deck = decks[place].name if decks else _relative(story.deck, output.parent)
            _write(folder / request.name, part.request(deck))
        for seconds in {page.silent for page in story.kept if page.silent is not None and page.audio is None}:
            silent_files.write(folder / _silence(output, seconds), seconds)
        targets = [output.parent / path.name for path in folder.iterdir() if path.is_file()]
        named_files = (*(page.audio for page in story.pages), *(logo.file for logo in story.logos))
        read = [story.deck, *(output.parent / file for file in named_files if file is not None)]
        output_claims.claim(targets, reads=read, overwrite=overwrite)
        atomic.land_all(folder, output.parent)
    return replace(planned, requests=requests, decks=decks)


def _copies(
    story: Storyboard, parts: tuple[TaskPart, ...], folder: Path, output: Path, profile: str
) -> tuple[tuple[Path, ...], tuple[Finding, ...]]:
    """A copy of the deck for each part, where the deck itself will not do: its final names, and what is found of
    the copies, which lie in `folder`. Raises BadAsset for decks that nothing here writes."""
    from mediaprep.media.decks.writing import rewriting

    findings: list[Finding] = []
    with named(story.deck):
        facts, whole = counted(story.deck, profile)
        if deck_plan.order(story, facts.pages_total or 0) is None:
            return (), ()
        targets = _beside(story.deck, output, len(parts), f".{facts.family}")
        for part, target in zip(parts, targets, strict=True):
            made = folder / target.name
            lean = len(part.pages) < (facts.pages_total or 0)
            rewriting.copy_pages(story.deck, facts.family, whole, made, part.pages, lean=lean, unhide=True)
            copied, _ = counted(made, profile)
            found = judge_file("ppt", "PPTFileUrl", copied, part.request(target.name), profile=profile)
            findings += [finding for finding in found if finding.verdict is Verdict.REFUSED]
    return targets, tuple(findings)


def _beside(deck: Path, output: Path, count: int, suffix: str) -> tuple[Path, ...]:
    """What the copies are called: after `output`, or a little longer where one would take the deck's own place."""
    for stem in (output.stem, f"{output.stem}-pages"):
        targets = _numbered(output.with_stem(stem), count, suffix)
        if not any(target.exists() and target.samefile(deck) for target in targets):
            return targets
    raise BadConfig(
        f"{output}: the deck's copy would replace the deck itself; give another name",
        f"{output}：文稿副本会覆盖原文稿，请换一个名称",
    )


def _moved(story: Storyboard, base: Path, folder: Path) -> Storyboard:
    """The same storyboard with its sounds and logos named as seen from `folder`."""
    return replace(
        story,
        pages=tuple(
            replace(page, audio=Path(_relative(base / page.audio, folder))) if page.audio else page
            for page in story.pages
        ),
        logos=tuple(replace(logo, file=Path(_relative(base / logo.file, folder))) for logo in story.logos),
    )


def _relative(path: Path, folder: Path) -> str:
    """`path` as seen from `folder`, where it lies below it; else absolute."""
    whole, near = path.resolve(), folder.resolve()
    return str(whole.relative_to(near)) if whole.is_relative_to(near) else str(whole)


def _numbered(output: Path, count: int, suffix: str) -> tuple[Path, ...]:
    """plan.json, or plan-1.json, plan-2.json …"""
    if count == 1:
        return (output.with_suffix(suffix),)
    width = len(str(count))
    return tuple(
        output.with_name(f"{output.stem}-{number:0{width}}{suffix}") for number in range(1, count + 1)
    )


def _silence(output: Path, seconds: float) -> str:
    return f"{output.stem}-silence-{seconds:g}s.wav"


def _write(target: Path, request: object) -> None:
    """For its owner alone: it holds what will be spoken."""
    with atomic.landing(target, private=True) as part:
        part.write_text(strict_json.dumps(request, indent=2) + "\n", encoding="utf-8", newline="")
