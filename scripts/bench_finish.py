"""Rows of scripts/bench about finishing: beside ffmpeg's concat filter, steps one after the other, a plain
transcode, two-pass loudnorm and MoviePy. Peers encode with x264's `faster` at crf 20; a row of its own shows that
what ours encodes with has that quality and those bytes in less time."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benching import FFMPEG, MEDIAPREP, OutOfTime, Row, footage, timed

from mediaprep.model.finishing.plans import Encoding

PEERS = Path(os.environ.get("BENCH_PEERS", Path(__file__).resolve().parents[1] / ".venv-bench"))
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


def _run(arguments: list[str]) -> None:
    subprocess.run([FFMPEG, "-loglevel", "error", "-y", *arguments], check=True, timeout=1200)


def _clips(folder: Path) -> tuple[Path, Path, Path]:
    """Five seconds of another size and rate, before and after; a logo."""
    head, tail, logo = folder / "head.mp4", folder / "tail.mp4", folder / "logo.png"
    if not logo.exists():
        for path, source, tone in ((head, "testsrc", 700), (tail, "smptehdbars", 900)):
            _run(["-f", "lavfi", "-i", f"{source}=s=1280x720:r=30:d=5", "-f", "lavfi", "-i", f"sine=f={tone}:d=5",
                  "-preset", "ultrafast", "-pix_fmt", "yuv420p", str(path)])  # fmt: skip
        _run(["-f", "lavfi", "-i", "testsrc2=s=400x200", "-frames:v", "1", str(logo)])
    return head, tail, logo


def _main(folder: Path, full: bool) -> Path:
    return footage(folder / ("five.mp4" if full else "minute.mp4"), seconds=60, repeat=5 if full else 1)


def _finish(main: Path, folder: Path, *more: str) -> list[str]:
    return [*MEDIAPREP, "finish", str(main), "-o", str(folder / "ours.mp4"), *more]


def _afresh(folder: Path, command: list[str], *, runs: int, deadline: float, keep: bool = False) -> float:
    """The best time with an empty cache every time; with `keep`, with the clips made the time before."""
    cache = folder / "cache"
    best = float("inf")
    for number in range(runs + keep):
        if not keep:
            shutil.rmtree(cache, ignore_errors=True)
        took = timed(command, runs=1, deadline=deadline, environment={"XDG_CACHE_HOME": str(cache)})
        if number or not keep:
            best = min(best, took)
    return best


def _concat(head: Path, main: Path, tail: Path, out: Path) -> list[str]:
    fit = "scale=1920:1080,fps=25,setsar=1,format=yuv420p"
    graph = f"[0:v]{fit}[a];[1:v]{fit}[b];[2:v]{fit}[c];[a][0:a][b][1:a][c][2:a]concat=n=3:v=1:a=1[v][s]"
    return [FFMPEG, "-y", "-i", str(head), "-i", str(main), "-i", str(tail), "-filter_complex", graph,
            "-map", "[v]", "-map", "[s]", *QUALITY, "-movflags", "+faststart", str(out)]  # fmt: skip


def _moviepy(folder: Path, names: list[str], deadline: float) -> tuple[float | None, str]:
    """Seconds MoviePy takes, or None and why it could not be had."""
    python = PEERS / "bin" / "python"
    if not python.exists():
        return None, f"MoviePy could not be had: no {PEERS.name} (pip failed)"
    script = folder / "with_moviepy.py"
    script.write_text(MOVIEPY)
    environment = {"IMAGEIO_FFMPEG_EXE": FFMPEG, "FFMPEG_BINARY": FFMPEG}
    try:
        took = timed([str(python), str(script), *names], runs=1, deadline=deadline, environment=environment)
    except SystemExit as error:
        return None, f"MoviePy failed: {str(error)[-160:]}"
    return took, "MoviePy 2, x264 faster, crf 20"


def stitch(folder: Path, full: bool, deadline: float) -> list[Row]:
    """Head + main + tail: ours copies main; peers encode it."""
    head, tail, _ = _clips(folder)
    main = _main(folder, full)
    command = _finish(main, folder, "--head", str(head), "--tail", str(tail))
    ours = _afresh(folder, command, runs=2, deadline=deadline)
    again = _afresh(folder, command, runs=2, deadline=deadline, keep=True)
    peer = timed(_concat(head, main, tail, folder / "concat.mp4"), runs=1, deadline=deadline)
    note = f"{'5 min' if full else '60 s'} of 1080p25 with 5 s before and after; ours proves its output"
    rows = [
        Row(name="stitch / concat filter", ours=ours, peer=peer, goal=0.08 if full else 0.25, note=note),
        Row(
            name="stitch, clips kept / concat filter",
            ours=again,
            peer=peer,
            goal=0.08 if full else 0.25,
            note=note,
        ),
    ]
    try:
        names = [str(head), str(main), str(tail), "-", str(folder / "moviepy.mp4")]
        peer_moviepy, why = _moviepy(folder, names, deadline)
    except OutOfTime:
        peer_moviepy, why = None, "MoviePy ran out of time"
    rows.append(
        Row(name="stitch / MoviePy", ours=ours, peer=peer_moviepy, goal=0.05 if full else 0.2, note=why)
    )
    if full:
        rows.append(
            Row(name="stitch, clips kept / MoviePy", ours=again, peer=peer_moviepy, goal=0.02, note=why)
        )
    return rows


def everything(folder: Path, full: bool, deadline: float) -> list[Row]:
    """Stitch, captions, logo and loudness at once: beside plain transcodes of the same pictures (at our quality,
    and by the docs' command), beside the same in four steps, and beside MoviePy."""
    head, tail, logo = _clips(folder)
    main, seconds = _main(folder, False), 60
    del full  # the minute that `stitch` takes, always
    captions = folder / "captions.srt"
    captions.write_text(
        "".join(
            f"{n + 1}\n{_stamp(4 * n)} --> {_stamp(4 * n + 3)}\n第{n}条字幕，大家好。\n\n"
            for n in range(seconds // 4)
        ),
        encoding="utf-8",
    )
    wishes = ["--head", str(head), "--tail", str(tail), "--captions", str(captions), "--logo", str(logo),
              "--loudness", "web"]  # fmt: skip
    ours = _afresh(folder, _finish(main, folder, *wishes), runs=2, deadline=deadline)
    steps = _steps(folder, head, main, tail, logo, captions, deadline)
    same = ["-i", str(folder / "levelled.mp4")]
    plain = timed([FFMPEG, "-y", *same, *QUALITY, str(folder / "plain.mp4")], runs=2, deadline=deadline)
    tuned = timed([FFMPEG, "-y", *same, *_tuned(), str(folder / "tuned.mp4")], runs=2, deadline=deadline)
    docs = timed([FFMPEG, "-y", *same, *DOCS, str(folder / "docs.mp4")], runs=1, deadline=deadline)
    note = f"{seconds + 10} s of 1080p25; ours measures loudness first and decodes its output as proof"
    rows = [
        Row(name="all at once / the docs' command", ours=ours, peer=docs, goal=1.05, note=note),
        Row(name="all at once / plain transcode", ours=ours, peer=plain, goal=1.05, note=f"faster, crf 20; {note}"),
        Row(name="our x264 options / x264 faster", ours=tuned, peer=plain, goal=0.9,
            note=_quality(folder / "tuned.mp4", folder / "plain.mp4", folder / "levelled.mp4")),
        Row(name="all at once / four steps", ours=ours, peer=steps, goal=0.5, note="concat, captions, logo, loudnorm"),
    ]  # fmt: skip
    font = _font()
    if font is None:
        rows.append(
            Row(name="all at once / MoviePy", ours=ours, peer=None, goal=0.2, note="no font for TextClip")
        )
        return rows
    names = [str(head), str(main), str(tail), str(logo), str(folder / "moviepy.mp4"), font]
    peer, why = _moviepy(folder, names, deadline)
    rows.append(Row(name="all at once / MoviePy", ours=ours, peer=peer, goal=0.2, note=why))
    return rows


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


def _steps(
    folder: Path, head: Path, main: Path, tail: Path, logo: Path, captions: Path, deadline: float
) -> float:
    """Four ffmpeg runs, each encoding again."""
    joined, captioned, marked = folder / "concat.mp4", folder / "captioned.mp4", folder / "marked.mp4"
    style = "force_style='FontSize=18,Outline=2'"
    commands = [
        _concat(head, main, tail, joined),
        [FFMPEG, "-y", "-i", str(joined), "-vf", f"subtitles={captions}:{style}", *QUALITY, str(captioned)],
        [FFMPEG, "-y", "-i", str(captioned), "-i", str(logo), "-filter_complex",
         "[1:v]scale=230:-2[l];[0:v][l]overlay=1640:40", *QUALITY, str(marked)],
    ]  # fmt: skip
    took = sum(timed(command, runs=1, deadline=deadline) for command in commands)
    return took + _loudnorm(marked, folder / "levelled.mp4")


def _loudnorm(source: Path, target: Path) -> float:
    """Two passes, the picture copied."""
    began = time.perf_counter()
    aim = "loudnorm=I=-16:TP=-1:LRA=11"
    first = subprocess.run(
        [FFMPEG, "-y", "-i", str(source), "-vn", "-af", f"{aim}:print_format=json", "-f", "null", "-"],
        capture_output=True, text=True, check=True,
    ).stderr  # fmt: skip
    found = dict(re.findall(r'"(\w+)" : "([^"]+)"', first))
    told = ":".join(
        f"measured_{to}={found[key]}"
        for to, key in (
            ("I", "input_i"),
            ("TP", "input_tp"),
            ("LRA", "input_lra"),
            ("thresh", "input_thresh"),
        )
    )
    subprocess.run(
        [FFMPEG, "-y", "-i", str(source), "-c:v", "copy", "-af",
         f"{aim}:{told}:offset={found['target_offset']}:linear=true,aresample=48000", "-c:a", "aac", "-b:a", "192k",
         "-movflags", "+faststart", str(target)], capture_output=True, check=True,
    )  # fmt: skip
    return time.perf_counter() - began


def loudness(folder: Path, full: bool, deadline: float) -> Row:
    """Ours measures, applies one gain, proves the result; loudnorm measures and normalises."""
    del full  # five minutes always: in one, it is how Python starts that is timed
    main = _main(folder, True)
    ours = _afresh(folder, _finish(main, folder, "--loudness", "web"), runs=2, deadline=deadline)
    peer = min(_loudnorm(main, folder / "levelled.mp4") for _ in range(2))
    return Row(
        name="loudness / two-pass loudnorm", ours=ours, peer=peer, goal=0.45,
        note="5 min; both copy the picture; ours keeps the peak and proves the output",
    )  # fmt: skip


ROWS: dict[str, Callable[[Path, bool, float], Row | list[Row]]] = {
    "stitch": stitch,
    "everything": everything,
    "loudness": loudness,
}
