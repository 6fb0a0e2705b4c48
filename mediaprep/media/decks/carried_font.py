"""The CJK font that PyMuPDF carries, as a file: decks are drawn with it, captions written."""

from __future__ import annotations

import atexit
import contextlib
import functools
import os
import tempfile
from pathlib import Path

from mediaprep import leavings

_FILE_NAME = "DroidSansFallback.ttf"


def default_font() -> Path:
    """Droid Sans Fallback as a file in the cache folder, written there once."""
    folder = _cache_folder()
    path = folder / _FILE_NAME
    if not path.is_file() or path.stat().st_size == 0:
        from mediaprep.media.decks.pdf.document import cjk_font

        handle, part = tempfile.mkstemp(dir=folder, prefix=f".{_FILE_NAME}.part-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(cjk_font())
            Path(part).replace(path)
        except BaseException:
            Path(part).unlink(missing_ok=True)
            raise
    return path


def _cache_folder() -> Path:
    """The user's cache folder for our font; a private temporary one where there is none."""
    for variable, inner in (("XDG_CACHE_HOME", "."), ("LOCALAPPDATA", "."), ("HOME", ".cache")):
        root = os.environ.get(variable)
        if root and Path(root).is_absolute():
            folder = Path(root) / inner / "mediaprep" / "fonts"
            with contextlib.suppress(OSError):
                folder.mkdir(parents=True, exist_ok=True)
                if os.access(folder, os.W_OK):
                    return folder
    return _temporary_folder()


@functools.cache
def _temporary_folder() -> Path:
    folder = leavings.make_folder("mediaprep-fonts-")
    atexit.register(leavings.remove_folder, folder)
    return folder
