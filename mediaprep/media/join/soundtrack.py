"""The finished sound as one AAC track: main's own frames copied where nothing changes them, with what comes before
and after encoded; else encoded in one go, or, where it is long and processors are free, in stretches side by side.

Stretches overlap. A track changes from one to the next between two AAC frames, where the first frame's windows are
the same in both: their halves then add up to what was cut in two (ISO/IEC 14496-3, 4.6.11), and nothing of it is
heard. Where no such frame is found, the sound is encoded in one go after all.
"""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from pathlib import Path

from mediaprep.media import ffmpeg
from mediaprep.media.compose import graph
from mediaprep.media.containers import packets
from mediaprep.media.ffmpeg import Binary, EncodeProgress
from mediaprep.media.join.write_track import PacketStretch
from mediaprep.model.finishing.joining import AAC_FRAME, SEAM, CopiedSound
from mediaprep.model.finishing.plans import RenderPlan

_MOST_STRETCHES = 4  # each decodes all that comes before it
_SHORTEST_SECONDS = 30.0
_SHORTER = 0.8  # each than the one before: decoding takes 0.15 of encoding, and comes first
_LEAD = SEAM  # frames that a stretch begins before its border
_SETTLED = 16  # of them; before, its encoder still finds its way
_TRAIL = 4  # frames that a stretch goes on beyond its end
_ENTERED = 4  # frames of main that are left to an encoder first, while main's own decoder would find its way

OnProgress = Callable[[float], None]
"""Told how much of the sound is encoded, 0–1; may raise to end it."""


class _Apart(Exception):
    """Two stretches have no frame at which one can become the other."""


def encode(
    plan: RenderPlan,
    *,
    binary: Binary,
    room: Path,
    environment: dict[str, str] | None = None,
    on_progress: OnProgress | None = None,
) -> tuple[PacketStretch, ...]:
    """The plan's sound as AAC: main itself, files in `room`, or both. Raises ToolFailed."""
    run = _Run(plan, binary, room, environment or {}, on_progress)
    if plan.sound is not None:
        try:
            return run.around_main(plan.sound)
        except _Apart:
            pass
    count = min(_MOST_STRETCHES, os.cpu_count() or 1, int(plan.seconds // _SHORTEST_SECONDS))
    if count > 1:
        try:
            return run.side_by_side(count)
        except _Apart:
            pass
    return (run.whole(),)


class _Run:
    def __init__(
        self,
        plan: RenderPlan,
        binary: Binary,
        room: Path,
        environment: dict[str, str],
        on_progress: OnProgress | None,
    ) -> None:
        self.plan, self.binary, self.room, self.environment = plan, binary, room, environment
        self.on_progress = on_progress
        self.stopped = threading.Event()
        self.shares: dict[Path, float] = {}

    def whole(self) -> PacketStretch:
        target = self.room / "sound.mp4"
        self._encode(target, None, 1.0, 0)
        return PacketStretch(path=target)

    def around_main(self, sound: CopiedSound) -> tuple[PacketStretch, ...]:
        """Main's frames between what is encoded. Raises _Apart."""
        main, total = self.plan.main.path, self.plan.expected_samples
        before, after = self.room / "sound-before.mp4", self.room / "sound-after.mp4"
        enters, leaves = sound.entry + SEAM, sound.usable - SEAM
        runs = []
        if sound.led:
            runs.append((before, range(sound.at(enters)), sound.shift))
        if sound.trailed:
            runs.append((after, range(sound.at(leaves + 1), total), 0))
        self._encode_all(runs)
        first, end, stretches = sound.begin, sound.usable, []
        if sound.led:
            zone = range(sound.entry + _ENTERED, enters - _TRAIL)
            at = _common(_frames(before, _moved(zone, sound.ahead)), _frames(main, zone)) + zone.start
            stretches.append(PacketStretch(path=before, end=at + sound.ahead + 1, starts=-sound.shift))
            first = at + 1
        if sound.trailed:
            zone = range(leaves + _SETTLED, sound.usable - _TRAIL)
            at = _common(_frames(main, zone), _frames(after, _moved(zone, -leaves))) + zone.start
            end = at + 1
        starts = sound.at(0) - sound.coded.stamp
        stretches.append(PacketStretch(path=main, first=first, end=end, starts=starts, stop=total))
        if sound.trailed:
            stretches.append(PacketStretch(path=after, first=end - leaves, starts=sound.at(leaves + 1)))
        return tuple(stretches)

    def side_by_side(self, count: int) -> tuple[PacketStretch, ...]:
        """Stretches encoded at the same time. Raises _Apart."""
        total = self.plan.expected_samples
        borders = [round(total * share / AAC_FRAME) for share in _shares(count)]
        begins = [max(0, border - _LEAD) * AAC_FRAME for border in borders]
        ends = [*((border + _TRAIL) * AAC_FRAME for border in borders[1:]), total]
        paths = [self.room / f"sound-{number}.mp4" for number in range(count)]
        self._encode_all(
            [(path, range(begin, end), 0) for path, begin, end in zip(paths, begins, ends, strict=True)]
        )
        return _spliced(paths, begins)

    def _encode_all(self, runs: Sequence[tuple[Path, range, int]]) -> None:
        """Encode (target, samples, silence before them) side by side."""
        total = sum(len(samples) for _, samples, _ in runs)
        with ThreadPoolExecutor(max_workers=max(1, len(runs))) as pool:
            started = [
                pool.submit(self._encode, target, samples, len(samples) / total, silence)
                for target, samples, silence in runs
            ]
            try:
                done, _ = wait(started, return_when=FIRST_EXCEPTION)
                for one in done:
                    one.result()
            except BaseException:
                self.stopped.set()  # leaving the pool waits for the others
                raise

    def _encode(self, target: Path, samples: range | None, share: float, silence: int) -> None:
        rate = self.plan.canvas.sample_rate
        seconds = (len(samples) if samples is not None else self.plan.expected_samples) / rate

        def tell(progress: EncodeProgress) -> None:
            if self.stopped.is_set():
                raise InterruptedError
            self.shares[target] = share * min(1.0, progress.seconds / seconds)
            if self.on_progress:
                self.on_progress(min(1.0, sum(self.shares.values())))

        ffmpeg.run(
            self.binary,
            graph.sound_arguments(self.plan, target.resolve(), samples, silence=silence),
            on_progress=tell,
            cwd=self.room,
            env=self.environment,
        )


def _shares(count: int) -> list[float]:
    """Where stretches begin, 0–1: later ones are shorter, as what comes before has to be decoded for them."""
    lengths = [_SHORTER**number for number in range(count)]
    return [sum(lengths[:number]) / sum(lengths) for number in range(count)]


def _spliced(paths: Sequence[Path], begins: Sequence[int]) -> tuple[PacketStretch, ...]:
    """Which frames are taken from which file, whose sound begins at sample `begins`. Raises _Apart."""
    firsts, ends = [0], []
    for number, (before, after) in enumerate(itertools.pairwise(paths), start=1):
        # a frame's number in the one before less its number here
        offset = (begins[number] - begins[number - 1]) // AAC_FRAME
        at = _SETTLED + _common(
            _frames(before, range(_SETTLED + offset, _LEAD + offset)), _frames(after, range(_SETTLED, _LEAD))
        )
        ends.append(at + offset + 1)
        firsts.append(at + 1)
    return tuple(
        PacketStretch(path=path, first=first, end=end, starts=begin)
        for path, first, end, begin in zip(paths, firsts, [*ends, None], begins, strict=True)
    )


def _frames(path: Path, numbers: range) -> list[bytes]:
    return list(packets.packet_bytes(path, "audio", numbers))


def _moved(numbers: range, by: int) -> range:
    return range(numbers.start + by, numbers.stop + by)


def _common(before: Sequence[bytes], after: Sequence[bytes]) -> int:
    """The number of a frame that both have: the same to the bit if there is one, else the last with the same
    windows. Raises _Apart."""
    pairs = list(enumerate(zip(before, after, strict=False)))[::-1]
    same = [at for at, (one, other) in pairs if one == other]
    alike = [at for at, (one, other) in pairs if windows(one) == windows(other) is not None]
    if not (same or alike):
        raise _Apart
    return (same or alike)[0]


def windows(frame: bytes) -> int | None:
    """Which windows an AAC-LC frame has: sequence (2 bits) and shape (1 bit) of its one channel, or of both when
    they have them in common. None where the frame does not tell at its beginning."""
    bits = int.from_bytes(frame[:4].ljust(4, b"\0"), "big")
    element = bits >> 29
    if element == 0:  # one channel: tag (4 bits), global gain (8), a reserved bit
        return bits >> 13 & 0b111
    if element == 1 and bits >> 24 & 1:  # a pair with common windows: tag (4), that bit, a reserved bit
        return bits >> 20 & 0b111
    return None
