"""The emulator as a whole: gateway, result store, bucket and control behind one port on loopback.

    /v2/ivh/…                      the gateway's eight calls and its asset lists
    /pose/…                        pictures of avatars
    /broadcast/…, /<TaskId>.mp3    finished files
    /mediaprep/…                   the bucket
    /control/…                     health, account, requests, faults, clock (see control.py)

The only file that imports werkzeug.
"""

from __future__ import annotations

import dataclasses
import http
import json
import logging
import os
import shutil
import signal
import socket
import struct
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from mediaprep.emulator import catalogue, holdings
from mediaprep.emulator.account import Account
from mediaprep.emulator.bucket import Bucket
from mediaprep.emulator.callback import Callbacks
from mediaprep.emulator.clock import Clock
from mediaprep.emulator.control import Control, plan_of
from mediaprep.emulator.credentials import Credentials
from mediaprep.emulator.desk import Desk, read
from mediaprep.emulator.faults import Faults
from mediaprep.emulator.injection import Injected
from mediaprep.emulator.inspect import Inspector
from mediaprep.emulator.messages import BodyCut, Call, Reply, http_date
from mediaprep.emulator.options import Options
from mediaprep.emulator.outbound import Reach
from mediaprep.emulator.results import Results, task_of
from mediaprep.emulator.tasks import Tasks
from mediaprep.emulator.work import Product, Work
from mediaprep.emulator.workshop import Workshop
from mediaprep.errors import BadConfig

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

__all__ = ["Emulator", "Options", "serve"]

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
BUCKET = "mediaprep"
REGION = "us-east-1"
_SOCKET_SECONDS = 120
_HANDLER = "mediaprep.handler"


class _Handler(WSGIRequestHandler):
    """One request at a time; silent, because request lines hold signatures."""

    timeout = _SOCKET_SECONDS
    server_version = "mediaprep-emulator"

    def make_environ(self) -> WSGIEnvironment:
        """Lets the application reach the connection, for faults that are below HTTP."""
        return {**super().make_environ(), _HANDLER: self}

    def leave(self, *, reset: bool) -> None:
        """Closes without an answer; `reset` discards what is under way, so that the client sees RST."""
        self.close_connection = True
        if not reset:
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())

    def log(self, type: str, message: str, *args: Any) -> None:
        """Nothing is logged."""


class Emulator:
    """`with Emulator(options) as emulator:` serves until the block ends. `render` replaces the renderers
    (tests of what stands around them), `faults` the seam where answers go wrong and with it the faults that the
    control port orders."""

    def __init__(
        self,
        options: Options | None = None,
        *,
        render: Callable[[Work], Product] | None = None,
        faults: Faults | None = None,
    ) -> None:
        self.options = options or Options()
        _ = self.options.pace  # a wrong one is told at once
        self._keys = Credentials.new()
        self._render = render
        self._faults = faults or Injected()
        self._temporary: Path | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Emulator:
        folder = self.options.data
        if folder is None:
            folder = self._temporary = Path(tempfile.mkdtemp(prefix="mediaprep-emulator-"))
        _prepared(folder)
        try:
            if self.options.data is not None:
                self._keys = Credentials.kept(folder / "credentials.json")
            self._build(folder)
        except BaseException:
            if hasattr(self, "_server"):
                self._server.server_close()
            self._remove()
            raise
        self._tasks.start()
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="emulator", daemon=True
        )
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(self._faults, Injected):
            self._faults.close()
        self._server.shutdown()
        self._server.server_close()
        self._tasks.stop()
        self._account.close()
        self._remove()

    def _remove(self) -> None:
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)

    def _build(self, folder: Path) -> None:
        options = self._timed(folder)
        with _bound(options.port) as listening:  # make_server would print and exit where the port is taken
            port = listening.getsockname()[1]
            self._server: BaseWSGIServer = make_server(
                HOST,
                port,
                self._application,
                threaded=True,
                request_handler=_Handler,
                fd=listening.fileno(),
            )
        self.gateway = f"http://{HOST}:{port}"
        self.bucket = f"{self.gateway}/{BUCKET}"
        self.control = f"{self.gateway}/control"
        reach = Reach(
            allow_hosts=frozenset(h.lower() for h in options.allow_hosts), seconds=options.fetch_seconds
        )
        known, faults = catalogue.load(), self._faults
        self._account = account = Account(folder / "account.jsonl", durable=options.data is not None)
        self._results = Results(folder / "results", self.gateway, self._finished_at, options.now)
        callbacks = Callbacks(reach, account, self._results, faults, options.now)
        workshop = Workshop(
            self._results,
            Inspector(known, reach, looks=not options.no_render),
            reach,
            options,
            self._renderer(folder),
            faults=faults,
            fetched=lambda task, place, url, status, problem: account.fetched(
                task.task_id, options.now(), place=place, url=url, status=status, problem=problem
            ),
        )
        self._tasks = Tasks(folder / "tasks", options, account, workshop.make, callbacks.ended)
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
            holdings=holdings.Holdings(known, self.gateway, options.now),
        )
        self._bucket = Bucket(BUCKET, folder / "bucket", self._keys, self.options.now)
        self._control = Control(
            tasks=self._tasks, account=account, clock=self._clock, faults=faults, options=options
        )
        if isinstance(faults, Injected):
            faults.open(self._tasks, self._results, options.now)
            if options.faults_file is not None:
                faults.add(plan_of(options.faults_file))

    def _timed(self, folder: Path) -> Options:
        """The options with the emulator's own clock in place of the machine's."""
        standing = self.options.pace.mode == "clock"
        self._clock = Clock(self.options.now, folder / "clock.json", standing=standing)
        return dataclasses.replace(self.options, now=self._clock.now)

    def _renderer(self, folder: Path) -> Callable[[Work], Product] | None:
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
        """The settings with which mediaprep's other commands talk to this emulator."""
        return {
            "MEDIAPREP_BASE_URL": self.gateway,
            "MEDIAPREP_APPKEY": self.appkey,
            "MEDIAPREP_ACCESSTOKEN": self.accesstoken,
            "MEDIAPREP_BUCKET": f"s3://{BUCKET}",
            "MEDIAPREP_CONCURRENCY": str(self.options.exclusive or 0),
            "MEDIAPREP_AUDIO_CONCURRENCY": str(self.options.audio),
            "AWS_ENDPOINT_URL": self.gateway,
            "AWS_ACCESS_KEY_ID": self._keys.access_key,
            "AWS_SECRET_ACCESS_KEY": self._keys.secret,
            "AWS_REGION": REGION,
            "AWS_ALLOW_HTTP": "true",
        }

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
                "appkey": self.appkey,
                "accesstoken": self.accesstoken,
                "env": self.env,
            }
        )

    def handle(self, call: Call) -> Reply:
        """Any request to the port."""
        head = call.path.split("/", 2)[1] if call.path.startswith("/") else ""
        if head == "control":
            return self._control.handle(call)
        if head == BUCKET or _speaks_s3(call):
            reply = self._stored(call, "bucket", self._bucket.handle)
        elif task_of(call.path):
            reply = self._stored(call, "download", self._results.handle)
        elif holdings.is_picture(call.path):
            reply = holdings.picture(call, catalogue.load())
        else:
            call = read(call)
            reply = self._desk.handle(call)
        return self._faults.before_answer(call, reply)

    def _stored(self, call: Call, kind: str, handle: Callable[[Call], Reply]) -> Reply:
        going = self._faults.before_handle(call, kind)
        return going if isinstance(going, Reply) else handle(going)

    def _application(self, environ: Mapping[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """WSGI: one request in, one answer out."""
        try:
            reply = self.handle(_call(environ))
        except BodyCut:
            reply = Reply(status=400)
        except Exception:
            log.exception("the emulator itself failed")
            reply = Reply(status=500)
        if reply.drop or reply.reset:
            environ[_HANDLER].leave(reset=reply.reset)
            raise ConnectionAbortedError("dropped on purpose")  # werkzeug takes it for a client that left
        if reply.framing == "closed":  # an older server: the body ends where the connection does
            environ[_HANDLER].protocol_version = "HTTP/1.0"
        length = {"Content-Length": str(reply.length)} if reply.framing == "length" else {}
        headers = {**length, "Date": http_date(self._clock.now()), **reply.headers}
        if reply.status in {204, 304}:
            headers.pop("Content-Length", None)
        start_response(f"{reply.status} {http.HTTPStatus(reply.status).phrase}", list(headers.items()))
        if environ["REQUEST_METHOD"] == "HEAD":
            return ()
        return (reply.body,) if isinstance(reply.body, bytes) else reply.body


def _bound(port: int) -> socket.socket:
    """A listening socket on loopback. Raises BadConfig where the port cannot be had."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((HOST, port))
        listening.listen(128)
    except (OSError, OverflowError) as error:
        listening.close()
        why = getattr(error, "strerror", None) or str(error)
        raise BadConfig(
            f"port {port} cannot be used: {why}; choose another, or 0 for any free one",
            f"端口 {port} 无法使用：{why}；请换一个，或用 0 自动选择",
        ) from error
    return listening


def _prepared(folder: Path) -> None:
    """The data folder, made where it is missing. Raises BadConfig."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise BadConfig(
            f"data folder {folder} cannot be made: {error.strerror}",
            f"无法创建数据目录 {folder}：{error.strerror}",
        ) from error


def _speaks_s3(call: Call) -> bool:
    """Signed like S3: meant for a bucket, even for one that is not here."""
    return call.headers.get("authorization", "").startswith("AWS4-") or "X-Amz-Signature=" in call.query


def _call(environ: Mapping[str, Any]) -> Call:
    target = str(environ["REQUEST_URI"])
    if not target.startswith("/"):  # absolute form, as through a proxy
        target = "/" + target.partition("://")[2].partition("/")[2]
    path, _, query = target.partition("?")
    headers = {k[5:].replace("_", "-").lower(): str(v) for k, v in environ.items() if k.startswith("HTTP_")}
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name):
            headers[name.replace("_", "-").lower()] = environ[name]
    length = headers.get("content-length", "")
    stream: IO[bytes] = environ["wsgi.input"]
    return Call(
        method=environ["REQUEST_METHOD"],
        path=path,
        query=query,
        headers=headers,
        body=stream,
        length=int(length) if length.isdecimal() else None,
    )


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
