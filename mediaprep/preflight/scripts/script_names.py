"""A text that is the name of a file would be spoken, and paid for, as it stands: 文案.txt instead of what is in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from mediaprep.contract.paths import bare, walk
from mediaprep.model.findings import Finding, Text, Verdict

RULE: Final = "file_name"  # behind the parameter's name
PLACES: Final = ("InputSsml", "PageConfigs[].InputSsml")
FIX: Final = Text(  # how to have the file read
    "write InputSsml: {file: …} (`say`: --file …); to speak the name, end it with a full stop",
    "请写 InputSsml: {file: …}（say 命令用 --file …）；若确要读出该名称，请在末尾加句号",
)
_LONGEST: Final = 255  # characters; no file system keeps longer names
_SUFFIXES: Final = (
    "txt", "text", "md", "markdown", "rst", "srt", "vtt", "ass", "ssa", "lrc", "ssml", "xml", "json", "yaml", "yml",
    "csv", "tsv", "doc", "docx", "odt", "rtf", "pdf", "html", "htm", "wps", "pages", "log",
)  # fmt: skip
_NAMED: Final = re.compile(rf"[^\r\n<>]*[^\s.<>/\\]\.(?:{'|'.join(_SUFFIXES)})", re.IGNORECASE)


def tables(request: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(wire path, {file, lexicon}) for every script that a request names by its file."""
    for general in PLACES:
        for place, value in walk(request, general):
            if isinstance(value, Mapping):
                yield place, value


def may_be_name(text: str) -> bool:
    """Whether a text is short enough, and on one line, so that it could be the name of any file."""
    plain = text.strip()
    return 0 < len(plain) <= _LONGEST and plain.isprintable() and "<" not in plain


def looks_like_name(text: str) -> bool:
    """Whether a text ends as the names of text files do."""
    return may_be_name(text) and _NAMED.fullmatch(text.strip()) is not None


def judge(endpoint: str, place: str, text: str, *, is_file: bool = False) -> tuple[Finding, ...]:
    """A refusal for a text at `place` (wire path) that looks like a file's name, or is that of one that is there."""
    if not (looks_like_name(text) or (is_file and may_be_name(text))):
        return ()
    name = text.strip()
    return (
        Finding(
            rule=f"{endpoint}.{bare(place)}.{RULE}",
            verdict=Verdict.REFUSED,
            measured=name,
            limit="the text itself",
            message=Text(
                f"{place} is {name!r}, which is the name of a file and would be spoken as it stands",
                f"{place} 为 {name!r}，是文件名，会被原样读出",
            ),
            fix=FIX.naming(name),
            where=place,
        ),
    )
