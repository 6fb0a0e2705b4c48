"""Which addresses may be connected to for a URL that came from outside: those of the public internet, and of all others
only the very ones that the user pointed to. What is downloaded for a user never comes from elsewhere inside."""

from __future__ import annotations

import ipaddress
import socket
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from mediaprep.config import Settings, is_loopback

_NAT64: Final = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))
_COMPATIBLE: Final = ipaddress.IPv6Network("::/96")  # IPv4 in IPv6 of old; ::1 and :: are in it
_PORTS: Final = {"http": 80, "https": 443}
_ENDPOINTS: Final = ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3")


class Address(NamedTuple):
    """A host as a URL names it, and a port."""

    host: str
    port: int


Allowed = frozenset[Address] | None
"""Addresses that may be connected to though they are not public; None: any address may."""
NONE_BUT_PUBLIC: Final[frozenset[Address]] = frozenset()


def address_of(url: str) -> Address | None:
    """Whom `url` leads to; None where that cannot be told."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return None
    return Address(host.rstrip("."), port) if host and port else None


def pointed_to(settings: Settings) -> frozenset[Address]:
    """The gateway and the bucket that a flag, the environment or a caller named, host and port. A settings file that
    lies in the folder is nobody's word: it may have come with the folder."""
    named = {"base_url": settings.base_url, "bucket": settings.bucket}
    urls = [
        url for name, url in named.items() if url and not settings.sources.get(name, "").startswith("file ")
    ]
    urls += [settings.aws[name] for name in _ENDPOINTS if settings.aws.get(name)]
    return frozenset(found for url in urls if (found := address_of(url)) is not None)


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet; wrapped IPv4 addresses are judged unwrapped. Raises
    ValueError for what is none."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and (ip in _COMPATIBLE or any(ip in network for network in _NAT64)):
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if ip.is_site_local:
            return False
    return ip.is_global and not ip.is_multicast


def is_private_literal(host: str) -> bool:
    """Whether `host` itself is an address that is not public, however it is spelled (2130706433, 0177.1, 0x7f.1): no
    name is looked up."""
    if is_loopback(host):
        return True
    try:
        return not is_public(host)
    except ValueError:
        pass
    try:
        return not is_public(socket.inet_ntoa(socket.inet_aton(host)))
    except (OSError, UnicodeEncodeError, ValueError):
        return False
