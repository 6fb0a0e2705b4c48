"""Scripts before preflight and before the emulator: as a text file, inside a request, and over raw HTTP.

The expected verdicts stand here, typed: what the tags' documentation allows, and how the raw and the spoken text
are counted (the emulator counts the raw one, preflight refuses only where both counts refuse).
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path

import pytest

from mediaprep.emulator.options import Options
from mediaprep.emulator.server import Emulator
from mediaprep.preflight.judge import judge_request
from mediaprep.verbs.check import check
from tests.contract.payloads import TEXT
from tests.emulator.wire import call

PARAMETER_CODES = {100001, 100002}  # a full desk answers with others
PHONEME = '<phoneme alphabet="py" ph="fu4">主</phoneme>'

# script, preflight's verdict, whether the emulator takes it
CASES = [
    ("大家好，欢迎。", "pass", True),
    (f"虚拟{PHONEME}播很好", "pass", True),
    ('大家好<break time="500ms"/>欢迎', "pass", True),
    ('大家好，<break time="500ms"/>欢迎', "advised", True),
    ("A &amp; B &lt; C", "pass", True),
    ('<sub alias="十">10</sub>月一号', "pass", True),
    ('<word>你好<insert-action type="a"/></word>大家好大家好大家好', "pass", True),
    ("A & B 大家好", "refused", False),
    ("1 < 2 大家好", "refused", False),
    ("&nbsp;大家好", "refused", False),
    ("大家好<word>欢迎", "refused", False),
    ("<prosody>大家好</prosody>", "refused", False),
    ('<phoneme alphabet="py" ph="fu6">主</phoneme>大家好', "refused", False),
    ('大家好<break time="10s"/>欢迎', "refused", False),
    ('大家好<say-as interpret-as="number">1</say-as>', "refused", False),
    ('<say-as interpret-as="digits">12a</say-as>大家好', "advised", True),
    ("<!-- x -->大家好", "refused", False),
    ("大家好\n欢迎", "refused", False),
    ("好的呀", "refused", False),  # three characters
    (PHONEME, "advised", True),  # one is spoken, many are written
    ("好" * 2000, "pass", True),
    ("好" * 2001, "refused", False),
    ("好" * 1980 + PHONEME, "advised", False),  # over with its tags, within without: nobody says which counts
]


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(Options()) as running:
        yield running


def worst(found: list[str]) -> str:
    return next((v for v in ("refused", "unknown", "advised") if v in found), "pass")


@pytest.mark.parametrize(("text", "verdict", "taken"), CASES, ids=lambda value: str(value)[:30])
def test_a_script_is_judged_alike(
    text: str, verdict: str, taken: bool, emulator: Emulator, tmp_path: Path
) -> None:
    path = tmp_path / "script.txt"
    path.write_text(text, encoding="utf-8")
    (report,) = check([path], field="notrain.InputSsml")
    about = [f.verdict.value for f in report.findings if "estimated" not in f.rule]
    assert worst(about) == verdict, report.findings
    request = copy.deepcopy(TEXT["notrain"]) | {"InputSsml": text}
    inside = [f.verdict.value for f in judge_request("notrain", request, {}) if ".InputSsml." in f.rule]
    room = [f for f in judge_request("notrain", request, {}) if f.rule.endswith("action_room")]
    assert worst(inside) == (verdict if not room else worst([verdict, "advised"]))
    answer = call(emulator, "notrain", request)
    assert (answer.code not in PARAMETER_CODES) is taken, answer.message
