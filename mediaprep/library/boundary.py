"""Where the library ends: no foreign error crosses it, what callers raise in their own functions does, and a call that
its caller has given up comes to its end."""

from __future__ import annotations

import errno
import functools
import threading
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Final, NoReturn, ParamSpec, TypeAlias, TypeVar

from mediaprep.config import redact
from mediaprep.errors import BadArgument, BadAsset, DiskFull, MediaprepError, ToolFailed
from mediaprep.model.findings import Text
from mediaprep.model.paid.outcomes import ProgressEvent

_P = ParamSpec("_P")
_R = TypeVar("_R")
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
_OF_THE_CALL: Final = (TypeError, AttributeError, ValueError, LookupError)
"""What wrong values of arguments end in."""

OnProgress: TypeAlias = Callable[[ProgressEvent], None]
"""Hears of what happens meanwhile. What it raises ends the call, and is raised by it."""

GIVEN_UP: ContextVar[threading.Event | None] = ContextVar("mediaprep_given_up", default=None)
"""Set once nobody waits for the call of this context any more."""


class GaveUp(BaseException):
    """The call was given up by its caller: it unwinds as it does for an interrupt, and nothing is lost."""


class _OfTheCaller(BaseException):
    """What a function of the caller's raised, on its way out."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(error)
        self.error = error


def boundary(verb: Callable[_P, _R]) -> Callable[_P, _R]:
    """`verb`, raising nothing but MediaprepError and what functions of the caller's raise."""

    @functools.wraps(verb)
    def guarded(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        try:
            return verb(*args, **kwargs)
        except MediaprepError:
            raise
        except _OfTheCaller as passed:
            raise passed.error from None
        except Exception as error:  # noqa: BLE001  (whatever it is: it is foreign)
            _translated(verb.__name__, error)

    return guarded


def _translated(verb: str, error: Exception) -> NoReturn:
    said = redact(" ".join(str(error).split()))[:300] or type(error).__name__
    if isinstance(error, OSError):
        where = f"{error.filename}: " if isinstance(error.filename, str) else ""
        why = f"{where}{error.strerror or said}"
        raise (DiskFull if error.errno in _FULL else BadAsset)(why, why) from error
    if isinstance(error, _OF_THE_CALL):
        raise BadArgument(
            f"{verb}: an argument is not what it takes: {said}; see help(mediaprep.{verb})",
            f"{verb}：参数不符合要求：{said}；请查看 help(mediaprep.{verb})",
        ) from error
    raise ToolFailed(
        f"{verb}: {type(error).__name__}: {said}: a fault of mediaprep's own; please report it",
        f"{verb}：{type(error).__name__}：{said}：mediaprep 自身的错误，请反馈",
    ) from error


def look_up() -> None:
    """Raises GaveUp where the caller has given up."""
    gone = GIVEN_UP.get()
    if gone is not None and gone.is_set():
        raise GaveUp


def rest(seconds: float) -> None:
    """Sleep, unless the caller gives up meanwhile: raises GaveUp then."""
    gone = GIVEN_UP.get()
    if gone is None:
        time.sleep(seconds)
    elif gone.wait(seconds):
        raise GaveUp


class Telling:
    """Tells `on_progress` of one thing that is worked on, from whatever thread."""

    def __init__(self, about: str, kind: str, on_progress: OnProgress | None) -> None:
        self._about, self._kind, self._on_progress = about, kind, on_progress
        self._gone = GIVEN_UP.get()  # of this thread's context; others have none

    def say(
        self, en: str, zh: str, done: float | None = None, total: float | None = None, kind: str = ""
    ) -> None:
        self.hear(
            ProgressEvent(
                job=self._about, kind=kind or self._kind, message=Text(en, zh), done=done, total=total
            )
        )

    def hear(self, event: ProgressEvent) -> None:
        if self._gone is not None and self._gone.is_set():
            raise GaveUp
        if self._on_progress is not None:
            try:
                self._on_progress(event)
            except BaseException as error:  # noqa: BLE001  (it is the caller's, and goes back to him)
                raise _OfTheCaller(error) from None
