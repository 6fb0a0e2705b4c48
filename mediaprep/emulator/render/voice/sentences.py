"""Stamped characters as the service hands them out: sentences with words, and an SRT file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mediaprep.emulator.render.voice.characters import is_latin, is_spoken
from mediaprep.emulator.render.voice.speech import SpokenSound, Stamp

DEFAULT_SPLIT = "。；？！……;?!"
DEFAULT_MAX_WORDS = 30
_TICKS = 10_000_000  # of 0.1 µs in a second
SHOW_ALL, _SHOW_NONE = "1", "0"
_OPENING = "（(《〈【「『“‘[{<"


@dataclass(frozen=True, kw_only=True)
class Layout:
    """SentenceMaxWords, SentenceSplitPunctuation, SentenceDisplayPunctuation as they came; 0 and "" mean
    unset. `display`: "1" all marks, "0" none, else the marks to show."""

    max_words: int = DEFAULT_MAX_WORDS
    split: str = DEFAULT_SPLIT
    display: str = SHOW_ALL

    @classmethod
    def of(cls, request: Mapping[str, Any]) -> Layout:
        """From a tts request."""
        return cls(
            max_words=int(request.get("SentenceMaxWords") or DEFAULT_MAX_WORDS),
            split=str(request.get("SentenceSplitPunctuation") or DEFAULT_SPLIT),
            display=str(request.get("SentenceDisplayPunctuation") or SHOW_ALL),
        )

    def shows(self, text: str) -> str:
        """The text without the marks that are not to be shown; spaces stay."""
        if self.display == SHOW_ALL:
            return text
        kept = "" if self.display == _SHOW_NONE else self.display
        return "".join(c for c in text if is_spoken(c) or c.isspace() or c in kept)


@dataclass(frozen=True, kw_only=True)
class SpokenCharacter:
    """One spoken character with the marks beside it; seconds."""

    text: str
    character: str
    start: float
    end: float


def words_of(speech: SpokenSound) -> list[SpokenCharacter]:
    """Every spoken character; marks and spaces go to the character before them, opening marks and whatever
    stands before the first character to the one behind. Joined they are the whole text."""
    text, stamps = speech.text, speech.stamps
    bounds = [_first_mark(text, before.at + 1, stamp.at) for before, stamp in _pairs(stamps)]
    ends = [*bounds[1:], len(text)]
    return [
        SpokenCharacter(
            text=text[start:end],
            character=text[stamp.at],
            start=stamp.start / speech.sample_rate,
            end=stamp.end / speech.sample_rate,
        )
        for stamp, start, end in zip(stamps, bounds, ends, strict=True)
    ]


def _pairs(stamps: tuple[Stamp, ...]) -> Iterator[tuple[Stamp, Stamp]]:
    before = Stamp(at=-1, start=0, end=0)
    for stamp in stamps:
        yield before, stamp
        before = stamp


def _first_mark(text: str, start: int, end: int) -> int:
    """Where the next word begins between two spoken characters."""
    if start == 0:
        return 0
    while end > start and text[end - 1] in _OPENING:
        end -= 1
    return end


def sentences_of(speech: SpokenSound, layout: Layout) -> list[list[SpokenCharacter]]:
    """Words cut behind the splitting marks, and where a sentence would grow beyond `max_words`: then behind
    its last comma if that leaves a third of it, never inside a Latin word or number that fits a line."""
    found: list[list[SpokenCharacter]] = []
    current: list[SpokenCharacter] = []
    for word in words_of(speech):
        current.append(word)
        while len(current) > layout.max_words:
            cut = _cut(current, layout.max_words)
            found.append(current[:cut])
            current = current[cut:]
        if any(mark in layout.split for mark in word.text if not is_spoken(mark)):
            found.append(current)
            current = []
    if current:
        found.append(current)
    return found


def _cut(words: list[SpokenCharacter], most: int) -> int:
    for at in range(most, most // 3, -1):
        if any(not is_spoken(c) and not c.isspace() for c in words[at - 1].text):
            return at
    for at in range(most, 0, -1):
        joined = is_latin(words[at - 1].character) and words[at - 1].text[-1] == words[at - 1].character
        if not (joined and is_latin(words[at].character)):
            return at
    return most


def timestamps(speech: SpokenSound, layout: Layout) -> list[dict[str, Any]]:
    """TextTimestampResult as on the wire, in 0.1 µs."""
    return [
        {
            "Sentence": layout.shows("".join(word.text for word in sentence)).strip(),
            "Words": [
                {
                    "Word": layout.shows(word.text),
                    "StartTimestamp": round(word.start * _TICKS),
                    "EndTimestamp": round(word.end * _TICKS),
                }
                for word in sentence
            ],
        }
        for sentence in sentences_of(speech, layout)
    ]


def srt(speech: SpokenSound, layout: Layout | None = None, *, later: float = 0.0) -> str:
    """Subtitles, one cue a sentence, `later` seconds behind the voice."""
    cues, layout = [], layout or Layout()
    for number, sentence in enumerate(sentences_of(speech, layout), start=1):
        times = f"{_clock(sentence[0].start + later)} --> {_clock(sentence[-1].end + later)}"
        cues.append(f"{number}\n{times}\n{line_of(sentence, layout)}\n")
    return "\n".join(cues)


def line_of(sentence: list[SpokenCharacter], layout: Layout) -> str:
    """A sentence as it is shown."""
    return " ".join(layout.shows("".join(word.text for word in sentence)).split())


def _clock(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02},{rest % 1000:03}"
