"""What scripts/torture-disk runs: everything that writes a file, on disks that are too small for it.

Every kind of work is done on a tmpfs of many sizes, from a few kB to more than enough: on every other size with the
checks of free space as they are, on the others with those checks blinded, as if somebody else had taken the room
meanwhile. Held against each: what reports success has made a whole file (judged by plain ffmpeg or by its bytes);
what fails says so in a message that names the disk; nothing half-written is left behind.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

import imageio_ffmpeg

from mediaprep import processes
from mediaprep.config import Settings
from mediaprep.errors import MediaprepError
from mediaprep.media.files import atomic, own_outputs
from mediaprep.media.join import clip_cache
from mediaprep.model.finishing.captions import CaptionsAs, CaptionWish
from mediaprep.model.paid.records import Intent, JobState, NewJob
from mediaprep.preflight.fixes import FixWish
from mediaprep.submission.download import download as fetching
from mediaprep.submission.ledger import Ledger
from mediaprep.verbs.fetch import fetch
from mediaprep.verbs.finish import finish_video
from mediaprep.verbs.fix import fix
from tests import making
from tests.submission.fake_gateway import accepts, fake_gateway, serves

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
SRT = "1\n00:00:00,200 --> 00:00:01,500\n大家好\n"
_PAGE_KIB = 4
_SAYS_FULL = ("no space left", "are free", "disk has", "is full")


@dataclass
class Work:
    """One kind of work: `run` writes into the folder it is given (the small disk) and returns the file that it
    says is good; `judge` says what is wrong with that file, held against one made where there was room.
    `beside` = names that may stand beside it."""

    run: Callable[[Path], Path]
    judge: Callable[[Path, Path], str]
    beside: tuple[str, ...] = ()
    spare_bytes: int = 0  # what the check of free space adds
    need_kib: int = 0  # 0 = what lies there at the end


@dataclass
class Tally:
    """Of one kind: how the sizes went, and what did not hold."""

    good: int = 0
    refused: int = 0
    wrong: list[str] = field(default_factory=list)
    words: set[str] = field(default_factory=set)


# ---- the works -----------------------------------------------------------------------------------------------


def shown(path: Path) -> tuple[int, str]:
    """(frames, complaints) of a whole decode by plain ffmpeg."""
    done = subprocess.run(
        [FFMPEG, "-hide_banner", "-v", "error", "-nostdin", "-i", path, "-progress", "pipe:1", "-f", "null", "-"],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    frames = [int(line[6:]) for line in done.stdout.splitlines() if line.startswith("frame=")]
    return (frames[-1] if frames else 0), done.stderr.strip()


def alike(path: Path, reference: Path) -> str:
    """As many pictures as in `reference`, and no complaint."""
    (wanted, _), (frames, said) = shown(reference), shown(path)
    return said or ("" if frames == wanted else f"{frames} of {wanted} pictures")


def same_bytes(path: Path, reference: Path) -> str:
    return "" if path.read_bytes() == reference.read_bytes() else "other bytes"


def download(sources: Path) -> Work:
    made = making.make_video(sources / "result.mp4", seconds=6, width=640, height=360)
    content = made.read_bytes()
    settings = Settings.load({"appkey": "some-key", "accesstoken": "some-token"}, {})

    def run(disk: Path) -> Path:
        from dataclasses import replace

        with fake_gateway() as host:
            answer = accepts(
                {"Status": "SUCCESS", "MediaUrl": f"{host.url}/r.mp4", "SubtitlesUrl": f"{host.url}/r.srt"}
            )
            host.will(answer, serves(content), serves(SRT.encode()))
            there = replace(settings, base_url=host.url, ledger=str(sources / "ledger.db"))
            return fetch("t1", disk / "r.mp4", settings=there, endpoint="basic").path

    return Work(run=run, judge=same_bytes, beside=("r.srt",), spare_bytes=64 << 20)


def mending(source: Path) -> Work:
    def run(disk: Path) -> Path:
        done = fix(source, output=disk / "mended.mp4", field="notrain.RefVideoUrl", wish=FixWish(faces=False))
        assert done.target is not None
        return Path(done.target)

    return Work(run=run, judge=alike, spare_bytes=16 << 20)


def transcode(sources: Path) -> Work:
    path = sources / "old.avi"
    return mending(making.make_video(path, seconds=3, width=640, height=360, vcodec="mpeg4", acodec="mp3"))


def remux(sources: Path) -> Work:
    return mending(making.make_video(sources / "footage.mkv", seconds=6, width=640, height=360))


def stitch(sources: Path, **wishes: object) -> Work:
    main = making.make_video(sources / "main.mp4", seconds=3, width=640, height=360)
    head = making.make_video(sources / "head.mp4", seconds=1, width=640, height=360, source="testsrc")
    (sources / "said.srt").write_text(SRT, encoding="utf-8")

    def run(disk: Path) -> Path:
        wanted = {"captions": sources / "said.srt", **wishes}
        return finish_video(main, output=disk / "out.mp4", head=head, tail=head, **wanted).output  # type: ignore[arg-type]

    return Work(run=run, judge=alike, beside=("out.srt", "out.mp4.receipt.json"), spare_bytes=16 << 20)


def in_one_pass(sources: Path) -> Work:
    """A logo on every picture: all of it is encoded."""
    return stitch(sources, logo=making.make_photo(sources / "logo.png", width=64, height=64))


def with_soft_captions(sources: Path) -> Work:
    """A caption track is put in afterwards: the file is written twice."""
    return stitch(sources, caption_wish=CaptionWish(way=CaptionsAs.SOFT))


def stitch_in_temp(sources: Path) -> Work:
    """The disk that is full is not the output's but the one of temporary files."""
    work = stitch(sources)
    outside = sources / "elsewhere"
    outside.mkdir()

    def run(disk: Path) -> Path:
        for left in outside.iterdir():
            left.unlink()
        # What is kept of an encoded head would be taken instead of made.
        with (
            mock.patch.object(tempfile, "tempdir", str(disk)),
            mock.patch.object(clip_cache, "fetch", lambda *_: False),
        ):
            try:
                return work.run(outside)
            finally:
                assert not [path for path in outside.iterdir() if ".part-" in path.name], "a part is left"

    return Work(run=run, judge=work.judge, need_kib=12_000)


def ledger(_sources: Path) -> Work:
    """The ledger of paid work: what is reported as written can be read again by another process."""

    def run(disk: Path) -> Path:
        where = disk / "ledger.db"
        with Ledger(where) as book:
            for number in range(40):
                book.enqueue(
                    NewJob(
                        id=f"j{number}", name="j", endpoint="tts", base_url="https://x", digest=f"{number}"
                    )
                )
                claim = book.claim(processes.me(), 60)
                assert claim is not None
                row = book.move(
                    claim, JobState.READY, name="prepared", payload={"InputSsml": "字" * 400}, release=False
                )
                book.begin_attempt(claim.on(row), Intent(nonce="n", token="t", signed_at=0, fence_at=0))
                book.accept(claim.on(book.job(row.id)), 1, f"t{number}", next_in=60)
        return where

    def judge(path: Path, reference: Path) -> str:
        del reference
        with Ledger(path) as book:
            found = [row.task_id for row in book.jobs()]
        return "" if found == [f"t{n}" for n in range(40)] else f"{len(found)} jobs"

    return Work(run=run, judge=judge, beside=("ledger.db", "ledger.db-wal", "ledger.db-shm"), need_kib=4_400)


WORKS: Mapping[str, Callable[[Path], Work]] = {
    "download": download,
    "transcode": transcode,
    "remux": remux,
    "stitch": stitch,
    "stitch in one pass": in_one_pass,
    "stitch, soft captions": with_soft_captions,
    "stitch, temporary files": stitch_in_temp,
    "ledger": ledger,
}
"""One row for each kind of work that writes files."""


# ---- the disks -----------------------------------------------------------------------------------------------


@contextlib.contextmanager
def disk(folder: Path, size_kib: int) -> Iterator[Path]:
    """A tmpfs of `size_kib` at `folder`."""
    folder.mkdir(exist_ok=True)
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size_kib}k,mode=0700", "tmpfs", folder],
        check=True,
        capture_output=True,
    )
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True, capture_output=True)


def mountable() -> str:
    """Why no tmpfs can be mounted here; "" where it can."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "not root"
    with tempfile.TemporaryDirectory() as name:
        try:
            with disk(Path(name) / "disk", 64):
                return ""
        except (OSError, subprocess.CalledProcessError) as error:
            return f"mount: {getattr(error, 'stderr', b'') or error}"


@contextlib.contextmanager
def blinded() -> Iterator[None]:
    """The checks of free space see room without end: somebody takes it only afterwards."""
    with (
        mock.patch.object(atomic, "need_space", lambda folder, size_bytes: None),
        mock.patch.object(fetching, "_SPARE_DISK", -(1 << 60)),
    ):
        yield


def with_room(work: Work, folder: Path, reference: Path) -> int:
    """Do the work where there is room; what it made is moved to `reference`. KiB that lie there at the end."""
    with disk(folder, 4 << 20) as there:
        made = work.run(there)
        used = sum(path.stat().st_blocks for path in there.rglob("*")) // 2
        shutil.move(made, reference)
    return used


def tried(work: Work, there: Path, reference: Path, tally: Tally, where: str) -> None:
    """One run on a mounted disk, and what is wrong with it."""
    try:
        made = work.run(there)
    except MediaprepError as error:
        tally.refused += 1
        said = error.en.replace(str(there), "DISK")
        tally.words.add(re.sub(r"[0-9][0-9,.]*", "N", said)[:200])
        named = "DISK" in said and str(there) in error.zh
        if not named or not any(word in said.lower() for word in _SAYS_FULL):
            tally.wrong.append(f"{where}: the message does not name the disk: {error.en[:300]}")
        left = [str(path.relative_to(there)) for path in there.rglob("*") if path.name not in work.beside]
        if left:
            tally.wrong.append(f"{where}: left behind: {left}")
        return
    except Exception as error:
        tally.wrong.append(f"{where}: {type(error).__name__}: {error}")
        return
    tally.good += 1
    bad = work.judge(made, reference)
    if bad:
        tally.wrong.append(f"{where}: success with a bad file: {bad[:200]}")
    own = there / own_outputs.STATE  # what was written is written down there
    known = {own, own / "written", *(own / "written").glob("*.json")}
    left = [p.name for p in there.rglob("*") if p.name not in (*work.beside, made.name) and p not in known]
    if left:
        tally.wrong.append(f"{where}: left behind beside the result: {left}")


def ladder(need: int, asked: int, count: int) -> Iterator[tuple[int, bool]]:
    """(KiB, blind) of `count` disks: half of them up to one and a half of what is `asked` for in advance; of the
    blind ones some up to one and a half of what is needed, some page by page where it just fits or does not."""
    seeing, edge = count // 2, count // 4
    for number in range(seeing):
        yield max(8, (asked * 3 // 2 + 16) * (number + 1) // seeing), False
    for number in range(count - seeing - edge):
        yield max(8, (need * 3 // 2 + 16) * (number + 1) // (count - seeing - edge)), True
    for number in range(edge):
        yield max(8, need + _PAGE_KIB * (2 - number)), True


def run(name: str, count: int, folder: Path) -> Tally:
    """One kind of work on `count` sizes."""
    sources = folder / "sources"
    sources.mkdir()
    work, tally = WORKS[name](sources), Tally()
    reference = folder / "reference"
    used = with_room(work, folder / "disk", reference)
    need = work.need_kib or used
    for size, blind in ladder(need, need + work.spare_bytes // 1024, count):
        with disk(folder / "disk", size) as there, blinded() if blind else contextlib.nullcontext():
            tried(work, there, reference, tally, f"{name} on {size} KiB{' (blind)' * blind}")
    if not tally.good or not tally.refused:
        tally.wrong.append(f"{name}: {tally.good} good, {tally.refused} refused: the sizes show nothing")
    return tally


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="scripts/torture-disk", description=__doc__)
    parser.add_argument("--only", nargs="*", choices=tuple(WORKS), default=tuple(WORKS))
    parser.add_argument("--sizes", type=int, default=40)
    parser.add_argument("--words", action="store_true", help="print the distinct messages")
    given = parser.parse_args(arguments)
    if why := mountable():
        print(f"not run: no disk can be mounted here ({why})")
        return 2
    wrong: list[str] = []
    for name in given.only:
        with tempfile.TemporaryDirectory(prefix="torture-disk-") as folder:
            tally = run(name, given.sizes, Path(folder))
        print(
            f"{name}: {given.sizes} sizes, {tally.good} good, {tally.refused} refused, {len(tally.wrong)} wrong"
        )
        for line in (*tally.wrong, *(sorted(tally.words) if given.words else ())):
            print(f"  {line}")
        wrong += tally.wrong
    print(json.dumps({"wrong": len(wrong)}) if wrong else "all is well")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
