"""With which code a task FAILs when the file behind a parameter is refused. Data, after the docs' table of
task codes; where no row names a parameter the code is 801009 and FailMessage names it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

UNREACHABLE: Final = 801010  # nothing came from the URL
BROKEN: Final = 801008  # something came, and not the whole file
UNNAMED: Final = 801009
NO_UPLOAD: Final = 801015
STORE_FAILED: Final = 801006
TOO_SLOW: Final = 801007
UNCOUNTED_FRAMES: Final = 801508
BAD_FRAMES: Final = 801509
REFUSED_PHOTO: Final = 802000

_AUDIO = 801510
_FOOTAGE = 802002
_NO_FACE = 802003
_JOINING = 801504
_SPLICING = 801506
_BACKGROUND = 801507
_PHOTO_FACE = 802001

# (endpoint, field without indices) → measure → code; "" stands for every other measure.
TABLE: Final[Mapping[tuple[str, str], Mapping[str, int]]] = {
    ("ppt", "PPTFileUrl"): {"": UNNAMED},
    ("ppt", "PageConfigs.InputAudioUrl"): {"": _AUDIO},
    ("ppt", "GlobalConfig.VideoParam.SmallSampleParam"): {"": BAD_FRAMES},
    ("ppt", "PageConfigs.VideoParam.SmallSampleParam"): {"": BAD_FRAMES},
    ("basic", "InputAudioUrl"): {"": _AUDIO},
    ("advanced", "InputAudioUrl"): {"": _AUDIO},
    ("advanced", "VideoParam.BackgroundFileUrl"): {"": _BACKGROUND},
    ("advanced", "VideoParam.VideoHeadFileUrl"): {"": _JOINING, "resolution": _SPLICING},
    ("advanced", "VideoParam.VideoTailFileUrl"): {"": _JOINING, "resolution": _SPLICING},
    ("advanced", "VideoParam.LogoParams.LogoFileUrl"): {"": _SPLICING},
    ("advanced", "VideoParam.SmallSampleParam"): {"": BAD_FRAMES},
    ("notrain", "RefVideoUrl"): {"": _FOOTAGE, "faces": _NO_FACE},
    ("notrain", "InputAudioUrl"): {"": _AUDIO},
    ("notrain", "VideoParam.RefPhotoUrl"): {"": UNNAMED, "face_count": _PHOTO_FACE, "person": _NO_FACE},
    ("notrain", "VideoParam.RefPhotoUrls"): {"": UNNAMED, "person": _NO_FACE},
    ("photo", "RefPhotoUrl"): {"": _PHOTO_FACE},
    ("photo", "InputAudioUrl"): {"": _AUDIO},
}


def code_of(endpoint: str, field: str, measure: str = "") -> int:
    """The task code for a refused file; `field` without indices."""
    row = TABLE.get((endpoint, field), {})
    return row.get(measure, row.get("", UNNAMED))
