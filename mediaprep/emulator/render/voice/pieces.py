"""A script as the mouth takes it: what is shown, what is said for it, and where it rests."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from mediaprep.contract.script import spoken
from mediaprep.emulator.render.voice.characters import SENTENCE_ENDS, is_han, is_spoken

_LONGEST_UTTERANCE = 150
_SENTENCE = re.compile(f"[^{SENTENCE_ENDS}\n]*[{SENTENCE_ENDS}\n]*")


@dataclass(frozen=True, kw_only=True)
class Say:
    """A stretch of text: `shown` in sentences and captions, `spoken` by the voice, `pinyin` if prescribed
    (one syllable with its tone for one character)."""

    shown: str
    spoken: str
    pinyin: str | None = None


@dataclass(frozen=True, kw_only=True)
class Rest:
    """Silence of exactly `seconds`."""

    seconds: float


@dataclass(kw_only=True)
class Utterance:
    """What espeak is given in one call; `rests` are (index into the shown text, seconds)."""

    says: list[Say] = field(default_factory=list)
    rests: list[tuple[int, float]] = field(default_factory=list)

    @property
    def shown(self) -> str:
        return "".join(say.shown for say in self.says)

    @property
    def has_voice(self) -> bool:
        return any(is_spoken(character) for character in self.shown)

    def absorb(self, other: Utterance) -> None:
        """Put `other` behind this one."""
        length = len(self.shown)
        self.rests += [(length + at, seconds) for at, seconds in other.rests]
        self.says += other.says


def plainly(text: str, *, mandarin: bool) -> Iterator[Say]:
    """Text as it is said: in Mandarin, numbers as the contract reads them; what is read digit by digit is shown
    so too."""
    at = 0
    for piece in spoken.readings(text) if mandarin else ():
        if piece.start > at:
            yield Say(shown=text[at : piece.start], spoken=text[at : piece.start])
        shown = text[piece.start : piece.end]
        if len(shown) == len(piece.said):
            yield from (Say(shown=one, spoken=said) for one, said in zip(shown, piece.said, strict=True))
        else:
            yield Say(shown=shown, spoken=piece.said)
        at = piece.end
    if at < len(text):
        yield Say(shown=text[at:], spoken=text[at:])


def one_by_one(text: str, *, mandarin: bool) -> Iterator[Say]:
    """Each character for itself: telephone numbers, identity numbers, spelled words."""
    for character in text:
        said = spoken.one_by_one(character) if mandarin else character
        yield Say(shown=character, spoken=said if is_han(said) or not is_spoken(said) else f" {said} ")


def utterances(pieces: Iterable[Say | Rest]) -> list[Utterance]:
    """Pieces cut at sentence ends (and inside endless sentences), so that one call stays small.
    Stretches without anything to say join their neighbour; nothing is lost."""
    found: list[Utterance] = []
    current = Utterance()
    for piece in pieces:
        if isinstance(piece, Rest):
            current.rests.append((len(current.shown), piece.seconds))
            continue
        for part, ends in _parts(piece):
            current.says.append(part)
            if ends or len(current.shown) >= _LONGEST_UTTERANCE:
                found.append(current)
                current = Utterance()
    if current.says or current.rests:
        found.append(current)
    return _joined(found)


def _parts(say: Say) -> Iterator[tuple[Say, bool]]:
    """The stretch cut behind its sentence ends, each part with whether it ends a sentence."""
    if say.pinyin or say.shown != say.spoken:
        yield say, False
        return
    for match in _SENTENCE.finditer(say.shown):
        text = match.group()
        if not text:
            continue
        ends = text[-1] in SENTENCE_ENDS or text[-1] == "\n"
        cuts = list(_cut(text))
        for part in cuts[:-1]:
            yield Say(shown=part, spoken=part), True
        yield Say(shown=cuts[-1], spoken=cuts[-1]), ends


def _cut(text: str) -> Iterator[str]:
    """A stretch of endless length cut behind commas or spaces where there are any."""
    while len(text) > _LONGEST_UTTERANCE:
        window = text[:_LONGEST_UTTERANCE]
        at = 1 + max(window.rfind(mark) for mark in "，,、：: ")
        if at < _LONGEST_UTTERANCE // 2:
            at = _LONGEST_UTTERANCE
        yield text[:at]
        text = text[at:]
    yield text


def _joined(found: list[Utterance]) -> list[Utterance]:
    joined: list[Utterance] = []
    for utterance in found:
        if joined and (not utterance.has_voice or not joined[-1].has_voice):
            joined[-1].absorb(utterance)
        else:
            joined.append(utterance)
    return joined
