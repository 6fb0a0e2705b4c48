"""Makes the media that tests are about: a test pattern and a tone by ffmpeg, in a fraction of a second."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import imageio_ffmpeg


def entries(folder: Path) -> list[Path]:
    """What a user finds in a folder: all but the state folder."""
    return [path for path in folder.iterdir() if path.name != ".mediaprep"]


def ffmpeg(*arguments: str | Path) -> None:
    """Plain ffmpeg, on purpose not mediaprep's own door: what tests measure must not make the input too."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-loglevel", "error", "-nostdin", "-y"]
    subprocess.run([*command, *map(str, arguments)], check=True, timeout=120)


def make_video(
    path: Path,
    *,
    seconds: float = 2.0,
    width: int = 640,
    height: int = 480,
    fps: str = "25",
    vcodec: str = "libx264",
    pixel_format: str = "yuv420p",
    audio: bool = True,
    acodec: str = "aac",
    channels: int = 2,
    sample_rate: int = 48000,
    source: str = "testsrc2",
    tone_hz: int = 440,
    faststart: bool = True,
    extra: Sequence[str] = (),
) -> Path:
    """A test pattern with a tone, an mp4's or mov's index first; `extra` goes before the output name."""
    arguments: list[str | Path] = [
        "-f", "lavfi", "-i", f"{source}=s={width}x{height}:r={fps}:d={seconds}",
    ]  # fmt: skip
    if audio:
        arguments += ["-f", "lavfi", "-i", f"sine=f={tone_hz}:r={sample_rate}:d={seconds}"]
        arguments += ["-c:a", acodec, "-ac", str(channels)]
    arguments += ["-c:v", vcodec, "-pix_fmt", pixel_format]
    if vcodec in {"libx264", "libx265"}:
        arguments += ["-preset", "ultrafast"]
    if vcodec == "libx265":
        arguments += ["-x265-params", "log-level=error"]
    if faststart and path.suffix in {".mp4", ".mov"} and "-movflags" not in extra:
        arguments += ["-movflags", "+faststart"]
    ffmpeg(*arguments, *extra, path)
    return path


def make_audio(
    path: Path,
    *,
    seconds: float = 2.0,
    sample_rate: int = 24000,
    channels: int = 1,
    tone_hz: int = 440,
    silence_before: float = 0.0,
    silence_after: float = 0.0,
    extra: Sequence[str] = (),
) -> Path:
    """A tone, with silence around it if asked; the name's suffix chooses the format."""
    chain = f"adelay={round(silence_before * 1000)}:all=1,apad=pad_dur={silence_after}"
    ffmpeg(
        "-f", "lavfi", "-i", f"sine=f={tone_hz}:r={sample_rate}:d={seconds}", "-af", chain,
        "-ac", str(channels), *extra, path,
    )  # fmt: skip
    return path


def make_long_sound(path: Path, seconds: float) -> Path:
    """Apple Lossless (m4a) at 1 kHz, to the sample: 4096 of them make one packet, in wav 64 do, and what an hour of
    sound costs is its packets."""
    ffmpeg(
        "-f",
        "lavfi",
        "-i",
        f"sine=f=50:r=1000,atrim=end_sample={round(seconds * 1000)}",
        "-c:a",
        "alac",
        path,
    )
    return path


def make_photo(path: Path, *, width: int = 640, height: int = 480) -> Path:
    """A test picture; the name's suffix chooses the format."""
    ffmpeg("-f", "lavfi", "-i", f"testsrc2=s={width}x{height}:d=1", "-frames:v", "1", "-update", "1", path)
    return path


def make_stranger(path: Path, portrait: Path) -> Path:
    """A face that nobody takes for the portrait's, though it stands in the same place: its negative."""
    ffmpeg("-i", portrait, "-vf", "negate", path)
    return path


def make_face_video(
    path: Path,
    picture: Path,
    *,
    seconds: float = 1.0,
    side: int = 384,
    fps: int = 25,
    extra: Sequence[str] = (),
) -> Path:
    """A still picture (of a face, say) as a video with a tone."""
    ffmpeg(
        "-loop", "1", "-framerate", str(fps), "-i", picture, "-f", "lavfi", "-i", "sine=f=300:r=16000",
        "-vf", f"scale={side}:{side}", "-t", str(seconds), "-c:v", "libx264", "-preset", "ultrafast",
        "-pix_fmt", "yuv420p", "-c:a", "aac", "-movflags", "+faststart", *extra, path,
    )  # fmt: skip
    return path


def make_pptx(
    path: Path, slides: int, *, hidden: Sequence[int] = (), notes: Mapping[int, str] | None = None
) -> Path:
    """A deck of plain slides; `hidden` and `notes` by page number from 1."""
    import pptx

    deck = pptx.Presentation()
    for number in range(1, slides + 1):
        slide = deck.slides.add_slide(deck.slide_layouts[5])
        slide.shapes.title.text = f"Page {number}"
        if number in hidden:
            slide._element.set("show", "0")
        if notes and number in notes:
            slide.notes_slide.notes_text_frame.text = notes[number]
    deck.save(path)
    return path


def make_pdf(path: Path, pages: int, *, password: str | None = None) -> Path:
    """A PDF of empty pages, locked if a password is given."""
    import pymupdf

    with pymupdf.open() as document:
        for _ in range(pages):
            document.new_page(width=320, height=180)
        if password is None:
            document.save(path)
        else:
            document.save(path, encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw=password, owner_pw=password)
    return path


def cut_off(source: Path, target: Path, share: float) -> Path:
    """The first `share` of a file's bytes."""
    data = source.read_bytes()
    target.write_bytes(data[: int(len(data) * share)])
    return target
