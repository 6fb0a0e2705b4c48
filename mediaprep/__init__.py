"""mediaprep: preflight, mend, submit and finish media for Tencent Cloud's digital-human video service.

    from mediaprep import Settings, check, fix, say, submit, fetch, finish, verify, plan, run

Everything here is loaded on first use, so that importing the package costs nothing. (`submit_request` and
`finish_video` are the first release's names of `submit` and `finish`.)
"""

import sys

if sys.argv[:1] == ["-m"] and not sys.flags.safe_path and sys.path:
    # `python -m mediaprep`: Python looks into the working folder first, where files of others lie
    _here = sys.path.pop(0)
    if __file__.startswith(_here):  # we are run from a checkout
        sys.path.append(_here)

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mediaprep.batch.plan import plan
    from mediaprep.config import Settings
    from mediaprep.errors import (
        BadAsset,
        BadConfig,
        BadDocument,
        DiskFull,
        GatewayError,
        InputError,
        LedgerError,
        MediaprepError,
        Misdirected,
        Refused,
        Rejected,
        StillPending,
        TaskFailed,
        ToolError,
        ToolFailed,
        ToolMissing,
        Unknown,
        Unreachable,
    )
    from mediaprep.model.findings import FileReport, Finding, Verdict
    from mediaprep.model.finishing.wishes import Finishing
    from mediaprep.model.paid.manifest import Job
    from mediaprep.model.paid.outcomes import Outcome
    from mediaprep.submission.wire.client import Gateway
    from mediaprep.verbs.check import check
    from mediaprep.verbs.decks.check_decks import check_decks
    from mediaprep.verbs.decks.clean_deck import clean_deck
    from mediaprep.verbs.decks.shrink_deck import shrink_deck
    from mediaprep.verbs.decks.split_deck import split_deck
    from mediaprep.verbs.fetch import fetch
    from mediaprep.verbs.finish import finish, finish_video
    from mediaprep.verbs.fix import fix
    from mediaprep.verbs.run import run
    from mediaprep.verbs.say import say
    from mediaprep.verbs.script import script
    from mediaprep.verbs.submit import submit
    from mediaprep.verbs.submit import submit as submit_request
    from mediaprep.verbs.verify import verify

__version__ = "0.1.0"

_HOMES = {
    "BadAsset": "mediaprep.errors",
    "BadConfig": "mediaprep.errors",
    "BadDocument": "mediaprep.errors",
    "DiskFull": "mediaprep.errors",
    "FileReport": "mediaprep.model.findings",
    "Finding": "mediaprep.model.findings",
    "Finishing": "mediaprep.model.finishing.wishes",
    "Gateway": "mediaprep.submission.wire.client",
    "GatewayError": "mediaprep.errors",
    "InputError": "mediaprep.errors",
    "Job": "mediaprep.model.paid.manifest",
    "LedgerError": "mediaprep.errors",
    "MediaprepError": "mediaprep.errors",
    "Misdirected": "mediaprep.errors",
    "Outcome": "mediaprep.model.paid.outcomes",
    "Refused": "mediaprep.errors",
    "Rejected": "mediaprep.errors",
    "Settings": "mediaprep.config",
    "StillPending": "mediaprep.errors",
    "TaskFailed": "mediaprep.errors",
    "ToolError": "mediaprep.errors",
    "ToolFailed": "mediaprep.errors",
    "ToolMissing": "mediaprep.errors",
    "Unknown": "mediaprep.errors",
    "Unreachable": "mediaprep.errors",
    "Verdict": "mediaprep.model.findings",
    "check": "mediaprep.verbs.check",
    "check_decks": "mediaprep.verbs.decks.check_decks",
    "clean_deck": "mediaprep.verbs.decks.clean_deck",
    "fetch": "mediaprep.verbs.fetch",
    "finish": "mediaprep.verbs.finish",
    "finish_video": "mediaprep.verbs.finish",
    "fix": "mediaprep.verbs.fix",
    "plan": "mediaprep.batch.plan",
    "run": "mediaprep.verbs.run",
    "say": "mediaprep.verbs.say",
    "script": "mediaprep.verbs.script",
    "shrink_deck": "mediaprep.verbs.decks.shrink_deck",
    "split_deck": "mediaprep.verbs.decks.split_deck",
    "submit": "mediaprep.verbs.submit",
    "submit_request": "mediaprep.verbs.submit:submit",
    "verify": "mediaprep.verbs.verify",
}

__all__ = [
    "BadAsset",
    "BadConfig",
    "BadDocument",
    "DiskFull",
    "FileReport",
    "Finding",
    "Finishing",
    "Gateway",
    "GatewayError",
    "InputError",
    "Job",
    "LedgerError",
    "MediaprepError",
    "Misdirected",
    "Outcome",
    "Refused",
    "Rejected",
    "Settings",
    "StillPending",
    "TaskFailed",
    "ToolError",
    "ToolFailed",
    "ToolMissing",
    "Unknown",
    "Unreachable",
    "Verdict",
    "check",
    "check_decks",
    "clean_deck",
    "fetch",
    "finish",
    "finish_video",
    "fix",
    "plan",
    "run",
    "say",
    "script",
    "shrink_deck",
    "split_deck",
    "submit",
    "submit_request",
    "verify",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'mediaprep' has no attribute {name!r}")
    module, _, called = home.partition(":")
    value = getattr(importlib.import_module(module), called or name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
