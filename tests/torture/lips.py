"""scripts/torture-lips: talking footage that is known to be in step, with faults of known kind and place built in. What
`lips` says of each is counted by kind and source. Repeating a clip would be no new evidence, so none is."""

from __future__ import annotations

import argparse
import collections
import random
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mediaprep.media import faces
from mediaprep.media.containers import packets
from mediaprep.media.people import lip_timing, mouths, voice_shape
from mediaprep.media.probing.probe import probe
from mediaprep.media.prove import bands
from mediaprep.model.facts import FaceBox, VideoFacts
from mediaprep.model.results.lip_judgements import LipJudgement
from mediaprep.preflight.lips import LEAST_STRENGTH
from mediaprep.verbs.files.lips import lips, seen_lips
from tests.making import ffmpeg

Clip = tuple[Sequence[lip_timing.SeenLips], NDArray[np.float32]]
WEIGHTS = Path(faces.__file__).parent / "data" / lip_timing.WEIGHTS
SHIFTS = (-400, -200, 0, 200, 400)
_CODED = ("-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-c:a", "aac")
NO_FAULT = frozenset({"as it is", "coarse", "small", "quieter", "under music", "shift 0"})


def face_of(path: Path) -> FaceBox:
    """The largest face of the first picture."""
    _, picture = next(packets.decode_frames(path, pixel_format="bgr24"))
    return faces.detector().find(picture)[0]


def spoken(draw: random.Random, levels: NDArray[np.uint8], first: float, last: float) -> float:
    """The beginning of a second and a half in which there is speech almost all the time."""
    least, long = np.percentile(levels, 95) - 20, round(1.5 / bands.HOP_SECONDS)
    begins = [draw.uniform(first, last) for _ in range(200)]

    def share(begin: float) -> float:
        at = round(begin / bands.HOP_SECONDS)
        return float((levels[at : at + long] >= least).mean())

    return max(begins, key=share)


def made(footage: Path, folder: Path, draw: random.Random, other: Path | None) -> Iterator[tuple[str, Path]]:
    """(kind of fault, clip). Frozen stretches last 1.5 s, silent ones 3 s."""
    facts = probe(footage, faces=False)
    assert isinstance(facts, VideoFacts) and facts.seconds and facts.fps
    levels = bands.bands_of(footage).max(axis=1, initial=0)
    rate, box = f"fps={facts.fps:.5f}", face_of(footage)

    def clip(kind: str, *arguments: object) -> tuple[str, Path]:
        path = folder / f"{footage.stem}-{kind.replace(' ', '-')}.mp4"
        ffmpeg("-i", footage, *arguments, *_CODED, path)
        return kind, path

    yield clip("as it is", "-crf", 18)
    yield clip("coarse", "-crf", 33)
    yield clip("small", "-vf", "scale=trunc(iw/4)*2:-2", "-crf", 23)
    yield clip("quieter", "-af", "volume=-15dB", "-crf", 23)
    bed = f"anoisesrc=c=pink:a=0.02:d={facts.seconds},tremolo=f=2:d=0.4"
    yield clip(
        "under music", "-f", "lavfi", "-i", bed, "-filter_complex", "amix=2:duration=first", "-crf", 23
    )
    if facts.seconds > 4:
        for name in ("frozen early", "frozen late"):
            first = facts.seconds / 2 if name.endswith("late") else 0.0
            begin = spoken(draw, levels, first + 0.5, first + facts.seconds / 2 - 2)
            hold = f"select='not(between(t,{begin:.3f},{begin + 1.5:.3f}))',{rate}"
            yield clip(name, "-vf", hold, "-crf", 23)
        begin = spoken(draw, levels, 0.5, facts.seconds - 2)
        mouth = f"crop={box.width}:{box.height // 2}:{box.x}:{box.y + box.height // 2}"
        still = f"select='lt(t,{begin:.3f})+gt(t,{begin + 1.5:.3f})',{rate}"
        over = f"overlay={box.x}:{box.y + box.height // 2}:enable='between(t,{begin:.3f},{begin + 1.5:.3f})'"
        yield clip(
            "frozen mouth",
            "-filter_complex",
            f"[0:v]split[a][b];[b]{mouth},{still}[m];[a][m]{over}",
            "-crf",
            23,
        )
        begin = draw.uniform(0.5, facts.seconds - 3.5)
        yield clip("silent", "-af", f"volume=0:enable='between(t,{begin:.3f},{begin + 3:.3f})'", "-crf", 23)
    for shift in SHIFTS:
        late = f"adelay={shift}:all=1" if shift >= 0 else f"atrim={-shift / 1000},asetpts=PTS-STARTPTS"
        yield clip(f"shift {shift}", "-af", late, "-crf", 23)
    if other is not None:
        yield clip("another sound", "-i", other, "-map", "0:v", "-map", "1:a", "-shortest", "-crf", 23)


def right(kind: str, told: LipJudgement) -> bool | None:
    """Whether the verdict is right; None for an honest `unknown`."""
    if told.verdict == "unknown":
        return None if not kind.startswith(("frozen", "silent")) else False
    if kind.startswith("frozen"):
        return told.verdict == "frozen"
    if kind == "silent":
        return told.verdict == "talks_in_silence"
    if kind in NO_FAULT:
        return told.verdict == "in_step"
    if kind == "another sound":
        return told.verdict in ("off", "other_sound")
    shift = int(kind.removeprefix("shift "))
    return told.verdict == "off" and told.offset_ms is not None and abs(told.offset_ms - shift) <= 60


def read(footage: Path) -> Clip:
    """Lips and voice of a clip that begins at 0."""
    rows, _ = mouths.follow(footage, 600.0)
    return seen_lips(rows, 0.0), voice_shape.from_bytes(voice_shape.read(footage, 0.0))


def apart(clips: Mapping[Path, Clip]) -> None:
    """Print what offset and strength are found of each source by weights fitted on the others: by length, in step, and
    with sounds that have nothing to do with the mouth (those of others, and its own from another time)."""
    for path, (seen, voice) in clips.items():
        others = [clip for other, clip in clips.items() if other != path]
        if not others:
            return
        by = lip_timing.fit(others)
        for length in (4.0, 6.0, 8.0):
            starts = np.arange(0.0, seen[-1][0] - length + 0.2, 1.0)
            parts = [[one for one in seen if start <= one[0] < start + length] for start in starts]
            told = [found for part in parts if (found := lip_timing.timing(part, voice, by))]
            away = [other[1] for other in others] + [voice]
            turned = [np.roll(one, turn, axis=0) for one in away for turn in (200, 300, 400, 500)]
            chance = [
                found.strength
                for one in turned
                for part in parts[:1]
                if (found := lip_timing.timing(part, one, by))
            ]
            if told and chance:
                offsets = " ".join(f"{found.offset * 1000:+.0f}/{found.strength:.2f}" for found in told)
                print(f"{path.stem:20} {length:.0f} s in step (ms/strength): {offsets}; "
                      f"by chance up to {max(chance):.2f}, {sum(one >= LEAST_STRENGTH for one in chance)} of "
                      f"{len(chance)} reach {LEAST_STRENGTH}", flush=True)  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("footage", nargs="+", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--fit", action="store_true", help="write the weights anew by all of the footage")
    asked = parser.parse_args()
    clips = {path: read(path) for path in asked.footage}
    if asked.fit:
        np.save(WEIGHTS, lip_timing.fit(list(clips.values())).astype(np.float32))
        return 0
    apart(clips)
    counted: collections.Counter[tuple[str, bool | None]] = collections.Counter()
    draw = random.Random(asked.seed)
    with tempfile.TemporaryDirectory() as name:
        for at, footage in enumerate(asked.footage):
            other = asked.footage[at - 1] if len(asked.footage) > 1 else None
            for kind, clip in made(footage, Path(name), draw, other):
                told = lips(clip)
                verdict = right(kind, told)
                counted[kind, verdict] += 1
                spans = " ".join(f"{one.kind} {one.start}–{one.end}" for one in told.intervals)
                said = {True: "right", False: "WRONG", None: "unknown"}[verdict]
                print(
                    f"{footage.stem:20} {kind:14} {said:8} {told.verdict} {told.offset_ms} {spans}",
                    flush=True,
                )
    wrong = sum(count for (_, verdict), count in counted.items() if verdict is False)
    unknown = sum(count for (_, verdict), count in counted.items() if verdict is None)
    print(f"{counted.total()} clips: {wrong} wrong, {unknown} unknown")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
