"""Text with the time at which each character is spoken: the middle form of every source of captions. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mediaprep.errors import BadAsset
from mediaprep.finishing.typesetting import kinsoku
from mediaprep.model.finishing.plans import Cue

_TENTH_MICROSECONDS = 10_000  # of a timestamp's unit in one millisecond
_LONGEST_SCRIPT = 100_000


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """A few characters (mostly one) and when they are spoken, ms. `ends` = a new paragraph begins after."""

    text: str
    start_ms: float
    end_ms: float
    ends: bool = False


@dataclass(frozen=True, kw_only=True)
class Narration:
    """What is known of the words of a video besides what is wished of it: its captions as they shall be (`cues`), the
    time of each character (`spoken`), a tts task's TextTimestampResult or its JSON file (`timestamps`), or the
    bare `script`. The first that is there is taken."""

    cues: Sequence[Cue] | None = None
    spoken: Sequence[Spoken] | None = None
    timestamps: Path | Sequence[Mapping[str, Any]] | None = None
    script: str | None = None

    def __post_init__(self) -> None:
        if isinstance(self.timestamps, str):  # a file, however it is named
            object.__setattr__(self, "timestamps", Path(self.timestamps))


def from_timestamps(sentences: Iterable[Mapping[str, object]]) -> tuple[Spoken, ...]:
    """A tts task's TextTimestampResult, `[{Sentence, Words: [{Word, StartTimestamp, EndTimestamp}]}]` in
    0.1 µs. Raises BadAsset where it has another shape or time runs backwards."""
    spoken: list[Spoken] = []
    for sentence in sentences:
        words = sentence.get("Words") if isinstance(sentence, Mapping) else None
        if not isinstance(words, Sequence) or isinstance(words, str):
            raise _bad_stamps("a sentence has no list Words", "句子缺少 Words 列表")
        timed: list[Spoken] = []
        for word in words:
            before = timed or spoken
            timed.append(_word(word, before[-1].start_ms if before else 0.0))
        spoken += _as_written(timed, sentence.get("Sentence"))
        if len(spoken) > _LONGEST_SCRIPT:
            raise _bad_stamps(f"more than {_LONGEST_SCRIPT} words", f"超过 {_LONGEST_SCRIPT} 个字")
    if not any(item.text.strip() for item in spoken):
        raise _bad_stamps("no words in it", "没有任何字")
    return tuple(spoken)


def _as_written(timed: list[Spoken], sentence: object) -> list[Spoken]:
    """Give words the spaces and marks that stand between them in `sentence`, where it holds them in order."""
    if not isinstance(sentence, str) or not timed:
        return timed
    found, at = [], 0
    for item in timed:
        where = sentence.find(item.text, at)
        if where < 0:
            return timed
        found.append(where)
        at = where + len(item.text)
    ends = [*found[1:], len(sentence)]
    return [
        replace(item, text=sentence[start:end])
        if not sentence[start + len(item.text) : end].strip("".join(kinsoku.CLOSING) + " \"'")
        else item
        for item, start, end in zip(timed, found, ends, strict=True)
    ]


def _word(word: object, not_before: float) -> Spoken:
    if not isinstance(word, Mapping):
        raise _bad_stamps("a word is not an object", "Words 中有非对象")
    text, start, end = word.get("Word"), word.get("StartTimestamp"), word.get("EndTimestamp")
    whole = all(isinstance(stamp, int) and not isinstance(stamp, bool) for stamp in (start, end))
    if not isinstance(text, str) or not whole:
        raise _bad_stamps("a word lacks Word, StartTimestamp or EndTimestamp", "缺少 Word 或起止时间")
    assert isinstance(start, int) and isinstance(end, int)
    if end < start or start / _TENTH_MICROSECONDS < not_before - 1:
        raise _bad_stamps(
            f"time runs backwards at “{text}” ({start} … {end})", f"“{text}”处时间倒流（{start} … {end}）"
        )
    return Spoken(text=text, start_ms=start / _TENTH_MICROSECONDS, end_ms=end / _TENTH_MICROSECONDS)


def _bad_stamps(en: str, zh: str) -> BadAsset:
    return BadAsset(
        f"timestamps cannot be used: {en}; pass the TextTimestampResult of the tts task",
        f"时间戳无法使用：{zh}；请传入 tts 任务返回的 TextTimestampResult",
    )


def from_cue(cue: Cue) -> tuple[Spoken, ...]:
    """A cue's text spread evenly over its time, for cues that must be set again."""
    text = ""
    for line in cue.lines:
        text += f" {line}" if text and kinsoku.blank_between(text, line) else line
    shown = kinsoku.clean(text)
    weights = [max(kinsoku.units(character), 0.01) for character in shown]
    total, at, spoken = sum(weights), 0.0, []
    for character, weight in zip(shown, weights, strict=True):
        span = cue.end_ms - cue.start_ms
        start, at = cue.start_ms + span * at / total, at + weight
        spoken.append(Spoken(text=character, start_ms=start, end_ms=cue.start_ms + span * at / total))
    return tuple(spoken)


def spread(spoken: Sequence[Spoken]) -> list[tuple[str, float, float, bool]]:
    """One row per code point: character, start, end (ms), whether a paragraph ends after it.

    Several characters of one item share its time by their width; marks take none.
    """
    rows: list[tuple[str, float, float, bool]] = []
    for item in spoken:
        text = kinsoku.clean(item.text)
        weights = [0.0 if _is_mark(character) else kinsoku.units(character) for character in text]
        total = sum(weights)
        at = 0.0
        for index, (character, weight) in enumerate(zip(text, weights, strict=True)):
            span = item.end_ms - item.start_ms
            start = item.start_ms + (span * at / total if total else 0.0)
            at += weight
            end = item.start_ms + (span * at / total if total else 0.0)
            last = index == len(text) - 1
            if character == "\n":
                if rows:
                    rows[-1] = (*rows[-1][:3], True)
            else:
                rows.append((character, start, end, item.ends and last))
    return rows


def _is_mark(character: str) -> bool:
    return character.isspace() or character in kinsoku.CLOSING or character in kinsoku.OPENING
