"""Signed URLs: until when they hold, judged against a clock that is given."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mediaprep.model.findings import Verdict
from mediaprep.preflight.urls import url_validity

NOW = datetime(2026, 4, 1, 12, 0, 0, tzinfo=UTC).timestamp()
DAY = 86_400
AMAZON = "https://b.s3.amazonaws.com/a.mp4?X-Amz-Date={date}&X-Amz-Expires={seconds}&X-Amz-Signature=ab"


def amazon(hours_ago: float, seconds: int) -> str:
    date = datetime.fromtimestamp(NOW - hours_ago * 3600, UTC).strftime("%Y%m%dT%H%M%SZ")
    return AMAZON.format(date=date, seconds=seconds)


@pytest.mark.parametrize(
    ("url", "starts", "ends"),
    [
        (amazon(1, 7200), -3600, 3600),
        (f"https://b.cos.ap-x.myqcloud.com/a?q-sign-algorithm=sha1&q-sign-time={NOW - 60:.0f}%3B{NOW + 60:.0f}"
         f"&q-key-time={NOW - 90:.0f};{NOW + 30:.0f}&q-signature=ab", -60, 30),
        (f"https://b.s3.amazonaws.com/a?AWSAccessKeyId=x&Signature=y&Expires={NOW + 99:.0f}", None, 99),
        ("https://x.blob.core.windows.net/a?st=2026-04-01T11:00:00Z&se=2026-04-01T13:00:00Z&sig=x", -3600, 3600),
        ("https://x/a?x-oss-date=20260401T110000Z&x-oss-expires=60&x-oss-signature=y", -3600, -3540),
        ("https://x/a?token=abc", None, None),
    ],
)  # fmt: skip
def test_lifetimes_are_read(url: str, starts: float | None, ends: float | None) -> None:
    found = url_validity.signed(url)
    assert found is not None
    assert (found.starts, found.ends) == (
        None if starts is None else NOW + starts,
        None if ends is None else NOW + ends,
    )


@pytest.mark.parametrize(
    "url",
    [
        "https://x/a.mp4", "https://x/a?expires=9", "https://[broken", "https://x/a?" + "b=1&" * 3000, "not a url", "",
        "https://x/a?X-Amz-Date=20260401T110000Z",
    ],
)  # fmt: skip
def test_a_url_without_a_signature_has_no_lifetime(url: str) -> None:
    assert url_validity.signed(url) is None


@pytest.mark.parametrize(
    "query",
    [
        "X-Amz-Date=yesterday&X-Amz-Expires=9",
        "q-sign-time=soon",
        "Expires=99999999999999",
        "se=never",
        "X-Amz-Date=20260401T110000Z",
    ],
)
def test_a_lifetime_that_makes_no_sense_is_none(query: str) -> None:
    found = url_validity.signed(f"https://x/a?{query}&signature=x&sig=x")
    assert found is not None and found.ends is None


@pytest.mark.parametrize(
    ("url", "verdict"),
    [
        (amazon(1, 2 * DAY), None),
        (amazon(1, 7200), Verdict.ADVISED),
        (amazon(3, 7200), Verdict.REFUSED),
        (amazon(-2, 2 * DAY), Verdict.REFUSED),
        ("https://x/a.mp4", None),
        ("local.mp4", None),
    ],
)
def test_input_urls_are_judged_by_what_is_left_of_them(url: str, verdict: Verdict | None) -> None:
    found = url_validity.judge("notrain", {"RefVideoUrl": url}, NOW)
    assert [f.verdict for f in found] == ([] if verdict is None else [verdict])
    assert all(f.rule == "notrain.RefVideoUrl.expires" and f.where == "RefVideoUrl" for f in found)
    assert all(f.message.en != f.message.zh for f in found)


def test_places_in_lists_are_named() -> None:
    request = {"PageConfigs": [{"InputAudioUrl": "https://x/a"}, {"InputAudioUrl": amazon(3, 60)}]}
    (found,) = url_validity.judge("ppt", request, NOW)
    assert (found.where, found.rule) == (
        "PageConfigs[1].InputAudioUrl",
        "ppt.PageConfigs.InputAudioUrl.expires",
    )


def test_result_urls_must_be_signed_and_hold() -> None:
    (bare,) = url_validity.judge("notrain", {"VideoStorageS3Url": "https://b.s3.amazonaws.com/o.mp4"}, NOW)
    assert (bare.rule, bare.verdict) == ("notrain.VideoStorageS3Url.signature", Verdict.ADVISED)
    assert url_validity.judge("notrain", {"VideoStorageS3Url": amazon(0, 2 * DAY)}, NOW) == ()
    (late,) = url_validity.judge("notrain", {"VideoStorageS3Url": amazon(0, 600)}, NOW)
    assert late.rule == "notrain.VideoStorageS3Url.expires" and "written" in late.message.en
