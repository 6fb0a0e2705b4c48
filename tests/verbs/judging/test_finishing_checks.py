"""What finishing would stumble over, found before anything is paid."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mediaprep.errors import BadAsset
from mediaprep.finishing.spoken import Spoken
from mediaprep.model.finishing.captions import CaptionWish
from mediaprep.model.finishing.plans import Cue
from mediaprep.model.finishing.scenery import SceneryWish
from mediaprep.model.finishing.wishes import Finishing
from mediaprep.model.paid.manifest import Job
from mediaprep.verbs.finishing import captioning
from mediaprep.verbs.judging import finishing_checks
from tests.making import ffmpeg, make_video

SCRIPT = '大家好，欢迎来到课堂。今天讲<break time="1s"/>什么？讲水！好了。'
SENTENCES = ["大家好，欢迎来到课堂。", "今天讲什么？", "讲水！", "好了。"]
NOTRAIN: dict[str, Any] = {"DriverType": "Text", "InputSsml": SCRIPT}


def job(folder: Path, endpoint: str = "notrain", **finish: Any) -> Job:
    return Job(
        id="a", endpoint=endpoint, request=NOTRAIN, output=folder / "out.mp4", finish=Finishing(**finish)
    )


def captioned(folder: Path, lines: list[str], endpoint: str = "notrain", **more: Any) -> Job:
    (folder / "en.txt").write_text("\n".join(lines), encoding="utf-8")
    return job(folder, endpoint, captions="burn", caption_wish=CaptionWish(second=folder / "en.txt"), **more)


def told(found: Any) -> list[str]:
    return [f"{finding.verdict} {finding.rule}" for finding in found]


def test_the_sentences_of_a_script_are_those_that_captions_count() -> None:
    assert list(finishing_checks.sentences_in(SCRIPT)) == SENTENCES


@pytest.mark.parametrize("lines", [0, 1, 3, 5, 40])
def test_a_translation_that_does_not_fit_is_refused_with_a_list_to_translate_from(
    tmp_path: Path, lines: int
) -> None:
    found = finishing_checks.judged(captioned(tmp_path, ["x"] * lines), {})
    assert told(found) == ["refused notrain.finish.second"]
    assert (found[0].measured, found[0].limit) == (lines, "4")
    assert "out.sentences.txt" in found[0].message.en and SENTENCES[0] in found[0].message.zh
    written = (tmp_path / "out.sentences.txt").read_text(encoding="utf-8")
    assert written.splitlines() == [f"{n}. {line}" for n, line in enumerate(SENTENCES, 1)]


def test_a_translation_with_a_line_for_each_sentence_passes_and_writes_nothing(tmp_path: Path) -> None:
    assert finishing_checks.judged(captioned(tmp_path, ["x"] * 4), {}) == ()
    assert [path.name for path in tmp_path.iterdir()] == ["en.txt"]


def test_what_somebody_wrote_into_the_list_is_never_replaced(tmp_path: Path) -> None:
    wish = captioned(tmp_path, ["x"])
    finishing_checks.judged(wish, {})
    finishing_checks.judged(wish, {})
    assert not (tmp_path / "out.sentences-2.txt").exists()
    (tmp_path / "out.sentences.txt").write_text("1. Hello\n", encoding="utf-8")
    assert "out.sentences-2.txt" in finishing_checks.judged(wish, {})[0].message.en
    assert (tmp_path / "out.sentences.txt").read_text(encoding="utf-8") == "1. Hello\n"


def test_the_list_translated_in_place_is_read_without_its_numbers(tmp_path: Path) -> None:
    for mark in (". ", "、", ") ", "．"):
        (tmp_path / "en.txt").write_text(
            "".join(f"{n}{mark}Line {n}\n" for n in range(1, 5)), encoding="utf-8"
        )
        assert captioning.lines_of(tmp_path / "en.txt") == ("Line 1", "Line 2", "Line 3", "Line 4")
    (tmp_path / "en.txt").write_text("1. One\nTwo\n", encoding="utf-8")
    assert captioning.lines_of(tmp_path / "en.txt") == ("1. One", "Two")


def test_where_the_service_cuts_the_captions_it_is_advice(tmp_path: Path) -> None:
    assert told(finishing_checks.judged(captioned(tmp_path, ["x"], "basic"), {})) == [
        "advised basic.finish.second"
    ]
    spoken_first = replace(captioned(tmp_path, ["x"], "basic"), voice_first=True)
    assert told(finishing_checks.judged(spoken_first, {})) == ["refused basic.finish.second"]


def test_a_subtitle_file_of_ones_own_counts_its_cues(tmp_path: Path) -> None:
    srt = tmp_path / "mine.srt"
    srt.write_text(
        "1\n00:00:00,000 --> 00:00:01,000\n你好\n\n2\n00:00:01,000 --> 00:00:02,000\n再见\n", "utf-8"
    )
    wish = replace(captioned(tmp_path, ["a", "b"]), request={})
    assert finishing_checks.judged(replace(wish, finish=replace(wish.finish, captions=srt)), {}) == ()
    wish = captioned(tmp_path, ["a", "b", "c"])
    found = finishing_checks.judged(replace(wish, finish=replace(wish.finish, captions=srt)), {})
    assert (told(found), found[0].limit) == (["refused notrain.finish.second"], "2")


def test_a_translation_of_sentences_fits_captions_that_are_cut_within_them(tmp_path: Path) -> None:
    (tmp_path / "en.txt").write_text("One.\nTwo.\n", encoding="utf-8")
    cues = [
        Cue(start_ms=at * 1000, end_ms=at * 1000 + 900, lines=(line,))
        for at, line in enumerate(("一，", "二。", "三。"))
    ]
    said = captioning.Caption(
        cues=tuple(cues), source="srt", places=tuple((c.start_ms, c.end_ms) for c in cues)
    )
    second = captioning._second(tmp_path / "en.txt", said)
    assert [(cue.start_ms, cue.lines) for cue in second] == [(0, ("One.",)), (2000, ("Two.",))]
    assert isinstance(said.spoken, tuple) and not any(isinstance(sign, Spoken) for sign in said.spoken)


@pytest.mark.parametrize("text", ["你好\U0002a6a6", "สวัสดี", "नमस्ते", "ᚠᚢ", "ሰላም"])
def test_a_font_that_lacks_a_sign_of_the_script_is_told_before_anything_is_paid(
    tmp_path: Path, text: str
) -> None:
    wish = replace(job(tmp_path, captions="burn"), request={**NOTRAIN, "InputSsml": text})
    with pytest.raises(BadAsset, match=r"cannot draw.*U\+"):
        finishing_checks.judged(wish, {})
    assert finishing_checks.judged(job(tmp_path, captions="burn"), {}) == ()


def test_clips_and_music_that_hold_nothing_are_refused(tmp_path: Path) -> None:
    head = make_video(tmp_path / "head.mp4", seconds=1.0, width=160, height=90)
    assert finishing_checks.judged(job(tmp_path, head=(head,)), {}) == ()
    assert told(finishing_checks.judged(job(tmp_path, head=(head,), crossfade=0.8), {})) == [
        "refused notrain.finish.crossfade"
    ]
    whole = head.read_bytes()
    at = whole.index(b"mdat") + 4
    head.write_bytes(whole[:at] + bytes(len(whole) - at) if at > len(whole) // 2 else _blanked(whole, at))
    with pytest.raises(BadAsset, match=r"finish\.head: head\.mp4 cannot be decoded"):
        finishing_checks.judged(job(tmp_path, head=(head,)), {})
    silence = tmp_path / "silence.wav"
    ffmpeg("-f", "lavfi", "-i", "anullsrc=r=24000:cl=mono:d=1", silence)
    with pytest.raises(BadAsset, match="silent"):
        finishing_checks.judged(job(tmp_path, scenery=SceneryWish(music=silence)), {})


def _blanked(whole: bytes, at: int) -> bytes:
    """A file whose index is whole and whose pictures are zeros."""
    size = int.from_bytes(whole[at - 8 : at - 4], "big")
    return whole[:at] + bytes(size - 8) + whole[at - 8 + size :]


@pytest.mark.parametrize("mark", [(99.0, "End"), (20.0, "Later")])
def test_a_chapter_beyond_what_will_be_spoken_is_refused(tmp_path: Path, mark: tuple[float, str]) -> None:
    found = finishing_checks.judged(job(tmp_path, scenery=SceneryWish(marks=(mark,))), {})
    assert told(found) == ["refused notrain.finish.chapter"]
