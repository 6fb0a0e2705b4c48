"""The markup a script may carry: read with positions, counted both ways, and turned into plain text.

The docs' own scripts have no root tag; `<speak>` around everything is read too. No DTD, comments, entities of
one's own or processing instructions: nothing in here can reach outside the text.
"""

from __future__ import annotations

import functools
import re
from bisect import bisect_right, insort
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from mediaprep.contract.script.ssml_tags import TAGS, Complaint, check_content, check_start

_ESCAPES: Final = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_ENTITY: Final = re.compile(r"&(?:#(\d{1,7})|#[xX]([0-9A-Fa-f]{1,6})|([A-Za-z][A-Za-z0-9]*));")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.:-]*")
_SIGN: Final = re.compile(r"[<&]")
_TAG_END: Final = re.compile(r"\s*(/?)>")
_ATTRIBUTE: Final = re.compile(r"""\s+([A-Za-z_][A-Za-z0-9_.:-]*)\s*=\s*("[^"]*"|'[^']*')""")
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_DEEPEST: Final = 16  # the docs nest two deep
_WORST: Final = 20  # problems told of one script; more help nobody


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Something the markup's rules do not allow; line and column count from 1. `refused` false = advice."""

    line: int
    column: int
    en: str
    zh: str
    refused: bool = True


@dataclass(frozen=True, kw_only=True)
class PlainSpan:
    """`length` characters of the plain text that stand one after the other in the source too."""

    plain: int
    source: int
    length: int


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A tag and what it covers: plain[start:end], nothing for an empty one; source[offset:stop] with its own
    tags (`stop` ends the start tag of one that is never closed)."""

    tag: str
    start: int
    end: int
    attributes: Mapping[str, str] = field(default_factory=dict)
    offset: int
    stop: int

    @property
    def milliseconds(self) -> int | None:
        """Of a break with a time; None where only a strength is given."""
        found = re.fullmatch(r"(\d{1,6})(ms|s)", self.attributes.get("time", ""))
        if self.tag != "break" or not found:
            return None
        return int(found[1]) * (1000 if found[2] == "s" else 1)


@dataclass(frozen=True, kw_only=True)
class ParsedScript:
    """A script that was read. `plain` is what a viewer reads (the text inside sub, not its alias), escapes
    resolved; `characters` counts the source, `spoken_characters` the plain text, in Unicode code points."""

    source: str
    plain: str
    spans: tuple[PlainSpan, ...]
    marks: tuple[Mark, ...]
    problems: tuple[Problem, ...]
    tagged: bool  # whether any tag was found

    @property
    def characters(self) -> int:
        return len(self.source)

    @property
    def spoken_characters(self) -> int:
        return len(self.plain)

    @property
    def actions(self) -> tuple[Mark, ...]:
        return tuple(mark for mark in self.marks if mark.tag == "insert-action")

    def source_at(self, plain: int) -> int:
        """The source offset of a plain offset (the end of the text for one past the last)."""
        if not self.spans or plain >= len(self.plain):
            return len(self.source)
        span = self.spans[bisect_right(self.spans, plain, key=lambda s: s.plain) - 1]
        return span.source + plain - span.plain

    def source_end(self, plain: int) -> int:
        """The source offset behind a character of the plain text, its whole escape included."""
        return character_end(self.source, self.source_at(plain))

    def place(self, source: int) -> tuple[int, int]:
        """(line, column) of a source offset, from 1."""
        return _place(self.source, source)


@functools.lru_cache(maxsize=16)  # many rules ask for the same script, one after the other
def read(text: str) -> ParsedScript:
    """Reads a script and never raises: what is wrong stands in `problems`, the rest is read all the same."""
    return _Reader(text).run()


def escape(text: str, *, quotes: bool = False) -> str:
    """Plain text → markup. With `quotes` fit for an attribute too."""
    made = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return made.replace('"', "&quot;").replace("'", "&apos;") if quotes else made


def character_end(source: str, offset: int) -> int:
    """Behind the character or the escape that stands at `offset`."""
    found = _ENTITY.match(source, offset)
    return found.end() if found and _meant(found) is not None else offset + 1


def _behind(text: str, sign: str, offset: int) -> int:
    """Behind the next `sign`, or the end of a text that has none."""
    found = text.find(sign, offset)
    return len(text) if found < offset else found + len(sign)


def _place(text: str, offset: int) -> tuple[int, int]:
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


@dataclass
class _Open:
    tag: str
    attributes: dict[str, str]
    offset: int
    start: int
    piece: int  # where its text begins among the pieces of plain text


class _Reader:
    """One pass over the source; a stack of open tags."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.plain: list[str] = []
        self.length = 0
        self.spans: list[PlainSpan] = []
        self.marks: list[Mark] = []
        self.complaints: list[tuple[bool, int, str, str]] = []  # advice?, offset, en, zh: the worst first
        self.stack: list[_Open] = []
        self.tagged = False
        self.rooted = False
        self.begun = False  # whether anything but blanks was read

    def run(self) -> ParsedScript:
        while self.at < len(self.source):
            here = self.source[self.at]
            if here == "<":
                self._markup()
            elif here == "&":
                self._entity()
            else:
                self._text()
        for left in reversed(self.stack):
            self._complain(left.offset, f"<{left.tag}> is never closed", f"<{left.tag}> 没有闭合")
        for found in _FORBIDDEN.finditer(self.source):
            code = f"U+{ord(found[0]):04X}"
            self._complain(found.start(), f"character {code} is not allowed", f"不允许的字符 {code}")
        return ParsedScript(
            source=self.source,
            plain="".join(self.plain),
            spans=tuple(self.spans),
            marks=tuple(sorted(self.marks, key=lambda mark: mark.offset)),
            problems=tuple(self._problem(*one) for one in sorted(self.complaints, key=lambda one: one[1])),
            tagged=self.tagged,
        )

    def _complain(self, offset: int, en: str, zh: str, *, refused: bool = True) -> None:
        """Keeps the worst: no advice may push out what refuses the script, and what stands first is told."""
        insort(self.complaints, (not refused, offset, en, zh), key=lambda one: one[:2])
        del self.complaints[_WORST:]

    def _problem(self, advice: bool, offset: int, en: str, zh: str) -> Problem:
        line, column = _place(self.source, offset)
        return Problem(line=line, column=column, en=en, zh=zh, refused=not advice)

    def _pass_on(self, complaints: list[Complaint], offset: int) -> None:
        for complaint in complaints:
            self._complain(offset, complaint.en, complaint.zh, refused=complaint.refused)

    def _say(self, text: str, source: int, taken: int) -> None:
        """Adds plain text that came from source[source:source+taken]."""
        last = self.spans[-1] if self.spans else None
        if last and last.source + last.length == source and taken == len(text):
            self.spans[-1] = PlainSpan(plain=last.plain, source=last.source, length=last.length + taken)
        else:
            self.spans.append(PlainSpan(plain=self.length, source=source, length=len(text)))
        self.plain.append(text)
        self.length += len(text)
        self.at = source + taken

    def _text(self) -> None:
        found = _SIGN.search(self.source, self.at)
        stop = found.start() if found else len(self.source)
        text = self.source[self.at : stop]
        if text.strip():
            if self.rooted and not self.stack:
                self._complain(self.at, "text after </speak>", "</speak> 之后还有文字")
            self.begun = True
        self._say(text, self.at, stop - self.at)

    def _entity(self) -> None:
        found = _ENTITY.match(self.source, self.at)
        meant = _meant(found) if found else None
        if found and meant is not None:
            self._say(meant, self.at, len(found[0]))
            return
        if found:
            self._complain(self.at, f"{found[0]} is no escape known here", f"不认识的转义 {found[0]}")
        else:
            self._complain(self.at, "& must be written &amp;", "& 须写成 &amp;")
        self._say("&", self.at, 1)

    def _markup(self) -> None:
        source, at = self.source, self.at
        if source.startswith(("<!", "<?"), at):
            self._complain(
                at,
                "comments, DTDs and processing instructions are not allowed",
                "不允许注释、DTD 和处理指令",
            )
            self.at = _behind(source, ">", at)
            return
        closing = source.startswith("</", at)
        name = _NAME.match(source, at + 1 + closing)
        if not name:
            self._complain(at, "< must be written &lt;", "< 须写成 &lt;")
            self._say("<", at, 1)
        elif closing:
            self._close(name[0], name.end())
        else:
            self._open(name[0], name.end())

    def _close(self, tag: str, after: int) -> None:
        end = re.compile(r"\s*>").match(self.source, after)
        offset = self.at
        if not end:
            self._complain(offset, f"</{tag} has no >", f"</{tag} 缺少 >")
        self.at = end.end() if end else after
        if not any(opened.tag == tag for opened in self.stack):
            self._complain(offset, f"</{tag}> closes nothing", f"</{tag}> 没有对应的开始标签")
            return
        while (opened := self.stack.pop()).tag != tag:
            self._complain(opened.offset, f"<{opened.tag}> is never closed", f"<{opened.tag}> 没有闭合")
        self._finish(opened)

    def _open(self, tag: str, after: int) -> None:
        offset, attributes = self.at, self._attributes(tag, after)
        end = _TAG_END.match(self.source, self.at)
        if not end:
            self._unended(tag, offset)
            return
        self.at, self.tagged = end.end(), True
        within = self.stack[-1].tag if self.stack else None
        self._pass_on(check_start(tag, attributes, within, first=not self.begun), offset)
        self.begun = True
        self.rooted = self.rooted or tag == "speak"
        opened = _Open(tag, attributes, offset, self.length, len(self.plain))
        if end[1]:
            self._finish(opened)
        elif len(self.stack) >= _DEEPEST:
            self._complain(offset, f"tags nested deeper than {_DEEPEST}", f"标签嵌套超过 {_DEEPEST} 层")
        else:
            self.stack.append(opened)

    def _unended(self, tag: str, offset: int) -> None:
        if tag not in TAGS:
            self._complain(offset, "< must be written &lt;", "< 须写成 &lt;")
            self._say("<", offset, 1)
            return
        self._complain(
            offset,
            f"<{tag} is not a whole tag: attributes need quotes, the end a >",
            f"<{tag} 标签不完整：属性要加引号，结尾要有 >",
        )
        self.at = _behind(self.source, ">", self.at)

    def _attributes(self, tag: str, after: int) -> dict[str, str]:
        found: dict[str, str] = {}
        while attribute := _ATTRIBUTE.match(self.source, after):
            name, value = attribute[1], attribute[2][1:-1]
            if name in found:
                self._complain(attribute.start(1), f"{tag}: {name} is given twice", f"{tag}：{name} 重复")
            if "<" in value:
                self._complain(attribute.start(2), "< must be written &lt;", "< 须写成 &lt;")
            found[name] = _ENTITY.sub(lambda match: _meant(match) or match[0], value)
            after = attribute.end()
        self.at = after
        return found

    def _finish(self, opened: _Open) -> None:
        if opened.tag in TAGS and opened.tag != "speak":
            text = "".join(self.plain[opened.piece :])
            before = self.plain[opened.piece - 1][-1:] if opened.piece else ""
            self._pass_on(check_content(opened.tag, opened.attributes, text, before), opened.offset)
        self.marks.append(
            Mark(
                tag=opened.tag,
                start=opened.start,
                end=self.length,
                attributes=opened.attributes,
                offset=opened.offset,
                stop=self.at,
            )
        )


def _meant(found: re.Match[str]) -> str | None:
    """The character an escape stands for; None for one that is not known or not allowed."""
    decimal, hexadecimal, name = found.groups()
    if name:
        return _ESCAPES.get(name)
    code = int(decimal) if decimal else int(hexadecimal, 16)
    if code > 0x10FFFF or _FORBIDDEN.match(chr(code)):
        return None
    return chr(code)
