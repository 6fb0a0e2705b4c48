"""The row about files that were measured before: a second check against the first."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from benching import MEDIAPREP, PORTRAIT, Row, timed

_FILES = 1000


def again_against_first(folder: Path, full: bool, deadline: float) -> Row:
    """A thousand photos with a face, looked at once and then remembered."""
    del full
    photos = folder / "photos"
    if not photos.is_dir():
        photos.mkdir()
        for number in range(_FILES):
            shutil.copy(PORTRAIT, photos / f"{number:04}.png")
    check = [*MEDIAPREP, "check", "--format", "jsonl", *map(str, sorted(photos.iterdir()))]
    with tempfile.TemporaryDirectory(dir=folder) as cache:
        environment = {**os.environ, "XDG_CACHE_HOME": cache}
        first = timed(check, runs=1, deadline=deadline, environment=environment)
        again = timed(check, runs=3, deadline=deadline, environment=environment)
    return Row(
        name="check 1,000 photos again / first",
        ours=again,
        peer=first,
        goal=1 / 10,
        note="peer = the same command with an empty cache; both include starting Python",
    )


ROWS: dict[str, Callable[[Path, bool, float], Row]] = {"cache": again_against_first}
