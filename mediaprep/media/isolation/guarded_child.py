"""What runs inside a guarded child: reads requests from its parent, answers them, leaves when the pipe
closes.

Only the functions of TASKS can be called. Answers are pickled values of `model.facts`; the parent admits no
other class (see `guard`).
"""

from __future__ import annotations

import contextlib
import errno
import importlib
import os
import pickle
import struct
import sys
import time
from typing import Any, BinaryIO

from mediaprep.errors import DiskFull, MediaprepError, ToolMissing
from mediaprep.media.isolation import posix

LENGTH = struct.Struct(">Q")
_NO_ROOM = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)})
_NO_MORE_FILES = frozenset({errno.EMFILE, errno.ENFILE})
TASKS = {
    "video": ("mediaprep.media.probing.video", "measure"),
    "errors": ("mediaprep.media.probing.video", "errors"),
    "faces": ("mediaprep.media.people.face_search", "look_for_faces"),
    "match": ("mediaprep.media.people.compare", "compare"),
    "mouths": ("mediaprep.media.people.mouths", "follow"),
    "portraits": ("mediaprep.media.people.portraits", "cut"),
    "voice_shape": ("mediaprep.media.people.voice_shape", "read"),
    "audio": ("mediaprep.media.probing.audio", "measure"),
    "words": ("mediaprep.media.containers.packets", "words"),
    "cover": ("mediaprep.media.containers.attached_picture", "cover"),
    "manifest": ("mediaprep.media.labels.manifests", "described"),
    "xmp": ("mediaprep.media.pictures", "xmp"),
    "photo": ("mediaprep.media.probing.photo", "measure"),
    "deck": ("mediaprep.media.decks.reading", "measure"),
    "bands": ("mediaprep.media.prove.bands", "bands_as_bytes"),
    "glimpses": ("mediaprep.media.prove.glimpses", "at_keyframes_as_rows"),
    "copies": ("mediaprep.media.join.seams", "count_same"),
    "fit": ("mediaprep.media.prove.alignment", "fit"),
    "apart": ("mediaprep.media.compare.picture_differences", "differences"),
    "heard_apart": ("mediaprep.media.compare.sound_differences", "differences"),
    "told": ("mediaprep.media.compare.compared", "read"),
    "sheet": ("mediaprep.media.people.contact_sheet", "make"),
    "outline": ("mediaprep.media.decks.reading", "outline"),
    "stand_in": ("mediaprep.media.decks.pdf.document", "stand_in"),
    "page": ("mediaprep.media.decks.pdf.document", "picture"),
    "office": ("mediaprep.media.decks.office", "run"),
    # what the guard itself is tried with
    "sleep": ("time", "sleep"),
    "spin": ("mediaprep.media.isolation.guarded_child", "spin"),
    "hold": ("mediaprep.media.isolation.guarded_child", "hold"),
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
    answers.write(LENGTH.pack(0))  # ready: what happens from now on is due to a file
    answers.flush()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
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
    """("done", value), or why there is none in both languages: "stopped" is due to the file, "missing", "full" and
    "failed" to this machine."""
    try:
        posix.limit_child(**request["limits"])
        module, name = TASKS[request["task"]]
        function = getattr(importlib.import_module(module), name)
        return "done", function(*request["arguments"])
    except (ToolMissing, DiskFull) as error:
        return ("full" if isinstance(error, DiskFull) else "missing"), (error.en, error.zh)
    except MediaprepError as error:
        return "stopped", (error.en, error.zh)
    except ImportError as error:
        return "missing", (
            f"a library cannot be loaded here ({error}); the file is not judged: install mediaprep anew",
            f"本机无法加载所需的库（{error}），文件未作判断：请重新安装 mediaprep",
        )
    except MemoryError:
        return "stopped", (
            "needs more memory than is allowed for one file",
            "所需内存超过单个文件的上限",
        )
    except OSError as error:
        return _system_said(error)
    except Exception as error:  # noqa: BLE001  # whatever a broken file leads a library to is an answer
        return "stopped", _unreadable(error)


def _system_said(error: OSError) -> tuple[str, tuple[str, str]]:
    """Most errors of the system, and all that libraries call so, tell of the file; these tell of the machine."""
    why = error.strerror or str(error)
    if error.errno in _NO_ROOM:
        return "full", (
            f"no room for what reading needs ({why}), the file is not judged: make room in the folder for temporary "
            "files, or set TMPDIR",
            f"读取所需的临时空间不足（{why}），文件未作判断：请清理临时目录或设置 TMPDIR",
        )
    if error.errno in _NO_MORE_FILES:
        return "failed", (
            f"too many files are open ({why}), the file is not judged: use fewer --jobs or raise `ulimit -n`",
            f"打开的文件过多（{why}），文件未作判断：请减小 --jobs 或提高 `ulimit -n`",
        )
    return "stopped", _unreadable(error)


def _unreadable(error: Exception) -> tuple[str, str]:
    what = f"{type(error).__name__}: {str(error)[:200]}"
    return f"could not be read ({what})", f"无法读取（{what}）"


def spin(seconds: float) -> None:
    """Burn processor time."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def hold(size: int) -> int:
    """Take that many bytes of memory and give them back."""
    return len(bytearray(size))
