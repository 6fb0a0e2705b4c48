"""A caption track holds the words as they are, each at its time, whatever they look like."""

from __future__ import annotations

from pathlib import Path

import pytest

from mediaprep.errors import ToolFailed
from mediaprep.media import ffmpeg, softtrack
from mediaprep.model.plans import Cue
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


def test_words_that_look_like_tags_arrive_as_they_are(tmp_path: Path, main: Path) -> None:
    made = tmp_path / "made.mp4"
    softtrack.add(main, made, CUES, language="zho", binary=ffmpeg.find(None))
    assert softtrack.read(made) == [(cue.start_ms, cue.end_ms, cue.text) for cue in CUES]


def test_captions_without_a_gap_between_them_keep_their_times(tmp_path: Path, main: Path) -> None:
    made = tmp_path / "made.mp4"
    close = [Cue(start_ms=n * 250, end_ms=n * 250 + 250, lines=(str(n),)) for n in range(8)]
    softtrack.add(main, made, close, language="eng", binary=ffmpeg.find(None))
    assert softtrack.read(made) == [(cue.start_ms, cue.end_ms, cue.text) for cue in close]


def test_a_video_without_a_track_has_none_and_a_missing_one_is_told(tmp_path: Path, main: Path) -> None:
    assert softtrack.read(main) == []
    with pytest.raises(ToolFailed):
        softtrack.add(
            tmp_path / "none.mp4", tmp_path / "x.mp4", CUES, language="zho", binary=ffmpeg.find(None)
        )
