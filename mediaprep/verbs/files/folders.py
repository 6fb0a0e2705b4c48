"""Files named by their folder, or by a pattern where the shell reads none (Windows, or in quotes)."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from mediaprep.errors import BadAsset
from mediaprep.model.finishing.receipts import SUFFIX

_MOST: Final = 100_000
_SIGNS: Final = frozenset("*?[")


def listed(named: Iterable[Path]) -> tuple[Path, ...]:
    """Every file that is meant: of a folder all below it, without hidden ones, receipts and what links lead
    to. Raises BadAsset where they are too many."""
    found = [file for path in named for file in _of(path)]
    if len(found) > _MOST:
        raise BadAsset(
            f"{len(found)} files are named; at most {_MOST} at once",
            f"共 {len(found)} 个文件，一次最多 {_MOST} 个",
        )
    return tuple(found)


def _of(path: Path) -> Iterable[Path]:
    if path.is_dir():
        return sorted(_inside(path)) or [path]  # an empty one is told as what it is, beside the others
    if _SIGNS & set(str(path)) and not path.exists():
        found = glob.glob(str(path), recursive=True)  # noqa: PTH207  # of an absolute pattern too
        return [Path(one) for one in sorted(found)] or [path]
    return [path]


def _inside(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            path = Path(place) / name
            if (
                not name.startswith(".")
                and not name.endswith(SUFFIX)
                and path.is_file()
                and not path.is_symlink()
            ):
                yield path
