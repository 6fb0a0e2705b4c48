"""Work begun before it is asked for: its result or its error comes when it is, and nobody has to wait."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from mediaprep.errors import BadAsset
from mediaprep.verbs.finishing.early_start import Ahead


def test_the_result_is_the_works() -> None:
    assert Ahead(lambda: 40 + 2).result() == 42


def test_it_works_while_the_caller_does() -> None:
    here = threading.Event()
    ahead = Ahead(lambda: here.wait(10))
    here.set()
    assert ahead.result() is True


def test_its_error_is_raised_where_the_result_is_asked_for() -> None:
    def broken() -> int:
        raise BadAsset("a.mp4: damaged", "a.mp4：损坏")

    ahead = Ahead(broken)
    with pytest.raises(BadAsset, match="damaged"):
        ahead.result()
    with pytest.raises(BadAsset, match="damaged"):
        ahead.result()


def test_a_process_ends_without_waiting_for_it() -> None:
    code = (
        "import time\nfrom mediaprep.verbs.finishing.early_start import Ahead\nAhead(lambda: time.sleep(60))"
    )
    done = subprocess.run([sys.executable, "-c", code], timeout=20, check=False)
    assert done.returncode == 0
