"""Facts of scripts: encodings, characters, lines, tags."""

from __future__ import annotations

from pathlib import Path

import pytest

from mediaprep.media import text
from mediaprep.media.probing.probe import probe
from mediaprep.model.facts import TextFacts, UnknownFacts


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_a_script_is_read_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "script.txt"
    path.write_bytes("大家好，欢迎来到这里。\n".encode(encoding))
    facts = probe(path)
    assert isinstance(facts, TextFacts)
    assert (facts.format, facts.characters, facts.spoken_characters, facts.lines) == ("plain", 11, 11, 1)
    assert facts.size_bytes == path.stat().st_size
    assert text.read(path) == "大家好，欢迎来到这里。"


def test_tags_are_counted_but_not_spoken(tmp_path: Path) -> None:
    path = tmp_path / "script.txt"
    path.write_text('<speak>大家<break time="500ms"/>好 &amp; 再见</speak>', encoding="utf-8")
    facts = probe(path)
    assert isinstance(facts, TextFacts)
    assert facts.format == "ssml"
    assert facts.characters == len(path.read_text(encoding="utf-8"))
    assert facts.spoken_characters == len("大家好 & 再见")
    assert facts.well_formed


def test_broken_tags_are_told_with_their_place(tmp_path: Path) -> None:
    path = tmp_path / "script.txt"
    path.write_text("<speak>大家好", encoding="utf-8")
    facts = probe(path)
    assert isinstance(facts, TextFacts)
    assert not facts.well_formed
    assert facts.problem is not None
    assert facts.problem.startswith("1:")


def test_lines_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "script.txt"
    path.write_text("one\r\ntwo\nthree\n", encoding="utf-8", newline="")
    facts = probe(path)
    assert isinstance(facts, TextFacts)
    assert facts.lines == 3


def test_bytes_that_are_no_text_are_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "script.txt"
    path.write_bytes(b"hello \x00\x01\x02 world")
    assert isinstance(probe(path), UnknownFacts)


def test_text_that_breaks_off_into_noise_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "script.txt"
    path.write_bytes(b"a" * 70_000 + bytes(range(128, 256)))
    facts = probe(path)
    assert isinstance(facts, UnknownFacts)
    assert "UTF-8" in facts.problem_en
