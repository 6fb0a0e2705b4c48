"""The mark in finished videos: over whatever clip stands first, beside captions and logos, proved in the pixels."""

from __future__ import annotations

from pathlib import Path

import pytest

from mediaprep.finishing.wishes import words
from mediaprep.media import pixels
from mediaprep.model.finishing.captions import CaptionWish
from mediaprep.model.finishing.joining import PartMethod
from mediaprep.model.finishing.marks import MarkWish
from mediaprep.model.finishing.plans import Encoding
from mediaprep.model.finishing.wishes import Finishing
from mediaprep.verbs.finish import Finished, RenderOptions, finish
from tests.making import make_video

FAST = RenderOptions(encoding=Encoding(preset="ultrafast", crf=23))


@pytest.fixture
def main(tmp_path: Path) -> Path:
    return make_video(tmp_path / "main.mp4", seconds=4, width=320, height=180, extra=("-g", "25", "-bf", "0"))


def marked(main: Path, **wish: object) -> tuple[Finished, bool | None]:
    done = finish(main, main.with_name("out.mp4"), Finishing(**wish), options=FAST)  # type: ignore[arg-type]
    return done, next(check.held for check in done.checks if check.name == "mark")


def test_only_its_own_pictures_are_encoded_and_that_is_told(main: Path) -> None:
    done, held = marked(main, mark_wish=MarkWish(text="true"))
    assert held and [(part.end_frame, part.way) for part in done.plan.parts] == [
        (50, PartMethod.ENCODED), (100, PartMethod.COPIED)
    ]  # fmt: skip
    assert any("AI生成" in note.en and "50 pictures" in note.en for note in done.notes)


def test_it_stands_over_a_still_head_and_goes_on_over_main_beside_a_caption(
    tmp_path: Path, main: Path
) -> None:
    import numpy as np

    still = tmp_path / "head.png"
    still.write_bytes(pixels.encode(np.full((180, 320, 3), 90, np.uint8), ".png"))
    own = tmp_path / "own.srt"
    own.write_text("1\n00:00:00,200 --> 00:00:03,000\n大家好\n", encoding="utf-8")
    done, held = marked(
        main, head=(still,), still_seconds=1.0, captions=own, caption_wish=CaptionWish(off_faces=False),
        mark_wish=MarkWish(text="AI-generated", corner="bottom-right", opacity=0.6),
    )  # fmt: skip
    assert held and done.plan.mark is not None and done.plan.mark.end_frame == 50
    assert all(check.held is not False for check in done.checks)


@pytest.mark.parametrize(
    ("given", "text", "told"),
    [
        ({"mark": True}, "AI生成", {"mark": "true"}), ({"mark": "true"}, "AI生成", {"mark": "true"}),
        ({"mark": "内容由AI生成"}, "内容由AI生成", {"mark": "内容由AI生成"}),
        ({"mark": True, "mark_language": "en"}, "AI-generated", {"mark": "true", "mark_language": "en"}),
        ({"mark_corner": "top-right"}, "AI生成", {"mark": "true", "mark_corner": "top-right"}),
    ],
)  # fmt: skip
def test_its_words_are_read_and_told(given: dict[str, object], text: str, told: dict[str, object]) -> None:
    wish = words.finishing(given, Path())
    assert wish.marks and wish.wanted and wish.mark_wish is not None and wish.mark_wish.words == text
    assert words.words(wish) == told
    assert not words.finishing({"mark": False}, Path()).marks
