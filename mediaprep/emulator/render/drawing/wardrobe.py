"""What a drawn avatar looks like: hair, skin, clothes and their colours, which AnchorExtraParam changes for 3D ones."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from mediaprep.emulator.account.catalogue import Catalogue, CatalogueAvatar
from mediaprep.emulator.account.extra_params import SOLID
from mediaprep.emulator.render.drawing.canvas import Colour

_HAIR: Final[tuple[Colour, ...]] = ((46, 34, 31), (74, 46, 34), (30, 30, 38), (96, 62, 40), (58, 40, 52))
_SKIN: Final[tuple[Colour, ...]] = ((247, 212, 186), (240, 199, 168), (229, 184, 150), (250, 220, 198))
_JACKETS: Final[tuple[Colour, ...]] = (
    (48, 66, 112), (30, 96, 104), (124, 52, 70), (78, 72, 122), (58, 62, 72), (176, 96, 62), (36, 104, 76),
)  # fmt: skip
_SHIRTS: Final[tuple[Colour, ...]] = ((248, 248, 250), (226, 236, 248), (252, 240, 226), (236, 230, 246))
_LOWER: Final[tuple[Colour, ...]] = ((42, 48, 68), (62, 56, 62), (52, 60, 84), (70, 62, 54))
_SHOES: Final[tuple[Colour, ...]] = ((34, 30, 34), (88, 52, 38), (60, 60, 72))
_ACCENTS: Final[tuple[Colour, ...]] = ((206, 66, 74), (236, 170, 62), (70, 146, 198), (150, 100, 186))
_PARTS: Final[Mapping[str, str]] = {
    "hair": "hair", "jacket": "jacket", "clothe": "jacket", "clothes": "jacket", "coat": "jacket", "suit": "jacket",
    "shirt": "shirt", "skirt": "lower", "pants": "lower", "trousers": "lower", "shoe": "shoes", "shoes": "shoes",
}  # fmt: skip
"""What AnchorExtraParam calls a part, in small letters and without "Color" → what it is here."""


@dataclass(frozen=True, kw_only=True)
class Wardrobe:
    """Colours of one figure; None = that part is taken off. `solid` figures are shaded and can turn."""

    hair: Colour | None
    skin: Colour
    jacket: Colour | None
    shirt: Colour
    lower: Colour
    shoes: Colour | None
    accent: Colour
    long_hair: bool
    skirt: bool
    tie: bool
    solid: bool


def wardrobe_of(avatar: CatalogueAvatar, known: Catalogue, extra: str = "") -> Wardrobe:
    """The same avatar always wears the same; `extra` is AnchorExtraParam as it came (JSON in a string)."""
    lots = hashlib.sha256(avatar.key.encode()).digest()
    voice = known.voice(avatar.voice)
    woman = "female" in (voice.gender if voice else avatar.voice)
    worn = Wardrobe(
        hair=_HAIR[lots[0] % len(_HAIR)],
        skin=_SKIN[lots[1] % len(_SKIN)],
        jacket=None if avatar.clothes in ("衬衫", "便装") else _JACKETS[lots[2] % len(_JACKETS)],
        shirt=_JACKETS[lots[3] % len(_JACKETS)]
        if avatar.clothes == "便装"
        else _SHIRTS[lots[3] % len(_SHIRTS)],
        lower=_LOWER[lots[4] % len(_LOWER)],
        shoes=_SHOES[lots[5] % len(_SHOES)],
        accent=_ACCENTS[lots[6] % len(_ACCENTS)],
        long_hair=woman,
        skirt="裙" in avatar.clothes,
        tie=avatar.clothes == "西装" and not woman,
        solid=avatar.type == SOLID,
    )
    return recoloured(worn, extra) if worn.solid else worn


def recoloured(worn: Wardrobe, extra: str) -> Wardrobe:
    """{"JacketColor": {"colorValue": 7976228}, "hair": {"boolValue": false}}: colours as 0xRRGGBB, parts taken off;
    what is not known is passed over."""
    try:
        asked: Any = json.loads(extra) if extra else {}
    except ValueError:
        return worn
    changes: dict[str, Colour | None] = {}
    for name, value in asked.items() if isinstance(asked, dict) else ():
        part = _PARTS.get(name.lower().removesuffix("color"))
        if part is None or not isinstance(value, dict):
            continue
        colour = value.get("colorValue")
        if isinstance(colour, int) and not isinstance(colour, bool):
            changes[part] = (colour >> 16 & 255, colour >> 8 & 255, colour & 255)
        elif value.get("boolValue") is False and part in ("hair", "jacket", "shoes"):
            changes[part] = None
    return replace(worn, **changes)  # type: ignore[arg-type]
