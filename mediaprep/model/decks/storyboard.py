"""A storyboard: what is spoken on each page of a deck, by whom, and how the page is shown."""

from __future__ import annotations

import enum
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from mediaprep.model.decks.page_pictures import Fit
from mediaprep.model.findings import Finding, Verdict, worst


class Empty(enum.StrEnum):
    """What becomes of a page that nothing is written for."""

    ERROR = "error"  # it stays empty, which is refused until somebody writes something
    SILENT = "silent"  # it is shown for a while
    TITLE = "title"  # its title is spoken


@dataclass(frozen=True, kw_only=True)
class AvatarPlace:
    """Where the avatar stands: its top-left corner and height in pixels of the video, or the docs' own units
    (see contract.placement). One of the two is given."""

    x: float | None = None
    y: float | None = None
    height: float | None = None
    horizontal: float | None = None
    vertical: float | None = None
    scale: float | None = None

    @property
    def in_pixels(self) -> bool:
        return self.x is not None


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """Who speaks and how. None = as the storyboard says, there: as the service does; avatar "" = nobody is
    seen."""

    avatar: str | None = None
    voice: str | None = None
    speed: float | None = None
    volume: int | None = None
    emotion: str | None = None
    intensity: int | None = None
    language: str | None = None
    smart_actions: bool | None = None
    place: AvatarPlace | None = None

    def over(self, general: Delivery) -> Delivery:
        """With what is not said here taken from `general`."""
        given: dict[str, Any] = {
            one.name: value for one in fields(self) if (value := getattr(self, one.name)) is not None
        }
        return replace(general, **given)


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page of the deck, from 1. It is driven by `script` (one line of SSML), `audio` or `silent` (seconds);
    `skip` leaves it out of the video. `title`, `hidden`, `picture`, `seconds` (spoken, estimated) and `findings`
    are for whoever reads the storyboard."""

    number: int
    script: str = ""
    audio: Path | None = None
    silent: float | None = None
    skip: bool = False
    delivery: Delivery = Delivery()
    title: str = ""
    hidden: bool = False
    picture: str = ""
    seconds: float | None = None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PageLogo:
    """A picture over all pages: top-left corner in pixels of the video, size as a factor of its own."""

    file: Path
    x: int = 0
    y: int = 0
    scale: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Storyboard:
    """A deck and what is said on it. `delivery` holds for every page that does not say otherwise; `findings`
    are about the deck as a whole."""

    deck: Path
    pages: tuple[Page, ...]
    delivery: Delivery = Delivery()
    fit: Fit = Fit.STRETCH
    background: str = ""
    subtitles: bool = False
    logos: tuple[PageLogo, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def kept(self) -> tuple[Page, ...]:
        """The pages that become a video."""
        return tuple(page for page in self.pages if not page.skip)

    @property
    def seconds(self) -> float:
        """How long the kept pages take, as far as it is known."""
        return round(sum(page.seconds or 0.0 for page in self.kept), 2)

    @property
    def verdict(self) -> Verdict:
        return worst((*self.findings, *(f for page in self.kept for f in page.findings)))


@dataclass(frozen=True, kw_only=True)
class TaskPart:
    """One PPT task of a storyboard: the deck's pages it is about (from 1, in order), and its configs."""

    pages: tuple[int, ...]
    configs: tuple[dict[str, Any], ...]
    everywhere: dict[str, Any]

    def request(self, deck: str) -> dict[str, Any]:
        """The Payload; `deck` is a URL or path of a deck with exactly these pages in front."""
        made: dict[str, Any] = {"PPTFileUrl": deck}
        if self.everywhere:
            made["GlobalConfig"] = self.everywhere
        return {**made, "PageConfigs": list(self.configs)}


@dataclass(frozen=True, kw_only=True)
class PlannedStoryboard:
    """A storyboard as it was judged and the files that were written for it, nothing where it was refused.
    `minutes` are what it takes of an hour package; `cost` is "" without a price."""

    story: Storyboard
    parts: tuple[TaskPart, ...]
    minutes: float
    cost: str = ""
    requests: tuple[Path, ...] = ()
    decks: tuple[Path, ...] = ()
