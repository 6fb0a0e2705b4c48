"""scripts/demo as a new user runs it. Its set-up is done already: these tests run inside what scripts/test set up."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(
    Path(sys.prefix).resolve() != ROOT / ".venv",
    reason="not inside this checkout's .venv: scripts/test makes it",
)
def test_the_demo_makes_two_finished_videos_and_a_report(tmp_path: Path) -> None:
    out = tmp_path / "demo"
    done = subprocess.run(
        [ROOT / "scripts" / "demo", out],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    for made in ("out/welcome.mp4", "out/lesson.mp4", "out/welcome.mp4.receipt.json", "report.html"):
        assert (out / made).stat().st_size > 0, made
    assert "== done in" in done.stdout
