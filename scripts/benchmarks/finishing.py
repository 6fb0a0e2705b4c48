"""Rows of scripts/bench about finishing: beside ffmpeg's concat filter, steps one after the other, a plain
transcode, two-pass loudnorm and MoviePy. Peers encode with x264's `faster` at crf 20; a row of its own shows that
what ours encodes with has that quality and those bytes in less time."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measuring import FFMPEG, MEDIAPREP, Bench, Failed, Row, Rows, ffmpeg, footage, least

from mediaprep.model.finishing.plans import Encoding

PEERS = Path(os.environ.get("BENCH_PEERS", Path(__file__).resolve().parents[2] / ".venv-bench"))
QUALITY = [
    "-c:v",
    "libx264",
    "-preset",
    "faster",
    "-crf",
    "20",
    "-pix_fmt",
    "yuv420p",
    "-c:a",
    "aac",
    "-b:a",
    "192k",
]
DOCS = ["-c:v", "libx264", "-preset", "medium", "-crf", "23", "-c:a", "aac", "-b:a", "128k"]
MOVIEPY = """
import os, sys
from moviepy import CompositeVideoClip, ImageClip, TextClip, VideoFileClip, concatenate_videoclips
head, main, tail, logo, out = sys.argv[1:6]
os.chdir(os.path.dirname(out))  # it leaves its sound in the current folder while it works
clips = [VideoFileClip(name) for name in (head, main, tail)]
size = clips[1].size
made = concatenate_videoclips([clips[0].resized(size), clips[1], clips[2].resized(size)], method="chain")
if logo != "-":
    layers = [made, ImageClip(logo).resized(width=230).with_duration(made.duration).with_position((1640, 40))]
    for number in range(int(made.duration // 4)):
        text = TextClip(text=f"caption number {number}", font_size=52, color="white", stroke_color="black",
                        stroke_width=3, font=sys.argv[6], size=(1600, 120))
        layers.append(text.with_start(4 * number).with_duration(3).with_position(("center", 930)))
    made = CompositeVideoClip(layers)
made.write_videofile(out, fps=25, codec="libx264", preset="faster", audio_codec="aac", threads=2,
                     ffmpeg_params=["-crf", "20"], logger=None)
"""


def _clips(bench: Bench) -> tuple[Path, Path, Path]:
    """Five seconds of another size and rate, before and after; a logo."""

    def clip(name: str, source: str, tone: int) -> Path:
        picture = f"{source}=s=1280x720:r=30:d=5"
        return bench.once(
            name,
            lambda path: ffmpeg("-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", f"sine=f={tone}:d=5",
                                "-preset", "ultrafast", "-pix_fmt", "yuv420p", path),
        )  # fmt: skip

    logo = bench.once(
        "logo.png", lambda path: ffmpeg("-f", "lavfi", "-i", "testsrc2=s=400x200", "-frames:v", "1", path)
    )
    return clip("head.mp4", "testsrc", 700), clip("tail.mp4", "smptehdbars", 900), logo


def _finish(main: Path, folder: Path, *more: str) -> list[str]:
    return [*MEDIAPREP, "finish", str(main), "-o", str(folder / "ours.mp4"), *more]


def _afresh(bench: Bench, command: list[str], *, runs: int) -> float | None:
    """The best time with an empty cache every time."""
    cache = bench.folder / "cache"
    return bench.timed(
        command, runs=runs, environment={"XDG_CACHE_HOME": str(cache)},
        before=lambda: shutil.rmtree(cache, ignore_errors=True),
    )  # fmt: skip


def _again(bench: Bench, command: list[str], *, runs: int) -> float | None:
    """The best time with the clips that the time before made."""
    return bench.timed(command, runs=runs, environment={"XDG_CACHE_HOME": str(bench.folder / "cache")})


def _concat(head: Path, main: Path, tail: Path, out: Path) -> list[str]:
    fit = "scale=1920:1080,fps=25,setsar=1,format=yuv420p"
    graph = f"[0:v]{fit}[a];[1:v]{fit}[b];[2:v]{fit}[c];[a][0:a][b][1:a][c][2:a]concat=n=3:v=1:a=1[v][s]"
    return [FFMPEG, "-y", "-i", str(head), "-i", str(main), "-i", str(tail), "-filter_complex", graph,
            "-map", "[v]", "-map", "[s]", *QUALITY, "-movflags", "+faststart", str(out)]  # fmt: skip


def _moviepy(bench: Bench, names: list[str]) -> tuple[float | None, str]:
    """Seconds MoviePy takes, or None and why it could not be had."""
    python = PEERS / "bin" / "python"
    if not python.exists():
        return None, f"MoviePy could not be had: no {PEERS.name} (pip failed)"
    script = bench.folder / "with_moviepy.py"
    script.write_text(MOVIEPY)
    environment = {"IMAGEIO_FFMPEG_EXE": FFMPEG, "FFMPEG_BINARY": FFMPEG}
    try:
        took = bench.timed([str(python), str(script), *names], runs=1, environment=environment)
    except Failed as error:
        return None, f"MoviePy failed: {str(error)[-160:]}"
    return took, "MoviePy 2, x264 faster, crf 20" if took else "MoviePy ran out of time"


def stitch(bench: Bench) -> Iterator[Row]:
    """Head + main + tail: ours copies main; peers encode it."""
    head, tail, _ = _clips(bench)
    main = footage(bench, minutes=5 if bench.full else 1)
    command = _finish(main, bench.folder, "--head", str(head), "--tail", str(tail))
    ours = _afresh(bench, command, runs=2)
    again = None if ours is None else _again(bench, command, runs=2)
    peer = bench.timed(_concat(head, main, tail, bench.folder / "concat.mp4"), runs=1)
    goal = 0.08 if bench.full else 0.25
    note = f"{'5 min' if bench.full else '60 s'} of 1080p25 with 5 s before and after; ours proves its output"
    yield Row(name="stitch / concat filter", ours=ours, peer=peer, goal=goal, note=note)
    yield Row(name="stitch, clips kept / concat filter", ours=again, peer=peer, goal=goal, note=note)
    slow, why = _moviepy(bench, [str(head), str(main), str(tail), "-", str(bench.folder / "moviepy.mp4")])
    yield Row(name="stitch / MoviePy", ours=ours, peer=slow, goal=0.05 if bench.full else 0.2, note=why)
    if bench.full:
        yield Row(name="stitch, clips kept / MoviePy", ours=again, peer=slow, goal=0.02, note=why)


def labels(bench: Bench) -> Iterator[Row]:
    """Head + main + tail with a label that is kept, beside the same without one. In turns: the machine's moods are
    those of both."""
    head, tail, _ = _clips(bench)
    main = footage(bench, minutes=5 if bench.full else 1)
    kept = bench.folder / "labelled.mp4"
    subprocess.run(
        [*MEDIAPREP, "label", "write", str(main), "-o", str(kept), "--producer", "bench"], check=True,
        capture_output=True,
    )  # fmt: skip
    best: dict[Path, float] = {}
    for path in (main, kept) * 4:
        command = _finish(path, bench.folder, "--head", str(head), "--tail", str(tail))
        took = _again(bench, command, runs=1)
        if took is not None:
            best[path] = min(took, best.get(path, took))
    note = "clips kept; best of four in turns"
    yield Row(
        name="stitch with a label / without", ours=best.get(kept), peer=best.get(main), goal=1.02, note=note
    )


def everything(bench: Bench) -> Iterator[Row]:
    """Stitch, captions, logo and loudness at once: beside plain transcodes of the same pictures (at our quality,
    and by the docs' command), beside the same in four steps, and beside MoviePy."""
    head, tail, logo = _clips(bench)
    main, seconds = footage(bench), 60  # the minute that `stitch` takes, always
    captions = bench.folder / "captions.srt"
    captions.write_text(
        "".join(
            f"{n + 1}\n{_stamp(4 * n)} --> {_stamp(4 * n + 3)}\n第{n}条字幕，大家好。\n\n"
            for n in range(seconds // 4)
        ),
        encoding="utf-8",
    )
    wishes = ["--head", str(head), "--tail", str(tail), "--captions", str(captions), "--logo", str(logo),
              "--loudness", "web"]  # fmt: skip
    ours = _afresh(bench, _finish(main, bench.folder, *wishes), runs=2)
    note = f"{seconds + 10} s of 1080p25; ours measures loudness first and decodes its output as proof"
    source = bench.once("finished.mp4", lambda path: ffmpeg(*_concat(head, main, tail, path)[2:]))

    def transcoded(options: list[str], name: str, runs: int = 2) -> float | None:
        return bench.timed([FFMPEG, "-y", "-i", str(source), *options, str(bench.folder / name)], runs=runs)

    plain = transcoded(QUALITY, "plain.mp4")
    yield Row(
        name="all at once / plain transcode", ours=ours, peer=plain, goal=1.05, note=f"faster, crf 20; {note}"
    )
    docs = transcoded(DOCS, "docs.mp4", 1)
    yield Row(name="all at once / the docs' command", ours=ours, peer=docs, goal=1.05, note=note)
    tuned = transcoded(_tuned(), "tuned.mp4")
    told = (
        ""
        if None in (tuned, plain)
        else _quality(bench.folder / "tuned.mp4", bench.folder / "plain.mp4", source)
    )
    yield Row(name="our x264 options / x264 faster", ours=tuned, peer=plain, goal=0.9, note=told)
    steps = _steps(bench, (head, main, tail), logo, captions)
    yield Row(
        name="all at once / four steps",
        ours=ours,
        peer=steps,
        goal=0.5,
        note="concat, captions, logo, loudnorm",
    )
    font = _font()
    names = [str(head), str(main), str(tail), str(logo), str(bench.folder / "moviepy.mp4"), str(font)]
    peer, why = _moviepy(bench, names) if font else (None, "no font for TextClip")
    yield Row(name="all at once / MoviePy", ours=ours, peer=peer, goal=0.2, note=why)


def _tuned() -> list[str]:
    """QUALITY with the default encoding's preset, quantiser and tuning."""
    encoding = Encoding()
    tuning = [word for key, value in encoding.tuning.items() for word in (f"-{key}", value)]
    own = ["-preset", encoding.preset, "-crf", str(encoding.crf), *tuning]
    return [*QUALITY[:2], *own, *QUALITY[6:]]


def _quality(ours: Path, peer: Path, source: Path) -> str:
    """SSIM of both against what they were made of, and their bytes."""
    likes = []
    for path in (ours, peer):
        told = subprocess.run(
            [FFMPEG, "-i", str(path), "-i", str(source), "-lavfi", "ssim", "-an", "-f", "null", "-"],
            capture_output=True, text=True, check=True,
        ).stderr  # fmt: skip
        likes.append(re.findall(r"All:([\d.]+)", told)[-1])
    return f"SSIM {likes[0]} / {likes[1]}; bytes {ours.stat().st_size / peer.stat().st_size:.2f}"


def _stamp(seconds: int) -> str:
    return f"00:{seconds // 60:02d}:{seconds % 60:02d},000"


def _font() -> str | None:
    code = "from mediaprep.media import fonts; print(fonts.choose(['字']).path)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    return done.stdout.strip() or None


def _steps(bench: Bench, parts: tuple[Path, Path, Path], logo: Path, captions: Path) -> float | None:
    """Four ffmpeg runs, each encoding again."""
    joined, captioned, marked = (bench.folder / f"{name}.mp4" for name in ("concat", "captioned", "marked"))
    style = "force_style='FontSize=18,Outline=2'"
    commands = [
        _concat(*parts, joined),
        [FFMPEG, "-y", "-i", str(joined), "-vf", f"subtitles={captions}:{style}", *QUALITY, str(captioned)],
        [FFMPEG, "-y", "-i", str(captioned), "-i", str(logo), "-filter_complex",
         "[1:v]scale=230:-2[l];[0:v][l]overlay=1640:40", *QUALITY, str(marked)],
    ]  # fmt: skip
    took = 0.0
    for command in commands:
        step = bench.timed(command, runs=1)
        if step is None:
            return None
        took += step
    last = _loudnorm(bench, marked)
    return None if last is None else took + last


_LOUDNORM = """
import json, re, subprocess, sys, time
ffmpeg, source, target = sys.argv[1:]
began = time.perf_counter()
aim = "loudnorm=I=-16:TP=-1:LRA=11"
first = subprocess.run([ffmpeg, "-y", "-i", source, "-vn", "-af", aim + ":print_format=json", "-f", "null", "-"],
                       capture_output=True, text=True, check=True).stderr
found = dict(re.findall(r'"(\\w+)" : "([^"]+)"', first))
named = {"I": "input_i", "TP": "input_tp", "LRA": "input_lra", "thresh": "input_thresh"}
told = ":".join(f"measured_{to}={found[key]}" for to, key in named.items())
subprocess.run([ffmpeg, "-y", "-i", source, "-c:v", "copy", "-af",
                f"{aim}:{told}:offset={found['target_offset']}:linear=true,aresample=48000", "-c:a", "aac",
                "-b:a", "192k", "-movflags", "+faststart", target], capture_output=True, check=True)
print(time.perf_counter() - began)
"""


def _loudnorm(bench: Bench, source: Path, runs: int = 1) -> float | None:
    """Two passes, the picture copied."""
    return least(bench.told(_LOUDNORM, FFMPEG, source, bench.folder / "levelled.mp4", runs=runs))


def loudness(bench: Bench) -> Iterator[Row]:
    """Ours measures, applies one gain, proves the result; loudnorm measures and normalises."""
    main = footage(bench, minutes=5)  # always: in one, it is how Python starts that is timed
    yield Row(
        name="loudness / two-pass loudnorm",
        ours=_afresh(bench, _finish(main, bench.folder, "--loudness", "web"), runs=2),
        peer=_loudnorm(bench, main, runs=2), goal=0.45,
        note="5 min; both copy the picture; ours keeps the peak and proves the output",
    )  # fmt: skip


ROWS: dict[str, Rows] = {
    "stitch": stitch,
    "label": labels,
    "everything": everything,
    "loudness": loudness,
}
