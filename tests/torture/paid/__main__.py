"""What scripts/torture runs: paid work while processes die and the service goes wrong.

Workers, the gate (which receives callbacks) and the emulated service are processes of their own. Every job carries
its name in its text, and the service's append-only account of accepted and charged tasks is the judge: whatever the
ledger believes, nothing may be charged twice, and nothing that was charged may be lost.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from tests.conftest import program
from tests.postgres import Cluster, cluster
from tests.torture.paid import chaos, kills, load, singles
from tests.torture.paid.judging import Tally

Scene = Callable[[Path, Tally], None]


def scenes(server: Cluster | None, *, short: bool, seed: int) -> dict[str, Scene]:
    """Name → what is played. A short run plays less of each."""
    few_points = ("after_intent", "in_flight", "before_rename", "after_fence")
    few_kinds = ("tts", "ppt", "notrain")
    some = {"only": few_points, "kinds": few_kinds} if short else {}
    single_few = {"only": ("in_flight",), "kinds": ("say", "notrain")}
    few_stops = {"only": ("in_flight",), "kinds": few_kinds} if short else {}
    played: dict[str, Scene] = {
        "points": partial(kills.points, **some),
        "random": partial(kills.at_random, kills=25 if short else 300, jobs=10 if short else 60, seed=seed),
        "zombies": partial(kills.zombies, **few_stops),
        "recovery": partial(kills.recovery, rounds=1 if short else 10),
        "lost": partial(chaos.lost, jobs=16 if short else 200),
        "chaos": partial(chaos.chaos, jobs=24 if short else 500, commands=2 if short else None),
        "unheard": partial(chaos.unheard, jobs=2 if short else 12),
        "odd": chaos.odd,
        "singles": partial(singles.singles, **single_few) if short else singles.singles,
        "failures": partial(chaos.failures, jobs=8 if short else 40),
        "clock": partial(load.fast_clock, jobs=6 if short else 40),
        "full": chaos.full,
        "control": partial(chaos.control, jobs=8 if short else 40),
        "load": partial(load.load, jobs=100 if short else 2000),
    }  # fmt: skip
    if server is not None:
        played["points-postgres"] = _in(server, partial(kills.points, name="PostgreSQL", **some))
        played["random-postgres"] = _in(
            server,
            partial(kills.at_random, kills=10 if short else 100, jobs=6 if short else 60, seed=seed + 1),
        )
        played["lost-postgres"] = _in(
            server, partial(chaos.lost, jobs=8 if short else 100, name="PostgreSQL")
        )
    return played


SHORT = ("points", "singles", "zombies", "lost", "chaos", "failures", "control", "points-postgres")
"""What a short run plays where nothing else is asked for."""


def _in(server: Cluster, scene: Callable[..., None]) -> Scene:
    return lambda folder, tally: scene(folder, tally, where=server.fresh())


@contextlib.contextmanager
def postgres(tally: Tally) -> Iterator[Cluster | None]:
    """A server, where there is one to be run."""
    binary = program("postgres")
    if binary is None:
        tally.figure("PostgreSQL: not run: it is not installed")
        yield None
        return
    with cluster(binary) as server:
        yield server


def play(names: list[str] | None, *, short: bool, seed: int, folder: Path) -> Tally:
    """All scenes, or those that are named; what was found."""
    tally, began = Tally(), time.monotonic()
    with postgres(tally) as server:
        played = scenes(server, short=short, seed=seed)
        if unknown := set(names or ()) - set(scenes(server, short=True, seed=0)):
            raise SystemExit(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(played)}")
        for name, scene in played.items():
            if name not in (names or (SHORT if short else played)):
                continue
            print(f"{name}", flush=True)
            since = time.monotonic()
            scene(folder / name, tally)
            print(f"  ({time.monotonic() - since:.0f} s)", flush=True)
    print(f"\n{tally.table()}\n{time.monotonic() - began:.0f} s, {tally.bad()} breaches", flush=True)
    return tally


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/torture", description=__doc__)
    parser.add_argument("--only", metavar="NAME,…", help="these scenes")
    parser.add_argument("--short", action="store_true", help="less of each, for the suite")
    parser.add_argument("--seed", type=int, default=20261128, help="of what is killed when")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="leave ledgers, logs and files here")
    given = parser.parse_args()
    names = given.only.split(",") if given.only else None
    with contextlib.ExitStack() as stack:
        folder = given.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="torture-")))
        return 1 if play(names, short=given.short, seed=given.seed, folder=folder).bad() else 0


if __name__ == "__main__":
    sys.exit(main())
