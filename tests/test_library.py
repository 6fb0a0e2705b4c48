"""The library's face: names that are there, files named as they are at hand, errors that say what may be done."""

from __future__ import annotations

import doctest
import inspect
import pydoc
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import mediaprep
from mediaprep import errors
from mediaprep.cli.app import run as main
from mediaprep.library import call_options, file_calls
from mediaprep.model.findings import Finding, Text, Verdict
from mediaprep.model.paid.manifest import Job
from mediaprep.model.telling.json_results import JsonResult
from mediaprep.preflight.fixes import FixWish
from mediaprep.verbs import check as checking
from mediaprep.verbs import fetch as fetching
from mediaprep.verbs import run as running
from mediaprep.verbs import say as saying
from mediaprep.verbs import script as drafting
from mediaprep.verbs import submit as submitting
from tests.making import make_video

_TAKEN: dict[type, Callable[..., object]] = {
    call_options.CheckOptions: checking.check,
    call_options.ScriptOptions: drafting.script,
    call_options.SubmitOptions: submitting.submit,
    call_options.SayOptions: saying.say,
    call_options.FetchOptions: fetching.fetch,
    call_options.RunJobOptions: running.run,
}
PUBLIC = [
    "BadArgument", "BadAsset", "BadConfig", "BadDocument", "CaptionWish", "Checked", "DeckCopy",
    "DiskFull", "Draft", "FaceStretch", "Fetched", "FileReport", "Finding", "Finished", "Finishing", "FixOutcome",
    "FixWish", "Gateway", "GatewayError", "InputError", "Job", "LedgerError", "LipInterval",
    "LipJudgement", "LogoWish", "Manifest",
    "ManifestPlan", "MediaprepError", "Misdirected", "Narration", "Outcome", "PlanWish", "ProgressEvent",
    "Proposal", "ProposedValue",
    "Refused", "Rejected", "RenderOptions", "Said", "SceneryWish", "Settings", "SplitDeck", "State",
    "StillPending", "Submitted", "Task", "TaskFailed", "TaskState", "ToolError", "ToolFailed",
    "ToolMissing", "Unknown", "Unreachable", "Verdict", "Verified", "VideoDifference",
    "VideoDifferences", "as_completed", "check",
    "check_decks", "clean_deck", "diff", "fetch", "finish", "finish_video", "fix", "lips", "load_manifest",
    "plan", "propose",
    "run", "say", "script", "shrink_deck", "split_deck", "submit", "submit_request", "verify",
]  # fmt: skip


def test_the_public_names_are_these_and_each_is_documented() -> None:
    assert sorted(mediaprep.__all__) == PUBLIC
    assert not [name for name in PUBLIC if not inspect.getdoc(getattr(mediaprep, name))]


_SEAMS = {"clock", "sleep", "gateway", "store", "ledger", "limits", "policy", "jitter", "transport", "look"}
_VERBS = [
    name
    for name in PUBLIC
    if inspect.isfunction(getattr(mediaprep, name)) and name not in ("finish_video", "submit_request")
]


@pytest.mark.parametrize("name", _VERBS)
def test_a_verb_is_explained_on_one_screen_with_an_example_and_takes_no_seams_of_tests(name: str) -> None:
    verb = getattr(mediaprep, name)
    page = pydoc.plain(pydoc.render_doc(verb)).splitlines()
    assert sum(1 + len(line) // 100 for line in page) <= 24  # long ones wrap
    assert "aises " in "".join(page) and ">>> " in "".join(page)
    parameters = inspect.signature(verb).parameters
    assert not {*parameters} & _SEAMS and len(parameters) <= 6


def test_every_option_of_a_verb_is_one_that_it_knows() -> None:
    for options, verb in _TAKEN.items():
        assert set(options.__annotations__) <= set(inspect.signature(verb).parameters) - _SEAMS, options


def test_every_error_is_public_and_says_what_kind_it_is() -> None:
    tree = [
        it for it in vars(errors).values() if isinstance(it, type) and issubclass(it, errors.MediaprepError)
    ]
    inner = {errors.BadRow}
    assert {it.__name__ for it in tree if it not in inner} <= set(mediaprep.__all__)
    assert errors.BadConfig("a").code == "bad_config" and errors.ToolMissing("a").code == "tool_missing"
    assert errors.Rejected("a", code=100008).code == 100008
    assert errors.TaskFailed("a", task_id="t", fail_code=801009).code == 801009
    assert [it.__name__ for it in tree if it.retryable] == ["Unreachable", "StillPending"]


def test_a_refusal_tells_how_to_mend_it() -> None:
    found = [
        Finding(rule="a", verdict=Verdict.REFUSED, measured=1, limit="", message=Text("a", "甲"), fix=fix)
        for fix in (Text("cut it", "剪短"), None, Text("turn it", "转正"))
    ]
    refused = errors.Refused("no", findings=tuple(found))
    assert refused.remedy == Text("cut it; turn it", "剪短；转正")
    assert errors.Refused("no").remedy is None


def test_a_file_may_be_named_by_a_string_or_a_path_alone_or_among_others(tmp_path: Path) -> None:
    clip = make_video(tmp_path / "a.mp4", seconds=1.2, width=360, height=360)
    seen = [
        mediaprep.check(named, faces=False) for named in (str(clip), clip, [str(clip)], (clip, str(clip)))
    ]
    assert [len(reports) for reports in seen] == [1, 1, 1, 2]
    assert len({report.verdict for reports in seen for report in reports}) == 1
    mended = mediaprep.fix(str(clip), output=str(tmp_path / "b.mp4"), wish=FixWish(faces=False))
    assert mended.target and Path(mended.target).is_file()
    finished = mediaprep.finish(str(clip), str(tmp_path / "c.mp4"))
    assert mediaprep.verify(str(finished.output)).broken == ()
    (tmp_path / "t.txt").write_text("大家好。", "utf-8")
    draft = mediaprep.script(str(tmp_path / "t.txt"), output=str(tmp_path / "t.ssml"))
    assert draft.parts and (tmp_path / "t.ssml").is_file()


@pytest.mark.parametrize("verb", ["fetch", "run", "say", "submit"])
def test_what_pays_needs_settings_to_be_named(verb: str) -> None:
    assert (
        inspect.signature(getattr(mediaprep, verb)).parameters["settings"].default is inspect.Parameter.empty
    )


def test_results_are_the_json_of_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clip, mended, made = make_video(tmp_path / "a.mov", seconds=1, width=360, height=360), "b.mp4", "c.mp4"
    monkeypatch.chdir(tmp_path)
    Path("t.txt").write_text("大家好。", "utf-8")
    wish = FixWish(faces=False)
    said: list[tuple[list[str], Callable[[], JsonResult]]] = [
        (["check", str(clip), "--no-faces"], lambda: mediaprep.check(clip, faces=False)),
        (
            ["fix", str(clip), "-o", mended, "--no-faces"],
            lambda: mediaprep.fix(clip, output=mended, wish=wish),
        ),
        (["script", "t.txt"], lambda: mediaprep.script("t.txt")),
        (["finish", mended, "-o", made], lambda: mediaprep.finish(mended, made)),
        (["verify", f"{made}.receipt.json"], lambda: mediaprep.verify(f"{made}.receipt.json")),
    ]
    for line, result in said:
        assert main([*line, "--format", "json"]) in (0, 1)
        assert capsys.readouterr().out == result().to_json() + "\n", line


@pytest.mark.parametrize(
    ("code", "unwanted"),
    [
        ("import mediaprep", {"typing", "re", "importlib", "click", "pydantic"}),
        ("import mediaprep; mediaprep.submit, mediaprep.run, mediaprep.Gateway, mediaprep.as_completed",
         {"sqlalchemy", "alembic", "cv2", "av", "click"}),
        ("import sys; sys.argv[1:] = ['--version']; from mediaprep.__main__ import main; main()",
         {"click", "rich", "pydantic", "typing"}),
    ],
)  # fmt: skip
def test_what_is_not_needed_is_not_loaded(code: str, unwanted: set[str]) -> None:
    told = f"print('loaded:', *({unwanted!r} & set(sys.modules)))"
    script = f"import sys; sys.path[:0] = {sys.path!r}; exec({code!r}); {told}"
    line = [sys.executable, "-S", "-c", script]  # what site loads is not ours
    done = subprocess.run(line, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "loaded:", done.stdout


def test_examples_of_what_costs_nothing_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).resolve().parents[1])
    found = doctest.testmod(file_calls)
    assert found.failed == 0 and found.attempted >= 4


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (lambda it: mediaprep.Finishing(head=it, tail=(it,), logo=[it], script=it), ("head", "tail", "logo", "script")),
        (lambda it: mediaprep.CaptionWish(fonts=it, second=it, words=it), ("fonts", "second", "words")),
        (lambda it: mediaprep.SceneryWish(thumbnail=it), ("thumbnail",)),
        (lambda it: Job(id="a", endpoint="tts", request={}, output=it, base=it), ("output", "base")),
        (lambda it: mediaprep.Narration(timestamps=it), ("timestamps",)),
    ],
)  # fmt: skip
def test_values_take_files_by_str_as_well_as_by_path(
    made: Callable[[object], object], told: tuple[str, ...]
) -> None:
    assert made("a/b.mp4") == made(Path("a/b.mp4"))
    for name in told:
        held = getattr(made("a/b.mp4"), name)
        assert held in (Path("a/b.mp4"), (Path("a/b.mp4"),)), name
