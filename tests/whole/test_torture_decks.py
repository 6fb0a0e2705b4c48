"""Damaged decks, read and split: the short run of scripts/torture-decks."""

from __future__ import annotations

import random
import zipfile
from pathlib import Path

from tests.making import make_pptx
from tests.torture import decks as torture_decks
from tests.torture import hostile as torture


def test_damaged_decks_lead_to_our_errors_only_in_bounded_time_and_memory(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(torture_decks.shutil, "which", lambda _: None)  # the long run has ppt decks too
    told = torture.Told()
    torture_decks.run(60, seed=20261128, kept=None, told=told)
    assert told.problems == []


def test_what_goes_wrong_is_told(tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    from mediaprep.media.decks import reading

    def broken(*_: object) -> None:
        raise ZeroDivisionError("a reader's mistake")

    monkeypatch.setattr(reading, "measure", broken)
    assert (
        torture_decks.handled(make_pptx(tmp_path / "a.pptx", 1), tmp_path)[2]
        == "ZeroDivisionError: a reader's mistake"
    )


class _Always(random.Random):
    """Chooses damage inside the archive every time."""

    inside = False

    def random(self) -> float:
        self.inside, first = True, not self.inside
        return 0.9 if first else super().random()

    def seed(self, *arguments: object, **options: object) -> None:
        self.inside = False
        super().seed(*arguments, **options)  # type: ignore[arg-type]


def test_damage_inside_parts_gets_past_their_checksums(tmp_path: Path) -> None:
    source = make_pptx(tmp_path / "a.pptx", 2)
    dice = _Always()
    changed = set()
    for seed in range(6):
        dice.seed(seed)
        torture_decks.damaged(source, tmp_path / "b.pptx", dice)
        with zipfile.ZipFile(source) as good, zipfile.ZipFile(tmp_path / "b.pptx") as bad:
            assert bad.testzip() is None
            changed |= {name for name in good.namelist() if good.read(name) != bad.read(name)}
    assert len(changed) >= 4
