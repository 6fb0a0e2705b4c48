"""What AnchorExtraParam may change, and on which avatars: told by the lists, done by the drawing."""

from __future__ import annotations

from typing import Final

SOLID: Final = "real_man_3d"
"""The kind of avatar that is modelled, so it turns and changes its colours."""

EXTRA_PARAMS: Final = (
    "hair", "hairColor", "Jacket", "JacketColor", "shirtColor", "clotheColor", "Skirt", "SkirtColor", "Shoes",
    "ShoesColor", "shoeColor",
)  # fmt: skip
"""What a drawn 3D avatar says it supports."""
