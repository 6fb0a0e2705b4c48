"""Signature Version 4 against the worked examples that AWS publishes for S3."""

from __future__ import annotations

import datetime
import io

import pytest

from mediaprep.emulator.messages import Call
from mediaprep.emulator.store import sigv4
from mediaprep.emulator.store.sigv4 import Denied

KEY = "AKIAIOSFODNN7EXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
NOW = datetime.datetime(2013, 5, 24, tzinfo=datetime.UTC).timestamp()
HOST = "examplebucket.s3.amazonaws.com"
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
SCOPE = f"{KEY}/20130524/us-east-1/s3/aws4_request"


def request(method: str, path: str, query: str = "", **headers: str) -> Call:
    named = {k.replace("_", "-"): v for k, v in headers.items()}
    return Call(
        method=method, path=path, query=query, headers={"host": HOST, **named}, body=io.BytesIO(), length=None
    )


def get(signature: str, asked: str = "bytes=0-9") -> Call:
    return request(
        "GET",
        "/test.txt",
        range=asked,
        x_amz_content_sha256=EMPTY,
        x_amz_date="20130524T000000Z",
        authorization=f"AWS4-HMAC-SHA256 Credential={SCOPE},"
        f"SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature={signature}",
    )


GOOD = "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"


def test_the_published_get_with_a_range_is_accepted() -> None:
    assert sigv4.check(get(GOOD), KEY, SECRET, NOW) == EMPTY


def test_one_changed_header_or_digit_is_refused() -> None:
    for call in (get(GOOD, "bytes=0-8"), get(GOOD[:-1] + "2")):
        with pytest.raises(Denied) as denied:
            sigv4.check(call, KEY, SECRET, NOW)
        assert denied.value.code == "SignatureDoesNotMatch"


def test_the_published_put_with_a_dollar_in_its_key_is_accepted() -> None:
    body = "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"
    call = request(
        "PUT",
        "/test%24file.text",
        date="Fri, 24 May 2013 00:00:00 GMT",
        x_amz_content_sha256=body,
        x_amz_date="20130524T000000Z",
        x_amz_storage_class="REDUCED_REDUNDANCY",
        authorization=f"AWS4-HMAC-SHA256 Credential={SCOPE},"
        "SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class,"
        "Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
    )
    assert sigv4.check(call, KEY, SECRET, NOW) == body


PRESIGNED = (
    "X-Amz-Algorithm=AWS4-HMAC-SHA256"
    "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
    "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
    "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
)


def test_the_published_presigned_url_is_accepted_for_its_day_and_not_longer() -> None:
    call = request("GET", "/test.txt", PRESIGNED)
    assert sigv4.check(call, KEY, SECRET, NOW + 86_400) == "UNSIGNED-PAYLOAD"
    with pytest.raises(Denied) as denied:
        sigv4.check(call, KEY, SECRET, NOW + 86_401)
    assert (denied.value.status, "expired" in denied.value.message) == (403, True)


def test_a_lengthened_expiry_breaks_the_signature() -> None:
    call = request("GET", "/test.txt", PRESIGNED.replace("86400", "604800"))
    with pytest.raises(Denied, match="signature"):
        sigv4.check(call, KEY, SECRET, NOW + 90_000)


def test_a_header_of_amazons_that_is_not_signed_is_refused() -> None:
    call = request("GET", "/test.txt", PRESIGNED, x_amz_copy_source="/mediaprep/other")
    with pytest.raises(Denied, match="not signed"):
        sigv4.check(call, KEY, SECRET, NOW)
