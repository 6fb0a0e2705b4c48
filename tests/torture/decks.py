"""scripts/torture-decks: damaged decks are read and rewritten; nothing but our own errors, time and memory bounded.

    scripts/torture-decks [--count N] [--seed S] [--keep FOLDER]

Half are damaged as files, half inside their parts (unpacked, damaged, packed again, so that the damage gets past
checksums). Each is measured as `check` does it and split; more than 2 CPU seconds, 200 MiB, or an error that is
not ours is a problem.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path

from tests.torture.hostile import Told, mutated

SECONDS, MEBIBYTES = 2.0, 200.0


def seeds(folder: Path) -> list[Path]:
    """Good decks of each format, small ones with much in them. A ppt needs LibreOffice to be made."""
    from tests import making_decks as making

    notes = {page: f"第 {page} 页 & <b>" for page in range(1, 8)}
    lesson = making.make_lesson(
        folder / "lesson.pptx",
        7,
        hidden=(3,),
        notes=notes,
        pictures=2,
        sections=2,
        jumps={1: 5, 5: 1},
        show=(1, 4),
    )
    found = [
        lesson,
        making.make_lesson(folder / "plain.pptx", 3, pictures=0),
        making.make_lesson_pdf(folder / "own.pdf", 4),
        making.make_lesson_pdf(folder / "shared.pdf", 6, pictures=2, shared=True),
    ]
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is not None:
        subprocess.run(
            [office, f"-env:UserInstallation={(folder / 'office').as_uri()}", "--headless", "--convert-to", "ppt",
             "--outdir", folder, lesson],
            check=True, capture_output=True, timeout=300,
        )  # fmt: skip
        found.append(lesson.with_suffix(".ppt"))
    return found


def damaged(source: Path, target: Path, dice: random.Random) -> None:
    """A damaged copy: anywhere in the file, or in one or two parts of its archive."""
    if source.suffix != ".pptx" or dice.random() < 0.5:
        target.write_bytes(mutated(source.read_bytes(), dice))
        return
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        chosen = dice.sample(
            [name for name in names if not name.endswith((".jpg", ".jpeg"))], dice.randint(1, 2)
        )
        for name in names:
            data = old.read(name)
            new.writestr(name, mutated(data, dice) if name in chosen else data)


def _status(field: str) -> float:
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(field))
    return int(line.split()[1]) / 1024


def handled(path: Path, folder: Path) -> tuple[float, float, str | None]:
    """(CPU seconds, MiB on top of what was taken before, what went wrong) of reading and splitting one deck."""
    from mediaprep.errors import MediaprepError
    from mediaprep.media import sniff
    from mediaprep.media.decks import reading
    from mediaprep.media.decks.writing import rewriting

    Path("/proc/self/clear_refs").write_text("5")  # the highest mark begins anew
    before, started, problem = _status("VmRSS"), time.process_time(), None
    try:
        sign = sniff.identify(path)
        if sign.problem is None:
            reading.measure(path, sign.name)
            whole = reading.read(path, sign.name)
            pages = range(1, (whole.total or 0) + 1)[::2] or (1,)
            rewriting.copy_pages(path, sign.name, whole, folder / f"made{path.suffix}", pages, lean=True)
    except MediaprepError:
        pass
    except Exception as error:
        problem = f"{type(error).__name__}: {error}"
    seconds, mebibytes = time.process_time() - started, _status("VmHWM") - before
    if problem is None and seconds > SECONDS:
        problem = f"took {seconds:.1f} s"
    if problem is None and mebibytes > MEBIBYTES:
        problem = f"took {mebibytes:.0f} MiB"
    left = [made for made in folder.iterdir() if ".part-" in made.name]
    return seconds, mebibytes, problem or (f"left {left[0].name}" if left else None)


def run(count: int, seed: int, kept: Path | None, told: Told) -> None:
    with tempfile.TemporaryDirectory(prefix="torture-") as name:
        folder = Path(name)
        sources = seeds(folder)
        (folder / "out").mkdir()
        slowest = largest = 0.0
        for number in range(count):
            source = sources[number % len(sources)]
            path = folder / f"mutant{source.suffix}"
            damaged(source, path, random.Random(f"{seed}-{number}"))
            seconds, mebibytes, problem = handled(path, folder / "out")
            slowest, largest = max(slowest, seconds), max(largest, mebibytes)
            if problem:
                told(f"mutation {number} of {source.name} (seed {seed}): {problem}")
                if kept:
                    kept.mkdir(parents=True, exist_ok=True)
                    shutil.copy(path, kept / f"{number}-{source.name}")
        print(
            f"decks: {count} of {len(sources)} damaged, slowest {slowest:.2f} s, largest {largest:.0f} MiB",
            flush=True,
        )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="scripts/torture-decks", description=__doc__)
    parser.add_argument("--count", type=int, default=500, help="so many mutations (500)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the mutations that went wrong")
    given = parser.parse_args(arguments)
    told = Told()
    run(given.count, given.seed, given.keep, told)
    print("all is well" if not told.problems else f"{len(told.problems)} problems")
    return 1 if told.problems else 0


if __name__ == "__main__":
    sys.exit(main())
