"""`run --emulator`, killed and begun again: it goes on, in a ledger of its own, and real money is not touched."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from mediaprep.model.paid.gateways import GatewayKind
from mediaprep.submission.ledger import Ledger
from tests.media.labels import reading

STORY = """
jobs:
  - {id: one, endpoint: tts, output: one.mp3, request: {TimbreKey: female_1, InputSsml: 第一段文字在这里, Speed: 1.0}}
  - {id: two, endpoint: tts, output: two.mp3, request: {TimbreKey: male_1, InputSsml: 第二段文字在这里, Speed: 1.0}}
"""


class Place:
    """A folder with a story, a real ledger, and what the emulator keeps."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "story.yaml").write_text(STORY, encoding="utf-8")
        self.real = folder / "state" / "mediaprep" / "ledger.db"
        with Ledger(self.real) as ledger:
            ledger.keep_for(GatewayKind.REAL, "https://gw.tvs.qq.com")
        self.kept = folder / "state" / "mediaprep" / "emulator"

    def begin(self, *arguments: str) -> subprocess.Popen[str]:
        environ = {
            name: value for name, value in os.environ.items() if not name.startswith(("MEDIAPREP_", "AWS_"))
        }
        return subprocess.Popen(
            [sys.executable, "-m", "mediaprep", *arguments], cwd=self.folder, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
            env={**environ, "XDG_STATE_HOME": str(self.folder / "state"), "MEDIAPREP_LANG": "en"},
        )  # fmt: skip

    def run(self, *arguments: str) -> tuple[int, str, str]:
        process = self.begin(*arguments)
        out, err = process.communicate(timeout=300)
        return process.returncode, out, err

    def account(self) -> list[dict[str, Any]]:
        path = self.kept / "account.jsonl"
        lines = path.read_text().splitlines() if path.is_file() else []
        return [event for line in lines if (event := json.loads(line))["event"] == "accepted"]


def test_it_goes_on_after_a_kill_and_leaves_real_money_alone(tmp_path: Path) -> None:
    place = Place(tmp_path)
    before = place.real.read_bytes()
    process = place.begin("run", "story.yaml", "--emulator")
    until = time.monotonic() + 120
    while not place.account() and process.poll() is None and time.monotonic() < until:
        time.sleep(0.01)
    process.kill()
    process.communicate()
    assert place.account(), "nothing was accepted before the kill"

    code, out, err = place.run("run", "story.yaml", "--emulator")
    assert code == 0, err
    assert out.count("EMULATED") == 2 and "EMULATED" in err
    first = place.account()
    assert sorted(task["text"] for task in first) == ["第一段文字在这里", "第二段文字在这里"]

    code, out, err = place.run("run", "story.yaml", "--emulator", "--format", "json")
    assert code == 0 and "accepted: 0" in err
    assert [job["emulated"] for job in json.loads(out)["jobs"]] == [True, True]
    for job in json.loads(out)["jobs"]:
        assert '"ContentProducer":"EMULATED"' in (reading.label(tmp_path / job["output"]) or "")
    assert place.account() == first

    listed = place.run("jobs", "list", "--all")[1].splitlines()
    assert len(listed) == 2 and all("EMULATED" in line and "DONE" in line for line in listed)
    assert place.real.read_bytes() == before

    code, _, err = place.run("run", "story.yaml", "--emulator", "--fresh")
    assert code == 0, err
    anew = place.account()
    assert len(anew) == 2 and not {task["task_id"] for task in anew} & {task["task_id"] for task in first}
    assert place.run("run", "story.yaml", "--fresh")[0] == 2  # what was paid is never forgotten
    assert place.real.read_bytes() == before


def test_a_command_inside_finds_what_the_one_before_left(tmp_path: Path) -> None:
    place = Place(tmp_path)
    ask = "import os; print(*(os.environ[f'MEDIAPREP_{name}'] for name in ('BASE_URL', 'APPKEY', 'LEDGER')))"
    first, second, fresh = (
        place.run("emulator", *more, "--", sys.executable, "-c", ask)[1].split()
        for more in ((), (), ("--fresh",))
    )
    assert first == second
    assert first[2] == str(place.kept / "ledger.db")
    assert fresh[1] != first[1]
