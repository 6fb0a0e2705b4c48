"""How long a script will speak and what a result will cost in minutes, before anybody made it: guesses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from mediaprep.contract import quotas
from mediaprep.contract.endpoints import ENDPOINTS, get
from mediaprep.contract.paths import first
from mediaprep.contract.quotas import BoughtCapacity, Grant
from mediaprep.contract.script import ssml, texts
from mediaprep.contract.script.ssml import ParsedScript
from mediaprep.errors import BadConfig

_VIDEO_BYTES_PER_SECOND: Final = 1_000_000
_WAV_BYTES_PER_SECOND: Final = 48_000  # 24 kHz, 16 bit, mono: the highest rate of the docs
_MP3_BYTES_PER_SECOND: Final = 16_000
_PRICE: Final = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)\s*([^\s=]{1,8})?")
_NAMED: Final = re.compile(r"(\w+)\s*=\s*(\d{1,9}(?:\.\d{1,6})?)")


def spoken_seconds(script: ParsedScript, speed: float = 1.0) -> float:
    """Seconds a voice needs at `speed` (0.5–1.5), pauses of `break` tags included."""
    return texts.estimate(script, speed)


def output_seconds(video_seconds: float | None, sound_seconds: float | None) -> float | None:
    """Length of a no-train result. The docs say it is the sound's where that is longer; where it is shorter
    they say nothing, and the sound's length is assumed. None when neither is known."""
    return sound_seconds or video_seconds


def billable_minutes(seconds: float) -> float:
    """Minutes of an hour package that a result of this length takes. How the service rounds is not
    documented: this is exact, to a hundredth."""
    return round(seconds / 60, 2)


def charged_minutes(
    endpoint: str, request: Mapping[str, Any], seconds: float | None, bought: BoughtCapacity
) -> float | None:
    """The same of one task: none where its ConcurrencyType, with what was `bought`, takes no hours; None where its
    length is not known."""
    asked = request.get("ConcurrencyType") or ""
    quota = get(endpoint).quota
    place = quotas.decide(endpoint, asked if isinstance(asked, str) else "", bought, quota=quota)
    if isinstance(place, Grant) and not place.takes_hours:
        return 0.0
    return None if seconds is None else billable_minutes(seconds)


def product_bytes(endpoint: str, request: Mapping[str, Any], seconds: float | None) -> int:
    """How large a product of so many seconds may become (0 where they are not known): more than most do. The docs
    name no rate; 8 Mbit/s is what a quiet 1080p picture takes at best quality."""
    rate = _VIDEO_BYTES_PER_SECOND
    if endpoint == "tts":
        rate = _WAV_BYTES_PER_SECOND if request.get("Codec") == "wav" else _MP3_BYTES_PER_SECOND
    return int((seconds or 0.0) * rate)


@dataclass(frozen=True, kw_only=True)
class Price:
    """What a minute costs, in a currency as the user spells it; of some endpoints another price."""

    amount: float
    currency: str = ""
    others: Mapping[str, float] = field(default_factory=dict)

    def at(self, endpoint: str) -> float:
        """What a minute of one endpoint costs."""
        return self.others.get(endpoint, self.amount)

    def of(self, minutes: float, endpoint: str = "") -> str:
        """The cost of so many minutes, to two decimals."""
        return f"{self.at(endpoint) * minutes:.2f} {self.currency}".strip()


def price_of(text: str) -> Price:
    """`1.20 CNY` → a price; `1.20 CNY, photo=3` has another one for photo. Raises BadConfig."""
    first, *more = (part.strip() for part in text.split(","))
    found = _PRICE.fullmatch(first)
    named = [_NAMED.fullmatch(part) for part in more]
    strange = next(
        (part for part, one in zip(more, named, strict=True) if one is None or one[1] not in ENDPOINTS), ""
    )
    if found is None or strange:
        raise BadConfig(
            f"price {text!r}: a number and a currency, such as 1.20 CNY, and others by endpoint: 1.20 CNY, photo=3",
            f"price {text!r}：应为数字加货币，如 1.20 CNY；可按接口另定：1.20 CNY, photo=3",
        )
    others = {one[1]: float(one[2]) for one in named if one is not None}
    return Price(amount=float(found[1]), currency=found[2] or "", others=others)


def script_seconds(request: Mapping[str, Any]) -> float | None:
    """How long a request's text takes to say; None where sound drives it, or nothing."""
    text, speed = first(request, "InputSsml"), first(request, "SpeechParam.Speed")
    if not isinstance(text, str) or not text or first(request, "InputAudioUrl"):
        return None
    return spoken_seconds(ssml.read(text), float(speed) if isinstance(speed, int | float) else 1.0)
