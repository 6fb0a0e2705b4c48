"""Where a Chinese line may break: widths, forbidden line edges, and pieces that stay in one piece. Pure."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence

from mediaprep.finish import numbers

CLOSING = frozenset("、。，！？；：）》」』”’…—～·％℃‰°〉】〕｝］〗〞,.!?;:)]}%»›")
"""What no line begins with."""

OPENING = frozenset("（《「『“‘〈【〔｛［〖〝([{#$￥¥€£№«‹@")
"""What no line ends with."""

SENTENCE_END = frozenset("。！？!?；;…")
CLAUSE_END = frozenset("，,：:、—")
QUOTES = frozenset("”’」』）》〉】)\"'")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_BRACKETS = dict(zip("（《〈【〔(", "）》〉】〕)", strict=True))
_WORDY = re.compile(r"[0-9A-Za-zÀ-ɏͰ-ӿ_'’&+./:@#%\-]")
_PARTICLES = _set("的 地 得 了 着 过 吗 呢 吧 啊 呀 嘛 们 之 者 等 等等 里 中 上 下 内 外 时 后 前 间")
_LEADERS = _set(
    """请 和 与 及 或 在 把 被 将 对 从 向 往 给 跟 比 由 为 以 于 是 有 不 没 很 更 最 也 都 就 还 又 再 才
    这 那 每 各 该 本 但 而 且 若 如 因 所 能 会 可 要 想 让 使 到 用 按 据 并"""
)


def units(text: str) -> float:
    """The width of `text` in full-width characters: 1 for wide ones, 0.5 for the rest, 0 for marks."""
    return sum(_unit(character) for character in text)


@functools.cache
def _unit(character: str) -> float:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Cf", "Cc", "Mn"}:
        return 0.0
    return 1.0 if unicodedata.east_asian_width(character) in "WFA" else 0.5


def may_not_begin(line: str) -> bool:
    """Whether `line` begins with a mark that may not stand there."""
    return bool(line) and line[0] in CLOSING


def may_not_end(line: str) -> bool:
    """Whether `line` ends with a mark that may not stand there."""
    return bool(line) and line[-1] in OPENING


def pieces(words: Sequence[str]) -> list[str]:
    """Join a segmenter's words into the pieces that no line may split; "".join(pieces) == "".join(words).

    Closing marks stay with what they close, opening ones with what they open, a number with its measure
    word, and Latin letters and digits that touch stay together. A space ends its piece.
    """
    joined: list[str] = []
    for word in words:
        if word and joined and _belongs(joined[-1], word):
            joined[-1] += word
        elif word:
            joined.append(word)
    return numbers.joined(joined)


def _belongs(before: str, word: str) -> bool:
    if word.isspace():
        return True
    if before[-1].isspace():
        return not before.strip() or before.rstrip()[-1] in OPENING
    if before[-1] in OPENING or word[0] in CLOSING:
        return True
    if word[0] in "\"'" and before[-1] not in "\"'":
        return True
    return bool(_WORDY.match(before[-1]) and _WORDY.match(word[0]))


def break_cost(before: str, after: str) -> float:
    """How much a reader minds a break between two pieces: 0 after a sentence, 1 after a clause, then more."""
    bare = before.rstrip()
    closed = bare.rstrip("".join(QUOTES)) or bare
    if closed[-1:] in SENTENCE_END:
        return 0.0
    if closed[-1:] in CLAUSE_END:
        return 1.5 if closed[-1] == "、" else 1.0
    if after[:1] in OPENING:
        return 3.0
    cost = 6.0
    if after.rstrip("".join(CLOSING) + " ") in _PARTICLES:
        cost += 5.0
    if bare in _LEADERS:
        cost += 3.0
    if bare.endswith("的"):
        cost -= 1.0
    if before[-1:].isspace():
        cost -= 2.0
    return cost


def ends_sentence(piece: str) -> bool:
    """Whether a sentence ends with `piece`."""
    return break_cost(piece, "") == 0.0


def depth_after(piece: str, depth: int) -> int:
    """How many brackets and titles are still open after `piece`, when `depth` were before it."""
    for character in piece:
        if character in _BRACKETS:
            depth += 1
        elif character in _BRACKETS.values():
            depth = max(0, depth - 1)
    return depth


def clean(text: str) -> str:
    """Drop what cannot be shown (controls, joiners, selectors); every run of blanks becomes one space."""
    kept = "".join(
        c for c in text if c in "\n\t " or unicodedata.category(c) not in {"Cc", "Cf", "Co", "Cs", "Cn"}
    )
    return re.sub(r"[^\S\n]+", " ", kept)
