"""Whether two names mean one file, be it there or still to be made: links, `..`, hard links and, where the file system
does not tell them apart, letters' case are seen through."""

from __future__ import annotations

import itertools
import os
import unicodedata
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Final

_LOOKED_AT: Final = 64  # entries of a folder, until one has a letter


class SameFile:
    """Compares names of files, and remembers the folders it has seen: one object for one comparison of many names,
    while nothing is made or moved. `ignores_case`: whether a folder finds its entries in other letters too."""

    def __init__(self, ignores_case: Callable[[Path], bool] | None = None) -> None:
        self._ignores_case = ignores_case or finds_other_letters
        self._resolved: dict[Path, Path] = {}
        self._folders: dict[Path, tuple[Hashable, bool]] = {}

    def identity(self, path: Path) -> Hashable:
        """Equal for two names of one file."""
        whole = self._whole(path)
        try:
            found = whole.stat()
        except (OSError, ValueError):  # not there, or no name at all
            return self._of_new(whole)
        return found.st_dev, found.st_ino

    def _whole(self, path: Path) -> Path:
        """The name without links and `..`, as the system would follow them."""
        if path.name == "..":
            return _real(path)
        folder = path.parent
        if folder not in self._resolved:
            self._resolved[folder] = _real(folder)
        whole = self._resolved[folder] / path.name
        return _real(whole) if whole.is_symlink() else whole

    def _of_new(self, whole: Path) -> Hashable:
        """A file that is not there: the deepest folder that is, and the names below it."""
        names: list[str] = []
        folder = whole
        while folder not in self._folders:
            names.insert(0, folder.name)
            folder = folder.parent
            try:
                found = folder.stat()
            except (OSError, ValueError):
                if folder.parent == folder:
                    return str(whole)
            else:
                if folder not in self._folders:
                    self._folders[folder] = (found.st_dev, found.st_ino), self._ignores_case(folder)
        place, folds = self._folders[folder]
        return place, *(_folded(name) if folds else name for name in names)


def _real(path: Path) -> Path:
    try:
        return Path(os.path.realpath(path))
    except (OSError, ValueError):
        return path.absolute()


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def finds_other_letters(folder: Path) -> bool:
    """Whether the file system finds an entry of `folder` by its name in other letters; of an empty folder the answer
    of the one above it. Nothing is written."""
    try:
        with os.scandir(folder) as entries:
            names = {entry.name for entry in itertools.islice(entries, _LOOKED_AT)}
        for name in names:
            other = name.swapcase()
            if other != name and other not in names:
                return (folder / name).samefile(folder / other)
        above = folder.parent
        if above != folder and above.stat().st_dev == folder.stat().st_dev:
            other = folder.name.swapcase()
            return other != folder.name and folder.samefile(above / other)
    except (OSError, ValueError):
        return False
    return False
