"""Where an emulator listens, under which name others reach it, and who may control it then."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from mediaprep.emulator.address import EmulatorAddress, checked_host, public_names
from mediaprep.emulator.options import Options
from mediaprep.emulator.server import Emulator
from mediaprep.errors import BadConfig
from tests.emulator.conftest import Start, tiny
from tests.emulator.wire import S3, call, finish, post_raw, query, submit
from tests.serving.raw import said, status

TTS = {"TimbreKey": "female_1", "InputSsml": "你好虚拟主播", "Speed": 1.0}
PUBLIC = "http://emulator.test:8080"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@pytest.fixture(scope="module")
def reached() -> Iterator[Emulator]:
    """An emulator that listens everywhere, is called PUBLIC outside, and keeps nothing."""
    with Emulator(Options(host="0.0.0.0", port=free_port(), public_url=PUBLIC + "/"), render=tiny) as running:
        yield running


def asked(emulator: Emulator, host: str, path: str, headers: str = "", method: str = "GET") -> bytes:
    """Over loopback, whatever the emulator calls itself."""
    head = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\n{headers}Connection: close\r\n\r\n"
    return said(emulator.options.port, head.encode())


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "10.0.0.1", "example.org", "fe80::1"])
def test_away_from_loopback_it_wants_to_know_its_public_url(host: str) -> None:
    with pytest.raises(BadConfig, match="--public-url") as caught:
        Emulator(Options(host=host))
    assert "--public-url" in caught.value.zh
    assert checked_host(host, "http://a.example:1/") == "http://a.example:1"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_on_loopback_it_needs_none(host: str) -> None:
    assert checked_host(host, "") == ""


@pytest.mark.parametrize(
    "url",
    ["emulator.test", "emulator.test:80", "ftp://a", "http://", "http://a/b", "http://a?x", "http://u:p@a", "http://a#b",
     "http://a:99999", "http://a b", "https://:80", "http://[::1"],
)  # fmt: skip
def test_what_is_no_public_url_is_told(url: str) -> None:
    with pytest.raises(BadConfig, match="--public-url"):
        Options(public_url=url).checked()


@pytest.mark.parametrize(
    ("url", "known"),
    [
        ("http://emulator.test:8080", {"emulator.test:8080"}),
        ("http://emulator.test", {"emulator.test", "emulator.test:80"}),
        ("https://emulator.test", {"emulator.test", "emulator.test:443"}),
        ("https://emulator.test:443", {"emulator.test", "emulator.test:443"}),
        ("http://EMULATOR.test:443", {"emulator.test:443"}),
        ("http://[2001:db8::1]:80", {"[2001:db8::1]:80", "[2001:db8::1]"}),
    ],
)
def test_the_public_host_is_known_as_clients_write_it(url: str, known: set[str]) -> None:
    assert public_names(url) == known
    here = EmulatorAddress(host="0.0.0.0", port=8080, public=url)
    assert here.names == {*known, "127.0.0.1:8080", "localhost:8080"}
    assert (here.url, here.itself) == (url, ("127.0.0.1", 8080))


def test_only_loopback_and_the_public_host_are_answered(reached: Emulator) -> None:
    port = reached.options.port
    for good in ("emulator.test:8080", "Emulator.Test:8080", f"localhost:{port}", f"127.0.0.1:{port}"):
        assert status(asked(reached, good, "/pose/x.png")) == 404, good
    for bad in ("emulator.test", f"emulator.test:{port}", "evil.example:8080", f"0.0.0.0:{port}",
                f"192.0.2.7:{port}", "emulator.test:8080.evil.example", "a.emulator.test:8080"):  # fmt: skip
        assert status(asked(reached, bad, "/pose/x.png")) == 421, bad


@pytest.mark.parametrize("path", ["health", "account", "faults", "clock", "help", "requests", "nothing"])
def test_the_control_port_needs_its_token_where_others_reach_it(reached: Emulator, path: str) -> None:
    token, host = json.loads(reached.ready_line())["control_token"], "emulator.test:8080"
    refused = [
        asked(reached, host, f"/control/{path}"),
        asked(reached, host, f"/control/{path}?token={'0' * 32}"),
        asked(reached, host, f"/control/{path}?token="),
        asked(reached, host, f"/control/{path}", f"Authorization: Bearer {token[:-1]}\r\n"),
        asked(reached, f"localhost:{reached.options.port}", f"/control/{path}", method="POST"),
    ]
    assert {status(one) for one in refused} == {401}
    told = json.loads(refused[0].partition(b"\r\n\r\n")[2])
    assert "control_token" in told["error"] and "令牌" in told["zh"]
    assert token.encode() not in b"".join(refused)
    wanted = 404 if path == "nothing" else 200
    assert status(asked(reached, host, f"/control/{path}?token={token}")) == wanted
    assert status(asked(reached, host, f"/control/{path}", f"Authorization: Bearer {token}\r\n")) == wanted


def test_everything_it_gives_out_leads_to_the_public_url(reached: Emulator) -> None:
    told = json.loads(reached.ready_line())
    assert {told[name].partition("/")[0] for name in ("gateway", "bucket", "control")} == {"http:"}
    for name in ("gateway", "bucket", "control"):
        assert told[name].startswith(PUBLIC), name
    assert told["env"]["MEDIAPREP_BASE_URL"] == told["env"]["AWS_ENDPOINT_URL"] == PUBLIC


def test_inputs_and_results_of_its_own_bucket_go_to_itself_whatever_the_name_means_here(
    reached: Emulator,
) -> None:
    """No machine knows emulator.test: what lies in the bucket is fetched, and results are put there, all the same."""
    seen = _Renamed(reached)
    store = seen.s3.presign("PUT", "/mediaprep/result.mp3")
    task = submit(seen, "tts", {**TTS, "AudioStorageS3Url": store})  # type: ignore[arg-type]
    done = finish(seen, task)  # type: ignore[arg-type]
    assert done["Status"] == "SUCCESS", done
    assert done["MediaUrl"].startswith(PUBLIC + "/")
    assert status(asked(reached, "emulator.test:8080", urlsplit(done["MediaUrl"]).path)) == 200
    kept = seen.s3.presign("GET", "/mediaprep/result.mp3")
    assert status(asked(reached, "emulator.test:8080", kept.removeprefix(PUBLIC))) == 200


class _Renamed:
    """The emulator as its own machine sees it, with the S3 signatures of its public name."""

    def __init__(self, emulator: Emulator) -> None:
        self.gateway = f"http://127.0.0.1:{emulator.options.port}"
        self.appkey, self.accesstoken = emulator.appkey, emulator.accesstoken
        self.s3 = S3.of(emulator)


def test_a_strangers_keys_are_taken_and_others_refused(start: Start, tmp_path: Path) -> None:
    emulator = start(appkey="my-appkey_1", accesstoken="my-token")
    assert call(emulator, "tts", TTS).code == 0
    assert json.loads(emulator.ready_line())["env"]["MEDIAPREP_APPKEY"] == "my-appkey_1"
    other = query(start())
    assert post_raw(emulator, "tts", b"{}", other).code == 100005
    half = start(appkey="only-this", data=tmp_path)
    assert half.appkey == "only-this" and len(half.accesstoken) == 32


@pytest.mark.parametrize("name", ["appkey", "accesstoken"])
@pytest.mark.parametrize("value", ["a b", "a&b", "ü", "x" * 129, "a=b", "a\n", "a+b"])
def test_keys_that_no_query_could_carry_are_told(name: str, value: str) -> None:
    with pytest.raises(BadConfig, match=f"--{name}") as caught:
        Options(**{name: value}).checked()  # type: ignore[arg-type]
    assert value not in caught.value.en  # it may have been a real one
