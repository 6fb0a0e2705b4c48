"""What a killed command leaves is removed by the next one; what is anybody else's never is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mediaprep import leavings, processes

DEAD = replace(processes.me(), started=1)  # this number, another start: that process is gone


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(leavings, "_record", leavings._Record())  # warm readers of other tests hold theirs
    return leavings.state_folder() / "leavings"


def record(home: Path, *paths: Path, **owner: object) -> Path:
    """As a process would have written it."""
    told = {
        "host": DEAD.host,
        "machine": processes.machine(),
        "pid": DEAD.pid,
        "started": DEAD.started,
        **owner,
    }
    home.mkdir(parents=True, exist_ok=True)
    path = home / "1-00000000.jsonl"
    path.write_bytes(
        b"".join(json.dumps(row).encode() + b"\n" for row in (told, *(os.fsencode(p).hex() for p in paths)))
    )
    return path


def left(folder: Path, name: str = ".made.mp4.part-0123abcd") -> Path:
    path = folder / name
    path.write_bytes(b"half")
    return path


def test_what_is_meanwhile_is_written_down_only_for_so_long(home: Path, tmp_path: Path) -> None:
    with (
        leavings.named(leavings.part_beside(tmp_path / "a.mp4")) as part,
        leavings.folder("mediaprep-") as folder,
    ):
        (written,) = home.iterdir()
        owner, *rows = written.read_bytes().splitlines()
        assert json.loads(owner)["pid"] == os.getpid()
        assert {os.fsdecode(bytes.fromhex(json.loads(row))) for row in rows} == {str(part), str(folder)}
        assert leavings.sweep() == 0 and folder.is_dir()  # its owner is alive
    assert not folder.exists() and list(home.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="whether a process is gone is looked up in /proc")
def test_what_a_killed_process_left_is_removed_by_the_next(home: Path, tmp_path: Path) -> None:
    code = (
        "import os, pathlib\nfrom mediaprep.media.files import atomic\n"
        f"folder = pathlib.Path({str(tmp_path)!r})\n(folder / 'source').write_bytes(b'x')\n"
        "with atomic.landing(folder / 'a.mp4') as part, atomic.under_our_name(folder / 'source', folder), "
        "atomic.workroom() as room:\n    part.write_bytes(b'half'); (room / 'x').write_bytes(b'x')\n"
        "    os.kill(os.getpid(), 9)"
    )
    environ = {**os.environ, "TMPDIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code], env=environ, cwd=Path(__file__).parents[1], check=False)
    before = {path.name.split("-")[0] for path in tmp_path.iterdir()}
    assert {".a.mp4.part", ".mend", "mediaprep"} <= before
    assert leavings.sweep() == 3
    assert {path.name for path in tmp_path.iterdir()} == {"source", "state"}
    assert list(home.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="whether a process is gone is looked up in /proc")
@pytest.mark.parametrize(
    "owner",
    [
        {"started": processes.me().started},
        {"host": "another-host/12345678/1"},
        {"host": "another-host/12345678/1", "machine": "0123456789abcdef"},
        {"host": DEAD.host + "9"},
        {"pid": os.getppid(), "started": 0},
    ],
    ids=["alive", "another host", "another machine", "another space of numbers", "alive, start unknown"],
)
def test_what_belongs_to_the_living_or_to_others_stays(
    owner: dict[str, object], home: Path, tmp_path: Path
) -> None:
    path, written = left(tmp_path), record(home, left(tmp_path), **owner)
    assert leavings.sweep() == 0
    assert path.exists() and written.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="whether a process is gone is looked up in /proc")
@pytest.mark.parametrize(
    "name",
    ["made.mp4", ".made.mp4", ".made.mp4.part", ".made.mp4.part-xyz", ".mend-short", "mediaprep", "mediaprep.toml",
     "mediaprep-notes", ".mediaprep", "x.part-0123abcd"],
)  # fmt: skip
def test_what_is_not_called_as_we_call_such_things_stays(name: str, home: Path, tmp_path: Path) -> None:
    path = left(tmp_path, name)
    record(home, path)
    assert leavings.sweep() == 0
    assert path.read_bytes() == b"half"


def test_what_no_record_names_stays_whatever_it_is_called(home: Path, tmp_path: Path) -> None:
    path = left(tmp_path)
    record(home, tmp_path / ".other.part-0123abcd")
    leavings.sweep()
    assert path.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="whether a process is gone is looked up in /proc")
def test_a_link_under_such_a_name_is_not_followed(home: Path, tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    precious = left(tmp_path / "theirs", "precious")
    link = tmp_path / ".mend-0123456789abcdef"
    link.symlink_to(tmp_path / "theirs")
    record(home, link)
    leavings.sweep()
    assert precious.exists() and link.is_symlink()


@pytest.mark.skipif(sys.platform != "linux", reason="whether a process is gone is looked up in /proc")
@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"[]\n"),
        lambda path: path.write_bytes(b"{}\n"),
        lambda path: path.write_bytes(path.read_bytes()[:20]),
        lambda path: path.write_bytes(b"\xff" * 100),
        lambda path: path.write_bytes(path.read_bytes().replace(b'"pid"', b'"dip"')),
    ],
)
def test_a_torn_record_removes_nothing_and_goes_when_it_is_old(
    spoil: Callable[[Path], object], home: Path, tmp_path: Path
) -> None:
    path = left(tmp_path)
    written = record(home, path)
    spoil(written)
    assert leavings.sweep() == 0 and written.exists()
    os.utime(written, (1, 1))
    assert leavings.sweep() == 0 and path.exists()
    assert not written.exists()


def test_a_system_started_anew_has_none_of_its_processes_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "machine", lambda: "this")
    monkeypatch.setattr(processes, "host", lambda: "name/boot-now/1")
    restarted = processes.restarted
    assert restarted("this", "name/boot-then/1", 1.0) == (sys.platform == "linux")
    assert not restarted("this", "name/boot-now/2", 1.0)  # a container of this boot
    assert not restarted("other", "name/boot-then/1", 1.0)
    assert not restarted("this", "name/boot-then/1", 4e9)  # written after this system was started
    assert not restarted(None, "name/boot-then/1", 1.0)


def test_a_record_does_not_grow_for_ever(home: Path, tmp_path: Path) -> None:
    with leavings.named(tmp_path / ".kept.part-00000000"):
        for _ in range(600):
            with leavings.named(tmp_path / ".short.part-00000000"):
                pass
        (written,) = home.glob("*.jsonl")
        assert len(written.read_bytes().splitlines()) < 400
        assert b"".join(path.read_bytes() for path in home.iterdir()).count(
            os.fsencode(tmp_path / ".kept").hex().encode()
        )


def test_without_a_state_folder_temporary_files_go_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))  # nothing can be made below it
    with leavings.folder("mediaprep-") as folder:
        assert folder.is_dir()
        assert len(list(tmp_path.glob("mediaprep-leavings-*/*.jsonl"))) == 1
    assert not folder.exists()
