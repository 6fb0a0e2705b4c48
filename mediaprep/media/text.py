"""A script's facts: encoding found out, characters counted as the docs do (Unicode code points)."""

from __future__ import annotations

from pathlib import Path

from mediaprep.contract import ssml
from mediaprep.errors import BadAsset
from mediaprep.media import posix, sniff
from mediaprep.model.facts import TextFacts

MAX_BYTES = 2 << 20  # the docs take 20,000 characters


def read(path: Path) -> str:
    """The text of a UTF-8, UTF-16 or GB18030 file without its byte order mark and the line break that editors
    put at the end. Raises BadAsset."""
    with posix.open_regular(path) as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise BadAsset(
            f"is a text of more than {MAX_BYTES >> 20} MiB, no script: split it",
            f"文本超过 {MAX_BYTES >> 20} MiB，不是脚本：请拆分",
        )
    encoding = sniff.encoding_of(data, whole=True)
    if encoding is None:
        raise BadAsset(
            "is text that is neither UTF-8 nor GB18030: save it as UTF-8",
            "文本既非 UTF-8 也非 GB18030：请另存为 UTF-8",
        )
    return data.decode(encoding).removeprefix("\ufeff").rstrip("\r\n")


def measure(path: Path) -> TextFacts:
    """Facts of a script file. Raises BadAsset when it is no readable text."""
    return facts_of(read(path), size_bytes=path.stat().st_size)


def facts_of(text: str, size_bytes: int | None = None) -> TextFacts:
    """Facts of a script; `ssml` when any tag stands in it."""
    script = ssml.read(text)
    first = next((problem for problem in script.problems if problem.refused), None)
    return TextFacts(
        format="ssml" if script.tagged else "plain",
        characters=script.characters,
        spoken_characters=script.spoken_characters,
        lines=max(1, len(text.splitlines())),
        well_formed=first is None,
        problem=None if first is None else f"{first.line}:{first.column}: {first.en}",
        size_bytes=size_bytes,
    )
