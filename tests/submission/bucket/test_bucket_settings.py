"""MEDIAPREP_BUCKET and its keys: the forms they may have, and why others are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from mediaprep.config import Settings
from mediaprep.errors import BadConfig
from mediaprep.submission.bucket.bucket_settings import BucketPlace, access_of, folder_of, place_of
from mediaprep.submission.bucket.object_store import Bucket, store

AWS = {"AWS_ACCESS_KEY_ID": "AKIDaws", "AWS_SECRET_ACCESS_KEY": "canary-secret-1"}
TENCENT = {"TENCENTCLOUD_SECRET_ID": "AKIDtencent", "TENCENTCLOUD_SECRET_KEY": "canary-secret-2"}
COS = place_of("cos://vids-1251316161?region=ap-guangzhou")
S3 = place_of("s3://vids")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("s3://my-bucket", BucketPlace(bucket="my-bucket")),
        ("s3://my-bucket/a/b/", BucketPlace(bucket="my-bucket", prefix="a/b")),
        (
            "https://vids-1251316161.cos.ap-guangzhou.myqcloud.com/in",
            BucketPlace(
                bucket="vids-1251316161",
                prefix="in",
                endpoint="https://vids-1251316161.cos.ap-guangzhou.myqcloud.com",
                region="ap-guangzhou",
                virtual=True,
                cos=True,
            ),
        ),
        (
            "cos://vids-1251316161/in/puts/?region=ap-shanghai",
            BucketPlace(
                bucket="vids-1251316161",
                prefix="in/puts",
                endpoint="https://vids-1251316161.cos.ap-shanghai.myqcloud.com",
                region="ap-shanghai",
                virtual=True,
                cos=True,
            ),
        ),
        (
            "https://minio.example.com:9000/b/p/q",
            BucketPlace(bucket="b", prefix="p/q", endpoint="https://minio.example.com:9000"),
        ),
        (
            "http://127.0.0.1:9000/b",
            BucketPlace(bucket="b", endpoint="http://127.0.0.1:9000", allow_http=True),
        ),
    ],
)
def test_the_forms_a_bucket_may_be_written_in(text: str, place: BucketPlace) -> None:
    assert place_of(text) == place


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("cos://vids-1251316161/in?region=ap-guangzhou&x=1", "do not belong"),
        ("cos://vids-1251316161/in", "region of the COS bucket is not known: set MEDIAPREP_COS_REGION"),
        ("cos://vids-1251316161/in?region=evil.example.com/", "written like ap-guangzhou"),
        ("cos://vids/in?region=ap-guangzhou", "<name>-<appid>"),
        ("https://vids-1251316161.cos.accelerate.myqcloud.com/in", "region of the COS bucket is not known"),
        ("file:///srv/folder", "cannot be fetched by the service"),
        ("http://minio.example.com/b", "in the clear"),
        ("https://AKID:secret@host/b", "do not belong"),
        ("https://host/b?X-Amz-Signature=1", "do not belong"),
        ("https://host", "write s3://"),
        ("s3://", "write s3://"),
        ("my-bucket", "write s3://"),
        ("https://[bad/b", "not a URL"),
    ],
)
def test_other_places_are_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(BadConfig, match=why) as caught:
        place_of(text)
    assert "secret" not in str(caught.value)


def test_the_region_of_a_cos_bucket_may_stand_in_the_settings() -> None:
    for environ in ({"MEDIAPREP_COS_REGION": "ap-beijing"}, {"COS_REGION": "ap-beijing"}):
        settings = Settings.load({"bucket": "cos://vids-1251316161/in"}, {**TENCENT, **environ})
        url = store(settings).get_url("in/a.mp4", 60)
        assert url.startswith("https://vids-1251316161.cos.ap-beijing.myqcloud.com/in/a.mp4?")
        assert "%2Fap-beijing%2Fs3%2F" in url
    assert place_of("cos://vids-1251316161?region=ap-tokyo", "ap-beijing").region == "ap-tokyo"


def test_an_accelerated_host_is_signed_for_the_buckets_own_region() -> None:
    place = place_of("https://vids-1251316161.cos.accelerate.myqcloud.com/in", "ap-tokyo")
    assert place.endpoint == "https://vids-1251316161.cos.accelerate.myqcloud.com"
    assert place.region == "ap-tokyo"
    signed = Bucket(place, Settings.load({}, TENCENT)).get_url("k", 60)
    assert signed.startswith("https://vids-1251316161.cos.accelerate.myqcloud.com/k?")
    assert "%2Fap-tokyo%2F" in signed


def test_a_cos_bucket_takes_tencents_keys_before_amazons_and_never_half_of_each() -> None:
    token = {"TENCENTCLOUD_SESSION_TOKEN": "canary-token-3", "AWS_SESSION_TOKEN": "canary-token-4"}
    both = access_of(COS, {**AWS, **TENCENT, **token})
    assert (both.key_id, both.secret, both.token) == ("AKIDtencent", "canary-secret-2", "canary-token-3")
    assert access_of(COS, AWS).key_id == "AKIDaws"
    assert access_of(S3, {**AWS, **TENCENT}).key_id == "AKIDaws"
    assert "canary" not in repr(both) and "AKID" not in repr(both)
    mixed = {"TENCENTCLOUD_SECRET_ID": "AKIDtencent", "AWS_SECRET_ACCESS_KEY": "canary-secret-1"}
    with pytest.raises(BadConfig, match="TENCENTCLOUD_SECRET_KEY is not set"):
        access_of(COS, mixed)
    with pytest.raises(BadConfig, match=r"needs AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY$"):
        access_of(S3, TENCENT)


def test_what_names_a_local_folder() -> None:
    assert folder_of("file:///srv/my%20folder") == Path("/srv/my folder")
    for text in ("file://host/folder", "s3://bucket", "/srv/folder", "file:folder"):
        assert folder_of(text) is None
