"""Answers the control port; what it takes and tells stands in control_help.py, which GET {control}/help sends."""

from __future__ import annotations

import collections
import dataclasses
import functools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mediaprep.contract import endpoints
from mediaprep.contract.openapi.document import document
from mediaprep.contract.paths import walk
from mediaprep.emulator import control_help
from mediaprep.emulator.account import purchases
from mediaprep.emulator.account.charges import ChargeLog
from mediaprep.emulator.account.reviews import Reviewer, Reviews
from mediaprep.emulator.clock import EmulatedClock
from mediaprep.emulator.faults.fault_points import Faults
from mediaprep.emulator.faults.fault_rules import FaultPlan
from mediaprep.emulator.faults.injection import Injected
from mediaprep.emulator.gateway import causes, deviations
from mediaprep.emulator.journal.journal_calls import JournalCalls
from mediaprep.emulator.messages import BodyCut, Call, Reply, json_reply
from mediaprep.emulator.options import Options
from mediaprep.emulator.page.control_page import ControlPage
from mediaprep.emulator.store.result_files import Results
from mediaprep.emulator.tasks import TaskQueue
from mediaprep.errors import BadConfig

_MAX_BODY_BYTES = 4 * 1024**2
_SETTINGS = ("no_render", "account", "any_key", "charge_failures", "labels")
_ROOMS = (
    "ui", "help", "health", "account", "requests", "journal", "journal.har", "openapi.json", "faults", "clock",
    "causes", "deviations", "reviews", "reset", "inputs",
)  # fmt: skip
_RENDER_SECONDS = 120.0  # how long a move of the clock waits for rendering under way


class ClockMove(BaseModel):
    """The JSON document of POST {control}/clock."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    advance: float | None = Field(None, ge=0)
    now: float | None = None


class Reset(BaseModel):
    """The JSON document of POST {control}/reset."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    keep: tuple[str, ...] = ()


_Document = TypeVar("_Document", bound=BaseModel)


class _Bad(Exception):
    """A call that is answered with `status` and what is wrong."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@dataclasses.dataclass(frozen=True, kw_only=True)
class Control:
    """Answers the control port of one emulator. `parts` are what a reset empties, in this order."""

    tasks: TaskQueue
    account: ChargeLog
    clock: EmulatedClock
    faults: Faults
    results: Results
    options: Options
    parts: Mapping[str, Callable[[], None]]
    journal: JournalCalls
    reviewer: Reviewer

    def handle(self, call: Call) -> Reply:
        """One call below /control."""
        method = "GET" if call.method == "HEAD" else call.method
        room, _, name = call.path.removeprefix("/control/").rstrip("/").partition("/")
        try:
            told = self._told(room, dict(call.pairs)) if method == "GET" and not name else None
            if told is not None:
                return told if isinstance(told, Reply) else json_reply(told)
            match method, room, name:
                case ("GET" | "POST", "faults", "") | ("DELETE", "faults", _):
                    return json_reply(self._faults(method, unquote(name), call))
                case "GET" | "POST", "clock", "":
                    return json_reply(self._clock(method, call))
                case "GET", "ui", _:
                    return self.page.answer(name)
                case "GET", "inputs", _:
                    return Reply(status=302, headers={"Location": self._input(*name.partition("/")[::2])})
                case "GET", "journal", _:
                    return json_reply(self._exchange(name))
                case "POST", "reviews", "":
                    self.reviewer.exchange(_read(Reviews, _body(call)))
                    return json_reply(self.reviewer.lists.model_dump(mode="json"))
                case "POST", "reset", "":
                    return json_reply(self._reset(call))
                case _ if room in _ROOMS:
                    return json_reply({"error": f"{method} is not for {room}"}, 405)
        except _Bad as bad:
            return json_reply({"error": str(bad)}, bad.status)
        return json_reply({"error": f"known: {', '.join(_ROOMS)}"}, 404)

    def _told(self, room: str, asked: Mapping[str, str]) -> dict[str, Any] | Reply | None:
        """What is only looked at; None: nothing of this name."""
        match room:
            case "help":
                plain = {"Content-Type": "text/plain;charset=utf-8"}
                return Reply(headers=plain, body=str(control_help.__doc__).encode())
            case "health":
                return self._health()
            case "account":
                return self._account(asked)
            case "requests":
                return self._requests(asked)
            case "journal":
                return _asked(self.journal.listed, asked)
            case "journal.har":
                return _asked(self.journal.archived, asked)
            case "openapi.json":
                return document(self.journal.base_url)
            case "causes":
                return causes.listed()
            case "deviations":
                return deviations.listed()
            case "reviews":
                return self.reviewer.lists.model_dump(mode="json")
        return None

    @functools.cached_property
    def page(self) -> ControlPage:
        """What a person looks at."""
        return ControlPage(
            lambda: (self.journal.journal.last, self.tasks.pulse(), self._rules(), self.clock.moves)
        )

    def _input(self, task_id: str, place: str) -> str:
        """The URL that the task's request has there, as it came."""
        task = self.tasks.find(task_id)
        fields = endpoints.get(task.endpoint).url_fields if task else ()
        found = {at: url for field in fields for at, url in walk(task.payload if task else {}, field)}
        url = found.get(unquote(place))
        if not isinstance(url, str) or not url.startswith(("http://", "https://")):
            raise _Bad(404, "no such input")
        return url

    def _exchange(self, number: str) -> dict[str, Any]:
        found = self.journal.one(number)
        if found is None:
            raise _Bad(404, f"exchange {number} is not kept")
        return found

    def _reset(self, call: Call) -> dict[str, Any]:
        raw = _body(call)
        keep = _read(Reset, raw).keep if raw.strip() else ()
        strange = sorted(set(keep) - set(self.parts))
        if strange:
            raise _Bad(400, f"keep: no part {', '.join(strange)}; known: {', '.join(self.parts)}")
        for name, clear in self.parts.items():
            if name not in keep:
                clear()
        return self._health()

    def _health(self) -> dict[str, Any]:
        options = self.options
        bought = options.bought
        settings = {name: getattr(options, name) for name in _SETTINGS}
        settings |= {
            "exclusive": bought.exclusive,
            "audio": bought.audio,
            "hours": purchases.left(bought, 0.0),
        }
        pace = f"polls:{options.pace.polls}" if options.pace.mode == "polls" else options.pace.mode
        return {"status": "ok", "tasks": self.tasks.count(), "settings": {"speed": pace, **settings}}

    def _account(self, asked: Mapping[str, str]) -> dict[str, Any]:
        last = asked.get("last", "")
        if last and not (last.isascii() and last.isdecimal()):
            raise _Bad(400, "last is not a whole number")
        rows = self.account.rows()
        standings = self.tasks.standings()
        shown = [self._row(row, standings) for row in rows[max(0, len(rows) - int(last or len(rows))) :]]
        deducted = self.account.deducted()
        left = purchases.left(self.options.bought, deducted)
        return {"tasks": shown, "deducted_seconds": deducted, "hours_left": left}

    def _row(self, row: dict[str, Any], standings: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
        shown = {"polls": 0, **row, **standings.get(row["task_id"], {})}
        files = {f"{name}_url": self.results.url(shown.pop(name)) for name in ("media", "subtitles")}
        return {**shown, **files, "gone": self.results.gone(row["task_id"])}

    def _requests(self, asked: Mapping[str, str]) -> dict[str, Any]:
        posts = self.account.posts()
        for name in ("request_id", "endpoint"):
            if name in asked:
                posts = [post for post in posts if post[name] == asked[name]]
        if "text" in asked:
            posts = [post for post in posts if asked["text"] in post["text"]]
        counts = collections.Counter(post["request_id"] for post in posts)
        if asked.get("repeated") == "1":
            posts = [post for post in posts if counts[post["request_id"]] > 1]
            counts = collections.Counter(post["request_id"] for post in posts)
        return {"posts": posts, "most": max(counts.values(), default=0), "by_request_id": dict(counts)}

    def _rules(self) -> list[dict[str, Any]]:
        return self.faults.shown() if isinstance(self.faults, Injected) else []

    def _faults(self, method: str, name: str, call: Call) -> dict[str, Any]:
        faults = self.faults
        if not isinstance(faults, Injected):
            raise _Bad(409, "this emulator was started with faults of its own")
        if method == "POST":
            faults.add(_read(FaultPlan, _body(call)))
        if method == "DELETE" and not faults.clear(name):
            raise _Bad(404, f"no rule {name}")
        return {"rules": self._rules()}

    def _clock(self, method: str, call: Call) -> dict[str, Any]:
        if method == "POST":
            move = _read(ClockMove, _body(call))
            if (move.advance is None) == (move.now is None):
                raise _Bad(400, "advance or now, one of them")
            if self.clock.standing and not self.tasks.quiet(_RENDER_SECONDS):
                raise _Bad(409, "rendering takes too long: the clock was not moved")
            try:
                self.clock.move(advance=move.advance, to=move.now)
            except ValueError as error:
                raise _Bad(400, str(error)) from error
            self.tasks.settle()
        return self.clock.shown()


def plan_of(path: Path) -> FaultPlan:
    """The rules of a file (--faults FILE). Raises BadConfig."""
    try:
        return FaultPlan.model_validate_json(path.read_bytes())
    except OSError as error:
        why = error.strerror or str(error)
        raise BadConfig(f"{path}: {why}", f"{path}：{why}") from error
    except ValidationError as error:
        raise BadConfig(
            f"{path} holds no faults: {_why(error)}", f"{path} 不是故障规则：{_why(error)}"
        ) from error


def _asked(answer: Callable[[Mapping[str, str]], dict[str, Any]], asked: Mapping[str, str]) -> dict[str, Any]:
    """The answer. Raises _Bad."""
    try:
        return answer(asked)
    except ValueError as error:
        raise _Bad(400, str(error)) from error


def _body(call: Call) -> bytes:
    """The call's body. Raises _Bad."""
    try:
        return call.whole(_MAX_BODY_BYTES) or b""
    except BodyCut as error:
        raise _Bad(400, str(error)) from error


def _read(kind: type[_Document], raw: bytes) -> _Document:
    """The document in a body. Raises _Bad."""
    try:
        return kind.model_validate_json(raw)
    except ValidationError as error:
        raise _Bad(400, _why(error)) from error


def _why(error: ValidationError) -> str:
    """The first thing that is wrong, with its place."""
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg']}" if place else first["msg"]
