"""Single objects of buckets by their URLs, s3://bucket/key and cos://bucket-appid/key: read from and written to."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from typing import Final

from mediaprep.config import Settings
from mediaprep.errors import BadConfig
from mediaprep.model import remote
from mediaprep.submission.bucket.bucket_settings import BucketPlace, place_of
from mediaprep.submission.bucket.object_store import Bucket, Digest, read_through

_SETTING: Final = ("MEDIAPREP_BUCKET: ", "MEDIAPREP_BUCKET：")


@dataclass(frozen=True, kw_only=True)
class BucketObject:
    """One object: the bucket that it is in, and its whole key."""

    bucket: Bucket
    key: str


def located(url: str, settings: Settings, digest: Digest = read_through) -> BucketObject:
    """The object at `url`, opened with the environment's keys. A bucket that is also the one of the settings is where
    those say. Raises BadConfig."""
    try:
        place = place_of(url, settings.cos_region or settings.aws.get("COS_REGION"))
    except BadConfig as error:
        en, zh = error.en.removeprefix(_SETTING[0]), error.zh.removeprefix(_SETTING[1])
        raise BadConfig(f"{remote.shown(url)}: {en}", f"{remote.shown(url)}：{zh}") from None
    key = place.prefix
    if not key or url.partition("?")[0].endswith("/"):
        raise BadConfig(
            f"{remote.shown(url)}: names no object: write {remote.scheme_of(url)}://bucket/folder/name.mp4",
            f"{remote.shown(url)}：未指明对象：请写成 {remote.scheme_of(url)}://bucket/folder/name.mp4",
        )
    return BucketObject(bucket=Bucket(_at_home(place, settings), settings, digest), key=key)


def _at_home(place: BucketPlace, settings: Settings) -> BucketPlace:
    """`place` without the key, and where the settings' bucket is, if it is that one."""
    bare = replace(place, prefix="")
    with contextlib.suppress(BadConfig):  # not trusted, or none: then the URL alone counts
        region = settings.cos_region or settings.aws.get("COS_REGION")
        own = place_of(settings.bucket, region) if settings.bucket else None
        if own is not None and own.bucket == place.bucket and not place.cos:
            return replace(own, prefix="")
    return bare
