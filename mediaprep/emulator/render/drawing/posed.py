"""An avatar's pose picture: the drawn figure at rest, as large as the catalogue says."""

from __future__ import annotations

import functools
from dataclasses import replace

from mediaprep.emulator.account.catalogue import CatalogueAvatar
from mediaprep.emulator.render.drawing.figure import Pose
from mediaprep.emulator.render.drawing.sprites import straight
from mediaprep.emulator.render.drawing.stage import Figure, Stand
from mediaprep.emulator.render.drawing.wardrobe import Wardrobe


@functools.lru_cache(32)
def picture(avatar: CatalogueAvatar, worn: Wardrobe) -> bytes:
    """Its PoseImage, a PNG. Raises ToolMissing where celiagg does not load."""
    from mediaprep.media import pixels

    shown = Figure(Stand(avatar=replace(avatar, origin_zoom=1.0), worn=worn), avatar.pose)
    return pixels.encode(straight(shown.drawn(Pose(), shown.area))[..., [2, 1, 0, 3]], ".png")
