"""Chapters of a video: added at the speed of copying, read back as proof."""

from __future__ import annotations

from pathlib import Path

from mediaprep.media import ffmpeg
from mediaprep.media.compose import scenery
from mediaprep.media.containers import packets
from mediaprep.media.ffmpeg import Binary
from mediaprep.media.files import atomic
from mediaprep.model.finishing.plans import RenderPlan
from mediaprep.model.finishing.proof import Check

_NEAR_MS = 2


def with_chapters(plan: RenderPlan, part: Path, binary: Binary) -> None:
    """Give the video at `part` the chapters that `plan` asks for, if it does; all streams are copied."""
    if plan.scenery is None or not plan.scenery.chapters:
        return
    marked = part.with_name(f"{part.name}.marked")
    with atomic.workroom() as folder:
        listed = folder / "chapters.txt"
        listed.write_text(scenery.chapter_metadata(plan.scenery), encoding="utf-8")
        try:
            ffmpeg.run(
                binary,
                [
                    *ffmpeg.untrusted_input(part, "mov,mp4,m4a,3gp,3g2,mj2"),
                    "-f", "ffmetadata", "-i", f"file:{listed}",
                    "-map", "0", "-c", "copy", "-map_metadata", "0", "-map_chapters", "1",
                    "-movflags", "+faststart", "-f", "mp4", str(marked.resolve()),
                ],
            )  # fmt: skip
            atomic.take_over(marked, part)
        finally:
            marked.unlink(missing_ok=True)


def checks(path: Path, plan: RenderPlan) -> tuple[Check, ...]:
    """Whether the chapters that `plan` asks for are in the file at `path`, each at its time."""
    if plan.scenery is None or not plan.scenery.chapters:
        return ()
    wanted = [(chapter.start_ms, chapter.title) for chapter in plan.scenery.chapters]
    found = packets.chapters(path)
    same = len(found) == len(wanted) and all(
        abs(there[0] - here[0]) <= _NEAR_MS and there[1] == here[1]
        for there, here in zip(found, wanted, strict=True)
    )
    return (
        Check(
            name="chapters",
            held=same,
            measured="; ".join(f"{at / 1000:.3f} s {title}" for at, title in found[:5]) or "none",
            expected=f"{len(wanted)} at their times",
            expected_zh=f"{len(wanted)} 个，时间各自相符",
        ),
    )
