"""Paid work against the emulator: a ledger, a gate, workers, plain stages, and the emulator's own account."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mediaprep.config import Settings
from mediaprep.contract.quotas import in_flight_limit
from mediaprep.emulator.server import Emulator, Options
from mediaprep.model.findings import Text
from mediaprep.model.paid.records import Input, JobRow, JobState, NewJob, Ready
from mediaprep.submission.bucket import object_store, result_urls
from mediaprep.submission.download import download
from mediaprep.submission.gate.gate import Gate
from mediaprep.submission.job.stage_protocol import Later, Policy, Product, Saved
from mediaprep.submission.job.worker import Worker
from mediaprep.submission.job.worker_pool import WorkerPool
from mediaprep.submission.ledger import Ledger
from mediaprep.submission.wire.client import Gateway

QUICK = Policy(
    lease_seconds=2.0, rate=1000.0, poll_first=0.02, poll_most=0.1, wait_first=0.05, wait_most=0.3,
    ambiguous_seconds=8.0, blind_seconds=0.5, fence_seconds=0.5, unknown_seconds=3.0,
)  # fmt: skip
HOLD = 0.6
_EXAMPLES = Path(__file__).resolve().parents[1] / "emulator" / "examples"
_SPEECH = {"Speed": 1.0, "TimbreKey": "female_1"}
_AVATAR = "k3dda2d3b56f4ec89778f2e032c2e294"


def request_of(endpoint: str, text: str, footage: Path) -> dict[str, Any]:
    """A request that names the job in its text; its input is `footage` where the endpoint has one."""
    if endpoint == "tts":
        return {"TimbreKey": "female_1", "InputSsml": text, "Speed": 1.0}
    if endpoint == "notrain":
        return {"DriverType": "Text", "InputSsml": text, "SpeechParam": _SPEECH, "RefVideoUrl": str(footage)}
    if endpoint == "photo":
        return {"DriverType": "Text", "InputSsml": text, "SpeechParam": _SPEECH, "RefPhotoUrl": str(footage)}
    if endpoint in ("basic", "advanced"):
        return {"VirtualmanKey": _AVATAR, "InputSsml": text, "SpeechParam": {"Speed": 1.0}}
    document = json.loads((_EXAMPLES / "ppt.json").read_text(encoding="utf-8"))
    made = _without_addresses(document.get("Payload", document))
    for page in made["PageConfigs"]:
        page["InputSsml"] = text
    return {**made, "PPTFileUrl": str(footage)}


def _without_addresses(value: Any) -> Any:
    """The example's URLs lead nowhere."""
    if isinstance(value, dict):
        kept = {name: _without_addresses(item) for name, item in value.items()}
        return {name: item for name, item in kept.items() if not str(item).startswith("http")}
    return [_without_addresses(item) for item in value] if isinstance(value, list) else value


class PlainStages:
    """Nothing is mended, the product is kept as it is."""

    def __init__(self, out: Path, store: object_store.Store | None) -> None:
        self.out, self.store = out, store
        self.saved: list[str] = []

    def prepare(self, job: JobRow, tell: Callable[[str, Text], None]) -> Ready | Later:
        found = [
            (name, Path(value))
            for name, value in job.spec["request"].items()
            if name.endswith("Url") and isinstance(value, str) and value.startswith("/")
        ]
        inputs = tuple(
            Input(parameter=name, path=path, state=tuple(object_store.seen(path.stat())))
            for name, path in found
        )
        return Ready(payload=job.spec["request"], inputs=inputs)

    def trace(self, job: JobRow) -> Path | None:
        return self.out / f"{job.id}.sent.jsonl"

    def save(self, job: JobRow, product: Product, tell: Callable[[str, Text], None]) -> Saved:
        target = self.out / f"{job.id}.raw"
        if product.progress is not None:
            download.fetch(
                product.progress.media_url, target, verify=download.looks_like_media, allowed=None
            )  # fmt: skip
        else:
            assert self.store is not None
            assert product.key is not None
            result_urls.download(self.store, product.key, target, verify=download.looks_like_media)
        self.saved.append(job.id)
        return Saved(path=target, sha256=hashlib.sha256(target.read_bytes()).hexdigest())

    def finish(self, job: JobRow, tell: Callable[[str, Text], None]) -> Mapping[str, Any]:
        final = self.out / f"{job.id}.final"
        assert job.result is not None
        shutil.copy(job.result, final)
        return {"output": final, "sha256": hashlib.sha256(final.read_bytes()).hexdigest()}


@dataclass
class Service:
    """A running emulator, and what tests order from it and ask it."""

    emulator: Emulator
    base: Settings

    def goes_wrong(self, *rules: dict[str, Any]) -> None:
        self._control("faults", {"seed": 1, "rules": list(rules)})

    def goes_well(self) -> None:
        with urllib.request.urlopen(
            urllib.request.Request(f"{self.emulator.control}/faults", method="DELETE"), timeout=10
        ):
            pass

    def tasks(self, text: str) -> list[dict[str, Any]]:
        """The account's rows of the job whose text this is."""
        return [row for row in self._control("account")["tasks"] if text in row["text"]]

    def posts(self, text: str) -> list[dict[str, Any]]:
        return [row for row in self._control("requests")["posts"] if text in row["text"]]

    def _control(self, what: str, document: object = None) -> Any:
        body = json.dumps(document).encode() if document is not None else None
        with urllib.request.urlopen(f"{self.emulator.control}/{what}", body, timeout=20) as answer:
            return json.load(answer)


@contextlib.contextmanager
def service(speed: str = "immediate", **more: Any) -> Iterator[Service]:
    with Emulator(Options(speed=speed, no_render=True, **more)) as emulator:
        yield Service(emulator, Settings.load({}, dict(emulator.env)))


@dataclass
class Shop:
    """One ledger with a gate and a bucket in front of the service."""

    service: Service
    ledger: Ledger
    out: Path
    gate: Gate | None
    store: object_store.Store | None
    policy: Policy = QUICK
    told: list[tuple[str, str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.footage = self.out / "footage.mp4"
        self.footage.write_bytes(b"\0\0\0\x18ftypmp42" + b"footage" * 3000)
        self.stages = PlainStages(self.out, self.store)
        self.gateway = Gateway(self.service.base)
        self.crew = WorkerPool(self.ledger, lease_seconds=self.policy.lease_seconds, rate=self.policy.rate)

    def add(self, endpoint: str = "notrain", name: str = "job", **more: Any) -> str:
        """A job whose text holds its name, so that the account can be asked for it."""
        text = f"你好，欢迎观看{name}结束"
        request = {**request_of(endpoint, text, self.footage), **more.pop("request", {})}
        quota = {"tts": "tts", "ppt": "ppt"}.get(endpoint, f"video:{endpoint}")
        new = NewJob(
            **{
                "id": f"{name}-0123456789ab", "name": name, "endpoint": endpoint,
                "base_url": self.gateway.base_url, "digest": name, "spec": {"request": request}, "quota": quota,
                "places": in_flight_limit(quota.partition(":")[0]), **more,
            }
        )  # fmt: skip
        return self.ledger.enqueue(new).id

    def worker(self, **more: Any) -> Worker:
        given: dict[str, Any] = {
            "ledger": self.ledger, "gateway": self.gateway, "stages": self.stages, "store": self.store,
            "gate": self.gate.address if self.gate else None, "policy": self.policy, "crew": self.crew,
            "tell": lambda job, kind, text: self.told.append((job.id, kind, text.en)),
        }  # fmt: skip
        return Worker(**{**given, **more})

    def work(self, seconds: float = 30.0, **more: Any) -> None:
        """Let one worker run until nothing is open."""
        ends = time.monotonic() + seconds
        self.worker(**more).run(until=lambda: time.monotonic() > ends)

    def reach(self, job: str, *states: JobState, seconds: float = 30.0, **more: Any) -> JobRow:
        """Let one worker run until the job stands there."""
        worker, ends = self.worker(**more), time.monotonic() + seconds
        while self.ledger.job(job).state not in states:
            assert time.monotonic() < ends, self.ledger.job(job)
            pause = worker.step()
            if pause:
                time.sleep(pause)
        return self.ledger.job(job)

    def charged(self, name: str) -> int:
        return sum(row["charged"] for row in self.service.tasks(name))


@contextlib.contextmanager
def shop(
    service: Service,
    folder: Path,
    *,
    where: str | None = None,
    gated: bool = True,
    bucket: bool = True,
    **more: Any,
) -> Iterator[Shop]:
    ledger = Ledger(where or folder / "ledger.db")
    out = folder / "out"
    out.mkdir(exist_ok=True)
    store = object_store.store(service.base) if bucket else None
    with contextlib.ExitStack() as stack:
        gate = stack.enter_context(Gate(ledger, hold_seconds=HOLD)) if gated else None
        made = Shop(service, ledger, out, gate, store, **more)
        yield made
        made.crew.close()
    ledger.close()
