"""The door to Dask: mending and finishing as tasks of a cluster, whose scheduler and workers may die at any moment.

What is true stands in the ledger alone. A task names a row; whoever runs it claims the row, makes the one move that is
due and lets go. A task that is given again, because its worker was lost, finds the row claimed by an owner that is gone
(or moved on), and so does whatever a new scheduler is asked for. Nothing secret travels: each worker has the same
environment.
"""

from __future__ import annotations

import contextlib
import time
from typing import Any, Final

from mediaprep.batch import remote_stages
from mediaprep.batch.remote_stages import Moved, RowMove
from mediaprep.config import Settings
from mediaprep.errors import BadConfig, ToolMissing, Unreachable
from mediaprep.model.findings import Text
from mediaprep.model.paid.outcomes import ProgressEvent
from mediaprep.model.paid.records import JobState
from mediaprep.verbs.paid.job_progress import Listener
from mediaprep.verbs.paid.run_session import RunSession

RESOURCE: Final = "mediaprep"
"""What a worker must offer (`dask worker … --resources mediaprep=1`): so many rows are encoded on it at once."""
_SCHEMES: Final = {"dask": "tcp", "dask+tls": "tls"}
_TOPIC: Final = "mediaprep"
_LOOK_SECONDS: Final = 0.1
_CONNECT_SECONDS: Final = 10.0
_GONE_SECONDS: Final = 120.0  # a scheduler that is started again within this time is gone on with
_AHEAD: Final = 3  # tasks for each place: enough that none stands idle
_KINDS: Final = {JobState.NEW: "mend", JobState.SAVED: "finish"}


def address_of(engine: str) -> str:
    """Where dask://host:port is, as Dask says it. Raises BadConfig."""
    scheme, _, place = engine.partition("://")
    if scheme not in _SCHEMES or not place.rpartition(":")[2].isdecimal():
        raise BadConfig(
            f"--engine {engine[:80]}: give local, or dask://HOST:PORT of a scheduler (dask+tls://… with TLS)",
            f"--engine {engine[:80]}：请给出 local，或调度器地址 dask://主机:端口（TLS 用 dask+tls://…）",
        )
    return f"{_SCHEMES[scheme]}://{place}"


def refuse_ledger(settings: Settings) -> None:
    """A ledger that only this machine has is none for a cluster. Raises BadConfig."""
    if not (settings.ledger or "").startswith("postgres"):
        raise BadConfig(
            "--engine dask needs a ledger that all workers reach: set MEDIAPREP_LEDGER=postgresql://… for all of them",
            "--engine dask 需要所有 worker 都能访问的账本：请为各进程设置 MEDIAPREP_LEDGER=postgresql://…",
        )


class DaskDispatcher:
    """Gives what is due in `session` to the cluster, and takes what came of it. Raises BadConfig, ToolMissing or
    Unreachable when it cannot begin."""

    def __init__(self, engine: str, session: RunSession, tell: Listener) -> None:
        self._address, self._session, self._tell = address_of(engine), session, tell
        self._marks = remote_stages.Marks()
        self._given: dict[str, Any] = {}  # row → future
        self._blind: dict[str, Text] = {}  # worker → what it cannot reach
        self._gone_since: float | None = None
        self._client = self._connected()
        self._refuse_without_places()

    def work(self) -> None:
        """What one thread does, until the session stops. What cannot go on is the session's failure."""
        session = self._session
        try:
            while not session.stop.is_set():
                with self._surviving():
                    self._collect()
                    self._give()
                session.stop.wait(_LOOK_SECONDS)
        except BaseException as error:  # noqa: BLE001  (a thread's error would be lost)
            session.fail(error)
        finally:
            self._forget()
            self._marks.remove()
            with contextlib.suppress(Exception):
                self._client.close(timeout=2)

    # --- tasks ---

    def _give(self) -> None:
        places = self._places()
        able = [worker for worker in places if worker not in self._blind]
        room = max(_AHEAD * sum(places[worker] for worker in able), 1) - len(self._given)
        if room <= 0 or (self._blind and not able):
            return
        for row in remote_stages.due(self._session, room, without=self._given.keys()):
            move = remote_stages.described(row, self._session, self._marks)
            only = able if self._blind else None
            self._session.awaited.add(row.id)
            self._given[row.id] = self._client.submit(
                run_move, move, key=f"{_KINDS[row.state]}-{row.id}-{row.epoch}-{time.monotonic_ns()}",
                resources={RESOURCE: 1}, retries=2, pure=False, workers=only, allow_other_workers=False,
            )  # fmt: skip

    def _collect(self) -> None:
        for name, future in list(self._given.items()):
            if not future.done():
                continue
            del self._given[name]
            if future.status == "finished":
                self._take(name, future.result())
            elif future.status == "error":
                self._session.leave(name, _broken(future.exception()))
            self._session.awaited.drop(
                name
            )  # cancelled and lost ones are given again as they stand in the ledger
            self._session.stirred.set()

    def _take(self, name: str, moved: Moved) -> None:
        if moved.outcome is not None:
            self._session.told.put(name, moved.outcome)
        if moved.unable is None:
            return
        if moved.worker not in self._blind:
            self._say(moved.unable)
        self._blind[moved.worker] = moved.unable
        if all(worker in self._blind for worker in self._places()):
            raise BadConfig(moved.unable.en, moved.unable.zh)

    # --- the cluster ---

    def _connected(self) -> Any:
        dask: Any  # its functions have no types
        try:
            import distributed as dask
        except ImportError as error:
            raise ToolMissing(
                "--engine dask needs Dask: pip install 'mediaprep[dask]'",
                "--engine dask 需要 Dask：pip install 'mediaprep[dask]'",
            ) from error
        try:
            client = dask.Client(self._address, timeout=_CONNECT_SECONDS, set_as_default=False)
        except (OSError, TimeoutError, ValueError, RuntimeError) as error:
            raise Unreachable(
                f"no Dask scheduler answers at {self._address}: start one, or --engine local",
                f"{self._address} 没有 Dask 调度器应答：请先启动，或使用 --engine local",
            ) from error
        client.subscribe_topic(_TOPIC, self._heard)
        return client

    def _places(self) -> dict[str, int]:
        """Worker → how many rows it encodes at once."""
        workers = self._client.scheduler_info(n_workers=-1)["workers"]
        return {
            address: int(found.get("resources", {}).get(RESOURCE, 0))
            for address, found in workers.items()
            if found.get("resources", {}).get(RESOURCE, 0) >= 1
        }

    def _refuse_without_places(self) -> None:
        """Workers that offer nothing would never be given anything; where there are none yet, some may come."""
        workers = self._client.scheduler_info(n_workers=-1)["workers"]
        if workers and not self._places():
            self._client.close(timeout=2)
            raise BadConfig(
                f"none of the {len(workers)} workers at {self._address} offers the resource {RESOURCE}: start them "
                f"with --resources {RESOURCE}=1",
                f"{self._address} 的 {len(workers)} 个 worker 均未提供资源 {RESOURCE}："
                f"启动时请加 --resources {RESOURCE}=1",
            )
        if not workers:
            self._say(Text("the cluster has no worker yet: waiting for one", "集群中尚无 worker：等待其加入"))

    @contextlib.contextmanager
    def _surviving(self) -> Any:
        """A scheduler that died is waited for; all it was given is given again, as far as the ledger does not know
        better."""
        try:
            yield
            self._gone_since = None
            return
        except BadConfig:
            raise
        except Exception:
            if self._client.status == "running":
                raise
        if self._gone_since is None:
            self._gone_since = time.monotonic()
            self._say(
                Text(
                    f"the Dask scheduler at {self._address} is gone: waiting for it up to {_GONE_SECONDS:g} s",
                    f"Dask 调度器 {self._address} 已断开：最多等待 {_GONE_SECONDS:g} 秒",
                )
            )
        self._forget()
        self._blind.clear()
        with contextlib.suppress(Exception):
            self._client.close(timeout=1)
        try:
            self._client = self._connected()
        except Unreachable:
            if time.monotonic() - self._gone_since > _GONE_SECONDS:
                raise

    def _forget(self) -> None:
        self._session.awaited.drop(*self._given)
        self._given.clear()

    def _heard(self, event: tuple[float, Any]) -> None:
        job, kind, en, zh, done, total = event[1]
        self._tell(ProgressEvent(job=job, kind=kind, message=Text(en, zh), done=done, total=total))

    def _say(self, text: Text) -> None:
        self._tell(ProgressEvent(job="", kind="engine", message=text))


def run_move(move: RowMove) -> Moved:
    """The task: one move of one row, in a worker."""
    import distributed

    worker = distributed.get_worker()
    last: dict[tuple[str, str], float] = {}

    def tell(event: ProgressEvent) -> None:
        key = (event.job, event.message.en)
        now = time.monotonic()
        if now - last.get(key, -1.0) >= 1.0:
            last[key] = now
            told = (event.job, event.kind, event.message.en, event.message.zh, event.done, event.total)
            worker.log_event(_TOPIC, told)

    return remote_stages.made(move, worker=worker.address, tell=tell)


def _broken(error: BaseException | None) -> Text:
    """Of a task that killed each worker it was given to, or that nobody foresaw."""
    name = type(error).__name__
    return Text(
        f"its task ended on the cluster ({name}); the next run goes on with it",
        f"其任务在集群上异常结束（{name}）；再次运行即可继续",
    )
