"""The committed list of rule ids: `python -m tests.preflight.rule_snapshot` appends what is new, changes nothing.

A line is `edition id digest`. An id once released keeps its meaning under its edition of the docs for good; a new
meaning needs a new id, or a new edition.
"""

from __future__ import annotations

from pathlib import Path

from mediaprep.contract.profiles import EDITION, PROFILES
from mediaprep.preflight.rulebook import rulebook

SNAPSHOT = Path(__file__).with_name("rule_ids.txt")


def current() -> dict[tuple[str, str], str]:
    """(edition, id) → digest of every rule of every profile."""
    return {
        (rule.edition or EDITION, rule.id): rule.digest
        for profile in PROFILES
        for rule in rulebook.rules(profile).values()
    }


def committed() -> dict[tuple[str, str], str]:
    lines = SNAPSHOT.read_text(encoding="utf-8").splitlines() if SNAPSHOT.exists() else []
    rows = [line.split() for line in lines]
    assert len({(edition, rule) for edition, rule, _ in rows}) == len(rows), "an id stands there twice"
    return {(edition, rule): digest for edition, rule, digest in rows}


def append() -> int:
    """Adds the rules that are not in the snapshot yet; how many."""
    known = committed()
    fresh = [(key, digest) for key, digest in current().items() if key not in known]
    with SNAPSHOT.open("a", encoding="utf-8") as file:
        file.writelines(f"{edition} {rule} {digest}\n" for (edition, rule), digest in fresh)
    return len(fresh)


if __name__ == "__main__":
    print(f"{append()} rules appended to {SNAPSHOT.name}")
