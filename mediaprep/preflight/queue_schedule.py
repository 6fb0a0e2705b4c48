"""When the work of many jobs is done, foreseen: stages that wait for a place under a quota, or for a processor.

The docs give one rate (a photo's video takes 20 s of rendering a second, at 1080P twice that); the others are our
guesses, and only as good.
"""

from __future__ import annotations

import heapq
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mediaprep.contract.paths import first

CPU: Final = "cpu"
"""The resource of what is mended and finished on this machine."""

_RENDER: Final[Mapping[str, float]] = {
    "tts": 0.2, "ppt": 1.5, "basic": 1.0, "advanced": 1.5, "notrain": 2.0, "photo": 20.0,
}  # fmt: skip
"""Seconds of rendering for each second of the product."""
_TIMES: Final[tuple[tuple[str, str, object, float], ...]] = (
    ("photo", "VideoParam.Resolution", 1, 2.0),  # 1080P
    ("notrain", "VideoParam.VideoParametersConsistent", 1, 1.1),  # bitrate aligned
    ("advanced", "VideoParam.ShowSubtitles", True, 1.5),
    ("ppt", "GlobalConfig.ShowSubtitles", True, 1.5),
)
"""What makes it longer: (endpoint, parameter, its value, how much)."""
MEND_RATE: Final = 0.5
FINISH_RATE: Final = 0.7
"""Seconds of a processor for each second of picture that is encoded here (1080p, half the cores of a usual machine)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueStage:
    """A piece of a job's work: so many seconds on one place of a resource."""

    resource: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """When a stage is worked on, in seconds from the beginning of the run."""

    resource: str
    begins: float
    ends: float


def render_seconds(endpoint: str, request: Mapping[str, Any], seconds: float) -> float:
    """How long the service works on a product of so many seconds."""
    rate = _RENDER[endpoint]
    for name, parameter, value, times in _TIMES:
        if name == endpoint and first(request, parameter) == value:
            rate *= times
    return rate * seconds


def schedule(jobs: Sequence[Sequence[QueueStage]], places: Mapping[str, int]) -> tuple[tuple[Span, ...], ...]:
    """The spans of every job's stages, each resource giving its places to who came first. A stage of no seconds takes
    no place."""
    spans: list[list[Span]] = [[] for _ in jobs]
    free = dict(places)
    waiting: dict[str, deque[int]] = defaultdict(deque)
    ending: list[tuple[float, int]] = []

    def begin(job: int, now: float) -> None:
        stage = jobs[job][len(spans[job])]
        free[stage.resource] -= 1
        spans[job].append(Span(resource=stage.resource, begins=now, ends=now + stage.seconds))
        heapq.heappush(ending, (now + stage.seconds, job))

    def arrive(job: int, now: float) -> None:
        while len(spans[job]) < len(jobs[job]) and jobs[job][len(spans[job])].seconds <= 0:
            spans[job].append(Span(resource=jobs[job][len(spans[job])].resource, begins=now, ends=now))
        if len(spans[job]) == len(jobs[job]):
            return
        resource = jobs[job][len(spans[job])].resource
        if free.setdefault(resource, 1) > 0 and not waiting[resource]:
            begin(job, now)
        else:
            waiting[resource].append(job)

    for job in range(len(jobs)):
        arrive(job, 0.0)
    while ending:
        now, job = heapq.heappop(ending)
        resource = spans[job][-1].resource
        free[resource] += 1
        if waiting[resource]:
            begin(waiting[resource].popleft(), now)
        arrive(job, now)
    return tuple(tuple(found) for found in spans)
