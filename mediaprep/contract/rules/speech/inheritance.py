"""Who speaks in a request: itself, or the pages of a presentation, which inherit from GlobalConfig."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mediaprep.contract.judging import View
from mediaprep.contract.script import ssml


@dataclass(frozen=True)
class Holder:
    """An object with SpeechParam and VideoParam: a request, a page with what it inherits, or what all `pages` share."""

    own: View
    everywhere: View | None = None
    pages: tuple[Holder, ...] = ()

    @property
    def voice(self) -> str:
        """What stands before the names of voice parameters: tts has them beside all others."""
        return "" if self.own.endpoint == "tts" else "SpeechParam."

    def text(self, path: str) -> str:
        """A text parameter as it holds here, its own before the inherited one."""
        return self.own.text(path) or (self.everywhere.text(path) if self.everywhere else "")

    def texts(self, path: str) -> set[str]:
        """The same on every page that shares this."""
        return {page.text(path) for page in self.pages} if self.pages else {self.text(path)}

    @property
    def by_text(self) -> bool:
        """Whether text drives, somewhere."""
        return any(page.own.by_text for page in self.pages) if self.pages else self.own.by_text

    @property
    def by_audio(self) -> bool:
        """Whether sound drives, everywhere."""
        return all(page.own.by_audio for page in self.pages) if self.pages else self.own.by_audio

    @property
    def acts(self) -> bool:
        """Whether every script that is spoken has action tags of its own."""
        spoken = [page for page in self.pages or (self,) if page.own.by_text]
        return all(ssml.read(page.own.text("InputSsml")).actions for page in spoken)


def holders(view: View) -> Iterator[Holder]:
    """Of a presentation what all pages share, where there are pages, then each page; else the request."""
    if view.endpoint != "ppt":
        yield Holder(view)
        return
    everywhere = view.inside("GlobalConfig")
    pages = tuple(Holder(page, everywhere) for page in view.items("PageConfigs"))
    if pages:
        yield Holder(everywhere, pages=pages)
    yield from pages


def speakers(view: View) -> Iterator[View]:
    """Every object with a script or a sound of its own."""
    yield from view.items("PageConfigs") if view.endpoint == "ppt" else [view]
