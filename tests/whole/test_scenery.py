"""A manifest that wishes all that `finish` can do, run through the emulator: judged before anything is paid, and
seen in the pictures that come out."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from mediaprep.batch.manifest import read
from mediaprep.emulator.work import RenderedProduct, Work
from mediaprep.media import pictures
from mediaprep.media.containers import packets
from mediaprep.model.paid.outcomes import Outcome, State, totals
from mediaprep.report.runs import run_json
from mediaprep.submission.job.stage_protocol import Policy
from mediaprep.verbs.finishing import receipts
from mediaprep.verbs.run import run
from mediaprep.verbs.verify import verify
from tests.making import ffmpeg, make_audio, make_photo
from tests.submission.emulated import BASIC, Emulated, emulated

BLUE = (0x1E, 0x88, 0xE5)
GREY = (128, 128, 128)


def rendered(work: Work) -> RenderedProduct:
    """A grey square of a presenter on what is transparent (basic) or a green screen (advanced)."""
    made = work.folder / ("made.webm" if work.endpoint == "basic" else "made.mp4")
    square = "between(X,110,210)*between(Y,40,140)"
    looks = (
        f"format=yuva420p,geq=lum=128:cb=128:cr=128:a='if({square},255,0)'"
        if work.endpoint == "basic"
        else f"format=rgb24,geq=r='if({square},128,0)':g='if({square},128,177)':b='if({square},128,64)'"
    )
    codec = (
        ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus")
        if work.endpoint == "basic"
        else ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac")
    )
    ffmpeg(
        "-f", "lavfi", "-i", "color=c=gray:s=320x180:r=25:d=2", "-f", "lavfi", "-i", "sine=f=300:d=2",
        "-vf", looks, *codec, "-shortest", made,
    )  # fmt: skip
    return RenderedProduct(media=made, seconds=2.0)


def ran(world: Emulated, folder: Path, endpoint: str, finish: dict[str, Any]) -> Outcome:
    video = {"Format": "TransparentWebm"} if endpoint == "basic" else {"Format": "Mp4"}
    told = {
        "id": endpoint, "endpoint": endpoint, "request": {**BASIC, "VideoParam": video}, "finish": finish,
        "output": f"out/{endpoint}.mp4",
    }  # fmt: skip
    path = folder / "story.yaml"
    path.write_text(yaml.safe_dump({"jobs": [told]}, allow_unicode=True), encoding="utf-8")
    (job,) = read(path)
    brisk = Policy(poll_first=0.05, wait_first=0.05, rate=50, allow_ungated=True)
    return run(job, settings=world.settings, policy=brisk)


def accepted(world: Emulated) -> int:
    with urllib.request.urlopen(f"{world.emulator.control}/account", timeout=10) as answer:
        return len(json.load(answer)["tasks"])


def picture(path: Path, seconds: float) -> Any:
    return next(iter(packets.decode_frames(path, pixel_format="rgb24", start=seconds)))[1].astype(int)


def near(found: Any, wanted: tuple[int, int, int]) -> bool:
    return bool(np.abs(found - np.array(wanted)).max() <= 24)


def test_a_transparent_presenter_stands_before_a_background_with_music_and_fades(tmp_path: Path) -> None:
    music = make_audio(tmp_path / "tune.mp3", seconds=1.0)
    finish = {
        "background": "1E88E5", "music": music.name, "music_below": 6, "fade_in": 0.4, "fade_out": 0.4,
        "chapters": True, "chapter": ["0=First", "0:01=Second"], "captions": {"source": "burn", "sidecars": ["vtt"]},
        "thumbnail": "shown/cover.jpg", "sheet": "shown/sheet.png",
    }  # fmt: skip
    with emulated(tmp_path / "world", render=rendered) as world:
        outcome = ran(world, tmp_path, "basic", finish)
        assert outcome.state is State.DONE, outcome.problem
        again = ran(world, tmp_path, "basic", finish)
        assert again.state is State.DONE and again.beside == outcome.beside
        assert accepted(world) == 1
        changed = ran(world, tmp_path, "basic", {**finish, "background": "202060"})
        assert changed.state is State.DONE and accepted(world) == 1, "finished anew, not paid anew"
    assert outcome.output is not None and outcome.result is not None and outcome.receipt is not None
    assert outcome.result.suffix == ".webm"
    assert near(picture(outcome.output, 1.0)[10, 10], (0x20, 0x20, 0x60))
    assert near(picture(outcome.output, 1.0)[60, 160], GREY)
    assert picture(outcome.output, 0.0).mean() < 12
    assert packets.chapters(outcome.output) == ((0, "First"), (1000, "Second"))
    assert verify(outcome.receipt).broken == ()  # captions on what stands still cannot be told there
    names = ["basic.vtt", "cover.jpg", "sheet.png"]
    assert [path.name for path in outcome.beside] == names and all(p.is_file() for p in outcome.beside)
    assert near(pictures.read_pixels(outcome.beside[1])[1][10, 10].astype(int), (0x20, 0x20, 0x60))
    known = receipts.read(outcome.receipt)
    assert [mark.name for mark in known.outputs] == ["basic.mp4", *names]
    assert any("music tune.mp3" in note.en for note in outcome.notes)
    told = json.loads("".join(run_json.lines([outcome], totals([outcome], 1.0), lang="en")))["jobs"][0]
    assert told["beside"] == [str(path) for path in outcome.beside]


def test_a_green_screen_is_keyed_out_and_a_wide_picture_is_reframed(tmp_path: Path) -> None:
    with emulated(tmp_path / "world", render=rendered) as world:
        keyed = ran(world, tmp_path, "advanced", {"background": "1E88E5", "green": "00B140"})
        assert keyed.state is State.DONE and keyed.output is not None, keyed.problem
        seen = picture(keyed.output, 1.0)
        assert near(seen[10, 10], BLUE) and near(seen[90, 160], GREY)
        tall = ran(world, tmp_path, "advanced", {"reframe": "9:16"})
        assert tall.state is State.DONE and tall.output is not None, tall.problem
        assert picture(tall.output, 1.0).shape == (180, 100, 3)
        assert accepted(world) == 1


@pytest.mark.parametrize(
    ("endpoint", "finish", "told"),
    [
        ("advanced", {"background": "1E88E5"}, "has no transparency"),
        ("basic", {"background": "text.jpg"}, r"background text.jpg: give a still"),
        ("basic", {"music": "photo.png"}, r"music photo.png: no sound"),
    ],
)
def test_what_finishing_could_not_do_is_refused_before_anything_is_paid(
    tmp_path: Path, endpoint: str, finish: dict[str, Any], told: str
) -> None:
    photo = make_photo(tmp_path / "photo.png", width=64, height=64)
    before = photo.read_bytes()
    (tmp_path / "text.jpg").write_text("no picture")
    with emulated(tmp_path / "world", render=rendered) as world:
        outcome = ran(world, tmp_path, endpoint, finish)
        assert accepted(world) == 0
    assert outcome.state is State.REFUSED and outcome.problem is not None
    assert told in outcome.problem.en
    assert photo.read_bytes() == before
