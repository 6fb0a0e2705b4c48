"""One attempt as it will be sent: files become URLs, results and callback get addresses that name the attempt."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Final

from mediaprep.contract.endpoints import get
from mediaprep.errors import BadAsset, BadConfig
from mediaprep.model.paid.records import Input, Intent, JobRow, Ready
from mediaprep.submission.bucket import request_urls
from mediaprep.submission.bucket import result_urls as results
from mediaprep.submission.bucket.object_store import MOST_SECONDS, Store
from mediaprep.submission.gate.gate import Addresses
from mediaprep.submission.wire.client import Gateway, SignedRequest

_CALLBACK: Final = "CallbackUrl"


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """A signed request and what the ledger must know of it."""

    signed: SignedRequest = field(repr=False)
    intent: Intent


def outgoing(
    job: JobRow,
    ready: Ready,
    *,
    gateway: Gateway,
    store: Store | None,
    gate: Addresses | None,
    allow_ungated: bool,
    fence_seconds: float,
) -> Outgoing:
    """The next attempt of `job`, signed once. Uploads what must be uploaded.

    Raises BadConfig where a lost answer could never be cleared up, Refused, BadAsset, and what the bucket raises.
    """
    n = job.attempt + 1
    nonce, token = secrets.token_hex(16), secrets.token_hex(16)
    payload = dict(ready.payload)
    gated = bool(ready.inputs) and gate is not None
    _refuse_blind(job, ready, store, gate, allow_ungated)
    if ready.inputs:
        payload = request_urls.replaced(
            payload, _addresses(ready.inputs, job=job.id, n=n, nonce=nonce, store=store, gate=gate)
        )
    made: tuple[results.Deposit, ...] = ()
    if store is not None:
        made = results.deposits(job.endpoint, payload, store, f"{job.id}.{n}", MOST_SECONDS)
        payload = results.filled(payload, made)
    back = get(job.endpoint).callback and gate is not None and not payload.get(_CALLBACK)
    if back and gate is not None:
        payload[_CALLBACK] = gate.of_callback(job.id, n, token)
    wire = gateway.prepare(job.endpoint, payload)
    signed = gateway.signed(job.endpoint, wire, request_id=secrets.token_hex(16))
    intent = Intent(
        nonce=nonce, token=token, signed_at=signed.at, fence_at=fence_at(signed, gateway, fence_seconds), gated=gated,
        callback=back, inputs=ready.inputs, results={deposit.parameter: deposit.key for deposit in made},
    )  # fmt: skip
    return Outgoing(signed=signed, intent=intent)


def fence_at(signed: SignedRequest, gateway: Gateway, seconds: float) -> float:
    """From when on a signature is too old to be accepted, whichever of the two clocks is ahead."""
    return signed.at + seconds + abs(gateway.offset_seconds)


def _refuse_blind(
    job: JobRow, ready: Ready, store: Store | None, gate: Addresses | None, allow_ungated: bool
) -> None:
    hosted = ready.inputs and (gate is not None or store is not None)
    if hosted or store is not None or allow_ungated:
        return
    if ready.inputs:
        raise BadConfig(
            "a local file must reach the service: set MEDIAPREP_BUCKET, or MEDIAPREP_GATE where it can be reached",
            "本地文件需要能被服务端获取：请设置 MEDIAPREP_BUCKET，或在可被访问处设置 MEDIAPREP_GATE",
        )
    raise BadConfig(
        f"{job.endpoint}: if the answer to this submit were lost, nothing could tell whether it was accepted: set "
        "MEDIAPREP_BUCKET for its result, or say --allow-ungated",
        f"{job.endpoint}：若提交的应答丢失，将无从得知是否已被接受：请设置 MEDIAPREP_BUCKET 接收结果，"
        "或加 --allow-ungated",
    )


def _addresses(
    inputs: tuple[Input, ...],
    *,
    job: str,
    n: int,
    nonce: str,
    store: Store | None,
    gate: Addresses | None,
) -> dict[str, str]:
    if gate is not None:
        return {one.parameter: gate.of_input(job, n, nonce, index, one) for index, one in enumerate(inputs)}
    if store is None:
        raise BadConfig(
            "a local file must be uploaded and no bucket is set: set MEDIAPREP_BUCKET",
            "本地文件需先上传，但未设置存储桶：请设置 MEDIAPREP_BUCKET",
        )
    given = {}
    for one in inputs:
        stored = store.put(one.path, suffix=one.suffix)
        if one.state is not None and stored.seen is not None and tuple(stored.seen) != one.state:
            raise BadAsset(
                f"{one.parameter}: {one.path} was changed or replaced after it was judged",
                f"{one.parameter}：{one.path} 在检查之后被改动或替换",
            )
        given[one.parameter] = store.get_url(stored.key, MOST_SECONDS)
    return given
