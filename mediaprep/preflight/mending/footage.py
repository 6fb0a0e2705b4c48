"""Plan the mending of footage: bounds of sides, rates, bitrates. Pure arithmetic over facts and rows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from mediaprep.contract.bounds import AtLeast, AtMost, Between, Bound, SizeUpTo
from mediaprep.contract.limits import Limit
from mediaprep.model.facts import AudioFacts, AudioTrack, Facts, VideoFacts
from mediaprep.model.findings import Text
from mediaprep.model.finishing.plans import shown_size
from mediaprep.model.steps import DropTracks, EncodePicture, Remux, Step, Trim


@dataclass(frozen=True)
class Unmendable:
    """Why no step helps, and the measures it is about."""

    measures: tuple[str, ...]
    why: Text


# What may be copied into an mp4 as it is, by the names of the facts.
COPIED_PICTURE = frozenset({"h264", "hevc", "av1"})
COPIED_SOUND = frozenset({"aac", "mp3", "ac3", "eac3"})

MOST_UNDECODABLE = 0.1  # seconds: pictures that lead an open group are no loss
_LARGEST_SIDE = 8192  # of fields without a bound of their own
KEPT_SILENCE = 0.15  # seconds left before the first and after the last sound
_TRIM_MARGIN = 0.1  # seconds kept clear of a limit: packets end where they end
_SOUND_BITRATE = 128_000
_SIZE_MARGIN = 0.94  # container and rate control take their share
_LEAST_BITRATE = 100_000  # below this a picture is not worth uploading

_RATES = tuple(
    Fraction(rate)
    for rate in (
        "15", "20", "24000/1001", "24", "25", "30000/1001", "30", "48", "50", "60000/1001", "60",
        "120000/1001", "120",
    )
)  # fmt: skip
_FASTEST_VARIABLE = Fraction(60)
_SAME_RATE = 0.0004  # of a rate: less than what lies between 30 and 30000/1001


def copyable(facts: VideoFacts) -> bool:
    """Whether the picture can go into an mp4 as it is. AVI keeps no presentation stamps: copied out of it,
    pictures come late or out of order. What an edit list hides is copied too, and another one written for it."""
    return facts.codec in COPIED_PICTURE and facts.container != "avi" and not facts.hidden_seconds


def encode(facts: Facts, rows: Mapping[str, Limit], prefer: str | None = None) -> Step | Unmendable:
    """The one step that makes all pixels right at once: sides in bounds and even, rate constant, SDR."""
    del prefer  # an mp4 whatever the name asks for
    if not isinstance(facts, VideoFacts):
        return Unmendable(("codec",), Text("there is no picture to encode", "没有可编码的画面"))
    low, high = sides(rows)
    shown = shown_size(facts)
    fitted = fit(*shown, low, high, even=True)
    if fitted is None:
        return no_fit(*shown, low, high)
    bitrate = _bitrate(facts, rows)
    if isinstance(bitrate, Unmendable):
        return bitrate
    if facts.variable_rate and facts.usual_fps:
        rate = constant_rate(facts.usual_fps, variable=False)
    else:
        rate = constant_rate(facts.fps, variable=bool(facts.variable_rate))
    return EncodePicture(
        width=fitted[0],
        height=fitted[1],
        rate=str(rate) if rate else None,
        deinterlace=bool(facts.interlaced),
        tone_map=bool(facts.hdr),
        max_bitrate=bitrate,
        max_bytes=_most_bytes(rows),
    )


def remux(facts: Facts, rows: Mapping[str, Limit], prefer: str | None = None) -> Step | Unmendable:
    """Another container around the same streams."""
    del rows, prefer
    if not isinstance(facts, VideoFacts):
        return Unmendable(("container",), Text("not a video", "不是视频"))
    return Remux()


def drop_tracks(facts: Facts, rows: Mapping[str, Limit], prefer: str | None = None) -> Step | Unmendable:
    """Only the first track of each kind."""
    del rows, prefer
    if not isinstance(facts, VideoFacts):
        return Unmendable(("audio_tracks",), Text("not a video", "不是视频"))
    return DropTracks()


def shorten(facts: Facts, rows: Mapping[str, Limit], prefer: str | None = None) -> Step | Unmendable:
    """Trim to the allowed length: a sound's silent edges first, content only where that is not enough."""
    del prefer
    longest = highest(rows["seconds"].bound)
    if not isinstance(facts, (VideoFacts, AudioFacts)) or facts.seconds is None:
        return Unmendable(("seconds",), Text("its length is not known", "时长未知"))
    if facts.seconds <= longest:
        return Unmendable(("seconds",), Text("what is too short cannot be lengthened", "过短的内容无法补足"))
    if isinstance(facts, AudioFacts):
        return _shorten_sound(facts, longest)
    start = _beginning(facts)
    return Trim(start=start, seconds=round(min(longest - _TRIM_MARGIN, facts.seconds - start), 3))


def begins_blind(facts: Facts) -> bool:
    """Whether a beginning worth mentioning does not decode."""
    return isinstance(facts, VideoFacts) and (facts.undecodable_seconds or 0.0) > MOST_UNDECODABLE


def _shorten_sound(facts: AudioFacts, longest: float) -> Trim:
    assert facts.seconds is not None
    start = max(0.0, (facts.leading_silence or 0.0) - KEPT_SILENCE)
    end = facts.seconds - max(0.0, (facts.trailing_silence or 0.0) - KEPT_SILENCE)
    start, kept = round(start, 3), round(end - start, 3)
    if kept <= longest - _TRIM_MARGIN:
        return Trim(start=start, seconds=kept, silence=True)
    return Trim(start=start, seconds=round(longest - _TRIM_MARGIN, 3))


def cut_beginning(facts: Facts, rows: Mapping[str, Limit], prefer: str | None = None) -> Step | Unmendable:
    """Only what comes after the beginning of which no picture decodes."""
    del prefer
    if not isinstance(facts, VideoFacts) or facts.seconds is None or facts.decodes_from is None:
        return Unmendable(("undecodable_seconds",), Text("what decodes is not known", "无法得知可解码的部分"))
    left = (facts.picture_starts or 0.0) + facts.seconds - facts.decodes_from
    longest = highest(rows["seconds"].bound) - _TRIM_MARGIN if "seconds" in rows else math.inf
    return Trim(start=_beginning(facts), seconds=round(min(left, longest), 3))


def _beginning(facts: VideoFacts) -> float:
    """The first second that decodes, counted from when the file's first track begins."""
    if facts.decodes_from is None:
        return 0.0
    sound = facts.audio.starts if isinstance(facts.audio, AudioTrack) else None
    begins = min(start for start in (facts.picture_starts or 0.0, sound) if start is not None)
    return round(max(0.0, facts.decodes_from - max(0.0, begins)), 3)


def constant_rate(fps: float | None, *, variable: bool) -> Fraction | None:
    """The rate to write: a standard one at or just above a constant source, 30 or 60 for a variable one."""
    if not fps or not math.isfinite(fps):
        return None
    if variable:
        # an average hides the rate the camera aimed at, which no picture should be dropped from
        return _FASTEST_VARIABLE if fps > 30.3 else Fraction(30)
    nearest = min(_RATES, key=lambda rate: abs(float(rate) - fps))
    if abs(float(nearest) - fps) <= fps * _SAME_RATE:
        return nearest
    above = next((rate for rate in _RATES if float(rate) > fps), None)
    if above is not None and float(above) <= fps * 1.05:
        return above
    return Fraction(fps).limit_denominator(1001)


def sides(rows: Mapping[str, Limit]) -> tuple[float, float]:
    """The bounds that hold for both sides, in pixels."""
    bounds = [rows[side].bound for side in ("width", "height") if side in rows]
    return max([2, *map(lowest, bounds)]), min((highest(bound) for bound in bounds), default=_LARGEST_SIDE)


def fit(width: int, height: int, low: float, high: float, *, even: bool) -> tuple[int, int] | None:
    """The sides scaled by one factor into low…high (1 where they fit); None where no factor does."""
    longer, shorter = max(width, height), min(width, height)
    scale = high / longer if longer > high else low / shorter if shorter < low else 1.0
    step = 2 if even else 1
    fitted = (_rounded(width * scale, low, high, step), _rounded(height * scale, low, high, step))
    ratio = (fitted[0] * height) / (fitted[1] * width)
    # A clamped side would distort: allowed only as far as rounding to even sides goes.
    return fitted if abs(ratio - 1) <= 2 * step / min(fitted) else None


def _rounded(side: float, low: float, high: float, step: int) -> int:
    whole = step * round(side / step)
    return max(step * math.ceil(low / step), min(step * math.floor(high / step), whole))


def no_fit(width: int, height: int, low: float, high: float) -> Unmendable:
    """Why no scaling helps, with the numbers."""
    longer, shorter = max(width, height), min(width, height)
    at_most = math.floor(shorter * high / longer)
    why = Text(
        f"no scaling helps: with the longer side at {high:g} px the shorter one is {at_most} px, "
        f"below {low:g}; crop or re-frame it",
        f"缩放无法解决：长边为 {high:g} 像素时短边只有 {at_most} 像素，低于 {low:g}；请裁剪或重新取景",
    )
    return Unmendable(("width", "height"), why)


def lowest(bound: Bound) -> float:
    """The lower end of a bound; 0 where it has none."""
    return bound.low if isinstance(bound, (Between, AtLeast)) else 0


def highest(bound: Bound) -> float:
    """The upper end of a bound; infinite where it has none."""
    if isinstance(bound, (Between, AtMost)):
        return bound.high
    return float(bound.decimal) if isinstance(bound, SizeUpTo) else math.inf


def _most_bytes(rows: Mapping[str, Limit]) -> int | None:
    most = highest(rows["size_bytes"].bound) if "size_bytes" in rows else math.inf
    return int(most) if math.isfinite(most) else None


def _bitrate(facts: VideoFacts, rows: Mapping[str, Limit]) -> int | Unmendable | None:
    """The picture's bitrate that brings a file under its size limit; None where the size is right."""
    row = rows.get("size_bytes")
    if row is None or facts.size_bytes is None or facts.size_bytes <= highest(row.bound):
        return None
    if not facts.seconds:
        return Unmendable(("size_bytes",), Text("its length is not known", "时长未知"))
    sound = _SOUND_BITRATE if isinstance(facts.audio, AudioTrack) else 0
    bitrate = int(highest(row.bound) * 8 / facts.seconds * _SIZE_MARGIN) - sound
    if bitrate < _LEAST_BITRATE:
        kbps = max(bitrate, 0) // 1000
        why = Text(
            f"it would have to shrink to {kbps} kbit/s; cut it instead", f"需压缩到 {kbps} kbit/s；请改为截短"
        )
        return Unmendable(("size_bytes",), why)
    return bitrate
