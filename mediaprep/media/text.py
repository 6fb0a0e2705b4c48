"""A script's facts: encoding found out, characters counted as the docs do (Unicode code points)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mediaprep.contract.script import ssml
from mediaprep.errors import BadAsset
from mediaprep.media.files import encodings
from mediaprep.media.isolation import posix
from mediaprep.model.facts import TextFacts

MAX_BYTES = 2 << 20  # the docs take 20,000 characters


def read(path: Path) -> str:
    """The text of a file without its byte order mark and the line break that editors put at the end. Raises
    BadAsset."""
    return read_decoded(path).text


def read_decoded(path: Path) -> encodings.Decoded:
    """`read`, with the encoding that it was read in."""
    with posix.open_regular(path) as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise BadAsset(
            f"is a text of more than {MAX_BYTES >> 20} MiB, no script: split it",
            f"文本超过 {MAX_BYTES >> 20} MiB，不是脚本：请拆分",
        )
    found = decode(data)
    if not encodings.is_clean(found.text):
        raise BadAsset(
            "is text with control characters: save it as plain text in UTF-8",
            "文本含控制字符：请另存为 UTF-8 纯文本",
        )
    return replace(found, text=found.text.removeprefix("\ufeff").rstrip("\r\n"))


def decode(raw: bytes, name: str = "") -> encodings.Decoded:
    """`raw` as text, control characters left in. Raises BadAsset, with the encodings that were tried."""
    found = encodings.decode(raw)
    if found is None:
        raise BadAsset(
            f"{name}: is no text in {encodings.TRIED.en} (all tried): save it as UTF-8".removeprefix(": "),
            f"{name}：不是 {encodings.TRIED.zh}文本（均已尝试）：请另存为 UTF-8".removeprefix("："),
        )
    return found


def measure(path: Path) -> TextFacts:
    """Facts of a script file. Raises BadAsset when it is no readable text."""
    found = read_decoded(path)
    facts = facts_of(found.text, size_bytes=path.stat().st_size)
    return replace(facts, encoding=found.encoding, encoding_guessed=found.guessed)


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
