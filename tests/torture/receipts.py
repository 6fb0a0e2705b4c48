"""Does a receipt catch what it should, and nothing else? 50 good outputs, and eight defects seeded into them.

scripts/receipts [--good 50] [--defects 50]
"""

from __future__ import annotations

import argparse
import collections
import sys
import tempfile
import time
from pathlib import Path

from mediaprep.model.finishing.proof import broken
from mediaprep.verbs.finishing import receipts
from mediaprep.verbs.verify import verify
from tests.defects import DEFECTS, make_good, make_recoded


def run(good: int, defects: int, folder: Path) -> dict[str, tuple[int, int]]:
    """Per row (found, tried): alarms on good outputs and on their recoded copies, and each defect found."""
    counts: dict[str, list[int]] = collections.defaultdict(lambda: [0, 0])

    def count(row: str, found: bool, said: object = "") -> None:
        counts[row][0] += found
        counts[row][1] += 1
        if found == row.startswith("ALARM"):
            print(f"   {row}: {said}", flush=True)

    for seed in range(good):
        done = make_good(folder, seed)
        own = verify(receipts.path_of(done.output))
        count("ALARM on a good output", bool(own.broken or own.unknown), [c.say() for c in own.broken])
        copy = folder / "copy.mp4"
        make_recoded(done.output, copy)
        again = verify(receipts.path_of(done.output), video=copy, recoded=True)
        count("ALARM on a recoded copy", bool(again.broken), [c.say() for c in again.broken])
        if seed >= defects:
            continue
        for name, (spoil, rows) in DEFECTS.items():
            bad = folder / "bad.mp4"
            bad.unlink(missing_ok=True)
            spoil(done.output, bad, seed)
            found = {c.name for c in broken(verify(receipts.path_of(done.output), video=bad).checks)}
            count(name, bool(found & rows) and "sha256" in found, (seed, sorted(found)))
    return {row: (found, tried) for row, (found, tried) in counts.items()}


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--good", type=int, default=50)
    options.add_argument("--defects", type=int, default=50, help="of how many good outputs")
    chosen = options.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        counts = run(chosen.good, chosen.defects, Path(name))
    bad = 0
    for row, (found, tried) in counts.items():
        print(f"{row:<26} {found:>4} of {tried}")
        bad += found if row.startswith("ALARM") else tried - found
    print(f"{time.monotonic() - started:.0f} s")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
