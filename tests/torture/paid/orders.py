"""What is ordered: kinds of paid jobs, each with its own name in its text, and what a worker process is told."""

from __future__ import annotations

import hashlib
import os
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from mediaprep.contract.quotas import counted_under, in_flight_limit
from mediaprep.model.paid.records import NewJob
from mediaprep.submission.job.stage_protocol import Policy

BOUGHT: Final = 30
"""Exclusive channels and audio channels of the emulated account. ppt has one place whatever is bought."""
LEASE: Final = 2.0
HOLD: Final = 1.5
QUICK: Final = Policy(
    lease_seconds=LEASE, rate=1000.0, poll_first=0.05, poll_most=0.4, wait_first=0.05, wait_most=0.5,
    ambiguous_seconds=20.0, blind_seconds=1.0, fence_seconds=1.0, unknown_seconds=15.0, retry_free=40, save_tries=20,
)  # fmt: skip

_AVATAR: Final = "k3dda2d3b56f4ec89778f2e032c2e294"
_VOICE: Final[Mapping[str, Any]] = {"Speed": 1.0, "TimbreKey": "female_1"}


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A way to order from an endpoint. `file` is the parameter that takes a local file, "" = it has none, so
    that nothing of ours waits behind the gate."""

    endpoint: str
    request: Mapping[str, Any]
    file: str = ""

    @property
    def quota(self) -> str:
        family = self.endpoint if self.endpoint in ("tts", "ppt") else "video"
        return counted_under(family, self.endpoint, "")

    @property
    def places(self) -> int:
        return in_flight_limit(self.quota.partition(":")[0], BOUGHT, BOUGHT)


_SPOKEN: Final[Mapping[str, Any]] = {"DriverType": "Text", "SpeechParam": dict(_VOICE)}
_DRAWN: Final[Mapping[str, Any]] = {
    "VirtualmanKey": _AVATAR,
    "DriverType": "Text",
    "SpeechParam": {"Speed": 1.0},
}
KINDS: Final[Mapping[str, Kind]] = {
    "tts": Kind(endpoint="tts", request=dict(_VOICE)),
    "ppt": Kind(
        endpoint="ppt", request={"GlobalConfig": {"SpeechParam": dict(_VOICE)}}, file="PPTFileUrl"
    ),
    "basic": Kind(endpoint="basic", request={**_DRAWN, "VideoParam": {"Format": "Mp4"}}),
    "basic-audio": Kind(
        endpoint="basic",
        request={"VirtualmanKey": _AVATAR, "DriverType": "OriginalVoice", "VideoParam": {"Format": "Mp4"}},
        file="InputAudioUrl",
    ),
    "advanced": Kind(
        endpoint="advanced", request={**_DRAWN, "VideoParam": {"Format": "Mp4"}}, file="VideoParam.BackgroundFileUrl"
    ),
    "notrain": Kind(endpoint="notrain", request=_SPOKEN, file="RefVideoUrl"),
    "photo": Kind(endpoint="photo", request=_SPOKEN, file="RefPhotoUrl"),
}  # fmt: skip
ENDPOINTS: Final = ("tts", "ppt", "basic", "advanced", "notrain", "photo")
"""One kind of each of the six."""
GATED: Final = tuple(name for name, kind in KINDS.items() if kind.file)
UNGATED: Final = tuple(name for name, kind in KINDS.items() if not kind.file)


def mixed(count: int, kinds: Sequence[str] = tuple(KINDS)) -> list[str]:
    """So many kinds in turn, ppt (one place whatever is bought) more rarely."""
    turn = [kind for kind in kinds if kind != "ppt"] * 3 + [kind for kind in kinds if kind == "ppt"]
    return [turn[n % len(turn)] for n in range(count)]


def new_job(kind: str, name: str, base_url: str, footage: Path) -> NewJob:
    """A job whose text holds its name, so that the account can be asked what it cost."""
    row, text = KINDS[kind], f"你好，欢迎观看{name}结束"
    said = {"PageConfigs": [{"InputSsml": text}]} if row.endpoint == "ppt" else {"InputSsml": text}
    request = {**row.request, **said}
    digest = hashlib.sha256(repr((base_url, name, kind)).encode()).hexdigest()
    spec = {"request": request, "file": row.file, "footage": str(footage), "kind": kind}
    return NewJob(
        id=f"{name}-{digest[:12]}", name=name, endpoint=row.endpoint, base_url=base_url, digest=digest, spec=spec,
        quota=row.quota, places=row.places,
    )  # fmt: skip


@dataclass(frozen=True)
class Dial:
    """A clock that somebody else sets: seconds since 1970 in a small file, read by all."""

    path: Path

    def set(self, now: float) -> None:
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            os.pwrite(handle, struct.pack("d", now), 0)
        finally:
            os.close(handle)

    def __call__(self) -> float:
        (now,) = struct.unpack("d", self.path.read_bytes())
        return float(now)


@dataclass(frozen=True, kw_only=True)
class Command:
    """One request as a command is given it: the `kind` of what is ordered ("say": by that verb), and the name that
    stands in its text."""

    kind: str
    name: str
    request: dict[str, Any]
    endpoint: str
    output: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Orders:
    """What one worker process does. At `point` it `dies` (SIGKILL), or, in_flight, `late` seconds into the POST;
    or it stops itself (`stops`, SIGSTOP). `host` gives it another system's name, so that only leases judge it.
    `fill` is a folder that is filled to the last byte at `point`, and made empty again after `empty_after` seconds
    (None: by whoever started it)."""

    where: str = field(repr=False)
    environ: Mapping[str, str] = field(repr=False)
    out: Path
    gate: str | None
    bucket: bool = True
    policy: Policy = QUICK
    ids: tuple[str, ...] | None = None
    threads: int = 1
    point: str = ""
    dies: bool = False
    late: float = 0.0
    stops: bool = False
    host: str = ""
    fill: Path | None = None
    empty_after: float | None = None
    log: Path | None = None
    told: Path | None = None
    dial: Dial | None = None
