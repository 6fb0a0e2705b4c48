"""Which packets of a joined picture are decoded to prove it, and which are only compared with main's."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from mediaprep.media import packets
from mediaprep.model.joining import Way
from mediaprep.model.proof import Check, Expectation

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
        if part.way is Way.ENCODED:
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


@dataclass
class Copies:
    """Hashes of the output's copied packets, taken while it is read."""

    expectation: Expectation
    digests: dict[int, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        copied = [part for part in self.expectation.parts if part.way is Way.COPIED]
        self._numbers = [range(part.first_frame, part.end_frame) for part in copied]

    def see(self, number: int, data: bytes) -> None:
        if any(number in numbers for numbers in self._numbers):
            self.digests[number] = hashlib.sha256(data).digest()

    def check(self) -> Check:
        """The copied packets are main's, every one in its place."""
        main = self.expectation.main
        own = packets.packet_hashes(main.path)
        wanted = {number for numbers in self._numbers for number in numbers}
        same = sum(
            1
            for number in wanted
            if 0 <= number - main.first_frame < len(own)
            and self.digests.get(number, b"").hex() == own[number - main.first_frame]
        )
        return Check(
            name="copied_frames",
            held=same == len(wanted),
            measured=same,
            expected=f"{len(wanted)} identical to {Path(main.path).name}'s",
            expected_zh=f"{len(wanted)} 帧与 {Path(main.path).name} 完全相同",
        )
