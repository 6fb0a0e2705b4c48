"""`doctor --online`: what the service and the bucket say when they are asked. Nothing is submitted, nothing is paid."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from typing import Final

from mediaprep.config import Settings
from mediaprep.contract.codes import NO_RECORD, UNAUTHORISED
from mediaprep.contract.wire.signing import MAX_SKEW_SECONDS
from mediaprep.errors import GatewayError, MediaprepError, Rejected, ToolFailed
from mediaprep.model.findings import Text
from mediaprep.submission.bucket import object_store
from mediaprep.submission.gate import gate
from mediaprep.submission.ledger import Ledger
from mediaprep.submission.wire.client import Gateway
from mediaprep.submission.wire.http import Failure, Patience, Wire
from mediaprep.verbs.machine.doctor import Ability

_NOBODYS_TASK: Final = "0" * 32
_KEYS: Final = Text(
    "MEDIAPREP_APPKEY and MEDIAPREP_ACCESSTOKEN are those of another account or site, or were withdrawn",
    "MEDIAPREP_APPKEY 与 MEDIAPREP_ACCESSTOKEN 不属于该账号或站点，或已被停用",
)
_CLOCK: Final = Text(
    "set this machine's clock by NTP (timedatectl set-ntp true)",
    "请通过 NTP 校准本机时钟（timedatectl set-ntp true）",
)

_REACH: Final = Text(
    "lead MEDIAPREP_GATE (a reverse proxy, a forwarded port) to MEDIAPREP_GATE_LISTEN, and open the firewall for it",
    "请将 MEDIAPREP_GATE（反向代理或端口转发）指向 MEDIAPREP_GATE_LISTEN，并放行防火墙",
)
_PATIENCE: Final = Patience(connect=5.0, read=10.0, total=15.0)
_NOTHING_HERE: Final = HTTPStatus.NOT_FOUND
"""What a gate says of an address that was given to nobody."""


def online(settings: Settings) -> tuple[Ability, ...]:
    """The gateway with its keys, this machine's clock against the service's, the bucket, the gate at its public
    address where one is set: each asked once."""
    reached = (_gate(settings),) if settings.gate or settings.gate_listen else ()
    return (*_gateway(settings), _bucket(settings), *reached)


def _gateway(settings: Settings) -> tuple[Ability, ...]:
    keys, clock = Text("the gateway knows the keys", "网关认可密钥"), Text("clock", "时钟")
    try:
        gateway = Gateway(settings)
    except MediaprepError as error:
        return (_failed(keys, error),)
    try:
        gateway.progress(_NOBODYS_TASK)
        asked = Ability(name=keys, works=True, detail=gateway.base_url)
    except Rejected as error:
        known = error.code != UNAUTHORISED
        told = Text(error.en, error.zh)
        asked = Ability(name=keys, works=known, detail=error.en, told=told, remedy=None if known else _KEYS)
        if error.code == NO_RECORD:  # it looked for the task, so the signature was good
            asked = Ability(name=keys, works=True, detail=gateway.base_url)
    except GatewayError as error:
        return (_failed(keys, error),)
    off = gateway.offset_seconds
    how = Text(
        f"{abs(off):.0f} s apart from the service's, {MAX_SKEW_SECONDS} s are allowed",
        f"与服务端相差 {abs(off):.0f} 秒，最多允许 {MAX_SKEW_SECONDS} 秒",
    )
    good = abs(off) < MAX_SKEW_SECONDS
    return asked, Ability(name=clock, works=good, detail=how.en, told=how, remedy=None if good else _CLOCK)


def _bucket(settings: Settings) -> Ability:
    name = Text("the bucket takes, finds and deletes", "存储桶可写入、查询、删除")

    def ask() -> None:
        store = object_store.store(settings)
        with tempfile.TemporaryDirectory(prefix="mediaprep-doctor-") as folder:
            path = Path(folder) / "doctor.txt"
            path.write_text(f"mediaprep doctor {Path(folder).name}", encoding="utf-8")
            key = store.put(path).key
            try:
                if store.exists(key) != path.stat().st_size:
                    raise ToolFailed(f"{key}: was written and is not found", f"{key}：写入后查询不到")
            finally:
                store.delete(key)
        if store.exists(key) is not None:
            raise ToolFailed(f"{key}: is still there after it was deleted", f"{key}：删除后仍然存在")

    return _tried(name, ask, settings.bucket or "")


def _gate(settings: Settings) -> Ability:
    name = Text("the gate is reached at its public address", "可从公网地址访问本机网关")

    def ask() -> None:
        public = gate.addresses(settings.gate).base_url if settings.gate else ""
        with (
            tempfile.TemporaryDirectory(prefix="mediaprep-doctor-") as folder,
            contextlib.ExitStack() as open_here,
        ):
            at = public
            if settings.gate_listen:
                ledger = open_here.enter_context(Ledger(Path(folder) / "ledger.db"))
                with contextlib.suppress(ToolFailed):  # one listens there already
                    listen = gate.listen_of(settings.gate_listen)
                    own = open_here.enter_context(gate.Gate(ledger, listen=listen, public=public or None))
                    at = own.address.base_url
            with Wire().get(f"{at}/in/doctor", {}, _PATIENCE) as answer:
                if answer.status != _NOTHING_HERE:
                    raise ToolFailed(
                        f"{at} answered {answer.status}, and a gate would {_NOTHING_HERE:d}",
                        f"{at} 返回 {answer.status}，而网关应返回 {_NOTHING_HERE:d}",
                    )

    try:
        return _tried(name, ask, settings.gate or settings.gate_listen or "")
    except Failure as error:
        return Ability(name=name, works=False, detail=error.why.en, told=error.why, remedy=_REACH)


def _tried(name: Text, ask: Callable[[], None], detail: str) -> Ability:
    try:
        ask()
    except MediaprepError as error:
        return _failed(name, error)
    return Ability(name=name, works=True, detail=detail)


def _failed(name: Text, error: MediaprepError) -> Ability:
    told = Text(error.en, error.zh)
    mend = error.remedy or Text("see what it says above", "请按上述说明处理")
    return replace(Ability(name=name, works=False, detail=error.en, remedy=mend), told=told)
