"""Who is still there."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from mediaprep import processes


def test_this_process_is_there() -> None:
    assert not processes.gone(processes.me())
    assert not processes.gone(replace(processes.me(), started=0))


@pytest.mark.skipif(os.name != "posix", reason="asks for a process by number")
def test_an_ended_process_is_gone_and_one_of_another_system_is_not_judged() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    other = replace(processes.me(), pid=child.pid, started=0)
    assert not processes.gone(other)
    child.kill()
    child.wait()
    assert processes.gone(other)
    assert not processes.gone(replace(other, host="elsewhere"))


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_a_number_used_again_and_a_body_nobody_collected_are_gone() -> None:
    me = processes.me()
    assert me.started > 0
    assert processes.gone(replace(me, started=me.started + 1))
    child = subprocess.Popen([sys.executable, "-c", "pass"])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert processes.gone(replace(me, pid=child.pid, started=0))
    child.wait()
