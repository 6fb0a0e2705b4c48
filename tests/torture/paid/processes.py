"""What runs in a process of its own, to be killed: a worker, the gate with the receiver, the emulated service."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import hashlib
import json
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import av

from mediaprep import processes
from mediaprep.config import Settings, guard_logs
from mediaprep.contract.products import suffix_of
from mediaprep.emulator.options import Options
from mediaprep.emulator.server import Emulator
from mediaprep.errors import BadAsset, LedgerError, MediaprepError
from mediaprep.model.findings import Text
from mediaprep.model.paid.records import Input, JobRow, Owner, Ready
from mediaprep.submission.bucket import object_store, result_urls
from mediaprep.submission.download import download
from mediaprep.submission.durable_files import keep
from mediaprep.submission.gate.gate import Addresses, Gate
from mediaprep.submission.job import single_request
from mediaprep.submission.job.stage_protocol import Later, Product, Saved
from mediaprep.submission.job.worker import Worker
from mediaprep.submission.job.worker_pool import WorkerPool
from mediaprep.submission.ledger import Ledger
from mediaprep.submission.wire.client import Gateway
from mediaprep.verbs.say import say
from mediaprep.verbs.submit import submit
from tests.torture.paid.orders import HOLD, Command, Orders

Point = Callable[[str], None]
FULL = "filler"


def decoded(path: Path) -> str:
    """The file's comment, all of it having been decoded. Raises BadAsset."""
    try:
        with av.open(str(path)) as container:
            comment = container.metadata.get("comment") or container.metadata.get("COMMENT") or ""
            frames = sum(1 for _ in container.decode())
    except av.FFmpegError as error:
        why = type(error).__name__
    else:
        if frames:
            return comment
        why = "no frames"
    raise BadAsset(f"{path.name} cannot be decoded: {why}", f"{path.name} 无法解码：{why}")


class PlainStages:
    """The input is a copy of what was filmed; the product is downloaded, decoded, kept and copied."""

    def __init__(self, out: Path, store: object_store.Store | None, point: Point) -> None:
        self._out, self._store, self._point = out, store, point

    def prepare(self, job: JobRow, tell: Callable[[str, Text], None]) -> Ready | Later:
        spec = job.spec
        if not spec["file"]:
            return Ready(payload=spec["request"])
        footage = Path(spec["footage"])
        mended = self._out / "mended" / f"{job.id}{footage.suffix}"
        if not mended.exists():
            part = mended.with_name(f".{job.id}.{os.getpid()}.{threading.get_ident()}.part")
            part.write_bytes(footage.read_bytes() + job.id.encode())
            keep(part, mended)
            tell("fix", Text(f"mended {mended}", f"已修复 {mended}"))
        outer, _, inner = spec["file"].rpartition(".")
        payload = dict(spec["request"])
        if outer:
            payload[outer] = {**payload[outer], inner: str(mended)}
        else:
            payload[inner] = str(mended)
        given = Input(parameter=spec["file"], path=mended, state=tuple(object_store.seen(mended.stat())))
        return Ready(payload=payload, inputs=(given,))

    def trace(self, job: JobRow) -> Path | None:
        return self._out / "sent" / f"{job.id}.jsonl"

    def save(self, job: JobRow, product: Product, tell: Callable[[str, Text], None]) -> Saved:
        target = self._out / "raw" / f"{job.id}{suffix_of(job.endpoint, job.spec['request'])}"

        def verify(path: Path) -> None:
            decoded(path)
            self._point("before_rename")

        def flow(_got: int, _of: int | None) -> None:
            self._point("mid_download")

        if product.progress is not None:
            download.fetch(product.progress.media_url, target, verify=verify, allowed=None, on_progress=flow)
        else:
            assert self._store is not None
            assert product.key is not None
            result_urls.download(self._store, product.key, target, verify=verify, on_progress=flow)
        self._point("after_rename")
        tell("fetch", Text(f"kept {target}", f"已保存 {target}"))
        return Saved(path=target, sha256=sha256(target), kept={"named": product.task_id or ""})

    def finish(self, job: JobRow, tell: Callable[[str, Text], None]) -> Mapping[str, Any]:
        assert job.result is not None
        final = self._out / "final" / job.result.name
        data = job.result.read_bytes()
        part = final.with_name(f".{job.id}.{os.getpid()}.{threading.get_ident()}.part")
        with part.open("wb") as stream:
            stream.write(data[: len(data) // 2])
            stream.flush()
            self._point("mid_finish")
            stream.write(data[len(data) // 2 :])
        keep(part, final)
        tell("finish", Text(f"finished {final}", f"已完成 {final}"))
        return {"output": final, "sha256": sha256(final)}


class Fate:
    """What happens to a worker at a point."""

    def __init__(self, orders: Orders, ledger: Timed) -> None:
        self._orders, self._ledger = orders, ledger
        self._done = False

    def __call__(self, name: str) -> None:
        orders = self._orders
        if name != orders.point or self._done:
            return
        self._done = True
        if orders.dies and orders.late:
            threading.Timer(orders.late, lambda: os.kill(os.getpid(), signal.SIGKILL)).start()
        elif orders.dies:
            os.kill(os.getpid(), signal.SIGKILL)
        elif orders.stops:
            with self._ledger.quiet():
                os.kill(os.getpid(), signal.SIGSTOP)
                time.sleep(0.2)  # the signal reaches the threads one after the other
        elif orders.fill is not None:
            fill(orders.fill)
            if orders.empty_after is not None:
                empty = (orders.fill / FULL).unlink
                threading.Timer(orders.empty_after, empty).start()


def fill(folder: Path) -> None:
    """Take every byte that is left on the disk of `folder`."""
    with contextlib.suppress(OSError), (folder / FULL).open("ab", buffering=0) as stream:
        for block in (1 << 20, 1 << 12, 1):
            with contextlib.suppress(OSError):
                while stream.write(b"\0" * block):
                    pass


def sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def dies_with_its_parent() -> None:
    """Whatever becomes of the script, nothing of it goes on."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def work(orders: Orders) -> None:
    """A worker process: until nothing of its jobs is open."""
    dies_with_its_parent()
    if orders.log is not None:
        logging.basicConfig(filename=orders.log, level=logging.DEBUG)
        guard_logs()
    log = logging.getLogger("torture")
    clock = orders.dial or time.time
    ledger = Timed(orders.where, clock)
    settings = Settings.load({}, orders.environ)
    gateway, fate = Gateway(settings, clock=clock), Fate(orders, ledger)
    store = object_store.store(settings) if orders.bucket else None
    stages = PlainStages(orders.out, store, fate)
    crew = WorkerPool(ledger, lease_seconds=orders.policy.lease_seconds, rate=orders.policy.rate)
    me = processes.me(f"worker-{os.getpid()}")
    troubles: list[str] = []

    def loop(number: int) -> None:
        owner = Owner(
            host=orders.host or me.host, pid=me.pid, started=me.started, name=f"{me.name}-{number}"
        )  # fmt: skip
        worker = Worker(
            ledger=ledger, gateway=gateway, stages=stages, store=store,
            gate=Addresses(base_url=orders.gate) if orders.gate else None, policy=orders.policy, owner=owner,
            crew=crew, clock=clock, on_point=fate, ids=orders.ids,
            tell=lambda job, kind, text: log.info("%s %s %s", job.id, kind, text.en),
        )  # fmt: skip
        try:
            worker.run()
        except LedgerError as error:
            log.info("the ledger failed", exc_info=True)
            troubles.append(error.en)

    threads = [threading.Thread(target=loop, args=(n,), name=f"{me.name}-{n}") for n in range(orders.threads)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if orders.told is not None:
        said = {"moves": ledger.took, "troubles": troubles}
        (orders.told / f"{os.getpid()}.json").write_text(json.dumps(said), encoding="utf-8")
    raise SystemExit(3 if troubles else 0)


class Timed(Ledger):
    """A ledger that notes how long its moves take, in seconds."""

    took: list[float]

    def __init__(self, where: str, clock: Callable[[], float]) -> None:
        self.took = []
        super().__init__(where, clock=clock)

    @contextlib.contextmanager
    def quiet(self) -> Iterator[None]:
        """Within the block no thread of this process is in a transaction: one that stood still in the middle of
        it would keep SQLite's one writer's place, and everybody would stand still."""
        with self._db._turn:
            yield

    def move(self, *given: Any, **named: Any) -> JobRow:
        began = time.perf_counter()
        try:
            return super().move(*given, **named)
        finally:
            self.took.append(time.perf_counter() - began)


class _Points(set[str]):
    """What a command's worker passes, and what happens to it there."""

    def __init__(self, fate: Fate) -> None:
        self._fate = fate
        super().__init__()

    def add(self, name: str) -> None:
        super().add(name)
        self._fate(name)


def single(orders: Orders, one: Command) -> None:
    """One command, `submit` or `say`; what it said is written down."""
    dies_with_its_parent()
    ledger = Timed(orders.where, time.time)
    gate = {"MEDIAPREP_GATE": orders.gate} if orders.gate else {}
    settings = Settings.load({}, {**orders.environ, **gate})
    points, log = _Points(Fate(orders, ledger)), single_request.SubmitLog
    single_request.SubmitLog = lambda: log(points=points)  # type: ignore[assignment,misc]
    single_request.POLICY = replace(orders.policy, allow_ungated=True)
    told: dict[str, Any]
    try:
        if one.output is not None:
            said = say(
                str(one.request["InputSsml"]), one.output, settings=settings, ledger=ledger, is_ssml=True,
                wait_seconds=60, deadline_seconds=8,
            )  # fmt: skip
            told = {"task": said.task_id}
        else:
            done = submit(
                one.endpoint, one.request, settings=settings, ledger=ledger, base=orders.out, check_files=False,
                wait_seconds=60, doubt_seconds=8,
            )  # fmt: skip
            told = {"task": done.task_id, "job": done.job, "before": done.before}
    except MediaprepError as error:
        told = {"error": type(error).__name__, "en": error.en}
    assert orders.told is not None
    place = orders.told / f"{one.name}.{os.getpid()}.json"
    place.write_text(json.dumps(told), encoding="utf-8")


def gate(where: str, listening: socket.socket, public: str, clock: Callable[[], float]) -> None:
    """The gate and the receiver on a socket that whoever started it keeps open over a kill."""
    dies_with_its_parent()
    Gate(Ledger(where, clock=clock), descriptor=listening.detach(), public=public, hold_seconds=HOLD).serve()


def emulator(options: Options, say: Connection) -> None:
    """The service. What is needed to call it goes through the pipe, not through anything that could be read."""
    dies_with_its_parent()
    for tries in range(100):
        with contextlib.ExitStack() as stack:
            try:
                running = stack.enter_context(Emulator(options))
            except MediaprepError:
                if tries == 99:
                    raise
                time.sleep(0.05)  # its port may still be held for a moment by the one that was killed
                continue
            say.send((running.control, dict(running.env)))
            say.close()
            signal.pause()


@contextlib.contextmanager
def small_disk(folder: Path, kib: int) -> Iterator[Path]:
    """A tmpfs of `kib`. Raises OSError where it cannot be mounted."""
    libc = ctypes.CDLL(None, use_errno=True)
    folder.mkdir(parents=True)
    if libc.mount(b"tmpfs", str(folder).encode(), b"tmpfs", 0, f"size={kib}k,mode=700".encode()):
        raise OSError(ctypes.get_errno() or errno.EPERM, "no tmpfs can be mounted here (it takes root)")
    try:
        yield folder
    finally:
        libc.umount2(str(folder).encode(), 2)
