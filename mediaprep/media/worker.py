"""What runs inside a guarded child: reads requests from its parent, answers them, leaves when the pipe
closes.

Only the functions of TASKS can be called. Answers are pickled values of `model.facts`; the parent admits no
other class (see `guard`).
"""

from __future__ import annotations

import contextlib
import importlib
import os
import pickle
import struct
import sys
import time
from typing import Any, BinaryIO

from mediaprep.errors import MediaprepError
from mediaprep.media import posix

LENGTH = struct.Struct(">Q")
TASKS = {
    "video": ("mediaprep.media.video", "measure"),
    "faces": ("mediaprep.media.people.looking", "look_for_faces"),
    "match": ("mediaprep.media.people.compare", "compare"),
    "audio": ("mediaprep.media.audio", "measure"),
    "photo": ("mediaprep.media.photo", "measure"),
    "deck": ("mediaprep.media.decks.reading", "measure"),
    "bands": ("mediaprep.media.witness.sounds", "bands_as_bytes"),
    "glimpses": ("mediaprep.media.witness.pictures", "at_keyframes_as_rows"),
    "copies": ("mediaprep.media.joining.seams", "count_same"),
    "fit": ("mediaprep.media.aligned", "fit"),
    "sheet": ("mediaprep.media.sheet", "make"),
    "outline": ("mediaprep.media.decks.reading", "outline"),
    "stand_in": ("mediaprep.media.decks.pdf", "stand_in"),
    "page": ("mediaprep.media.decks.pdf", "picture"),
    "office": ("mediaprep.media.decks.office", "run"),
    # what the guard itself is tried with
    "sleep": ("time", "sleep"),
    "spin": ("mediaprep.media.worker", "spin"),
    "hold": ("mediaprep.media.worker", "hold"),
}
ROOMS: dict[str, tuple[str, ...]] = {  # libraries that a room loads at once, beside those of its first task
    "packets": (),
    "pictures": ("mediaprep.media.pixels",),
    "decks": (),
    "office": (),
}


def main(room: str, task: str) -> None:
    """Serve requests until the parent closes the pipe. `task` is what the first one will be."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not stand among the answers
    for module in (*ROOMS[room], TASKS[task][0]):
        with contextlib.suppress(ImportError):
            importlib.import_module(module)
    requests = sys.stdin.buffer
    while (request := _read(requests)) is not None:
        answer = pickle.dumps(_serve(request), protocol=5)
        answers.write(LENGTH.pack(len(answer)) + answer)
        answers.flush()


def _read(pipe: BinaryIO) -> dict[str, Any] | None:
    header = pipe.read(LENGTH.size)
    if len(header) < LENGTH.size:
        return None
    return pickle.loads(pipe.read(LENGTH.unpack(header)[0]))  # type: ignore[no-any-return]  # noqa: S301


def _serve(request: dict[str, Any]) -> tuple[str, Any]:
    """("done", value) or ("stopped", (en, zh))."""
    try:
        posix.limit_child(**request["limits"])
        module, name = TASKS[request["task"]]
        function = getattr(importlib.import_module(module), name)
        return "done", function(*request["arguments"])
    except MediaprepError as error:
        return "stopped", (error.en, error.zh)
    except MemoryError:
        return "stopped", (
            "needs more memory than is allowed for one file",
            "所需内存超过单个文件的上限",
        )
    except Exception as error:  # noqa: BLE001  # whatever a broken file leads a library to is an answer
        what = f"{type(error).__name__}: {str(error)[:200]}"
        return "stopped", (f"could not be read ({what})", f"无法读取（{what}）")


def spin(seconds: float) -> None:
    """Burn processor time."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def hold(size: int) -> int:
    """Take that many bytes of memory and give them back."""
    return len(bytearray(size))
