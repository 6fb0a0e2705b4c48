"""The gateway's desk: accepts or refuses like the docs say, answers the two progress calls and the asset calls.

Always HTTP 200 with the documented envelope. In this order: signature and time, envelope, parameters, avatar
and voice keys, what was bought, quota.
"""

from __future__ import annotations

import dataclasses
import json
import logging
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from mediaprep.contract import asset_calls, codes, endpoints
from mediaprep.contract.asset_calls import AssetCall
from mediaprep.contract.endpoints import Endpoint
from mediaprep.contract.judging import View
from mediaprep.contract.quotas import Refusal
from mediaprep.contract.rules import requests
from mediaprep.contract.script import texts
from mediaprep.contract.wire import envelope
from mediaprep.emulator.account import entitlements, purchases
from mediaprep.emulator.account.catalogue import Catalogue
from mediaprep.emulator.account.charges import ChargeLog, script_of
from mediaprep.emulator.account.reviews import Reviewer
from mediaprep.emulator.faults.fault_points import Faults
from mediaprep.emulator.gateway import deviations, signature_judge
from mediaprep.emulator.gateway.asset_answers import Holdings
from mediaprep.emulator.gateway.callback_posts import Callbacks
from mediaprep.emulator.gateway.request_pace import RequestPace
from mediaprep.emulator.messages import Call, Reply, json_reply
from mediaprep.emulator.options import Options
from mediaprep.emulator.store.credentials import Credentials
from mediaprep.emulator.store.result_files import Results
from mediaprep.emulator.task import Snapshot, Task, TaskEnd
from mediaprep.emulator.tasks import TaskQueue

log = logging.getLogger(__name__)

_MAX_BODY_BYTES = 16 * 1024**2
_MAX_REQUEST_ID = 128
_NOT_FOUND = 100009
_BROKEN = -101000
_UNSAFE_TEXT = 801005


class _Refused(Exception):
    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


class Desk:
    """`gather` fetches the inputs of a task before its submit is answered, where that was ordered."""

    def __init__(
        self,
        credentials: Credentials,
        options: Options,
        catalogue: Catalogue,
        *,
        account: ChargeLog,
        tasks: TaskQueue,
        results: Results,
        callbacks: Callbacks,
        faults: Faults,
        gather: Callable[[Task], None],
        holdings: Holdings,
        reviewer: Reviewer,
        pace: RequestPace,
    ) -> None:
        self._credentials = credentials
        self._options = options
        self._catalogue = catalogue
        self._account = account
        self._tasks = tasks
        self._results = results
        self._callbacks = callbacks
        self._faults = faults
        self._gather = gather
        self._holdings = holdings
        self._reviewer = reviewer
        self._pace = pace

    def handle(self, call: Call) -> Reply:
        """Answers one call of the gateway, read by `read`; every submit is written down, before and after."""
        endpoint = endpoints.BY_PATH.get(call.path)
        if endpoint is None or endpoint.kind == "query":
            return self._handle(call)[0]
        number = secrets.token_hex(8)
        said = call.document.get("Payload")
        text = script_of(said) if isinstance(said, Mapping) else ""
        request_id = _request_id(call.document)
        self._account.received(number, endpoint.nickname, self._options.now(), request_id, text)
        reply, task_id = self._handle(call)
        self._account.answered(number, _told(reply), task_id)
        return reply

    def _handle(self, call: Call) -> tuple[Reply, str]:
        """The answer, and the TaskId that was accepted ("": none)."""
        ids = (secrets.token_hex(16), _session_id(self._options.now()))
        endpoint = endpoints.BY_PATH.get(call.path) or asset_calls.BY_PATH.get(call.path)
        if endpoint is None:
            return json_reply(envelope.error(_NOT_FOUND, "资源不存在", *ids)), ""
        replaced = self._faults.before_accept(call, endpoint.nickname)
        if replaced is not None:
            return replaced, ""
        ids = (_request_id(call.document) or ids[0], ids[1])
        try:
            self._authorise(call)
            if call.problem is not None:
                raise _invalid(call.problem)
            payload = _payload(call.document)
            _judge_parameters(endpoint, payload)
            if isinstance(endpoint, AssetCall):
                return json_reply(envelope.answer(self._holdings.answer(endpoint, payload), *ids)), ""
            if endpoint.kind == "query":
                return json_reply(envelope.answer(self._progress(endpoint, payload), *ids)), ""
            task_id = self._accept(endpoint, payload, call)
        except _Refused as refused:
            return json_reply(envelope.error(refused.refusal.code, refused.refusal.message, *ids)), ""
        except Exception:
            log.exception("the emulator itself failed at %s", endpoint.nickname)
            return json_reply(envelope.error(_BROKEN, "系统内部错误", *ids)), ""
        reply = json_reply(envelope.answer({"TaskId": task_id}, *ids))
        deviating = deviations.used(endpoint.nickname, payload)
        if deviating:
            reply = dataclasses.replace(
                reply, headers={**reply.headers, deviations.HEADER: ", ".join(deviating)}
            )
        return self._faults.after_accept(call, endpoint.nickname, task_id) or reply, task_id

    def _authorise(self, call: Call) -> None:
        wrong = signature_judge.flaw(call.query, self._credentials, self._options.now())
        if wrong is not None:
            message = f"UnauthorizedOperation:未授权操作: {wrong.answered}"
            raise _Refused(Refusal(code=codes.UNAUTHORISED, message=message))

    def _accept(self, endpoint: Endpoint, payload: Mapping[str, Any], call: Call) -> str:
        now, name = self._options.now(), endpoint.nickname
        refusal = (
            self._pace.too_many()
            or entitlements.judge_permission(payload, self._options.bought, self._account.opened(now), now)
            or entitlements.judge_keys(name, payload, self._catalogue, now)
            or self._review(name, payload)
        )
        claim = refusal or self._pace.claim(name, payload, _request_id(call.document))
        if isinstance(claim, Refusal):
            raise _Refused(claim)
        try:
            return self._admit(name, payload, call)
        except BaseException:
            self._pace.give_back(claim)
            raise

    def _review(self, endpoint: str, payload: Mapping[str, Any]) -> Refusal | None:
        for script in texts.scripts(View(endpoint, payload)):
            word = self._reviewer.word_in(script.text)
            if word is not None:
                return Refusal(code=_UNSAFE_TEXT, message=f"文本安全校验未通过: {script.place}: {word}")
        return None

    def _admit(self, name: str, payload: Mapping[str, Any], call: Call) -> str:
        bought = self._options.bought
        quota = entitlements.quota_key(name, payload, self._catalogue)
        taken = self._faults.taken(call, name, quota)
        hours = purchases.left(bought, self._account.deducted()) != 0
        inside = self._faults.fetches_inside(call, name)
        task = self._tasks.admit(
            secrets.token_hex(16),
            name,
            payload,
            quota,
            lambda running, exclusive: entitlements.grant(
                name, payload, bought, running + taken, exclusive, hours=hours
            ),
            request_id=_request_id(call.document),
            hold=True,
        )
        if isinstance(task, Refusal):
            raise _Refused(task)
        try:
            self._callbacks.accepted(task)
            if inside:
                self._gather(task)
        finally:
            self._tasks.release(task)
        return task.task_id

    def _progress(self, endpoint: Endpoint, payload: Mapping[str, Any]) -> dict[str, Any]:
        """A task is only known to the progress call of its own kind."""
        task_id = str(payload["TaskId"])
        task = self._tasks.find(task_id)
        known = task is not None and endpoints.get(task.endpoint).progress == endpoint.nickname
        snapshot = self._tasks.poll(task_id) if known else None
        if snapshot is None:
            raise _Refused(Refusal(code=codes.NO_RECORD, message="InternalServerError:记录不存在"))
        full = self._shown(snapshot)
        if endpoint.nickname == "ppt_progress":
            names = ("Progress", "MediaUrl", "Status", "FailCode", "FailMessage", "Duration")
            return {name: full[name] for name in names}
        return full

    def _shown(self, snapshot: Snapshot) -> dict[str, Any]:
        """Payload of getprogress."""
        outcome = snapshot.outcome or TaskEnd(state=snapshot.state)
        shown = {
            "Progress": {"COMMIT": 0, "MAKING": 50, "SUCCESS": 100}.get(snapshot.state, -1),
            "MediaUrl": self._results.url(outcome.media),
            "SubtitlesUrl": self._results.url(outcome.subtitles),
            "Status": snapshot.state,
            "ArrayCount": snapshot.ahead,
            "FailCode": outcome.fail_code,
            "FailMessage": outcome.fail_message,
            "Duration": round(outcome.seconds * 1000),
        }
        if outcome.timestamps is not None:
            shown["TextTimestampResult"] = outcome.timestamps
        return shown


def read(call: Call) -> Call:
    """The call with its body parsed, or with what is wrong with it. Raises BodyCut."""
    document, problem = _read(call)
    return dataclasses.replace(call, document=document, problem=problem)


def _told(reply: Reply) -> str:
    """What the client learns, as the account has it."""
    if reply.drop or reply.reset:
        return "reset" if reply.reset else "dropped"
    if reply.status != 200:
        return f"HTTP {reply.status}"
    try:
        return f"code {json.loads(bytes(reply.body))['Header']['Code']}"  # type: ignore[arg-type]
    except (ValueError, TypeError, KeyError):
        return "unreadable"


def _read(call: Call) -> tuple[dict[str, Any], str | None]:
    """The parsed body, or what is wrong with it."""
    if call.method != "POST":
        return {}, f"method {call.method} is not POST"
    raw = call.whole(_MAX_BODY_BYTES)
    if raw is None:
        return {}, f"body is longer than {_MAX_BODY_BYTES} bytes"
    try:
        body = envelope.parse(raw)
        if b"\\u" in raw:  # only an escape can smuggle half a character in
            json.dumps(body, ensure_ascii=False).encode()
    except envelope.BadEnvelope as bad:
        return {}, bad.reason
    except UnicodeEncodeError:
        return {}, "a string holds half of a surrogate pair"
    return body, _oversized(body)


def _oversized(body: Mapping[str, Any]) -> str | None:
    """The first number that no int of 64 bits holds; None: there is none."""
    left: list[tuple[str, Any]] = list(body.items())
    while left:
        name, value = left.pop()
        if isinstance(value, dict):
            left.extend(value.items())
        elif isinstance(value, list):
            left.extend((name, item) for item in value)
        elif type(value) is int and not -(2**63) <= value < 2**63:
            return f"{name} is too large a number"
    return None


def _payload(body: Mapping[str, Any]) -> dict[str, Any]:
    try:
        header = envelope.header_of(body)
        payload = envelope.payload_of(body)
    except envelope.BadEnvelope as bad:
        raise _invalid(bad.reason) from bad
    if not isinstance(header.get("RequestID", ""), str):
        raise _invalid("Header.RequestID is not a string")
    return payload


def _judge_parameters(endpoint: Endpoint, payload: Mapping[str, Any]) -> None:
    for violation in requests.violations(endpoint, payload, raw_count=True):
        raise _Refused(Refusal(code=violation.code, message=violation.service_message))


def _invalid(reason: str) -> _Refused:
    return _Refused(Refusal(code=codes.BAD_PARAMETER, message=f"InvalidParameter:请求参数错误: {reason}"))


def _request_id(body: Mapping[str, Any]) -> str:
    """What the client sent to be echoed, "" for none."""
    header = body.get("Header")
    found = header.get("RequestID") if isinstance(header, dict) else None
    return found if isinstance(found, str) and len(found) <= _MAX_REQUEST_ID else ""


def _session_id(now: float) -> str:
    """`gz`, 8 hex digits, milliseconds and 4 digits: the shape of the docs' examples."""
    return f"gz{secrets.token_hex(4)}{int(now * 1000):013d}{secrets.randbelow(10_000):04d}"
