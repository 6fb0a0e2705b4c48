"""Subtitle files from anywhere are read within limits and without tags; what we write reads back the same."""

from __future__ import annotations

import dataclasses
import os
import re
from fractions import Fraction
from pathlib import Path

import pytest

from mediaprep.errors import BadAsset
from mediaprep.media.captions import subtitle_files
from mediaprep.model.finishing.plans import Canvas, CaptionFont, CaptionStyle, Cue, PlacedCue

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
    assert subtitle_files.read(write(tmp_path, raw)) == CUES


def test_vtt_and_ass_are_read_too(tmp_path: Path) -> None:
    vtt = "WEBVTT\n\n00:00.500 --> 00:02.000 align:start\n<v 小小>A &amp; B</v>\n"
    assert subtitle_files.read(write(tmp_path, vtt)) == (Cue(start_ms=500, end_ms=2000, lines=("A & B",)),)
    ass = (
        "[Script Info]\nScriptType: v4.00+\n\n[V4+ Styles]\n\n[Events]\nFormat: "
        "Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
        r"Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,{\an8\fs80}你好\N世界" + "\n"
        r"Comment: 0,0:00:03.00,0:00:04.00,Default,,0,0,0,,not shown" + "\n"
    )
    (cue,) = subtitle_files.read(write(tmp_path, ass))
    assert cue.lines[0] == "你好" and "{" not in cue.text and (cue.start_ms, cue.end_ms) == (1000, 2000)


def test_tags_overrides_and_controls_are_stripped_from_text(tmp_path: Path) -> None:
    nasty = (
        "1\n00:00:00,500 --> 00:00:02,000\n"
        "<font color=red><b>粗</b></font>{\\an8}{\\fnHacked}体\u202e\x07 <script>x</script> 3 < 5\n"
    )
    (cue,) = subtitle_files.read(write(tmp_path, nasty))
    assert cue.text == "粗体 x 3 < 5"


def test_a_vtt_file_is_read_as_players_read_it(tmp_path: Path) -> None:
    vtt = (
        "WEBVTT - 标题\nKind: captions\n\nSTYLE\n::cue { color: lime }\n\nintro\n00:00.500 --> 00:02.000 line:10%\n"
        "<v 张三>你好 &lt;b&gt;</v>\n\nNOTE 不是字幕\n第二行\n\nchapter-2\n00:00:02.100 --> 00:00:04.000\n"
        "我<00:00:02.500><c> 们</c><00:00:03.000>来<00:00:03.500>\n\n00:04.100 --> 00:05.000\n"
        "<ruby>漢<rt>かん</rt>字<rt>じ</rt></ruby> &amp; {括号}\n"
    )
    cues = subtitle_files.read(write(tmp_path, vtt, "x.vtt"))
    assert [cue.text for cue in cues] == ["你好 <b>", "我 们来", "漢字 & {括号}"]
    assert [cue.start_ms for cue in cues] == [500, 2100, 4100]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("若 a < b 且 c > d", "若 a < b 且 c > d"),
        ("List<String> 与 {重点}", "List<String> 与 {重点}"),
        ("<b>粗</b><i>斜</i><FONT color='#ff0'>黄</FONT>{\\an8}", "粗斜黄"),
        ("{y:i}斜体", "斜体"),
        ("上<br>下<br/>末", "上\n下\n末"),
    ],
)
def test_text_that_only_looks_like_a_tag_is_kept(tmp_path: Path, text: str, shown: str) -> None:
    (cue,) = subtitle_files.read(write(tmp_path, f"1\n00:00:00,500 --> 00:00:02,000\n{text}\n"))
    assert cue.text == shown


@pytest.mark.parametrize("text", ["歡迎收看今天的節目，謝謝。", "繁體中文字幕：台北天氣很好！"])
def test_big5_from_taiwan_and_hong_kong_is_not_taken_for_gb18030(tmp_path: Path, text: str) -> None:
    srt = f"1\n00:00:00,500 --> 00:00:02,000\n{text}\n"
    for encoding in ("big5", "big5hkscs", "gb18030"):
        assert subtitle_files.read(write(tmp_path, srt.encode(encoding)))[0].text == text


def test_cues_that_end_before_they_begin_are_told_apart(tmp_path: Path) -> None:
    text = (
        "1\n00:00:01,000 --> 00:00:02,000\n正\n\n2\n00:00:08,000 --> 00:00:07,000\n倒\n\n"
        "3\n00:00:05,000 --> 00:00:05,000\n零\n\n4\n00:00:06,000 --> 00:00:06,000\n\n"
    )
    taken = subtitle_files.take(write(tmp_path, text))
    assert (taken.form, [cue.text for cue in taken.cues]) == ("srt", ["正"])
    assert [cue.text for cue in taken.backwards] == ["零", "倒"]


def test_what_is_no_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadAsset, match=re.escape(str(tmp_path))):
        subtitle_files.read(tmp_path)


def test_a_last_line_that_is_a_number_is_kept(tmp_path: Path) -> None:
    text = "1\n00:00:00,500 --> 00:00:02,000\n年份\n2024\n"
    assert subtitle_files.read(write(tmp_path, text))[0].lines == ("年份", "2024")


def test_cues_come_in_order_of_time_and_empty_ones_are_left_out(tmp_path: Path) -> None:
    text = (
        "1\n00:00:05,000 --> 00:00:06,000\n后\n\n2\n00:00:01,000 --> 00:00:02,000\n先\n\n"
        "3\n00:00:03,000 --> 00:00:04,000\n \n\n4\n00:00:08,000 --> 00:00:07,000\n倒\n"
    )
    assert [cue.text for cue in subtitle_files.read(write(tmp_path, text))] == ["先", "后"]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"\x00\x01\x02\x03" * 100, "UTF-8, UTF-16, GB18030, Big5.*all tried"),
        (b"\xff\xff\xff\xff hello", "UTF-8, UTF-16, GB18030, Big5.*all tried"),
        (b"just a text", "no captions"),
        (b"", "no captions"),
        (b"{1}{25}microdvd\n", "counts pictures"),
        (b'<!DOCTYPE tt [<!ENTITY a "b">]><tt><body/></tt>', "has a DTD"),
        (b"<SAMI><BODY>", "is SAMI"),
        (b"<tt><body><p begin='1s'>x</body></tt>", "broken XML"),
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
        subtitle_files.read(write(tmp_path, raw))
    assert "\n" not in str(caught.value) and "x.srt" in str(caught.value)


def test_too_many_cues_and_too_large_a_file_are_refused_quickly(tmp_path: Path) -> None:
    many = "".join(f"{n}\n00:00:01,000 --> 00:00:02,000\n字\n\n" for n in range(20_001))
    with pytest.raises(BadAsset, match="more than 20000 cues"):
        subtitle_files.read(write(tmp_path, many))
    with pytest.raises(BadAsset, match="4 MiB"):
        subtitle_files.read(write(tmp_path, b"1\n" * (3 << 20)))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_named_srt_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.srt")
    with pytest.raises(BadAsset, match="pipe"):
        subtitle_files.read(tmp_path / "x.srt")


@pytest.mark.parametrize("form", ["srt", "vtt"])
def test_what_is_written_reads_back_the_same(tmp_path: Path, form: str) -> None:
    odd = (*CUES, Cue(start_ms=4000, end_ms=5001, lines=("a < b & {c}", "1 -> 2")))
    text = subtitle_files.text_of(odd, form)
    back = subtitle_files.read(write(tmp_path, text, f"x.{form}"))
    assert [(c.start_ms, c.end_ms) for c in back] == [(c.start_ms, c.end_ms) for c in odd]
    assert back == odd or (form == "srt" and back[:2] == CUES and back[2].lines[0] == "a < b & {c}")
    assert ("{c}" in text) and ("-->" in text)


def test_our_ass_shows_braces_and_backslashes_as_text() -> None:
    canvas = Canvas(width=640, height=360, fps=Fraction(30000, 1001), sample_rate=48000)
    style = CaptionStyle(font_px=20, max_units=16)
    font = CaptionFont(path=Path("f.ttf"), family="Some Face", line_factor=1.25)
    cue = PlacedCue(cue=Cue(start_ms=0, end_ms=900, lines=(r"{\an8}x\Ny",)), first_frame=3, end_frame=30)
    script = subtitle_files.ass([cue], canvas=canvas, style=style, font=font)
    dialogue = next(line for line in script.splitlines() if line.startswith("Dialogue"))
    assert dialogue.endswith(r"\{＼an8\}x＼Ny")
    assert "PlayResX: 640" in script and "Some Face,25" in script
    assert "0:00:00.08,0:00:00.98" in dialogue  # half a frame before frames 3 (0.100 s) and 30 (1.001 s)


# --- looks --------------------------------------------------------------------------------------------------

FONT = CaptionFont(path=Path("x.ttf"), family="Droid Sans Fallback", line_factor=1.3)
CANVAS = Canvas(width=1280, height=720, fps=Fraction(25), sample_rate=48000)


def drawn(cue: Cue, font: CaptionFont = FONT, **style: object) -> str:
    given = {"font_px": 40, "max_units": 16, "margin_bottom": 20, "margin_top": 50, **style}
    placed = PlacedCue(cue=cue, first_frame=25, end_frame=75)
    return subtitle_files.ass([placed], canvas=CANVAS, style=CaptionStyle(**given), font=font)  # type: ignore[arg-type]


def fields(script: str, line: str) -> list[str]:
    return next(row for row in script.splitlines() if row.startswith(line)).split(": ", 1)[1].split(",")


def test_a_box_is_one_plate_behind_all_lines() -> None:
    plain, boxed = (fields(drawn(CUES[0], box=box, box_pad_px=9), "Style") for box in (None, "102030"))
    names = fields(drawn(CUES[0]), "Format")
    at = {name.strip(): number for number, name in enumerate(names)}
    assert (plain[at["BorderStyle"]], plain[at["Shadow"]]) == ("1", "0")
    assert (boxed[at["BorderStyle"]], boxed[at["Shadow"]]) == ("4", "9")
    assert boxed[at["BackColour"]] == "&H66302010"  # 0.6 dense, blue first


def test_the_position_chooses_alignment_and_margin() -> None:
    names = [name.strip() for name in fields(drawn(CUES[0]), "Format")]
    found = {}
    for position in ("bottom", "middle", "top"):
        row = fields(drawn(CUES[0], position=position), "Style")
        found[position] = (row[names.index("Alignment")], row[names.index("MarginV")])
    assert found == {"bottom": ("2", "20"), "middle": ("5", "20"), "top": ("8", "50")}


def test_karaoke_lights_up_each_character_when_it_is_spoken() -> None:
    cue = Cue(start_ms=1000, end_ms=3000, lines=("你好", "啊"), spoken_ms=(1200, 1500, 2100))
    text = drawn(cue, highlight="FFD54A").splitlines()[-1].split(",,", 2)[-1]
    assert text.endswith(r"{\k22}{\k30}你{\k60}好\N{\k90}啊")  # the event begins half a picture early
    assert r"\k" not in drawn(cue)  # no highlight, no karaoke
    lengths = [int(n) for n in re.findall(r"\\k(\d+)", text)]
    assert sum(lengths[:3]) * 10 == 2100 - 980


def test_the_second_language_stands_below_in_its_own_size() -> None:
    cue = Cue(start_ms=1000, end_ms=3000, lines=("你好",), second=("Hello {there}", "world"))
    text = drawn(cue, second_px=28).splitlines()[-1]
    assert text.endswith(r"你好\N{\fs36.4}Hello \{there\}\N{\fs36.4}world")


def test_what_a_font_lacks_is_drawn_by_the_one_that_lends_it() -> None:
    lender = CaptionFont(path=Path("y.ttf"), family="Signs", line_factor=1.0)
    font = dataclasses.replace(FONT, others=(lender,), lent=(("★", 0),))
    text = drawn(Cue(start_ms=0, end_ms=900, lines=("好★\ufe0f啊",)), font=font).splitlines()[-1]
    assert text.endswith(r"好{\fnSigns\fs40.0}★{\fnDroid Sans Fallback\fs52.0}啊")
    font = dataclasses.replace(font, lent=(("★", 0), ("☆", 0)))
    text = drawn(Cue(start_ms=0, end_ms=900, lines=("好★☆",)), font=font).splitlines()[-1]
    assert text.endswith(r"好{\fnSigns\fs40.0}★☆{\fnDroid Sans Fallback\fs52.0}")  # together, not one by one


# --- limits hold for every form -----------------------------------------------------------------------------


def many(form: str, count: int, text: str = "同时") -> str:
    """`count` cues that all show at once, in that form."""
    if form == "srt":
        return "".join(f"{n}\n00:00:00,000 --> 00:59:00,000\n{text}{n}\n\n" for n in range(1, count + 1))
    if form == "vtt":
        return "WEBVTT\n\n" + "".join(f"00:00.000 --> 59:00.000\n{text}{n}\n\n" for n in range(count))
    head = (
        "[Script Info]\nScriptType: v4.00+\n\n[V4+ Styles]\n\n[Events]\n"
        "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
    )
    return head + "".join(
        f"Dialogue: 0,0:00:00.00,0:59:00.00,Default,,0,0,0,,{{\\pos(1,1)}}{text}{n}\n" for n in range(count)
    )


@pytest.mark.parametrize("form", ["srt", "vtt", "ass"])
@pytest.mark.timeout(60)
def test_twenty_thousand_cues_at_once_are_read_and_one_more_is_refused(tmp_path: Path, form: str) -> None:
    most = subtitle_files.MOST_CUES
    cues = subtitle_files.read(write(tmp_path, many(form, most), f"x.{form}"))
    assert len(cues) == most and "pos" not in cues[0].text
    with pytest.raises(BadAsset, match=f"more than {most} cues"):
        subtitle_files.read(write(tmp_path, many(form, most + 1), f"x.{form}"))


@pytest.mark.parametrize("form", ["srt", "vtt", "ass"])
@pytest.mark.timeout(60)
def test_size_and_length_of_a_cue_are_limited(tmp_path: Path, form: str) -> None:
    with pytest.raises(BadAsset, match="characters"):
        subtitle_files.read(
            write(tmp_path, many(form, 1, "长" * (subtitle_files.MOST_CHARACTERS + 1)), f"x.{form}")
        )
    with pytest.raises(BadAsset, match="MiB"):
        subtitle_files.read(write(tmp_path, many(form, 3, "长" * (2 << 20)), f"x.{form}"))
    for nasty in ("{" * 900_000, "<" * 900_000, "<a" * 400_000, "{\\" * 400_000):
        with pytest.raises(BadAsset):
            subtitle_files.read(write(tmp_path, many(form, 1, nasty), f"x.{form}"))
