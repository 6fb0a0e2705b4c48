"""verify: a good output holds, each of eight defects is found by the row that is there for it."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from mediaprep.cli.finishing.verify import command
from mediaprep.errors import BadAsset
from mediaprep.media.compose import softtrack
from mediaprep.media.ffmpeg import find
from mediaprep.media.prove import glimpses
from mediaprep.media.prove.recheck import fetched
from mediaprep.model.finishing.captions import CaptionsAs, CaptionWish
from mediaprep.model.finishing.plans import Cue
from mediaprep.model.finishing.receipts import Answered, DrivingSource
from mediaprep.report.proof_text import check_line
from mediaprep.verbs.finish import Finished, finish_video
from mediaprep.verbs.finishing import receipts
from mediaprep.verbs.verify import verify
from tests.defects import DEFECTS, FAST, make_good, make_recoded
from tests.making import ffmpeg, make_video


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    return make_good(tmp_path_factory.mktemp("good"), 1)


def test_a_good_output_raises_no_alarm(good: Finished) -> None:
    assert good.receipt_path == receipts.path_of(good.output)
    done = verify(good.receipt_path)
    assert done.exit_code == 0, [check.say() for check in done.checks]
    names = {check.name for check in done.checks}
    assert {"sha256", "decode_errors", "size", "rate", "frames", "seconds", "sound_of_main", "shift_of_main",
            "silent_in_main", "pictures", "frozen_spans", "black_spans", "captions"} <= names  # fmt: skip


@pytest.mark.parametrize("name", DEFECTS)
def test_each_defect_is_found_by_its_own_row(good: Finished, tmp_path: Path, name: str) -> None:
    spoil, rows = DEFECTS[name]
    bad = tmp_path / "bad.mp4"
    spoil(good.output, bad, 1)
    done = verify(receipts.path_of(good.output), video=bad)
    found = {check.name for check in done.broken}
    assert found & rows and "sha256" in found, [check.say() for check in done.checks]
    assert done.exit_code == 1


def test_a_long_output_is_told_by_some_of_its_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(glimpses, "WHOLE_SECONDS", 1.0)
    long = make_good(tmp_path, 2)
    whole = long.receipt
    assert whole is not None and whole.evidence.glimpses
    assert verify(receipts.path_of(long.output)).exit_code == 0
    for name, (spoil, rows) in DEFECTS.items():
        bad = tmp_path / f"{name}.mp4"
        spoil(long.output, bad, 2)
        found = {check.name for check in verify(receipts.path_of(long.output), video=bad).broken}
        assert found & rows, name


def test_a_caption_track_is_checked_again(tmp_path: Path) -> None:
    """Gone, with one caption fewer, late: each is told by the row of the track."""
    main = make_video(tmp_path / "main.mp4", seconds=3, width=160, height=90)
    cues = [Cue(start_ms=300 + n * 800, end_ms=1000 + n * 800, lines=(f"字幕 <{n}>",)) for n in range(3)]
    wish = CaptionWish(way=CaptionsAs.SOFT, off_faces=False)
    done = finish_video(main, output=tmp_path / "out.mp4", captions=cues, caption_wish=wish, encoding=FAST)
    row = next(
        check for check in verify(receipts.path_of(done.output)).checks if check.name == "captions_track"
    )
    assert row.held is True and row.measured == 3

    bad, fewer = tmp_path / "bad.mp4", cues[:2]
    late = [replace(cue, start_ms=cue.start_ms + 120, end_ms=cue.end_ms + 120) for cue in cues]
    ffmpeg("-i", done.output, "-map", "0:v", "-map", "0:a", "-c", "copy", bad)
    assert "captions_track" in {
        check.name for check in verify(receipts.path_of(done.output), video=bad).broken
    }
    copy = {c.name: c for c in verify(receipts.path_of(done.output), video=bad, recoded=True).checks}
    assert copy["captions_track"].held is None and "platforms" in copy["captions_track"].note
    for wrong in (fewer, late):
        softtrack.add(main, bad, wrong, language="zho", binary=find())
        assert "captions_track" in {c.name for c in verify(receipts.path_of(done.output), video=bad).broken}
        again = verify(receipts.path_of(done.output), video=bad, recoded=True)
        assert "captions_track" in {check.name for check in again.broken}


ENGLISH = re.compile(r"[A-Za-z]{2,}\s+[a-z]{2,}")  # two words of it


def test_every_row_is_said_in_chinese(good: Finished, tmp_path: Path) -> None:
    checks = [*good.checks, *verify(receipts.path_of(good.output)).checks, *fetched(good.output, None)]
    for spoil, _ in DEFECTS.values():
        bad = tmp_path / "bad.mp4"
        bad.unlink(missing_ok=True)
        spoil(good.output, bad, 1)
        checks += verify(receipts.path_of(good.output), video=bad).checks
    for check in checks:
        said = check_line(check, "zh")
        if check.name not in {"decode_errors", "streams", "readable"}:  # decoders' and codecs' own words
            assert not ENGLISH.search(said), said
        assert "期望" in check.say("zh") and check_line(check, "en") != said


def test_a_copy_that_was_encoded_anew_is_judged_by_what_it_shows(good: Finished, tmp_path: Path) -> None:
    copy = tmp_path / "copy.mp4"
    make_recoded(good.output, copy)
    assert verify(receipts.path_of(good.output), video=copy, recoded=True).exit_code == 0
    strict = verify(receipts.path_of(good.output), video=copy)
    assert {check.name for check in strict.broken} == {"sha256"}


def test_the_receipt_tells_what_the_output_was_made_of(good: Finished) -> None:
    document = json.loads(receipts.path_of(good.output).read_text(encoding="utf-8"))
    assert document["schema"] == "mediaprep.receipt/1"
    assert [entry["role"] for entry in document["inputs"]] == ["head", "main"]
    assert [entry["role"] for entry in document["outputs"]] == ["output", "sidecar"]
    assert {"mediaprep", "ffmpeg", "pyav", "python"} <= set(document["tools"])
    assert document["plan"]["captions_burnt"] is True
    assert document["plan"]["loudness"]["target_lufs"] == -16
    assert all(check["held"] is not False for check in document["checks"])


def test_where_the_service_speaks_only_the_duration_is_compared_and_it_says_so(good: Finished) -> None:
    known = receipts.read(receipts.path_of(good.output))
    for drive in (DrivingSource.TEXT, DrivingSource.MODULATED):
        for stated, held in ((3200, True), (5200, False)):
            answer = Answered(
                kind="video", endpoint="notrain", task_id="t", status="SUCCESS", duration_ms=stated
            )
            changed = replace(
                known, drive=drive, answers=(answer,), evidence=replace(known.evidence, result_seconds=3.2)
            )
            receipts.write(changed, good.output)
            rows = {check.name: check for check in verify(receipts.path_of(good.output)).checks}
            assert rows["duration"].held is held
            assert "only the Duration" in rows["duration"].note and drive.value in rows["duration"].note
    receipts.write(known, good.output)


def test_renamed_together_they_still_find_each_other(good: Finished, tmp_path: Path) -> None:
    shutil.copyfile(good.output, tmp_path / "renamed.mp4")
    shutil.copyfile(receipts.path_of(good.output), tmp_path / "renamed.mp4.receipt.json")
    assert verify(tmp_path / "renamed.mp4.receipt.json").exit_code == 0


def test_a_video_may_be_named_for_the_receipt_beside_it(good: Finished, tmp_path: Path) -> None:
    assert verify(good.output).exit_code == 0
    alone = tmp_path / "alone.mp4"
    shutil.copyfile(good.output, alone)
    with pytest.raises(BadAsset, match=r"no receipt: it is no JSON; name the \.receipt\.json") as caught:
        verify(alone)
    assert "不是回执" in caught.value.zh


def test_what_is_no_receipt_or_no_video_is_said_in_a_line(good: Finished, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.receipt.json"
    for text in ("no json", "[]", '{"schema": "mediaprep.receipt/1"}', "[" * 20000):
        wrong.write_text(text)
        with pytest.raises(BadAsset, match="no receipt"):
            verify(wrong)
    shutil.copyfile(receipts.path_of(good.output), tmp_path / "alone.mp4.receipt.json")
    with pytest.raises(BadAsset, match="--video"):
        verify(tmp_path / "alone.mp4.receipt.json")
    wrong.write_text("not a video")
    done = verify(receipts.path_of(good.output), video=wrong)
    assert {check.name for check in done.broken} == {"sha256", "readable"}


def test_the_command_says_row_by_row_and_its_exit_code_is_the_verdict(good: Finished, tmp_path: Path) -> None:
    told = CliRunner().invoke(command, [str(receipts.path_of(good.output))], standalone_mode=False)
    assert told.return_value == 0 and "sound of main" in told.output and "is what was proved" in told.output
    bad = tmp_path / "bad.mp4"
    DEFECTS["truncated"][0](good.output, bad, 1)
    told = CliRunner().invoke(
        command,
        [str(receipts.path_of(good.output)), "--video", str(bad), "--format", "json"],
        standalone_mode=False,
    )
    document = json.loads(told.output)
    assert told.return_value == 1
    assert document["schema"] == "mediaprep.verify/1" and document["verdict"] == "failed"
