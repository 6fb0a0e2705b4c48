"""Text of captions without what its form means by tags, overrides and entities."""

from __future__ import annotations

import html
import re
from typing import Final

_OVERRIDE: Final = re.compile(r"\{[^{}]*\}")  # of ASS; in the others braces are text
_STRAY_OVERRIDE: Final = re.compile(r"\{(?:\\|[A-Za-z]:)[^{}]*\}")
_TAG: Final = re.compile(
    r"</?(?:tt:)?(?:b|i|u|s|em|strong|small|big|font|span|div|p|a|c|v|lang|ruby|rt|script|style|html|body|img)"
    r"(?:[\s.][^<>]{0,200})?\s*/?>",
    re.IGNORECASE,
)
_VTT_TAG: Final = re.compile(r"</?[A-Za-z][^<>]{0,200}>")  # there a "<" in the text is written &lt;
_BREAK: Final = re.compile(r"<\s*/?\s*(?:\w{1,8}:)?br\b[^<>]{0,40}>|\[\s*/?br\s*/?\]", re.IGNORECASE)
_CLOCK: Final = re.compile(r"<[0-9:.]{5,16}>")
_READING: Final = re.compile(
    r"<rt\b[^<>]{0,200}>[^<]*(?:</rt>)?", re.IGNORECASE
)  # beside the characters it is of
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


def plain(text: str, form: str) -> str:
    """The words of one caption; each line break that its form knows becomes one."""
    text = re.sub(r"\\[Nn]", "\n", text).replace(r"\h", " ")
    if form in {"ass", "ssa"}:
        return _TAG.sub("", _OVERRIDE.sub("", text))
    text = _CLOCK.sub("", _BREAK.sub("\n", _STRAY_OVERRIDE.sub("", text)))
    if form == "vtt":
        return unescaped(_VTT_TAG.sub("", _READING.sub("", text)))
    # Elsewhere nothing says what an entity is: what it hides is looked through like the rest.
    return _TAG.sub("", _BREAK.sub("\n", unescaped(text)))


def unescaped(text: str) -> str:
    """`text` with its entities (&amp; &nbsp; &#39;) as characters; an & that begins none stays."""
    return _ENTITY.sub(lambda found: html.unescape(found[0]), text).replace("\xa0", " ")
