"""What `fix` did with a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from mediaprep.model.findings import FileReport, Finding, Text
from mediaprep.model.steps import Step
from mediaprep.model.telling.json_results import JsonResult

SCHEMA: Final = "mediaprep.fix/1"


@dataclass(frozen=True, kw_only=True)
class FixOutcome(JsonResult):
    """What `fix` did, or (`target` None) would do or could not do.

    `left` = findings that stay: on the prediction, and on the made file once it is there; `held_back` = steps
    that `--unsafe` would allow; `commands` = the tool calls behind the steps, one argv each; `after` = the
    made file, probed and judged.
    """

    before: FileReport
    steps: tuple[Step, ...]
    held_back: tuple[Step, ...]
    left: tuple[Finding, ...]
    commands: tuple[tuple[str, ...], ...] = ()
    target: str | None = None
    after: FileReport | None = None
    notes: tuple[Text, ...] = ()  # what is to be known of what was made

    def to_dict(self, lang: str = "en") -> dict[str, object]:
        """All of `fix --format json`. `written` is null where nothing was."""
        return {
            "schema": SCHEMA,
            "source": self.before.path,
            "written": self.target,
            "before": self.before.to_dict(lang),
            "steps": [step.say().say(lang) for step in self.steps],
            "held_back": [step.say().say(lang) for step in self.held_back],
            "after": self.after.to_dict(lang) if self.after else None,
            "left": [finding.to_dict(lang) for finding in self.left],
            "commands": [list(argv) for argv in self.commands],
            "notes": [note.say(lang) for note in self.notes],
        }
