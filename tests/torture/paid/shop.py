"""A ledger, gates, workers and an emulated service, each in processes of their own that can be killed at any moment."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import signal
import socket
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final

from mediaprep.emulator.options import Options
from mediaprep.model.paid.records import JobRow, JobState
from mediaprep.submission.ledger import Ledger
from tests.torture.paid import processes
from tests.torture.paid.orders import BOUGHT, Dial, Orders, new_job

FORKS: Final = multiprocessing.get_context("forkserver")
_IMPORTED: Final = (
    "tests.torture.paid.__main__", "tests.torture.paid.processes", "mediaprep.emulator.server",
    "mediaprep.emulator.render.prerendered", "mediaprep.submission.job.worker",
    "mediaprep.submission.ledger.migrating", "av", "psycopg",
)  # fmt: skip
FORKS.set_forkserver_preload(list(_IMPORTED))
_FOOTAGE: Final = b"\0\0\0\x18ftypmp42" + b"footage " * 6000


def killed(process: BaseProcess) -> None:
    """SIGKILL, and wait until it is gone."""
    process.kill()
    process.join(20)


class Service:
    """The emulated service, which goes on with its data when it is killed and started again."""

    def __init__(self, data: Path, **options: Any) -> None:
        self._options = Options(
            data=data, no_render=True, **{"exclusive": BOUGHT, "audio": BOUGHT, "speed": "immediate", **options}
        )  # fmt: skip
        self._rules: list[dict[str, Any]] = []
        self.control, self.environ = "", dict[str, str]()
        self.start()

    def start(self) -> None:
        options = self._options
        if self.control:
            port = int(self.environ["MEDIAPREP_BASE_URL"].rpartition(":")[2])
            options = Options(**{**vars(options), "port": port})
        here, there = FORKS.Pipe(duplex=False)
        self.process = FORKS.Process(target=processes.emulator, args=(options, there), daemon=True)
        self.process.start()
        there.close()
        if not here.poll(60):
            raise RuntimeError("the emulator does not start")
        self.control, self.environ = here.recv()
        here.close()
        if self._rules:
            self._ask("faults", {"seed": 1, "rules": self._rules})

    def restart(self) -> None:
        killed(self.process)
        self.start()

    def stop(self) -> None:
        killed(self.process)

    def goes_wrong(self, *rules: dict[str, Any]) -> None:
        self._rules += rules
        self._ask("faults", {"seed": 1, "rules": list(rules)})

    def goes_well(self) -> None:
        self._rules.clear()
        with urllib.request.urlopen(
            urllib.request.Request(f"{self.control}/faults", method="DELETE"), timeout=20
        ):
            pass

    def struck(self) -> dict[str, int]:
        return {rule["name"]: rule["struck"] for rule in self._ask("faults")["rules"]}

    def account(self) -> list[dict[str, Any]]:
        return self._ask("account")["tasks"]  # type: ignore[no-any-return]

    def posts(self) -> list[dict[str, Any]]:
        return self._ask("requests")["posts"]  # type: ignore[no-any-return]

    def settled(self, seconds: float = 30.0) -> list[dict[str, Any]]:
        """The account, when no accepted task is under way any more (or after so long)."""
        ends = time.monotonic() + seconds
        while True:
            rows = self.account()
            if time.monotonic() > ends or all(row["finished_at"] is not None for row in rows):
                return rows
            time.sleep(0.1)

    def now(self) -> float:
        return float(self._ask("clock")["now"])

    def advance(self, seconds: float) -> float:
        """Move its clock; what it says now."""
        return float(self._ask("clock", {"advance": seconds})["now"])

    def _ask(self, what: str, document: object = None) -> Any:
        body = json.dumps(document).encode() if document is not None else None
        with urllib.request.urlopen(f"{self.control}/{what}", body, timeout=120) as answer:
            return json.load(answer)


class Shop:
    """One ledger before one service. The listening socket of its gates is ours: it outlives them."""

    def __init__(
        self, service: Service, folder: Path, *, where: str = "", gated: bool = True, log: Path | None = None
    ) -> None:
        self.service, self.folder, self.log = service, folder, log
        self.out = folder / "out"
        for name in ("mended", "raw", "final", "told"):
            (self.out / name).mkdir(parents=True)
        self.footage = folder / "footage.mp4"
        self.footage.write_bytes(_FOOTAGE)
        self.where = where or str(folder / "ledger.db")
        self.ledger = Ledger(self.where)
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.public = f"http://127.0.0.1:{self.listening.getsockname()[1]}" if gated else None
        self.gates: list[BaseProcess] = []
        self.workers: list[BaseProcess] = []
        self.dial: Dial | None = None

    def open(self, gates: int = 1) -> None:
        for _ in range(gates if self.public else 0):
            self.gates.append(self.start_gate())

    def close(self) -> None:
        for process in (*self.workers, *self.gates):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid or 0, signal.SIGCONT)
            killed(process)
        self.listening.close()
        self.ledger.close()

    def start_gate(self) -> BaseProcess:
        made = FORKS.Process(
            target=processes.gate,
            args=(self.where, self.listening, self.public, self.dial or time.time),
            daemon=True,
        )
        made.start()
        return made

    def add(self, kinds: Iterable[str], tag: str, first: int = 1) -> list[str]:
        """One job of each kind; their names are {tag}0001 and so on."""
        base = self.service.environ["MEDIAPREP_BASE_URL"]
        made = [new_job(kind, f"{tag}{n:04d}", base, self.footage) for n, kind in enumerate(kinds, first)]
        return [row.id for row in self.ledger.enqueue_all(made)]

    def orders(self, **more: Any) -> Orders:
        log = self.log / f"worker-{time.monotonic_ns()}.log" if self.log else None
        given = {"where": self.where, "environ": self.service.environ, "out": self.out, "gate": self.public,
                 "log": log, "told": self.out / "told", "dial": self.dial}  # fmt: skip
        return Orders(**{**given, **more})

    def start_worker(self, **more: Any) -> BaseProcess:
        made = FORKS.Process(target=processes.work, args=(self.orders(**more),), daemon=True)
        made.start()
        self.workers.append(made)
        return made

    def crew(self, count: int, **more: Any) -> list[BaseProcess]:
        return [self.start_worker(**more) for _ in range(count)]

    def finish(self, seconds: float, count: int = 2, **more: Any) -> None:
        """Workers until nothing is open. Those that end in trouble are followed by others, for so long."""
        ends = time.monotonic() + seconds
        running = self.crew(count, **more)
        while time.monotonic() < ends:
            running = [self._again(process, **more) for process in running]
            if not any(process.is_alive() for process in running):
                return
            time.sleep(0.05)
        for process in running:
            killed(process)

    def _again(self, process: BaseProcess, **more: Any) -> BaseProcess:
        if process.is_alive() or process.exitcode == 0:
            return process
        return self.start_worker(**more)

    def open_jobs(self) -> tuple[JobRow, ...]:
        return self.ledger.jobs(states=[state for state in JobState if not state.ended])

    def held_by(self, pid: int) -> list[tuple[str, int]]:
        """The open jobs that the process of that number held last, with their epochs."""
        return [
            (row.id, row.epoch) for row in self.open_jobs() if row.owner is not None and row.owner.pid == pid
        ]

    def wait(self, ready: Callable[[], bool], seconds: float = 30.0) -> bool:
        ends = time.monotonic() + seconds
        while not ready():
            if time.monotonic() > ends:
                return False
            time.sleep(0.02)
        return True


@contextlib.contextmanager
def shop(
    folder: Path,
    *,
    where: str = "",
    gates: int = 1,
    gated: bool = True,
    log: Path | None = None,
    **options: Any,
) -> Iterator[Shop]:
    """A shop with a service of its own."""
    service = Service(folder / "service", **options)
    made = Shop(service, folder, where=where, gated=gated, log=log)
    try:
        made.open(gates)
        yield made
    finally:
        made.close()
        service.stop()


def stopped(process: BaseProcess) -> bool:
    """Whether it stands still (SIGSTOP)."""
    try:
        stat = Path(f"/proc/{process.pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] == "T"
