"""The row about files that were measured before: a second check against the first."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

from benchmarks.measuring import MEDIAPREP, PORTRAIT, Bench, Row, Rows

_FILES = 1000


def again_against_first(bench: Bench) -> Iterator[Row]:
    """A thousand photos with a face, looked at once and then remembered."""
    photos = bench.folder / "photos"
    photos.mkdir()
    for number in range(_FILES):
        shutil.copy(PORTRAIT, photos / f"{number:04}.png")
    check = [*MEDIAPREP, "check", "--format", "jsonl", *map(str, sorted(photos.iterdir()))]
    environment = {"XDG_CACHE_HOME": str(bench.folder / "cache")}
    first = bench.timed(check, runs=1, environment=environment)
    yield Row(
        name="check 1,000 photos again / first",
        ours=bench.timed(check, runs=3, environment=environment) if first is not None else None,
        peer=first,
        goal=1 / 10,
        note="peer = the same command with an empty cache; both include starting Python",
    )


ROWS: dict[str, Rows] = {"cache": again_against_first}
