"""An emulated gateway as a test holds it, in this process or wherever its ready line came from."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from typing import Any, Final
from urllib.parse import urlencode

from mediaprep.contract import asset_calls, endpoints
from mediaprep.contract.endpoints import Endpoint
from mediaprep.contract.wire import envelope, signing
from mediaprep.errors import BadConfig, Rejected, Unknown, Unreachable
from mediaprep.testing.control_calls import ControlPort, exchange
from mediaprep.testing.held import LocalBucket, MovableClock, OrderedFault, ordered

_POLL_SECONDS: Final = 0.05
_ENDS: Final = ("SUCCESS", "FAIL")


class LocalGateway:
    """`ready` is the emulator's ready line, read: `LocalGateway(json.loads(line))` holds one that runs in another
    process or container. What it is asked for goes over HTTP, as a client's calls do."""

    def __init__(self, ready: Mapping[str, Any]) -> None:
        self.url: str = ready["gateway"]
        self.appkey: str = ready["appkey"]
        self.accesstoken: str = ready["accesstoken"]
        self.env: Mapping[str, str] = ready["env"]
        self.control = ControlPort(url=ready["control"], token=ready.get("control_token", ""))
        self.clock = MovableClock(control=self.control)

    def __repr__(self) -> str:
        return f"LocalGateway({self.url})"

    @cached_property
    def bucket(self) -> LocalBucket:
        """Its bucket."""
        return LocalBucket(self.env)

    # What a client does

    def signed_url(self, endpoint: str) -> str:
        """The URL to POST to, signed now: `tts`, `ppt`, `basic`, `advanced`, `notrain`, `photo`, `progress`,
        `ppt_progress`, or an asset call (`getanchor` …). Raises BadConfig for another name."""
        at = int(self.clock.now().timestamp())
        return f"{self.url}{_row(endpoint).path}?{signing.query(self.appkey, self.accesstoken, at)}"

    def call(self, endpoint: str, payload: Mapping[str, Any], request_id: str = "") -> dict[str, Any]:
        """One call; the answer with its Header and Payload, whatever it says. Raises Unreachable."""
        raw = envelope.dump(envelope.wrap(payload, request_id))
        kind = {"Content-Type": envelope.CONTENT_TYPE}
        status, body = exchange("POST", self.signed_url(endpoint), raw, kind)
        try:
            return envelope.parse(body)
        except envelope.BadEnvelope as error:
            raise Unreachable(f"HTTP {status}: {error.en}", f"HTTP {status}：{error.zh}") from error

    def submit(self, endpoint: str, payload: Mapping[str, Any]) -> str:
        """The TaskId of an accepted task. Raises Rejected with the gateway's code and reason."""
        answer = self.call(endpoint, payload)
        header = answer["Header"]
        if header["Code"]:
            told = f"{header['Code']} {header['Message']}"
            raise Rejected(
                f"{endpoint} was refused: {told}", f"{endpoint} 被拒绝：{told}",
                code=header["Code"], message=header["Message"],
            )  # fmt: skip
        return str(answer["Payload"]["TaskId"])

    def wait(self, task_id: str, seconds: float = 120.0) -> dict[str, Any]:
        """The progress call's Payload once the task has ended, SUCCESS or FAIL. Raises Unknown after so many
        seconds of the machine's clock."""
        task = next((row for row in self.tasks() if row["task_id"] == task_id), None)
        asks = endpoints.get(task["endpoint"]).progress if task else "progress"
        deadline = time.monotonic() + seconds
        while True:
            answer = self.call(asks, {"TaskId": task_id}).get("Payload", {})
            if answer.get("Status") in _ENDS:
                return dict(answer)
            if time.monotonic() > deadline:
                told = f"{task_id}: {answer.get('Status', '?')} ({seconds:g} s)"
                raise Unknown(f"it did not end: {told}", f"任务未结束：{told}")
            time.sleep(_POLL_SECONDS)

    def download(self, url: str) -> bytes:
        """A result (`MediaUrl`, `SubtitlesUrl`). Raises Unreachable where it is gone."""
        status, body = exchange("GET", url)
        if status != 200:
            raise Unreachable(f"the result answers HTTP {status}", f"成品返回 HTTP {status}")
        return body

    # What only an emulator can tell, and do

    def tasks(self) -> list[dict[str, Any]]:
        """Every accepted task, in order (GET {control}/help explains the rows)."""
        return list(self.control.get("account")["tasks"])

    def posts(self, **wanted: str) -> list[dict[str, Any]]:
        """Every submit that came; `endpoint`, `request_id`, `text` select."""
        return list(self.control.get(f"requests?{urlencode(wanted)}")["posts"])

    def journal(self, **wanted: str) -> list[dict[str, Any]]:
        """Every exchange so far, with what was refused and why; `kind`, `code`, `task_id`, `refused="1"`, `unknown="1"`
        … select (GET {control}/help explains them)."""
        return list(self.control.get(f"journal?{urlencode(wanted)}")["exchanges"])

    def hours_left(self) -> float | None:
        """Seconds left of the hour package; None: it never runs out."""
        left = self.control.get("account")["hours_left"]
        return None if left is None else float(left)

    def faults(
        self, *rules: Mapping[str, Any], seed: int = 0, **rule: Any
    ) -> AbstractContextManager[OrderedFault]:
        """`with gateway.faults(do="lost", on="tts", first=1) as fault:` the rules are at work until the block ends;
        GET {control}/help lists them. Raises BadConfig for one that is none."""
        return ordered(self.control, (*rules, rule) if rule else rules, seed)

    def reset(self, *keep: str) -> None:
        """As if just started; `keep` names parts that stay (tasks, bucket, faults, clock, journal)."""
        self.control.post("reset", {"keep": keep})


@contextmanager
def serving(**options: Any) -> Iterator[LocalGateway]:
    """A gateway that serves until the block ends; `options` are those of `mediaprep.emulator.options.Options`;
    unless asked, an equal request is not too soon (110005). Raises
    BadConfig."""
    from mediaprep.emulator.server import Emulator, Options

    try:
        chosen = Options(**{"repeat_seconds": 0.0, **options})  # tests say the same again and again
    except TypeError as error:
        raise BadConfig(f"emulator options: {error}", f"模拟器选项：{error}") from error
    with Emulator(chosen) as emulator:
        yield LocalGateway(json.loads(emulator.ready_line()))


def _row(endpoint: str) -> Endpoint:
    asked = next((row for row in asset_calls.CALLS if row.nickname == endpoint), None)
    return asked or endpoints.get(endpoint)
