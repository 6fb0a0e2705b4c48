"""A folder as a manifest: `jobs/<name>/{footage.*,script.txt,head.*…}` is a job called <name>, whose files say by
their names what they are for. `job.yaml` beside them says the rest, `defaults.yaml` above them what all share."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from mediaprep.model.findings import Text
from mediaprep.model.marked import Marked, Mistake, Place

DEFAULTS: Final = "defaults.yaml"
OWN: Final = "job.yaml"
_ENDPOINTS: Final = {"footage": "notrain", "photo": "photo"}
"""What a job is where its files alone tell."""
_PARAMETERS: Final = {"footage": "RefVideoUrl", "photo": "RefPhotoUrl", "voice": "InputAudioUrl"}
_FINISHING: Final = {
    "head": "head", "tail": "tail", "logo": "logo", "captions": "captions", "music": "music",
    "background": "background",
}  # fmt: skip
_SCRIPT: Final = "script"
_SOURCES: Final = ("deck", "storyboard")
NAMES: Final = (*_PARAMETERS, _SCRIPT, *_SOURCES, *_FINISHING)
_NEAR: Final = 0.8


def jobs(folder: Path) -> list[Path]:
    """The folders of the jobs, in order of their names."""
    return sorted(path for path in folder.iterdir() if path.is_dir() and path.name[:1] not in {".", "_"})


def told(folder: Path, mistakes: list[Mistake]) -> Marked:
    """What the files of one folder say; `defaults` and its own job.yaml are not looked at."""
    place = Place(file=str(folder))
    made = Marked({}, place)
    made = made.having("id", Marked(folder.name, place))
    made = made.having("output", Marked(f"{folder.name}.mp4", place))
    taken: dict[str, Path] = {}
    for path in _files(folder, mistakes):
        name, here = path.stem.lower(), Place(file=str(path))
        if (other := taken.setdefault(name, path)) is not path:
            mistakes.append(
                Mistake(place=here, message=_TWICE.naming(other.name), kind="file", job=folder.name)
            )
            continue
        made = _with(made, name, Marked(path.name, here))
    return made


def _files(folder: Path, mistakes: list[Mistake]) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        name = path.stem.lower()
        if not path.is_file() or path.name in (OWN, f"{folder.name}.mp4"):
            continue
        if name in NAMES:
            yield path
        elif near := difflib.get_close_matches(name, NAMES, n=1, cutoff=_NEAR):
            message = _NEAREST.naming(f"{near[0]}{path.suffix}")
            mistakes.append(
                Mistake(place=Place(file=str(path)), message=message, kind="file", job=folder.name)
            )


def _with(made: Marked, name: str, file: Marked) -> Marked:
    if name in _SOURCES:
        return made.having(name, file)
    if name == _SCRIPT:
        table = Marked({"file": file}, file.place, {"file": file.place})
        return _inner(made, "request", "InputSsml", table)
    if name in _FINISHING:
        return _inner(made, "finish", _FINISHING[name], file)
    if name in _ENDPOINTS:
        made = made.having("endpoint", Marked(_ENDPOINTS[name], file.place))
    return _inner(made, "request", _PARAMETERS[name], file)


def _inner(made: Marked, table: str, key: str, value: Marked) -> Marked:
    held = made.value.get(table) or Marked({}, value.place)
    return made.having(table, held.having(key, value))


_TWICE: Final = Text("there is … of that name too: keep one of the two", "同名文件还有 …：请只保留一个")
_NEAREST: Final = Text("no file of a job is called so; did you mean …?", "任务没有这样命名的文件；是否指 …？")
