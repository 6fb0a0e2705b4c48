"""The bucket speaks S3: signatures, expiry, ranges, uploads in parts."""

from __future__ import annotations

import hashlib
import re
import secrets
import threading
import time

import pytest

from mediaprep.emulator.server import Emulator
from tests.emulator.wire import S3, Answer, send

BODY = bytes(range(256)) * 40


@pytest.fixture
def s3(emulator: Emulator) -> S3:
    return S3.of(emulator)


@pytest.fixture
def path(s3: S3) -> str:
    """A stored object."""
    path = f"/mediaprep/some folder/视频 {secrets.token_hex(4)}.bin"
    assert s3.request("PUT", path, BODY, headers={"Content-Type": "video/mp4"}).status == 200
    return path


def error_code(answer: Answer) -> str:
    found = re.search(r"<Code>(\w+)</Code>", answer.body.decode())
    return found[1] if found else ""


def test_an_object_comes_back_as_it_was_put_with_type_length_and_etag(s3: S3, path: str) -> None:
    answer = s3.request("GET", path)
    assert (answer.status, answer.body) == (200, BODY)
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.headers["content-length"] == str(len(BODY))
    assert answer.headers["etag"] == f'"{hashlib.md5(BODY).hexdigest()}"'


def test_head_says_the_length_and_sends_nothing(s3: S3, path: str) -> None:
    answer = s3.request("HEAD", path)
    assert (answer.status, answer.headers["content-length"], answer.body) == (200, str(len(BODY)), b"")


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=100-199", 100, 199),
        ("bytes=10000-", 10000, 10239),
        ("bytes=-5", 10235, 10239),
        ("bytes=10230-99999", 10230, 10239),
    ],
)
def test_a_range_is_answered_with_just_those_bytes(
    s3: S3, path: str, asked: str, first: int, last: int
) -> None:
    answer = s3.request("GET", path, headers={"Range": asked})
    assert (answer.status, answer.body) == (206, BODY[first : last + 1])
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(BODY)}"
    assert answer.headers["content-length"] == str(last - first + 1)


def test_a_range_behind_the_end_cannot_be_met(s3: S3, path: str) -> None:
    answer = s3.request("GET", path, headers={"Range": f"bytes={len(BODY)}-"})
    assert (answer.status, error_code(answer)) == (416, "InvalidRange")
    assert answer.headers["content-range"] == f"bytes */{len(BODY)}"


def test_if_range_with_another_etag_sends_all(s3: S3, path: str) -> None:
    answer = s3.request("GET", path, headers={"Range": "bytes=0-9", "If-Range": '"other"'})
    assert (answer.status, len(answer.body)) == (200, len(BODY))


def test_a_deleted_object_is_gone_and_deleting_again_is_no_error(s3: S3, path: str) -> None:
    assert s3.request("DELETE", path).status == 204
    answer = s3.request("GET", path)
    assert (answer.status, error_code(answer)) == (404, "NoSuchKey")
    assert s3.request("DELETE", path).status == 204


def test_putting_again_replaces_the_object(s3: S3, path: str) -> None:
    assert s3.request("PUT", path, b"new").status == 200
    assert s3.request("GET", path).body == b"new"


def test_an_unsigned_payload_is_taken_when_the_signature_says_so(s3: S3, path: str) -> None:
    assert s3.request("PUT", path, b"free", payload="UNSIGNED-PAYLOAD").status == 200


def test_a_body_that_is_not_the_signed_one_is_refused_and_changes_nothing(s3: S3, path: str) -> None:
    answer = s3.request("PUT", path, b"swapped", payload=hashlib.sha256(b"signed").hexdigest())
    assert (answer.status, error_code(answer)) == (400, "XAmzContentSHA256Mismatch")
    assert s3.request("GET", path).body == BODY


def test_a_wrong_content_md5_is_refused(s3: S3, path: str) -> None:
    answer = s3.request("PUT", path, b"x", headers={"Content-MD5": "1B2M2Y8AsgTpgAmY7PhCfg=="})
    assert (answer.status, error_code(answer)) == (400, "BadDigest")


def test_without_a_signature_nothing_is_served(s3: S3, path: str) -> None:
    answer = send("GET", f"{s3.endpoint}/mediaprep/anything")
    assert (answer.status, error_code(answer)) == (403, "AccessDenied")


def test_a_wrong_secret_an_unknown_key_and_another_method_are_refused(s3: S3, path: str) -> None:
    wrong = S3(s3.endpoint, s3.access_key, "not the secret")
    assert error_code(wrong.request("GET", path)) == "SignatureDoesNotMatch"
    assert error_code(send("GET", wrong.presign("GET", path))) == "SignatureDoesNotMatch"
    unknown = S3(s3.endpoint, "AKIANOBODY", s3.secret)
    assert error_code(unknown.request("GET", path)) == "InvalidAccessKeyId"
    answer = send("PUT", s3.presign("GET", path), b"x")
    assert (answer.status, error_code(answer)) == (403, "SignatureDoesNotMatch")


def test_a_presigned_url_is_for_one_key_only(s3: S3, path: str) -> None:
    signed = s3.presign("GET", path)
    assert send("GET", signed).body == BODY
    other = signed.replace("some%20folder", "other")
    assert error_code(send("GET", other)) == "SignatureDoesNotMatch"


def test_a_presigned_url_takes_a_put_and_a_range(s3: S3, path: str) -> None:
    assert send("PUT", s3.presign("PUT", path), BODY[:100]).status == 200
    answer = send("GET", s3.presign("GET", path), headers={"Range": "bytes=50-"})
    assert (answer.status, answer.body) == (206, BODY[50:100])


def test_an_expired_presigned_url_is_refused(s3: S3, path: str) -> None:
    fresh = s3.presign("GET", path, seconds=60, at=time.time() - 50)
    stale = s3.presign("GET", path, seconds=60, at=time.time() - 70)
    assert send("GET", fresh).status == 200
    answer = send("GET", stale)
    assert (answer.status, error_code(answer)) == (403, "AccessDenied")
    assert b"expired" in answer.body


def test_a_presigned_url_of_more_than_seven_days_or_of_the_future_is_refused(s3: S3, path: str) -> None:
    long = send("GET", s3.presign("GET", path, seconds=8 * 24 * 3600))
    assert (long.status, error_code(long)) == (400, "AuthorizationQueryParametersError")
    early = send("GET", s3.presign("GET", path, at=time.time() + 3600))
    assert (early.status, error_code(early)) == (403, "AccessDenied")


def test_a_header_signature_of_an_hour_ago_is_refused(s3: S3, path: str) -> None:
    answer = s3.request("GET", path, at=time.time() - 3600)
    assert (answer.status, error_code(answer)) == (403, "RequestTimeTooSkewed")


def test_another_bucket_does_not_exist(s3: S3) -> None:
    assert error_code(s3.request("GET", "/other/key")) == "NoSuchBucket"


def test_keys_that_look_like_paths_stay_inside_and_stay_apart(s3: S3) -> None:
    keys = [
        "/mediaprep/../../etc/passwd",
        "/mediaprep/a//b",
        "/mediaprep/a/b",
        "/mediaprep/a/./b",
        "/mediaprep/%2e",
    ]
    for number, key in enumerate(keys):
        assert s3.request("PUT", key, str(number).encode()).status == 200
    assert [s3.request("GET", key).body for key in keys] == [b"0", b"1", b"2", b"3", b"4"]


def begin(s3: S3, path: str) -> str:
    answer = s3.request("POST", path, parameters={"uploads": ""})
    return re.search(r"<UploadId>(\w+)</UploadId>", answer.body.decode())[1]  # type: ignore[index]


def part(s3: S3, path: str, upload: str, number: int, body: bytes) -> str:
    answer = s3.request("PUT", path, body, parameters={"partNumber": str(number), "uploadId": upload})
    assert answer.status == 200, answer.body
    return answer.headers["etag"]


def complete(s3: S3, path: str, upload: str, parts: list[tuple[int, str]]) -> Answer:
    rows = "".join(f"<Part><PartNumber>{n}</PartNumber><ETag>{e}</ETag></Part>" for n, e in parts)
    xml = f'<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{rows}</CompleteMultipartUpload>'
    return s3.request("POST", path, xml.encode(), parameters={"uploadId": upload})


def test_parts_may_come_in_any_order_and_twice(s3: S3) -> None:
    path = "/mediaprep/parts.bin"
    upload = begin(s3, path)
    third = part(s3, path, upload, 3, b"c" * 3000)
    part(s3, path, upload, 1, b"wrong")
    second = part(s3, path, upload, 2, b"b" * 2000)
    first = part(s3, path, upload, 1, b"a" * 1000)
    assert error_code(s3.request("GET", path)) == "NoSuchKey"
    listed = s3.request("GET", path, parameters={"uploadId": upload}).body.decode()
    assert re.findall(r"<PartNumber>(\d)</PartNumber>", listed) == ["1", "2", "3"]
    answer = complete(s3, path, upload, [(1, first), (2, second), (3, third)])
    assert answer.status == 200, answer.body
    found = s3.request("GET", path)
    assert found.body == b"a" * 1000 + b"b" * 2000 + b"c" * 3000
    assert found.headers["etag"].endswith('-3"')
    assert error_code(complete(s3, path, upload, [(1, first)])) == "NoSuchUpload"


def test_a_completion_with_parts_out_of_order_unknown_or_changed_is_refused(s3: S3) -> None:
    path = "/mediaprep/bad-parts.bin"
    upload = begin(s3, path)
    first, second = part(s3, path, upload, 1, b"a"), part(s3, path, upload, 2, b"b")
    assert error_code(complete(s3, path, upload, [(2, second), (1, first)])) == "InvalidPartOrder"
    assert error_code(complete(s3, path, upload, [(1, first), (3, second)])) == "InvalidPart"
    assert error_code(complete(s3, path, upload, [(1, second)])) == "InvalidPart"
    assert error_code(complete(s3, path, upload, [])) == "MalformedXML"
    assert complete(s3, path, upload, [(2, second)]).status == 200
    assert s3.request("GET", path).body == b"b"


def test_an_aborted_upload_is_forgotten(s3: S3) -> None:
    path = "/mediaprep/aborted.bin"
    upload = begin(s3, path)
    part(s3, path, upload, 1, b"a")
    assert s3.request("DELETE", path, parameters={"uploadId": upload}).status == 204
    answer = s3.request("PUT", path, b"b", parameters={"partNumber": "2", "uploadId": upload})
    assert (answer.status, error_code(answer)) == (404, "NoSuchUpload")


def test_a_document_type_in_a_completion_is_refused(s3: S3) -> None:
    path = "/mediaprep/bomb.bin"
    upload = begin(s3, path)
    xml = b'<!DOCTYPE a [<!ENTITY b "c">]><CompleteMultipartUpload/>'
    answer = s3.request("POST", path, xml, parameters={"uploadId": upload})
    assert (answer.status, error_code(answer)) == (400, "MalformedXML")


def test_readers_never_see_a_half_replaced_object(s3: S3, path: str) -> None:
    bodies = {bytes([n]) * (50_000 + n) for n in range(6)}
    s3.request("PUT", path, sorted(bodies)[0])
    seen: list[bytes] = []
    writer = threading.Thread(target=lambda: [s3.request("PUT", path, b) for b in sorted(bodies) * 4])
    writer.start()
    while writer.is_alive():
        answer = s3.request("GET", path)
        assert answer.status == 200
        seen.append(answer.body)
    writer.join()
    assert set(seen) <= bodies


def test_a_body_that_is_cut_off_leaves_no_object(s3: S3, emulator: Emulator) -> None:
    import socket
    from urllib.parse import urlsplit

    path = "/mediaprep/cut.bin"
    url = urlsplit(s3.presign("PUT", path))
    with socket.create_connection((str(url.hostname), int(url.port or 0))) as raw:
        head = f"PUT {url.path}?{url.query} HTTP/1.1\r\nHost: {url.netloc}\r\nContent-Length: 1000\r\n\r\n"
        raw.sendall(f"{head}abc".encode())
        raw.shutdown(socket.SHUT_WR)
        assert b"IncompleteBody" in raw.makefile("rb").read()
    assert error_code(s3.request("GET", path)) == "NoSuchKey"
    folder = emulator.options.data
    assert folder is not None
    assert not list((folder / "bucket" / "objects").glob(".part-*"))


def test_obstore_round_trip_small_large_ranged_signed_and_deleted(emulator: Emulator) -> None:
    from datetime import timedelta

    import obstore
    from obstore.store import S3Store

    env = emulator.env
    store = S3Store(
        "mediaprep",
        endpoint=env["AWS_ENDPOINT_URL"],
        access_key_id=env["AWS_ACCESS_KEY_ID"],
        secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
        region=env["AWS_REGION"],
        client_options={"allow_http": True},
    )
    large = secrets.token_bytes(12 * 1024 * 1024 + 17)
    obstore.put(store, "small/你好 a+b.txt", b"hello")
    obstore.put(store, "large.bin", large, use_multipart=True, chunk_size=5 * 1024 * 1024)
    assert bytes(obstore.get(store, "small/你好 a+b.txt").bytes()) == b"hello"
    assert bytes(obstore.get(store, "large.bin").bytes()) == large
    assert (
        bytes(obstore.get_range(store, "large.bin", start=6_000_000, end=6_000_100))
        == large[6_000_000:6_000_100]
    )
    assert obstore.head(store, "large.bin")["size"] == len(large)
    listed = {row["path"] for chunk in obstore.list(store, prefix="small") for row in chunk}
    assert listed == {"small/你好 a+b.txt"}
    put, get = (
        obstore.sign(store, verb, "small/signed.txt", timedelta(minutes=5)) for verb in ("PUT", "GET")
    )
    assert send("PUT", put, b"signed").status == 200
    assert send("GET", get).body == b"signed"
    obstore.delete(store, "large.bin")
    with pytest.raises(FileNotFoundError):
        obstore.head(store, "large.bin")
