"""A private S3 bucket, path style: objects, ranges, multipart uploads; every request's SigV4 is judged."""

from __future__ import annotations

import base64
import binascii
import hashlib
import itertools
import re
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from mediaprep.emulator.messages import BodyCut, Call, Reply, file_reply, http_date
from mediaprep.emulator.store import sigv4
from mediaprep.emulator.store.credentials import Credentials
from mediaprep.emulator.store.objects import BadPart, NoSuchUpload, Objects, Received, StoredObject
from mediaprep.emulator.store.sigv4 import Denied

_MAX_PUT_BYTES = 5 * 1024**3
_MAX_XML_BYTES = 4 * 1024**2
_MAX_PARTS = 10_000
_MAX_KEY_BYTES = 1024
_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


class EmulatedBucket:
    """The bucket `name` kept in `folder`; `now` is the server's clock in seconds."""

    def __init__(
        self, name: str, folder: Path, keys: Credentials, now: Callable[[], float] = time.time
    ) -> None:
        self.name = name
        self._keys = keys
        self._now = now
        self._objects = Objects(folder)

    def handle(self, call: Call) -> Reply:
        """Answers one request below /{name}; every error is S3's XML."""
        try:
            payload = sigv4.check(call, self._keys.access_key, self._keys.secret, self._now())
            return self._answer(call, payload)
        except Denied as denied:
            return _error(call, denied.status, denied.code, denied.message)
        except NoSuchUpload:
            return _error(
                call, 404, "NoSuchUpload", "The upload does not exist, or it is complete or aborted."
            )
        except BodyCut:
            return _error(call, 400, "IncompleteBody", "Fewer bytes came than Content-Length says.")

    def clear(self) -> None:
        """Deletes every object."""
        self._objects.clear()

    def _answer(self, call: Call, payload: str) -> Reply:
        query = dict(call.pairs)
        bucket, _, key = unquote(call.path).lstrip("/").partition("/")
        if bucket != self.name:
            raise Denied(404, "NoSuchBucket", "The bucket does not exist.")
        if not key:
            return self._whole_bucket(call, query, payload)
        if len(key.encode("utf-8", "surrogateescape")) > _MAX_KEY_BYTES:
            raise Denied(400, "KeyTooLongError", "The key is longer than 1024 bytes.")
        if "uploadId" in query:
            return self._multipart(call, key, query, payload)
        match call.method:
            case "PUT":
                return self._put(call, key, payload)
            case "GET" | "HEAD":
                return self._get(call, key)
            case "DELETE":
                self._objects.delete(key)
                return Reply(status=204)
            case "POST" if "uploads" in query:
                upload = self._objects.open_upload(key, _content_type(call))
                return _xml(
                    "InitiateMultipartUploadResult",
                    f"<Bucket>{self.name}</Bucket><Key>{_text(key)}</Key><UploadId>{upload}</UploadId>",
                )
        raise Denied(405, "MethodNotAllowed", "This method is not for objects.")

    def _whole_bucket(self, call: Call, query: dict[str, str], payload: str) -> Reply:
        if call.method == "HEAD":
            return Reply()
        if call.method == "GET":
            return self._list(query)
        if call.method == "POST" and "delete" in query:
            keys = [k for k in (e.text for e in _tree(call, payload).iter("Key")) if k is not None]
            for key in keys:
                self._objects.delete(key)
            return _xml(
                "DeleteResult", "".join(f"<Deleted><Key>{_text(key)}</Key></Deleted>" for key in keys)
            )
        raise Denied(405, "MethodNotAllowed", "This method is not for the bucket.")

    def _list(self, query: dict[str, str]) -> Reply:
        prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
        rows, folders = [], set()
        for stored in self._objects.listed(prefix):
            rest = stored.key[len(prefix) :]
            if delimiter and delimiter in rest:
                folders.add(prefix + rest[: rest.index(delimiter) + len(delimiter)])
                continue
            rows.append(
                f"<Contents><Key>{_text(stored.key)}</Key><LastModified>{_stamp(stored.modified)}</LastModified>"
                f"<ETag>{_text(stored.etag)}</ETag><Size>{stored.size}</Size>"
                "<StorageClass>STANDARD</StorageClass></Contents>"
            )
        common = "".join(
            f"<CommonPrefixes><Prefix>{_text(f)}</Prefix></CommonPrefixes>" for f in sorted(folders)
        )
        return _xml(
            "ListBucketResult",
            f"<Name>{self.name}</Name><Prefix>{_text(prefix)}</Prefix><KeyCount>{len(rows)}</KeyCount>"
            f"<MaxKeys>{max(1000, len(rows))}</MaxKeys><IsTruncated>false</IsTruncated>"
            f"{''.join(rows)}{common}",
        )

    def _put(self, call: Call, key: str, payload: str) -> Reply:
        if "x-amz-copy-source" in call.headers:
            raise Denied(501, "NotImplemented", "This bucket does not copy objects.")
        new = call.headers.get("if-none-match") == "*"
        try:
            stored = self._objects.keep(key, _content_type(call), self._body(call, payload), new=new)
        except FileExistsError as error:
            raise Denied(412, "PreconditionFailed", "The object exists.") from error
        return Reply(headers={"ETag": stored.etag})

    def _body(self, call: Call, payload: str) -> Received:
        """The request's body on disk, its length, hash and MD5 held against what was signed."""
        if payload.startswith("STREAMING-"):
            raise Denied(
                501, "NotImplemented", "Chunk-signed bodies are not understood: sign the whole payload."
            )
        if call.length is None:
            raise Denied(411, "MissingContentLength", "Content-Length is needed.")
        if call.length > _MAX_PUT_BYTES:
            raise Denied(400, "EntityTooLarge", "One PUT takes at most 5 GiB.")
        body = self._objects.receive(call.chunks(), sha256=payload != sigv4.UNSIGNED)
        problem = _wrong_body(call, body, payload)
        if problem:
            body.path.unlink(missing_ok=True)
            raise problem
        return body

    def _get(self, call: Call, key: str) -> Reply:
        while (stored := self._objects.find(key)) is not None:
            try:
                return self._read(call, stored)
            except FileNotFoundError:
                continue  # replaced or deleted between two lines: look again
        raise Denied(404, "NoSuchKey", "The key does not exist.")

    def _read(self, call: Call, stored: StoredObject) -> Reply:
        headers = {
            "ETag": stored.etag,
            "Content-Type": stored.content_type,
            "Last-Modified": http_date(stored.modified),
        }
        if not _matches(call.headers.get("if-match"), stored, absent=True):
            raise Denied(412, "PreconditionFailed", "The object has another ETag.")
        if _matches(call.headers.get("if-none-match"), stored, absent=False):
            return Reply(status=304, headers=headers)
        try:
            return file_reply(self._objects.path(stored), call, headers, stored.etag)
        except ValueError:
            reply = _error(call, 416, "InvalidRange", "The range lies outside of the object.")
            total = {"Content-Range": f"bytes */{stored.size}"}
            return Reply(status=416, headers={**reply.headers, **total}, body=reply.body)

    def _multipart(self, call: Call, key: str, query: dict[str, str], payload: str) -> Reply:
        upload = query["uploadId"]
        match call.method:
            case "PUT":
                number = query.get("partNumber", "")
                if not number.isdecimal() or not 1 <= int(number) <= _MAX_PARTS:
                    raise Denied(400, "InvalidArgument", "partNumber must be 1 to 10000.")
                self._objects.parts(upload, key)
                etag = self._objects.add_part(upload, key, int(number), self._body(call, payload))
                return Reply(headers={"ETag": etag})
            case "GET":
                rows = "".join(
                    f"<Part><PartNumber>{n}</PartNumber><ETag>{_text(e)}</ETag><Size>{s}</Size></Part>"
                    for n, (e, s) in self._objects.parts(upload, key).items()
                )
                return _xml(
                    "ListPartsResult",
                    f"<Bucket>{self.name}</Bucket><Key>{_text(key)}</Key><UploadId>{upload}</UploadId>"
                    f"<IsTruncated>false</IsTruncated>{rows}",
                )
            case "POST":
                stored = self._complete(call, key, upload, payload)
                return _xml(
                    "CompleteMultipartUploadResult",
                    f"<Location>/{self.name}/{_text(key)}</Location><Bucket>{self.name}</Bucket>"
                    f"<Key>{_text(key)}</Key><ETag>{_text(stored.etag)}</ETag>",
                )
            case "DELETE":
                self._objects.abort(upload, key)
                return Reply(status=204)
        raise Denied(405, "MethodNotAllowed", "This method is not for uploads.")

    def _complete(self, call: Call, key: str, upload: str, payload: str) -> StoredObject:
        wanted = []
        for part in _tree(call, payload).iter("Part"):
            number = part.findtext("PartNumber") or ""
            if not number.strip().isdecimal():
                raise Denied(400, "MalformedXML", "A part has no number.")
            wanted.append((int(number), (part.findtext("ETag") or "").strip()))
        if not wanted:
            raise Denied(400, "MalformedXML", "At least one part is needed.")
        if any(a[0] >= b[0] for a, b in itertools.pairwise(wanted)):
            raise Denied(400, "InvalidPartOrder", "Parts must be listed in ascending order.")
        try:
            return self._objects.complete(upload, key, wanted)
        except BadPart as error:
            raise Denied(
                400, "InvalidPart", f"Part {error} was not uploaded, or its ETag is another."
            ) from error


def _wrong_body(call: Call, body: Received, payload: str) -> Denied | None:
    if payload not in (sigv4.UNSIGNED, body.sha256):
        return Denied(400, "XAmzContentSHA256Mismatch", "The body's SHA-256 is not the signed one.")
    claimed = call.headers.get("content-md5")
    if claimed:
        try:
            wrong = base64.b64decode(claimed, validate=True).hex() != body.md5
        except binascii.Error:
            return Denied(400, "InvalidDigest", "Content-MD5 cannot be read.")
        if wrong:
            return Denied(400, "BadDigest", "Content-MD5 is not the body's.")
    return None


def _matches(header: str | None, stored: StoredObject, *, absent: bool) -> bool:
    if header is None:
        return absent
    tags = {t.strip() for t in header.split(",")}
    return "*" in tags or stored.etag in tags or stored.etag.strip('"') in tags


def _tree(call: Call, payload: str) -> ElementTree.Element:
    """A small XML body, without a DTD, its namespace removed. Raises Denied."""
    body = call.whole(_MAX_XML_BYTES)
    if body is None:
        raise Denied(400, "MaxMessageLengthExceeded", "The XML is too long.")
    if payload != sigv4.UNSIGNED and payload != hashlib.sha256(body).hexdigest():
        raise Denied(400, "XAmzContentSHA256Mismatch", "The body's SHA-256 is not the signed one.")
    if b"<!" in body:
        raise Denied(400, "MalformedXML", "No DTD, entity, comment or CDATA is read.")
    try:
        tree = ElementTree.fromstring(body)  # noqa: S314 - a DTD was refused above
    except ElementTree.ParseError as error:
        raise Denied(400, "MalformedXML", "The XML cannot be read.") from error
    for element in tree.iter():
        element.tag = re.sub(r"^\{[^}]*\}", "", element.tag)
    return tree


def _content_type(call: Call) -> str:
    return call.headers.get("content-type", "binary/octet-stream")


def _text(value: str) -> str:
    return escape(value, {'"': "&quot;"})


def _stamp(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(seconds))


def _xml(name: str, inside: str, status: int = 200) -> Reply:
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<{name} xmlns="{_NAMESPACE}">{inside}</{name}>'
    return Reply(status=status, headers={"Content-Type": "application/xml"}, body=text.encode())


def _error(call: Call, status: int, code: str, message: str) -> Reply:
    """S3's error document; the resource is named without its query (it may hold a signature)."""
    resource = _text(unquote(call.path))
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{code}</Code><Message>{_text(message)}</Message><Resource>{resource}</Resource>"
        "<RequestId>emulated</RequestId></Error>"
    )
    body = b"" if call.method == "HEAD" else text.encode("utf-8", "replace")
    return Reply(status=status, headers={"Content-Type": "application/xml"}, body=body)
