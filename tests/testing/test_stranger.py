"""Somebody else's test file, run by pytest with mediaprep installed: they know the fixtures and raw HTTP."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

_THEIRS = Path(__file__).with_name("their_tests.py")
_GUIDE = Path(__file__).resolve().parents[2] / "mediaprep" / "guide" / "developers.md"
_CLIENT = """
class MyClient(Client):
    def __init__(self, url, appkey, accesstoken):
        assert url.startswith("http://127.0.0.1:") and len(appkey) == len(accesstoken) == 32

    def speak(self, text):
        for _ in range(3):
            answer = self.call("tts", {**TTS, "InputSsml": text})
            if answer["Header"]["Code"] != 100008:
                return self.gateway.wait(answer["Payload"]["TaskId"])["MediaUrl"]


@pytest.fixture(autouse=True)
def _known(mediaprep_gateway):
    MyClient.gateway = mediaprep_gateway


"""


def example() -> str:
    """The guide's."""
    blocks = re.findall(r"```python\n(.*?)```", _GUIDE.read_text(encoding="utf-8"), flags=re.DOTALL)
    return next(block for block in blocks if "mediaprep_gateway" in block)


def run(folder: Path, *arguments: str, **environ: str) -> str:
    """What pytest says of their tests, in a folder of their own."""
    copy = folder / "test_theirs.py"
    copy.write_text(f"{_THEIRS.read_text('utf-8')}{_CLIENT}{example()}", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--strict-markers", *arguments, str(copy)],
        cwd=folder, env={**os.environ, **environ}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    return done.stdout + done.stderr


def test_a_stranger_s_tests_run_with_nothing_but_mediaprep_installed(tmp_path: Path) -> None:
    said = run(tmp_path, "-v", MEDIAPREP_APPKEY="of-the-user", MEDIAPREP_LEDGER=str(tmp_path / "paid.db"))
    names = re.findall(r"^def (test_\w+)", f"{_THEIRS.read_text('utf-8')}\n{example()}", flags=re.MULTILINE)
    assert len(names) >= 10
    for name in names:
        assert f"::{name} PASSED" in said, said
    assert not (tmp_path / "paid.db").exists()


def test_what_the_plugin_brings_is_listed_with_words(tmp_path: Path) -> None:
    said = run(tmp_path, "--fixtures")
    for name in ("options", "gateway", "bucket", "clock", "faults", "ledger", "env", "settings"):
        assert f"mediaprep_{name}" in said, said
    assert (
        "no docstring available"
        not in said.partition("fixtures defined from mediaprep")[2].split("fixtures defined")[0]
    )
    assert "mediaprep(**options)" in run(tmp_path, "--markers")


def test_a_run_without_our_fixtures_loads_nothing_of_ours(tmp_path: Path) -> None:
    (tmp_path / "test_other.py").write_text(
        "import sys\ndef test_light():\n"
        "    ours = sorted(name for name in sys.modules if name.startswith('mediaprep.'))\n"
        "    assert 'mediaprep.testing.plugin' in ours\n    assert not [n for n in ours if 'emulator' in n], ours\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
