"""Faces followed from picture to picture and told apart by likeness, so that few of them need the slow look."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mediaprep.contract.rules.faces import FRONTAL_YAW, PEOPLE_WIDTH
from mediaprep.media import faces
from mediaprep.media.people import likeness
from mediaprep.media.people.likeness import LOOSE, STRICT, Likeness
from mediaprep.model.facts import FaceBox

_ALIKE = 0.6  # correlation of small upright faces: neighbours of other people stay below 0.45
_FEW = 3  # likenesses of one person that are taken whatever they show
_MOST = 8
_BETTER_YAW = 15.0  # degrees nearer to the front that are worth another likeness
_TOO_DARK, _TOO_BLURRED = 20.0, 3.0  # beyond that a likeness says nothing
_SMALL = 28


@dataclass
class Person:
    """One face through the video. `clear`: seen from the front, large and light enough to be compared."""

    box: FaceBox
    small: NDArray[np.float64]
    likenesses: list[Likeness] = field(default_factory=list)
    straightest: float = 180.0
    clear: bool = False

    def likeness_to(self, other: Likeness) -> float:
        return max(likeness.cosine(mine, other) for mine in self.likenesses)


class Crowd:
    """Everybody seen so far."""

    def __init__(self) -> None:
        self._embed = likeness.embedder()
        self._pixels: Any = faces.opencv()
        self._persons: list[Person] = []

    def add(self, seen: faces.Sighting, factor: float) -> Likeness | None:
        """Take note of a face; `factor` leads from its picture to the video's pixels. Its likeness, where it
        was worth taking."""
        small = self._small(seen.upright)
        box = faces.grown(seen.box, factor)
        person = next((p for p in self._persons if _near(p.box, box) and _alike(p.small, small)), None)
        taken: Likeness | None = None
        if person is None or _worth(person, box):
            taken = self._embed(seen.upright)
        if person is None:
            assert taken is not None
            person = self._known(taken) or self._new(box, small)
        if taken is not None:
            person.likenesses.append(taken)
        person.box, person.small = box, small
        person.straightest = min(person.straightest, abs(box.yaw or 0.0))
        person.clear = person.clear or clear(box)
        return taken

    @property
    def people(self) -> int:
        """At least so many were seen from the front."""
        return len(self._apart([p for p in self._persons if p.clear]))

    @property
    def unsure(self) -> int:
        """So many were seen only in profile, small, in the dark or blurred, and look like nobody else here."""
        known = [p for p in self._persons if p.clear]
        rest = [
            p
            for p in self._persons
            if not p.clear and not any(k.likeness_to(one) >= LOOSE for k in known for one in p.likenesses)
        ]
        return len(self._apart(rest))

    def _small(self, upright: faces.Picture) -> NDArray[np.float64]:
        gray = self._pixels.resize(self._pixels.convert(upright, "bgr>gray"), _SMALL, _SMALL)
        centred = gray.astype(np.float64) - gray.mean()
        return centred / max(float(np.linalg.norm(centred)), 1e-6)  # type: ignore[no-any-return]

    def _known(self, taken: Likeness) -> Person | None:
        best = max(self._persons, key=lambda person: person.likeness_to(taken), default=None)
        return best if best is not None and best.likeness_to(taken) >= STRICT else None

    def _new(self, box: FaceBox, small: NDArray[np.float64]) -> Person:
        person = Person(box=box, small=small)
        self._persons.append(person)
        return person

    @staticmethod
    def _apart(persons: list[Person]) -> list[Person]:
        """Without those who may be somebody before them."""
        apart: list[Person] = []
        for person in persons:
            if not any(other.likeness_to(one) >= LOOSE for other in apart for one in person.likenesses):
                apart.append(person)
        return apart


def clear(box: FaceBox) -> bool:
    """Whether a face of the video can be compared with surety."""
    return (
        min(box.width, box.height) >= PEOPLE_WIDTH
        and abs(box.yaw or 0.0) <= FRONTAL_YAW
        and (box.brightness is None or box.brightness >= _TOO_DARK)
        and (box.sharpness is None or box.sharpness >= _TOO_BLURRED)
    )


def _worth(person: Person, box: FaceBox) -> bool:
    """Whether this look at a known person may tell more than those before."""
    count = len(person.likenesses)
    straighter = abs(box.yaw or 0.0) < person.straightest - _BETTER_YAW
    return count < _FEW or (count < _MOST and (straighter or (clear(box) and not person.clear)))


def _near(one: FaceBox, other: FaceBox) -> bool:
    across = abs(one.x + one.width / 2 - other.x - other.width / 2)
    down = abs(one.y + one.height / 2 - other.y - other.height / 2)
    return max(across, down) <= one.width / 2 and 0.6 <= one.width / other.width <= 1.6


def _alike(one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    return float((one * other).sum()) >= _ALIKE
