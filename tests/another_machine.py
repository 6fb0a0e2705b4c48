"""A second network namespace that is joined to this one: what another machine, a container or a CI service sees. Made
without a mount, so that it also works in a chroot. Takes root, iproute2 and util-linux."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def joined(mine: str, theirs: str) -> Iterator[tuple[str, ...]]:
    """What command lines begin with that are to run there; the two see each other as `mine` and `theirs` (addresses
    of one /30). Raises OSError and CalledProcessError where the system does not allow it."""
    name = f"mp{os.getpid() % 1_000_000}"
    with subprocess.Popen(["unshare", "--net", "sleep", "3600"], stderr=subprocess.DEVNULL) as there:
        try:
            _wait_for(there)
            inside = ("nsenter", f"--net=/proc/{there.pid}/ns/net")
            peer = ("type", "veth", "peer", "name", f"{name}b", "netns", str(there.pid))
            for words in (
                ("ip", "link", "add", f"{name}a", *peer),
                ("ip", "addr", "add", f"{mine}/30", "dev", f"{name}a"),
                ("ip", "link", "set", f"{name}a", "up"),
                (*inside, "ip", "addr", "add", f"{theirs}/30", "dev", f"{name}b"),
                (*inside, "ip", "link", "set", f"{name}b", "up"),
            ):
                subprocess.run(words, check=True, capture_output=True)
            yield inside
        finally:
            subprocess.run(["ip", "link", "del", f"{name}a"], check=False, capture_output=True)
            there.kill()


def _wait_for(there: subprocess.Popen[bytes]) -> None:
    """Until it has a network of its own."""
    until = time.monotonic() + 5
    while there.poll() is None and time.monotonic() < until:
        with contextlib.suppress(OSError):
            if Path(f"/proc/{there.pid}/ns/net").readlink() != Path("/proc/self/ns/net").readlink():
                return
        time.sleep(0.01)
    raise OSError("no network namespace can be made")
