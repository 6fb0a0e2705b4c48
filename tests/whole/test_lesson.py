"""Decks become videos on the emulator with its real renderers, judged from the files alone; the service's answers hold
nothing but what the docs name. (scripts/torture-lesson does the same with sixty pages.)"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from mediaprep.batch.engine import Engine, PoolSizes
from mediaprep.batch.manifest import read
from mediaprep.config import Settings
from mediaprep.contract.endpoints import Endpoint
from mediaprep.emulator.gateway.acceptance import Desk
from mediaprep.emulator.options import Options
from mediaprep.emulator.server import Emulator
from mediaprep.media.containers import packets
from mediaprep.model.paid.outcomes import Outcome, State
from mediaprep.submission.job.stage_protocol import Policy
from mediaprep.verbs.finishing import receipts
from mediaprep.verbs.paid.run_session import RunOptions
from mediaprep.verbs.verify import verify
from tests.making import ffmpeg
from tests.media.labels import reading
from tests.torture import lesson as torture_lesson

TTS_FIELDS = {"Progress", "MediaUrl", "SubtitlesUrl", "Status", "ArrayCount", "FailCode", "FailMessage",
              "TextTimestampResult", "Duration"}  # fmt: skip
PPT_FIELDS = {"Progress", "MediaUrl", "Status", "Duration"}  # those that must be there, and no more
TEXTS = [
    "大家好，第一页。",
    "第二页讲加法。",
    "一加一等于二。",
    "第四页。",
    "二加二等于四。",
    "谢谢大家，再见。",
]
FINISH = {"captions": "burn", "chapters": True}


def pdf(path: Path, pages: int) -> Path:
    """White pages with large words, none like another."""
    import pymupdf

    with pymupdf.open() as document:
        for number in range(1, pages + 1):
            page = document.new_page(width=960, height=540)
            page.insert_text((60, 120), f"Lesson {number}", fontsize=64)
            page.draw_rect(
                (60, 160 + 40 * number, 60 + 130 * number, 190 + 40 * number), fill=(0.1, 0.3, 0.8)
            )
        document.save(path)
    return path


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """Of an emulator whose answers about tasks are stripped to what the docs promise."""
    plain = Desk._progress
    seen: set[str] = set()

    def stripped(self: Desk, endpoint: Endpoint, payload: Mapping[str, Any]) -> dict[str, Any]:
        full = plain(self, endpoint, payload)
        kept = PPT_FIELDS if endpoint.nickname == "ppt_progress" else TTS_FIELDS
        seen.add(endpoint.nickname)
        return {name: value for name, value in full.items() if name in kept}

    monkeypatch.setattr(Desk, "_progress", stripped)
    with Emulator(Options()) as running:
        yield Settings.load({}, {**running.env, "MEDIAPREP_LEDGER": str(tmp_path / "ledger.db")})
    assert "ppt_progress" in seen


def run(settings: Settings, folder: Path, pages: int, most: int | None, **more: Any) -> Outcome:
    pdf(folder / "lesson.pdf", pages)
    story = {
        "deck": "lesson.pdf",
        "pages": [{"page": n + 1, "title": f"Teil {n + 1}", "script": TEXTS[n]} for n in range(pages)],
    }
    (folder / "story.yaml").write_text(yaml.safe_dump(story, allow_unicode=True), encoding="utf-8")
    job = {
        "id": "lesson", "storyboard": "story.yaml", "request": {"SpeechParam": {"TimbreKey": "female_1"}},
        "finish": FINISH, "output": "lesson.mp4", **more,
    }  # fmt: skip
    (folder / "jobs.yaml").write_text(yaml.safe_dump({"jobs": [job]}), encoding="utf-8")
    (wanted,) = read(folder / "jobs.yaml")
    assert wanted.lesson is not None
    wanted = replace(wanted, lesson=replace(wanted.lesson, most_pages=most))
    wishes = RunOptions(pictures=False, policy=Policy(poll_first=0.2, wait_first=0.1, rate=50))
    (outcome,) = (
        Engine(settings=settings, wishes=wishes, crew=PoolSizes(waiters=2, encoders=1)).run([wanted]).outcomes
    )
    assert outcome.state is State.DONE, outcome.problem
    assert all(check.held is not False for check in outcome.checks)
    return outcome


def test_a_storyboard_in_two_parts_is_spoken_joined_captioned_and_chaptered(
    settings: Settings, tmp_path: Path
) -> None:
    outcome = run(settings, tmp_path, 6, 3, voice="first")
    assert any("2 parts joined, every picture as it was made" in note.en for note in outcome.notes)
    seconds = torture_lesson.voices(tmp_path / ".mediaprep" / "lesson", TEXTS)
    result = torture_lesson.judged(tmp_path / "lesson.mp4", tmp_path / "lesson.pdf", seconds, range(1, 7))
    assert torture_lesson.problems(result, pages=6, parts=2) == []
    assert result.titles == [f"Teil {n}" for n in range(1, 7)]
    assert '"ContentProducer":"EMULATED"' in (reading.label(tmp_path / "lesson.mp4") or "")
    receipt = receipts.path_of(tmp_path / "lesson.mp4")
    assert [one.role for one in receipts.read(receipt).labels] == ["output", "main", "part", "part"]
    assert max(map(abs, result.off_sum)) <= 2 * torture_lesson.FRAME  # one for each part
    stripped = tmp_path / "stripped.mp4"
    ffmpeg(
        "-i",
        tmp_path / "lesson.mp4",
        "-map",
        "0:v",
        "-map",
        "0:a",
        "-c",
        "copy",
        "-map_metadata",
        "-1",
        stripped,
    )
    checks = verify(receipt, video=stripped, recoded=True).checks
    assert "label" in [row.name for row in checks if row.held is False]


def test_pages_that_the_service_speaks_itself_are_found_by_their_pictures(
    settings: Settings, tmp_path: Path
) -> None:
    outcome = run(settings, tmp_path, 3, None)
    notes = [note.en for note in outcome.notes]
    assert any("3 of 3 pages were found in the video, by their pictures" in note for note in notes)
    assert any("estimated on pages 1, 2, 3" in note for note in notes)
    found = packets.chapters(tmp_path / "lesson.mp4")
    assert [title for _, title in found] == ["Teil 1", "Teil 2", "Teil 3"]
    ends = [*(at / 1000 for at, _ in found), packets.frame_count(tmp_path / "lesson.mp4") / 25]
    assert all(0.9 < after - before < 3 for before, after in itertools.pairwise(ends))
    shown = torture_lesson._Pages(tmp_path / "lesson.mp4", tmp_path / "lesson.pdf", (1, 2, 3))
    assert shown.wrong(ends[:3]) == [] and shown.wrong([at - 0.04 for at in ends[1:]]) == []
