"""Seeded random finishing plans, made and judged by other means: plain ffmpeg, PyAV, flashes and beeps.

Every plan draws sizes, rates, B-frames, mono, stereo or no sound, mains that are variable, rotated or open-GOP,
captions, logos, crossfades, several heads and tails. Held against each: pictures = plan ±1, sound and picture at
most 40 ms apart (1 ms where main was copied), main identical to the bit where the plan says so, no decoder of
two complaining, and Chromium playing all of them to the end.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

import av
import imageio_ffmpeg
import numpy as np

from mediaprep.model.finishing.joining import PartMethod
from mediaprep.model.finishing.plans import Cue, Encoding
from mediaprep.verbs.finish import Finished, finish_video
from tests.conftest import program
from tests.playing import complaints

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
SIZES = ((160, 90), (90, 160), (128, 128), (192, 108), (96, 54))
RATES = ("24", "25", "30", "50", "30000/1001", "24000/1001")
SOUNDS = ("stereo", "mono", "none")
MOST_APART_MS = 40.0
MOST_APART_COPIED_MS = 1.0


@dataclass(frozen=True, kw_only=True)
class Source:
    """One clip to make: white for two frames' time at 0.4 s, 1.4 s …, a beep beginning with each."""

    seconds: float
    size: tuple[int, int]
    rate: str
    sound: str
    sample_rate: int
    bframes: int
    kind: str = "plain"  # plain | open-gop | vfr | rotated


@dataclass
class Outcome:
    """What was found wrong with one plan, if anything, and how far apart sound and picture were."""

    seed: int
    said: str = ""
    wrong: list[str] = field(default_factory=list)
    copied: bool = False
    sound: bool = False  # main's was copied too
    apart_ms: float | None = None


def run_ffmpeg(*arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    command = [FFMPEG, "-hide_banner", "-v", "warning", "-nostdin", "-y", *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, timeout=120)


def make(path: Path, source: Source) -> Path:
    """A flash lasts 80 ms from the first frame at or after its time; the beep begins at that frame exactly."""
    rate = Fraction(source.rate)
    times = [
        Fraction(int((second + Fraction(2, 5)) * rate) + 1) / rate
        for second in range(int(source.seconds) + 1)
    ]
    shown = "+".join(f"between(t,{float(at) - 0.001:.6f},{float(at) + 0.079:.6f})" for at in times)
    heard = "+".join(f"gte(t,{float(at):.6f})*lt(t,{float(at) + 0.08:.6f})" for at in times)
    width, height = source.size
    arguments: list[str | Path] = [
        "-f", "lavfi", "-i",
        f"color=c=black:s={width}x{height}:r={source.rate}:d={source.seconds},drawbox=t=fill:color=white:enable='{shown}'",
    ]  # fmt: skip
    if source.sound != "none":
        channels = "|".join(["0.8*cos(2*PI*1000*t)*(" + heard + ")"] * (2 if source.sound == "stereo" else 1))
        arguments += [
            "-f",
            "lavfi",
            "-i",
            f"aevalsrc=exprs='{channels}':s={source.sample_rate}:d={source.seconds}",
        ]
    arguments += [
        "-c:v",
        "libx264",
        "-preset",
        "veryfast",
        "-bf",
        str(source.bframes),
        "-g",
        "12",
        "-pix_fmt",
        "yuv420p",
    ]
    if source.kind == "open-gop":
        arguments += ["-x264-params", "open-gop=1"]
    if source.kind == "vfr":  # a flash's own pictures stay, else the source would have them late already
        arguments += ["-vf", f"select='not(eq(mod(n,9),7))+{shown}'", "-fps_mode", "vfr"]
    run_ffmpeg(*arguments, path)
    if source.kind == "rotated":
        turned = path.with_name("turned-" + path.name)
        run_ffmpeg("-display_rotation", "90", "-i", path, "-c", "copy", turned)
        turned.replace(path)
    return path


def draw(dice: random.Random, kind: str = "plain") -> Source:
    return Source(
        seconds=dice.choice((0.9, 1.3, 1.7, 2.1)), size=dice.choice(SIZES), rate=dice.choice(RATES),
        sound=dice.choice(SOUNDS), sample_rate=dice.choice((44100, 48000, 22050)), bframes=dice.choice((0, 1, 3)),
        kind=kind,
    )  # fmt: skip


def one(seed: int, folder: Path) -> Outcome:
    """Make and judge the plan of a seed."""
    dice = random.Random(seed)
    kind = dice.choice(("plain", "plain", "plain", "open-gop", "vfr", "rotated"))
    source = draw(dice, kind)
    if dice.random() < 0.4:  # long enough for its sound to be copied
        source = replace(source, seconds=dice.choice((7.3, 8.9, 11.7)), sound="stereo")
    main = make(folder / "main.mp4", source)
    heads = [make(folder / f"head{n}.mp4", draw(dice)) for n in range(dice.choice((0, 1, 1, 2)))]
    tails = [make(folder / f"tail{n}.mp4", draw(dice)) for n in range(dice.choice((0, 1, 1)))]
    wishes: dict[str, object] = {"head": heads, "tail": tails}
    if dice.random() < 0.3:
        wishes["captions"] = [Cue(start_ms=100, end_ms=400, lines=("你好",))]
    if dice.random() < 0.2:
        logo = folder / "logo.png"
        run_ffmpeg("-f", "lavfi", "-i", "color=gray:s=40x20", "-frames:v", "1", logo)
        wishes["logo"] = logo
    if dice.random() < 0.2 and (heads or tails):
        wishes["crossfade"] = 0.2
    if dice.random() < 0.2:
        wishes["loudness"] = "web"
    done = finish_video(
        main, output=folder / "out.mp4", encoding=Encoding(preset="ultrafast", crf=23), **wishes,  # type: ignore[arg-type]
    )  # fmt: skip
    outcome = Outcome(seed=seed, copied=bool(done.plan.parts), sound=done.plan.sound is not None)
    more = " ".join(name for name in ("captions", "logo", "crossfade", "loudness") if name in wishes)
    outcome.said = f"{kind} main, {len(heads)} head(s), {len(tails)} tail(s) {more}".strip()
    judge(done, main, outcome)
    return outcome


def judge(done: Finished, main: Path, outcome: Outcome) -> None:
    plan = done.plan
    pictures, complaints = decoded(done.output)
    if complaints:
        outcome.wrong.append(f"ffmpeg says: {complaints[:200]}")
    if abs(len(pictures) - plan.expected_frames) > 1:
        outcome.wrong.append(f"{len(pictures)} pictures, planned {plan.expected_frames}")
    errors = decoded_by_pyav(done.output)
    if errors:
        outcome.wrong.append(f"PyAV says: {errors}")
    outcome.wrong += not_mains(done, main)
    outcome.apart_ms = apart(done, pictures)
    most = MOST_APART_COPIED_MS if plan.parts else MOST_APART_MS
    if outcome.apart_ms is not None and outcome.apart_ms > most:
        outcome.wrong.append(f"sound and picture are {outcome.apart_ms:.1f} ms apart (at most {most:g})")


def decoded(path: Path) -> tuple[np.ndarray, str]:
    """Every picture, small and grey, and what ffmpeg complained of."""
    done = run_ffmpeg("-i", path, "-map", "0:v:0", "-fps_mode", "passthrough", "-vf", "scale=32:32:flags=area",
                      "-pix_fmt", "gray", "-f", "rawvideo", "-")  # fmt: skip
    return np.frombuffer(done.stdout, np.uint8).reshape(-1, 32, 32), done.stderr.decode()


def decoded_by_pyav(path: Path) -> str:
    try:
        with av.open(str(path)) as container:
            corrupt = sum(frame.is_corrupt for frame in container.decode(video=0))
        with av.open(str(path)) as container:
            corrupt += sum(frame.is_corrupt for frame in container.decode(audio=0))
    except av.FFmpegError as error:
        return str(error)
    return f"{corrupt} corrupt frames" if corrupt else ""


def pixel_hashes(path: Path) -> list[str]:
    told = run_ffmpeg(
        "-i", path, "-map", "0:v:0", "-fps_mode", "passthrough", "-f", "framemd5", "-"
    ).stdout.decode()
    return [line.rpartition(",")[2].strip() for line in told.splitlines() if not line.startswith("#")]


def not_mains(done: Finished, main: Path) -> list[str]:
    """Where a picture that the plan calls copied is not main's own, as pixels and as packets."""
    parts = [part for part in done.plan.parts if part.way is PartMethod.COPIED]
    if not parts:
        return []
    here, there = pixel_hashes(done.output), pixel_hashes(main)
    first = done.plan.main.first_frame
    wrong = sum(
        here[number] != there[number - first]
        for part in parts
        for number in range(part.first_frame, part.end_frame)
    )
    packets = [packet_hashes(path) for path in (done.output, main)]
    wrong += sum(
        packets[0][number] != packets[1][number - first]
        for part in parts
        for number in range(part.first_frame, part.end_frame)
    )
    return [f"{wrong} copied pictures are not main's"] if wrong else []


def packet_hashes(path: Path) -> list[str]:
    with av.open(str(path)) as container:
        return [hashlib.md5(bytes(p)).hexdigest() for p in container.demux(video=0) if p.size]


def apart(done: Finished, pictures: np.ndarray) -> float | None:
    """The most that a beep of main is away from its flash, ms; None where main has no sound, or captions, a
    logo or a fade may be taken for a flash."""
    main = done.plan.main
    if not main.has_sound or done.plan.logos or done.cues or main.fades_in or main.fades_out:
        return None
    rate = 48000
    raw = run_ffmpeg(
        "-i", done.output, "-map", "0:a:0", "-af", "pan=mono|c0=c0", "-ar", rate, "-f", "f32le", "-"
    ).stdout
    sound = np.abs(np.frombuffer(raw, np.float32))
    fps = done.plan.canvas.fps
    first, end = main.first_frame, main.end_frame
    white = pictures.mean(axis=(1, 2)) > 0.5 * max(float(pictures[first:end].mean(axis=(1, 2)).max()), 1.0)
    flashes = [
        float(n / fps) for n in range(max(first, 1), min(end, len(white))) if white[n] and not white[n - 1]
    ]
    worst = None
    for flash in flashes:
        window = sound[max(0, round((flash - 0.2) * rate)) : round((flash + 0.2) * rate)]
        if not window.size or window.max() < 0.02:
            continue
        began = int(np.argmax(window > 0.35 * window.max())) + max(0, round((flash - 0.2) * rate))
        off = abs(began / rate - flash) * 1000
        worst = off if worst is None else max(worst, off)
    return worst


def unplayed(folder: Path) -> int:
    """How many of the outputs in `folder` Chromium does not play to the end, each named."""
    names = sorted(path.name for path in folder.glob("*.mp4"))
    if program("chromium") is None:
        print("not played: needs chromium", flush=True)
        return 0
    wrong = complaints(folder, names)
    for name, said in wrong.items():
        print(f"plan {Path(name).stem}: Chromium says: {said}", flush=True)
    print(f"{len(names) - len(wrong)} of {len(names)} played to the end by Chromium", flush=True)
    return len(wrong)


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/torture-finish", description=__doc__)
    parser.add_argument("--plans", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0, help="of the first plan; the others follow")
    arguments = parser.parse_args()
    bad = copied = sounds = 0
    worst = {True: 0.0, False: 0.0}
    with tempfile.TemporaryDirectory(prefix="torture-") as name:
        os.environ["XDG_CACHE_HOME"] = name
        for seed in range(arguments.seed, arguments.seed + arguments.plans):
            folder = Path(name) / str(seed)
            folder.mkdir()
            try:
                outcome = one(seed, folder)
            except Exception as error:
                outcome = Outcome(seed=seed, wrong=[f"{type(error).__name__}: {error}"])
            copied += outcome.copied
            sounds += outcome.sound
            worst[outcome.copied] = max(worst[outcome.copied], outcome.apart_ms or 0.0)
            if outcome.wrong:
                bad += 1
                print(f"plan {seed} ({outcome.said}): {'; '.join(outcome.wrong)}", flush=True)
            if (folder / "out.mp4").is_file():
                (folder / "out.mp4").replace(Path(name) / f"{seed}.mp4")
            subprocess.run(["rm", "-rf", str(folder)], check=False)
        bad += unplayed(Path(name))
    print(
        f"{arguments.plans} plans, {copied} with copied pictures, {sounds} with copied sound, {bad} wrong; at most "
        f"{worst[True]:.2f} ms apart where main was copied, {worst[False]:.1f} ms elsewhere"
    )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
