"""Captions go to translators as numbered rows and come back at the original's times; what does not fit is named."""

from __future__ import annotations

import csv
import io
import random
from pathlib import Path

import pytest

from mediaprep.errors import BadAsset
from mediaprep.media.captions import translations
from mediaprep.model.finishing.plans import Cue

CUES = (
    Cue(start_ms=0, end_ms=1200, lines=("大家好，", "欢迎收看。")),
    Cue(start_ms=1240, end_ms=3000, lines=('他说："走，吧" & <好>',)),
    Cue(start_ms=3600001, end_ms=3602000, lines=("=1+2",)),
)
WORDS = ["Hello everyone,\nwelcome.", 'He said: "let\'s, go" & <fine>', "=SUM(1)"]


def translated(form: str, words: list[str]) -> str:
    """What a translator sends back: the exported file, its empty targets filled."""
    text = translations.exported(CUES, form, name="own.srt")
    if form == ".csv":
        rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
        page = io.StringIO()
        csv.writer(page).writerows(
            [rows[0], *([*row[:4], word] for row, word in zip(rows[1:], words, strict=True))]
        )
        return page.getvalue()
    if form == ".srt":
        for cue, word in zip(CUES, words, strict=True):
            text = text.replace(cue.text, word)
        return text
    from xml.sax.saxutils import escape

    for word in words:
        text = text.replace("<target />", f"<target>{escape(word)}</target>", 1)
    return text


@pytest.mark.parametrize("form", [".csv", ".xliff", ".xlf"])
def test_a_translation_comes_back_at_the_times_of_the_original(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"en{form}"
    path.write_text(translated(form, WORDS), encoding="utf-8", newline="")
    made = translations.imported(CUES, path)
    assert [(cue.start_ms, cue.end_ms) for cue in made] == [(cue.start_ms, cue.end_ms) for cue in CUES]
    assert [cue.text for cue in made] == WORDS


def test_so_does_an_srt_and_a_table_as_german_spreadsheets_save_it(tmp_path: Path) -> None:
    plain = ["Hello,\nwelcome.", "Let us go", "Three"]
    (tmp_path / "en.srt").write_text(translated(".srt", plain), encoding="utf-8")
    assert [cue.text for cue in translations.imported(CUES, tmp_path / "en.srt")] == plain
    rows = [
        "number;start;end;source;target",
        *(f"{n};;;;{word.split()[0]}" for n, word in enumerate(plain, 1)),
    ]
    random.Random(1).shuffle(rows[1:])
    (tmp_path / "en.csv").write_bytes("\r\n".join(rows).encode("cp1252"))
    assert [cue.text for cue in translations.imported(CUES, tmp_path / "en.csv")] == [
        "Hello,",
        "Let",
        "Three",
    ]


def test_a_spreadsheet_takes_no_caption_for_a_formula() -> None:
    rows = list(
        csv.reader(
            io.StringIO(translations.exported(CUES, ".csv", name="a").removeprefix("\ufeff"), newline="")
        )
    )
    assert rows[3][3] == "'=1+2" and rows[1][:3] == ["1", "00:00:00.000", "00:00:01.200"]


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.csv", "number,target\n1,a\n2,b\n", "no translation of 3"),
        ("a.csv", "number,target\n1,a\n2,b\n3,c\n4,d\n", "no caption has the number 4"),
        ("a.csv", "number,target\n1,a\n2,\n3,c\n", "no translation of 2"),
        ("a.csv", "number,target\n1,a\n1,b\n2,b\n3,c\n", "twice"),
        ("a.csv", "one,two\n1,a\n", "no translation of 1, 2, 3"),
        ("a.csv", "number,target\nx,a\n", "no numbered translation"),
        ("a.xliff", "<xliff/>", "no trans-unit"),
        ("a.xliff", "<xliff><trans-unit id='1'>", "no numbered translation"),
        ("a.xliff", '<!DOCTYPE x [<!ENTITY a "b">]><xliff/>', "document type"),
        ("a.xliff", "<xliff><trans-unit/></xliff>", "no numbered translation"),
    ],
)
def test_what_does_not_fit_the_original_is_named(tmp_path: Path, name: str, text: str, told: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(BadAsset, match=told):
        translations.imported(CUES, tmp_path / name)
