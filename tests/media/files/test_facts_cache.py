"""The facts cache: hits only for the very same state, never in the way, never executing what it holds."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mediaprep.media.files import facts_cache
from mediaprep.media.files.facts_cache import Remembered, decode, encode, identity
from mediaprep.model.facts import ABSENT, Facts, UnknownFacts, Unmeasured
from tests.preflight.samples import AUDIO, PDF, PHOTO, TEXT, VIDEO

DECK = replace(PDF, hidden_pages=(2, 3))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "facts.sqlite"


@pytest.fixture
def cache(place: Path) -> Iterator[Remembered]:
    opened = Remembered(place)
    yield opened
    opened.close()


@pytest.fixture
def asset(tmp_path: Path) -> Path:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"12345")
    os.utime(path, (1e9, 1e9))
    return path


@pytest.mark.parametrize("facts", [VIDEO, AUDIO, PHOTO, DECK, TEXT, replace(VIDEO, audio=ABSENT, faces=None)])
def test_facts_come_back_as_they_were(facts: Facts) -> None:
    assert decode(encode(facts)) == facts


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "3", '{"#":"Popen","args":["x"]}', '{"#":"VideoFacts"}', '{"x":1}', '{"#":"FaceBox","x":1}',
     '{"#":"Unmeasured","measure":"a","en":"b","zh":"c"}'],
)  # fmt: skip
def test_anything_else_is_nothing(text: str) -> None:
    assert decode(text) is None


def test_the_same_state_is_found_again_even_by_another_process(place: Path, asset: Path) -> None:
    known = identity(asset, True)
    assert known is not None
    for _ in range(2):
        cache = Remembered(place)
        assert cache.find(known) in (None, VIDEO)
        cache.keep(known, VIDEO)
        assert cache.find(known) == VIDEO
        cache.close()


def test_another_state_or_another_question_is_not_found(cache: Remembered, asset: Path) -> None:
    known = identity(asset, True)
    assert known is not None
    cache.keep(known, VIDEO)
    assert cache.find(replace(known, size=6)) is None
    assert cache.find(replace(known, mtime_ns=known.mtime_ns + 1)) is None
    assert cache.find(replace(known, ctime_ns=known.ctime_ns + 1)) is None
    other = identity(asset, False)
    assert other is not None and cache.find(other) is None
    stamp = asset.stat()
    asset.write_bytes(b"54321")
    os.utime(asset, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))  # ctime still tells
    again = identity(asset, True)
    assert again is not None and again.mtime_ns == known.mtime_ns and cache.find(again) is None


def test_new_code_that_measures_makes_old_facts_unknown(
    cache: Remembered, asset: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = identity(asset, True)
    assert known is not None
    cache.keep(known, VIDEO)
    monkeypatch.setattr(facts_cache, "measuring", lambda: "another version")
    newer = identity(asset, True)
    assert newer is not None and cache.find(newer) is None


def test_what_could_not_be_measured_is_tried_again(cache: Remembered, asset: Path) -> None:
    known = identity(asset, True)
    assert known is not None
    unread = UnknownFacts(size_bytes=1, problem_en="x", problem_zh="x")
    for facts in (unread, replace(VIDEO, unmeasured=(Unmeasured(measure="faces", en="x", zh="x"),))):
        cache.keep(known, facts)
        assert cache.find(known) is None


def test_a_missing_file_and_a_folder_have_no_identity(tmp_path: Path) -> None:
    assert identity(tmp_path / "none") is None
    assert identity(tmp_path) is None


@pytest.mark.parametrize("content", [b"this is no database" * 100, b"SQLite format 3\x00" + b"\xff" * 4096])
def test_a_broken_cache_is_thrown_away_and_begun_anew(place: Path, asset: Path, content: bytes) -> None:
    place.parent.mkdir(parents=True)
    place.write_bytes(content)
    cache = Remembered(place)
    known = identity(asset)
    assert known is not None and cache.find(known) is None
    cache.keep(known, VIDEO)
    cache.keep(known, VIDEO)
    assert cache.find(known) == VIDEO
    cache.close()


def test_a_cache_that_cannot_be_written_lasts_as_long_as_the_process(tmp_path: Path, asset: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("x")
    cache = Remembered(blocked / "facts.sqlite")
    known = identity(asset)
    assert known is not None
    cache.keep(known, VIDEO)
    assert cache.find(known) == VIDEO
    cache.close()
    assert Remembered(blocked / "facts.sqlite").find(known) is None


def test_what_is_written_this_very_moment_is_not_known_yet(asset: Path) -> None:
    for _ in range(5):  # the same length within one tick of the file system's clock: nothing would tell
        asset.write_bytes(b"abcde")
        assert identity(asset) is None
    os.utime(asset, (1e9, 1e9))
    assert identity(asset) is not None


def test_a_name_of_ours_leaves_a_file_known_and_a_change_does_not(cache: Remembered, asset: Path) -> None:
    before, known = asset.stat(), identity(asset)
    assert known is not None
    cache.keep(known, VIDEO)
    named = asset.rename(asset.with_name("b.mp4"))
    now = identity(named)
    assert now is not None
    if now != known:  # file systems whose renames change the ctime
        assert cache.find(now) is None
    cache.renamed(before, named.stat())
    assert cache.find(now) == VIDEO
    other = named.with_name("c.mp4")
    other.write_bytes(b"54321")
    os.utime(other, (1e9, 1e9))
    cache.renamed(before, other.replace(named).stat())
    swapped = identity(named)
    assert swapped is not None and cache.find(swapped) is None


def test_a_row_that_was_tampered_with_is_not_believed(place: Path, cache: Remembered, asset: Path) -> None:
    known = identity(asset)
    assert known is not None
    cache.keep(known, VIDEO)
    with sqlite3.connect(place) as database:
        database.execute("UPDATE facts SET facts = replace(facts, 'h264', 'hevc')")
    assert cache.find(known) is None


def test_it_stands_in_the_users_cache_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert facts_cache.default_path() == tmp_path / "mediaprep" / "facts.sqlite"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative/is/ignored")
    assert facts_cache.default_path() == Path.home() / ".cache" / "mediaprep" / "facts.sqlite"
