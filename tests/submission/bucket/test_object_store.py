"""The bucket: where it may be, what is uploaded, and how long a URL lives."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from mediaprep.config import Settings
from mediaprep.emulator.server import Emulator
from mediaprep.errors import BadAsset, BadConfig, MediaprepError, Unreachable
from mediaprep.submission.bucket import object_store
from mediaprep.submission.bucket.bucket_settings import place_of
from mediaprep.submission.bucket.object_store import MOST_SECONDS, Bucket, store
from tests.submission.fake_gateway import answers, fake_gateway

KEYS = {"AWS_ACCESS_KEY_ID": "AKIDcanary", "AWS_SECRET_ACCESS_KEY": "canary-secret-1"}

TENCENT = {
    "TENCENTCLOUD_SECRET_ID": "AKIDtencent",
    "TENCENTCLOUD_SECRET_KEY": "canary-secret-2",
    "TENCENTCLOUD_SESSION_TOKEN": "canary-token",
}


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


def settings(emulator: Emulator, **more: str) -> Settings:
    return Settings.load({}, {**emulator.env, **more})


def unfinished(emulator: Emulator) -> list[str]:
    """Uploads in parts that were begun and neither completed nor given up."""
    bucket = store(settings(emulator))
    folder = emulator._bucket._objects._uploads
    assert bucket and folder.is_dir()
    return sorted(path.name for path in folder.iterdir())


def get(url: str, method: str = "GET", data: bytes | None = None) -> bytes:
    with urllib.request.urlopen(urllib.request.Request(url, method=method, data=data), timeout=10) as answer:
        return answer.read()  # type: ignore[no-any-return]


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
    key = bucket.key("job.1.mp4")
    assert (key, bucket.exists(key)) == ("out/job.1.mp4", None)
    get(bucket.put_url(key, 60), "PUT", b"result")
    assert get(bucket.get_url("out/job.1.mp4", 60)) == b"result"
    assert bucket.exists(key) == 6
    bucket.delete(key)
    bucket.delete(key)
    assert bucket.exists(key) is None


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

    monkeypatch.setattr(object_store.hashlib, "file_digest", meddled)
    with pytest.raises(BadAsset, match="changed while"):
        bucket.put(path)
    monkeypatch.undo()
    assert bucket.exists(f"{hashlib.sha256(b'a' * 5000).hexdigest()}.bin") is None


def test_a_large_file_that_changes_leaves_no_object_and_no_parts(
    emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.bin"
    content = os.urandom(1 << 20) * 20
    path.write_bytes(content)
    bucket = store(settings(emulator))
    before = unfinished(emulator)
    with pytest.raises(BadAsset, match="changed while"):
        bucket.put(path, lambda sent: path.write_bytes(b"b" * len(content)) and None)
    assert bucket.exists(f"{hashlib.sha256(content).hexdigest()}.bin") is None
    assert unfinished(emulator) == before


def test_the_same_file_from_many_threads_is_uploaded_once(emulator: Emulator, tmp_path: Path) -> None:
    path = tmp_path / "x.bin"
    path.write_bytes(os.urandom(1 << 20) * 9)
    with ThreadPoolExecutor(4) as threads:
        stored = list(threads.map(lambda _: store(settings(emulator)).put(path), range(4)))
    assert sorted(one.reused for one in stored) == [False, True, True, True]


_UPLOADER = """
import sys, pathlib
from mediaprep.config import Settings
from mediaprep.submission.bucket.object_store import store
bucket = store(Settings.load())
print("ready", flush=True)
sys.stdin.readline()
print(bucket.put(pathlib.Path(sys.argv[1])).key, flush=True)
"""


def test_two_processes_with_the_same_file_leave_one_whole_object(emulator: Emulator, tmp_path: Path) -> None:
    path = tmp_path / "x.bin"
    path.write_bytes(os.urandom(1 << 20) * 33)
    running = [
        subprocess.Popen(
            [sys.executable, "-c", _UPLOADER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, **emulator.env},
        )
        for _ in range(2)
    ]  # fmt: skip
    for process in running:
        assert process.stdout and process.stdout.readline() == "ready\n"
    for process in running:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    keys = {process.communicate(timeout=60)[0].strip() for process in running}
    assert keys == {f"{hashlib.sha256(path.read_bytes()).hexdigest()}.bin"}
    bucket = store(settings(emulator))
    assert hashlib.sha256(get(bucket.get_url(*keys, 60))).hexdigest() == keys.pop().removesuffix(".bin")
    assert unfinished(emulator) == []


def test_a_file_of_gigabytes_does_not_fill_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "large.bin"
    with path.open("wb") as stream:
        stream.truncate(400 << 20)  # a hole: reads as zeros, takes no room
    with Emulator() as running:
        script = (
            "import sys, pathlib, resource\n"
            "from mediaprep.config import Settings\n"
            "from mediaprep.submission.bucket.object_store import store\n"
            "bucket = store(Settings.load())\n"
            "first = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
            "bucket.put(pathlib.Path(sys.argv[1]))\n"
            "print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - first) // 1024)\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", script, str(path)], env={**os.environ, **running.env},
            capture_output=True, text=True, timeout=120, check=True,
        )  # fmt: skip
    assert int(done.stdout) < 120, "MB more than before the upload"


def test_a_local_folder_holds_objects_whose_urls_somebody_else_makes(tmp_path: Path) -> None:
    asked: list[tuple[str, str, int]] = []

    def sign(method: str, key: str, seconds: int) -> str:
        asked.append((method, key, seconds))
        return f"http://127.0.0.1:1/in/{key}"

    path = tmp_path / "a.mp4"
    path.write_bytes(b"content")
    there = Settings.load({"bucket": f"file://{tmp_path}/kept here"}, {})
    bucket = store(there, sign)
    stored = bucket.put(path)
    assert bucket.put(path).reused
    assert (tmp_path / "kept here" / stored.key).read_bytes() == b"content"
    assert bucket.get_url(stored.key, 60) == f"http://127.0.0.1:1/in/{stored.key}"
    assert asked == [("GET", stored.key, 60)]
    assert bucket.exists(stored.key) == 7
    bucket.delete(stored.key)
    bucket.delete(stored.key)
    assert bucket.exists(stored.key) is None
    with pytest.raises(BadConfig, match="cannot be fetched by the service"):
        store(there)


def test_requests_to_a_cos_bucket_name_it_in_the_host_only(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_bytes(b"hello")
    with fake_gateway(answers(404), answers(200, headers={"ETag": '"e"'})) as fake:
        cos = place_of("cos://vids-1251316161/in?region=ap-guangzhou")
        Bucket(replace(cos, endpoint=fake.url, allow_http=True), Settings.load({}, TENCENT)).put(path)
    looked, sent = fake.seen
    assert looked.path == sent.path == f"/in/{hashlib.sha256(b'hello').hexdigest()}.txt"
    assert (looked.method, sent.method, sent.body) == ("HEAD", "PUT", b"hello")
    assert "AKIDtencent" in sent.headers["authorization"]
    assert sent.headers["x-amz-security-token"] == "canary-token"
    assert "/ap-guangzhou/s3/" in sent.headers["authorization"]


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
