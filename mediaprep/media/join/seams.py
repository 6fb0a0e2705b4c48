"""Which packets of a joined picture are decoded to prove it, and which are only compared with main's."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from mediaprep.media.containers import packets
from mediaprep.media.isolation import guard
from mediaprep.model.finishing.joining import PartMethod
from mediaprep.model.finishing.proof import Check, Expectation

_PATIENCE_SECONDS = 30.0
_COMPARE_RATE = 10e6  # bytes a second at worst
_AFTER_SEAM = 50  # pictures of main decoded after a seam
_BEFORE_SEAM = 300  # and before one, if its last group is no longer than that


def spans(expectation: Expectation) -> tuple[range, ...] | None:
    """The packets to decode, as numbers in order of decoding: all that were encoded, and of what was copied
    the pictures beside each seam. None = all, nothing was copied."""
    coded, main = expectation.coded, expectation.main
    if not expectation.parts or coded is None:
        return None
    found: list[range] = []
    last = expectation.parts[-1]
    for part in expectation.parts:
        whole = range(part.first_frame, part.end_frame)
        if part.way is PartMethod.ENCODED:
            found.append(whole)
            continue
        if part.first_frame > 0:
            found.append(whole[:_AFTER_SEAM])
        refreshes = [main.first_frame + at for at in coded.refreshes if main.first_frame + at in whole]
        begin = refreshes[-1] if refreshes else whole.start
        if part is not last and whole.stop - begin <= _BEFORE_SEAM:
            found.append(range(begin, whole.stop))
    return _merged(found)


def _merged(found: list[range]) -> tuple[range, ...]:
    """Overlapping and adjoining ones as one: what is decoded across a seam is decoded without a break."""
    merged: list[range] = []
    for span in sorted(found, key=lambda one: one.start):
        if merged and span.start <= merged[-1].stop:
            merged[-1] = range(merged[-1].start, max(merged[-1].stop, span.stop))
        else:
            merged.append(span)
    return tuple(merged)


def copies(output: Path, expectation: Expectation) -> tuple[Check, ...]:
    """The copied packets are main's, every one in its place: compared byte by byte, by a child."""
    main = expectation.main
    rows = [
        (part.first_frame, part.first_frame - main.first_frame, part.frames)
        for part in expectation.parts
        if part.way is PartMethod.COPIED
    ]
    checks = (_same("copied_frames", "video", output, main.path, rows),)
    sound = expectation.sound
    if sound is None:
        return checks
    row = (sound.surely.start + sound.ahead, sound.surely.start, len(sound.surely))
    return (*checks, _same("copied_sound", "audio", output, main.path, [row]))


def _same(name: str, kind: str, output: Path, source: Path, rows: Sequence[tuple[int, int, int]]) -> Check:
    wanted = sum(count for _, _, count in rows)
    patience = _PATIENCE_SECONDS + output.stat().st_size / _COMPARE_RATE
    same = guard.ask("packets", "copies", output, source, kind, rows, wall_seconds=patience)
    stopped = same if isinstance(same, guard.Stopped) else None
    frames = "帧" if kind == "video" else "个音频帧"
    return Check(
        name=name,
        held=same == wanted,
        measured=0 if stopped else same,
        expected=f"{wanted} identical to {source.name}'s",
        expected_zh=f"{wanted} {frames}与 {source.name} 完全相同",
        note=stopped.en if stopped else "",
        note_zh=stopped.zh if stopped else "",
    )


def count_same(
    output: Path, source: Path, kind: Literal["video", "audio"], rows: Sequence[tuple[int, int, int]]
) -> int:
    """How many packets of `output` are the very bytes of `source`'s. `rows`, in order: (number of the first in the
    output, in the source, how many). Raises BadAsset."""
    return sum(
        here == there
        for first, begin, count in rows
        for here, there in zip(
            packets.packet_bytes(output, kind, range(first, first + count)),
            packets.packet_bytes(source, kind, range(begin, begin + count)),
            strict=False,
        )
    )
