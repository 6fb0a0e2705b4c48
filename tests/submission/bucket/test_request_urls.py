"""Local files in a request: found, judged to be there, uploaded once, replaced by URLs."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mediaprep.errors import BadAsset
from mediaprep.submission.bucket import request_urls
from mediaprep.submission.bucket.object_store import UploadedObject, seen


class Shelf:
    """A store that keeps names."""

    def __init__(self) -> None:
        self.put_paths: list[Path] = []

    def put(
        self, path: Path, on_progress: Callable[[int], None] | None = None, *, suffix: str = ""
    ) -> UploadedObject:
        self.put_paths.append(path)
        if on_progress:
            on_progress(path.stat().st_size)
        return UploadedObject(key=f"key-{path.name}", size_bytes=path.stat().st_size, reused=False)

    def get_url(self, key: str, seconds: int) -> str:
        return f"https://bucket/{key}?s={seconds}"

    def put_url(self, key: str, seconds: int) -> str:
        return self.get_url(key, seconds)


@pytest.fixture
def base(tmp_path: Path) -> Path:
    for name in ("footage.mp4", "a.jpg", "b.jpg", "voice one.mp3"):
        (tmp_path / name).write_bytes(b"12345")
    return tmp_path


def test_every_kind_of_place_is_found_and_replaced(base: Path) -> None:
    request: dict[str, Any] = {
        "RefVideoUrl": "footage.mp4",
        "InputAudioUrl": str(base / "voice one.mp3"),
        "InputSsml": "footage.mp4",
        "VideoStorageS3Url": "https://bucket/out",
        "VideoParam": {"RefPhotoUrls": ["a.jpg", "https://host/c.jpg", "b.jpg"], "RefPhotoUrl": "a.jpg"},
    }
    found = request_urls.assets("notrain", request, base)
    assert {asset.parameter for asset in found} == {
        "RefVideoUrl",
        "InputAudioUrl",
        "VideoParam.RefPhotoUrl",
        "VideoParam.RefPhotoUrls[0]",
        "VideoParam.RefPhotoUrls[2]",
    }
    shelf, told = Shelf(), []
    made, uploads = request_urls.upload(
        request, found, shelf, seconds=60, on_progress=lambda a, n: told.append((a.path.name, n))
    )
    assert made["RefVideoUrl"] == "https://bucket/key-footage.mp4?s=60"
    assert made["VideoParam"]["RefPhotoUrls"] == [
        "https://bucket/key-a.jpg?s=60",
        "https://host/c.jpg",
        "https://bucket/key-b.jpg?s=60",
    ]
    assert made["InputSsml"] == "footage.mp4"
    assert made["VideoStorageS3Url"] == "https://bucket/out"
    assert len(shelf.put_paths) == 4  # a.jpg stands twice and travels once
    assert len(uploads) == 5
    assert ("footage.mp4", 5) in told
    assert request["RefVideoUrl"] == "footage.mp4"


def test_pages_of_a_deck_are_looked_into(base: Path) -> None:
    request = {"PPTFileUrl": "https://h/x.pptx", "PageConfigs": [{}, {"InputAudioUrl": "voice one.mp3"}]}
    (asset,) = request_urls.assets("ppt", request, base)
    assert asset.parameter == "PageConfigs[1].InputAudioUrl"
    assert request_urls.stand_ins(request, (asset,))["PageConfigs"][1]["InputAudioUrl"].startswith("https://")


def test_urls_empty_values_and_wrong_types_are_left_to_the_contract(base: Path) -> None:
    request = {
        "RefVideoUrl": "HTTPS://h/x.mp4",
        "InputAudioUrl": "",
        "VideoParam": {"RefPhotoUrls": [3, None]},
    }
    assert request_urls.assets("notrain", request, base) == ()


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("missing.mp4", "no such file"),
        ("s3://bucket/x.mp4", "cannot fetch s3://"),
        ("file:///etc/passwd", "cannot fetch file://"),
        (".", "no regular file"),
        ("link.mp4", "symbolic link"),
        ("~nobody-has-this-name/x.mp4", "no such file"),
        ("data:video/mp4;base64," + "A" * 9000, "no such file"),
        ("nul\0.mp4", "no such file"),
    ],
)
def test_what_cannot_be_uploaded_is_refused_with_its_parameter(base: Path, value: str, why: str) -> None:
    (base / "link.mp4").symlink_to(base / "footage.mp4")
    with pytest.raises(BadAsset, match=f"(?s)RefVideoUrl.*{why}"):
        request_urls.assets("notrain", {"RefVideoUrl": value}, base)


def test_plain_http_is_advised_against_unless_it_is_this_machine() -> None:
    request = {"RefVideoUrl": "http://h/x.mp4", "InputAudioUrl": "http://127.0.0.1:9/x.mp3"}
    (finding,) = request_urls.advice("notrain", request)
    assert finding.rule == "notrain.RefVideoUrl.scheme"
    assert request_urls.advice("notrain", {"RefVideoUrl": "https://h/x"}) == ()


class Opening(Shelf):
    """A store that looks at what it opens, and may find something else there."""

    def __init__(self, meddle: Callable[[Path], object]) -> None:
        super().__init__()
        self.meddle = meddle

    def put(
        self, path: Path, on_progress: Callable[[int], None] | None = None, *, suffix: str = ""
    ) -> UploadedObject:
        self.meddle(path)
        return dataclasses.replace(super().put(path, on_progress, suffix=suffix), seen=seen(path.lstat()))


def swapped(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(path.read_bytes())
    os.utime(other, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    other.replace(path)


@pytest.mark.parametrize(
    "meddle",
    [
        pytest.param(swapped, id="another file of the same bytes and time"),
        pytest.param(lambda path: path.write_bytes(b"1234567"), id="longer"),
        pytest.param(lambda path: os.utime(path, ns=(1, 1)), id="touched"),
    ],
)
def test_what_was_checked_is_what_is_uploaded(base: Path, meddle: Callable[[Path], object]) -> None:
    request = {"RefVideoUrl": "footage.mp4"}
    found = request_urls.assets("notrain", request, base)
    with pytest.raises(BadAsset, match=r"RefVideoUrl: footage\.mp4 was changed or replaced after"):
        request_urls.upload(request, found, Opening(meddle))


def test_a_file_that_stays_as_it_was_is_uploaded(base: Path) -> None:
    request = {"RefVideoUrl": "footage.mp4"}
    found = request_urls.assets("notrain", request, base)
    made, _ = request_urls.upload(request, found, Opening(lambda path: path.read_bytes()))
    assert made["RefVideoUrl"].startswith("https://bucket/")
