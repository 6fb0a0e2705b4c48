"""The one way to stdout and stderr. What a terminal would obey does not pass, and output that nobody takes is an error
of its own: it must neither end paid work nor look like success."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Iterator
from typing import Any

import click

from mediaprep.errors import ToolError
from mediaprep.model import strict_json
from mediaprep.report.escaping import shown


class OutputLost(ToolError):
    """stdout is full, or whoever read it is gone. Exit code 3."""


def line(text: object, *, err: bool = False, **style: Any) -> None:
    """One line, in a colour (as of click.style) where that shows. Raises OutputLost for stdout."""
    safe = shown(text, None)
    _write(click.style(safe, **style) if style else safe, err)


def block(text: str) -> None:
    """A text of many lines on stdout, as it is; where it is read by a terminal, without what that would obey. Raises
    OutputLost."""
    to_terminal = sys.stdout is not None and sys.stdout.isatty()
    _write(shown(text, None, keep="\r\n\t") if to_terminal else text, nl=False)


def document(value: Any, *, indent: int | None = 2) -> None:
    """A value as JSON on stdout. Raises OutputLost."""
    _write(strict_json.dumps(value, indent=indent))


def error(text: str) -> None:
    """Why a command ends, on stderr; of several lines each is one."""
    for part in text.splitlines():
        line(part, err=True)


@contextlib.contextmanager
def going_on() -> Iterator[None]:
    """What is lost inside is told at the end (`flush`), and stops nothing now."""
    try:
        yield
    except OutputLost as gone:
        _lost[:] = [gone]


_lost: list[OutputLost] = []


def flush() -> None:
    """The end of all output. Raises OutputLost if any of it came to nothing."""
    if _lost:
        raise _lost.pop()
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as gone:
        failure = output_lost(gone)
    else:
        return
    raise failure


def _write(text: str, err: bool = False, *, nl: bool = True) -> None:
    try:
        click.echo(text, err=err, nl=nl)
    except OSError as gone:
        if err:
            return  # there is nowhere left to say it
        failure = output_lost(gone)
    except UnicodeEncodeError:  # a terminal of another alphabet
        click.echo(text.encode("ascii", "backslashreplace").decode("ascii"), err=err, nl=nl)
        return
    else:
        return
    raise failure


def output_lost(gone: OSError) -> OutputLost:
    """The error that a failed write to stdout means; nothing is written to it any more."""
    # What is still buffered would fail once more when the interpreter ends, with a traceback.
    with contextlib.suppress(OSError, ValueError, AttributeError):
        sink = os.open(os.devnull, os.O_WRONLY)
        os.dup2(sink, sys.stdout.fileno())
        os.close(sink)
    if gone.errno == errno.EPIPE:
        return OutputLost(
            "stdout was closed before all was told; what was done is done",
            "标准输出在内容写完之前已被关闭；已完成的操作不受影响",
        )
    why = gone.strerror or str(gone)
    return OutputLost(
        f"stdout cannot be written: {why}; what was done is done: send the output elsewhere and ask again",
        f"无法写入标准输出：{why}；已完成的操作不受影响，请更换输出位置后重新查询",
    )
