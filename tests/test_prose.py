"""Facts come from the service's documentation, sentences do not."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests import prose

PROJECT = Path(__file__).resolve().parents[1]
_ON_THE_WIRE = {"message", "default"}  # what the service sends and takes is a fact
_SENT_WITH_100013 = "未找到有效的小时包或小时包余量不足"


def _sent(value: Any) -> Iterator[str]:
    """Texts of the catalogue that travel: messages and default values."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from [str(inner)] if key in _ON_THE_WIRE else _sent(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _sent(inner)


def test_no_sentence_of_the_docs_stands_in_the_project(docs: str | None, rules_yaml: dict[str, Any]) -> None:
    kept = prose.kept()
    assert docs is None or prose.of_docs(docs) == kept, "another edition: python -m tests.prose DOCS.txt"
    sentences = kept - prose.prints([_SENT_WITH_100013, *_sent(rules_yaml)])
    assert len(sentences) > 500
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    copied = {
        (name, piece)
        for name in listed.stdout.split("\0")
        if name and (path := PROJECT / name).is_file()
        for piece in prose.pieces(path.read_text(encoding="utf-8", errors="ignore"))
        if prose.print_of(piece) in sentences
    }
    assert not copied
