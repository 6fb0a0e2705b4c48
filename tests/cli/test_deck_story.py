"""`deck script`, `plan` and `notes` as typed: a storyboard is edited between them, and its page shows it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from mediaprep.batch import storyboard as boards
from mediaprep.cli.app import run
from mediaprep.model.decks.storyboard import Delivery, Page, Storyboard
from mediaprep.model.findings import Finding, Text, Verdict
from mediaprep.report import storyboard_page as told
from tests.making import entries, make_pptx
from tests.making_decks import make_lesson


@pytest.fixture
def lesson(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A deck of four pages, one of them hidden and one without notes, in a folder with no settings."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return make_lesson(
        tmp_path / "lesson.pptx", 4, hidden=(2,), notes={1: "大家好 & 欢迎", 2: "隐藏", 4: "再见"}
    )


def test_a_deck_becomes_a_request_by_way_of_a_storyboard(
    lesson: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = ["deck", "script", "lesson.pptx", "-o", "story.yaml", "--voice", "female_1", "--no-pictures"]
    assert run(made) == 1  # page 3 has nothing to say, and is told of
    out = capsys.readouterr().out
    assert "InputSsml.required @ page 3" in out and "3 of 4 pages" in out
    assert run(["deck", "plan", "story.yaml", "-o", "plan.json"]) == 1
    assert not Path("plan.json").exists() and "nothing was written" in capsys.readouterr().err
    text = Path("story.yaml").read_text(encoding="utf-8")
    document = yaml.safe_load(text)
    assert [page["page"] for page in document["pages"]] == [1, 2, 3, 4] and document["pages"][1][
        "skip"
    ] is True
    Path("story.yaml").write_text(text.replace("script: ''", "script: 第三页"), encoding="utf-8")
    assert run(["deck", "plan", "story.yaml", "-o", "plan.json"]) == 0
    assert "1 PPT task" in capsys.readouterr().out
    request = json.loads(Path("plan.json").read_text(encoding="utf-8"))
    assert [config["InputSsml"] for config in request["PageConfigs"]] == [
        "大家好 &amp; 欢迎",
        "第三页",
        "再见",
    ]
    assert run(["check", "--request", "plan.json", "--for", "ppt"]) == 0
    assert run(["deck", "notes", "story.yaml", "-o", "copy.pptx"]) == 0
    assert (
        run(["deck", "script", "copy.pptx", "-o", "again.yaml", "--voice", "female_1", "--no-pictures"]) == 0
    )
    scripts = [[p.script for p in boards.read(Path(name)).pages] for name in ("story.yaml", "again.yaml")]
    assert scripts[0] == scripts[1]


def test_without_an_output_the_storyboard_goes_to_stdout_and_nothing_is_written(
    lesson: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(entries(tmp_path))
    assert run(["deck", "script", "lesson.pptx", "--empty", "silent", "--silence", "2.5"]) == 0
    document = yaml.safe_load(capsys.readouterr().out)
    assert (document["deck"], document["pages"][2]["silent"]) == ("lesson.pptx", 2.5)
    assert run(["deck", "script", "lesson.pptx", "--empty", "title", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["schema"], found["pages"][2]["script"]) == ("mediaprep.storyboard/1", "Page 3 · 第3页")
    assert [path for path in sorted(entries(tmp_path)) if path.name != "cache"] == before


def test_a_plan_without_an_output_only_tells(lesson: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["deck", "script", "lesson.pptx", "-o", "story.yaml", "--empty", "silent", "--no-pictures"])
    capsys.readouterr()
    assert run(["deck", "plan", "story.yaml", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["parts"], found["requests"], found["cost"]) == ([[1, 3, 4]], [], None)
    assert sorted(path.name for path in Path().glob("*.json")) == []


def test_an_avatar_nobody_can_look_up_leaves_the_plan_unknown(lesson: Path) -> None:
    deck = make_pptx(Path("d.pptx"), 1, notes={1: "你好"})
    assert run(["deck", "script", str(deck), "-o", "d.yaml", "--avatar", "k", "--no-pictures"]) == 3
    assert run(["deck", "plan", "d.yaml", "-o", "d.json"]) == 3
    assert run(["deck", "plan", "d.yaml", "-o", "d.json", "--allow-unknown"]) == 0


def test_mistakes_are_one_line_each(lesson: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("bad.yaml").write_text("deck: lesson.pptx\npages:\n- page: 1\n  scrip: x\n", encoding="utf-8")
    for line, code in (
        (["deck", "plan", "bad.yaml"], 2),
        (["deck", "plan", "missing.yaml"], 2),
        (["deck", "script", "missing.pptx"], 1),
        (["deck", "notes", "bad.yaml", "-o", "c.pptx"], 2),
    ):
        assert run(line) == code
        err = capsys.readouterr().err
        assert len(err.strip().splitlines()) == 1 and "Traceback" not in err


def test_the_page_shows_pictures_scripts_and_findings_and_reaches_nowhere(
    lesson: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = [
        "deck",
        "script",
        "lesson.pptx",
        "-o",
        "story.yaml",
        "--voice",
        "female_1",
        "--report",
        "story.html",
    ]
    assert run(made) == 1
    html = Path("story.html").read_text(encoding="utf-8")
    assert html.count('src="data:image/jpeg;base64,') == 4
    assert "InputSsml.required" in html and "大家好 &amp;amp; 欢迎" in html
    assert "default-src &#39;none&#39;" in html or "default-src 'none'" in html
    assert not re.search(r"<script|https?://|<link|@import|url\(", html)


def test_the_page_escapes_whatever_a_deck_says() -> None:
    hostile = "<script>alert(1)</script>"
    finding = Finding(
        rule="ppt.notes.settings",
        verdict=Verdict.ADVISED,
        measured="",
        limit="",
        message=Text(hostile, hostile),
    )
    page = Page(
        number=1, title=hostile, script=hostile, findings=(finding,), delivery=Delivery(voice=hostile)
    )
    made = told.html(Storyboard(deck=Path(f"{hostile}.pptx"), pages=(page,)), {1: b"\xff\xd8x"}, lang="zh")
    assert "<script" not in made and "&lt;script&gt;" in made and 'lang="zh-CN"' in made


def test_a_picture_path_that_leads_elsewhere_shows_nothing(tmp_path: Path) -> None:
    (tmp_path / "secret.jpg").write_bytes(b"not a picture")
    story = Storyboard(
        deck=tmp_path / "d.pptx",
        pages=(Page(number=1, picture="secret.jpg"), Page(number=2, picture="../../etc/passwd")),
    )
    assert told.pictures_of(story, tmp_path) == {}
