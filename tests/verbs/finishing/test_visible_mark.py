"""The mark in finished videos: over whatever clip stands first, beside captions and logos, proved in the pixels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mediaprep.finishing.wishes import words
from mediaprep.media import pixels
from mediaprep.model.finishing.captions import CaptionWish
from mediaprep.model.finishing.joining import PartMethod
from mediaprep.model.finishing.marks import MarkWish
from mediaprep.model.finishing.plans import Encoding
from mediaprep.model.finishing.wishes import Finishing
from mediaprep.verbs.finish import Finished, RenderOptions, finish
from mediaprep.verbs.verify import verify
from tests.making import ffmpeg, make_video
from tests.torture import marks

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


@pytest.mark.parametrize("spoil", [None, "covered", "recoded", "covered and recoded", "moved", "cut"])
def test_verify_looks_for_it_again_by_the_receipt(main: Path, spoil: str | None) -> None:
    """Covered: painted over by a flat box. Moved: shifted down. Cut: faint."""
    done, held = marked(main, mark_wish=MarkWish(text="true", corner="top-right"))
    mark = done.receipt.evidence.mark if done.receipt else None
    assert held and mark is not None and mark.text == "AI生成" and len(mark.frames) == 3
    left, top, right, end = mark.box
    assert (end - top) / 180 >= 0.05
    paint = {
        "covered": f"drawbox=x={left}:y={top}:w={right - left}:h={end - top}:color=gray:t=fill",
        "moved": f"crop=iw:{end - top}:0:{top},pad=320:180:0:{min(180 - end + top, end)}",
        "cut": f"delogo=x={left}:y={top}:w={right - left}:h={end - top}",
        "recoded": "null", "covered and recoded": f"boxblur=enable='1':luma_radius={(end - top) // 2}",
    }  # fmt: skip
    shown = done.output
    if spoil is not None:
        shown = main.with_name("copy.mp4")
        ffmpeg("-i", done.output, "-vf", paint[spoil], "-c:v", "libx264", "-crf", "30", "-c:a", "copy",
               "-map_metadata", "-1", shown)  # fmt: skip
    assert done.receipt_path is not None
    found = verify(done.receipt_path, video=shown, recoded=spoil is not None)
    assert next(check.held for check in found.checks if check.name == "mark") is (spoil in (None, "recoded"))


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


@pytest.mark.parametrize("seed", [5, 25])
def test_in_random_plans_it_is_where_it_should_be_by_other_means_than_the_proof(
    seed: int, tmp_path: Path
) -> None:
    """The short run of scripts/torture-marks."""
    assert marks.problems(seed, tmp_path, most=420) == []


def test_a_mark_that_is_elsewhere_lower_or_late_is_found_so(tmp_path: Path) -> None:
    plan, _ = marks.drawn(5, tmp_path, 480)
    assert plan.mark is not None
    left, top, right, bottom = plan.mark.box
    seen = np.zeros((plan.canvas.height, plan.canvas.width), bool)
    seen[top : top + 3, left:right] = True
    told = [
        *marks._wrong(
            plan, (left, top, right, bottom), {0: seen, plan.mark.end_frame: seen, 1: ~seen, 2: seen & False}
        )
    ]
    for part in ("3 px high", "still there", "on the face", "seen at 0,0", "picture 2: not there"):
        assert any(part in line for line in told), part
