"""Facts come from the service's documentation, sentences do not."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]
LONGEST = 11  # Chinese characters in a row that may stand here and there
_RUN = re.compile(rf"[\u4e00-\u9fff]{{{LONGEST + 1},}}")
_ON_THE_WIRE = {"message", "default"}  # what the service sends and takes is a fact
_SENT_WITH_100013 = "未找到有效的小时包或小时包余量不足"


def _pieces(text: str) -> Iterator[str]:
    for run in _RUN.findall(text):
        for at in range(len(run) - LONGEST):
            yield run[at : at + LONGEST + 1]


def _sent(value: Any) -> Iterator[str]:
    """Texts of the catalogue that travel: messages and default values."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from [str(inner)] if key in _ON_THE_WIRE else _sent(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _sent(inner)


def test_no_sentence_of_the_docs_stands_in_the_project(shared: Path, rules_yaml: dict[str, Any]) -> None:
    docs = re.sub(r"<[^>]*>", "", (shared / "api" / "broadcast-service.txt").read_text(encoding="utf-8"))
    facts = [_SENT_WITH_100013, *_sent(rules_yaml)]
    sentences = set(_pieces(docs)) - {piece for text in facts for piece in _pieces(text)}
    assert len(sentences) > 500
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    copied = {
        (name, piece)
        for name in listed.stdout.split("\0")
        if name and (path := PROJECT / name).is_file()
        for piece in _pieces(path.read_text(encoding="utf-8", errors="ignore"))
        if piece in sentences
    }
    assert not copied
