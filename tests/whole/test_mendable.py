"""Everything mendable passes afterwards, looks as the same filters without loss would make it, and is as long.

Lengths and likeness are measured by ffmpeg itself, not by what mediaprep measures with.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import imageio_ffmpeg
import pytest

from mediaprep.contract.bounds import SizeUpTo
from mediaprep.contract.limits import Limit, limits_for
from mediaprep.media import pictures
from mediaprep.model.facts import Facts, VideoFacts
from mediaprep.model.results.fix_outcomes import FixOutcome
from mediaprep.model.steps import EncodePicture, SavePhoto
from mediaprep.preflight import judge
from mediaprep.preflight.fixes import FixWish
from mediaprep.preflight.judge import judge_request
from mediaprep.verbs.check import check
from mediaprep.verbs.fix import fix
from tests.whole.mendable import CASES, Case

LEAST_SSIM = 0.98


def tool(*arguments: str | Path) -> tuple[str, str]:
    """(stdout, stderr) of the plain tool."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostdin", "-y", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout, done.stderr


def heard(path: Path) -> Fraction:
    """Seconds of sound that decode: what an encoder adds in front is taken off by decoders."""
    said, _ = tool("-v", "error", "-i", path, "-map", "0:a:0", "-f", "framecrc", "-")
    tick = Fraction(re.search(r"#tb 0: (\S+)", said)[1])  # type: ignore[index]
    return sum(int(line.split(",")[3]) for line in said.splitlines() if not line.startswith("#")) * tick


def packets(path: Path, kind: str) -> tuple[list[tuple[Fraction, Fraction, str]], Fraction]:
    """((start, duration, checksum) of each packet in order of presentation, length) of the first track."""
    said, _ = tool(
        "-v", "error", "-i", path, "-map", f"0:{kind}:0", "-c", "copy", "-copyts", "-f", "framecrc", "-"
    )
    tick = Fraction(re.search(r"#tb 0: (\S+)", said)[1])  # type: ignore[index]
    rows = [line.split(",") for line in said.splitlines() if not line.startswith("#")]
    found = sorted((int(row[2]) * tick, int(row[3]) * tick, row[5].strip()) for row in rows)
    return found, max(start + duration for start, duration, _ in found) - found[0][0]


def ssim(made: Path, reference: Path) -> float:
    """The likeness of two videos or pictures, frame by frame from the first one."""
    even = "settb=1/25,setpts=N,format=yuv420p"
    graph = f"[0:v]{even}[a];[1:v]{even}[b];[a][b]ssim=shortest=1"
    _, said = tool("-i", made, "-i", reference, "-lavfi", graph, "-f", "null", "-")
    return float(re.search(r"SSIM .*All:(\S+)", said)[1])  # type: ignore[index]


def without_loss(outcome: FixOutcome, folder: Path) -> Path:
    """The same input through the same filters, coded without loss."""
    (call,) = outcome.commands
    filters, rate = (call[call.index(name) + 1] for name in ("-vf", "-fps_mode"))
    source = Path(outcome.before.path)
    tool(
        "-i", source, "-map", "0:V:0", "-an", "-vf", filters, "-fps_mode", rate, "-pix_fmt", "yuv420p", "-c:v", "ffv1",
        folder / "reference.mkv",
    )  # fmt: skip
    return folder / "reference.mkv"


def lower(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    def rows(*place: str, **more: object) -> tuple[Limit, ...]:
        bound = SizeUpTo(f"{most}", most, most)
        found = limits_for(*place, **more)  # type: ignore[arg-type]
        return tuple(replace(row, bound=bound) if row.measure == "size_bytes" else row for row in found)

    monkeypatch.setattr(judge, "limits_for", lambda *place, **more: rows(*(p for p in place if p), **more))


def mended(case: Case, folder: Path) -> FixOutcome:
    source = case.make(folder)
    (before,) = check([source], field=case.field, faces=False)
    assert before.verdict in {"refused", "advised"}, "nothing was wrong with it"
    target = folder / f"out.{case.suffix}"
    outcome = fix(source, output=target, field=case.field, wish=FixWish(unsafe=case.unsafe, faces=False))
    assert outcome.after is not None, [finding.message.en for finding in outcome.left]
    (after,) = check([target], field=case.field, faces=False)
    assert (outcome.after.verdict, after.verdict) == ("pass", "pass"), after.findings
    return outcome


@pytest.mark.parametrize(
    "case", [c for c in CASES if "Video" in c.field.rpartition(".")[2]], ids=lambda c: c.name
)
def test_footage_is_mended_without_visible_loss(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if case.most:
        lower(monkeypatch, case.most)
    outcome = mended(case, tmp_path)
    source, target = Path(outcome.before.path), Path(str(outcome.target))
    was, before = packets(source, "V")
    now, after = packets(target, "V")
    if any(isinstance(step, EncodePicture) for step in outcome.steps):
        assert ssim(target, without_loss(outcome, tmp_path)) >= LEAST_SSIM
    else:
        kept = [checksum for *_, checksum in was][: len(now)]
        assert [checksum for *_, checksum in now] == kept, "copied pictures are the same bits"
    if case.exact:
        frame = max(was[-1][1], now[-1][1])
        assert abs(after - before) <= frame, (float(before), float(after))
    assert tool("-v", "error", "-i", target, "-f", "null", "-")[1] == ""
    if case.name == "portrait phone":
        assert outcome.after is not None
        clean_under_shared(outcome.after.facts)


def clean_under_shared(facts: Facts) -> None:
    """1080×1920 is within 2560×1440 turned: nothing speaks against it."""
    assert isinstance(facts, VideoFacts) and (facts.width, facts.height) == (1080, 1920)
    request = {
        "RefVideoUrl": "https://example.com/a.mp4",
        "DriverType": "Text",
        "InputSsml": "大家好，欢迎。",
        "SpeechParam": {"Speed": 1.0, "TimbreKey": "female_1"},
        "ConcurrencyType": "Shared",
    }
    assert judge_request("notrain", request, {"RefVideoUrl": facts}) == ()


@pytest.mark.parametrize("case", [c for c in CASES if "Audio" in c.field], ids=lambda c: c.name)
def test_sounds_are_mended_to_their_length(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if case.most:
        lower(monkeypatch, case.most)
    outcome = mended(case, tmp_path)
    before, after = heard(Path(outcome.before.path)), heard(Path(str(outcome.target)))
    if case.exact:
        assert abs(after - before) <= 0.05, "a coded block"
    else:
        assert 55 < after < 56 < before


@pytest.mark.parametrize("case", [c for c in CASES if "Photo" in c.field], ids=lambda c: c.name)
def test_pictures_are_mended_without_visible_loss(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if case.most:
        lower(monkeypatch, case.most)
    outcome = mended(case, tmp_path)
    (step,) = outcome.steps
    assert isinstance(step, SavePhoto)
    reference = tmp_path / "reference.png"
    pictures.resave(Path(outcome.before.path), reference, size=(step.width, step.height), format="png")
    assert ssim(Path(str(outcome.target)), reference) >= LEAST_SSIM


def test_there_are_thirty_and_more() -> None:
    assert len(CASES) >= 30 and len({case.name for case in CASES}) == len(CASES)
