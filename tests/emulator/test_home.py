"""What outlives an emulator: one at a time in a folder, always at one address, and only its own files."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from mediaprep.emulator.options import Options
from mediaprep.emulator.server import Emulator
from mediaprep.errors import BadConfig
from tests.emulator.test_killed import Process


def test_a_second_emulator_in_the_same_folder_is_refused_until_the_first_ends(tmp_path: Path) -> None:
    with Emulator(Options(data=tmp_path)):
        with pytest.raises(BadConfig, match="another emulator"), Emulator(Options(data=tmp_path)):
            pass
        code = (
            "import sys; from pathlib import Path; from mediaprep.emulator.server import Emulator, Options\n"
            "Emulator(Options(data=Path(sys.argv[1]), fresh=True)).__enter__()"
        )
        told = subprocess.run(
            [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False
        )
        assert "another emulator" in told.stderr
        assert (tmp_path / "account.jsonl").exists()
    with Emulator(Options(data=tmp_path)):
        pass


def test_a_killed_one_holds_nothing(tmp_path: Path) -> None:
    process = Process(tmp_path)
    process.kill()
    with Emulator(Options(data=tmp_path)) as emulator:
        assert emulator.gateway == process.line["gateway"]


def test_its_address_and_credentials_stay_until_it_begins_anew(tmp_path: Path) -> None:
    with Emulator(Options(data=tmp_path)) as emulator:
        first = emulator.gateway, emulator.appkey
    with Emulator(Options(data=tmp_path)) as emulator:
        assert (emulator.gateway, emulator.appkey) == first
    (tmp_path / "mine.txt").write_text("not the emulator's")
    with Emulator(Options(data=tmp_path, fresh=True)) as emulator:
        assert emulator.appkey != first[1]
    assert (tmp_path / "mine.txt").read_text() == "not the emulator's"


def test_an_address_that_is_taken_is_told_and_not_replaced(tmp_path: Path) -> None:
    with Emulator(Options(data=tmp_path)) as emulator:
        port = int(emulator.gateway.rpartition(":")[2])
    with socket.create_server(("127.0.0.1", port)):
        with pytest.raises(BadConfig, match="--fresh"), Emulator(Options(data=tmp_path)):
            pass
        with Emulator(Options(data=tmp_path, fresh=True)) as emulator:
            assert not emulator.gateway.endswith(f":{port}")
