"""What is asked of faces: footage whose face is to speak, reference photos, and both together.

The docs ask for a face, turned by at most 45° and nodding by at most 15°, in steady light and unoccluded; of a
reference photo for one clear frontal face of a person in the video. Where a detector is not sure it says so:
pitch follows the opening mouth, profiles and faces below 60 pixels cannot be told apart, and absence is
concluded only after every keyframe was walked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from mediaprep.contract.judging import View
from mediaprep.contract.paths import bare
from mediaprep.contract.profiles import FACE_ID_SWITCHES
from mediaprep.model.facts import Stretch

TURNED: Final = 45.0  # degrees of yaw
NODDING: Final = 15.0  # degrees of pitch …
SURELY_NODDING: Final = 25.0  # … and where even an opening mouth does not explain it
FRONTAL_YAW: Final = 35.0  # further turned it is a profile
PEOPLE_WIDTH: Final = 60  # pixels; smaller faces are not told apart
DARK: Final = 50.0  # mean grey of the upright face
BLURRED: Final = 60.0  # variance of its Laplacian
MOST_TOLD: Final = 5  # places told of one finding

FOOTAGE: Final = "RefVideoUrl"
PHOTO, PHOTOS = "VideoParam.RefPhotoUrl", "VideoParam.RefPhotoUrls"

Request = Mapping[str, Any]


def is_about_faces(rule: str) -> bool:
    """Whether a rule (by its id) is about faces, here, among the limits or in `person`."""
    kind = rule.rpartition(".")[2]
    return kind in {"people", "person"} or kind.startswith("face")


def tracked(request: Request) -> bool:
    """Whether face-ID tracking is on: reference photos count only then."""
    view = View("notrain", request)
    return not any(view.number(f"VideoParam.{name}") == 1 for name in FACE_ID_SWITCHES)


def is_photo(field: str) -> bool:
    """Whether this is a reference photo of notrain."""
    return bare(field) in (PHOTO, PHOTOS)


def counts(request: Request, field: str) -> bool:
    """Whether a reference photo of notrain has an effect: tracking is on, and RefPhotoUrls replace
    RefPhotoUrl."""
    replaced = bare(field) == PHOTO and View("notrain", request).given(PHOTOS)
    return tracked(request) and not replaced


def stretches(gaps: Sequence[Stretch]) -> str:
    """0:02.000–0:04.500, …"""
    return some(f"{timecode(gap.start)}–{timecode(gap.end)}" for gap in gaps)


def some(places: Iterable[str]) -> str:
    """The first few, and whether there are more."""
    found = list(places)
    return ", ".join(found[:MOST_TOLD]) + (" …" if len(found) > MOST_TOLD else "")


def timecode(seconds: float) -> str:
    """62.5 → 1:02.500."""
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes}:{rest // 1000:02}.{rest % 1000:03}"
