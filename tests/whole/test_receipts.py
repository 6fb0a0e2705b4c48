"""A short run of scripts/receipts.py: no alarm on good outputs or their recoded copies, defects found."""

from __future__ import annotations

import importlib.util
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "receipts.py"


def test_good_outputs_raise_no_alarm_and_defects_are_found(tmp_path: Path) -> None:
    found = importlib.util.spec_from_file_location("receipts_script", SCRIPT)
    assert found is not None and found.loader is not None
    script = importlib.util.module_from_spec(found)
    found.loader.exec_module(script)
    counts = script.run(2, 1, tmp_path)
    assert counts.pop("ALARM on a good output") == (0, 2)
    assert counts.pop("ALARM on a recoded copy") == (0, 2)
    assert len(counts) == 8 and set(counts.values()) == {(1, 1)}
