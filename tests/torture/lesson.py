"""scripts/torture-lesson: a long deck with notes becomes one captioned, chaptered video with one command.

    scripts/torture-lesson [--pages N] [--keep FOLDER]

The command is `mediaprep deck run` on an emulator of its own. What came out is judged here, from the files alone: a
chapter for every page, each where the sounds of the pages before it end, its middle showing that page; captions where
they should be seen and nowhere else; not one decoding error.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FRAME = 0.04  # seconds
_SMALL = (320, 180)
_MOST_CUES = 40
_FAR = 64  # greys by which no encoder is off
_SEEN, _SAME = 500, 20  # pixels of the strip with captions that differ so from the picture as it was made


@dataclass
class Judged:
    """What a lesson's video shows. `off_sum` is each chapter's distance from the sum of the sounds before it, seconds;
    `wrong_pages` have chapters whose middle shows another page, `wrong_borders` chapters that do not begin with the
    very picture in which the page changes."""

    chapters: int = 0
    titles: list[str] = field(default_factory=list)
    frames: int = 0
    decode_errors: int = 0
    off_sum: list[float] = field(default_factory=list)
    wrong_pages: list[int] = field(default_factory=list)
    wrong_borders: list[int] = field(default_factory=list)
    cues: int = 0
    least_inside: int = 0
    most_outside: int = 0


def raw_of(output: Path) -> Path:
    """The lesson's video as it was joined, before captions: the service's own pictures."""
    folder = output.parent / ".mediaprep" / output.stem
    (found,) = (path for path in folder.glob(f"{output.stem}-*.mp4") if "~" not in path.name)
    return found


def judged(output: Path, deck: Path, seconds: Sequence[float], pages: Sequence[int]) -> Judged:
    """Look at a finished lesson: `seconds` are how long the sound of each shown page is, `pages` their numbers."""
    from mediaprep.media.containers import packets

    report = packets.decode_report(output)
    picture = report.first("video")
    found = packets.chapters(output)
    starts = [at / 1000 for at, _ in found]
    sums = [0.0, *itertools.accumulate(seconds)][:-1]
    result = Judged(
        chapters=len(found),
        titles=[title for _, title in found],
        frames=picture.frames if picture else 0,
        decode_errors=report.errors,
        off_sum=[a - b for a, b in zip(starts, sums, strict=False)],
    )
    length = result.frames * FRAME
    shown = _Pages(output, deck, pages)
    result.wrong_pages = shown.wrong([(a + b) / 2 for a, b in itertools.pairwise([*starts, length])])
    first, before = shown.wrong(starts), shown.wrong([at - FRAME for at in starts[1:]])
    result.wrong_borders = sorted({*first, *before})
    _look_at_captions(result, output, raw_of(output), length)
    return result


def _frame(video: Path, seconds: float, *, size: tuple[int, int] | None = None) -> Any:
    from mediaprep.media.containers import packets

    start = max(0.0, seconds - FRAME / 2)
    _, frame = next(iter(packets.decode_frames(video, pixel_format="gray", size=size, start=start)))
    return frame


class _Pages:
    """A lesson's pictures held against all pages of its deck."""

    def __init__(self, video: Path, deck: Path, pages: Sequence[int]) -> None:
        from mediaprep.media import pixels
        from mediaprep.media.decks import page_images
        from mediaprep.media.probing.probe import probe
        from mediaprep.model.decks.page_pictures import Framing

        facts: Any = probe(deck)
        self.video, self.pages = video, pages
        with page_images.opened(deck, facts) as opened:
            framing = Framing(width=640, height=360)
            drawn = (pixels.resize(opened.picture(number, framing), *_SMALL) for number in pages)
            self.shown = [pixels.convert(each, "rgb>gray").astype("int16") for each in drawn]

    def wrong(self, moments: Sequence[float]) -> list[int]:
        """The pages that are not shown at their moments (one for each page, in order)."""
        return [
            self.pages[place]
            for place, moment in enumerate(moments)
            if self._seen(_frame(self.video, moment, size=_SMALL).astype("int16")) != place
        ]

    def _seen(self, there: Any) -> int:
        import numpy as np

        rows = slice(0, round(_SMALL[1] * 0.8))  # captions stand below
        return int(np.argmin([float(np.abs(there - page)[rows].mean()) for page in self.shown]))


def _look_at_captions(result: Judged, output: Path, raw: Path, length: float) -> None:
    """How many pixels of the lower strip differ from the raw video inside cues, and outside them."""
    import numpy as np

    from mediaprep.media.captions import subtitle_files

    cues = subtitle_files.read(output.with_suffix(".srt"))
    result.cues = len(cues)

    def differs(seconds: float) -> int:
        made, own = (_frame(path, seconds).astype(np.int16) for path in (output, raw))
        rows = slice(round(made.shape[0] * 0.78), None)
        return int((np.abs(made - own)[rows] > _FAR).sum())

    step = max(1, len(cues) // _MOST_CUES)
    inside = [differs((cue.start_ms + cue.end_ms) / 2000) for cue in cues[::step]]
    gaps = [
        (before.end_ms / 1000, after.start_ms / 1000)
        for before, after in itertools.pairwise(cues)
        if after.start_ms - before.end_ms >= 3 * FRAME * 1000
    ]
    gaps.append((cues[-1].end_ms / 1000, length))
    outside = [
        differs((begin + end) / 2) for begin, end in gaps[:: max(1, len(gaps) // _MOST_CUES)] if end > begin
    ]
    result.least_inside, result.most_outside = min(inside), max(outside, default=0.0)


def problems(result: Judged, pages: int, parts: int) -> list[str]:
    """What is not as it should be."""
    allowed = FRAME * (pages / 2 + 1)  # the service may round every page to whole frames
    worst = max(map(abs, result.off_sum), default=9.9)
    found = [
        (result.chapters != pages, f"{result.chapters} chapters for {pages} pages"),
        (worst > allowed, f"a chapter is {worst:.3f} s from where its page's sound begins"),
        (bool(result.wrong_pages), f"chapters show other pages: {result.wrong_pages}"),
        (bool(result.wrong_borders), f"chapters begin beside their pages: {result.wrong_borders}"),
        (result.decode_errors > 0, f"{result.decode_errors} decoding errors"),
        (result.least_inside < _SEEN, f"a caption is not seen ({result.least_inside} pixels)"),
        (
            result.most_outside > _SAME,
            f"something is seen where no caption is ({result.most_outside} pixels)",
        ),
        (parts < 1, "no parts"),
    ]
    return [words for holds, words in found if holds]


def voices(folder: Path, texts: Sequence[str]) -> list[float]:
    """How long each page's voice is, from the files that were paid for: by what is said in them."""
    from mediaprep.verbs.check import measure

    lengths = {}
    for stamps in folder.glob("*~voice-*.timestamps.json"):
        said = "".join(row["Sentence"] for row in json.loads(stamps.read_bytes())["TextTimestampResult"])
        facts: Any = measure(stamps.with_name(stamps.name.replace(".timestamps.json", ".wav")))
        lengths[_letters(said)] = facts.seconds
    return [lengths[_letters(text)] for text in texts]


def _letters(text: str) -> str:
    return "".join(sign for sign in text if sign.isalnum())


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=60)
    parser.add_argument("--keep", type=Path, help="work in this folder and leave it")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="mediaprep-lesson-") as name:
        folder = (options.keep or Path(name)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        return _tortured(folder, options.pages)


def _tortured(folder: Path, pages: int) -> int:
    from tests.making_decks import make_lesson

    texts = [f"这是第{number}页，{number}乘{number}。" for number in range(1, pages + 1)]
    deck = make_lesson(folder / "lesson.pptx", pages, notes=dict(enumerate(texts, 1)), sections=4)
    command = [
        sys.executable, "-m", "mediaprep", "deck", "run", "lesson.pptx", "-o", "lesson.mp4", "--voice", "female_1",
        "--emulator", "--format", "json",
    ]  # fmt: skip
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MEDIAPREP_", "AWS_"))}
    print("$ mediaprep", *command[3:], flush=True)
    began = time.monotonic()
    done = subprocess.run(
        command,
        cwd=folder,
        env={**clean, "LANG": "C.UTF-8", "XDG_STATE_HOME": str(folder / "state")},
        stdout=subprocess.PIPE,
        check=False,
    )
    took = time.monotonic() - began
    (folder / "run.json").write_bytes(done.stdout)
    if done.returncode:
        print(f"exit code {done.returncode}")
        return 1
    output = folder / "lesson.mp4"
    inside = folder / ".mediaprep" / "lesson"
    result = judged(output, deck, voices(inside, texts), range(1, pages + 1))
    parts = len(list(inside.glob("*~part-*.mp4")))
    print(f"{pages} pages in {parts} parts: {took:.0f} s; {result.frames} frames, {result.cues} captions")
    print(f"chapters {result.chapters}; from the sum of sounds {1000 * min(result.off_sum):+.0f} … "
          f"{1000 * max(result.off_sum):+.0f} ms")  # fmt: skip
    print(f"captions: at least {result.least_inside} pixels inside, at most {result.most_outside} outside")
    told = problems(result, pages, parts)
    print("\n".join(told) or "all of it as it should be")
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main())
