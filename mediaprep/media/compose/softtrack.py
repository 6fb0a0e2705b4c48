"""Captions as a track of the file (mov_text) that players draw: added at the speed of copying, read back as proof."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from mediaprep.errors import ToolFailed
from mediaprep.media import ffmpeg
from mediaprep.media.captions import subtitle_files
from mediaprep.media.containers import packets
from mediaprep.media.ffmpeg import Binary
from mediaprep.media.files import atomic
from mediaprep.model.facts import AudioTrack
from mediaprep.model.findings import Text
from mediaprep.model.finishing.joining import PartMethod
from mediaprep.model.finishing.plans import Cue, RenderPlan
from mediaprep.model.finishing.proof import Check
from mediaprep.model.finishing.receipts import TrackedCaption

_LENGTH_BYTES = 2  # of the text, before it, in a sample of mov_text
_NEAR_MS = 2


def add(source: Path, target: Path, cues: Sequence[Cue], *, language: str, binary: Binary) -> None:
    """`source` (MP4) with one more track holding `cues`, written to `target`; everything else is copied."""
    with atomic.workroom() as folder:
        captions = _track(cues, folder, binary)
        ffmpeg.run(
            binary,
            [
                *ffmpeg.untrusted_input(source, "mov,mp4,m4a,3gp,3g2,mj2"),
                *ffmpeg.untrusted_input(captions, "mov,mp4,m4a,3gp,3g2,mj2"),
                "-map", "0:v:0", "-map", "0:a:0?", "-map", "1:s:0", "-c", "copy",
                "-map_metadata", "0", "-map_chapters", "0",
                "-metadata:s:s:0", f"language={language}", "-disposition:s:0", "default",
                "-movflags", "+faststart", "-f", "mp4", str(target.resolve()),
            ],
        )  # fmt: skip


def _track(cues: Sequence[Cue], folder: Path, binary: Binary) -> Path:
    """An MP4 in `folder` with nothing but the caption track. Its texts are written as they are: ffmpeg's readers of
    subtitles take < > and { } in them for tags. From ffmpeg comes only a track of one caption, the pattern."""
    pattern, track = folder / "pattern.mp4", folder / "track.mp4"
    only = Cue(start_ms=0, end_ms=1000, lines=("1",))
    (folder / "pattern.srt").write_text(subtitle_files.text_of([only], "srt"), encoding="utf-8")
    ffmpeg.run(
        binary,
        [
            *ffmpeg.untrusted_input(folder / "pattern.srt", "srt"),
            "-c:s", "mov_text", "-f", "mp4", str(pattern),
        ],
    )  # fmt: skip
    with (
        packets.opened(pattern) as container,
        packets.writing(track, [container.streams.subtitles[0]]) as (made, (stream,)),
    ):
        for cue in cues:
            start, end = (round(Fraction(ms, 1000) / stream.time_base) for ms in (cue.start_ms, cue.end_ms))
            text = cue.text.encode()
            data = len(text).to_bytes(_LENGTH_BYTES, "big") + text
            made.mux(
                packets.new_packet(
                    memoryview(data), stream, pts=start, dts=start, duration=end - start, key=True
                )
            )
    return track


def enough(plan: RenderPlan) -> bool:
    """Whether main with a caption track is all that is wanted, so that its sound can be copied too."""
    facts = plan.main.facts
    return (
        plan.soft is not None
        and len(plan.clips) == 1
        and [part.way for part in plan.parts] == [PartMethod.COPIED]
        and plan.target is None
        and plan.levelling is None
        and not (plan.scenery and plan.scenery.sounds)
        and facts.container in {"mp4", "mov"}
        and isinstance(facts.audio, AudioTrack)
        and (facts.audio.codec, facts.audio_tracks) == ("aac", 1)
    )


def with_track(plan: RenderPlan, part: Path, binary: Binary) -> None:
    """Give the video at `part` the caption track that `plan` asks for, if it does; where that is all, `part`
    is made from main itself."""
    if plan.soft is None:
        return
    source = plan.main.path if enough(plan) else part
    captioned = part.with_name(f"{part.name}.track")
    try:
        add(source, captioned, _cues(plan), language=plan.soft, binary=binary)
        atomic.take_over(captioned, part)
    finally:
        captioned.unlink(missing_ok=True)


def checks(path: Path, plan: RenderPlan) -> tuple[Check, ...]:
    """Whether the track that `plan` asks for is in the file at `path`, each caption at its time."""
    if plan.soft is None:
        return ()
    wanted = [TrackedCaption(start_ms=cue.start_ms, end_ms=cue.end_ms, text=cue.text) for cue in _cues(plan)]
    return (check(path, wanted),)


def check(path: Path, wanted: Sequence[TrackedCaption]) -> Check:
    """Whether the caption track of the file at `path` holds the captions `wanted`, each at its time."""
    try:
        found, why = read(path), Text("not those that were given", "与给定的字幕不一致")
    except ToolFailed as error:
        found, why = [], Text(error.en, error.zh)
    same = len(found) == len(wanted) and all(map(_alike, found, wanted))
    return Check(
        name="captions_track",
        held=same,
        measured=len(found),
        expected=f"{len(wanted)}, each at its time",
        note="" if same else why.en,
        expected_zh=f"{len(wanted)} 条，时间各自相符",
        note_zh="" if same else why.zh,
    )


def _alike(one: TrackedCaption, other: TrackedCaption) -> bool:
    near = abs(one.start_ms - other.start_ms) <= _NEAR_MS and abs(one.end_ms - other.end_ms) <= _NEAR_MS
    return near and one.text == other.text


def read(path: Path) -> list[TrackedCaption]:
    """The captions of the first mov_text track; [] where there is none. Raises ToolFailed for a sample that is
    none."""
    found: list[TrackedCaption] = []
    with packets.opened(path) as container:
        track = next((s for s in container.streams.subtitles if s.codec_context.name == "mov_text"), None)
        if track is None:
            return []
        tick = track.time_base or 0
        for packet in container.demux(track):
            raw = bytes(packet)
            length = int.from_bytes(raw[:_LENGTH_BYTES], "big")
            if packet.pts is None or not length:
                continue
            text = raw[_LENGTH_BYTES : _LENGTH_BYTES + length]
            if len(text) < length:
                raise ToolFailed(f"{path.name}: a caption is cut off", f"{path.name}：字幕数据不完整")
            start = round(packet.pts * tick * 1000)
            end = round((packet.pts + (packet.duration or 0)) * tick * 1000)
            said = text.decode("utf-8", errors="replace").replace("\r\n", "\n")
            found.append(TrackedCaption(start_ms=start, end_ms=end, text=said))
    return found


def _cues(plan: RenderPlan) -> list[Cue]:
    return [placed.cue for placed in plan.cues]
