"""The client of the gateway: one generic call, used by every row of contract.endpoints.

A call is made once. Whether it may be made again depends on what is known of it, so failures are told apart:
Unreachable (nothing was sent), Rejected (answered with a code), Unknown (may have been accepted).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from mediaprep.config import Settings, checked_base_url, redact
from mediaprep.contract import profiles
from mediaprep.contract.codes import OK, UNAUTHORISED, Retry, of_interface
from mediaprep.contract.endpoints import Endpoint, get
from mediaprep.contract.progress import Progress
from mediaprep.contract.quotas import BoughtCapacity
from mediaprep.contract.rules import requests
from mediaprep.contract.wire import envelope, received, signing
from mediaprep.contract.wire.envelope import BadEnvelope
from mediaprep.errors import (
    BadConfig,
    GatewayError,
    Misdirected,
    Refused,
    Rejected,
    Unknown,
    Unreachable,
)
from mediaprep.model.findings import Finding, Text
from mediaprep.model.paid.gateways import GatewayKind, kind_of
from mediaprep.submission.wire.http import Answer, Broken, NotSent, Patience, Wire

MOST_ANSWER_BYTES: Final = 8 << 20  # timestamps of 20,000 characters stay far below
_MOST_OFFSET_SECONDS: Final = 24 * 3600.0
"""A clock further off is none: the service takes 5 minutes."""
_PATIENCE: Final = {
    "submit": Patience(connect=10, read=60, total=120),
    "query": Patience(connect=10, read=20, total=40),
}
_NOTHING: Final = Answer(status=0, headers={}, body=b"")
_T = TypeVar("_T")


@dataclass(frozen=True, kw_only=True)
class SignedRequest:
    """A request that can be posted. `at` is the timestamp (seconds since 1970) under its signature."""

    row: Endpoint
    url: str = field(repr=False)
    body: bytes = field(repr=False)
    at: int


class Gateway:
    """One account at one site. Safe to use from several threads; `clock` gives seconds since 1970.
    `bought` = the channels that the settings name.
    `offset_seconds` = how far the service's clock was ahead of it at the last answer, to a second."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Callable[[], float] = time.time,
        patience: Mapping[str, Patience] | None = None,
    ) -> None:
        self.profile = profiles.get(settings.profile)
        self.base_url = checked_base_url(settings.gateway(self.profile.base_url))
        self.appkey, self._accesstoken = settings.credentials()
        self.bought = BoughtCapacity(exclusive=settings.concurrency, audio=settings.audio_concurrency)
        self.offset_seconds = 0.0
        self._clock = clock
        self._patience = {**_PATIENCE, **(patience or {})}
        self._kind: GatewayKind | None = None

    def kind(self) -> GatewayKind:
        """Whether an emulator answers there: asked once, before anything is submitted, by a call that costs nothing.
        Raises Unreachable where nobody answers."""
        if self._kind is None:
            failure: Unreachable | None = None
            try:
                answer = Wire().head(f"{self.base_url}/", {}, self._patience["query"])
            except (NotSent, Broken) as error:
                failure = self._unreachable(error.why)
            else:
                self._kind = kind_of(answer.headers)
            if failure is not None:
                raise failure
        return self._kind  # type: ignore[return-value]

    def prepare(self, endpoint: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        """`payload` as it will travel. Raises Refused with a finding for each thing the docs refuse in it."""
        findings = refusals(endpoint, payload)
        if findings:
            raise _refused(endpoint, findings)
        made = requests.wire(endpoint, payload, self.profile)
        try:
            envelope.dump(made)
        except (ValueError, TypeError) as error:
            why = type(error).__name__
        else:
            return made
        # Half a surrogate pair, for instance: JSON escapes can say it, UTF-8 cannot.
        raise Refused(
            f"{endpoint}: not sent: the request holds something that JSON in UTF-8 cannot carry ({why})",
            f"{endpoint}：未发送：请求中含有无法以 UTF-8 JSON 表示的内容（{why}）",
        )

    def submit(self, endpoint: str, payload: Mapping[str, Any], *, request_id: str = "") -> str:
        """Submit once, whatever happens; gives the TaskId. Costs money: see the module's docstring."""
        row = get(endpoint)
        if row.kind != "submit":
            raise BadConfig(f"{endpoint} is a query, nothing to submit", f"{endpoint} 是查询接口，不能提交")
        return self.task_of(self.signed(endpoint, self.prepare(endpoint, payload), request_id=request_id))

    def progress(self, task_id: str, endpoint: str = "progress") -> Progress:
        """Where a task stands; `endpoint` is what it was submitted to, or the query itself. Free."""
        row = get(endpoint)
        query = row.progress or row.nickname
        return Progress.model_validate(self.call(query, {"TaskId": received.sent_task_id(task_id)}))

    def call(
        self, endpoint: str | Endpoint, payload: Mapping[str, Any], *, request_id: str = ""
    ) -> dict[str, Any]:
        """One POST of `payload` as it is; the answer's Payload. Raises Unreachable, Rejected or Unknown."""
        return self.post(self.signed(endpoint, payload, request_id=request_id))

    def signed(
        self, endpoint: str | Endpoint, payload: Mapping[str, Any], *, request_id: str = ""
    ) -> SignedRequest:
        """`payload` as it is, ready to be posted once. Every attempt is signed here, with a timestamp of its own."""
        row, at = get(endpoint), int(self._clock())
        query = signing.query(self.appkey, self._accesstoken.reveal(), at)
        body = envelope.dump(envelope.wrap(payload, request_id), ascii_only=row.kind == "query")
        return SignedRequest(row=row, url=f"{self.base_url}{row.path}?{query}", body=body, at=at)

    def post(self, signed: SignedRequest) -> dict[str, Any]:
        """Send it, once; the answer's Payload. Raises Unreachable, Rejected or Unknown."""
        cleaned: dict[str, Any] = received.clean(self._payload(signed.row, *self._exchange(signed)))
        return cleaned

    def task_of(self, signed: SignedRequest) -> str:
        """`post` of a submit: the TaskId as it is kept (contract.wire.received), also out of an answer cut or
        damaged elsewhere. Raises Unreachable, Rejected, and Unknown where the answer has none."""
        answer, cut = self._exchange(signed)
        failure: Unknown
        try:
            return _task_id(signed.row, self._payload(signed.row, answer, cut))
        except Unknown as error:
            failure = error
        if answer.status < 300 and (task_id := received.salvaged_task_id(answer.body)):
            return task_id
        raise failure

    def _exchange(self, signed: SignedRequest) -> tuple[Answer, Text | None]:
        """Send it, once; what came, and why that is not all. Raises Unreachable."""
        failure: Unreachable
        try:
            answer = Wire().post(
                signed.url,
                signed.body,
                {"Content-Type": envelope.CONTENT_TYPE},
                self._patience[signed.row.kind],
                MOST_ANSWER_BYTES,
            )
        except NotSent as error:
            failure = self._unreachable(error.why)
        except Broken as error:
            return error.came or _NOTHING, error.why
        else:
            self._refuse_stranger(signed.row, answer)
            return answer, None
        raise failure

    def _refuse_stranger(self, row: Endpoint, answer: Answer) -> None:
        """What answers now may not be what was asked before. An emulator's task costs nothing and is dropped (raises
        Misdirected); one that a real gateway may have accepted is in doubt (raises Unknown, naming it)."""
        found = kind_of(answer.headers)
        if self._kind is None or found is self._kind:
            return
        if found is GatewayKind.REAL and answer.status != 200:  # somebody on the way to an emulator
            return
        self._kind = None  # asked anew before the next submit
        if found is GatewayKind.REAL:
            task = received.salvaged_task_id(answer.body) or "-"
            raise _unknown(
                row,
                Text(
                    f"a gateway that is no emulator answered; TaskId: {task}",
                    f"应答者不是模拟器；TaskId：{task}",
                ),
            )
        if row.kind == "query":
            raise _unknown(row, Text("an emulator answered in the service's place", "应答者是模拟器"))
        raise Misdirected(
            f"{row.nickname}: {self.base_url} is an emulator now: its task was dropped, nothing was paid; look where "
            "MEDIAPREP_BASE_URL leads",
            f"{row.nickname}：{self.base_url} 现为模拟器：其任务已丢弃，未产生费用；请检查 MEDIAPREP_BASE_URL",
        )

    def _payload(self, row: Endpoint, answer: Answer, cut: Text | None) -> dict[str, Any]:
        """What the answer holds. One that was `cut` behind its last brace (its length was a lie) is whole."""
        there = received.date(answer.headers.get("date", ""))
        if there is not None and abs(offset := there - self._clock()) <= _MOST_OFFSET_SECONDS:
            self.offset_seconds = offset
        failure: GatewayError
        try:
            return self._read(row, answer)
        except GatewayError as error:
            failure = _unknown(row, cut) if cut and isinstance(error, Unknown) else error
        failure.retry_after = received.wait(answer.headers.get("retry-after", ""), there)
        raise failure

    def _read(self, row: Endpoint, answer: Answer) -> dict[str, Any]:
        if answer.status >= 500:  # whatever the body says: something broke on the way back
            raise _unknown(row, Text(f"HTTP {answer.status}", f"HTTP {answer.status}"))
        code, message, body = _envelope_of(row, answer)
        if code != OK:
            raise self._rejected(row, code, message, answer)
        if answer.status >= 300:
            raise _unknown(row, Text(f"HTTP {answer.status}", f"HTTP {answer.status}"))
        try:
            return envelope.payload_of(body)
        except BadEnvelope as error:
            why = Text(error.en, error.zh)
        raise _unknown(row, why)

    def _unreachable(self, why: Text) -> Unreachable:
        return Unreachable(
            f"{self.base_url} cannot be reached, nothing was sent: {why.en}",
            f"无法连接 {self.base_url}，请求未发出：{why.zh}",
        )

    def _rejected(self, row: Endpoint, code: int, message: str, answer: Answer) -> Rejected:
        meaning = of_interface(code)
        said = redact(" ".join(message.split()))[:300]
        hint = self._clock_hint(answer) if code == UNAUTHORISED else Text("", "")
        if row.kind == "submit" and meaning.retry in (Retry.AMBIGUOUS, Retry.NEVER_RESUBMIT):
            hint = Text(
                "; the task may have been accepted: do not submit it again blindly",
                "；任务可能已被接受，请勿直接重复提交",
            )
        error = Rejected(
            f"{row.nickname}: code {code}, {meaning.meaning.en} ({said}): {meaning.remedy.en}{hint.en}",
            f"{row.nickname}：结果码 {code}，{meaning.meaning.zh}（{said}）：{meaning.remedy.zh}{hint.zh}",
            code=code,
            message=said,
        )
        error.remedy, error.retryable = meaning.remedy, meaning.retry is Retry.WAIT
        return error

    def _clock_hint(self, answer: Answer) -> Text:
        """What the service's Date header says about the clock of this machine."""
        there = received.date(answer.headers.get("date", ""))
        if there is None:
            return Text("", "")
        off = self._clock() - there
        if abs(off) <= signing.MAX_SKEW_SECONDS:
            return Text("", "")
        return Text(
            f"; this machine's clock is {off:+.0f} s off, {signing.MAX_SKEW_SECONDS} s are allowed",
            f"；本机时钟相差 {off:+.0f} 秒，最多允许 {signing.MAX_SKEW_SECONDS} 秒",
        )


def refusals(endpoint: str, payload: Mapping[str, Any]) -> tuple[Finding, ...]:
    """What the JSON of a request alone decides to be wrong, unknown parameters included."""
    wrong = tuple(violation.finding() for violation in requests.violations(endpoint, payload))
    return wrong + requests.unknown_findings(endpoint, payload)


def _refused(endpoint: str, findings: tuple[Finding, ...]) -> Refused:
    en = "; ".join(_with_fix(finding).en for finding in findings[:3])
    zh = "；".join(_with_fix(finding).zh for finding in findings[:3])
    more = len(findings) - 3
    if more > 0:
        en, zh = f"{en}; and {more} more", f"{zh}；另有 {more} 处"
    return Refused(f"{endpoint}: not sent: {en}", f"{endpoint}：未发送：{zh}", findings)


def _with_fix(finding: Finding) -> Text:
    if finding.fix is None:
        return finding.message
    return Text(f"{finding.message.en} ({finding.fix.en})", f"{finding.message.zh}（{finding.fix.zh}）")


def _task_id(row: Endpoint, payload: Mapping[str, Any]) -> str:
    task_id = received.task_id(payload.get("TaskId"))
    if not task_id:
        raise _unknown(row, Text("the answer has no TaskId", "应答中没有 TaskId"))
    return task_id


def _envelope_of(row: Endpoint, answer: Answer) -> tuple[int, str, dict[str, Any]]:
    """Code, Message and the whole body. Raises Unknown for a body that is not the gateway's."""
    try:
        body = received.body(answer.body)
        header = envelope.header_of(body)
    except BadEnvelope as error:
        why = Text(error.en, error.zh)
    else:
        code, message = header.get("Code"), header.get("Message", "")
        if isinstance(code, int) and not isinstance(code, bool):
            return code, received.text(message) if isinstance(message, str) else "", body
        why = Text("Header.Code is missing", "缺少 Header.Code")
    if answer.status != 200:
        why = Text(f"HTTP {answer.status}, {why.en}", f"HTTP {answer.status}，{why.zh}")
    raise _unknown(row, why)


def _unknown(row: Endpoint, why: Text) -> Unknown:
    if row.kind == "query":
        return Unknown(
            f"{row.nickname}: no usable answer ({why.en})", f"{row.nickname}：没有可用的应答（{why.zh}）"
        )
    return Unknown(
        f"{row.nickname}: no usable answer ({why.en}): the task may have been accepted, "
        "do not submit it again blindly",
        f"{row.nickname}：没有可用的应答（{why.zh}）：任务可能已被接受，请勿直接重复提交",
    )
