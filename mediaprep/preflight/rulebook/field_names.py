"""How users name the parameters that carry a file or a script.

A field is spelled with its endpoint in front and without list indices: `notrain.VideoParam.RefPhotoUrl`.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import NamedTuple

from mediaprep.contract.limits import FIELDS, kinds_for
from mediaprep.contract.paths import bare
from mediaprep.errors import BadConfig
from mediaprep.model.facts import Kind


class Field(NamedTuple):
    """One parameter: endpoint nickname and wire path."""

    endpoint: str
    path: str

    @property
    def id(self) -> str:
        return f"{self.endpoint}.{self.path}"


# What a file is judged for when the user does not say.
DEFAULTS: Mapping[Kind, Field] = {
    Kind.VIDEO: Field("notrain", "RefVideoUrl"),
    Kind.AUDIO: Field("notrain", "InputAudioUrl"),
    Kind.PHOTO: Field("notrain", "VideoParam.RefPhotoUrl"),
    Kind.DECK: Field("ppt", "PPTFileUrl"),
    Kind.TEXT: Field("notrain", "InputSsml"),
}


def other_uses(kind: Kind) -> tuple[str, ...]:
    """Fields that a file of this kind may as well be meant for, where its kind alone does not tell: a photo is
    who speaks in a video, or is brought to speak itself, under other limits."""
    if kind is not Kind.PHOTO:
        return ()
    assumed = DEFAULTS[kind].id
    others = [field for field in FIELDS if field != assumed and kind in kinds_for(*field.split(".", 1))]
    return tuple(sorted(others, key=lambda field: not field.startswith(f"{Kind.PHOTO.value}.")))


def parse(spelled: str) -> Field:
    """`notrain.RefVideoUrl` (list brackets ignored) → Field. BadConfig names the nearest ones."""
    cleaned = bare(spelled.strip())
    if cleaned in FIELDS:
        endpoint, _, path = cleaned.partition(".")
        return Field(endpoint, path)
    last = cleaned.rpartition(".")[2].lower()
    near = [known for known in FIELDS if known.rpartition(".")[2].lower() == last]
    near = near or difflib.get_close_matches(cleaned, FIELDS, n=3, cutoff=0.4) or list(FIELDS)
    raise BadConfig(
        f"unknown field {spelled!r}; did you mean: {', '.join(near)}",
        f"未知的参数 {spelled!r}；是否指：{'、'.join(near)}",
    )
