"""What leads inside is refused however it is spelled; what the user pointed to is allowed, host and port."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from mediaprep.config import Settings
from mediaprep.errors import GatewayError
from mediaprep.submission.download.download import Limits, check_address, fetch
from mediaprep.submission.wire.address_policy import (
    Address,
    address_of,
    is_private_literal,
    is_public,
    pointed_to,
)
from mediaprep.submission.wire.http import Patience, Private, Wire
from tests.submission.fake_gateway import answers, fake_gateway

PRIVATE = [
    "127.0.0.1", "127.1.2.3", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "100.127.255.254", "192.0.0.1", "198.18.0.1", "240.0.0.1", "255.255.255.255", "224.0.0.1", "::",
    "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "fec0::1", "ff02::1", "::ffff:127.0.0.1",
    "::ffff:10.0.0.1", "::ffff:a9fe:a9fe", "::127.0.0.1", "2002:7f00:1::", "2002:a00:1::", "64:ff9b::7f00:1",
    "64:ff9b:1::a00:1", "2001:db8::1",
]  # fmt: skip
ODD = [
    "2130706433",
    "0177.0.0.1",
    "0x7f000001",
    "0x7f.1",
    "127.1",
    "0",
    "017700000001",
    "0xa9fea9fe",
    "localhost",
    "LOCALHOST.",
]
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "101.32.1.1",
    "2606:4700::1111",
    "::ffff:1.1.1.1",
    "64:ff9b::808:808",
    "100.128.0.1",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address) and is_private_literal(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_addresses_that_are(address: str) -> None:
    assert is_public(address) and not is_private_literal(address)


@pytest.mark.parametrize(
    "host", ["a.example.com", "localhost.example.com", "1.2.3.4.example.com", "x" * 300, "é.cn"]
)
def test_names_are_not_judged_by_their_letters(host: str) -> None:
    assert not is_private_literal(host)


@pytest.mark.parametrize("host", [*PRIVATE, *ODD])
def test_a_result_inside_is_refused_also_when_the_gateway_is_on_this_machine(
    host: str, tmp_path: Path
) -> None:
    allowed = frozenset({Address("127.0.0.1", 8000)})
    url = f"https://[{host}]/x.mp4" if ":" in host else f"https://{host}/x.mp4"
    with pytest.raises(GatewayError, match="neither public nor the gateway or bucket") as caught:
        fetch(url, tmp_path / "x.mp4", verify=lambda _: None, allowed=allowed)
    assert "公网" in caught.value.zh and list(tmp_path.iterdir()) == []
    with pytest.raises(Private), Wire(allowed=allowed).get(url, {}, Patience()):
        pass


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("http://127.0.0.1:8000/x", True),
        ("http://127.0.0.1:8001/x", False),
        ("http://127.0.0.1/x", False),
        ("http://127.0.0.2:8000/x", False),
        ("http://localhost:8000/x", False),
        ("https://127.0.0.1:8000/x", True),
        ("https://10.0.0.7:9000/x", True),
        ("http://10.0.0.7:9000/x", False),  # in the clear
        ("https://minio.lan/x", True),
    ],
)
def test_exactly_what_the_user_pointed_to_is_allowed(url: str, allowed: bool) -> None:
    places = frozenset({Address("127.0.0.1", 8000), Address("10.0.0.7", 9000), Address("minio.lan", 443)})
    if allowed:
        check_address(url, places)
    else:
        with pytest.raises(GatewayError):
            check_address(url, places)


def test_a_flag_and_the_environment_point_and_a_file_does_not(tmp_path: Path) -> None:
    base = "http://127.0.0.1:8000"
    gateway = Address("127.0.0.1", 8000)
    file = tmp_path / "mediaprep.toml"
    file.write_text(f'[mediaprep]\nbase_url = "{base}"\nbucket = "http://127.0.0.1:9/b"\n', encoding="utf-8")
    assert pointed_to(Settings.load({"base_url": base}, {})) == {gateway}
    assert pointed_to(Settings.load({}, {"MEDIAPREP_BASE_URL": base})) == {gateway}
    assert pointed_to(Settings.load({}, {}, file)) == frozenset()
    assert pointed_to(Settings.load({"base_url": base}, {}, file)) == {gateway}
    environ = {"AWS_ENDPOINT_URL": "https://Minio.LAN:9000/", "MEDIAPREP_BUCKET": "https://10.0.0.7/bucket"}
    assert pointed_to(Settings.load({}, environ, file)) == {
        Address("minio.lan", 9000),
        Address("10.0.0.7", 443),
    }
    assert pointed_to(Settings()) == frozenset()


@pytest.mark.parametrize("url", ["", "x", "http://", "http://[", "http://a:b", "http://a:99999", "ftp://a"])
def test_what_leads_nowhere_is_nobodys_address(url: str) -> None:
    assert address_of(url) is None


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1:9/x",
        "http://localhost:9/x",
        "https://169.254.169.254/x",
        "https://[::1]/x",
        "http://[",
    ],
)
def test_a_redirect_inside_is_refused(target: str, tmp_path: Path) -> None:
    with fake_gateway(answers(302, b"", {"Location": target})) as host, pytest.raises(GatewayError):
        fetch(
            host.url, tmp_path / "x", verify=lambda _: None, limits=Limits(attempts=1),
            allowed=frozenset({Address("127.0.0.1", host.port)}),
        )  # fmt: skip
    assert len(host.seen) == 1


def test_a_name_that_leads_inside_is_refused_unless_it_is_the_one(monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *a, **k: real("127.0.0.1" if "lan" in host else host, *a, **k)
    )
    with fake_gateway(answers(200, b"ok")) as gateway:
        wire = Wire(allowed=frozenset({Address("minio.lan", gateway.port)}))
        with wire.get(f"http://minio.lan:{gateway.port}/", {}, Patience()) as answer:
            assert answer.status == 200
        with pytest.raises(Private), wire.get(f"http://other.lan:{gateway.port}/", {}, Patience()):
            pass
