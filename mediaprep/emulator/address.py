"""Where an emulator listens, and what it calls itself in every URL that it gives out."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from mediaprep.errors import BadConfig

LOOPBACK: Final = "127.0.0.1"
_EVERYWHERE: Final = {"0.0.0.0": LOOPBACK, "::": "::1"}  # noqa: S104 - named, to be asked for by a user
_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, kw_only=True)
class EmulatorAddress:
    """`host` and `port` are those of the socket; `public` is the URL under which others reach it ("": only this
    machine does)."""

    host: str
    port: int
    public: str = ""

    @property
    def url(self) -> str:
        """What every URL begins with that is given out."""
        return self.public or f"http://{_bracketed(self.host)}:{self.port}"

    @property
    def names(self) -> frozenset[str]:
        """What clients may call it, as it stands in their Host header: this machine's own names, and the public one."""
        return names(self.host, self.port) | (public_names(self.public) if self.public else frozenset())

    @property
    def itself(self) -> tuple[str, int]:
        """Where a connection of its own to itself goes."""
        return _EVERYWHERE.get(self.host, self.host), self.port


def names(host: str, port: int) -> frozenset[str]:
    """This machine's own names of a server that listens at `host`."""
    own = {_bracketed(host) if is_loopback(host) else LOOPBACK, "localhost"}
    return frozenset({f"{name}:{port}" for name in own} | (own if port == 80 else set()))


def public_names(url: str) -> frozenset[str]:
    """The public URL's host as clients write it: with its port, and without where that is the scheme's own."""
    parts = urlsplit(url)
    host, usual = _bracketed(parts.hostname or ""), _PORTS[parts.scheme]
    port = parts.port or usual
    return frozenset({f"{host}:{port}"} | ({host} if port == usual else set()))


def checked_host(host: str, public_url: str) -> str:
    """The public URL without a trailing slash, "" for none. Raises BadConfig for one that cannot be, and for an
    address that others reach without it."""
    if public_url:
        return _checked_url(public_url)
    if not is_loopback(host):
        raise BadConfig(
            f"--host {host} is not loopback, so others can reach the emulator: say under which URL with "
            "--public-url http://NAME:PORT (it is given out, and its host alone is answered)",
            f"--host {host} 不是回环地址，他人可访问模拟器：请用 --public-url http://名称:端口 指明访问地址"
            "（用于所有返回的链接，且仅应答该主机名）",
        )
    return ""


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address to listen at."""
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _checked_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        bare = not (
            parts.path.strip("/") or parts.query or parts.fragment or parts.username or parts.password
        )
        good = parts.scheme in _PORTS and bool(parts.hostname) and (parts.port or 1) > 0 and bare
    except ValueError:
        good = False
    if not good or any(c <= " " for c in url):
        raise BadConfig(
            f"--public-url {url!r}: needed is http:// or https://, a host and perhaps a port, nothing behind them",
            f"--public-url {url!r}：应为 http:// 或 https:// 加主机名（及端口），不含路径",
        )
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host.lower()
