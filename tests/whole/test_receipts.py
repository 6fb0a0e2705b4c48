"""A short run of scripts/receipts: no alarm on good outputs or their recoded copies, defects found."""

from __future__ import annotations

from pathlib import Path

from tests.torture import receipts


def test_good_outputs_raise_no_alarm_and_defects_are_found(tmp_path: Path) -> None:
    counts = receipts.run(2, 1, tmp_path)
    assert counts.pop("ALARM on a good output") == (0, 2)
    assert counts.pop("ALARM on a recoded copy") == (0, 2)
    assert len(counts) == 8 and set(counts.values()) == {(1, 1)}
