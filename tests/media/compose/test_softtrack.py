"""A caption track holds the words as they are, each at its time, whatever they look like."""

from __future__ import annotations

from pathlib import Path

import pytest

from mediaprep.errors import ToolFailed
from mediaprep.media import ffmpeg
from mediaprep.media.compose import softtrack
from mediaprep.model.finishing.plans import Cue
from tests.making import ffmpeg as make
from tests.making import make_video

TEXTS = (
    "若 a < b 且 c > d，{重点} &amp;",
    "List<String> 与 <u 值",
    "{\\an8}不是指令 {y:i}",
    "C:\\new\\Notes",
    "<font color=red>红</font>",
    "100% --> 200%",
    "7",
    "👍 ♪ 两行，\nsecond line",
)
CUES = [
    Cue(start_ms=401 + n * 300, end_ms=603 + n * 300, lines=tuple(text.split("\n")))
    for n, text in enumerate(TEXTS)
]


@pytest.fixture(scope="module")
def main(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_video(tmp_path_factory.mktemp("soft") / "main.mp4", seconds=3, width=160, height=90)


def told(path: Path) -> list[tuple[int, int, str]]:
    return [(caption.start_ms, caption.end_ms, caption.text) for caption in softtrack.read(path)]


def test_words_that_look_like_tags_arrive_as_they_are(tmp_path: Path, main: Path) -> None:
    made = tmp_path / "made.mp4"
    softtrack.add(main, made, CUES, language="zho", binary=ffmpeg.find(None))
    assert told(made) == [(cue.start_ms, cue.end_ms, cue.text) for cue in CUES]


def test_captions_without_a_gap_between_them_keep_their_times(tmp_path: Path, main: Path) -> None:
    made = tmp_path / "made.mp4"
    close = [Cue(start_ms=n * 250, end_ms=n * 250 + 250, lines=(str(n),)) for n in range(8)]
    softtrack.add(main, made, close, language="eng", binary=ffmpeg.find(None))
    assert told(made) == [(cue.start_ms, cue.end_ms, cue.text) for cue in close]


def test_a_video_without_a_track_has_none_and_a_missing_one_is_told(tmp_path: Path, main: Path) -> None:
    assert softtrack.read(main) == []
    with pytest.raises(ToolFailed):
        softtrack.add(
            tmp_path / "none.mp4", tmp_path / "x.mp4", CUES, language="zho", binary=ffmpeg.find(None)
        )


def test_a_track_of_another_kind_is_not_taken_for_damage(tmp_path: Path, main: Path) -> None:
    made, other = tmp_path / "made.mp4", tmp_path / "other.mkv"
    softtrack.add(main, made, CUES, language="zho", binary=ffmpeg.find(None))
    make("-i", made, "-map", "0", "-c", "copy", "-c:s", "srt", other)
    assert softtrack.read(other) == []


def test_a_caption_that_is_cut_off_or_no_text_is_told_in_its_row(tmp_path: Path, main: Path) -> None:
    made = tmp_path / "made.mp4"
    softtrack.add(main, made, [Cue(start_ms=0, end_ms=900, lines=("ABCDEF",))], language="eng",
                  binary=ffmpeg.find(None))  # fmt: skip
    wanted = softtrack.read(made)
    assert softtrack.check(made, wanted).held is True
    raw = made.read_bytes()
    made.write_bytes(raw.replace(b"\x00\x06ABCDEF", b"\x00\x06AB\xff\xfeEF"))
    assert softtrack.check(made, wanted).held is False
    made.write_bytes(raw.replace(b"\x00\x06ABCDEF", b"\x7f\x06ABCDEF"))
    row = softtrack.check(made, wanted)
    assert row.held is False and "cut off" in row.note and "不完整" in str(row.note_zh)
