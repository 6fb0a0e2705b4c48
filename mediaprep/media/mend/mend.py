"""Do what was planned: steps → one run of a tool, into a part file that is proved before it gets its name.

The original is opened for reading only. A file that does not show what its plan predicted is not kept.
"""

from __future__ import annotations

import contextlib
import itertools
import math
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from mediaprep.errors import BadAsset, ToolFailed
from mediaprep.media import ffmpeg, sniff
from mediaprep.media.containers import packets, streams
from mediaprep.media.files import atomic
from mediaprep.media.labels import tags
from mediaprep.media.mend import mend_argv
from mediaprep.media.probing import probe
from mediaprep.model.decks.page_steps import KeepPages, SaveDeck
from mediaprep.model.facts import AudioFacts, DeckFacts, Facts, PhotoFacts, UnknownFacts, VideoFacts
from mediaprep.model.finishing.sameness import differences
from mediaprep.model.steps import CropPhoto, EncodePicture, SavePhoto, Step, Trim, predict

_ENDS_SECONDS = 1.0  # decoded at head and tail of what was made
_ATTEMPTS = 3  # at a size that fits
_TIGHTER = 0.92  # rate control is not exact
_SOUND_BITRATE = 128_000
_REORDER_SECONDS = 2.0  # pictures are stored at most this much before they are shown


def mend(
    source: Path,
    facts: Facts,
    steps: tuple[Step, ...],
    target: Path,
    *,
    binary: ffmpeg.Binary,
    on_progress: Callable[[ffmpeg.EncodeProgress], None] | None = None,
    faces: bool = True,
) -> Facts:
    """Write `target` as `steps` plan it (no steps: a copy) and return its facts, probed again.

    Raises BadConfig for a target that cannot be written to, ToolFailed when the tool fails or the result does
    not hold; nothing is left behind then.
    """
    atomic.refuse_same(source, target)
    expected = predict(facts, steps)
    said = _said(source, expected)
    with atomic.landing(target) as part:
        atomic.need_space(target.parent, _space(facts, steps))
        if not steps:
            shutil.copyfile(source, part)
        elif isinstance(facts, DeckFacts):
            _rewrite_deck(source, facts, steps, part)
        elif isinstance(facts, PhotoFacts):
            width, height = _save_photo(source, steps, part)
            assert isinstance(expected, PhotoFacts)
            expected = replace(expected, width=width, height=height)
        else:
            with atomic.under_our_name(source, target.parent) as input_file:
                cut = _cut(source, facts, steps)
                demuxer = _demuxer(source)

                def run(planned: tuple[Step, ...]) -> None:
                    call = _arguments(input_file, demuxer, facts, planned, part, cut=cut)
                    ffmpeg.run(binary, call, on_progress=on_progress)

                _encode(run, facts, steps, part)
            if cut is not None and isinstance(expected, VideoFacts):
                expected = replace(expected, seconds=cut.seconds, frames=cut.packets)
        if not part.is_file():
            raise ToolFailed("the tool made no file", "工具没有生成文件")
        if steps and said is not None:
            tags.keep(said, part, binary=binary, covers=not isinstance(facts, VideoFacts))
        made = probe.probe(part, faces=faces)
        copied = not any(isinstance(step, EncodePicture) for step in steps)
        _prove(made, expected, part, binary, copied=copied)
    return made


def _said(source: Path, expected: Facts) -> tags.FileTags | None:
    """What a media file or picture says of itself; None for what has no place for a label. Raises BadConfig where
    what is made could not hold its label."""
    if not isinstance(expected, (VideoFacts, AudioFacts, PhotoFacts)):
        return None
    said = tags.read(source)
    container = expected.format if isinstance(expected, PhotoFacts) else expected.container
    tags.refuse_holder(said.label, container)
    return said


def _encode(
    run: Callable[[tuple[Step, ...]], None], facts: Facts, steps: tuple[Step, ...], part: Path
) -> None:
    """One run of the tool; once or twice more with a lower bitrate where a picture came out too large."""
    for _ in range(_ATTEMPTS):
        run(steps)
        picture = next((step for step in steps if isinstance(step, EncodePicture)), None)
        size = part.stat().st_size if part.is_file() else 0
        if picture is None or picture.max_bytes is None or size <= picture.max_bytes:
            return
        seconds = getattr(predict(facts, steps), "seconds", None) or 1.0
        sound = _SOUND_BITRATE if getattr(facts, "audio_tracks", 0) else 0
        measured = min(picture.max_bitrate or math.inf, max(size * 8 / seconds - sound, 1.0))
        tighter = replace(picture, max_bitrate=max(1000, int(measured * picture.max_bytes / size * _TIGHTER)))
        steps = tuple(tighter if step is picture else step for step in steps)


def argv(
    source: Path, facts: Facts, steps: tuple[Step, ...], target: Path, binary: ffmpeg.Binary
) -> list[list[str]]:
    """The calls that `mend` would make, for people to read; empty where no outer tool is needed."""
    if not steps or not isinstance(facts, (VideoFacts, AudioFacts)):
        return []
    cut = _cut(source, facts, steps)
    return [[binary.path, *_arguments(source, _demuxer(source), facts, steps, target, cut=cut)]]


def _cut(source: Path, facts: Facts, steps: tuple[Step, ...]) -> mend_argv.StreamCut | None:
    """Where a picture that is shortened and copied ends; None for every other plan."""
    plan = {type(step): step for step in steps}
    trim = plan.get(Trim)
    if not isinstance(facts, VideoFacts) or not isinstance(trim, Trim) or EncodePicture in plan:
        return None
    return copied_until(source, trim.seconds)


def _arguments(
    source: Path,
    demuxer: str,
    facts: Facts,
    steps: tuple[Step, ...],
    part: Path,
    *,
    cut: mend_argv.StreamCut | None,
) -> list[str]:
    if isinstance(facts, AudioFacts):
        return mend_argv.audio(source, demuxer, facts, steps, part)
    if not isinstance(facts, VideoFacts):
        raise ToolFailed(f"no step here mends {facts.kind}", f"没有可修复 {facts.kind} 的步骤")
    return mend_argv.video(source, demuxer, facts, steps, part, cut=cut)


def _demuxer(source: Path) -> str:
    """What may open the original. Never asked of its name in our folder, which can be a link: those are
    refused."""
    demuxer = sniff.identify(source).demuxer
    if demuxer is None:
        raise BadAsset(f"{source.name}: is no media file", f"{source.name}：不是媒体文件")
    return demuxer


def copied_until(source: Path, seconds: float) -> mend_argv.StreamCut:
    """The longest run of picture packets, in file order, that ends by `seconds` and leaves no picture out."""
    with packets.opened(source) as container:
        info = streams.describe_open(container).first("video")
        if info is None:
            raise BadAsset(f"{source.name}: has no picture track", f"{source.name}：没有视频轨道")
        stream = container.streams[info.index]
        tick = float(stream.time_base or 0)
        shown: list[tuple[int, int]] = []
        with contextlib.suppress(*packets.AV_ERRORS):
            for packet in container.demux(stream):
                stamp = packet.pts if packet.pts is not None else packet.dts
                if packet.size == 0 or stamp is None:
                    continue
                if shown and (stamp - shown[0][0]) * tick > seconds + _REORDER_SECONDS:
                    break
                shown.append((stamp, packet.duration or 0))
    return _whole_run(shown, tick, seconds)


def _whole_run(shown: list[tuple[int, int]], tick: float, seconds: float) -> mend_argv.StreamCut:
    later = [stamp for stamp, _ in shown] + [1 << 62]
    for place in range(len(later) - 2, -1, -1):
        later[place] = min(later[place], later[place + 1])
    best, first, latest = mend_argv.StreamCut(packets=0, seconds=0.0), later[0], -(1 << 62)
    stamps = sorted(stamp for stamp, _ in shown)
    steps = sorted(b - a for a, b in itertools.pairwise(stamps))
    usual = steps[len(steps) // 2] if steps else 0  # of packets that do not tell how long they last
    for place, (stamp, duration) in enumerate(shown):
        latest = max(latest, stamp)
        length = (latest - first + (duration or usual)) * tick
        if latest < later[place + 1] and length <= seconds:
            best = mend_argv.StreamCut(packets=place + 1, seconds=length)
    if not best.packets:
        raise ToolFailed("no place to cut the picture was found", "找不到可截断画面的位置")
    return best


def _save_photo(source: Path, steps: tuple[Step, ...], part: Path) -> tuple[int, int]:
    """(width, height) of what was saved, smaller than planned where its size asked for it."""
    from mediaprep.media import pictures

    step = steps[-1]
    assert isinstance(step, SavePhoto)
    crop = next((one for one in steps if isinstance(one, CropPhoto)), None)
    return pictures.resave(
        source,
        part,
        size=(step.width, step.height),
        format=step.format,
        max_bytes=step.max_bytes,
        least_side=step.least_side,
        box=None if crop is None else (crop.x, crop.y, crop.x + crop.width, crop.y + crop.height),
    )


def _rewrite_deck(source: Path, facts: DeckFacts, steps: tuple[Step, ...], part: Path) -> None:
    from mediaprep.media.decks import reading
    from mediaprep.media.decks.pdf import document
    from mediaprep.media.decks.writing import rewriting

    for step in steps:
        if isinstance(step, KeepPages):
            document.keep_pages(source, part, step.pages)
            continue
        assert isinstance(step, SaveDeck)
        if step.format == "ppt":
            shutil.copyfile(source, part)
            continue
        whole = reading.read(source, facts.family)
        rewriting.copy_pages(source, facts.family, whole, part, range(1, (whole.total or 0) + 1))


def _space(facts: Facts, steps: tuple[Step, ...]) -> int:
    """Bytes to be sure of: a copy is as large as its source, an encode hardly twice that."""
    encoded = any(isinstance(step, EncodePicture) for step in steps)
    return (facts.size_bytes or 0) * (2 if encoded else 1) if not isinstance(facts, UnknownFacts) else 0


def _prove(made: Facts, expected: Facts, part: Path, binary: ffmpeg.Binary, *, copied: bool) -> None:
    wrong = differences(expected, made)
    if wrong:
        told = "; ".join(wrong)
        raise ToolFailed(f"the mended file is not as planned: {told}", f"修复结果与计划不符：{told}")
    if isinstance(made, (VideoFacts, AudioFacts)):
        _decode_ends(part, made, binary, copied=copied)


def _decode_ends(part: Path, made: VideoFacts | AudioFacts, binary: ffmpeg.Binary, *, copied: bool) -> None:
    """Decode head and tail; one word of complaint is a failure. Of a copied picture the tail's keyframes are
    enough: all its packets were counted, and a long GOP would be decoded whole to reach the end."""
    demuxer = sniff.identify(part).demuxer or ""
    ends: list[list[str]] = [[]]
    if made.seconds is not None and made.seconds > 2 * _ENDS_SECONDS:
        skip = ["-skip_frame:v", "nokey"] if copied and isinstance(made, VideoFacts) else []
        ends.append([*skip, "-ss", f"{made.seconds - _ENDS_SECONDS:.3f}"])
    for seek in ends:
        arguments = [
            *seek,
            "-t",
            str(_ENDS_SECONDS),
            *ffmpeg.untrusted_input(part, demuxer),
            "-f",
            "null",
            "-",
        ]
        said = ffmpeg.run(binary, arguments, loglevel="error").strip()
        if said:
            told = said.splitlines()[0]
            raise ToolFailed(f"the mended file does not decode: {told}", f"修复结果无法正常解码：{told}")
