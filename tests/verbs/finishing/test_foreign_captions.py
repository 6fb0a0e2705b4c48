"""Fifty caption files as other programs write them: what finish puts beside the video has their cues, times, breaks
and words."""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import pytest

from mediaprep.finishing import timeline
from mediaprep.finishing.spoken import Narration
from mediaprep.media.captions import subtitle_files
from mediaprep.model.facts import ABSENT, VideoFacts
from mediaprep.model.finishing.captions import CaptionsAs, CaptionWish
from mediaprep.model.finishing.plans import Role
from mediaprep.model.finishing.wishes import Finishing
from mediaprep.verbs.finishing import captioning

LANGUAGES = {
    "zh": [
        "大家好，欢迎收看。",
        "今天我们讲《论语》；",
        "“学而时习之，",
        "他花了3,000元（约合420美元）。",
        "（笑）真的吗？！",
    ],
    "hant": ["歡迎收看今天的節目。", "說明書在這裡，", "「請坐。」", "第二章：開始", "價格是新臺幣500元"],
    "ja": ["今日は晴れです。", "「本当ですか？」", "東京へ、", "行きましょう。", "カタカナ・テスト"],
    "ko": ["안녕하세요, 여러분.", "오늘은 날씨가 좋네요.", "정말요?", "감사합니다!", "“네.”"],
    "en": ["Hello, world.", "- Who's there?", "It's me & you.", "“Fine,” she said.", "3 < 5, isn't it?"],
}
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16"]
OWN = {"zh": "gb18030", "hant": "big5", "ja": "shift_jis", "ko": "euc_kr", "en": "cp1252"}
CLOCKS = [
    lambda ms: f"{ms // 3600000:02}:{ms // 60000 % 60:02}:{ms // 1000 % 60:02},{ms % 1000:03}",
    lambda ms: f"{ms // 3600000:02}:{ms // 60000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000:03}",
    lambda ms: f"{ms // 60000:02}:{ms // 1000 % 60:02},{ms % 1000:03}",
    lambda ms: f"{ms // 3600000:02}：{ms // 60000 % 60:02}：{ms // 1000 % 60:02}，{ms % 1000:03}",
    lambda ms: f"{ms // 3600000}: {ms // 60000 % 60:02}: {ms // 1000 % 60:02},{ms % 1000:03}",
]
KINDS = list(itertools.product(LANGUAGES, range(10)))


def written(language: str, number: int) -> tuple[bytes, list[tuple[int, int, str]]]:
    """A file and what it says; the newline, the arrow, numbers, tags and clocks differ from file to file."""
    draw = random.Random(f"{language}{number}")
    lines, at = [], draw.randint(0, 2000)
    told: list[tuple[int, int, str]] = []
    clock = CLOCKS[number % len(CLOCKS) if language in {"zh", "hant"} else number % 3]
    newline = ("\n", "\r\n", "\r")[number % 3]
    arrow = (" --> ", "-->", " -->  ")[number // 3 % 3]
    for count in range(1, 41):
        text = "\n".join(draw.sample(LANGUAGES[language], draw.choice([1, 1, 2])))
        length, gap = draw.randint(900, 4000), draw.choice([0, 0, 40, 700])
        shown = f"<i>{text}</i>" if number == 4 else f"{{\\an8}}{text}" if number == 7 else text
        lines += [
            *([str(count)] if number != 5 else []),
            clock(at) + arrow + clock(at + length),
            *shown.split("\n"),
            "",
        ]
        told.append((at, at + length, text))
        at += length + gap
    encoding = OWN[language] if number >= 6 else ENCODINGS[number % 3]
    text = newline.join(lines)
    return text.encode(encoding, errors="replace" if encoding == "cp1252" else "strict"), told


@pytest.mark.parametrize(("language", "number"), KINDS)
def test_the_file_beside_the_video_says_what_the_users_own_says(
    tmp_path: Path, language: str, number: int
) -> None:
    raw, told = written(language, number)
    path = tmp_path / "own.srt"
    path.write_bytes(raw)
    facts = VideoFacts(
        container="mp4", codec="h264", width=1920, height=1080, seconds=400.0, size_bytes=1, fps=25.0,
        variable_rate=False, audio=ABSENT,
    )  # fmt: skip
    canvas = timeline.canvas_of(facts)
    wish = CaptionWish(way=CaptionsAs.BURN, off_faces=False)
    dressed = captioning.dress(
        Finishing(captions=path, caption_wish=wish),
        Narration(),
        main=tmp_path / "main.mp4",
        facts=facts,
        canvas=canvas,
    )
    assert dressed is not None
    (clip,) = timeline.lay(canvas, [(Role.MAIN, tmp_path / "main.mp4", facts)], overlap_frames=0)
    placed, lost = timeline.place(canvas, clip, dressed.caption.cues)
    assert lost == 0
    beside = tmp_path / "beside.srt"
    beside.write_text(subtitle_files.text_of((one.cue for one in placed), "srt"), encoding="utf-8")
    assert [(cue.start_ms, cue.end_ms, cue.text) for cue in subtitle_files.read(beside)] == told
