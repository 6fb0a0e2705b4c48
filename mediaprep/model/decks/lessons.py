"""A video made of a deck: what is wished of the deck, and when its pages are shown."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal

from mediaprep.model.decks.storyboard import Empty, Storyboard

ENDPOINT: Final = "deck"
"""Stands where others name the endpoint of a job: such a job is none, but is composed of some."""

SILENCE: Final = 3.0  # seconds for which a page is shown that has nothing to say
HiddenPages = Literal["drop", "unhide"]


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """A deck to make a video of: by the storyboard that was written for it, else by its own notes. `hidden` pages
    are left out (unless their notes say otherwise) or shown; `empty` ones are refused, silent or speak their title.
    `most_pages` of one task, None = what the docs allow."""

    deck: Path
    story: Storyboard | None = None
    hidden: HiddenPages = "drop"
    empty: Empty = Empty.ERROR
    silence: float = SILENCE
    most_pages: int | None = None

    def settled(self) -> Lesson:
        """With absolute paths."""
        story = self.story
        if story is not None:
            story = replace(
                story,
                deck=story.deck.absolute(),
                pages=tuple(
                    replace(page, audio=page.audio.absolute()) if page.audio else page for page in story.pages
                ),
                logos=tuple(replace(logo, file=logo.file.absolute()) for logo in story.logos),
            )
        return replace(self, deck=self.deck.absolute(), story=story)

    @property
    def files(self) -> tuple[Path, ...]:
        """The deck, and the sounds and logos of its storyboard."""
        if self.story is None:
            return (self.deck,)
        sounds = (page.audio for page in self.story.pages if page.audio is not None)
        return (self.deck, *sounds, *(logo.file for logo in self.story.logos))


class Timed(enum.StrEnum):
    """How it is known when a page is shown."""

    SOUND = "sound"  # its own sound was found in the video's
    PICTURE = "picture"  # its picture was found in the video
    PART = "part"  # it is the first of its task


@dataclass(frozen=True, kw_only=True)
class ShownPage:
    """When a page is shown in the video of the lesson, seconds; `voice` is the sound that was spoken for it. A page
    whose beginning is not known is not told of: it belongs to the one before it, as one of its `numbers`."""

    numbers: tuple[int, ...]
    title: str
    start: float
    end: float
    timed: Timed
    voice: Path | None = None

    def to_json(self) -> dict[str, Any]:
        told = asdict(self)
        return {**told, "numbers": list(self.numbers), "voice": str(self.voice) if self.voice else None}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> ShownPage:
        """Raises KeyError, TypeError or ValueError for what `to_json` has not made."""
        voice = told["voice"]
        return cls(
            numbers=tuple(int(number) for number in told["numbers"]),
            title=str(told["title"]),
            start=float(told["start"]),
            end=float(told["end"]),
            timed=Timed(told["timed"]),
            voice=Path(voice) if voice else None,
        )
