"""What the container and CI install is written down: versions, hashes, and no address of anybody's index."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).resolve().parents[1]
LOCKS = {".ci/lock.txt": ["emulator", "postgres"], ".ci/lock-test.txt": ["emulator", "postgres", "test"]}
_NAME = re.compile(r"^([A-Za-z0-9._-]+)")


def _pyproject() -> dict[str, Any]:
    return tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))


def _locked(lock: str) -> dict[str, list[str]]:
    """Versions of every package of a lock file (several where they depend on Python's version)."""
    versions: dict[str, list[str]] = {}
    for line in (PROJECT / lock).read_text(encoding="utf-8").splitlines():
        if found := re.match(r"([a-z0-9-]+)==(\S+)", line):
            versions.setdefault(found[1], []).append(found[2])
    return versions


def test_the_containers_opencv_is_the_same_version_without_x11() -> None:
    (version,) = _locked(".ci/lock.txt")["opencv-python"]
    assert _locked(".ci/lock-headless.txt") == {"opencv-python-headless": [version]}
    text = (PROJECT / ".ci/lock-headless.txt").read_text(encoding="utf-8")
    assert "://" not in text and "--hash=sha256:" in text


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))[:3]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_address_and_a_hash_for_every_version(lock: str) -> None:
    text = (PROJECT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^-", text, flags=re.MULTILINE), "an option of pip, such as an index"
    for entry in re.split(r"\n(?=\S)", text):
        assert entry.startswith("#") or "--hash=sha256:" in entry, entry


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_locked_at_a_version_that_it_allows(lock: str) -> None:
    project = _pyproject()["project"]
    wanted = list(project["dependencies"])
    for extra in LOCKS[lock]:
        wanted += project["optional-dependencies"][extra]
    locked = _locked(lock)
    for requirement in wanted:
        name = _NAME.match(requirement)
        assert name
        if name[1] == "mediaprep":
            continue
        versions = locked.get(name[1].lower())
        assert versions, f"{requirement} is not in {lock}: scripts/lock"
        for bound, limit in re.findall(r"(>=|==|<)([\d.]+)", requirement):
            for version in versions:
                low, at = _number(limit), _number(version)
                fits = {">=": at >= low, "==": at == low, "<": at < low}[bound]
                assert fits, f"{requirement}, but {lock} has {version}: scripts/lock"


def test_ci_has_the_very_versions_of_the_container() -> None:
    container, ci = _locked(".ci/lock.txt"), _locked(".ci/lock-test.txt")
    assert container == {name: ci.get(name) for name in container}
