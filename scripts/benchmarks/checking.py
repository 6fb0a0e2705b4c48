"""Rows about `check` and `fix`: long footage beside short, copying beside the docs' transcode."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.measuring import FFMPEG, MEDIAPREP, Bench, Row, Rows, ffmpeg, footage


def long_against_short(bench: Bench) -> Iterator[Row]:
    """Looking at 20 minutes must cost what looking at one minute costs."""
    short = footage(bench)
    long = bench.once(
        "twenty.mp4", lambda path: ffmpeg("-stream_loop", "19", "-i", short, "-c", "copy", path)
    )
    check = [*MEDIAPREP, "check", "--allow-unknown", "--no-cache"]
    runs = 5 if bench.full else 3
    yield Row(
        name="check 20 min / 1 min, 1080p",
        ours=bench.timed([*check, str(long)], runs=runs, ok=(0, 1)),
        peer=bench.timed([*check, str(short)], runs=runs, ok=(0, 1)),
        goal=1.2,
        note="peer = the same check of one minute",
    )


def remux_against_docs(bench: Bench) -> Iterator[Row]:
    """An H.264 .mov needs no new pixels; the docs' command makes them all the same."""
    minutes = 5 if bench.full else 3
    source = footage(bench, minutes=minutes, suffix="mov")
    fix = [*MEDIAPREP, "fix", str(source), "-o", str(bench.folder / "ours.mp4"), "--no-faces"]
    docs = [FFMPEG, "-y", "-i", str(source), "-c:v", "libx264", "-preset", "medium", "-crf", "23",
            "-c:a", "aac", "-b:a", "128k", str(bench.folder / "docs.mp4")]  # fmt: skip
    yield Row(
        name="remux H.264 .mov / docs' command",
        ours=bench.timed(fix, runs=3),
        peer=bench.timed(docs, runs=1),
        goal=1 / 40,
        note=f"{60 * minutes} s of 1080p25; ours includes starting Python and proving the output",
    )


ROWS: dict[str, Rows] = {"long-short": long_against_short, "remux": remux_against_docs}
