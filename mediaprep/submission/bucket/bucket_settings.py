"""Where a bucket is and which keys open it: MEDIAPREP_BUCKET and the environment, read and refused with reasons."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from mediaprep.config import is_loopback
from mediaprep.errors import BadConfig

FORMS: Final = (
    "s3://bucket/prefix | cos://<bucket-appid>/prefix?region=<region> | "
    "https://<bucket-appid>.cos.<region>.myqcloud.com/prefix | https://host/bucket"
)
_COS_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9-]*-\d+")
_COS_HOST: Final = re.compile(
    rf"(?P<bucket>{_COS_BUCKET.pattern})\.cos\.(?P<region>[a-z0-9-]+)\.(?:myqcloud\.com|tencentcos\.cn)"
)
_REGION: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_EVERYWHERE: Final = "accelerate"
"""Stands in a COS host instead of the region: the bucket's is then needed to sign."""


@dataclass(frozen=True, kw_only=True)
class BucketPlace:
    """A parsed MEDIAPREP_BUCKET. `endpoint` None = the provider's own for the region; `virtual` = the bucket
    is part of the endpoint's host; `cos` = Tencent's own, whose keys have names of their own; `prefix` has no
    slash at either end."""

    bucket: str
    prefix: str = ""
    endpoint: str | None = None
    region: str | None = None
    virtual: bool = False
    allow_http: bool = False
    cos: bool = False


@dataclass(frozen=True, kw_only=True)
class Access:
    """Keys of a bucket; `token` makes them temporary ones."""

    key_id: str = field(repr=False)
    secret: str = field(repr=False)
    token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class _Names:
    """The environment's names for one provider's keys."""

    key_id: str
    secret: str
    tokens: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.key_id}, {self.secret}"


_AWS: Final = _Names(
    key_id="AWS_ACCESS_KEY_ID",
    secret="AWS_SECRET_ACCESS_KEY",  # noqa: S106  (a name, no secret)
    tokens=("AWS_SESSION_TOKEN", "AWS_TOKEN"),
)
_TENCENT: Final = _Names(
    key_id="TENCENTCLOUD_SECRET_ID",
    secret="TENCENTCLOUD_SECRET_KEY",  # noqa: S106  (a name, no secret)
    tokens=("TENCENTCLOUD_SESSION_TOKEN",),
)
KEYS: Final = str(_AWS)


def place_of(text: str, region: str | None = None) -> BucketPlace:
    """Parse s3://bucket/prefix, cos://bucket-appid/prefix, a COS host, or http(s)://host:port/bucket/prefix
    (path style). `region` is what the settings say; one in the text goes before it.

    Raises BadConfig for everything else, saying why.
    """
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _bad_bucket("it is not a URL", "不是有效的 URL") from None
    path = parts.path.strip("/")
    queried = _region_of(parts.query) if parts.scheme == "cos" else None
    if parts.username or parts.password or (parts.query and not queried) or parts.fragment:
        raise _bad_bucket(
            "keys do not belong into the URL, set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
            "密钥不应写在 URL 里，请设置 AWS_ACCESS_KEY_ID 与 AWS_SECRET_ACCESS_KEY",
        )
    if parts.scheme == "file":
        raise _bad_bucket(
            "a local folder cannot be fetched by the service and cannot sign URLs; use an S3 or COS bucket",
            "服务端无法读取本地目录，也无法为其签名；请使用 S3 或 COS 存储桶",
        )
    if parts.scheme == "s3" and host:
        return BucketPlace(bucket=parts.netloc, prefix=path)
    if parts.scheme == "cos":
        return _cos(parts.netloc, path, _checked(queried or region))
    if parts.scheme == "http" and not is_loopback(host):
        raise _bad_bucket(
            "http:// would send the files in the clear, use https://", "http:// 会明文传输文件，请用 https://"
        )
    if parts.scheme in ("http", "https") and host:
        cos = _COS_HOST.fullmatch(host)
        if cos:
            named = None if cos["region"] == _EVERYWHERE else cos["region"]
            endpoint = f"https://{host}" + (f":{port}" if port else "")
            return _cos(cos["bucket"], path, _checked(named or region), endpoint)
        bucket, _, prefix = path.partition("/")
        if bucket:
            return BucketPlace(
                bucket=bucket,
                prefix=prefix.strip("/"),
                endpoint=f"{parts.scheme}://{parts.netloc}",
                allow_http=parts.scheme == "http",
            )
    raise _bad_bucket(f"write {FORMS}", f"请写成 {FORMS}")


def folder_of(text: str) -> Path | None:
    """The folder of file:///folder; None for what is no such URL."""
    parts = urlsplit(text) if text.startswith("file:") else None
    if parts is None or parts.netloc or not parts.path.startswith("/"):
        return None
    return Path(unquote(parts.path))


def access_of(place: BucketPlace, given: Mapping[str, str]) -> Access:
    """The keys for `place` in the environment `given`: for COS Tencent's names before Amazon's, always both
    halves of one provider. Raises BadConfig naming what is missing."""
    families = (_TENCENT, _AWS) if place.cos else (_AWS,)
    for names in families:
        if given.get(names.key_id) and given.get(names.secret):
            token = next((given[name] for name in names.tokens if given.get(name)), None)
            return Access(key_id=given[names.key_id], secret=given[names.secret], token=token)
    wanted = keys_for(place)
    half = next((n for n in families if given.get(n.key_id) or given.get(n.secret)), None)
    missing = "" if half is None else half.secret if given.get(half.key_id) else half.key_id
    raise BadConfig(
        f"the bucket needs {wanted}" + (f": {missing} is not set" if missing else ""),
        f"存储桶需要 {wanted}" + (f"：未设置 {missing}" if missing else ""),
    )


def keys_for(place: BucketPlace) -> str:
    """The names of the keys that open `place`, for messages."""
    return f"{_TENCENT} (or {_AWS} with the same values)" if place.cos else KEYS


def _cos(bucket: str, prefix: str, region: str | None, endpoint: str | None = None) -> BucketPlace:
    """Virtual-hosted always: COS refuses the path style for every bucket made since 2024."""
    if not _COS_BUCKET.fullmatch(bucket):
        raise _bad_bucket(
            "a COS bucket is called <name>-<appid>, such as cos://videos-1250000000/prefix",
            "COS 存储桶名形如 <名称>-<appid>，例如 cos://videos-1250000000/prefix",
        )
    if region is None:
        raise _bad_bucket(
            "the region of the COS bucket is not known: set MEDIAPREP_COS_REGION (or COS_REGION), "
            "or add ?region=ap-guangzhou",
            "未指定 COS 存储桶所在地域：请设置 MEDIAPREP_COS_REGION（或 COS_REGION），"
            "或在末尾加 ?region=ap-guangzhou",
        )
    endpoint = endpoint or f"https://{bucket}.cos.{region}.myqcloud.com"
    return BucketPlace(bucket=bucket, prefix=prefix, endpoint=endpoint, region=region, virtual=True, cos=True)


def _region_of(query: str) -> str | None:
    """The region of ?region=…; None where the query says anything else too."""
    pairs = parse_qsl(query, keep_blank_values=True)
    return pairs[0][1] if len(pairs) == 1 and pairs[0][0] == "region" else None


def _checked(region: str | None) -> str | None:
    if region and not _REGION.fullmatch(region):  # it becomes a part of the host's name
        raise _bad_bucket("a COS region is written like ap-guangzhou", "COS 地域的写法形如 ap-guangzhou")
    return region or None


def _bad_bucket(en: str, zh: str) -> BadConfig:
    return BadConfig(f"MEDIAPREP_BUCKET: {en}", f"MEDIAPREP_BUCKET：{zh}")
