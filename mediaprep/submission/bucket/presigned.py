"""Exchanges with presigned URLs, as the service will have them, and what a bucket's refusals mean."""

from __future__ import annotations

import io
import re
from typing import Final

from mediaprep.config import redact
from mediaprep.errors import BadConfig, MediaprepError, Unreachable
from mediaprep.model.findings import Text
from mediaprep.submission.wire.address_policy import Allowed
from mediaprep.submission.wire.http import Answer, Body, Failure, Patience, Wire

_PATIENCE: Final = Patience(connect=10, read=30, total=60)
_TRIES: Final = 3
_CAP_BYTES: Final = 1 << 20
_CODE: Final = re.compile(rb"<Code>([A-Za-z0-9.]{1,64})</Code>")

_REMEDIES: Final[dict[str, Text]] = {
    "AccessDenied": Text(
        "allow reading, writing, deleting and listing below its prefix",
        "请授予该前缀的读、写、删除与列出权限",
    ),
    "InvalidAccessKeyId": Text("check {keys}", "请检查 {keys}"),
    "SignatureDoesNotMatch": Text("check {keys}", "请检查 {keys}"),
    "InvalidToken": Text("the temporary keys are not valid, get new ones", "临时密钥无效，请重新获取"),
    "ExpiredToken": Text("the temporary keys have expired, get new ones", "临时密钥已过期，请重新获取"),
    "RequestTimeTooSkewed": Text("this machine's clock is wrong: set it", "本机时钟不准，请校准"),
    "NoSuchBucket": Text(
        "there is no such bucket: check its name and region", "存储桶不存在：请检查名称与地域"
    ),
    "PermanentRedirect": Text("the bucket lies in another region", "存储桶位于其他地域"),
    "AuthorizationHeaderMalformed": Text("the bucket lies in another region", "存储桶位于其他地域"),
    "PathStyleDomainForbidden": Text(
        "write it as cos://<bucket-appid>/prefix?region=<region>",
        "请写成 cos://<bucket-appid>/prefix?region=<地域>",
    ),
}
_OTHER: Final = Text("check the bucket, its region and {keys}", "请检查存储桶、地域与 {keys}")


def exchange(
    method: str,
    url: str,
    what: str,
    body: Body = None,
    *,
    allowed: Allowed = None,
    patience: Patience = _PATIENCE,
) -> Answer:
    """One whole answer to a presigned URL, asked for again after a cut or a 5xx (all of this may be
    repeated). Raises Unreachable, without the URL."""
    wire, why = Wire(allowed=allowed), Text("", "")
    for last in (*[False] * (_TRIES - 1), True):
        if isinstance(body, io.IOBase):
            body.seek(0)
        try:
            answer = wire.signed(method, url, body, patience=patience, cap_bytes=_CAP_BYTES)
        except Failure as error:
            why = error.why
        else:
            if last or answer.status < 500:
                return answer
    raise Unreachable(f"could not {what} the bucket: {why.en}", f"存储桶操作失败：{why.zh}")


def denied(what: str, answer: Answer, keys: str) -> MediaprepError:
    """The error that a refusal means: S3's own code and how to mend it."""
    found = _CODE.search(answer.body)
    code = found[1].decode("ascii") if found else ""
    if answer.status >= 500:
        return Unreachable(
            f"could not {what} the bucket: HTTP {answer.status} {code}".rstrip(),
            f"存储桶操作失败：HTTP {answer.status} {code}".rstrip(),
        )
    remedy = _REMEDIES.get(code, _REMEDIES["AccessDenied"] if answer.status == 403 and not code else _OTHER)
    said = f"HTTP {answer.status} {code}".rstrip()
    return BadConfig(
        redact(f"the bucket refused to let us {what} it ({said}): {remedy.en.format(keys=keys)}"),
        redact(f"存储桶拒绝（{said}）：{remedy.zh.format(keys=keys)}"),
    )
