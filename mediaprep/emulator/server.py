"""The emulator as a whole: gateway, result store, bucket and control behind one port, on loopback unless asked.

    /v2/ivh/…                      the gateway's eight calls and its asset lists
    /pose/…                        pictures of avatars
    /broadcast/…, /<TaskId>.mp3    finished files
    /mediaprep/…                   the bucket
    /control/…                     health, account, requests, faults, clock … (see control_help.py), and a page: ui

It answers only those who name it as itself (see address.py), and control only with its token where others reach it:
a page of the web that makes a browser believe its own name leads here is told 421.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import signal
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Final

from mediaprep import __version__, leavings
from mediaprep.emulator.account.charges import ChargeLog
from mediaprep.emulator.account.reviews import Reviewer
from mediaprep.emulator.address import EmulatorAddress
from mediaprep.emulator.clock import EmulatedClock
from mediaprep.emulator.control import Control, plan_of
from mediaprep.emulator.control_access import PAGE, ControlAccess
from mediaprep.emulator.faults.fault_points import STRUCK, Faults
from mediaprep.emulator.faults.injection import Injected
from mediaprep.emulator.gateway import asset_answers, signature_judge
from mediaprep.emulator.gateway.acceptance import Desk, read
from mediaprep.emulator.gateway.callback_posts import Callbacks
from mediaprep.emulator.gateway.input_judge import Inspector
from mediaprep.emulator.gateway.request_pace import RequestPace
from mediaprep.emulator.home import Home
from mediaprep.emulator.journal.exchanges import BODY_BYTES, Journal, Tapped
from mediaprep.emulator.journal.journal_calls import JournalCalls
from mediaprep.emulator.messages import Call, Reply, http_date, json_reply
from mediaprep.emulator.options import Options
from mediaprep.emulator.outbound import Reach
from mediaprep.emulator.recordings import recording
from mediaprep.emulator.recordings.recorder import Recorder
from mediaprep.emulator.recordings.recording import Recording
from mediaprep.emulator.recordings.replayer import Replayer
from mediaprep.emulator.store.bucket import EmulatedBucket
from mediaprep.emulator.store.credentials import Credentials
from mediaprep.emulator.store.result_files import Results, task_of
from mediaprep.emulator.task import Task
from mediaprep.emulator.task_maker import Workshop
from mediaprep.emulator.tasks import TaskQueue
from mediaprep.emulator.work import RenderedProduct, Work
from mediaprep.errors import BadConfig
from mediaprep.model.findings import Text
from mediaprep.model.paid.gateways import EMULATOR_HEADER
from mediaprep.serving.client_bounds import ServerLimits
from mediaprep.serving.messages import Request
from mediaprep.serving.server import HttpServer, listening_socket

__all__ = ["Emulator", "Options", "serve"]

BUCKET = "mediaprep"
REGION = "us-east-1"
_LIMITS: Final = ServerLimits(
    connections=512, per_address=512, header_bytes=64 << 10, header_seconds=30.0, body_bytes=6 << 30, body_seconds=60.0,
    idle_seconds=120, stalled_seconds=120.0,
)  # fmt: skip
"""Generous: whoever gets here is on this machine."""


class Emulator:
    """`with Emulator(options) as emulator:` serves until the block ends. `render` replaces the renderers
    (tests of what stands around them), `faults` the seam where answers go wrong and with it the faults that the
    control port orders."""

    def __init__(
        self,
        options: Options | None = None,
        *,
        render: Callable[[Work], RenderedProduct] | None = None,
        faults: Faults | None = None,
    ) -> None:
        self.options = (options or Options()).checked()  # what is wrong is told at once
        self._catalogue = self.options.catalogued()
        self._keys = self._given(Credentials.new())
        self._render = render
        self._faults = faults or Injected()
        self._recorder: Recorder | None = None
        self._temporary: Path | None = None
        self._home: Home | None = None

    def __enter__(self) -> Emulator:
        folder = self.options.data
        if folder is None:
            folder = self._temporary = leavings.make_folder("mediaprep-emulator-")
        else:
            self._home = Home(folder).__enter__()
        try:
            if self._home is not None:
                if self.options.fresh:
                    self._home.empty()
                self._keys = self._given(Credentials.kept(folder / "credentials.json"))
            self._build(folder)
            if self.options.record:
                self._recorder = Recorder(
                    self.options.record, Recording(self.options.recording, self.options.record)
                )
        except BaseException:
            if hasattr(self, "_server"):
                self._server.stop()
            self._remove()
            raise
        self._tasks.start()
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(self._faults, Injected):
            self._faults.close()
        self._control.page.close()
        self._server.stop()
        self._tasks.stop()
        self._account.close()
        if self._recorder is not None:
            self._recorder.close()
        self._remove()

    def _remove(self) -> None:
        if self._home is not None:
            self._home.__exit__()
        if self._temporary is not None:
            leavings.remove_folder(self._temporary)

    def _given(self, keys: Credentials) -> Credentials:
        return keys.given(self.options.appkey, self.options.accesstoken)

    def _build(self, folder: Path) -> None:
        options = self._timed(folder)
        reach = self._listen(options)
        known, faults = self._catalogue, self._faults
        self._reviewer = Reviewer(options.reviewed())
        self._pace = RequestPace(options.repeat_seconds, options.submits_per_second)
        self._account = account = ChargeLog(folder / "account.jsonl", durable=options.data is not None)
        self._results = Results(folder / "results", self.gateway, self._finished_at, options.now)
        self._journal = journal = Journal(options.now)
        callbacks = Callbacks(reach, account, self._results, faults, options.now, journal=journal)
        workshop = Workshop(
            self._results,
            Inspector(known, reach, looks=not options.no_render, reviewer=self._reviewer),
            reach,
            options,
            self._renderer(folder),
            faults=faults,
            fetched=self._fetched,
            uploaded=lambda task, url, status, problem: journal.went_out(
                "PUT", url, task.task_id, status=status, problem=problem
            ),
            noted=journal.note,
        )
        self._tasks = TaskQueue(folder / "tasks", options, account, workshop.make, callbacks.ended)
        self._desk = Desk(
            self._keys,
            options,
            known,
            account=account,
            tasks=self._tasks,
            results=self._results,
            callbacks=callbacks,
            faults=faults,
            gather=workshop.gather_early,
            holdings=asset_answers.Holdings(known, self.gateway, options.now),
            reviewer=self._reviewer,
            pace=self._pace,
        )
        self._bucket = EmulatedBucket(BUCKET, folder / "bucket", self._keys, self.options.now)
        self._control = self._controlling(options)
        self._gateway = self._played(options.replay) if options.replay else self._desk.handle
        if isinstance(faults, Injected):
            faults.open(self._tasks, self._results, options.now)
            self._order_faults()

    def _listen(self, options: Options) -> Reach:
        """Binds the port. Returns whom the emulator itself may speak to."""
        bind = functools.partial(_bound, options.host)
        listening = self._home.bound(options.port, bind) if self._home else bind(options.port)
        here = EmulatorAddress(host=options.host, port=listening.getsockname()[1], public=options.public_url)
        self._names = here.names
        self._server = HttpServer(self._receive, listening, limits=_LIMITS, headers=self._headers)
        self._access = ControlAccess.at(here, self._keys.control_token)
        self.gateway = here.url
        self.bucket = f"{self.gateway}/{BUCKET}"
        self.control = f"{self.gateway}/control"
        return Reach(
            allow_hosts=frozenset(h.lower() for h in options.allow_hosts), seconds=options.fetch_seconds,
            own_names=here.names, own=here.itself,
        )  # fmt: skip

    def _fetched(self, task: Task, place: str, url: str, status: int | None, problem: str) -> None:
        now = self._clock.now()
        self._account.fetched(task.task_id, now, place=place, url=url, status=status, problem=problem)
        self._journal.went_out("GET", url, task.task_id, status=status, problem=problem)

    def _why_unsigned(self, query: str, at: float) -> Text | None:
        flaw = signature_judge.flaw(query, self._keys, at)
        return flaw.why if flaw else None

    def _controlling(self, options: Options) -> Control:
        return Control(
            tasks=self._tasks,
            account=self._account,
            clock=self._clock,
            faults=self._faults,
            results=self._results,
            options=options,
            parts=self._parts(),
            reviewer=self._reviewer,
            journal=JournalCalls(journal=self._journal, signature=self._why_unsigned, base_url=self.gateway),
        )

    def _played(self, path: Path) -> Callable[[Call], Reply]:
        signed = lambda call: self._why_unsigned(call.query, self._clock.now()) is None  # noqa: E731
        return Replayer(recording.read(path)[1], self._desk.handle, signed).handle

    def _parts(self) -> dict[str, Callable[[], None]]:
        """What a reset empties."""

        def tasks() -> None:
            self._tasks.clear()
            self._account.clear()
            self._results.clear()
            self._pace.reset()

        def faults() -> None:
            if isinstance(self._faults, Injected):
                self._faults.reset()
                self._order_faults()

        return {
            "tasks": tasks,
            "bucket": self._bucket.clear,
            "faults": faults,
            "reviews": self._reviewer.reset,
            "clock": self._clock.reset,
            "journal": self._journal.clear,
        }

    def _order_faults(self) -> None:
        """Those of --faults FILE."""
        if isinstance(self._faults, Injected) and self.options.faults_file is not None:
            self._faults.add(plan_of(self.options.faults_file))

    def _timed(self, folder: Path) -> Options:
        """The options with the emulator's own clock in place of the machine's."""
        standing = self.options.pace.mode == "clock"
        self._clock = EmulatedClock(self.options.now, folder / "clock.json", standing=standing)
        return dataclasses.replace(self.options, now=self._clock.now)

    def _renderer(self, folder: Path) -> Callable[[Work], RenderedProduct] | None:
        if self._render is not None or not self.options.no_render:
            return self._render
        from mediaprep.emulator.render.prerendered import Prerendered

        return Prerendered(folder / "templates").render

    def _finished_at(self, task_id: str) -> float | None:
        return self._tasks.finished_at(task_id)

    @property
    def appkey(self) -> str:
        """Who may call; with `data` known once it serves."""
        return self._keys.appkey

    @property
    def accesstoken(self) -> str:
        """What calls are signed with."""
        return self._keys.accesstoken

    @property
    def env(self) -> dict[str, str]:
        """The settings with which mediaprep's other commands talk to this emulator; where it records, only its address:
        the keys are the user's own."""
        if self.options.record:
            return {"MEDIAPREP_BASE_URL": self.gateway}
        return {
            "MEDIAPREP_BASE_URL": self.gateway,
            "MEDIAPREP_APPKEY": self.appkey,
            "MEDIAPREP_ACCESSTOKEN": self.accesstoken,
            "MEDIAPREP_BUCKET": f"s3://{BUCKET}",
            "MEDIAPREP_CONCURRENCY": str(self.options.bought.exclusive),
            "MEDIAPREP_AUDIO_CONCURRENCY": str(self.options.bought.audio),
            "AWS_ENDPOINT_URL": self.gateway,
            "AWS_ACCESS_KEY_ID": self._keys.access_key,
            "AWS_SECRET_ACCESS_KEY": self._keys.secret,
            "AWS_REGION": REGION,
            "AWS_ALLOW_HTTP": "true",
        }

    @property
    def page(self) -> str:
        """Where a person looks at it; with the token, where one is needed."""
        token = f"?token={self._access.token}" if self._access.token else ""
        return f"{self.gateway}{PAGE}{token}"

    def totals(self) -> tuple[int, int]:
        """How many tasks were accepted so far, and how many of them charged."""
        rows = self._account.rows()
        return len(rows), sum(bool(row["charged"]) for row in rows)

    def ready_line(self) -> str:
        """The one JSON line that says where everything is; the only place that prints the secrets."""
        return json.dumps(
            {
                "gateway": self.gateway,
                "bucket": self.bucket,
                "control": self.control,
                "page": self.page,
                "appkey": "" if self.options.record else self.appkey,
                "accesstoken": "" if self.options.record else self.accesstoken,
                "env": self.env,
                **({"control_token": self._keys.control_token} if self.options.public_url else {}),
            }
        )

    def handle(self, call: Call) -> Reply:
        """Any request to the port."""
        head = call.path.split("/", 2)[1] if call.path.startswith("/") else ""
        if head == "control":
            return self._access.refused(call) or self._control.handle(call)
        if call.path in ("", "/") and call.method in ("GET", "HEAD"):
            return Reply(status=302, headers={"Location": PAGE})
        tapped = Tapped(call.body, 0 if head == BUCKET else BODY_BYTES)
        began, struck = self._journal.begin(), list[str]()
        reply, token = None, STRUCK.set(struck)
        try:
            reply = self._answer(dataclasses.replace(call, body=tapped), head)
            return reply
        finally:
            STRUCK.reset(token)
            self._journal.answered(call, tapped.kept, began, reply, tuple(struck))

    def _answer(self, call: Call, head: str) -> Reply:
        if head == BUCKET or _speaks_s3(call):
            reply = self._stored(call, "bucket", self._bucket.handle)
        elif task_of(call.path):
            reply = self._stored(call, "download", self._results.handle)
        elif asset_answers.is_picture(call.path):
            reply = asset_answers.picture(call, self._catalogue)
        elif self._recorder is not None:
            return self._recorder.handle(call)
        else:
            call = read(call)
            reply = self._gateway(call)
        return self._faults.before_answer(call, reply)

    def _stored(self, call: Call, kind: str, handle: Callable[[Call], Reply]) -> Reply:
        going = self._faults.before_handle(call, kind)
        return going if isinstance(going, Reply) else handle(going)

    def _receive(self, request: Request) -> Reply:
        if request.host.lower() not in self._names:
            own = " / ".join(sorted(self._names))
            return json_reply(
                {"error": f"the emulator answers to {own} only", "zh": f"模拟器仅应答 {own}"}, 421
            )
        return self.handle(Call.of(request))

    def _headers(self) -> Mapping[str, str]:
        """What stands in every answer: nobody is to take it for the service; but for what the service itself said."""
        if self._recorder is not None:
            return {"Server": "mediaprep-recorder"}
        return {
            "Server": "mediaprep-emulator", "Date": http_date(self._clock.now()), EMULATOR_HEADER: __version__,
        }  # fmt: skip


def _bound(host: str, port: int) -> socket.socket:
    """A listening socket. Raises BadConfig where the port cannot be had."""
    try:
        return listening_socket(host, port)
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise BadConfig(
            f"port {port} of {host} cannot be used: {why}; choose another, or 0 for any free one",
            f"{host} 的端口 {port} 无法使用：{why}；请换一个，或用 0 自动选择",
        ) from error


def _speaks_s3(call: Call) -> bool:
    """Signed like S3: meant for a bucket, even for one that is not here."""
    return call.headers.get("authorization", "").startswith("AWS4-") or "X-Amz-Signature=" in call.query


def serve(options: Options) -> int:
    """Serves until SIGTERM or SIGINT; prints the ready line. Returns the exit code, 0."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with Emulator(options) as emulator:
        sys.stdout.write(emulator.ready_line() + "\n")
        sys.stdout.flush()
        stop.wait()
    return 0
