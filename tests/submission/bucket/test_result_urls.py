"""Results that the service puts into our bucket: where, under which names, and what they prove."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from mediaprep.config import Settings
from mediaprep.contract.endpoints import ENDPOINTS
from mediaprep.errors import BadConfig, GatewayError
from mediaprep.submission.bucket.object_store import Store, store
from mediaprep.submission.bucket.result_urls import Deposit, deposits, download, filled, landed
from mediaprep.submission.download.download import looks_like_media
from mediaprep.submission.job.watch import watch
from mediaprep.submission.wire.client import Gateway
from tests.submission.emulated import BASIC, TTS, Emulated, emulated


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Emulated]:
    with emulated(tmp_path / "state") as here:
        yield here


@pytest.fixture
def bucket(running: Emulated) -> Store:
    return store(running.settings)


@pytest.mark.parametrize(
    ("endpoint", "request_", "names"),
    [
        ("tts", {}, {"AudioStorageS3Url": "mp3"}),
        ("tts", {"Codec": "wav"}, {"AudioStorageS3Url": "wav"}),
        ("basic", {}, {"VideoStorageS3Url": "webm", "SubtitleStorageS3Url": "srt"}),
        ("advanced", {}, {"VideoStorageS3Url": "mp4", "SubtitleStorageS3Url": "srt"}),
        ("basic", {"DriverType": "OriginalVoice"}, {"VideoStorageS3Url": "webm"}),
        ("basic", {"VideoParam": {"Format": "TransparentMov"}, "DriverType": "Text"},
         {"VideoStorageS3Url": "mov", "SubtitleStorageS3Url": "srt"}),
        ("notrain", {}, {"VideoStorageS3Url": "mp4"}),
        ("photo", {}, {"VideoStorageS3Url": "mp4"}),
        ("ppt", {}, {}),
    ],
)  # fmt: skip
def test_every_endpoint_is_given_urls_for_what_it_makes(
    endpoint: str, request_: dict[str, object], names: dict[str, str], bucket: Store
) -> None:
    made = deposits(endpoint, request_, bucket, "job7.2", 3600)
    assert {d.parameter: d.key for d in made} == {p: f"results/job7.2.{s}" for p, s in names.items()}
    assert all("X-Amz-Expires=3600" in d.url for d in made)
    assert "X-Amz" not in repr(made)
    assert set(names) <= set(ENDPOINTS[endpoint].storage_fields)


def test_a_storage_url_of_the_users_own_is_left_alone(bucket: Store) -> None:
    request = {"VideoStorageS3Url": "https://theirs.example.com/x?sig=1"}
    made = deposits("basic", request, bucket, "j.1", 60)
    assert [d.parameter for d in made] == ["SubtitleStorageS3Url"]
    assert filled(request, made)["VideoStorageS3Url"] == "https://theirs.example.com/x?sig=1"


@pytest.mark.parametrize("name", ["", "../j", "a/b", ".hidden", "j 1", "片", "x" * 129])
def test_a_name_that_is_no_safe_part_of_a_key_is_refused(bucket: Store, name: str) -> None:
    with pytest.raises(BadConfig, match="part of a key"):
        deposits("tts", {}, bucket, name, 60)


def test_the_service_puts_its_results_there_and_they_can_be_fetched(
    running: Emulated, bucket: Store, tmp_path: Path
) -> None:
    gateway = Gateway(running.settings)
    request = {**BASIC, "VideoParam": {"Format": "Mp4"}}
    made = deposits("basic", request, bucket, "job1.1", 3600)
    assert set(landed(bucket, made).values()) == {None}
    task = gateway.submit("basic", filled(request, made))
    watch(gateway, task, "basic", sleep=running.sleep)
    sizes = landed(bucket, made)
    assert all(sizes.values())
    got = download(bucket, "results/job1.1.mp4", tmp_path / "got.mp4", verify=looks_like_media)
    assert got.stat().st_size == sizes["results/job1.1.mp4"]
    assert [d.subtitles for d in made] == [False, True]


def test_a_result_that_is_no_media_is_not_kept(running: Emulated, bucket: Store, tmp_path: Path) -> None:
    (made,) = deposits("tts", TTS, bucket, "job2.1", 60)
    urllib.request.urlopen(urllib.request.Request(made.url, b"<html>", method="PUT"), timeout=5).close()
    with pytest.raises(GatewayError, match="neither video nor sound"):
        download(bucket, made.key, tmp_path / "got.mp3", verify=looks_like_media)
    assert not (tmp_path / "got.mp3").exists()


def test_a_prefix_stands_before_the_results(running: Emulated) -> None:
    environ = {**running.emulator.env, "MEDIAPREP_BUCKET": "s3://mediaprep/team/a"}
    (made,) = deposits("tts", TTS, store(Settings.load({}, environ)), "j.1", 60)
    assert made == Deposit(parameter="AudioStorageS3Url", key="team/a/results/j.1.mp3", url=made.url)
