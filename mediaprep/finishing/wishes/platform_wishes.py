"""What a platform asks of a finished video, as wishes: its shape, size and loudness where nobody wishes others."""

from __future__ import annotations

import math
from dataclasses import replace

from mediaprep.model.finishing.platforms import platform_named
from mediaprep.model.finishing.scenery import SceneryWish
from mediaprep.model.finishing.wishes import Finishing


def for_platform(wish: Finishing) -> Finishing:
    """`wish` with what suits its platform. Raises BadConfig for one that is not known."""
    if wish.platform is None:
        return wish
    meant = platform_named(wish.platform)
    scene = wish.scenery or SceneryWish()
    if scene.reframe is None and scene.size is None:
        width, height = meant.size
        part = math.gcd(width, height)
        scene = replace(scene, reframe=f"{width // part}:{height // part}", size=f"{width}x{height}")
    return replace(wish, loudness=wish.loudness or meant.loudness, scenery=scene)


def cover_size(wish: Finishing) -> tuple[int, int] | None:
    """Width and height of the cover where its platform wants another shape than the video's."""
    return None if wish.platform is None else platform_named(wish.platform).cover
