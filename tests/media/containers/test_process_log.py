"""Proofs and glances in several threads at once: nobody waits for ever, and nothing is printed."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

from mediaprep.media.containers.process_log import ProcessLog
from tests.making import make_video

_BOTH = """
import sys, threading, time
from pathlib import Path
from mediaprep.errors import MediaprepError
from mediaprep.media.containers import packets
good, bad, until = Path(sys.argv[1]), Path(sys.argv[2]), time.monotonic() + 4
def proofs():
    while time.monotonic() < until:
        packets.decode_report(good)
def glances():
    while time.monotonic() < until:
        try:
            for _, _picture in zip(range(3), packets.decode_frames(bad, pixel_format="gray", size=(64, 36))):
                pass
        except MediaprepError:
            pass
threads = [threading.Thread(target=it) for it in (proofs, glances, glances)]
[it.start() for it in threads]
[it.join() for it in threads]
"""


def test_a_damaged_file_that_is_left_early_stops_no_proof_beside_it(tmp_path: Path) -> None:
    good = make_video(tmp_path / "good.mp4", seconds=1.5, width=640, height=360)
    data, chance = bytearray(good.read_bytes()), random.Random(1)
    begin = data.find(b"mdat")
    begin, end = (begin + 4000, len(data) - 3000) if begin < len(data) // 2 else (48, begin - 100)
    for _ in range(60):
        data[chance.randrange(begin, end)] ^= 0xFF
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-c", _BOTH, good, bad], capture_output=True, text=True, timeout=90, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_log_is_silent_only_while_no_file_is_open() -> None:
    told: list[int | None] = []
    log = ProcessLog(told.append, error=16, quiet=0)
    with log.used():
        assert told == []  # nobody has listened: it was silent and stays so
        with log.heard():
            assert told == [16]
        assert told == [16, 0]
        with log.used():
            pass
        assert told == [16, 0]
    assert told == [16, 0, None]
    with log.heard(), log.used():
        pass
    assert told == [16, 0, None, 16, None]
