"""A deck's job before anything is paid: which pages, which voices, which part decks, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mediaprep.config import Settings
from mediaprep.errors import BadAsset, BadConfig, Refused
from mediaprep.media.decks import reading
from mediaprep.model.decks.lessons import ENDPOINT, Lesson
from mediaprep.model.decks.storyboard import Empty
from mediaprep.model.finishing.wishes import Finishing
from mediaprep.model.paid.manifest import Job
from mediaprep.verbs.assets import AccountLists
from mediaprep.verbs.paid.job_progress import Ongoing
from mediaprep.verbs.paid.lessons import drafting
from mediaprep.verbs.paid.lessons.drafting import Drafted
from tests.making import make_audio
from tests.making_decks import make_lesson

NOBODY = Settings.load({}, {})
PLAIN = Finishing()
SPEECH = {"SpeechParam": {"TimbreKey": "female_1", "Speed": 1.1, "EmotionCategory": "happy"}}


def drafted(deck: Path, request: dict[str, Any] = SPEECH, finish: Finishing = PLAIN, **wish: Any) -> Drafted:
    job = Job(
        id="lesson", endpoint=ENDPOINT, request=request, output=deck.parent / "out" / "lesson.mp4", base=deck.parent,
        voice_first=True, finish=finish, lesson=Lesson(deck=deck, **wish),
    )  # fmt: skip
    return drafting.drafted(Ongoing(job, NOBODY, lambda event: None), AccountLists(NOBODY))


def test_hidden_pages_are_left_out_or_shown_as_is_wished(tmp_path: Path) -> None:
    deck = make_lesson(tmp_path / "d.pptx", 3, hidden=(2,), notes={1: "一", 2: "二", 3: "三"}, pictures=1)
    dropped, shown = drafted(deck), drafted(deck, hidden="unhide")
    assert [page.number for page in dropped.story.kept] == [1, 3] and sorted(dropped.voices) == [1, 3]
    assert [page.number for page in shown.story.kept] == [1, 2, 3] and sorted(shown.voices) == [1, 2, 3]
    for lesson, pages in ((dropped, 2), (shown, 3)):
        (part,) = lesson.decks
        copied = reading.read(part.path, "pptx")
        assert (copied.total, copied.hidden) == (pages, ()) and part.path != deck


def test_voices_say_what_pages_say_as_all_of_them_or_they_themselves_wish(tmp_path: Path) -> None:
    deck = make_lesson(
        tmp_path / "d.pptx", 2, notes={1: "一 & 一", 2: "[voice=male_1][speed=0.9] 二"}, pictures=0
    )
    voices = drafted(deck).voices
    assert voices[1].request == {
        "TimbreKey": "female_1", "InputSsml": "一 &amp; 一", "Speed": 1.1, "Codec": "wav", "EmotionCategory": "happy",
    }  # fmt: skip
    assert (voices[2].request["TimbreKey"], voices[2].request["Speed"]) == ("male_1", 0.9)
    assert {voice.id for voice in voices.values()} == {"lesson~voice"}


def test_the_part_without_the_page_whose_notes_change_stays_the_same(tmp_path: Path) -> None:
    notes = {n: f"第{n}页" for n in range(1, 5)}
    deck = make_lesson(tmp_path / "d.pptx", 4, notes=notes, pictures=2)
    before = drafted(deck, most_pages=2)
    assert [part.pages for part in before.decks] == [(1, 2), (3, 4)]
    make_lesson(tmp_path / "d.pptx", 4, notes={**notes, 2: "另一段"}, pictures=2)
    after = drafted(deck, most_pages=2)
    assert [part.identity for part in before.decks] == [part.identity for part in after.decks]
    assert [n for n in notes if before.voices[n].request != after.voices[n].request] == [2]
    assert before.decks[0].path != after.decks[0].path and before.decks[0].path.is_file()


def test_what_lies_there_already_is_not_written_again(tmp_path: Path) -> None:
    deck = make_lesson(tmp_path / "d.pptx", 4, notes={1: "一", 3: "三"}, pictures=1)
    wish: dict[str, Any] = {"most_pages": 2, "empty": Empty.SILENT, "silence": 2.0}
    drafted(deck, **wish)
    folder = tmp_path / "out" / ".mediaprep" / "lesson"
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert len(before) == 3  # two decks and a silence
    drafted(deck, **wish)
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before


def test_sounds_that_notes_name_lie_beside_the_deck(tmp_path: Path) -> None:
    make_audio(tmp_path / "take.wav", seconds=1.0)
    deck = make_lesson(tmp_path / "d.pptx", 2, notes={1: "[audio=take.wav]", 2: "二"}, pictures=0)
    lesson = drafted(deck)
    assert lesson.page(1).audio == tmp_path / "take.wav" and sorted(lesson.voices) == [2]


@pytest.mark.parametrize(
    ("notes", "request_", "error", "told"),
    [
        ({1: "一"}, SPEECH, Refused, "InputSsml"),
        ({1: "一", 2: "二"}, {}, BadConfig, "page 1: voice: first needs SpeechParam.TimbreKey"),
        ({1: "一", 2: "二"}, {"SpeechParam": {"TimbreKey": "female_1", "Speed": 9.0}}, Refused, "Speed"),
        ({1: "[skip]", 2: "[skip]"}, SPEECH, BadConfig, "every page is left out"),
    ],
)
def test_what_cannot_be_made_is_refused_before_anything_is_written(
    tmp_path: Path, notes: dict[int, str], request_: dict[str, Any], error: type[Exception], told: str
) -> None:
    deck = make_lesson(tmp_path / "d.pptx", 2, notes=notes, pictures=0)
    with pytest.raises(error, match=told):
        drafted(deck, request_)
    assert not (tmp_path / "out").exists()


def test_a_head_that_is_no_video_is_refused_first(tmp_path: Path) -> None:
    deck = make_lesson(tmp_path / "d.pptx", 1, notes={1: "一"}, pictures=0)
    (tmp_path / "head.mp4").write_text("no video")
    with pytest.raises(BadAsset, match=r"finish\.head"):
        drafted(deck, finish=Finishing(head=(tmp_path / "head.mp4",)))
