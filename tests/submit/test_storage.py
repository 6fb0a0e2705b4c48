"""The bucket: where it may be, what is uploaded, and how long a URL lives."""

from __future__ import annotations

import hashlib
import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from mediaprep.config import Settings
from mediaprep.emulator.server import Emulator
from mediaprep.errors import BadAsset, BadConfig, MediaprepError, Unreachable
from mediaprep.submit import storage
from mediaprep.submit.storage import MOST_SECONDS, Place, place_of, store
from tests.submit.fake_gateway import answers, fake_gateway

KEYS = {"AWS_ACCESS_KEY_ID": "AKIDcanary", "AWS_SECRET_ACCESS_KEY": "canary-secret-1"}


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


def settings(emulator: Emulator, **more: str) -> Settings:
    return Settings.load({}, {**emulator.env, **more})


def get(url: str, method: str = "GET", data: bytes | None = None) -> bytes:
    with urllib.request.urlopen(urllib.request.Request(url, method=method, data=data), timeout=10) as answer:
        return answer.read()  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("s3://my-bucket", Place(bucket="my-bucket")),
        ("s3://my-bucket/a/b/", Place(bucket="my-bucket", prefix="a/b")),
        (
            "https://vids-1251316161.cos.ap-guangzhou.myqcloud.com/in",
            Place(
                bucket="vids-1251316161",
                prefix="in",
                endpoint="https://vids-1251316161.cos.ap-guangzhou.myqcloud.com",
                region="ap-guangzhou",
                virtual=True,
            ),
        ),
        (
            "https://minio.example.com:9000/b/p/q",
            Place(bucket="b", prefix="p/q", endpoint="https://minio.example.com:9000"),
        ),
        ("http://127.0.0.1:9000/b", Place(bucket="b", endpoint="http://127.0.0.1:9000", allow_http=True)),
    ],
)
def test_the_forms_a_bucket_may_be_written_in(text: str, place: Place) -> None:
    assert place_of(text) == place


@pytest.mark.parametrize(
    ("text", "why"),
    [
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


def test_without_a_bucket_or_keys_it_says_what_to_set() -> None:
    with pytest.raises(BadConfig, match=r"MEDIAPREP_BUCKET.*AWS_ACCESS_KEY_ID"):
        store(Settings.load({}, {}))
    with pytest.raises(BadConfig, match="AWS_SECRET_ACCESS_KEY"):
        store(Settings.load({"bucket": "s3://b"}, {"AWS_ACCESS_KEY_ID": "x"}))


def test_a_file_is_uploaded_once_under_its_contents_hash(emulator: Emulator, tmp_path: Path) -> None:
    bucket = store(settings(emulator, MEDIAPREP_BUCKET="s3://mediaprep/in"))
    content = os.urandom(70_000)
    one, two = tmp_path / "片头 a%d.MP4", tmp_path / "b.mp4"
    one.write_bytes(content)
    two.write_bytes(content)
    sent: list[int] = []
    first = bucket.put(one, sent.append)
    second = bucket.put(two)
    assert first.key == f"in/{hashlib.sha256(content).hexdigest()}.mp4"
    assert (first.reused, second.reused) == (False, True)
    assert second.key == first.key
    assert sent[-1] == first.size_bytes == 70_000
    assert get(bucket.get_url(first.key, 60)) == content


def test_a_large_file_goes_up_in_parts_and_comes_back_whole(emulator: Emulator, tmp_path: Path) -> None:
    path = tmp_path / "large.bin"
    content = os.urandom(1 << 20) * 19 + b"tail"
    path.write_bytes(content)
    bucket = store(settings(emulator))
    stored = bucket.put(path)
    assert hashlib.sha256(get(bucket.get_url(stored.key, 60))).hexdigest() == stored.key.removesuffix(".bin")


def test_a_path_style_url_names_the_same_bucket(emulator: Emulator, tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_bytes(b"hello")
    bucket = store(settings(emulator, MEDIAPREP_BUCKET=emulator.bucket, AWS_ENDPOINT_URL=""))
    assert get(bucket.get_url(bucket.put(path).key, 60)) == b"hello"


def test_a_result_can_be_written_to_a_put_url(emulator: Emulator) -> None:
    bucket = store(settings(emulator, MEDIAPREP_BUCKET="s3://mediaprep/out"))
    get(bucket.put_url("job.1.mp4", 60), "PUT", b"result")
    assert get(bucket.get_url("out/job.1.mp4", 60)) == b"result"


def test_signed_urls_are_refused_when_changed(emulator: Emulator, tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_bytes(b"hello you")
    bucket = store(settings(emulator))
    url = bucket.get_url(bucket.put(path).key, 60)
    with pytest.raises(urllib.error.HTTPError, match="403"):
        get(url.replace("X-Amz-Expires=60", "X-Amz-Expires=600"))


@pytest.mark.parametrize("seconds", [0, -5, MOST_SECONDS + 1])
def test_nothing_is_signed_beyond_seven_days(emulator: Emulator, seconds: int) -> None:
    with pytest.raises(BadConfig, match="7 days"):
        store(settings(emulator)).get_url("k", seconds)
    assert "X-Amz-Expires=604800" in store(settings(emulator)).get_url("k", MOST_SECONDS)


def test_a_cos_bucket_is_signed_for_its_own_host() -> None:
    named = {"bucket": "https://vids-1251316161.cos.ap-guangzhou.myqcloud.com/in"}
    url = store(Settings.load(named, KEYS)).get_url("in/abc.mp4", 3600)
    parts = urlsplit(url)
    assert (parts.scheme, parts.hostname) == ("https", "vids-1251316161.cos.ap-guangzhou.myqcloud.com")
    assert parts.path == "/in/abc.mp4"
    query = parse_qs(parts.query)
    assert query["X-Amz-Credential"][0].split("/")[2] == "ap-guangzhou"
    assert query["X-Amz-SignedHeaders"] == ["host"]


def test_files_that_are_none_are_refused(emulator: Emulator, tmp_path: Path) -> None:
    bucket = store(settings(emulator))
    link, pipe = tmp_path / "link.mp4", tmp_path / "pipe.mp4"
    (tmp_path / "real.mp4").write_bytes(b"x")
    link.symlink_to(tmp_path / "real.mp4")
    os.mkfifo(pipe)
    for path, why in [
        (tmp_path / "missing.mp4", "no such file"),
        (link, "symbolic link"),
        (pipe, "no regular file"),
        (tmp_path, "no regular file"),
    ]:
        with pytest.raises(BadAsset, match=why):
            bucket.put(path)


def test_a_file_that_changes_while_it_travels_is_taken_back(
    emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.bin"
    path.write_bytes(b"a" * 5000)
    bucket = store(settings(emulator))
    real = hashlib.file_digest

    def meddled(*args: Any) -> Any:
        found = real(*args)
        path.write_bytes(b"b" * 5000)
        return found

    monkeypatch.setattr(storage.hashlib, "file_digest", meddled)
    with pytest.raises(BadAsset, match="changed while"):
        bucket.put(path)
    monkeypatch.undo()
    with pytest.raises(urllib.error.HTTPError, match="404"):
        get(bucket.get_url(f"{hashlib.sha256(b'a' * 5000).hexdigest()}.bin", 60))


def test_wrong_keys_and_missing_buckets_are_the_settings_fault(emulator: Emulator, tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_bytes(b"hello")
    with pytest.raises(BadConfig, match="AWS_SECRET_ACCESS_KEY"):
        store(settings(emulator, AWS_SECRET_ACCESS_KEY="wrong-secret-key")).put(path)
    with pytest.raises(MediaprepError):
        store(settings(emulator, MEDIAPREP_BUCKET="s3://no-such-bucket")).put(path)


def test_a_bucket_that_breaks_is_unreachable_and_tells_no_secret(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_bytes(b"hello")
    with fake_gateway(answers(400, b"<Error>canary-secret-1</Error>")) as fake:
        broken = store(Settings.load({"bucket": f"{fake.url}/b"}, KEYS))
        with pytest.raises(Unreachable) as caught:
            broken.put(path)
    assert "canary" not in f"{caught.value} {caught.value.zh} {caught.value.__context__}"
