"""Results say themselves: as the command line's JSON, and as one short line without secrets."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle
from pathlib import Path

import pytest

from mediaprep.config import register_secret
from mediaprep.model.decks.copies import DeckCopy
from mediaprep.model.facts import UnknownFacts
from mediaprep.model.findings import Checked, FileReport, Finding, Text, Verdict
from mediaprep.model.paid.jobs import Submitted, Upload
from mediaprep.model.paid.manifest_plan import JobPlan, ManifestPlan, PlanTotals
from mediaprep.model.paid.outcomes import Outcome, State
from mediaprep.model.results.fix_outcomes import FixOutcome
from mediaprep.model.telling.json_results import JsonResult, plain

_LONG = "/a folder/" + "a-very-long-name-" * 20 + ".mp4"
_TOKEN = "s3cret-token-nobody-may-see"
_FINDING = Finding(
    rule="a.b", verdict=Verdict.REFUSED, measured=_TOKEN, limit="1", message=Text(_TOKEN, "甲")
)
_REPORT = FileReport(
    path=_LONG, field=None, facts=UnknownFacts(size_bytes=None, problem_en=_TOKEN, problem_zh="甲"),
    findings=(_FINDING,) * 9,
)  # fmt: skip
_UPLOAD = Upload(parameter="RefVideoUrl", path=Path(_LONG), key="k", size_bytes=1, reused=False)
RESULTS: dict[str, JsonResult] = {
    "finding": _FINDING,
    "report": _REPORT,
    "checked": Checked([_REPORT] * 3, profile="p"),
    "fix": FixOutcome(before=_REPORT, steps=(), held_back=(), left=(_FINDING,), target=_LONG),
    "copy": DeckCopy(source=_REPORT, path=Path(_LONG), report=_REPORT, pages=tuple(range(500))),
    "submitted": Submitted(task_id=f"t?token={_TOKEN}", endpoint="tts", uploads=(_UPLOAD,), advice=(_FINDING,)),
    "outcome": Outcome(
        job=_LONG, endpoint="tts", state=State.FAILED, result=Path(_LONG),
        problem=Text(f"https://a.example/x?sign={_TOKEN} is gone\n", f"https://a.example/x?sign={_TOKEN}"),
    ),
    "plan": ManifestPlan(manifest=_LONG, jobs=(JobPlan(id="a"),) * 4, totals=PlanTotals(jobs=4)),
    "job of a plan": JobPlan(id="a\n\x1b[31m", findings=(_FINDING,)),
}  # fmt: skip


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_is_frozen_and_its_repr_is_one_short_line_without_secrets(name: str) -> None:
    register_secret(_TOKEN)
    result = RESULTS[name]
    line = repr(result)
    assert len(line) <= 120 and line.isprintable() and _TOKEN not in line
    assert line.startswith(type(result).__name__ + "(")
    with pytest.raises((AttributeError, dataclasses.FrozenInstanceError)):
        setattr(result, next(iter(getattr(result, "__dataclass_fields__", ["profile"]))), "other")


@pytest.mark.parametrize("name", RESULTS)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_result_as_text_is_what_it_is_as_values(name: str, lang: str) -> None:
    result = RESULTS[name]
    assert json.loads(result.to_json(lang)) == json.loads(json.dumps(result.to_dict(lang), default=str))
    assert "\n" not in result.to_json(lang, indent=None)


def test_what_went_wrong_with_a_job_is_told_without_its_signature() -> None:
    assert _TOKEN not in RESULTS["outcome"].to_json()


def test_reports_stay_a_tuple_that_is_copied_and_pickled() -> None:
    checked = Checked([_REPORT], profile="p")
    assert checked == (_REPORT,) and checked[0] is _REPORT and isinstance(checked, tuple)
    for again in (pickle.loads(pickle.dumps(checked)), copy.deepcopy(checked)):
        assert (again, again.profile, again.schema) == (checked, "p", checked.schema)


@pytest.mark.parametrize("value", [float("nan"), {"a": (1, 2)}, {3}, Path("a"), State.DONE, None, 1.23456789])
def test_every_value_is_plain_in_json(value: object) -> None:
    json.dumps(plain(value))
