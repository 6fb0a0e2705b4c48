"""Where a Chinese line may break: widths, forbidden line edges, and pieces that stay in one piece. Pure."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence

from mediaprep.finishing.typesetting import numbers

CLOSING = frozenset("、。，！？；：）》」』”’…—～·％℃‰°〉】〕｝］〗〞,.!?;:)]}%»›")
"""What no line begins with."""

OPENING = frozenset("（《「『“‘〈【〔｛［〖〝([{#$￥¥€£№«‹@")
"""What no line ends with."""

SMALL = frozenset("ーぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶ々〻ゝゞヽヾ")
"""Japanese signs that belong to the one before them: no line begins with one either."""

SENTENCE_END = frozenset("。！？!?；;…")
CLAUSE_END = frozenset("，,：:、—")
_FLAGS = "".join(map(chr, range(0x1F1E6, 0x1F200)))
QUOTES = frozenset("”’」』）》〉】)\"'")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_BRACKETS = dict(zip("（《〈【〔(", "）》〉】〕)", strict=True))
_WORDY = re.compile(
    r"[0-9A-Za-zÀ-ɏ\u0300-ӿ\u0590-\u0eff\u1e00-\u1fff\uac00-\ud7a3０-９Ａ-Ｚａ-ｚ_'’&+./:=?@#%\-]"
)
"""Scripts that part their words by blanks, and what stands inside words and addresses."""
_KATAKANA = re.compile(r"[ァ-ヺー・]")
_HIRAGANA = re.compile(r"[ぁ-ゖ]")
_JAPANESE = re.compile(r"[\u3400-\u9fff々ぁ-ゖァ-ヺー]")
_LATIN_END = re.compile(r"[0-9A-Za-zÀ-ɏ] ?$")
_DECOMPOSED = re.compile(r"\w[\u0300-\u036f\u3099\u309a]+")
_AGAIN = re.compile(r"(?P<verb>[\u4e00-\u9fff])(?:[一了]|了一)(?P=verb)")  # 聊一聊, 看了看, 试了一试
_CLOSERS = re.escape("".join(sorted(QUOTES)))
_SENTENCE = re.compile(
    rf"[{''.join(sorted(SENTENCE_END))}]++[{_CLOSERS}]*+(?!\s*[a-zß-ÿ])\s*"
    rf"|\.[{_CLOSERS}]*(?:\s+(?=[\"'“‘(]?[A-ZÀ-Þ0-9\u0400-\u042f])|\s*$)"
)
_ABBREVIATED = re.compile(
    r"(?:^|[\s(])(?:[a-z]|mr|mrs|ms|dr|prof|st|no|nos|vs|e\.g|i\.e|etc|fig|inc|ltd|co|vol|approx|a\.m|p\.m)$",
    re.IGNORECASE,
)
_ATTRIBUTED = re.compile(r"[\u3400-\u9fff]{0,6}?(?:说|說|问|問|道|喊|叫|答|笑|想|写|寫)")  # “真的？”她问。
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
    return bool(line) and (line[0] in CLOSING or line[0] in SMALL)


def may_not_end(line: str) -> bool:
    """Whether `line` ends with a mark that may not stand there."""
    return bool(line) and line[-1] in OPENING


def pieces(words: Sequence[str]) -> list[str]:
    """Join a segmenter's words into the pieces that no line may split; "".join(pieces) == "".join(words).

    Closing marks stay with what they close, opening ones with what they open, a number with its measure word, a
    verb with itself (聊一聊); letters and digits that touch stay together, and so do katakana, a Japanese stem and
    its ending, and the parts of an emoji. A space ends its piece, unless a closing mark follows.
    """
    joined: list[str] = []
    for word in words:
        if word and joined and _belongs(joined[-1], word):
            joined[-1] += word
        elif word:
            joined.append(word)
    return _verbs_joined(numbers.joined(joined))


def _verbs_joined(pieces: list[str]) -> list[str]:
    inside = {
        place for found in _AGAIN.finditer("".join(pieces)) for place in range(found.start() + 1, found.end())
    }
    return numbers.closed_up(pieces, inside)


def _belongs(before: str, word: str) -> bool:
    if word.isspace():
        return True
    if before[-1].isspace():
        return not before.strip() or before.rstrip()[-1] in OPENING or word[0] in CLOSING
    if before[-1] in OPENING or word[0] in CLOSING or word[0] in SMALL or one_sign(before, word[0]):
        return True
    if _KATAKANA.match(before[-1]) and _KATAKANA.match(word[0]):
        return True
    if _HIRAGANA.match(word[0]) and _JAPANESE.match(before[-1]):
        return True
    if word[0] in "\"'" and before[-1] not in "\"'":
        return True
    return bool(_WORDY.match(before[-1]) and _WORDY.match(word[0]))


def one_sign(before: str, sign: str) -> bool:
    """Whether `sign` is drawn together with the last one: an accent, a joined or coloured emoji, half a flag."""
    if before[-1] == "\u200d" or unicodedata.category(sign) in {"Mn", "Mc", "Me", "Cf"}:
        return True
    if "\U0001f3fb" <= sign <= "\U0001f3ff":
        return unicodedata.category(before[-1]) == "So"
    flags = len(before) - len(before.rstrip(_FLAGS))
    return sign in _FLAGS and flags % 2 == 1


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
        cost -= 2.0 if not _LATIN_END.search(before) or not after[:1].isascii() else 0.0
    return cost


def ends_sentence(piece: str) -> bool:
    """Whether a sentence ends with `piece`."""
    return break_cost(piece, "") == 0.0


def sentence_ends(text: str) -> frozenset[int]:
    """The places in `text` behind which another sentence begins: after full stops, the quotes that follow them, and
    the blanks after those. A question in quotes goes on with who asked it; a Latin full stop ends a sentence where a
    capital or a quote follows, and none after an abbreviation."""
    return frozenset(found.end() for found in _SENTENCE.finditer(text) if _ends(text, found))


def _ends(text: str, found: re.Match[str]) -> bool:
    mark = found[0].rstrip()
    if mark.startswith("."):
        return not _ABBREVIATED.search(text[max(0, found.start() - 12) : found.start()])
    quoted = mark[-1] in QUOTES and mark[0] in "？！?!…"
    return not (quoted and _ATTRIBUTED.match(text, found.end()))


def of_grammar(word: str) -> bool:
    """Whether `word` only leads to another one or follows one: 我们的, 因为."""
    return word in _PARTICLES or word in _LEADERS


def depth_after(piece: str, depth: int) -> int:
    """How many brackets and titles are still open after `piece`, when `depth` were before it."""
    for character in piece:
        if character in _BRACKETS:
            depth += 1
        elif character in _BRACKETS.values():
            depth = max(0, depth - 1)
    return depth


def clean(text: str) -> str:
    """Drop what cannot be shown (controls, joiners, selectors); every run of blanks becomes one space, and letters
    and their accents one sign."""
    kept = "".join(
        c
        for c in composed(text)
        if c in "\n\t " or unicodedata.category(c) not in {"Cc", "Cf", "Co", "Cs", "Cn"}
    )
    return re.sub(r"[^\S\n]+", " ", kept)


def script(letter: str) -> str:
    """The script of a letter, as far as it tells languages apart: chinese, kana, hangul or other."""
    if _HIRAGANA.match(letter) or _KATAKANA.match(letter):
        return "kana"
    if "\uac00" <= letter <= "\ud7a3":
        return "hangul"
    return "chinese" if _unit(letter) == 1 else "other"


def blank_between(before: str, after: str) -> bool:
    """Whether a blank parts the texts when one follows the other on a line: not where one side is Chinese."""
    return all(bool(_WORDY.match(sign)) or _unit(sign) < 1 for sign in (before[-1:], after[:1]) if sign)


def composed(text: str) -> str:
    """`text` with each letter and its accents as one character, which fonts have; as written on a Mac they are
    several. Everything else stays as it is."""
    return _DECOMPOSED.sub(lambda found: unicodedata.normalize("NFC", found[0]), text)
