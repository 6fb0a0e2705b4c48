"""One plan: sizes that fit, a logo in its corner, and refusals before anything is encoded."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from mediaprep.errors import BadAsset, BadConfig
from mediaprep.finishing import plan
from mediaprep.model.facts import AudioTrack, PhotoFacts, VideoFacts
from mediaprep.model.finishing.logos import LOGO_POSITIONS, LogoWish
from mediaprep.model.finishing.plans import Canvas, Cue, Role


def canvas(width: int, height: int) -> Canvas:
    return Canvas(width=width, height=height, fps=Fraction(25), sample_rate=48000)


def video(**more: Any) -> VideoFacts:
    track = AudioTrack(codec="aac", sample_rate=48000, channels=2, seconds=4.0)
    given: dict[str, Any] = {
        "container": "mp4", "codec": "h264", "width": 640, "height": 360, "fps": 25.0, "frames": 100,
        "seconds": 4.0, "claimed_seconds": 4.0, "size_bytes": 1000, "audio_tracks": 1, "audio": track,
    }  # fmt: skip
    return VideoFacts(**{**given, **more})


def photo(**more: Any) -> PhotoFacts:
    return PhotoFacts(**{"format": "png", "width": 200, "height": 100, "size_bytes": 9, **more})


@pytest.mark.parametrize(
    "size", [(1920, 1080), (1280, 720), (640, 360), (1080, 1920), (720, 1280), (1080, 1080)]
)
def test_captions_fit_the_safe_area_of_every_shape(size: tuple[int, int]) -> None:
    style = plan.style_for(canvas(*size))
    assert style.max_units * style.font_px + 2 * style.margin_side <= size[0]
    assert 8 <= style.max_units <= 16
    block = style.max_lines * style.font_px * 1.31
    if size[0] > size[1]:
        assert block + style.margin_bottom <= 0.16 * size[1]
    elif size[0] < size[1]:
        assert style.margin_bottom >= 0.15 * size[1] - 1  # above what apps lay over the bottom


def test_wide_pictures_hold_sixteen_characters_and_upright_ones_fewer() -> None:
    assert plan.style_for(canvas(1920, 1080)).max_units == 16
    assert plan.style_for(canvas(1080, 1920)).max_units < 16


@pytest.mark.parametrize("position", LOGO_POSITIONS)
def test_a_logo_stands_in_its_corner_inside_the_picture(position: str) -> None:
    box = plan.logo_on(canvas(1920, 1080), Path("l.png"), photo(), LogoWish(position=position, scale=0.1))
    assert (box.width, box.height) == (192, 96)
    assert (box.x < 960) == position.endswith("left") and (box.y < 540) == position.startswith("top")
    assert box.x >= 0 and box.x + box.width <= 1920 and box.y >= 0 and box.y + box.height <= 1080


def test_a_tall_logo_is_kept_inside_the_picture() -> None:
    box = plan.logo_on(canvas(640, 360), Path("l.png"), photo(width=10, height=400), LogoWish(scale=0.5))
    assert box.height <= 360 and box.y >= 0


@pytest.mark.parametrize(
    ("facts", "wish", "error"),
    [
        (photo(format="gif"), LogoWish(), BadAsset),
        (photo(format="webp", animated=True), LogoWish(), BadAsset),
        (photo(), LogoWish(position="middle"), BadConfig),
        (photo(), LogoWish(scale=0.0), BadConfig),
        (photo(), LogoWish(opacity=1.5), BadConfig),
    ],
)
def test_a_logo_that_cannot_be_placed_is_refused(facts: PhotoFacts, wish: LogoWish, error: type) -> None:
    with pytest.raises(error):
        plan.logo_on(canvas(640, 360), Path("logo.png"), facts, wish)


def test_an_unknown_loudness_names_the_known_ones() -> None:
    with pytest.raises(BadConfig, match="web, streaming, ebu"):
        plan.target_named("loud")
    assert plan.target_named("ebu").lufs == -23


def test_a_clip_that_holds_less_than_it_claims_is_refused() -> None:
    with pytest.raises(BadAsset, match=r"claims 9\.00 s but holds 4\.00 s"):
        plan.plan([(Role.MAIN, Path("m.mp4"), video(claimed_seconds=9.0))], output=Path("o.mp4"))
    with pytest.raises(BadAsset, match="cut off"):
        plan.plan([(Role.MAIN, Path("m.mp4"), video(cut_short=True))], output=Path("o.mp4"))


def test_the_summary_says_lengths_size_and_captions_in_both_languages() -> None:
    cue = Cue(start_ms=0, end_ms=1000, lines=("你好",))
    clips = [(Role.HEAD, Path("h.mp4"), video()), (Role.MAIN, Path("m.mp4"), video())]
    made = plan.captioned(plan.plan(clips, output=Path("o.mp4")), [cue], burn=True)
    said = plan.summary(made.plan)
    english = " ".join(text.en for text in said)
    assert "head 4.00 s + main 4.00 s = 8.00 s, 200 frames" in english
    assert "640×360 at 25 fps" in english and "1 captions burnt in" in english
    assert all(text.zh != text.en for text in said)


def test_captions_that_miss_main_are_told() -> None:
    cue = Cue(start_ms=9000, end_ms=9900, lines=("你好",))
    made = plan.captioned(
        plan.plan([(Role.MAIN, Path("m.mp4"), video())], output=Path("o.mp4")), [cue], burn=True
    )
    assert not made.plan.cues and not made.plan.burn and "left out" in made.notes[0].en
