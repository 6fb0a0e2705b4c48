"""Makes the demo's raw footage: a real face that moves and talks, shot as phones shoot it.

    python scripts/demo_media.py FOLDER [--small]

writes footage.mov (10-bit HEVC, rotation flag, 1078×606; small: 640×360), head.mp4, tail.mp4 (other sizes and
rates, the tail without sound) and story.yaml. The face is NASA's portrait of Eileen Collins (public domain).
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import imageio_ffmpeg
import numpy as np

PORTRAIT = Path(__file__).resolve().parents[1] / "fixtures" / "faces" / "astronaut.png"
SMALL = "--small" in sys.argv
WIDTH, HEIGHT = (360, 640) if SMALL else (606, 1078)  # as displayed; coded sideways with a rotation flag
FPS, SECONDS = 30, 3 if SMALL else 8
MOUTH = (219, 145)  # x, y of the mouth in the portrait
TEXTS = (
    ("大家好，欢迎来到我们的课堂。", "空间站每九十分钟绕地球一圈。")
    if SMALL
    else (
        "大家好，欢迎来到我们的课堂。今天我们用三分钟，认识一下空间站。",
        "空间站每九十分钟绕地球一圈。宇航员一天里，能看到十六次日出，也能看到十六次日落。",
    )
)
STORY = f"""\
# Two jobs on one piece of footage. Run it with:  mediaprep run story.yaml --emulator
jobs:
  - id: welcome
    endpoint: notrain
    request:
      RefVideoUrl: footage.mov
      InputSsml: {TEXTS[0]}
      SpeechParam: {{Speed: 1.0, TimbreKey: female_1}}
    finish: {{head: head.mp4, tail: tail.mp4, captions: burn, loudness: web}}
    output: out/welcome.mp4

  - id: lesson
    endpoint: notrain
    voice: first
    request:
      RefVideoUrl: footage.mov
      InputSsml: {TEXTS[1]}
      SpeechParam: {{Speed: 1.0, TimbreKey: female_2}}
    finish: {{head: head.mp4, tail: tail.mp4, captions: burn, loudness: web}}
    output: out/lesson.mp4
"""


def ffmpeg(*arguments: str | Path, feed: Iterator[bytes] | None = None) -> None:
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(),
        "-hide_banner",
        "-loglevel",
        "error",
        "-y",
        *map(str, arguments),
    ]
    process = subprocess.Popen(command, stdin=subprocess.PIPE if feed else subprocess.DEVNULL)
    if feed and process.stdin:
        with process.stdin:
            for block in feed:
                process.stdin.write(block)
    if process.wait() != 0:
        raise SystemExit(f"ffmpeg could not make {arguments[-1]}")


def talking(portrait: np.ndarray) -> Iterator[bytes]:
    """Upright RGB frames, turned sideways: the head sways and nods, the mouth opens and shuts."""
    size = HEIGHT
    face = cv2.resize(portrait, (size, size), interpolation=cv2.INTER_CUBIC)
    rows, columns = np.mgrid[0:size, 0:size].astype(np.float32)
    scale = size / portrait.shape[0]
    x, y = MOUTH[0] * scale, MOUTH[1] * scale
    reach = np.exp(-(((columns - x) / (17 * scale)) ** 2 + ((rows - y) / (14 * scale)) ** 2))
    for index in range(FPS * SECONDS):
        time = index / FPS
        opening = 5 * scale * max(0.0, np.sin(2 * np.pi * 2.7 * time)) * (0.6 + 0.4 * np.sin(1.3 * time))
        below = np.clip((rows - y) / (10 * scale), -1, 1)
        mouth = cv2.remap(
            face, columns, rows - (opening * reach * below).astype(np.float32), cv2.INTER_LINEAR
        )
        sway = cv2.getRotationMatrix2D((size / 2, size * 0.8), 2.0 * np.sin(0.9 * time), 1.0)
        sway[:, 2] += (WIDTH / 2 - size * 0.44 + 9 * np.sin(0.7 * time), 8 + 5 * np.sin(1.1 * time))
        frame = cv2.warpAffine(mouth, sway, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE)
        yield np.ascontiguousarray(np.rot90(frame)).tobytes()


def make_footage(folder: Path) -> None:
    portrait = cv2.cvtColor(cv2.imread(str(PORTRAIT)), cv2.COLOR_BGR2RGB)
    sideways = folder / "sideways.mov"
    ffmpeg(
        "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{HEIGHT}x{WIDTH}", "-r", str(FPS), "-i", "pipe:0",
        "-f", "lavfi", "-i", f"anoisesrc=d={SECONDS}:a=0.005:r=48000",
        "-c:v", "libx265", "-preset", "ultrafast", "-crf", "20", "-pix_fmt", "yuv420p10le", "-tag:v", "hvc1",
        "-x265-params", "log-level=error", "-c:a", "aac", "-shortest", sideways, feed=talking(portrait),
    )  # fmt: skip
    ffmpeg("-display_rotation", "-90", "-i", sideways, "-c", "copy", folder / "footage.mov")
    sideways.unlink()


def make_card(target: Path, *, colour: str, size: str, fps: str, seconds: float, tone: bool) -> None:
    """A clip of a moving gradient; with a chord or without any sound track."""
    picture = f"gradients=s={size}:r={fps}:d={seconds}:c0={colour}:c1=black:nb_colors=2:speed=0.02:seed=7"
    sound = ["-f", "lavfi", "-i", f"sine=f=330:r=44100:d={seconds}", "-af", "volume=0.4"] if tone else []
    coder = ["-c:a", "aac", "-ac", "2"] if tone else []
    ffmpeg(
        "-f", "lavfi", "-i", picture, *sound, "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p",
        *coder, target,
    )  # fmt: skip


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    make_footage(folder)
    head, tail = ("640x360", "360x360") if SMALL else ("1280x720", "640x640")
    make_card(folder / "head.mp4", colour="0x1060c0", size=head, fps="24", seconds=2, tone=True)
    make_card(folder / "tail.mp4", colour="0xc04010", size=tail, fps="50", seconds=1.5, tone=False)
    (folder / "story.yaml").write_text(STORY, encoding="utf-8")


if __name__ == "__main__":
    main()
