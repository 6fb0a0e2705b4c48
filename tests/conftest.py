"""Fixtures for all tests. What they need is made or lies in `fixtures/`; a skip means an absent program."""

from __future__ import annotations

import contextlib
import functools
import importlib
import itertools
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import yaml

from tests.another_machine import joined

hypothesis.settings.register_profile(
    "suite",
    max_examples=40,
    derandomize=True,  # the same examples in every run: what fails, fails for everybody
    database=None,
    deadline=None,  # a busy machine is no finding
    suppress_health_check=[hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.function_scoped_fixture],
)
hypothesis.settings.register_profile(
    "torture", hypothesis.settings.get_profile("suite"), max_examples=1000, derandomize=False
)
"""What scripts/torture-properties takes: many examples, other ones every time."""
hypothesis.settings.load_profile("suite")

PROGRAMS = {
    "chromium": ("chromium", "chromium-browser", "google-chrome"),
    "chromedriver": ("chromedriver",),
    "node": ("node", "nodejs"),
    "curl": ("curl",),
    "soffice": ("soffice", "libreoffice"),
    "postgres": ("postgres", "pg_ctl"),
    "strace": ("strace",),
    "buildah": ("buildah",),
    "openssl": ("openssl",),
}
"""What `needs(...)` may name, and the programs that answer to it (PostgreSQL's Debian folders are looked into)."""
_DEBIAN = "/usr/lib/postgresql/*/bin"
_TMPFS, _OPENCV, _NETNS = "tmpfs", "opencv", "netns"
"""Other things that may be needed: to mount small disks and to make network namespaces, which takes root and a system
that allows it; and that OpenCV loads, for which some systems lack a library."""
NOT_RUN = "not run: needs "
_SHARED = Path(__file__).resolve().parents[1].parent / "shared"
FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"


@pytest.fixture(scope="session")
def docs() -> str | None:
    """The text of the service's documentation where it lies beside the checkout."""
    text = _SHARED / "api" / "broadcast-service.txt"
    return text.read_text(encoding="utf-8") if text.is_file() else None


@pytest.fixture(scope="session")
def rules_yaml() -> dict[str, Any]:
    """Every rule of the docs as data."""
    return yaml.load((FIXTURES / "api" / "rules.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def fixtures() -> Path:
    """Small committed files, each with its source stated."""
    return FIXTURES


_JUDGES = ("mediaprep.contract.", "mediaprep.preflight.", "mediaprep.submission.", "mediaprep.verbs.")


@pytest.fixture(autouse=True)
def every_finding_is_in_the_rulebook(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever any test brings us to say of files and requests must be listed by `mediaprep rules`."""
    from mediaprep.model.findings import Finding

    told: set[str] = set()
    mends: set[tuple[str, str, str]] = set()
    plain = Finding.__init__

    def noted(self: Finding, **values: Any) -> None:
        plain(self, **values)
        if sys._getframe(1).f_globals.get("__name__", "").startswith(_JUDGES):
            told.add(self.rule)
            if self.fix is not None or self.verdict != "unknown":
                mends.add((self.rule, self.verdict, self.fix.en if self.fix else ""))

    monkeypatch.setattr(Finding, "__init__", noted)
    yield
    if told:
        from mediaprep.preflight.rulebook import rulebook

        strangers = sorted(rule for rule in told if not rulebook.known(rule))
        assert not strangers, (
            f"no demand of contract.rules and no row of preflight.rulebook.own_rules describes: {strangers}"
        )
        other = sorted(one for one in mends if not _tells(rulebook.find(one[0]), one[2]))
        assert not other, f"`explain` tells another fix than these findings: {other}"


def _tells(rule: Any, fix: str) -> bool:
    """Whether `explain` says to do what a finding of the rule says; … stands for what the finding names."""
    told = [rule.fix.en if rule.fix else "", *(text.en for text in rule.also)]
    return any(re.fullmatch(re.escape(text).replace("…", ".+"), fix) for text in told)


@functools.cache
def mounts() -> str | None:
    """Path of `mount`, if a tmpfs could be mounted with it; None where that is not allowed."""
    mount, umount = shutil.which("mount"), shutil.which("umount")
    if mount is None or umount is None or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return None
    with tempfile.TemporaryDirectory() as folder:
        options = ["-t", _TMPFS, "-o", "size=64k", _TMPFS, folder]
        if subprocess.run([mount, *options], capture_output=True, check=False).returncode != 0:
            return None
        subprocess.run([umount, folder], capture_output=True, check=False)
    return mount


@functools.cache
def namespaces() -> str | None:
    """Path of `ip`, if a network namespace and a pair of joined interfaces can be made with it; None where not."""
    ip = shutil.which("ip")
    if ip is None or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return None
    with contextlib.suppress(OSError, subprocess.CalledProcessError), joined("10.231.251.1", "10.231.251.2"):
        return ip
    return None


@functools.cache
def _loads(module: str) -> str | None:
    with contextlib.suppress(ImportError):
        return importlib.import_module(module).__file__
    return None


def program(name: str) -> str | None:
    """Path of a program by its `needs` name; None where it is absent."""
    if name == _TMPFS:
        return mounts()
    if name == _NETNS:
        return namespaces()
    if name == _OPENCV:
        return _loads("cv2")
    for candidate in PROGRAMS[name]:
        folders = sorted(map(str, Path("/").glob(_DEBIAN.lstrip("/")))) if name == "postgres" else []
        for path in (None, *folders):
            if found := shutil.which(candidate, path=path):
                return found
    return None


@pytest.fixture(scope="session")
def postgres() -> Iterator[Any]:
    """A PostgreSQL server of our own (tests.postgres.Cluster); mark the test with `needs("postgres")`."""
    from tests.postgres import cluster

    found = program("postgres")
    assert found is not None
    with cluster(found) as running:
        yield running


@pytest.fixture(scope="session")
def base_image() -> None:
    """The image that the Dockerfile starts from stands in buildah's storage: nothing is asked of a registry."""
    project = Path(__file__).resolve().parents[1]
    name = next(
        line.split()[1] for line in (project / "Dockerfile").read_text().splitlines() if line[:5] == "FROM "
    )
    there = ["buildah", "inspect", "--type", "image", name]
    make = _SHARED / "tools" / "base-image"
    if subprocess.run(there, capture_output=True, check=False).returncode != 0:
        if not make.is_file():
            pytest.skip(f"{NOT_RUN}the image {name}")
        subprocess.run([make, name], cwd=project, capture_output=True, check=True)


def pytest_configure(config: pytest.Config) -> None:
    # hundreds of commands are started: each would compile the package again
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    # what tests measure is nobody's cache
    os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp(prefix="mediaprep-cache-")
    config.add_cleanup(lambda: shutil.rmtree(os.environ["XDG_CACHE_HOME"], ignore_errors=True))
    # and no job of theirs is the user's
    os.environ["XDG_STATE_HOME"] = tempfile.mkdtemp(prefix="mediaprep-state-")
    config.add_cleanup(lambda: shutil.rmtree(os.environ["XDG_STATE_HOME"], ignore_errors=True))
    config.addinivalue_line(
        "markers", "needs(program, …): skipped, and named at the end, where a program is absent"
    )


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("needs"):
        for name in mark.args:
            if program(name) is None:
                pytest.skip(NOT_RUN + name)


def _skips(config: pytest.Config) -> list[tuple[str, str]]:
    """(test, why) of every test that did not run."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    stats = reporter.stats if reporter is not None else {}
    return [
        (report.nodeid, report.longrepr[2].removeprefix("Skipped: "))
        for report in stats.get("skipped", ())
        if isinstance(report.longrepr, tuple)
    ]


LONGEST = (
    "test_guide", "test_torture_paid", "test_composing", "test_engine", "test_demo", "test_run", "test_limits",
    "test_pages", "test_finishing", "test_lesson", "test_mendable", "test_emulated_story", "test_mutations",
)  # fmt: skip
"""Files whose tests take longest, the longest first (seconds of a processor: half a minute and more)."""


def dealt(stems: Sequence[str], workers: int) -> list[int]:
    """The order in which tests of these files are run: xdist gives each worker one stretch of them, and each stretch
    begins with its share of the longest, so that nobody is waited for at the end."""
    first = [[n for n, stem in enumerate(stems) if stem == name] for name in LONGEST]
    rest = [n for n, stem in enumerate(stems) if stem not in LONGEST]
    order: list[int] = []
    for worker in range(workers):
        order += itertools.chain.from_iterable(first[worker::workers])
        room = max(0, len(stems) * (worker + 1) // workers - len(order))
        order += rest[:room]
        del rest[:room]
    return order + rest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    order = dealt([item.path.stem for item in items], int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))
    items[:] = [items[n] for n in order]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where everything is installed, nothing but an absent program excuses a test that did not run."""
    excused = all(why.startswith(NOT_RUN) for _, why in _skips(session.config))
    if os.environ.get("CI") and not excused and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tests that did not run are counted and named: a green run must not hide them."""
    skips = _skips(terminalreporter.config)
    if not skips:
        return
    terminalreporter.section(f"not run: {len(skips)}")
    for name, why in skips:
        plain = f"{name} ({why.removeprefix(NOT_RUN)})"
        unexcused = os.environ.get("CI") and not why.startswith(NOT_RUN)
        terminalreporter.write_line(plain + (": FAILS, no program is absent" if unexcused else ""))
