"""`mediaprep captions export` and `import`: to the translator and back."""

from __future__ import annotations

from pathlib import Path

import pytest

from mediaprep.cli.app import run

SRT = "1\n00:00:00,200 --> 00:00:01,300\n大家好\n\n2\n00:00:01,300 --> 00:00:02,000\n再见\n"


def test_there_and_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own, table, made = tmp_path / "own.srt", tmp_path / "rows.csv", tmp_path / "en.srt"
    own.write_text(SRT, encoding="utf-8")
    assert run(["captions", "export", str(own), "-o", str(table)]) == 0
    rows = table.read_text("utf-8-sig").splitlines()
    table.write_text("\n".join([rows[0], rows[1] + "Hello", rows[2] + "Bye"]), encoding="utf-8")
    assert run(["captions", "import", str(own), str(table), "-o", str(made)]) == 0
    assert made.read_text("utf-8").strip() == SRT.replace("大家好", "Hello").replace("再见", "Bye").strip()
    assert own.read_text("utf-8") == SRT and "2 captions" in capsys.readouterr().out.replace(
        "2 条字幕", "2 captions"
    )


@pytest.mark.parametrize("output", ["own.srt", "rows.txt"])
def test_an_original_is_never_written_and_other_endings_are_refused(tmp_path: Path, output: str) -> None:
    own = tmp_path / "own.srt"
    own.write_text(SRT, encoding="utf-8")
    assert run(["captions", "export", str(own), "-o", str(tmp_path / output), "--overwrite"]) != 0
    assert own.read_text("utf-8") == SRT
