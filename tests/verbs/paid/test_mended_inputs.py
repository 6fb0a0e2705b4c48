"""Mended inputs are found again by what they were made of, and only while they are whole."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from mediaprep import processes
from mediaprep.errors import BadAsset, ToolFailed
from mediaprep.media.files.digest import sha256_of
from mediaprep.model.findings import Text
from mediaprep.model.paid.records import JobState, NewJob
from mediaprep.submission.bucket.request_urls import Asset
from mediaprep.submission.ledger import Ledger
from mediaprep.verbs.paid.mended_inputs import Keeper, MendedInputs

STEPS = (Text("encode", "编码"),)


def shelf(folder: Path, source: Path, steps: tuple[Text, ...] = STEPS) -> MendedInputs:
    return MendedInputs(folder, Asset(parameter="VideoParam.Refs[0]", given=source.name, path=source), steps)


def test_what_was_mended_is_found_by_source_and_treatment(tmp_path: Path) -> None:
    source = tmp_path / "a.mov"
    source.write_bytes(b"raw")
    one = shelf(tmp_path / "work", source)
    assert one.find() is None
    made = one.made_place() / "a.mp4"
    made.write_bytes(b"mended")
    assert one.find() is None, "a file without a record may be half of one"
    one.keep(made)
    assert shelf(tmp_path / "work", source).find() == made.resolve()
    assert shelf(tmp_path / "work", source, (Text("trim", "裁剪"),)).find() is None
    source.write_bytes(b"other")
    assert shelf(tmp_path / "work", source).find() is None


@pytest.mark.parametrize("content", [b"", b"mende", b"other"])
def test_what_is_no_longer_whole_is_not_used(tmp_path: Path, content: bytes) -> None:
    source = tmp_path / "a.mov"
    source.write_bytes(b"raw")
    one = shelf(tmp_path, source)
    made = one.made_place() / "a.mp4"
    made.write_bytes(b"mended")
    one.keep(made)
    made.write_bytes(content)
    assert one.find() is None
    (one.place / "mended.json").write_text('{"name": "../../a.mov", "sha256": "x"}', encoding="utf-8")
    assert one.find() is None


def test_a_file_is_hashed_anew_when_it_changed(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"1")
    first = sha256_of(path)
    assert sha256_of(path) == first
    path.write_bytes(b"22")
    assert sha256_of(path) != first
    path.unlink()
    with pytest.raises(ToolFailed, match="cannot be read"):
        sha256_of(path)


def keeper(ledger: Ledger, name: str, state: JobState = JobState.NEW) -> Keeper:
    """A job that stands where it is said to."""
    ledger.enqueue(NewJob(id=name, name=name, endpoint="notrain", base_url="http://127.0.0.1:1", digest=name))
    if state is not JobState.NEW:
        claim = ledger.claim(processes.me(), 30, ids=[name])
        assert claim is not None
        ledger.move(claim, state, name={JobState.READY: "prepared", JobState.REFUSED: "refused"}[state])
    return Keeper(ledger=ledger, job=name)


def kept(folder: Path, source: Path, content: bytes, by: Keeper | None) -> MendedInputs:
    """What is mended of `source` with this content, taken by a job."""
    source.write_bytes(content)
    made = shelf(folder, source)
    if by is not None:
        made.take(by)
    (made.made_place() / "a.mp4").write_bytes(b"mended " + content)
    made.keep(made.place / "a.mp4")
    return made


def test_what_was_mended_of_older_contents_is_removed_when_its_jobs_have_ended(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.db") as ledger:
        ended, now = keeper(ledger, "ended", JobState.REFUSED), keeper(ledger, "now")
        old = kept(tmp_path, tmp_path / "a.mov", b"old", ended)
        old.take(now)  # the same job may have been mended otherwise before
        new = kept(tmp_path, tmp_path / "a.mov", b"new", now)
        new.clear(now)
        assert new.find() is not None and [place.name for place in new.place.parent.iterdir()] == [
            new.place.name
        ]


def test_nothing_is_removed_that_a_job_may_still_need(tmp_path: Path) -> None:
    source = tmp_path / "a.mov"
    with Ledger(tmp_path / "ledger.db") as ledger, Ledger(tmp_path / "other.db") as other:
        now = keeper(ledger, "now")
        lost = Keeper(ledger=ledger, job="not in this ledger")
        needed = [
            kept(tmp_path, source, b"1", keeper(ledger, "open", JobState.READY)),
            kept(tmp_path, source, b"2", keeper(ledger, "preparing")),
            kept(tmp_path, source, b"3", keeper(other, "elsewhere", JobState.REFUSED)),
            kept(tmp_path, source, b"4", lost),
            kept(tmp_path, source, b"5", None),
            kept(tmp_path, source, b"6", keeper(ledger, "done", JobState.REFUSED)),
        ]
        with (needed[-1].place / "used.jsonl").open("ab") as file:
            file.write(b'{"ledger": ')
        kept(tmp_path, source, b"now", now).clear(now)
        assert [made.place.is_dir() for made in needed] == [True] * len(needed)


def test_the_jobs_of_a_ledger_that_has_gone_need_nothing(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.db") as ledger:
        with Ledger(tmp_path / "emulated.db") as brief:
            old = kept(tmp_path, tmp_path / "a.mov", b"old", keeper(brief, "a"))
        now = keeper(ledger, "now")
        (tmp_path / "emulated.db").unlink()
        kept(tmp_path, tmp_path / "a.mov", b"new", now).clear(now)
        assert not old.place.exists()


def test_a_link_and_what_is_not_ours_are_left_alone(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.db") as ledger:
        now = keeper(ledger, "now")
        new = kept(tmp_path / "work", tmp_path / "a.mov", b"new", now)
        elsewhere = kept(
            tmp_path / "elsewhere", tmp_path / "a.mov", b"old", keeper(ledger, "b", JobState.REFUSED)
        )
        (new.place.parent / "notes").mkdir()
        (new.place.parent / ("0" * 16)).symlink_to(elsewhere.place)
        new.clear(now)
        assert len(list(new.place.parent.iterdir())) == 3 and elsewhere.place.is_dir()


def settled_source(path: Path, content: bytes) -> Path:
    """A file that was not written this very moment: its state tells it from any other."""
    path.write_bytes(content)
    os.utime(path, (1e9, 1e9))
    return path


def mended_in(folder: Path, source: Path) -> tuple[MendedInputs, Path]:
    one = shelf(folder, source)
    made = one.made_place() / "a.mp4"
    made.write_bytes(b"mended")
    one.keep(made)
    return one, made


def test_what_one_job_has_mended_another_takes_as_a_file_of_its_own(tmp_path: Path) -> None:
    source = settled_source(tmp_path / "a.mov", b"raw")
    _, made = mended_in(tmp_path / "one", source)
    other = shelf(tmp_path / "two", source)
    found = other.shared()
    assert found is not None and found != made.resolve() and found.read_bytes() == b"mended"
    made.unlink()
    assert other.find() == found, "it lasts although the first has gone"
    assert (
        shelf(tmp_path / "three", source).shared()
        == tmp_path / "three/VideoParam-Refs-0" / other.place.name / "a.mp4"
    )


def test_nothing_is_taken_that_is_damaged_or_made_of_something_else(tmp_path: Path) -> None:
    source = settled_source(tmp_path / "a.mov", b"raw")
    _, made = mended_in(tmp_path / "one", source)
    assert shelf(tmp_path / "two", source, (Text("trim", "裁剪"),)).shared() is None
    made.write_bytes(b"mendeD")
    assert shelf(tmp_path / "two", source).shared() is None
    settled_source(source, b"new")
    assert shelf(tmp_path / "two", source).shared() is None


def test_a_file_that_was_changed_while_it_was_mended_is_not_kept(tmp_path: Path) -> None:
    source = settled_source(tmp_path / "a.mov", b"raw")
    one = shelf(tmp_path / "one", source)
    made = one.made_place() / "a.mp4"
    made.write_bytes(b"mended")
    source.write_bytes(b"new")
    with pytest.raises(BadAsset, match="changed while it was mended"):
        one.keep(made)
    assert one.find() is None and shelf(tmp_path / "one", source).find() is None


def test_who_needs_the_same_waits_and_hears_so_until_he_is_told_to_stop(tmp_path: Path) -> None:
    source = settled_source(tmp_path / "a.mov", b"raw")
    one, two = shelf(tmp_path / "one", source), shelf(tmp_path / "two", source)

    def stop() -> None:
        raise KeyboardInterrupt

    with one.alone(stop):
        with pytest.raises(KeyboardInterrupt), two.alone(stop):
            pass
        heard: list[bool] = []
        waiter = threading.Thread(target=lambda: two.alone(lambda: heard.append(True)).__enter__())
        waiter.start()
        while not heard:
            waiter.join(0.01)
    waiter.join(5)
    assert not waiter.is_alive()
