"""What scripts/torture-input runs: hostile files under strace, one by one with clock and scales, and mutated files.

hostile    ~100 files that point at decoys, explode, or are no files: `mediaprep check` refuses each in
           less than 5 s and 300 MB, opens nothing but what it needs, and connects to nothing
mutations  seeded damage to 40 good files: no traceback, nothing takes longer than 20 s
"""

from __future__ import annotations

import argparse
import codecs
import contextlib
import json
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.torture import hostile_files

ROOT = Path(__file__).resolve().parents[2]

SECONDS, MEGABYTES, HANG_SECONDS = 5.0, 300.0, 20.0
CHECK = [sys.executable, "-m", "mediaprep", "check", "--format", "json", "--no-cache"]
_CALL = re.compile(r'(open|openat|openat2|creat|execve)\((?:[^",]*, )?"((?:[^"\\]|\\.)*)"')
_LEASH = 'execve("/bin/sh", ["/bin/sh", "-c", "( read -r _; kill -KILL 0 )'  # what ends our children with us
_INTERNET = re.compile(r"connect\(.*AF_INET6?\b")


@dataclass
class Told:
    """What was found wrong, in words; empty = all is well."""

    problems: list[str] = field(default_factory=list)

    def __call__(self, problem: str) -> None:
        self.problems.append(problem)
        print(f"  ✗ {problem}", flush=True)


# ---- hostile files -----------------------------------------------------------------------------------------


@contextlib.contextmanager
def hostile(root: Path, short: bool) -> Iterator[tuple[Path, list[Path], list[object]]]:
    """(work folder, files, connections): the decoys' port counts who calls."""
    work, decoys = root / "work", root / "decoys"
    for folder in (work, decoys):
        folder.mkdir()
    for name in ("secret.mp4", "secret.txt", "secret.jpg"):
        (decoys / name).write_text("canary\n", encoding="utf-8")
    calls: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]

        def answer() -> None:
            with contextlib.suppress(OSError):
                while True:
                    calls.append(listening.accept()[1])

        threading.Thread(target=answer, daemon=True).start()
        yield work, hostile_files.all_of(work, decoys, port, short=short), calls


def allowed() -> tuple[str, ...]:
    """Where the interpreter, its libraries, the system's and our package lie."""
    folders = {sys.prefix, sys.base_prefix, sys.exec_prefix, str(ROOT / "mediaprep")}
    folders |= {path for path in sysconfig.get_paths().values() if path}
    folders |= {str(Path(sys.executable).resolve().parent), str(Path(sys.executable).parent)}
    system = (
        "/lib",
        "/lib64",
        "/usr/lib",
        "/usr/lib64",
        "/usr/local/lib",
        "/proc",
        "/sys",
        "/usr/share/locale",
    )
    files = (
        "/etc/ld.so.cache",
        "/etc/ld.so.preload",
        "/etc/localtime",
        "/etc/machine-id",
        "/run/secrets",  # where containers are given their keys
        "/dev/null",
        "/dev/urandom",
        str(ROOT),
    )
    return tuple(f"{path}/" for path in (*folders, *system)) + tuple(
        f"{path}\0" for path in (*files, *folders, *system)
    )


def opened(log: Path, work: Path) -> Iterator[str]:
    """Every path that was opened or executed and lies outside what is allowed; missing ones count too."""
    roots = (*allowed(), *(f"{folder}{end}" for folder in (work, _own(work), "/dev/fd") for end in "/\0"))
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        if _INTERNET.search(line):
            yield f"connect: {line[:160]}"
        found = _CALL.search(line)
        if found is None or _LEASH in line:
            continue
        path = codecs.escape_decode(found[2].encode("latin-1", "replace"))[0].decode("utf-8", "replace")
        whole = os.path.normpath(work / path)
        if not f"{whole}\0".startswith(roots):
            yield f"{found[1]}: {whole}"


def _own(work: Path) -> Path:
    """Where the traced command has its temporary files and its state."""
    return work.parent / "own"


def traced(files: Sequence[Path], work: Path, told: Told) -> None:
    """All files in one run under strace."""
    log = work.parent / "strace.log"
    command = [
        "strace",
        "-f",
        "--seccomp-bpf",
        "-qq",
        "-s",
        "4096",
        "-e",
        "trace=open,openat,openat2,creat,execve,connect",
        "-o",
        str(log),
    ]
    own = {name: str(_own(work)) for name in ("TMPDIR", "XDG_STATE_HOME")}
    _own(work).mkdir(exist_ok=True)
    done = subprocess.run(
        [*command, *CHECK, "--", *map(str, files)], cwd=work, capture_output=True, timeout=1800, check=False,
        env={**os.environ, **own, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    _judge(done.returncode, done.stdout, done.stderr, files, told)
    for strange in sorted(set(opened(log, work))):
        told(f"touched {strange}")


def _judge(code: int, stdout: bytes, stderr: bytes, files: Sequence[Path], told: Told) -> None:
    if code != 1 or b"Traceback" in stderr:
        told(f"exit {code}: {stderr.decode(errors='replace')[-300:]}")
        return
    for path, report in zip(files, json.loads(stdout)["files"], strict=True):
        if report["verdict"] not in ("refused", "unreadable"):
            told(f"{path.name!a} is {report['verdict']}")


def weighed(path: Path, work: Path, told: Told) -> tuple[float, float]:
    """(seconds, MB of the largest process) of one check by itself."""
    out = work.parent / "out.json"
    started = time.monotonic()
    with out.open("wb") as stdout:
        process = subprocess.Popen(
            [*CHECK, "--", str(path)], cwd=work, stdout=stdout, stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        watch = threading.Timer(60, process.kill)
        watch.start()
        _, status, usage = os.wait4(process.pid, 0)
        watch.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds, megabytes = time.monotonic() - started, usage.ru_maxrss / 1024
    text = out.read_bytes()
    _judge(process.returncode, text, text, [path], told)
    if seconds > SECONDS:
        told(f"{path.name!a} took {seconds:.1f} s")
    if megabytes > MEGABYTES:
        told(f"{path.name!a} took {megabytes:.0f} MB")
    return seconds, megabytes


def run_hostile(short: bool, told: Told) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="torture-") as name,
        hostile(Path(name), short) as (work, files, calls),
    ):
        before = sorted(work.iterdir())
        if shutil.which("strace"):
            traced(files, work, told)
            print(f"hostile: {len(files)} files under strace", flush=True)
        else:
            print("hostile: strace is absent: not traced", flush=True)
        if not short:
            scales = [weighed(path, work, told) for path in files]
            slowest, heaviest = max(s for s, _ in scales), max(m for _, m in scales)
            print(f"hostile: one by one: slowest {slowest:.2f} s, heaviest {heaviest:.0f} MB", flush=True)
        if calls:
            told(f"{len(calls)} connections to the decoys' port")
        if sorted(work.iterdir()) != before:
            told(f"left behind: {sorted(set(work.iterdir()) - set(before))}")


# ---- mutations ---------------------------------------------------------------------------------------------


def seeds(folder: Path) -> list[Path]:
    """40 good files of every kind, tens of kilobytes each."""
    from tests import making

    def video(name: str, **more: object) -> Path:
        settings: dict[str, object] = {"seconds": 0.6, "width": 160, "height": 120, "fps": "10", **more}
        return making.make_video(folder / name, **settings)  # type: ignore[arg-type]

    def audio(name: str, *extra: str) -> Path:
        return making.make_audio(folder / name, seconds=0.5, sample_rate=16000, extra=extra)

    def text(name: str, data: bytes) -> Path:
        (folder / name).write_bytes(data)
        return folder / name

    ssml = '<speak>你好<break time="500ms"/>，<phoneme alphabet="py" ph="ni3">你</phoneme></speak>'
    return [
        video("a.mp4"), video("b.mov"), video("c.avi", vcodec="mpeg4", acodec="mp3"), video("d.mkv"),
        video("e.webm", vcodec="libvpx", acodec="libopus"), video("f.flv"), video("g.ts"),
        video("h.mpg", vcodec="mpeg2video", acodec="mp2", fps="25"), video("i.wmv", vcodec="wmv2", acodec="wmav2"),
        video("j.mp4", vcodec="libx265"), video("k.mp4", audio=False),
        video("l.mp4", extra=("-movflags", "+faststart")),
        video("m.mp4", extra=("-movflags", "frag_keyframe+empty_moov")), video("n.mp4", pixel_format="yuv444p"),
        video("o.mp4", vcodec="mpeg4"), video("p.avi"),
        audio("a.wav"), audio("b.mp3"), audio("c.m4a"), audio("d.aac"), audio("e.ogg"), audio("f.flac"),
        audio("g.wma"), audio("h.aiff"), audio("i.opus", "-c:a", "libopus"), audio("j.wav", "-c:a", "adpcm_ms"),
        making.make_photo(folder / "a.jpg", width=200, height=200),
        making.make_photo(folder / "b.png", width=200, height=200),
        making.make_photo(folder / "c.bmp", width=100, height=100),
        making.make_photo(folder / "d.webp", width=200, height=200),
        making.make_photo(folder / "e.gif", width=100, height=100),
        making.make_photo(folder / "f.tiff", width=100, height=100),
        making.make_pptx(folder / "a.pptx", 2), making.make_pptx(folder / "b.pptx", 3, hidden=[2], notes={1: "你好"}),
        making.make_pdf(folder / "a.pdf", 3), making.make_pdf(folder / "b.pdf", 1, password="x"),
        text("a.txt", "大家好，欢迎来到这里。".encode()), text("b.ssml", ssml.encode()),
        text("c.txt", "大家好，欢迎来到这里。".encode("gb18030")), text("d.txt", "大家好".encode("utf-16")),
    ]  # fmt: skip


_NUMBERS = (
    b"\0" * 4,
    b"\xff" * 4,
    b"\x7f\xff\xff\xff",
    b"\x80\0\0\0",
    b"\0\0\0\1",
    b"\xff\xff\xff\xfe",
    b"\0" * 8,
)


def mutated(data: bytes, dice: random.Random) -> bytes:
    """One to eight kinds of damage, most of it where headers stand."""
    body = bytearray(data)
    for _ in range(dice.randint(1, 8)):
        size = len(body)
        if size < 4:
            break
        near = dice.choice((size, min(size, 4096), min(size, 256)))
        at = dice.randrange(near) if dice.random() < 0.8 else size - 1 - dice.randrange(near)
        span = dice.choice((1, 2, 4, 16, 256))
        match dice.randrange(7):
            case 0:
                body[at] ^= 1 << dice.randrange(8)
            case 1:
                body[at : at + span] = dice.randbytes(min(span, size - at))
            case 2:
                number = dice.choice(_NUMBERS)
                body[at : at + len(number)] = number
            case 3:
                del body[at : at + span]
            case 4:
                body[at:at] = body[at : at + span]
            case 5:
                body[at:at] = dice.randbytes(span)
            case _:
                if dice.random() < 0.3:
                    del body[max(4, at) :]
                else:
                    body[at : at + span] = bytes(min(span, size - at))
    return bytes(body)


def checked(path: Path) -> tuple[float, str | None]:
    """(seconds, what went wrong) of one file through the command line, in this process: its children stay warm."""
    from click.testing import CliRunner

    from mediaprep.cli.app import app

    started = time.monotonic()
    done = CliRunner().invoke(app, ["check", "--format", "json", "--no-cache", "--", str(path)])
    seconds = time.monotonic() - started
    strange = done.exception is not None and not isinstance(done.exception, SystemExit)
    if strange or done.exit_code not in (0, 1, 3) or "Traceback" in done.output:
        return seconds, f"exit {done.exit_code}, {done.exception!r}"
    if seconds > HANG_SECONDS:
        return seconds, f"took {seconds:.1f} s"
    return seconds, None


def run_mutations(count: int, seed: int, kept: Path | None, told: Told) -> None:
    with tempfile.TemporaryDirectory(prefix="torture-") as name:
        folder = Path(name)
        sources = seeds(folder)
        slowest = 0.0
        for number in range(count):
            source = sources[number % len(sources)]
            path = folder / f"mutant{source.suffix}"
            path.write_bytes(mutated(source.read_bytes(), random.Random(f"{seed}-{number}")))
            seconds, problem = checked(path)
            slowest = max(slowest, seconds)
            if problem:
                told(f"mutation {number} of {source.name} (seed {seed}): {problem}")
                if kept:
                    kept.mkdir(parents=True, exist_ok=True)
                    shutil.copy(path, kept / f"{number}-{source.name}")
        print(f"mutations: {count} of {len(sources)} files, slowest {slowest:.2f} s", flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="scripts/torture-input", description=__doc__)
    parser.add_argument("--only", choices=("hostile", "mutations"))
    parser.add_argument("--short", action="store_true", help="hostile files under strace only; 80 mutations")
    parser.add_argument("--count", type=int, help="so many mutations (5000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the mutations that went wrong")
    given = parser.parse_args(arguments)
    told = Told()
    runs: dict[str, Callable[[], None]] = {
        "hostile": lambda: run_hostile(given.short, told),
        "mutations": lambda: run_mutations(
            given.count or (80 if given.short else 5000), given.seed, given.keep, told
        ),
    }
    for name, run in runs.items():
        if given.only in (None, name):
            run()
    print("all is well" if not told.problems else f"{len(told.problems)} problems")
    return 1 if told.problems else 0


if __name__ == "__main__":
    sys.exit(main())
