"""Takes the evidence for a receipt from an output that was just proved, and from what it was made of."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from mediaprep.errors import BadAsset
from mediaprep.media.compose import softtrack
from mediaprep.media.containers import packets
from mediaprep.media.ffmpeg import Binary
from mediaprep.media.files.digest import sha256_in
from mediaprep.media.isolation import guard, posix
from mediaprep.media.prove import bands as sounds
from mediaprep.media.prove import caption_pixels as seen
from mediaprep.media.prove import glimpses as pictures
from mediaprep.model.finishing.plans import PlacedCue, RenderPlan
from mediaprep.model.finishing.receipts import Evidence, FileMark, Glimpse, HeardVoice, Shape

_PATIENCE_SECONDS = 30.0
_DECODE_RATE = 1e6  # bytes a second at which sound is decoded at worst


def mark(role: str, path: Path) -> FileMark:
    """A file by its content. Raises BadAsset when it cannot be read."""
    with posix.open_regular(path) as file:
        size = os.fstat(file.fileno()).st_size
        return FileMark(role=role, name=path.name, sha256=sha256_in(file), size_bytes=size)


def tools(version: str, binary: Binary | None) -> dict[str, str]:
    """The versions of what worked on the output."""
    found = {
        "mediaprep": version,
        "python": platform.python_version(),
        "pyav": importlib.metadata.version("av"),
    }
    if binary is not None:
        found["ffmpeg"] = binary.version
    return found


def shape(path: Path, frames: int | None = None) -> Shape:
    """The outside of a video, whose pictures are counted where it is not known how many `frames` there are. Raises
    BadAsset when it has no picture."""
    opened = packets.describe(path)
    picture, sound = opened.first("video"), opened.first("audio")
    if picture is None:
        raise BadAsset(f"{path.name}: has no picture", f"{path.name}：没有画面")
    if frames is None:
        frames = packets.frame_count(path)
    rate = Fraction(picture.rate or 25).limit_denominator(1001)
    return Shape(
        codec=picture.codec,
        width=picture.width,
        height=picture.height,
        fps=str(rate),
        frames=frames,
        seconds=round(float(frames / rate), 4),
        sample_rate=sound.sample_rate if sound else 0,
        channels=sound.channels if sound else 0,
        streams=tuple(f"{stream.kind} {stream.codec}" for stream in opened.streams),
    )


def evidence(
    path: Path,
    *,
    voices: tuple[HeardVoice, ...] = (),
    cues: Sequence[PlacedCue] = (),
    band: tuple[float, float] = (0.0, 1.0),
    seen: pictures.SeenFrames | None = None,
    tracked: bool = False,
) -> Evidence:
    """What `path` shows now; `cues` are those burnt into it, within `band`; `seen` is what a `watch` saw of
    all of it, if it has been decoded just now; `tracked`: it has a caption track. Raises BadAsset."""
    outside = shape(path, seen.frames if seen else None)
    rate = Fraction(outside.fps)
    pairs = pictures.moments(rate, outside.frames)
    spans = pictures.caption_spans(cues, outside.frames)
    glimpses = seen.glimpses if seen is not None else ()
    whole = not glimpses and (seen is not None or outside.frames / rate <= pictures.WHOLE_SECONDS)
    if seen is None or (glimpses and spans):
        seen = _passed(path, pairs if whole else (), spans)
    if whole:
        glimpses = pictures.glimpsed(seen, pairs)
    return Evidence(
        shape=outside,
        voices=voices,
        glimpses=glimpses or pictures.at_keyframes(path, fps=rate, frames=outside.frames),
        captions=pictures.caption_marks(seen.strips, spans, band) if spans else (),
        burnt=len(cues),
        tracked=tuple(softtrack.read(path)) if tracked else (),
    )


def _passed(
    path: Path, pairs: Sequence[tuple[int, int]], spans: Sequence[pictures.CaptionSpan]
) -> pictures.SeenFrames:
    """All pictures that are wanted, in one pass over the video."""
    eyes = _eyes(pairs, spans)
    if pairs or spans:
        packets.decode_report(path, look=eyes.look)
    return eyes.seen


def watch(plan: RenderPlan) -> pictures.Watch:
    """What has to see every picture of the plan's output, so that `evidence` need not decode it again."""
    pairs = pictures.moments(plan.canvas.fps, plan.expected_frames)
    return _eyes(pairs, pictures.caption_spans(plan.cues if plan.burn else (), plan.expected_frames))


def _eyes(pairs: Sequence[tuple[int, int]], spans: Sequence[pictures.CaptionSpan]) -> pictures.Watch:
    return pictures.Watch(
        thumbs={n for first, after in pairs for n in (first, first + after)},
        strips={n for span in spans for n in (*span.shown, *span.hidden)},
        everything=False,
    )


def glimpsed_beside(plan: RenderPlan, path: Path) -> tuple[Glimpse, ...]:
    """Glimpses of the plan's output at `path`, by a child, while others prove it; none where `evidence` has to
    look for itself."""
    if plan.seconds <= pictures.WHOLE_SECONDS:
        return ()
    found = guard.ask(
        "packets",
        "glimpses",
        path,
        str(plan.canvas.fps),
        plan.expected_frames,
        wall_seconds=_PATIENCE_SECONDS,
    )
    if isinstance(found, guard.Stopped):
        return ()
    return tuple(Glimpse(frame=n, thumb=thumb, after=after, stir=stir) for n, thumb, after, stir in found)


def band_of(plan: RenderPlan) -> tuple[float, float]:
    """Where captions stand: top and end as shares of the picture's height."""
    if plan.style is None or plan.font is None:
        return 0.0, 1.0
    first, end = seen.band(plan.canvas, plan.style, plan.font)
    return first / plan.canvas.height, end / plan.canvas.height


def voices_of(plan: RenderPlan) -> tuple[HeardVoice, ...]:
    """The sound of every clip, as it lies in its own file, at the place the plan gives it; without what fades
    into its neighbours, and without clips that do nothing but fade to black or out of it."""
    canvas = plan.canvas
    found: list[HeardVoice] = []
    for clip, clear in zip(plan.clips, plan.compared, strict=True):
        first, end = clip.first_frame + clip.fades_in, clip.end_frame - clip.fades_out
        if not clip.has_sound or first >= end or clear.fades_in + clear.fades_out >= clear.frames:
            continue
        role = clip.role.value
        same = sum(voice.role.rstrip("0123456789-") == role for voice in found)
        found.append(
            voice_of(
                clip.path,
                role=f"{role}-{same + 1}" if same else role,
                skip=float(clip.fades_in / canvas.fps),
                starts=canvas.samples_at(first) / canvas.sample_rate,
                seconds=float((end - first) / canvas.fps),
            )
        )
    return tuple(found)


def voice_of(
    path: Path, *, role: str, starts: float = 0.0, seconds: float | None = None, skip: float = 0.0
) -> HeardVoice:
    """A file's sound from `skip` on, at most `seconds` of it, that must be heard in the output at `starts`."""
    streams = [s for s in packets.describe(path).streams if s.kind in {"video", "audio"} and not s.picture]
    begin = skip + min((s.starts for s in streams if s.starts is not None), default=0.0)
    with posix.open_regular(path) as file:
        patience = _PATIENCE_SECONDS + file.seek(0, 2) / _DECODE_RATE
    stop = None if seconds is None else begin + seconds
    heard = guard.ask("packets", "bands", path, begin, stop, wall_seconds=patience)
    if isinstance(heard, guard.Stopped):
        raise BadAsset(f"{path.name}: {heard.en}", f"{path.name}：{heard.zh}")
    bands = sounds.from_bytes(heard)
    if seconds is not None:
        bands = bands[: max(1, round(seconds / sounds.HOP_SECONDS))]
    return HeardVoice(
        role=role,
        name=path.name,
        starts=round(starts, 6),
        seconds=round(len(bands) * sounds.HOP_SECONDS, 3),
        bands=bands.tobytes(),
    )
