"""A finished or downloaded video beside its receipt: is it still what was proved?

Everything is decoded once. The bytes are compared first; what the pictures and the sound show is judged whether
they are the same or not.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from mediaprep.errors import BadAsset
from mediaprep.media.compose import softtrack
from mediaprep.media.containers import packets
from mediaprep.media.containers.streams import DecodeReport
from mediaprep.media.isolation import posix
from mediaprep.media.labels import labels_again
from mediaprep.media.prove import bands, evidence_of_output, glimpses, mark_pixels
from mediaprep.model.findings import Text
from mediaprep.model.finishing.proof import Check, unreadable
from mediaprep.model.finishing.receipts import (
    DRIVING,
    DrivingSource,
    Evidence,
    Glimpse,
    HeardVoice,
    Receipt,
    Shape,
)

MOST_LAG_MS = 60.0
_MOST_APART_MS = 100.0  # of picture's and sound's ends, AAC's padding and a held picture included
_LENGTH_SHARE, _LENGTH_SECONDS = 0.02, 0.5
_OTHER_PICTURE = 18.0  # grey levels between two small pictures
_PICTURES_SHARE = 0.8  # of the glimpses must be found again
_STIRRED = 6.0  # grey levels: it did move there
_FROZEN_SECONDS = 0.8
_BLACK_SECONDS = 0.3
_CAPTION = 0.5
_ANOTHER_ENCODE = Text("another encode: judged by what it shows", "重新编码过：按所显示的内容判断")
_OTHER_BYTES = Text("not the same bytes", "文件内容不同")


@dataclass(frozen=True, kw_only=True)
class _Here:
    """What the pass over the file gave."""

    shape: Shape
    report: DecodeReport
    seen: glimpses.SeenFrames
    rate: Fraction


def verify(path: Path, receipt: Receipt, *, recoded: bool = False) -> tuple[Check, ...]:
    """Judge the video at `path` against its receipt. `recoded`: it is a copy that a platform encoded anew, so
    that bytes and codec may differ. Raises BadAsset only when there is no such file."""
    checks = [_bytes(path, receipt, recoded)]
    proved = receipt.evidence
    try:
        here = _looked_at(path, proved)
    except BadAsset as error:
        return (
            *checks,
            unreadable(error.en),
        )
    checks += _decoded(here)
    checks += _outside(here, proved.shape, recoded=recoded)
    checks += _sound(path, receipt)
    checks += _pictures(here, proved)
    checks += _captions(here, proved)
    if proved.mark is not None:
        checks.append(mark_pixels.again(proved.mark, here.seen.crops))
    checks += labels_again.checks(path, receipt, recoded=recoded)
    if proved.tracked:
        checks.append(_track(path, proved, recoded=recoded))
    return tuple(checks)


def _bytes(path: Path, receipt: Receipt, recoded: bool) -> Check:
    with posix.open_regular(
        path
    ) as file:  # whatever is remembered of it: this is about what the disk gives now
        found = hashlib.file_digest(file, "sha256").hexdigest()
    same = found == receipt.video.sha256
    other = _ANOTHER_ENCODE if recoded else _OTHER_BYTES
    return Check(
        name="sha256",
        held=same or recoded,
        measured=found[:16],
        expected=receipt.video.sha256[:16],
        note="" if same else other.en,
        note_zh="" if same else other.zh,
    )


def _looked_at(path: Path, proved: Evidence) -> _Here:
    thumbs = {n for g in proved.glimpses for n in (g.frame, g.frame + g.after)}
    strips = {n for mark in proved.captions for n in (*mark.shown, *mark.hidden)}
    watch = glimpses.Watch(thumbs=thumbs, strips=strips, mark=proved.mark)
    report = packets.decode_report(path, look=watch.look)
    shape = evidence_of_output.shape(path)
    return _Here(shape=shape, report=report, seen=watch.seen, rate=Fraction(proved.shape.fps))


def _decoded(here: _Here) -> list[Check]:
    picture, sound = here.report.first("video"), here.report.first("audio")
    lengths = [s.seconds if s and s.seconds is not None else 0.0 for s in (picture, sound)]
    apart = abs(lengths[0] - lengths[1]) * 1000
    rows = [
        Check(
            name="decode_errors",
            held=here.report.errors == 0,
            measured=here.report.errors,
            expected="0",
            note="; ".join(here.report.messages[:3]),
        )
    ]
    if sound is not None:
        rows.append(
            Check(
                name="streams_apart",
                held=apart <= _MOST_APART_MS,
                measured=round(apart, 1),
                expected=f"at most {_MOST_APART_MS:g}",
                unit="ms",
                note=f"picture {lengths[0]:.3f} s, sound {lengths[1]:.3f} s",
                expected_zh=f"至多 {_MOST_APART_MS:g}",
                note_zh=f"画面 {lengths[0]:.3f} 秒，声音 {lengths[1]:.3f} 秒",
            )
        )
    return rows


def _outside(here: _Here, proved: Shape, *, recoded: bool) -> list[Check]:
    found = here.shape
    size = found.width, found.height
    rates = Fraction(found.fps), Fraction(proved.fps)
    wanted = () if recoded else (proved.streams,)
    return [
        Check(
            name="size",
            held=size == (proved.width, proved.height),
            measured=f"{found.width}×{found.height}",
            expected=f"{proved.width}×{proved.height}",
        ),
        Check(
            name="rate",
            held=abs(float(rates[0] / rates[1]) - 1) < 1e-3,
            measured=round(float(rates[0]), 3),
            expected=f"{float(rates[1]):g}",
            unit="fps",
        ),
        Check(
            name="frames",
            held=abs(here.seen.frames - proved.frames) <= (1 if recoded else 0),
            measured=here.seen.frames,
            expected=str(proved.frames) + " ±1" * recoded,
        ),
        Check(
            name="seconds",
            held=abs(found.seconds - proved.seconds) <= 0.04,
            measured=round(found.seconds, 3),
            expected=f"{proved.seconds:.3f} ±0.04",
            unit="s",
        ),
        *(
            Check(
                name="streams",
                held=found.streams == streams,
                measured=", ".join(found.streams),
                expected=", ".join(streams),
            )
            for streams in wanted
        ),
    ]


# --- sound ----------------------------------------------------------------------------------------------------


def _sound(path: Path, receipt: Receipt) -> list[Check]:
    voices = receipt.evidence.voices
    output = bands.bands_of(path)
    rows = [row for voice in voices for row in heard(voice.role, voice, output)]
    if receipt.drive in {DrivingSource.TEXT, DrivingSource.MODULATED}:
        rows.append(_duration(receipt))
    elif receipt.drive is DrivingSource.ORIGINAL and all(voice.role != DRIVING for voice in voices):
        rows.append(
            Check(
                name=f"sound_of_{DRIVING}", held=None, measured=None, expected="the sound that was sent",
                note="it was not at hand when the receipt was written", expected_zh="提交时使用的音频",
                note_zh="写回执时手边没有该音频",
            )
        )  # fmt: skip
    return rows


def heard(role: str, voice: HeardVoice, output: bands.Bands) -> list[Check]:
    """Rows on one sound that must be heard in `output`: its likeness, its place, its gaps."""
    found = bands.listen(bands.from_bytes(voice.bands), output, starts=voice.starts)
    if found.likeness is None:
        return [
            Check(
                name=f"sound_of_{role}", held=True, measured="silent", expected="silent",
                note=f"{voice.name} is silent: nothing to compare", expected_zh="静音",
                note_zh=f"{voice.name} 是静音，无从比较",
            )
        ]  # fmt: skip
    same = found.likeness >= bands.SAME
    timeless = same and found.lag is None
    rows = [
        Check(
            name=f"sound_of_{role}",
            held=same,
            measured=found.likeness,
            expected=f"correlation of at least {bands.SAME:g} with {voice.name}",
            note="a steady sound: it tells no time" if timeless else "",
            expected_zh=f"与 {voice.name} 的相关系数不低于 {bands.SAME:g}",
            note_zh="声音平稳，无法据此定时" if timeless else "",
        )
    ]
    if found.lag is not None:
        rows.append(
            Check(
                name=f"shift_of_{role}",
                held=abs(found.lag) * 1000 <= MOST_LAG_MS,
                measured=round(found.lag * 1000, 1),
                expected=f"within {MOST_LAG_MS:g}",
                unit="ms",
                expected_zh=f"±{MOST_LAG_MS:g} 以内",
            )
        )
    if same or found.silent:
        spans = ", ".join(f"{start:.2f}–{end:.2f} s" for start, end in found.silent)
        rows.append(
            Check(
                name=f"silent_in_{role}",
                held=not found.silent,
                measured=spans or "none",
                expected="no silence where it should be heard",
                expected_zh="应有声音处没有静音",
            )
        )
    return rows


def _duration(receipt: Receipt) -> Check:
    """What can be said of a voice that the service makes itself."""
    made = receipt.evidence.result_seconds
    stated = receipt.stated_seconds
    note = f"driven by {receipt.drive}: only the Duration can be compared with what the service stated"
    note_zh = f"由 {receipt.drive} 驱动：只能将 Duration 与服务端所述比较"
    if made is None or stated is None:
        return Check(
            name="duration", held=None, measured="not stated", expected="as the service states", note=note,
            expected_zh="与服务端所述一致", note_zh=note_zh,
        )  # fmt: skip
    allowed = max(_LENGTH_SECONDS, stated * _LENGTH_SHARE)
    return Check(
        name="duration",
        held=abs(made - stated) <= allowed,
        measured=round(made, 3),
        expected=f"{stated:.3f} ±{allowed:.2f}",
        unit="s",
        note=note,
        note_zh=note_zh,
    )


# --- pictures -------------------------------------------------------------------------------------------------


def _pictures(here: _Here, proved: Evidence) -> list[Check]:
    if not proved.glimpses:
        return [
            Check(
                name="pictures",
                held=None,
                measured=None,
                expected="as proved",
                note="the receipt keeps none",
                expected_zh="与校验时一致",
                note_zh="回执中没有保存画面",
            )
        ]  # fmt: skip
    rows, seen = [], here.seen
    found = [
        (g, glimpses.apart(_thumb(g.thumb), seen.thumbs[g.frame]))
        for g in proved.glimpses
        if g.frame in seen.thumbs
    ]
    good = sum(distance <= _OTHER_PICTURE for _, distance in found)
    rows.append(
        Check(
            name="pictures",
            held=good >= _PICTURES_SHARE * len(proved.glimpses),
            measured=f"{good} of {len(proved.glimpses)}",
            expected=f"at least {_PICTURES_SHARE:.0%} show what was proved",
            expected_zh=f"至少 {_PICTURES_SHARE:.0%} 与校验时一致",
        )
    )
    frozen = [span for span in _still_spans(here) if any(_moved_within(g, span) for g in proved.glimpses)]
    rows.append(_spans("frozen", frozen, here.rate, _NO_STILL))
    dark = [
        span
        for span in _long(bands.runs(np.array(seen.black, dtype=bool)), _BLACK_SECONDS, here.rate)
        if any(
            span[0] <= g.frame < span[1] and not glimpses.is_black(_thumb(g.thumb)) for g in proved.glimpses
        )
    ]
    rows.append(_spans("black", dark, here.rate, _NO_BLACK))
    return rows


def _thumb(raw: bytes) -> glimpses.Grey:
    width, height = glimpses.THUMB
    return np.frombuffer(raw.ljust(width * height, b"\0")[: width * height], dtype=np.uint8).reshape(
        height, width
    )


def _moved_within(glimpse: Glimpse, span: tuple[int, int]) -> bool:
    """Whether the picture stirred between two frames that both lie in the span."""
    inside = span[0] <= glimpse.frame and glimpse.frame + glimpse.after < span[1]
    return inside and glimpse.stir is not None and glimpse.stir >= _STIRRED


def _still_spans(here: _Here) -> list[tuple[int, int]]:
    """Frames from which nothing moves for long; a codec's touch-up between two still pictures is passed over."""
    still = np.array(here.seen.stirs, dtype=np.float32) <= glimpses.STILL
    if len(still):
        still[0] = False
    return _long([(first - 1, end) for first, end in bands.runs(still)], _FROZEN_SECONDS, here.rate)


def _long(spans: list[tuple[int, int]], seconds: float, rate: Fraction) -> list[tuple[int, int]]:
    return [(first, end) for first, end in spans if (end - first) / rate >= seconds]


_NO_STILL = Text("no still picture where it moved", "原有动作处没有静止画面")
_NO_BLACK = Text("no black picture where something was", "原有画面处没有黑屏")


def _spans(name: str, spans: list[tuple[int, int]], rate: Fraction, expected: Text) -> Check:
    said = ", ".join(f"{float(first / rate):.2f}–{float(end / rate):.2f} s" for first, end in spans[:5])
    return Check(
        name=f"{name}_spans",
        held=not spans,
        measured=said or "none",
        expected=expected.en,
        expected_zh=expected.zh,
    )


def _captions(here: _Here, proved: Evidence) -> list[Check]:
    if not proved.captions:
        cannot = Check(
            name="captions", held=None, measured=None, expected="all seen",
            note="everything moves where they stand: they cannot be told from the picture",
            expected_zh="全部可见", note_zh="字幕所在处画面一直在变，无法与画面区分",
        )  # fmt: skip
        return [cannot] if proved.burnt else []
    likes = [glimpses.resemblance(mark, here.seen.strips) for mark in proved.captions]
    found = [like for like in likes if like is not None]
    shown = sum(like >= _CAPTION for like in found)
    missing = [mark.text.replace("\n", " ") for mark, like in zip(proved.captions, likes, strict=True)
               if like is not None and like < _CAPTION]  # fmt: skip
    return [
        Check(
            name="captions",
            held=shown == len(likes),
            measured=f"{shown} of {len(likes)} (worst {min(found, default=0.0):.2f})",
            expected=f"all seen, correlation of at least {_CAPTION:g}",
            expected_zh=f"全部可见，相关系数不低于 {_CAPTION:g}",
            note="; ".join(missing[:3]),
        )
    ]


def _track(path: Path, proved: Evidence, *, recoded: bool) -> Check:
    row = softtrack.check(path, proved.tracked)
    if row.held or not recoded or row.measured:
        return row
    return replace(
        row,
        held=None,
        note="this copy has no caption track: platforms drop it",
        note_zh="该副本没有字幕轨：平台会去除",
    )


# --- a result just downloaded -----------------------------------------------------------------------------------

_TAIL_SECONDS = 4.0
_FROZEN_TAIL_SECONDS = 1.5


def fetched(path: Path, driving: HeardVoice | None, *, moving: bool = True) -> tuple[Check, ...]:
    """Judge what the service made: whether the sound that was sent (if it must come back) is heard in its
    place, and, where its end is `moving`, whether the picture stands still there while it sounds. Raises BadAsset."""
    output = bands.bands_of(path)
    rows = [] if driving is None else heard(driving.role, driving, output)
    return (*rows, *(_tail(path, output) if moving else ()))


def _tail(path: Path, output: bands.Bands) -> list[Check]:
    shape = evidence_of_output.shape(path)
    begin = max(0.0, shape.seconds - _TAIL_SECONDS)
    last: glimpses.Grey | None = None
    still_from: float | None = None
    for seconds, picture in packets.decode_frames(
        path, pixel_format="gray", size=glimpses.SMALL, start=begin, upright=False
    ):
        if last is None or glimpses.stir(last, picture) > glimpses.STILL:
            still_from = seconds
        last = picture
    frozen = 0.0 if still_from is None else shape.seconds - still_from
    heard_then = output[round((shape.seconds - frozen) / bands.HOP_SECONDS) :]
    speaks = bands.sounding_seconds(heard_then)
    return [
        Check(
            name="frozen_tail",
            held=min(frozen, speaks) < _FROZEN_TAIL_SECONDS,
            measured=round(frozen, 2),
            expected=f"less than {_FROZEN_TAIL_SECONDS:g} while it sounds",
            unit="s",
            note=f"it sounds for {speaks:.1f} s of them" if frozen >= _FROZEN_TAIL_SECONDS else "",
            expected_zh=f"有声音时少于 {_FROZEN_TAIL_SECONDS:g}",
            note_zh=f"其中 {speaks:.1f} 秒有声音" if frozen >= _FROZEN_TAIL_SECONDS else "",
        )
    ]
