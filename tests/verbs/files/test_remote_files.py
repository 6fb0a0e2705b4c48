"""Files by URL: brought once, kept by their ETag, and never from a server that cannot be trusted."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from mediaprep.config import Settings
from mediaprep.emulator.server import Emulator
from mediaprep.errors import BadAsset, BadConfig, MediaprepError, Unreachable
from mediaprep.model import remote
from mediaprep.submission.bucket import remote_file
from mediaprep.submission.bucket.objects import located
from mediaprep.submission.download.download import Limits
from mediaprep.verbs.files import remote_files
from mediaprep.verbs.files.remote_files import brought, place_of
from tests.submission.fake_gateway import answers, fake_gateway, raw, serves

CONTENT = os.urandom(40_000)


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of this test's own, in which nothing counts as asked just now."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(remote_files, "_FRESH_SECONDS", 0.0)
    monkeypatch.setattr(remote_file, "_PAUSES", (0.0, 0.0))
    return tmp_path / "cache" / "mediaprep" / "remote"


def put(settings: Settings, url: str, folder: Path, content: bytes = CONTENT) -> None:
    (folder / "given").write_bytes(content)
    target = located(url, settings)
    target.bucket.put_as(folder / "given", target.key)


def at(url: str) -> Settings:
    """Settings of a user who points to the server of `url`."""
    return Settings.load({"bucket": f"{url}/bucket"}, {})


@pytest.mark.parametrize(
    "key",
    ["in/a.mov", "片头 a%d.MP4", "a+b=c&d.mp4", "deep/er/…/x.wav", "noending", ".hidden", "空 格/表.xlsx"],
)
def test_an_object_is_brought_under_a_name_of_its_own(emulator: Emulator, tmp_path: Path, key: str) -> None:
    settings = Settings.load({}, emulator.env)
    put(settings, f"s3://mediaprep/{key}", tmp_path)
    path = brought(f"s3://mediaprep/{key}", settings)
    assert path.read_bytes() == CONTENT
    assert path == place_of(f"s3://mediaprep/{key}")
    assert path.suffix == Path(key.strip(".")).suffix


def test_what_has_not_changed_is_not_read_again_and_what_has_is(emulator: Emulator, tmp_path: Path) -> None:
    settings, url = Settings.load({}, emulator.env), "s3://mediaprep/again.mov"
    put(settings, url, tmp_path)
    first = brought(url, settings).stat()
    assert brought(url, settings).stat().st_mtime_ns == first.st_mtime_ns
    put(settings, url, tmp_path, b"other " + CONTENT)
    assert brought(url, settings).read_bytes() == b"other " + CONTENT


def test_a_cached_file_that_was_changed_here_is_brought_anew(emulator: Emulator, tmp_path: Path) -> None:
    settings, url = Settings.load({}, emulator.env), "s3://mediaprep/spoilt.mov"
    put(settings, url, tmp_path)
    path = brought(url, settings)
    path.write_bytes(b"spoilt")
    assert brought(url, settings).read_bytes() == CONTENT


def test_a_presigned_url_is_the_same_file_however_it_is_signed(
    emulator: Emulator, tmp_path: Path, cache: Path
) -> None:
    settings, url = Settings.load({}, emulator.env), "s3://mediaprep/signed.mov"
    put(settings, url, tmp_path)
    target = located(url, settings)
    places = {brought(target.bucket.get_url(target.key, seconds), settings) for seconds in (60, 600)}
    assert len(places) == 1
    (record,) = cache.glob("*/.origin.json")
    assert "Signature" not in record.read_text()
    assert json.loads(record.read_text())["size"] == len(CONTENT)


@pytest.mark.parametrize("stamped", [{}, {"ETag": ""}, {"ETag": "   "}])
def test_without_an_etag_a_file_is_brought_each_time(stamped: dict[str, str]) -> None:
    with fake_gateway(answers(200, CONTENT, stamped)) as host:
        for _ in range(2):
            assert brought(f"{host.url}/x.mp4", at(host.url)).read_bytes() == CONTENT
        assert len(host.seen) == 6  # asked, read, asked, each time


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1:9/x.mp4", "https://10.0.0.1/x", "https://[::1]/x", "https://169.254.169.254/latest",
        "https://2130706433/x", "https://0x7f.1/x", "https://[::ffff:10.0.0.1]/x", "http://93.184.216.34/x.mp4",
        "https://user:secret@93.184.216.34/x", "https://localhost/x",
    ],
)  # fmt: skip
def test_nothing_is_fetched_from_inside_or_in_the_clear(url: str) -> None:
    with pytest.raises(BadAsset) as refused:
        brought(url, Settings.load({}, {}))
    assert remote.shown(url) in refused.value.en or "secret" in url
    assert refused.value.zh != refused.value.en


@pytest.mark.parametrize(
    "location", ["https://10.0.0.1/x", "file:///etc/passwd", "http://127.0.0.1:1/", "ftp://h/x"]
)
def test_a_redirect_into_the_house_is_refused(location: str) -> None:
    with (
        fake_gateway(answers(302, b"", {"Location": location})) as host,
        pytest.raises(BadAsset, match="the file's URL"),
    ):
        brought(f"{host.url}/x.mp4", at(host.url))


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, BadAsset),
        (403, BadAsset),
        (404, BadAsset),
        (410, BadAsset),
        (500, Unreachable),
        (503, Unreachable),
    ],
)
def test_what_a_server_refuses_is_told_with_its_status(status: int, kind: type[MediaprepError]) -> None:
    with (
        fake_gateway(answers(status)) as host,
        pytest.raises(kind, match=str(status) if status != 404 else "no such file"),
    ):
        brought(f"{host.url}/x.mp4?X-Amz-Signature=canary", at(host.url))


def test_a_file_that_is_too_large_or_changes_is_not_kept(tmp_path: Path) -> None:
    source = tmp_path / "x.mp4"
    with fake_gateway(serves(CONTENT)) as host:
        file = remote_file.remote_file(f"{host.url}/x.mp4", at(host.url))
        with pytest.raises(BadAsset, match="larger than 1000 bytes"):
            file.bring(source, limits=Limits(cap_bytes=1000, what=remote_file.FILE_LIMITS.what))
    tags = iter(range(1000))

    def changing(connection: object, _: object) -> None:
        connection.sendall(raw(200, CONTENT, {"ETag": f'"{next(tags)}"'}))  # type: ignore[attr-defined]

    with fake_gateway(changing) as host, pytest.raises(BadAsset, match="changes while it is read"):
        remote_file.remote_file(f"{host.url}/x.mp4", at(host.url)).bring(source)
    assert not source.exists()


def test_bytes_that_are_not_what_the_bucket_holds_are_refused(tmp_path: Path) -> None:
    told = {"ETag": f'"{"0" * 32}"', "x-amz-request-id": "1"}
    with (
        fake_gateway(answers(200, CONTENT, told)) as host,
        pytest.raises(BadAsset, match="MD5"),
    ):
        remote_file.remote_file(f"{host.url}/x.mp4", at(host.url)).bring(tmp_path / "x.mp4")


@pytest.mark.parametrize(
    "url",
    ["s3://", "s3://bucket", "s3://bucket/folder/", "cos://bucket/x", "cos://b-1250000000/x", "s3://k:s@b/x"],
)
def test_an_object_that_cannot_be_one_is_refused_by_its_own_name(url: str) -> None:
    with pytest.raises(BadConfig) as refused:
        brought(url, Settings.load({}, {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "y"}))
    assert refused.value.en.startswith(remote.shown(url))
    assert "MEDIAPREP_BUCKET" not in refused.value.en


def test_an_empty_file_is_none(emulator: Emulator, tmp_path: Path) -> None:
    settings = Settings.load({}, emulator.env)
    put(settings, "s3://mediaprep/empty.mov", tmp_path, b"")
    with pytest.raises(BadAsset, match="empty"):
        brought("s3://mediaprep/empty.mov", settings)


def test_a_server_that_is_not_there_is_unreachable() -> None:
    with fake_gateway(answers()) as host:
        gone = host.url
    with pytest.raises(Unreachable, match=str(urlsplit(gone).port)):
        brought(f"{gone}/x.mp4", at(gone))
