"""The one error tree. Nothing foreign leaves `media` or `submit`: every door translates.

MediaprepError                 exit
├── InputError                   1   the user's side can mend it
│   ├── BadConfig                2   a flag, variable or settings file
│   │   ├── BadArgument          2   a call of the library with an argument that it does not take
│   │   └── BadDocument          2   a file that people write, with the place of every mistake in it
│   ├── BadAsset                 1   a file that cannot be read as what it claims to be
│   └── Refused                  1   judged against the docs and refused; carries the findings
├── GatewayError                 4   the service, or the way to it
│   ├── Unreachable              4   certainly not sent: safe to try again
│   ├── Rejected                 4   answered with a code other than 0; carries the code
│   ├── Misdirected              4   an emulator answered in the service's place: no money, no task
│   ├── TaskFailed               4   accepted, then failed; carries the task's code
│   ├── StillPending             5   accepted and not at its end: may be waited for again
│   └── Unknown                  4   may have been accepted: never send again blindly
├── ToolError                    3   something of this machine
│   ├── ToolMissing              3   a binary, library or ability is not here
│   └── ToolFailed               3   it ran and its output did not hold
│       └── DiskFull             3   there was no room for what it wrote
└── LedgerError                  3   the journal of paid work
    └── BadRow                   3   what it holds of one job; all others are fine
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Final

if TYPE_CHECKING:
    from mediaprep.model.findings import Finding, Text
    from mediaprep.model.marked import Mistake

_MOST_TOLD: Final = 1000
"""Mistakes of one document that are said; nobody reads more."""


class MediaprepError(Exception):
    """Base of all; says itself in English (`str`) and Chinese (`zh`), in one or two lines."""

    exit_code: ClassVar[int] = 1
    retryable: bool = False
    """The very same call may be made again, and may then succeed."""
    remedy: Text | None = None
    """What to do about it, where that stands apart from the message."""
    code: int | str = "error"
    """The gateway's number where it gave one, else what kind it is, as its class is called: bad_config …"""

    def __init__(self, en: str, zh: str | None = None) -> None:
        super().__init__(en)
        self.en = en
        self.zh = zh or en

    def __init_subclass__(cls) -> None:
        cls.code = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cls.__name__).lower()

    def say(self, lang: str) -> str:
        return self.zh if lang.startswith("zh") else self.en


class InputError(MediaprepError):
    """The user's side can mend it."""


class BadConfig(InputError):
    """A flag, an environment variable or the settings file."""

    exit_code = 2


class BadArgument(BadConfig, TypeError):
    """A call of the library with an argument that it does not take; a TypeError too, as Python's own calls raise."""


class BadDocument(BadConfig):
    """Mistakes in what somebody wrote, each said in one line with its place."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__(self._said("en", "more"), self._said("zh", "处"))

    def _said(self, lang: str, more: str) -> str:
        lines = [mistake.say(lang) for mistake in self.mistakes[:_MOST_TOLD]]
        left = len(self.mistakes) - len(lines)
        return "\n".join([*lines, f"… {left} {more}"] if left else lines)


class BadAsset(InputError):
    """A file that cannot be read as what it claims to be."""


class Refused(InputError):
    """Judged and refused before anything was sent; `findings` say why."""

    def __init__(self, en: str, zh: str | None = None, findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(en, zh)
        self.findings = findings
        fixes = [found.fix for found in findings if found.fix is not None]
        if fixes:
            self.remedy = type(fixes[0])("; ".join(it.en for it in fixes), "；".join(it.zh for it in fixes))


class GatewayError(MediaprepError):
    """The service, or the way to it. `retry_after`: so many seconds it asks to be left alone."""

    exit_code = 4
    retry_after: float | None = None


class Unreachable(GatewayError):
    """Certainly not sent (no DNS, connection refused): safe to try again."""

    retryable = True


class Rejected(GatewayError):
    """The gateway answered with `code` ≠ 0; its own `message` is kept."""

    code: int

    def __init__(self, en: str, zh: str | None = None, *, code: int, message: str = "") -> None:
        super().__init__(en, zh)
        self.code = code
        self.message = message


class Misdirected(GatewayError):
    """An emulator answered where the service was asked: what it accepted is no task."""


class TaskFailed(GatewayError):
    """Accepted, then FAIL; `fail_code` is a row of the task table, not of the interface table."""

    def __init__(
        self, en: str, zh: str | None = None, *, task_id: str, fail_code: int, message: str = ""
    ) -> None:
        super().__init__(en, zh)
        self.task_id = task_id
        self.code = self.fail_code = fail_code
        self.message = message


class StillPending(GatewayError):
    """The task was accepted and has not ended; it can be waited for again. Exit code 5."""

    exit_code = 5
    retryable = True

    def __init__(self, en: str, zh: str, *, task_id: str, status: str) -> None:
        super().__init__(en, zh)
        self.task_id = task_id
        self.status = status


class Unknown(GatewayError):
    """The request may have been accepted (time-out, reset after sending, unreadable answer)."""


class ToolError(MediaprepError):
    """Something of this machine."""

    exit_code = 3


class ToolMissing(ToolError):
    """A binary, library or ability that is not here; the message says how to get it."""


class ToolFailed(ToolError):
    """A tool ran, and failed or made something that does not hold."""


class DiskFull(ToolFailed):
    """The disk has no room for what was to be written; the message names a folder on it."""


class LedgerError(MediaprepError):
    """The journal of paid work cannot be read or written."""

    exit_code = 3


class BadRow(LedgerError):
    """What the ledger holds of `job` cannot be read, or cannot be. Every other job is fine."""

    def __init__(self, job: str, en: str, zh: str) -> None:
        super().__init__(f"job {job}: {en}", f"任务 {job}：{zh}")
        self.job = job
