"""Makes the samples of `mediaprep init`: a real face that moves and talks, shot as phones shoot it.

    python scripts/sample_media.py FOLDER

writes anew footage.mov (10-bit HEVC, rotation flag, 450×800), presenter.mp4 (the same, mended), head.mp4, tail.mp4
(other sizes and rates, the tail without sound), photo.png, voice.mp3 and lesson.pptx. The face is NASA's portrait of
Eileen Collins (public domain), the voice is espeak-ng's.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import cv2
import imageio_ffmpeg
import numpy as np
import pptx
import pptx.util

PORTRAIT = Path(__file__).resolve().parents[1] / "fixtures" / "faces" / "astronaut.png"
WIDTH, HEIGHT = 450, 800  # as displayed; coded sideways with a rotation flag
FPS, SECONDS = 30, 5
MOUTH = (219, 145)  # x, y of the mouth in the portrait
SPOKEN = "大家好，欢迎来到我们的课堂。空间站每九十分钟绕地球一圈。"
PAGES = (
    ("空间站的一天", "每九十分钟绕地球一圈", "大家好，今天我们认识一下空间站。"),
    ("十六次日出", "宇航员一天里能看到十六次日出", "宇航员一天里，能看到十六次日出，也能看到十六次日落。"),
    ("谢谢观看", "下节课见", "谢谢大家，我们下节课再见。"),
)


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
        "-i", folder / "voice.mp3", "-af", "apad", "-ar", "48000", "-t", str(SECONDS),
        "-c:v", "libx265", "-preset", "ultrafast", "-crf", "26", "-pix_fmt", "yuv420p10le", "-tag:v", "hvc1",
        "-x265-params", "log-level=error", "-c:a", "aac", "-shortest", sideways, feed=talking(portrait),
    )  # fmt: skip
    ffmpeg("-display_rotation", "-90", "-i", sideways, "-c", "copy", folder / "footage.mov")
    sideways.unlink()
    program = Path(sys.executable).with_name("mediaprep")
    subprocess.run([program, "fix", folder / "footage.mov", "-o", folder / "presenter.mp4"], check=True)
    shutil.rmtree(folder / ".mediaprep", ignore_errors=True)


def make_card(target: Path, *, colour: str, size: str, fps: str, seconds: float, tone: bool) -> None:
    """A clip of a moving gradient; with a chord or without any sound track."""
    picture = f"gradients=s={size}:r={fps}:d={seconds}:c0={colour}:c1=black:nb_colors=2:speed=0.02:seed=7"
    sound = ["-f", "lavfi", "-i", f"sine=f=330:r=44100:d={seconds}", "-af", "volume=0.4"] if tone else []
    coder = ["-c:a", "aac", "-ac", "2"] if tone else []
    ffmpeg(
        "-f", "lavfi", "-i", picture, *sound, "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p",
        *coder, target,
    )  # fmt: skip


def make_photo(target: Path) -> None:
    portrait = cv2.imread(str(PORTRAIT))
    cv2.imwrite(str(target), portrait, [cv2.IMWRITE_PNG_COMPRESSION, 9])


def make_voice(target: Path) -> None:
    """Spoken by the emulator, as a user would have it spoken."""
    program = Path(sys.executable).with_name("mediaprep")
    with tempfile.TemporaryDirectory() as kept:
        command = [program, "emulator", "--data", kept, "--", program, "say", SPOKEN, "-o", target.absolute()]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    target.with_suffix(".timestamps.json").unlink(missing_ok=True)


def make_deck(target: Path) -> None:
    """Three pages with notes; the layouts are python-pptx's own."""
    deck = pptx.Presentation()
    deck.slide_width, deck.slide_height = pptx.util.Inches(13.333), pptx.util.Inches(7.5)
    for title, text, note in PAGES:
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = text
        slide.notes_slide.notes_text_frame.text = note
    deck.save(str(target))


def main() -> None:
    folder = Path(sys.argv[1])
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    make_voice(folder / "voice.mp3")
    make_footage(folder)
    make_card(folder / "head.mp4", colour="0x1060c0", size="640x360", fps="24", seconds=1.5, tone=True)
    make_card(folder / "tail.mp4", colour="0xc04010", size="360x360", fps="50", seconds=1, tone=False)
    make_photo(folder / "photo.png")
    make_deck(folder / "lesson.pptx")


if __name__ == "__main__":
    main()
