"""Every process that mediaprep starts for its own work is started here: ffmpeg, LibreOffice, espeak-ng, and the
Python that reads untrusted files.

None outlives us, however we end: a shell in the child's process group waits for a pipe that only we hold open, and
ends the whole group when it closes. (PR_SET_PDEATHSIG is bound to the thread that started a process, and reaches
no grandchild.) None inherits an environment: theirs is built, with a private folder as home and working folder, so
that no credential, proxy, preset, profile or library of somebody else's reaches them.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib.util
import os
import shutil
import site
import subprocess
import sys
import threading
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from mediaprep import leavings
from mediaprep.media.isolation import posix

_SHELL: Final = Path("/bin/sh")
# read ends when nobody can write any more: when we are gone, or have closed our end
_LEASHED: Final = '( read -r _; kill -KILL 0 ) </dev/fd/%d >/dev/null 2>&1 & exec "$@"'
_LOG: Final = "stderr.log"
_OF_WINDOWS: Final = ("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT")
_HOMES: Final = ("HOME", "TMPDIR") if os.name == "posix" else ("USERPROFILE", "TEMP", "TMP")
# `mediaprep` is loaded from where it lies; libraries from where an isolated Python looks, then from `more`
_BOOT: Final = """
import importlib.util, site, sys
at = next((i for i, p in enumerate(sys.path) if p.endswith(("site-packages", "dist-packages"))), len(sys.path))
rest = sys.path[at:]
del sys.path[at:]
for folder in {user!r}: site.addsitedir(folder)
sys.path += [p for p in [*{more!r}, *rest, {root!r}] if p not in sys.path]
spec = importlib.util.spec_from_file_location(
    "mediaprep", {package!r} + "/__init__.py", submodule_search_locations=[{package!r}])
sys.modules["mediaprep"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sys.modules["mediaprep"])
"""


class Child(subprocess.Popen[bytes]):
    """A process on a leash. Raises OSError when it cannot be started; a command that cannot be executed may show
    as exit code 126 or 127 instead. Whoever starts it calls `end`."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        stdin: int = subprocess.DEVNULL,
        stdout: int = subprocess.DEVNULL,
        stderr: int = subprocess.DEVNULL,
        logged: bool = False,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
    ) -> None:
        """`cwd` None is the child's private folder; `env` adds to the environment that is built for it; `logged`
        keeps what it writes to stderr for `last_words`."""
        self._owner = os.getpid()
        self._leash: int | None = None
        self.home = leavings.make_folder("mediaprep-")
        watched, log = None, None
        try:
            if logged:
                log = (self.home / _LOG).open("wb")
            if os.name == "posix" and _SHELL.exists():
                watched, self._leash = os.pipe()
                command = [str(_SHELL), "-c", _LEASHED % watched, "sh", *command]
            super().__init__(
                command,
                stdin=stdin,
                stdout=stdout,
                stderr=log or stderr,
                cwd=cwd or self.home,
                env={**environment(self.home), **(env or {})},
                pass_fds=() if watched is None else (watched,),
                start_new_session=True,
            )
        except BaseException:
            self._let_go()
            raise
        finally:
            if watched is not None:
                os.close(watched)
            if log is not None:
                log.close()
        with _lock:
            _children.add(self)

    def last_words(self) -> str:
        """The last line of its log."""
        try:
            lines = (self.home / _LOG).read_text(encoding="utf-8", errors="replace").strip().splitlines()
        except OSError:
            return ""
        return lines[-1].rpartition("exec: ")[2][:300] if lines else ""

    def end(self) -> None:
        """End it and all that it started, at once, and collect it. Its private folder goes too."""
        if self._owner != os.getpid():  # a fork's copy: the process is the parent's
            return
        posix.kill_group(self)
        self._let_go()

    def slip(self) -> None:
        """In a fork's copy: let go of what belongs to the parent."""
        leash, self._leash = self._leash, None
        if leash is not None:
            os.close(leash)

    def _let_go(self) -> None:
        with _lock:
            leash, self._leash = self._leash, None
        if leash is not None:
            os.close(leash)
        if leash is not None and os.getpid() == 1:  # a container's first process: orphans are ours to collect
            with contextlib.suppress(ChildProcessError, AttributeError):
                while os.waitpid(-self.pid, 0):
                    pass
        leavings.remove_folder(self.home)


def call(
    command: Sequence[str], *, seconds: float, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run a command to its end and return what it wrote. Raises OSError when it does not start,
    subprocess.TimeoutExpired after `seconds`."""
    child = Child(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env)
    try:
        out, err = child.communicate(timeout=seconds)
    finally:
        child.end()
    if child.returncode in (126, 127):
        words = err.decode("utf-8", "replace").strip().rpartition(": ")[2]
        raise OSError(words or f"exit {child.returncode}")
    return subprocess.CompletedProcess(command, child.returncode, out, err)


def environment(home: Path) -> dict[str, str]:
    """All that a child is told of our surroundings: where programs are, and a home of its own."""
    there = {name: os.environ[name] for name in _OF_WINDOWS if name in os.environ}
    return {**there, **dict.fromkeys(_HOMES, str(home)), "PATH": search_path(), "LANG": "C.UTF-8"}


def search_path() -> str:
    """PATH without the entries that mean the working folder, whichever it is."""
    entries = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(entry for entry in entries if Path(entry).is_absolute()) or os.defpath


def which(name: str) -> str | None:
    """A program on the PATH, never one of the working folder."""
    found = shutil.which(name, path=search_path())
    return found if found and Path(found).is_absolute() else None


def python(code: str) -> list[str]:
    """A command that runs `code` in an isolated Python which has mediaprep and its libraries, however they are
    installed, and takes no module from the working folder."""
    package = _package()
    boot = _BOOT.format(
        user=_user_sites(), more=_library_folders(), root=str(package.parent), package=str(package)
    )
    return [sys.executable, "-I", "-X", "utf8", "-c", boot + code]


def _package() -> Path:
    found = importlib.util.find_spec("mediaprep")
    assert found is not None and found.submodule_search_locations is not None
    return Path(next(iter(found.submodule_search_locations))).resolve()


def _user_sites() -> list[str]:
    return [site.getusersitepackages()] if site.ENABLE_USER_SITE else []


def _library_folders() -> list[str]:
    """Folders of libraries that were named to us (PYTHONPATH, launchers that put each library into a folder of its
    own), but not where we happen to be, nor where a script lies that was started."""
    here = set()
    for place in (".", Path(sys.argv[0] or ".").parent):
        with contextlib.suppress(OSError):  # the working folder may be gone
            here.add(os.path.realpath(place))
    entries = [
        entry for entry in sys.path if Path(entry).is_absolute() and os.path.realpath(entry) not in here
    ]
    return [entry for entry in entries if any(Path(entry).glob("*.dist-info"))]


_children: weakref.WeakSet[Child] = weakref.WeakSet()
_lock = threading.Lock()


def _forked() -> None:
    """A fork's copy must not hold our children's leashes."""
    global _lock  # noqa: PLW0603  # it may be held by a thread that the fork does not have
    _lock = threading.Lock()
    for child in list(_children):
        child.slip()
    _children.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
_owner = os.getpid()


def end_all() -> None:
    """End every child that is at work now. Whoever waits for one sees it fail, and knows why or may ask."""
    with _lock:
        at_work = list(_children)
    for child in at_work:
        child.end()


@atexit.register
def _end_with_us() -> None:
    """What a thread that nobody waits for has started must not outlive the process; a fork's copy of the list
    tells of its parent's."""
    if os.getpid() == _owner:
        end_all()
