"""A PostgreSQL of our own for the time of a test run: Debian's, in a temporary folder, over a local socket."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

_NUMBERS = itertools.count(1)


class Cluster:
    """A running server. `fresh()` makes an empty database and gives its address."""

    def __init__(self, binaries: Path, folder: Path) -> None:
        self._binaries, self._folder = binaries, folder
        self._data = folder / "data"

    def start(self) -> None:
        self._run("initdb", "-D", str(self._data), "-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8")
        # Workers are killed here, never the server: its own durability is not what is tested.
        options = f"-c listen_addresses='' -k {self._folder} -c fsync=off -c max_connections=200"
        self._run(
            "pg_ctl", "-D", str(self._data), "-w", "-l", str(self._folder / "log"), "-o", options, "start"
        )

    def stop(self) -> None:
        with contextlib.suppress(subprocess.CalledProcessError):
            self._run("pg_ctl", "-D", str(self._data), "-w", "-m", "immediate", "stop")

    def fresh(self) -> str:
        name = f"ledger{next(_NUMBERS)}"
        self._run("psql", "-h", str(self._folder), "-U", "postgres", "-q", "-c", f"create database {name}")
        return f"postgresql://postgres@/{name}?host={self._folder}"

    def _run(self, program: str, *arguments: str) -> None:
        # PostgreSQL refuses to run as root.
        become = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        subprocess.run(
            [*become, str(self._binaries / program), *arguments],
            check=True, cwd=self._folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120,
        )  # fmt: skip


@contextlib.contextmanager
def cluster(postgres: str) -> Iterator[Cluster]:
    """A server whose binary is `postgres`, gone at the end of the block."""
    folder = Path(tempfile.mkdtemp(prefix="mp-pg-", dir="/tmp"))  # a socket's path must be short
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    made = Cluster(Path(postgres).resolve().parent, folder)
    try:
        made.start()
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)
