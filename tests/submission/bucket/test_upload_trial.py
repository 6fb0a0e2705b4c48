"""The rehearsal: a bucket that would lose a result is told before anything is paid."""

from __future__ import annotations

from pathlib import Path

import pytest

from mediaprep.config import Settings
from mediaprep.emulator.server import Emulator
from mediaprep.errors import BadConfig, MediaprepError, Unreachable
from mediaprep.submission.bucket.object_store import store
from mediaprep.submission.bucket.upload_trial import rehearse
from tests.submission.fake_gateway import Behaviour, FakeGateway, answers, fake_gateway, resets

KEYS = {"AWS_ACCESS_KEY_ID": "AKIDcanary", "AWS_SECRET_ACCESS_KEY": "canary-secret-1"}


def error(status: int, code: str = "") -> Behaviour:
    return answers(status, f"<Error><Code>{code}</Code></Error>".encode() if code else b"")


def rehearsed(fake: FakeGateway) -> str:
    """What the rehearsal says of a bucket that answers as `fake` will."""
    try:
        notes = rehearse(store(Settings.load({"bucket": f"{fake.url}/b/p"}, KEYS)))
    except MediaprepError as refused:
        text = f"{type(refused).__name__}: {refused.en} {refused.zh}"
    else:
        text = " ".join(note.en for note in notes)
    assert "canary" not in text and "X-Amz" not in text
    return text


def test_a_good_bucket_passes_and_keeps_nothing() -> None:
    with Emulator() as running:
        bucket = store(Settings.load({}, {**running.env, "MEDIAPREP_BUCKET": "s3://mediaprep/out"}))
        assert rehearse(bucket) == ()
        assert list(running._bucket._objects.listed("")) == []


def test_the_put_is_sent_as_the_service_sends_it() -> None:
    with fake_gateway(error(403, "AccessDenied")) as fake:
        rehearsed(fake)
    sent = fake.seen[0]
    assert sent.method == "PUT"
    assert sent.path.startswith("/b/p/results/.rehearsal-")
    assert sent.query["X-Amz-SignedHeaders"] == "host"
    assert set(sent.headers) <= {
        "host",
        "content-length",
        "user-agent",
        "accept-encoding",
        "connection",
        "accept",
    }
    assert len(sent.body) == 64


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (error(403, "AccessDenied"), "HTTP 403 AccessDenied.*allow reading, writing"),
        (error(403, "SignatureDoesNotMatch"), "check AWS_ACCESS_KEY_ID"),
        (error(403, "RequestTimeTooSkewed"), "clock"),
        (error(403, "PathStyleDomainForbidden"), "cos://<bucket-appid>"),
        (error(404, "NoSuchBucket"), "no such bucket"),
        (error(301, "PermanentRedirect"), "another region"),
        (error(403), "allow reading, writing"),
        (error(418), "HTTP 418"),
    ],
)
def test_each_refusal_says_how_to_mend_it(answer: Behaviour, says: str) -> None:
    with fake_gateway(answer) as fake:
        text = rehearsed(fake)
    assert text.startswith("BadConfig")
    assert __import__("re").search(says, text), text
    assert len(fake.seen) == 1


@pytest.mark.parametrize("trouble", [resets, error(503, "SlowDown")])
def test_trouble_on_the_way_is_tried_again_and_then_told(trouble: Behaviour) -> None:
    with fake_gateway(trouble) as fake:
        assert rehearsed(fake).startswith("Unreachable")
    assert len(fake.seen) == 3


class Bucketlike:
    """A bucket in memory of which a test breaks one thing."""

    def __init__(self, **broken: Behaviour) -> None:
        self.broken, self.content = broken, b""

    def __call__(self, connection, request):  # type: ignore[no-untyped-def]
        if request.method == "PUT":
            self.content = request.body
        fallback = {
            "PUT": answers(200, headers={"ETag": '"e"'}),
            "HEAD": answers(
                200 if self.content else 404,
                headers={"Content-Length": str(len(self.content)), "Last-Modified": "Sat, 28 Nov 2026 00:00:00 GMT",
                         "ETag": '"e"'},
            ),
            "GET": answers(200, self.content),
            "DELETE": answers(204),
        }  # fmt: skip
        if request.method == "DELETE" and "DELETE" not in self.broken:
            self.content = b""
        self.broken.get(request.method, fallback[request.method])(connection, request)


def test_the_bucket_in_memory_passes_while_nothing_is_broken() -> None:
    with fake_gateway(Bucketlike()) as fake:
        assert rehearsed(fake) == ""
    assert [request.method for request in fake.seen] == ["PUT", "HEAD", "GET", "DELETE", "HEAD"]


def test_a_bucket_that_cannot_be_read_is_no_place_for_results() -> None:
    with fake_gateway(Bucketlike(GET=error(403, "AccessDenied"))) as fake:
        assert "refused to let us read a result from it" in rehearsed(fake)
    assert fake.seen[-1].method == "DELETE"


def test_a_bucket_that_changes_or_loses_what_it_takes_is_told() -> None:
    with fake_gateway(Bucketlike(GET=answers(200, b"x" * 64))) as fake:
        assert "other bytes than were written" in rehearsed(fake)
    with fake_gateway(Bucketlike(HEAD=answers(404))) as fake:
        assert "does not show it" in rehearsed(fake)


def test_a_bucket_that_keeps_its_objects_is_a_note_and_no_error() -> None:
    with fake_gateway(Bucketlike(DELETE=error(403, "AccessDenied"))) as fake:
        assert rehearsed(fake).startswith("a small object is left in the bucket (p/results/.rehearsal-")
    with fake_gateway(Bucketlike(DELETE=answers(204))) as fake:
        assert "was deleted and is still there" in rehearsed(fake)


def test_temporary_keys_are_told_because_no_url_outlives_them() -> None:
    with fake_gateway(Bucketlike()) as fake:
        token = {"AWS_SESSION_TOKEN": "canary-session"}
        (note,) = rehearse(store(Settings.load({"bucket": f"{fake.url}/b"}, {**KEYS, **token})))
    assert "every signed URL ends with them" in note.en and "临时密钥" in note.zh


def test_a_bucket_that_hides_what_is_missing_cannot_give_evidence() -> None:
    class Hides(Bucketlike):
        def __call__(self, connection, request):  # type: ignore[no-untyped-def]
            if request.method == "HEAD" and not self.content:
                return answers(403)(connection, request)
            return super().__call__(connection, request)

    with fake_gateway(Hides()) as fake:
        assert "allow listing it" in rehearsed(fake)


def test_a_bucket_that_is_not_there_is_unreachable(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="could not write a result to the bucket: connection refused"):
        rehearse(store(Settings.load({"bucket": "http://127.0.0.1:9/b"}, KEYS)))
    with pytest.raises(BadConfig):
        store(Settings.load({"bucket": "cos://vids-1251316161"}, KEYS))
