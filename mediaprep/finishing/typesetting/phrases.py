"""Words that hold together though a segmenter parts them: names, terms in quotes, what is said again. Pure."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from mediaprep.finishing.typesetting import kinsoku

_QUOTED: Final = re.compile(r"[“‘「『《〈][^“”‘’「」『』《》〈〉。，！？；：、\n]{1,8}[”’」』》〉]")
_HANZI: Final = re.compile(r"[\u3400-\u9fff]{2,4}")
_MOST_UNITS: Final = 6  # of two words that are said together more than once
_LEAST_TIMES: Final = 2


def terms(words: Sequence[str]) -> frozenset[str]:
    """Pairs of words, each of two signs or more, that `words` has one after the other again and again: 智能助手."""
    pairs = Counter(
        first + second
        for first, second in itertools.pairwise(words)
        if _HANZI.fullmatch(first) and _HANZI.fullmatch(second) and len(first + second) <= _MOST_UNITS
        and not kinsoku.of_grammar(first) and not kinsoku.of_grammar(second)
    )  # fmt: skip
    return frozenset(pair for pair, times in pairs.items() if times >= _LEAST_TIMES)


def held(text: str, names: Collection[str], most_units: float) -> frozenset[int]:
    """The places inside `text` at which no line begins: within `names` and short quotations that a line holds."""
    return frozenset(
        place
        for start, end in (*_named(text, names), *(found.span() for found in _QUOTED.finditer(text)))
        if kinsoku.units(text[start:end]) <= most_units
        for place in range(start + 1, end)
    )


def _named(text: str, names: Collection[str]) -> Iterator[tuple[int, int]]:
    """Where names stand; of two that begin at one place the longer one."""
    if not names:
        return
    longest = sorted(filter(None, names), key=lambda name: (-len(name), name))
    for found in re.finditer("|".join(map(re.escape, longest)), text):
        yield found.span()
