"""Captions in the other Chinese script: their words change, nothing else does."""

from __future__ import annotations

import builtins
from pathlib import Path
from typing import Any

import pytest

from mediaprep.cli.app import run
from mediaprep.errors import ToolMissing
from mediaprep.media.captions import chinese, subtitle_files
from mediaprep.model.finishing.captions import CHINESE, CaptionWish
from mediaprep.model.finishing.plans import CaptionStyle, Cue
from mediaprep.verbs.finishing import captioning

SAID = (
    Cue(
        start_ms=40, end_ms=1000, lines=("皇后在后面，头发很干",), second=("The queen",), spoken_ms=tuple(range(40, 50))
    ),
    Cue(start_ms=1100, end_ms=2040, lines=("软件里的鼠标", "和内存")),
)  # fmt: skip


@pytest.mark.parametrize(
    ("form", "lines"),
    [
        ("traditional", [("皇后在後面，頭髮很乾",), ("軟件裏的鼠標", "和內存")]),
        ("taiwan", [("皇后在後面，頭髮很乾",), ("軟體裡的滑鼠", "和記憶體")]),
        ("hongkong", [("皇后在後面，頭髮很乾",), ("軟件裏的鼠標", "和內存")]),
        ("simplified", [cue.lines for cue in SAID]),
    ],
)
def test_words_change_and_cues_lines_and_times_do_not(form: str, lines: list[tuple[str, ...]]) -> None:
    made = chinese.converted(SAID, form)
    assert [cue.lines for cue in made] == lines
    assert [(cue.start_ms, cue.end_ms, cue.second) for cue in made] == [
        (cue.start_ms, cue.end_ms, cue.second) for cue in SAID
    ]
    assert made[0].spoken_ms == SAID[0].spoken_ms
    back = chinese.converted(chinese.converted(SAID, "traditional"), "simplified")
    assert back == SAID


def test_a_longer_word_shares_the_times_and_characters_only_keep_their_number() -> None:
    cue = Cue(start_ms=0, end_ms=600, lines=("内存",), spoken_ms=(0, 300))
    (made,) = chinese.converted([cue], "taiwan")
    assert made.lines == ("記憶體",) and made.spoken_ms == (0, 0, 300)
    (plain,) = chinese.converted([cue], "taiwan", characters_only=True)
    assert plain.lines == ("內存",) and plain.spoken_ms == (0, 300)


def test_japanese_stays_as_it_is() -> None:
    cue = Cue(start_ms=0, end_ms=600, lines=("学校で写真を撮る",), second=("学校照片",))
    (made,) = chinese.converted([cue], "traditional")
    assert made.lines == cue.lines and made.second == ("學校照片",)


def test_a_file_is_converted_with_its_times(tmp_path: Path) -> None:
    source = tmp_path / "a.srt"
    source.write_text(
        "1\n00:00:00,040 --> 00:00:01,000\n头发很干。\n\n2\n00:00:01,100 --> 00:00:02,040\n第一行\n软件\n",
        "utf-8",
    )
    for form in CHINESE:
        target = tmp_path / f"{form}.srt"
        assert run(["captions", "convert", str(source), "--to", form, "-o", str(target)]) == 0
        before, after = subtitle_files.read(source), subtitle_files.read(target)
        assert [(cue.start_ms, cue.end_ms, len(cue.lines)) for cue in before] == [
            (cue.start_ms, cue.end_ms, len(cue.lines)) for cue in after
        ]
    assert "頭髮很乾。" in (tmp_path / "taiwan.srt").read_text("utf-8")
    assert run(["captions", "convert", str(source), "--to", "taiwan", "-o", str(tmp_path / "a.txt")]) == 2


def test_a_word_too_long_for_its_line_is_put_into_characters_only() -> None:
    said = captioning.Caption(cues=SAID, source="cues")
    for units, line in ((16, "和記憶體"), (3, "和內存")):
        style = CaptionStyle(font_px=20, max_units=units)
        made = captioning._in_chinese(said, style, CaptionWish(chinese="taiwan"))
        assert made.cues[1].lines[1] == line
    assert captioning._in_chinese(said, style, CaptionWish()) is said


def test_without_the_extra_it_is_said_before_anything_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def absent(name: str, *args: Any) -> Any:
        if name == "opencc":
            raise ImportError(name)
        return real(name, *args)

    chinese._converter.cache_clear()
    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(ToolMissing, match=r"mediaprep\[opencc\]"):
        captioning.refuse(CaptionWish(chinese="taiwan"))
    captioning.refuse(CaptionWish())
