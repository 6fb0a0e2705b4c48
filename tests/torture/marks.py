"""scripts/torture-marks: the visible mark in random plans, looked for in the finished pictures by other means than the
proof's: what differs from the same plan without it must lie in its box, be high enough, be gone in time, and keep off
the face, the captions and the logos."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from mediaprep.finishing import marking, plan, timeline
from mediaprep.media import ffmpeg, fonts, pixels, render
from mediaprep.media.containers import packets
from mediaprep.media.probing import probe
from mediaprep.model.facts import VideoFacts
from mediaprep.model.finishing.marks import MarkWish
from mediaprep.model.finishing.plans import Canvas, Cue, Encoding, Logo, PlacedCue, RenderPlan, Role
from tests.making import make_video

FRAMES = 60  # at 25 a second: the mark is seen in the first 50
_CHANGED = 40  # of 256: what an encoder does not change by itself
Box = tuple[float, float, float, float]


def drawn(seed: int, folder: Path, most: int) -> tuple[RenderPlan, Box]:
    """A random plan with its mark, and the face that it had to keep off."""
    draw = random.Random(f"marks {seed}")
    width, height = (draw.randrange(360, most + 1, 2) for _ in range(2))
    if max(width, height) > 3 * min(width, height):
        height = width
    main = folder / "main.mp4"
    if not main.exists():
        make_video(main, seconds=FRAMES / 25, width=96, height=96)
        (folder / "logo.png").write_bytes(
            pixels.encode(np.full((64, 64, 3), (0, 200, 255), np.uint8), ".png")
        )
    canvas = Canvas(width=width, height=height, fps=Fraction(25), sample_rate=48000)
    facts = probe.probe(main, faces=False)
    assert isinstance(facts, VideoFacts)
    style = plan.style_for(canvas)
    cue = Cue(start_ms=0, end_ms=2400, lines=("一二三四五",))
    edge, side = round(min(width, height) * 0.04), round(width * draw.uniform(0.08, 0.2)) // 2 * 2
    corners = [(edge, edge), (width - edge - side, edge), (edge, height - edge - side)]
    made = RenderPlan(
        clips=timeline.lay(canvas, [(Role.MAIN, main, facts)], overlap_frames=0), canvas=canvas,
        output=folder / f"{seed}.mp4",
        cues=(PlacedCue(cue=cue, first_frame=0, end_frame=FRAMES),), style=style, font=fonts.choose([cue.text]),
        burn=draw.random() < 0.7, encoding=Encoding(preset="ultrafast", crf=18),
        logos=tuple(
            Logo(path=folder / "logo.png", format="png", x=x, y=y, width=side, height=side)
            for x, y in draw.sample(corners, draw.randint(0, 2))
        ),
    )  # fmt: skip
    size = min(width, height) * draw.uniform(0.15, 0.45)
    x, y = draw.uniform(0, width - size), draw.uniform(0, height - size)
    face = x, y, x + size, y + size
    wish = MarkWish(
        text=draw.choice(["true", "AI-generated", "内容由AI生成"]), corner=draw.choice([None, "bottom-right"])
    )
    mark, _ = marking.placed(made, wish, fonts.choose([wish.words]), [face])
    return replace(made, mark=mark), face


def problems(seed: int, folder: Path, most: int = 4096) -> list[str]:
    """What is wrong with the mark of one plan, in its finished pictures."""
    made, face = drawn(seed, folder, most)
    binary = ffmpeg.find()
    bare = replace(made, mark=None, output=folder / f"{seed}-bare.mp4")
    for one in (made, bare):
        render.render(one, binary=binary)
    changed: dict[int, np.ndarray] = {}
    for number, (one, other) in enumerate(zip(*(_grey(it.output) for it in (made, bare)), strict=True)):
        if number in {0, 25, made.mark.end_frame - 1, made.mark.end_frame, FRAMES - 1}:  # type: ignore[union-attr]
            changed[number] = np.abs(one.astype(int) - other) > _CHANGED
    for one in (made, bare):
        one.output.unlink()
    return list(_wrong(made, face, changed))


def _grey(path: Path):  # type: ignore[no-untyped-def]
    return (picture for _, picture in packets.decode_frames(path, pixel_format="gray"))


def _wrong(made: RenderPlan, face: Box, changed: dict[int, np.ndarray]):  # type: ignore[no-untyped-def]
    assert made.mark is not None
    canvas = made.canvas
    least = 0.05 * min(canvas.width, canvas.height)
    for number, seen in changed.items():
        rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
        if number >= made.mark.end_frame:
            if seen.mean() > 0.0005:
                yield f"picture {number}: still there"
            continue
        if not rows.size:
            yield f"picture {number}: not there"
            continue
        top, end, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
        box = made.mark.box
        if left < box[0] - 2 or top < box[1] - 2 or right > box[2] + 2 or end > box[3] + 2:
            yield f"picture {number}: seen at {left},{top}–{right},{end}, box {box}"
        if end - top < least - 1:
            yield f"picture {number}: {end - top} px high, at least {least:.0f}"
        if left < face[2] and face[0] < right and top < face[3] and face[1] < end:
            yield f"picture {number}: on the face"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plans", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--most", type=int, default=4096, help="the longest side, pixels")
    asked = parser.parse_args()
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(asked.seed, asked.seed + asked.plans):
            found = problems(seed, Path(folder), asked.most)
            wrong += bool(found)
            if found:
                print(f"plan {seed}: {'; '.join(found)}", flush=True)
    print(f"{asked.plans} plans, {wrong} with a mark that is not as it should be")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
