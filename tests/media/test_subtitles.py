"""Subtitle files from anywhere are read within limits and without tags; what we write reads back the same."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path

import pytest

from mediaprep.errors import BadAsset
from mediaprep.media import subtitles
from mediaprep.model.plans import Canvas, CaptionFont, CaptionStyle, Cue, PlacedCue

SRT = "1\n00:00:00,500 --> 00:00:02,000\n大家好，\n欢迎！\n\n2\n00:00:02,200 --> 00:00:03,500\n第二条\n"
CUES = (
    Cue(start_ms=500, end_ms=2000, lines=("大家好，", "欢迎！")),
    Cue(start_ms=2200, end_ms=3500, lines=("第二条",)),
)


def write(folder: Path, raw: bytes | str, name: str = "x.srt") -> Path:
    path = folder / name
    path.write_bytes(raw.encode() if isinstance(raw, str) else raw)
    return path


@pytest.mark.parametrize(
    "raw",
    [
        SRT.encode(),
        b"\xef\xbb\xbf" + SRT.encode(),
        SRT.replace("\n", "\r\n").encode(),
        SRT.encode("gb18030"),
        SRT.encode("utf-16"),
        b"\xfe\xff" + SRT.encode("utf-16-be"),
        SRT.encode("utf-16-le"),
        SRT.encode("utf-16-be"),
    ],
    ids=["utf-8", "bom", "crlf", "gb18030", "utf-16", "utf-16-be", "utf-16-le bare", "utf-16-be bare"],
)
def test_srt_is_read_in_every_encoding_people_use(tmp_path: Path, raw: bytes) -> None:
    assert subtitles.read(write(tmp_path, raw)) == CUES


def test_vtt_and_ass_are_read_too(tmp_path: Path) -> None:
    vtt = "WEBVTT\n\n00:00.500 --> 00:02.000 align:start\n<v 小小>A &amp; B</v>\n"
    assert subtitles.read(write(tmp_path, vtt)) == (Cue(start_ms=500, end_ms=2000, lines=("A & B",)),)
    ass = (
        "[Script Info]\nScriptType: v4.00+\n\n[V4+ Styles]\n\n[Events]\nFormat: "
        "Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
        r"Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,{\an8\fs80}你好\N世界" + "\n"
        r"Comment: 0,0:00:03.00,0:00:04.00,Default,,0,0,0,,not shown" + "\n"
    )
    (cue,) = subtitles.read(write(tmp_path, ass))
    assert cue.lines[0] == "你好" and "{" not in cue.text and (cue.start_ms, cue.end_ms) == (1000, 2000)


def test_tags_overrides_and_controls_are_stripped_from_text(tmp_path: Path) -> None:
    nasty = (
        "1\n00:00:00,500 --> 00:00:02,000\n"
        "<font color=red><b>粗</b></font>{\\an8}{\\fnHacked}体\u202e\x07 <script>x</script> 3 < 5\n"
    )
    (cue,) = subtitles.read(write(tmp_path, nasty))
    assert cue.text == "粗体 x 3 < 5"


def test_a_last_line_that_is_a_number_is_kept(tmp_path: Path) -> None:
    text = "1\n00:00:00,500 --> 00:00:02,000\n年份\n2024\n"
    assert subtitles.read(write(tmp_path, text))[0].lines == ("年份", "2024")


def test_cues_come_in_order_of_time_and_empty_ones_are_left_out(tmp_path: Path) -> None:
    text = (
        "1\n00:00:05,000 --> 00:00:06,000\n后\n\n2\n00:00:01,000 --> 00:00:02,000\n先\n\n"
        "3\n00:00:03,000 --> 00:00:04,000\n \n\n4\n00:00:08,000 --> 00:00:07,000\n倒\n"
    )
    assert [cue.text for cue in subtitles.read(write(tmp_path, text))] == ["先", "后"]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"\x00\x01\x02\x03" * 100, "UTF-8, UTF-16 or GB18030|no SRT"),
        (b"\xff\xff\xff\xff hello", "UTF-8, UTF-16 or GB18030"),
        (b"just a text", "no SRT"),
        (b"", "no SRT"),
        (b"{1}{25}microdvd\n", "not SRT"),
        ("1\n30:00:00,000 --> 31:00:00,000\n晚\n", "0–24 h"),
        ("1\n00:00:01,000 --> 00:00:02,000\n" + "字" * 1500 + "\n", "1000 characters"),
        ("1\n00:00:01,000 --> 00:00:02,000\n" + "字\n" * 12, "10 lines"),
        ("1\n00:00:01,000 --> 00:00:02,000\n<b></b>\n", "no cue with text"),
    ],
)
def test_what_is_no_subtitle_file_or_beyond_the_limits_is_refused(
    tmp_path: Path, raw: bytes | str, said: str
) -> None:
    with pytest.raises(BadAsset, match=said) as caught:
        subtitles.read(write(tmp_path, raw))
    assert "\n" not in str(caught.value) and "x.srt" in str(caught.value)


def test_too_many_cues_and_too_large_a_file_are_refused_quickly(tmp_path: Path) -> None:
    many = "".join(f"{n}\n00:00:01,000 --> 00:00:02,000\n字\n\n" for n in range(20_001))
    with pytest.raises(BadAsset, match="more than 20000 cues"):
        subtitles.read(write(tmp_path, many))
    with pytest.raises(BadAsset, match="4 MiB"):
        subtitles.read(write(tmp_path, b"1\n" * (3 << 20)))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_named_srt_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.srt")
    with pytest.raises(BadAsset, match="pipe"):
        subtitles.read(tmp_path / "x.srt")


@pytest.mark.parametrize("form", ["srt", "vtt"])
def test_what_is_written_reads_back_the_same(tmp_path: Path, form: str) -> None:
    odd = (*CUES, Cue(start_ms=4000, end_ms=5001, lines=("a < b & {c}", "1 -> 2")))
    text = subtitles.text_of(odd, form)
    back = subtitles.read(write(tmp_path, text, f"x.{form}"))
    assert [(c.start_ms, c.end_ms) for c in back] == [(c.start_ms, c.end_ms) for c in odd]
    assert back[:2] == CUES
    assert ("{c}" in text) and ("-->" in text)


def test_our_ass_shows_braces_and_backslashes_as_text() -> None:
    canvas = Canvas(width=640, height=360, fps=Fraction(30000, 1001), sample_rate=48000)
    style = CaptionStyle(font_px=20, max_units=16)
    font = CaptionFont(path=Path("f.ttf"), family="Some Face", line_factor=1.25)
    cue = PlacedCue(cue=Cue(start_ms=0, end_ms=900, lines=(r"{\an8}x\Ny",)), first_frame=3, end_frame=30)
    script = subtitles.ass([cue], canvas=canvas, style=style, font=font)
    dialogue = next(line for line in script.splitlines() if line.startswith("Dialogue"))
    assert dialogue.endswith(r"\{＼an8\}x＼Ny")
    assert "PlayResX: 640" in script and "Some Face,25" in script
    assert "0:00:00.08,0:00:00.98" in dialogue  # half a frame before frames 3 (0.100 s) and 30 (1.001 s)
