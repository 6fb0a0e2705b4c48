"""mediaprep: preflight, mend, submit and finish media for Tencent Cloud's digital-human video service.

    from mediaprep import Settings, check, fix, say, submit, fetch, finish, verify, plan, run

Everything here is loaded on first use, so that importing the package costs nothing; `mediaprep.aio` has the same for
async programs. (`submit_request` and `finish_video` are the first release's names of `submit` and `finish`.)
"""

import sys

if sys.argv[:1] == ["-m"] and not sys.flags.safe_path and sys.path:
    # `python -m mediaprep`: Python looks into the working folder first, where files of others lie
    _here = sys.path.pop(0)
    if __file__.startswith(_here):  # we are run from a checkout
        sys.path.append(_here)

TYPE_CHECKING = False  # as type checkers read it; typing itself would take as long to load as Python does
if TYPE_CHECKING:
    from typing import Any

    from mediaprep.batch.plan import PlanWish
    from mediaprep.config import Settings
    from mediaprep.errors import (
        BadArgument,
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
    from mediaprep.finishing.spoken import Narration
    from mediaprep.library.file_calls import (
        check,
        check_decks,
        clean_deck,
        diff,
        finish,
        fix,
        lips,
        load_manifest,
        plan,
        propose,
        script,
        shrink_deck,
        split_deck,
        verify,
    )
    from mediaprep.library.paid_calls import fetch, run, say, submit
    from mediaprep.library.tasks import Gateway, Task, as_completed
    from mediaprep.model.decks.copies import DeckCopy, SplitDeck
    from mediaprep.model.drafts import Draft
    from mediaprep.model.findings import Checked, FileReport, Finding, Verdict
    from mediaprep.model.finishing.captions import CaptionWish
    from mediaprep.model.finishing.logos import LogoWish
    from mediaprep.model.finishing.scenery import SceneryWish
    from mediaprep.model.finishing.wishes import Finishing
    from mediaprep.model.paid.jobs import Fetched, Said, Submitted, TaskState
    from mediaprep.model.paid.manifest import Job, Manifest
    from mediaprep.model.paid.manifest_plan import ManifestPlan
    from mediaprep.model.paid.outcomes import Outcome, ProgressEvent, State
    from mediaprep.model.results.finished_videos import Finished
    from mediaprep.model.results.fix_outcomes import FixOutcome
    from mediaprep.model.results.lip_judgements import LipInterval, LipJudgement
    from mediaprep.model.results.proposals import FaceStretch, Proposal, ProposedValue
    from mediaprep.model.results.video_differences import VideoDifference, VideoDifferences
    from mediaprep.preflight.fixes import FixWish
    from mediaprep.verbs.finish import RenderOptions, finish_video
    from mediaprep.verbs.submit import submit as submit_request
    from mediaprep.verbs.verify import Verified

__version__ = "0.1.0"

_HOMES = {
    "BadArgument": "mediaprep.errors",
    "BadAsset": "mediaprep.errors",
    "BadConfig": "mediaprep.errors",
    "BadDocument": "mediaprep.errors",
    "CaptionWish": "mediaprep.model.finishing.captions",
    "Checked": "mediaprep.model.findings",
    "DeckCopy": "mediaprep.model.decks.copies",
    "DiskFull": "mediaprep.errors",
    "Draft": "mediaprep.model.drafts",
    "Fetched": "mediaprep.model.paid.jobs",
    "FileReport": "mediaprep.model.findings",
    "Finding": "mediaprep.model.findings",
    "Finished": "mediaprep.model.results.finished_videos",
    "Finishing": "mediaprep.model.finishing.wishes",
    "FixOutcome": "mediaprep.model.results.fix_outcomes",
    "FixWish": "mediaprep.preflight.fixes",
    "Gateway": "mediaprep.library.tasks",
    "GatewayError": "mediaprep.errors",
    "InputError": "mediaprep.errors",
    "Job": "mediaprep.model.paid.manifest",
    "LedgerError": "mediaprep.errors",
    "LogoWish": "mediaprep.model.finishing.logos",
    "Manifest": "mediaprep.model.paid.manifest",
    "ManifestPlan": "mediaprep.model.paid.manifest_plan",
    "MediaprepError": "mediaprep.errors",
    "Misdirected": "mediaprep.errors",
    "Narration": "mediaprep.finishing.spoken",
    "Outcome": "mediaprep.model.paid.outcomes",
    "PlanWish": "mediaprep.batch.plan",
    "ProgressEvent": "mediaprep.model.paid.outcomes",
    "Refused": "mediaprep.errors",
    "Rejected": "mediaprep.errors",
    "RenderOptions": "mediaprep.verbs.finish",
    "Said": "mediaprep.model.paid.jobs",
    "SceneryWish": "mediaprep.model.finishing.scenery",
    "Settings": "mediaprep.config",
    "SplitDeck": "mediaprep.model.decks.copies",
    "State": "mediaprep.model.paid.outcomes",
    "StillPending": "mediaprep.errors",
    "Submitted": "mediaprep.model.paid.jobs",
    "Task": "mediaprep.library.tasks",
    "TaskFailed": "mediaprep.errors",
    "TaskState": "mediaprep.model.paid.jobs",
    "ToolError": "mediaprep.errors",
    "ToolFailed": "mediaprep.errors",
    "ToolMissing": "mediaprep.errors",
    "Unknown": "mediaprep.errors",
    "Unreachable": "mediaprep.errors",
    "Verdict": "mediaprep.model.findings",
    "Verified": "mediaprep.verbs.verify",
    "VideoDifference": "mediaprep.model.results.video_differences",
    "VideoDifferences": "mediaprep.model.results.video_differences",
    "as_completed": "mediaprep.library.tasks",
    "check": "mediaprep.library.file_calls",
    "check_decks": "mediaprep.library.file_calls",
    "clean_deck": "mediaprep.library.file_calls",
    "diff": "mediaprep.library.file_calls",
    "lips": "mediaprep.library.file_calls",
    "propose": "mediaprep.library.file_calls",
    "FaceStretch": "mediaprep.model.results.proposals",
    "Proposal": "mediaprep.model.results.proposals",
    "ProposedValue": "mediaprep.model.results.proposals",
    "LipInterval": "mediaprep.model.results.lip_judgements",
    "LipJudgement": "mediaprep.model.results.lip_judgements",
    "fetch": "mediaprep.library.paid_calls",
    "finish": "mediaprep.library.file_calls",
    "finish_video": "mediaprep.verbs.finish",
    "fix": "mediaprep.library.file_calls",
    "load_manifest": "mediaprep.library.file_calls",
    "plan": "mediaprep.library.file_calls",
    "run": "mediaprep.library.paid_calls",
    "say": "mediaprep.library.paid_calls",
    "script": "mediaprep.library.file_calls",
    "shrink_deck": "mediaprep.library.file_calls",
    "split_deck": "mediaprep.library.file_calls",
    "submit": "mediaprep.library.paid_calls",
    "submit_request": "mediaprep.verbs.submit:submit",
    "verify": "mediaprep.library.file_calls",
}

__all__ = [
    "BadArgument",
    "BadAsset",
    "BadConfig",
    "BadDocument",
    "CaptionWish",
    "Checked",
    "DeckCopy",
    "DiskFull",
    "Draft",
    "FaceStretch",
    "Fetched",
    "FileReport",
    "Finding",
    "Finished",
    "Finishing",
    "FixOutcome",
    "FixWish",
    "Gateway",
    "GatewayError",
    "InputError",
    "Job",
    "LedgerError",
    "LipInterval",
    "LipJudgement",
    "LogoWish",
    "Manifest",
    "ManifestPlan",
    "MediaprepError",
    "Misdirected",
    "Narration",
    "Outcome",
    "PlanWish",
    "ProgressEvent",
    "Proposal",
    "ProposedValue",
    "Refused",
    "Rejected",
    "RenderOptions",
    "Said",
    "SceneryWish",
    "Settings",
    "SplitDeck",
    "State",
    "StillPending",
    "Submitted",
    "Task",
    "TaskFailed",
    "TaskState",
    "ToolError",
    "ToolFailed",
    "ToolMissing",
    "Unknown",
    "Unreachable",
    "Verdict",
    "Verified",
    "VideoDifference",
    "VideoDifferences",
    "as_completed",
    "check",
    "check_decks",
    "clean_deck",
    "diff",
    "fetch",
    "finish",
    "finish_video",
    "fix",
    "lips",
    "load_manifest",
    "plan",
    "propose",
    "run",
    "say",
    "script",
    "shrink_deck",
    "split_deck",
    "submit",
    "submit_request",
    "verify",
]


def __getattr__(name: str) -> "Any":
    import importlib

    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'mediaprep' has no attribute {name!r}")
    module, _, called = home.partition(":")
    value = getattr(importlib.import_module(module), called or name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
