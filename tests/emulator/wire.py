"""Raw HTTP to the emulator, signed by code of its own (nothing of mediaprep signs what mediaprep judges)."""

from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
import http.client
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from mediaprep.emulator.server import Emulator

BROADCAST = "/v2/ivh/videomaker/broadcastservice/"
PRODUCTION = "/v2/ivh/mediaproduction/mediaproduction/"
ASSETS = "/v2/ivh/crmserver/customerassetservice/"
PATHS = {
    "tts": BROADCAST + "tts",
    "ppt": PRODUCTION + "videomakewithppt",
    "basic": BROADCAST + "videomake",
    "advanced": BROADCAST + "videomakeadvanced",
    "notrain": BROADCAST + "videomakenotrain",
    "photo": BROADCAST + "phototovideonotrain",
    "progress": BROADCAST + "getprogress",
    "ppt_progress": PRODUCTION + "getprogress",
}
LISTS = {
    "getanchor": ASSETS + "getanchor",
    "getimagebyanchor": ASSETS + "getimagebyanchor",
    "describesmallsampleimage": ASSETS + "describesmallsampleimage",
    "describetimbre": ASSETS + "describetimbre",
    "getaction": ASSETS + "getaction",
}


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.body)  # type: ignore[no-any-return]

    @property
    def code(self) -> int:
        return self.json["Header"]["Code"]  # type: ignore[no-any-return]

    @property
    def message(self) -> str:
        return self.json["Header"]["Message"]  # type: ignore[no-any-return]

    @property
    def payload(self) -> dict[str, Any]:
        return self.json["Payload"]  # type: ignore[no-any-return]


def send(
    method: str, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """One request as it stands: no redirect, no retry, no header added beyond Host and Content-Length."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=30)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request(method, target, body=body, headers=dict(headers or {}))
        response = connection.getresponse()
        found = {k.lower(): v for k, v in response.getheaders()}
        return Answer(response.status, found, response.read())
    finally:
        connection.close()


def signature(accesstoken: str, appkey: str, timestamp: int) -> str:
    digest = hmac.new(
        accesstoken.encode(), f"appkey={appkey}&timestamp={timestamp}".encode(), hashlib.sha256
    ).digest()
    return base64.b64encode(digest).decode()


def query(emulator: Emulator, *, timestamp: int | None = None) -> str:
    stamp = int(time.time()) if timestamp is None else timestamp
    signed = signature(emulator.accesstoken, emulator.appkey, stamp)
    return f"appkey={emulator.appkey}&timestamp={stamp}&signature={quote(signed, safe='')}"


def post_raw(emulator: Emulator, nickname: str, body: bytes, signed: str | None = None) -> Answer:
    """A gateway call with any body and any query string."""
    url = f"{emulator.gateway}{(PATHS | LISTS)[nickname]}?{query(emulator) if signed is None else signed}"
    return send("POST", url, body, {"Content-Type": "application/json;charset=utf-8"})


def call(
    emulator: Emulator, nickname: str, payload: Mapping[str, Any], header: Mapping[str, Any] | None = None
) -> Answer:
    body = json.dumps({"Header": header or {}, "Payload": payload}, ensure_ascii=False)
    return post_raw(emulator, nickname, body.encode())


def submit(emulator: Emulator, nickname: str, payload: Mapping[str, Any]) -> str:
    answer = call(emulator, nickname, payload)
    assert answer.code == 0, answer.json
    return answer.payload["TaskId"]  # type: ignore[no-any-return]


def progress(emulator: Emulator, task_id: str, nickname: str = "progress") -> dict[str, Any]:
    answer = call(emulator, nickname, {"TaskId": task_id})
    assert answer.code == 0, answer.json
    return answer.payload


def finish(
    emulator: Emulator, task_id: str, nickname: str = "progress", seconds: float = 30
) -> dict[str, Any]:
    """Polls until the task has ended."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = progress(emulator, task_id, nickname)
        if found["Status"] in {"SUCCESS", "FAIL"}:
            return found
        time.sleep(0.02)
    raise AssertionError(f"{task_id} did not end in {seconds} s")


def account(emulator: Emulator) -> list[dict[str, Any]]:
    return send("GET", f"{emulator.control}/account").json["tasks"]  # type: ignore[no-any-return]


def order(emulator: Emulator, *rules: Mapping[str, Any], seed: int = 0) -> Answer:
    """POSTs fault rules to the control port."""
    return send("POST", f"{emulator.control}/faults", json.dumps({"seed": seed, "rules": rules}).encode())


@dataclass(frozen=True)
class S3:
    """Signs S3 requests to one endpoint, by the published description of Signature Version 4."""

    endpoint: str
    access_key: str
    secret: str
    region: str = "us-east-1"

    @classmethod
    def of(cls, emulator: Emulator) -> S3:
        env = emulator.env
        return cls(
            env["AWS_ENDPOINT_URL"], env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"], env["AWS_REGION"]
        )

    def request(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        parameters: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        payload: str | None = None,
        at: float | None = None,
    ) -> Answer:
        """A request signed in its headers; `payload` replaces the body's hash (UNSIGNED-PAYLOAD)."""
        stamp = _stamp(at)
        hashed = payload or hashlib.sha256(body).hexdigest()
        host = urlsplit(self.endpoint).netloc
        signed = {
            "host": host,
            "x-amz-date": stamp,
            "x-amz-content-sha256": hashed,
            **{k.lower(): v for k, v in (headers or {}).items()},
        }
        names = ";".join(sorted(signed))
        asked = _encode(parameters or {})
        text = self._canonical(method, path, asked, signed, hashed)
        signature = self._sign(stamp, text)
        credential = f"{self.access_key}/{stamp[:8]}/{self.region}/s3/aws4_request"
        authorization = (
            f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature={signature}"
        )
        url = self.endpoint + quote(path) + (f"?{asked}" if asked else "")
        return send(method, url, body, {**signed, "Authorization": authorization})

    def presign(
        self,
        method: str,
        path: str,
        *,
        seconds: int = 300,
        at: float | None = None,
        parameters: Mapping[str, str] | None = None,
    ) -> str:
        stamp = _stamp(at)
        asked = _encode(
            {
                **(parameters or {}),
                "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
                "X-Amz-Credential": f"{self.access_key}/{stamp[:8]}/{self.region}/s3/aws4_request",
                "X-Amz-Date": stamp,
                "X-Amz-Expires": str(seconds),
                "X-Amz-SignedHeaders": "host",
            }
        )
        signed = {"host": urlsplit(self.endpoint).netloc}
        signature = self._sign(stamp, self._canonical(method, path, asked, signed, "UNSIGNED-PAYLOAD"))
        return f"{self.endpoint}{quote(path)}?{asked}&X-Amz-Signature={signature}"

    @staticmethod
    def _canonical(method: str, path: str, asked: str, signed: Mapping[str, str], hashed: str) -> str:
        lines = "".join(f"{name}:{signed[name].strip()}\n" for name in sorted(signed))
        return "\n".join((method, quote(path), asked, lines, ";".join(sorted(signed)), hashed))

    def _sign(self, stamp: str, text: str) -> str:
        scope = f"{stamp[:8]}/{self.region}/s3/aws4_request"
        hashed = hashlib.sha256(text.encode()).hexdigest()
        key = b"AWS4" + self.secret.encode()
        for part in (stamp[:8], self.region, "s3", "aws4_request"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        final = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashed}"
        return hmac.new(key, final.encode(), hashlib.sha256).hexdigest()


def _stamp(at: float | None) -> str:
    moment = datetime.datetime.fromtimestamp(time.time() if at is None else at, datetime.UTC)
    return moment.strftime("%Y%m%dT%H%M%SZ")


def _encode(parameters: Mapping[str, str]) -> str:
    return "&".join(f"{quote(k, safe='')}={quote(v, safe='')}" for k, v in sorted(parameters.items()))
