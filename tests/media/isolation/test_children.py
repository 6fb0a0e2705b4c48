"""Processes that we start: they end with us, inherit nothing, and take no code from where we happen to be."""

from __future__ import annotations

import errno
import functools
import importlib.metadata
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mediaprep.media.isolation import children, guard, guarded_child
from tests.making import make_photo, make_video

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.skipif(os.name != "posix", reason="process groups are POSIX")


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def gone_within(seconds: float, pids: list[int]) -> bool:
    deadline = time.monotonic() + seconds
    while any(map(alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not any(map(alive, pids))


PARENT = """
import os, subprocess, sys, threading, time
from mediaprep.media.isolation import children
FAMILY = ["/bin/sh", "-c", "trap '' TERM INT HUP; (sleep 300; :) & echo $$ $!; wait"]
def started():
    child = children.Child(FAMILY, stdout=subprocess.PIPE)
    print(child.stdout.readline().decode().strip(), flush=True)
    return child
"""
# how a parent stands when it is killed; each prints the numbers of what it has started
STANDS = {
    "its first thread started it": "kept = started()",
    "a thread started it that has ended since": "t = threading.Thread(target=lambda: keep.append(started()))\n"
    "keep = []; t.start(); t.join()",
    "a fork's copy of it lives on": "kept = started()\nif os.fork() == 0:\n    os.closerange(0, 3); time.sleep(20)",
    "it has started several": "kept = [started() for _ in range(3)]",
    "it feeds a pipe": "kept = children.Child(['/bin/sh', '-c', 'echo $$ $$; cat'], stdin=subprocess.PIPE,"
    " stdout=subprocess.PIPE)\nprint(kept.stdout.readline().decode(), flush=True)",
}


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")
@pytest.mark.parametrize("stands", STANDS)
def test_children_and_theirs_die_with_a_parent_that_is_killed(stands: str) -> None:
    code = PARENT + STANDS[stands] + "\nprint('ready', flush=True); time.sleep(60)"
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert parent.stdout is not None
    told = []
    while (line := parent.stdout.readline().strip()) != "ready":
        told += line.split()
    pids = [int(pid) for pid in told]
    assert pids and all(map(alive, pids))
    parent.kill()
    parent.wait()
    assert gone_within(5, pids)


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")
def test_a_child_whose_parent_dies_over_its_start_dies_too(tmp_path: Path) -> None:
    """The moment between fork and the child's first step, which a signal set by the child would miss."""
    mark = str(tmp_path / "mark-of-this-test")
    code = (
        "import os, signal, threading\nfrom mediaprep.media.isolation import children\n"
        f"threading.Thread(target=lambda: [children.Child(['sleep', '300', {mark!r}]) for _ in range(40)]).start()\n"
        "import time; time.sleep(0.01); os.kill(os.getpid(), signal.SIGKILL)"
    )
    for _ in range(3):
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False)
    deadline = time.monotonic() + 5
    while (left := marked(mark)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not left


def marked(word: str) -> list[int]:
    """Processes with `word` in their command line."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                told = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if word.encode() in told:
                found.append(int(entry.name))
    return found


def test_what_a_thread_started_does_not_outlive_the_process() -> None:
    code = (
        "import threading\nfrom mediaprep.media.isolation import children\nchild = children.Child(['sleep', '60'])\n"
        "threading.Thread(target=child.wait, daemon=True).start()\nprint(child.pid)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=30, check=True, cwd=ROOT)
    assert not alive(int(done.stdout))


def test_ending_a_child_ends_what_it_has_left_behind_and_its_folder() -> None:
    child = children.Child(["/bin/sh", "-c", "sleep 300 & echo $!"], stdout=subprocess.PIPE)
    assert child.stdout is not None and child.home.is_dir()
    grandchild = int(child.stdout.readline())
    assert child.wait(timeout=10) == 0 and alive(grandchild)
    child.end()
    assert gone_within(5, [grandchild])
    assert not child.home.exists()
    child.stdout.close()


def test_many_are_ended_at_once() -> None:
    several = [children.Child(["sleep", "60"]) for _ in range(3)]
    waiting = threading.Thread(target=several[0].wait)
    waiting.start()
    children.end_all()
    waiting.join(timeout=5)
    assert not waiting.is_alive() and all(child.poll() is not None for child in several)


POISON = [
    "MEDIAPREP_APPKEY",
    "MEDIAPREP_ACCESSTOKEN",
    "MEDIAPREP_BASE_URL",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_PROFILE",
    "TENCENTCLOUD_SECRET_KEY",
    "TENCENTCLOUD_SESSION_TOKEN",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "GITHUB_TOKEN",
    "http_proxy",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "LD_LIBRARY_PATH",
    "LD_AUDIT",
    "DYLD_INSERT_LIBRARIES",
    "GCONV_PATH",
    "GLIBC_TUNABLES",
    "PYTHONSTARTUP",
    "PYTHONWARNINGS",
    "PYTHONHASHSEED",
    "FFMPEG_DATADIR",
    "AVCONV_DATADIR",
    "AV_LOG_FORCE_COLOR",
    "FFREPORT",
    "FONTCONFIG_FILE",
    "FONTCONFIG_PATH",
    "XDG_CONFIG_HOME",
    "XDG_CONFIG_DIRS",
    "XDG_DATA_HOME",
    "LIBVA_DRIVERS_PATH",
    "OPENCV_IO_ENABLE_OPENEXR",
    "BASH_ENV",
    "ENV",
    "IFS",
    "PS4",
    "SSH_AUTH_SOCK",
]


@pytest.mark.skipif(sys.platform != "linux", reason="environments are looked up in /proc")
def test_an_environment_is_built_and_not_inherited(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in POISON:
        monkeypatch.setenv(name, "canary-value")
    monkeypatch.setenv("PATH", f".::relative/bin:{os.environ['PATH']}")
    child = children.Child(["cat"], stdin=subprocess.PIPE, env={"OURS": "1"})
    try:
        raw = Path(f"/proc/{child.pid}/environ").read_bytes()
        found = dict(entry.split("=", 1) for entry in raw.decode().split("\0") if entry)
    finally:
        child.communicate()
        child.end()
    assert set(found) - {"PWD", "OLDPWD", "SHLVL", "_"} == {"PATH", "HOME", "TMPDIR", "LANG", "OURS"}
    assert {found["HOME"], found["TMPDIR"]} == {str(child.home)}
    assert all(entry.startswith("/") for entry in found["PATH"].split(":"))
    assert "canary" not in raw.decode()


def test_a_program_of_the_working_folder_is_never_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    planted = tmp_path / "some-tool"
    planted.write_text("#!/bin/sh\ntouch executed\n")
    planted.chmod(0o755)
    for path in (".", "", f":{os.defpath}", f"{os.defpath}:", "./:.."):
        monkeypatch.setenv("PATH", path)
        assert children.which("some-tool") is None
        with pytest.raises(OSError, match=r"\w"):
            children.call(["some-tool"], seconds=10)
    assert not (tmp_path / "executed").exists()


def unexecutable(folder: Path) -> dict[str, Callable[[], list[str]]]:
    bad = folder / "bad"
    bad.write_bytes(b"\x7fELF" + bytes(60))
    bad.chmod(0o755)
    plain = folder / "plain"
    plain.write_text("words")
    return {
        "not there": lambda: [str(folder / "none")],
        "of another machine": lambda: [str(bad)],
        "not executable": lambda: [str(plain)],
        "a folder": lambda: [str(folder)],
        "without its interpreter": lambda: [str(scripted(folder))],
    }


def scripted(folder: Path) -> Path:
    path = folder / "script"
    path.write_text("#!/nowhere/interpreter\n")
    path.chmod(0o755)
    return path


def test_what_cannot_be_executed_is_an_error_of_the_system(tmp_path: Path) -> None:
    for what, command in unexecutable(tmp_path).items():
        with pytest.raises(OSError, match=r"\w"):
            pytest.fail(f"{what}: {children.call(command(), seconds=10)}")


# --- code from where we happen to be

INSTALLED: dict[str, Callable[[Path], dict[str, str]]] = {
    "for the user": lambda folder: {"PYTHONUSERBASE": str(folder)},
    "into a folder on PYTHONPATH": lambda folder: {"PYTHONPATH": f"{folder / 'there'}:"},
    "editable, through a .pth of the user's": lambda folder: {"PYTHONUSERBASE": str(folder)},
}


@pytest.mark.parametrize("how", INSTALLED)
def test_libraries_are_found_however_they_were_installed(how: str, tmp_path: Path) -> None:
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    there = tmp_path / "there" if "PYTHONPATH" in how else tmp_path / "lib" / version / "site-packages"
    there.mkdir(parents=True)
    libraries = Path(pytest.__file__).resolve().parents[1]
    for entry in libraries.iterdir():
        if not entry.name.endswith(".pth"):
            (there / entry.name).symlink_to(entry)
    if "editable" in how:
        (there / "ours.pth").write_text(f"{ROOT}\n")
    else:
        (there / "mediaprep").symlink_to(ROOT / "mediaprep")
    photo = make_photo(tmp_path / "p.png", width=64, height=48)
    code = f"from mediaprep.media.isolation import guard; print(guard.ask('pictures', 'photo', {str(photo)!r}, False))"
    python = getattr(sys, "_base_executable", sys.executable)
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [python, "-c", code.replace(repr(str(photo)), f"__import__('pathlib').Path({str(photo)!r})")],
        cwd=tmp_path, env={**environ, **INSTALLED[how](tmp_path)}, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert "PhotoFacts(" in done.stdout, done.stderr


@functools.cache
def importable() -> set[str]:
    """Every module that a child could import by name: of Python, of libraries, and those that are looked for."""
    code = (
        "import sys, importlib\nclass Seen:\n    names = set()\n    def find_spec(self, name, *_):\n"
        "        self.names.add(name.partition('.')[0])\nsys.meta_path.insert(0, Seen())\n"
        f"for module in {sorted({module for module, _ in guarded_child.TASKS.values()})!r}:\n"
        "    importlib.import_module(module)\n"
        "print(*sorted(Seen.names | {name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    known = {*done.stdout.split(), *sys.stdlib_module_names, *importlib.metadata.packages_distributions()}
    known |= {"sitecustomize", "usercustomize"}
    return {name for name in known if name.isidentifier()}


def plant(folder: Path, names: set[str]) -> Path:
    executed = folder / "executed"
    for name in names:
        (folder / f"{name}.py").write_text(f"open({str(executed)!r}, 'a').write('{name} ')\n")
    return executed


def before_us() -> set[str]:
    """What `python -m` itself takes from the working folder, before the package that it runs is there."""
    code = "import runpy, sys; print(*sys.modules, 'mediaprep')"
    return set(
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.split()
    )


@pytest.mark.parametrize("started", ["mediaprep", "python -m mediaprep"])
def test_no_module_of_the_working_folder_nor_of_the_footages_is_executed(
    started: str, tmp_path: Path
) -> None:
    names = importable()
    assert {"pickle", "av", "cv2", "struct", "numpy", "mediaprep"} <= names
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir(), there.mkdir()
    by_name = started == "mediaprep"
    marks = [plant(here, names if by_name else names - before_us()), plant(there, names)]
    photo = make_photo(there / "p.png", width=64, height=48)
    video = make_video(here / "v.mp4", seconds=1.2)
    command = (
        [str(Path(sys.executable).with_name("mediaprep"))] if by_name else [sys.executable, "-m", "mediaprep"]
    )
    check, fix = (
        ["check", str(photo), "v.mp4", "--no-cache"],
        ["fix", "v.mp4", "-o", "made.mp4", "--no-faces"],
    )
    for words in (check, fix) if by_name else (fix,):
        subprocess.run([*command, *words], cwd=here, capture_output=True, timeout=120, check=False)
    assert [mark.read_text() for mark in marks if mark.exists()] == []
    assert (here / "made.mp4").exists() and video.exists()
    if by_name:
        subprocess.run(
            [sys.executable, "-c", "import av"], cwd=here, check=False
        )  # what is planted does execute
        assert "av" in marks[0].read_text()


def test_a_child_starts_where_the_working_folder_is_gone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    done = children.call(children.python("print('started')"), seconds=30)
    assert done.stdout == b"started\n"


def test_a_child_is_isolated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    code = "import os, sys; print(sys.flags.isolated, sys.path, os.getcwd())"
    done = children.call(children.python(code), seconds=30)
    assert done.stdout.startswith(b"1 ") and str(tmp_path).encode() not in done.stdout


# --- what could not start, and what crashed


@pytest.fixture
def nobody_warm() -> None:
    guard.close()


def test_a_reader_that_cannot_start_blames_no_file(
    nobody_warm: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from mediaprep.verbs.check import check

    photo = make_photo(tmp_path / "p.png", width=64, height=48)
    broken = {
        "no such program": (["/nowhere/python"], "not found"),
        "exec format": ([str(unexecutable(tmp_path)["of another machine"]()[0])], "Exec format"),
        "a library that is missing": ([*children.python("import no_such_library")], "no_such_library"),
        "killed while it loads": ([*children.python("import os; os.kill(os.getpid(), 9)")], "SIGKILL"),
        "crashed while it loads": ([*children.python("import os; os.abort()")], "SIGABRT"),
        "ended while it loads": ([*children.python("raise SystemExit(3)")], "exit 3"),
        "no memory": ([*children.python("raise MemoryError")], "MemoryError"),
    }
    for what, (command, words) in broken.items():
        monkeypatch.setattr(children, "python", lambda code, command=command: command)
        (report,) = check([photo], field="photo.RefPhotoUrl")
        guard.close()
        assert report.verdict == "unknown", what
        (finding,) = report.findings
        for said in (finding.message.en, finding.message.zh):
            assert words in said and "hostile" not in said and "有害" not in said, what
        assert "could not be started" in finding.message.en and "doctor" in finding.message.en
    monkeypatch.undo()
    assert check([photo])[0].verdict != "unknown"


def test_a_reader_that_was_killed_from_outside_blames_no_file(nobody_warm: None, tmp_path: Path) -> None:
    guard.ask("packets", "sleep", 0)
    (child,) = guard._children["packets"]
    for number in (signal.SIGKILL, signal.SIGTERM):
        guard.ask("packets", "sleep", 0)
        assert child.process is not None
        threading.Timer(0.2, os.kill, (child.process.pid, number)).start()
        with pytest.raises(guard.ToolFailed, match=f"killed from outside.*{number.name}"):
            guard.ask("packets", "sleep", 30)
    for number in (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL, signal.SIGFPE):
        guard.ask("packets", "sleep", 0)
        assert child.process is not None
        threading.Timer(0.1, os.kill, (child.process.pid, number)).start()
        crashed = guard.ask("packets", "sleep", 30)
        assert "damaged or hostile" in crashed.en and number.name in crashed.en


def test_errors_of_the_machine_in_a_reader_are_told_apart_from_those_of_a_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def served(error: BaseException) -> str:
        def failing(_: float) -> None:
            raise error

        monkeypatch.setattr(guarded_child, "spin", failing)
        monkeypatch.setattr(guarded_child.posix, "limit_child", lambda: None)
        return guarded_child._serve({"task": "spin", "arguments": (1.0,), "limits": {}})[0]

    of_the_machine = [ImportError("libGL.so.1"), ModuleNotFoundError("av"), OSError(errno.ENOSPC, "x"),
                      OSError(errno.EDQUOT, "x"), OSError(errno.EMFILE, "x"), OSError(errno.ENFILE, "x")]  # fmt: skip
    of_the_file = [
        ValueError("x"),
        OSError(errno.EIO, "x"),
        OSError("unknown"),
        EOFError(),
        KeyError("x"),
        MemoryError(),
    ]
    assert [served(error) for error in of_the_machine] == [
        "missing",
        "missing",
        "full",
        "full",
        "failed",
        "failed",
    ]
    assert {served(error) for error in of_the_file} == {"stopped"}
