"""The maintainers' door: recipes that work, and forgotten steps that are told."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests import recipes
from tests.making import make_face_video

RECIPES = recipes.read(recipes.GUIDE.read_text(encoding="utf-8"))
WANTED = {
    "A rule",
    "A parameter",
    "An endpoint",
    "A fix",
    "A report format",
    "A finishing option",
    "A migration",
}


def test_the_guide_has_a_recipe_for_everything_that_is_often_added() -> None:
    assert set(RECIPES) >= WANTED


@pytest.mark.timeout(600)  # seconds alone, minutes where the whole suite runs beside it
@pytest.mark.parametrize("name", list(RECIPES))
def test_a_recipe_works_and_tells_who_forgets_a_step(name: str, tmp_path: Path) -> None:
    tree = recipes.copied(tmp_path)
    if any("slow.mp4" in command for command, _ in RECIPES[name].shown):
        make_face_video(tree / "slow.mp4", tree / "fixtures/faces/astronaut.png", seconds=1.2, fps=10)
    done = subprocess.run(
        [sys.executable, "-m", "tests.recipes", name, tree],
        cwd=recipes.ROOT, capture_output=True, text=True, timeout=580, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (problems := json.loads(done.stdout)) == [], "\n\n".join(problems)
