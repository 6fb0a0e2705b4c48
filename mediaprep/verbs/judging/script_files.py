"""The scripts that a request names by file: `InputSsml: {file: 文案.txt, lexicon: 读音.txt}` reads them, as the verb
`script` does. A plain text is spoken as it stands, unless it is a file's name."""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from mediaprep.contract.paths import walk
from mediaprep.errors import BadAsset, BadConfig
from mediaprep.model.findings import Finding
from mediaprep.preflight.scripts import drafting as scripts
from mediaprep.preflight.scripts import lexicon, script_names
from mediaprep.submission.bucket.request_urls import replaced
from mediaprep.verbs.script import read_lexicon, read_text

_KEYS: Final = ("file", "lexicon")


def read(request: Mapping[str, Any], base: Path, *, readings: Path | None = None) -> dict[str, Any]:
    """The request with the texts of the files it names, relative ones seen from `base`: lines joined, symbols
    escaped, readings written in, those of a file of their own or else of `readings`, which are written into other
    texts too. Raises BadConfig for another table than {file, lexicon}, BadAsset for no text."""
    texts = {place: _text(place, table, base, readings) for place, table in script_names.tables(request)}
    if readings is not None:
        plain = (found for general in script_names.PLACES for found in walk(request, general))
        texts |= {
            place: lexicon.apply(text, read_lexicon(readings))[0]
            for place, text in plain
            if isinstance(text, str) and text
        }
    return replaced(request, texts) if texts else dict(request)


def judge(endpoint: str, request: Mapping[str, Any], base: Path) -> tuple[Finding, ...]:
    """A refusal for every text that is a file's name."""
    return tuple(
        finding
        for general in script_names.PLACES
        for place, text in walk(request, general)
        if isinstance(text, str)
        for finding in script_names.judge(endpoint, place, text, is_file=is_file(text, base))
    )


def is_file(text: str, base: Path) -> bool:
    """Whether a text names a file that is there."""
    if not script_names.may_be_name(text):
        return False
    with contextlib.suppress(OSError, ValueError, RuntimeError):
        return (base / Path(text.strip()).expanduser()).is_file()
    return False


def spoken(path: Path, readings: Path | None = None) -> str:
    """The script in a file, as one line of SSML. Raises BadAsset, BadConfig."""
    markup = scripts.drafted(read_text(path))
    return markup if readings is None else lexicon.apply(markup, read_lexicon(readings))[0]


def _text(place: str, table: Mapping[str, Any], base: Path, readings: Path | None) -> str:
    strange = next((key for key in table if key not in _KEYS), None)
    if strange is not None:
        near = difflib.get_close_matches(str(strange), _KEYS, n=1)
        hint = (f"; did you mean {near[0]}?", f"；是否指 {near[0]}？") if near else ("", "")
        raise BadConfig(
            f"{place}: unknown key {strange!r}{hint[0]} (there are: file, lexicon)",
            f"{place}：未知的键 {strange!r}{hint[1]}（可用：file、lexicon）",
        )
    named = {key: table[key] for key in _KEYS if table.get(key) is not None}
    if "file" not in named or not all(isinstance(name, str) and name.strip() for name in named.values()):
        raise BadConfig(
            f"{place}: give a text, or {{file: NAME, lexicon: NAME}} with a script's file",
            f"{place}：请给出文本，或 {{file: 文件名, lexicon: 文件名}}",
        )
    paths = {key: base / Path(name).expanduser() for key, name in named.items()}
    try:
        return spoken(paths["file"], paths.get("lexicon", readings))
    except (BadAsset, BadConfig) as error:
        raise type(error)(f"{place}: {error.en}", f"{place}：{error.zh}") from error
