"""Finishing as a whole: random plans judged by other means, a stitched file in a browser, a command cut short."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mediaprep.model.finishing.plans import Encoding
from mediaprep.verbs.finish import finish_video
from tests.making import entries, ffmpeg, make_video
from tests.playing import complaints, watched
from tests.torture import finishing as torture

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("seed", range(1000, 1012))
def test_a_random_plan_holds(tmp_path: Path, seed: int) -> None:
    outcome = torture.one(seed, tmp_path)
    assert not outcome.wrong, outcome


# --- in a browser -------------------------------------------------------------------------------------------

PAGE = """<!doctype html><video muted src="stitched.mp4" preload="auto"></video><script>
const video = document.querySelector("video"), canvas = document.createElement("canvas");
canvas.width = 64; canvas.height = 8;
const pen = canvas.getContext("2d", {willReadFrequently: true});
function number() {            // eight squares of black or white: the bits of the picture's number
  pen.drawImage(video, 0, 0, video.videoWidth, video.videoHeight, 0, 0, 64, 8);
  let found = 0;
  for (let bit = 0; bit < 8; bit++)
    if (pen.getImageData(bit * 8 + 4, 4, 1, 1).data[0] > 127) found |= 1 << bit;
  return found;
}
const told = name => new Promise((done, fail) => {
  video.addEventListener(name, done, {once: true});
  video.addEventListener("error", () => fail(video.error.message), {once: true});
});
async function watch() {
  const report = {seeks: []};
  try {
    if (video.readyState < 3) await told("canplay");
    report.seconds = video.duration;
    for (const frame of SEEKS) {
      const done = told("seeked");
      video.currentTime = (frame + 0.5) / 25;
      await done;
      await new Promise(go => requestAnimationFrame(() => requestAnimationFrame(go)));
      report.seeks.push([frame, number()]);
    }
    video.currentTime = 0; video.playbackRate = 2;
    const ended = told("ended");
    await video.play();
    await ended;
    report.ended = video.currentTime;
    report.quality = video.getVideoPlaybackQuality().corruptedVideoFrames || 0;
  } catch (error) { report.error = String(error); }
  await fetch("/report", {method: "POST", body: JSON.stringify(report)});
}
watch();
</script>"""


def numbered(path: Path, seconds: float, first: int, *more: str) -> Path:
    """Every picture shows its number (from `first`) as eight squares."""
    bit = "floor(X/40)"
    picture = f"geq=lum='if(mod(floor((N+{first})/pow(2,{bit})),2),235,16)':cb=128:cr=128"
    ffmpeg(
        "-f", "lavfi", "-i", f"color=black:s=320x96:r=25:d={seconds},format=yuv420p,{picture}",
        "-f", "lavfi", "-i", f"sine=f=440:d={seconds}", "-preset", "veryfast", "-pix_fmt", "yuv420p", *more, path,
    )  # fmt: skip
    return path


@pytest.mark.needs("chromium")
def test_a_stitched_file_plays_to_the_end_in_chromium_and_seeks_show_the_right_picture(
    tmp_path: Path,
) -> None:
    head = numbered(tmp_path / "head.mp4", 1, 0)
    main = numbered(tmp_path / "main.mp4", 4, 25, "-bf", "3", "-g", "40")
    tail = numbered(tmp_path / "tail.mp4", 1, 125)
    done = finish_video(
        main, output=tmp_path / "stitched.mp4", head=head, tail=tail, encoding=Encoding(preset="veryfast")
    )
    assert [part.way.value for part in done.plan.parts] == ["encoded", "copied", "encoded"]
    seeks = [130, 3, 24, 25, 26, 64, 65, 124, 125, 149, 0, 77]
    report = watched(tmp_path, "page.html", PAGE.replace("SEEKS", json.dumps(seeks)))
    assert report is not None, "Chromium did not report"
    assert "error" not in report, report
    assert report["seeks"] == [[frame, frame] for frame in seeks]
    assert abs(report["seconds"] - 6) < 0.05 and abs(report["ended"] - 6) < 0.1 and not report["quality"]


@pytest.mark.needs("chromium")
def test_chromium_tells_a_file_that_it_cannot_play(tmp_path: Path) -> None:
    made = make_video(tmp_path / "good.mp4", seconds=1, width=160, height=90)
    raw = bytearray(made.read_bytes())
    at = raw.rfind(b"mdat")
    raw[at + 600 : at + 12_000] = bytes(11_400)
    (tmp_path / "bad.mp4").write_bytes(raw)
    assert set(complaints(tmp_path, ["good.mp4", "bad.mp4"])) == {"bad.mp4"}


# --- cut short ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def long_main(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Long enough that its encoding can be cut short."""
    return make_video(tmp_path_factory.mktemp("long") / "main.mp4", seconds=16, width=1280, height=720)


@pytest.fixture(scope="module")
def other_head(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of another size and rate: it is encoded for long, not copied in a moment."""
    return make_video(
        tmp_path_factory.mktemp("head") / "head.mp4", seconds=20, width=640, height=360, fps="30"
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("logo", [False, True], ids=["joined", "one pass"])
def test_a_command_that_is_stopped_leaves_nothing_behind(
    tmp_path: Path, long_main: Path, other_head: Path, number: signal.Signals, logo: bool
) -> None:
    main = long_main
    out, rooms = tmp_path / "out", tmp_path / "rooms"
    out.mkdir()
    rooms.mkdir()
    wishes: list[str | Path] = ["--head", other_head]
    if logo:
        ffmpeg("-f", "lavfi", "-i", "color=red:s=64x32", "-frames:v", "1", tmp_path / "logo.png")
        wishes += ["--logo", tmp_path / "logo.png"]
    environ = {**os.environ, "TMPDIR": str(rooms), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    command = subprocess.Popen(
        [sys.executable, "-m", "mediaprep", "finish", main, "-o", out / "out.mp4", *wishes],
        env=environ, cwd=ROOT, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # ignored where tests run in the background
    )  # fmt: skip
    until = time.monotonic() + 60
    while not encoding(rooms, out) and command.poll() is None and time.monotonic() < until:
        time.sleep(0.05)
    command.send_signal(number)
    _, told = command.communicate(timeout=60)
    assert command.returncode == 130 and "interrupted" in told and "Traceback" not in told
    assert not list(entries(out))
    assert not list(rooms.glob("mediaprep-*"))
    assert not any(str(out) in line for line in command_lines())


def command_lines() -> list[str]:
    """Of everything that runs (Linux: a bare system has no ps)."""
    found = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            found.append(process.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
    return found


def encoding(rooms: Path, out: Path) -> bool:
    """Whether the encoder has begun: its output is there."""
    with contextlib.suppress(FileNotFoundError):  # a room that is gone while it is looked into
        return bool(list(rooms.glob("mediaprep-*/part-*.mp4")) or list(out.glob(".*part*")))
    return False
