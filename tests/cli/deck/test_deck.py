"""`mediaprep deck …` as people and scripts call it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from mediaprep.cli.app import run
from mediaprep.cli.deck import VERBS
from tests.making import entries, make_pptx
from tests.making_decks import make_heavy_pptx, make_lesson


@pytest.mark.parametrize("verb", VERBS)
def test_every_deck_verb_explains_itself(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["deck", verb, "--help"]) == 0
    assert "Usage: mediaprep deck" in capsys.readouterr().out


def test_check_tells_pages_shape_and_notes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = make_lesson(tmp_path / "a.pptx", 4, hidden=(2,), notes={1: "大家好"})
    assert run(["deck", "check", str(path)]) == 0
    told = capsys.readouterr().out
    assert "4 pages, 3 shown · 16:9 (13.33 × 7.5 in) · notes on 1 page" in told
    assert "ppt.PPTFileUrl.hidden_pages @ page 2" in told


def test_check_as_json_has_the_promised_facts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = make_lesson(tmp_path / "a.pptx", 52, hidden=(2, 9), notes={1: "大家好"})
    facts = []
    for line in (["check", "--no-cache"], ["deck", "check"]):
        assert run([*line, "--format", "json", str(path)]) == 1
        facts.append(json.loads(capsys.readouterr().out)["files"][0]["facts"])
    assert facts[0] == facts[1]
    promised = {
        name: facts[0][name]
        for name in ("pages_total", "pages_visible", "hidden_pages", "encrypted", "has_notes")
    }
    assert promised == {
        "pages_total": 52, "pages_visible": 50, "hidden_pages": [2, 9], "encrypted": False, "has_notes": True,
    }  # fmt: skip


def test_split_writes_parts_and_tells_their_pages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = make_pptx(tmp_path / "a.pptx", 52, hidden=(1, 2))
    assert run(["deck", "split", str(path), "-o", str(tmp_path / "out"), "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == "mediaprep.deck/1"
    assert [(part["facts"]["pages_total"], part["pages"][0]) for part in told["parts"]] == [(26, 1), (26, 27)]
    assert sorted(made.name for made in entries(tmp_path / "out")) == ["a-1.pptx", "a-2.pptx"]
    assert (
        run(["deck", "split", str(path), "-o", str(tmp_path / "two"), "--hidden", "drop", "--pages", "60"])
        == 0
    )
    assert "2 hidden pages left out\npages 3-52:" in capsys.readouterr().out


def test_clean_and_shrink_write_copies(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = make_lesson(tmp_path / "a.pptx", 3, hidden=(1, 3))
    assert run(["deck", "clean", str(path), "-o", str(tmp_path / "b.pptx")]) == 0
    assert "2 hidden pages left out" in capsys.readouterr().out
    heavy = make_heavy_pptx(tmp_path / "c.pptx", 1, size_bytes=2_000_000)
    assert run(["deck", "shrink", str(heavy), "-o", str(tmp_path / "d.pptx"), "--to", "1"]) == 0
    assert "1 picture made smaller" in capsys.readouterr().out
    assert (tmp_path / "d.pptx").stat().st_size <= 1_000_000


def test_errors_are_one_line_in_the_language_asked_for(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mediaprep", "--lang", "zh", "deck", "split", "none.pptx", "-o", str(tmp_path / "out")],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "文件不存在" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_damaged_deck_is_unreadable_and_its_exit_code_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.pptx"
    path.write_bytes(make_pptx(tmp_path / "b.pptx", 2).read_bytes()[:-2000])
    assert run(["deck", "check", str(path)]) == 1
    assert "broken zip archive" in capsys.readouterr().out
