"""One pass makes the whole video: lengths, places, size, and nothing left behind when it fails."""

from __future__ import annotations

import dataclasses
import shutil
import stat
import subprocess
from fractions import Fraction
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest

from mediaprep.errors import BadAsset, MediaprepError, ToolFailed
from mediaprep.finishing.plan import captioned, logo_on, plan, style_for
from mediaprep.media import ffmpeg as door
from mediaprep.media import fonts, render
from mediaprep.media.compose import graph
from mediaprep.media.files import atomic
from mediaprep.media.probing import probe
from mediaprep.model.facts import PhotoFacts, VideoFacts
from mediaprep.model.finishing.logos import LogoWish
from mediaprep.model.finishing.plans import Cue, Encoding, RenderPlan, Role
from tests.making import entries, ffmpeg, make_video

FAST = Encoding(preset="ultrafast", crf=23)


@pytest.fixture(scope="module")
def binary() -> door.Binary:
    return door.find(imageio_ffmpeg.get_ffmpeg_exe())


def facts_of(path: Path) -> VideoFacts:
    facts = probe.probe(path, faces=False)
    assert isinstance(facts, VideoFacts), facts
    return facts


def planned(
    main: Path,
    output: Path,
    *,
    head: Path | None = None,
    tail: Path | None = None,
    cues: tuple[Cue, ...] = (),
    **more: object,
) -> RenderPlan:
    clips = [
        (role, path, facts_of(path))
        for role, path in ((Role.HEAD, head), (Role.MAIN, main), (Role.TAIL, tail))
        if path is not None
    ]
    font = fonts.choose(cue.text for cue in cues) if cues else None
    made = captioned(plan(clips, output=output), cues, burn=True, font=font).plan
    return dataclasses.replace(made, **{"encoding": FAST, **more})  # type: ignore[arg-type]


def raw_pictures(path: Path, width: int = 32, height: int = 18) -> np.ndarray:
    """Every picture as a small grey one, decoded by plain ffmpeg: an oracle of its own."""
    done = subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(path), "-map", "0:v:0", "-fps_mode", "passthrough",
         "-vf", f"scale={width}:{height}", "-pix_fmt", "gray", "-f", "rawvideo", "-"],
        check=True, capture_output=True,
    )  # fmt: skip
    assert not done.stderr, done.stderr
    return np.frombuffer(done.stdout, np.uint8).reshape(-1, height, width)


def raw_sound(path: Path, rate: int = 48000) -> np.ndarray:
    done = subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(path), "-map", "0:a:0",
         "-af", "pan=mono|c0=c0", "-ar", str(rate), "-f", "f32le", "-"],
        check=True, capture_output=True,
    )  # fmt: skip
    assert not done.stderr, done.stderr
    return np.frombuffer(done.stdout, np.float32)


def make_flashes(
    path: Path,
    *,
    seconds: float,
    size: str = "160x90",
    fps: str = "25",
    sound: str = "aac",
    rate: int = 48000,
) -> Path:
    """White for 80 ms at 0.4 s, 1.4 s, …; a beep begins at the same moments. `sound` "" = none."""
    flash = "drawbox=t=fill:color=white:enable='between(mod(t,1),0.399,0.479)'"
    beep = f"aevalsrc=exprs='0.8*sin(2*PI*1000*t)*between(mod(t,1),0.4,0.48)':s={rate}:d={seconds}"
    arguments: list[str | Path] = ["-f", "lavfi", "-i", f"color=c=black:s={size}:r={fps}:d={seconds},{flash}"]
    if sound:
        arguments += ["-f", "lavfi", "-i", beep, "-c:a", sound]
    ffmpeg(*arguments, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", path)
    return path


def onsets(loud: np.ndarray, apart: int) -> list[int]:
    """Where `loud` turns true after at least `apart` steps of quiet."""
    found: list[int] = []
    last = -apart
    for at in np.flatnonzero(loud):
        if at - last > apart:
            found.append(int(at))
        last = int(at)
    return found


CASES = [
    # head (size, fps, sound, rate), main, tail
    (("240x180", "30", "", 0), ("160x90", "25", "aac", 48000), ("90x160", "24", "aac", 44100)),
    (("128x128", "60", "pcm_s16le", 16000), ("160x90", "30000/1001", "aac", 44100), ("96x54", "25", "", 0)),
    (("160x90", "25", "aac", 22050), ("96x160", "24000/1001", "libmp3lame", 48000), ("160x90", "50", "aac", 48000)),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_flash_and_beep_stay_together_through_head_main_and_tail(
    tmp_path: Path, binary: door.Binary, case: tuple[tuple[str, str, str, int], ...]
) -> None:
    clips = []
    for name, seconds, (size, fps, sound, rate) in zip(
        ("head", "main", "tail"), (1.5, 3.1, 2.2), case, strict=True
    ):
        suffix = ".mov" if sound == "pcm_s16le" else ".mp4"
        options = {"size": size, "fps": fps, "sound": sound}
        clips.append(make_flashes(tmp_path / (name + suffix), seconds=seconds, rate=rate or 48000, **options))
    made = planned(clips[1], tmp_path / "out.mp4", head=clips[0], tail=clips[2])
    checks = render.render(made, binary=binary).checks
    assert not [check for check in checks if check.held is False]

    pictures, sound = raw_pictures(made.output), raw_sound(made.output)
    assert abs(len(pictures) - made.expected_frames) <= 1
    assert abs(len(sound) / 48000 - made.seconds) < 0.03
    fps = float(made.canvas.fps)
    flashes = [at / fps for at in onsets(pictures.max(axis=(1, 2)) > 160, 4)]
    expected = [
        clip.first_frame / fps + second + 0.4
        for clip, length in zip(made.clips, (1.5, 3.1, 2.2), strict=True)
        for second in range(int(length - 0.4) + 1)
    ]
    assert len(flashes) == len(expected)
    assert max(abs(a - b) for a, b in zip(flashes, expected, strict=True)) <= 0.045  # a frame of rounding
    beeps = [at / 48000 for at in onsets(np.abs(sound) > 0.2, 4800)]
    sounding = [
        clip.first_frame / fps + second + 0.4
        for clip, length in zip(made.clips, (1.5, 3.1, 2.2), strict=True)
        for second in range(int(length - 0.4) + 1)
        if clip.has_sound
    ]
    assert len(beeps) == len(sounding)
    nearest = [min(flashes, key=lambda flash, beep=beep: abs(flash - beep)) for beep in beeps]  # type: ignore[misc]
    assert max(abs(a - b) for a, b in zip(beeps, nearest, strict=True)) <= 0.040
    assert max(abs(a - b) for a, b in zip(beeps, sounding, strict=True)) <= 0.015


def test_main_is_neither_scaled_nor_resampled_when_it_sets_the_canvas(
    tmp_path: Path, binary: door.Binary
) -> None:
    main = make_video(
        tmp_path / "main.mp4", seconds=1, width=320, height=180, fps="30000/1001", sample_rate=44100
    )
    made = planned(main, tmp_path / "out.mp4")
    assert (made.canvas.width, made.canvas.height) == (320, 180)
    assert made.canvas.fps == Fraction(30000, 1001)
    assert made.canvas.sample_rate == 44100
    render.render(made, binary=binary)
    got = facts_of(made.output)
    assert (got.codec, got.pixel_format, got.width, got.height, got.frames) == (
        "h264",
        "yuv420p",
        320,
        180,
        30,
    )
    assert got.faststart
    difference = raw_pictures(main, 80, 45).astype(int) - raw_pictures(made.output, 80, 45)
    assert np.abs(difference).mean() < 3


@pytest.mark.parametrize("kind", ["rotated", "ten-bit hevc", "variable rate", "odd pixels", "late sound"])
def test_awkward_mains_keep_picture_and_sound_together(
    tmp_path: Path, binary: door.Binary, kind: str
) -> None:
    plain = make_flashes(tmp_path / "plain.mp4", seconds=2.2)
    main = tmp_path / "main.mov"
    if kind == "rotated":
        ffmpeg("-display_rotation", "90", "-i", plain, "-c", "copy", main)
    elif kind == "ten-bit hevc":
        ffmpeg("-i", plain, "-c:v", "libx265", "-x265-params", "log-level=error", "-pix_fmt", "yuv420p10le",
               "-tag:v", "hvc1", main)  # fmt: skip
    elif kind == "variable rate":
        ffmpeg("-i", plain, "-vf", "select='not(eq(mod(n,7),5))'", "-fps_mode", "vfr", "-c:a", "copy", main)
    elif kind == "odd pixels":
        ffmpeg("-i", plain, "-vf", "setsar=4/3", "-c:a", "copy", main)
    else:
        ffmpeg(
            "-i", plain, "-itsoffset", "0.2", "-i", plain, "-map", "0:v", "-map", "1:a", "-c", "copy", main
        )
    made = planned(main, tmp_path / "out.mp4", head=make_flashes(tmp_path / "head.mp4", seconds=1.0))
    if kind == "rotated":
        assert (made.canvas.width, made.canvas.height) == (90, 160)
    if kind == "odd pixels":
        assert made.canvas.width > 160
    checks = {check.name: check for check in render.render(made, binary=binary).checks}
    assert checks["av_offset"].held
    pictures, sound = raw_pictures(made.output), raw_sound(made.output)
    assert abs(len(pictures) - made.expected_frames) <= 1
    flash = onsets(pictures.max(axis=(1, 2)) > 160, 4)[1] / float(made.canvas.fps)
    beep = onsets(np.abs(sound) > 0.2, 4800)[1] / 48000
    late = 0.2 if kind == "late sound" else 0.0
    assert abs(beep - late - flash) <= 0.040


def test_sound_that_goes_on_past_the_picture_is_kept_over_the_last_picture(
    tmp_path: Path, binary: door.Binary
) -> None:
    main = tmp_path / "main.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=160x90:r=25:d=1", "-f", "lavfi", "-i", "sine=f=500:d=1.6",
           "-pix_fmt", "yuv420p", main)  # fmt: skip
    made = planned(main, tmp_path / "out.mp4")
    assert 15 <= made.clips[0].held_frames <= 17 and made.expected_frames == 25 + made.clips[0].held_frames
    render.render(made, binary=binary)
    pictures, sound = raw_pictures(made.output), raw_sound(made.output)
    assert len(pictures) == made.expected_frames
    assert np.abs(sound[int(1.3 * 48000) : int(1.5 * 48000)]).max() > 0.05
    assert np.abs(pictures[-1].astype(int) - pictures[25]).max() <= 6


def mean_colour(path: Path, at: float) -> list[int]:
    done = subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-ss", str(at), "-i", str(path), "-frames:v", "1",
         "-vf", "scale=1:1,format=rgb24", "-f", "rawvideo", "-"], check=True, capture_output=True,
    )  # fmt: skip
    return list(done.stdout[:3])


def test_colours_of_other_matrices_and_ranges_are_kept_and_mains_own_is_not_converted(
    tmp_path: Path, binary: door.Binary
) -> None:
    def colour(name: str, matrix: str, tag: str, pixel_format: str = "yuv420p") -> Path:
        path = tmp_path / f"{name}.mp4"
        span = "pc" if "j" in pixel_format else "tv"
        ffmpeg("-f", "lavfi", "-i", "color=0x20C040:s=96x64:r=25:d=0.4,format=yuv444p", "-vf",
               f"scale=out_color_matrix={matrix}:out_range={span},format={pixel_format}",
               "-colorspace", tag, "-color_primaries", tag, "-color_trc", tag, path)  # fmt: skip
        return path

    main = colour("main", "bt709", "bt709")
    head = colour("head", "bt601", "smpte170m")
    tail = colour("tail", "bt601", "smpte170m", "yuvj420p")
    made = planned(main, tmp_path / "out.mp4", head=head, tail=tail)
    render.render(made, binary=binary)
    for at in (0.2, 0.6, 1.0):
        got = mean_colour(made.output, at)
        assert max(abs(a - b) for a, b in zip(got, (0x20, 0xC0, 0x40), strict=True)) <= 6, (at, got)
    difference = raw_pictures(main)[5].astype(int) - raw_pictures(made.output)[15]
    assert np.abs(difference).max() <= 2


@pytest.mark.parametrize("kind", ["prores", "webm"])
def test_what_is_transparent_shows_black(tmp_path: Path, binary: door.Binary, kind: str) -> None:
    main = tmp_path / ("main.mov" if kind == "prores" else "main.webm")
    if kind == "prores":
        ffmpeg("-f", "lavfi", "-i", "color=white@0.0:s=96x64:r=25:d=0.4,format=yuva444p10le", "-c:v", "prores_ks",
               "-profile:v", "4444", main)  # fmt: skip
    else:
        ffmpeg("-f", "lavfi", "-i", "color=white@0.0:s=96x64:r=25:d=0.4,format=yuva420p", "-c:v", "libvpx-vp9",
               "-deadline", "realtime", main)  # fmt: skip
    made = planned(main, tmp_path / "out.mp4")
    render.render(made, binary=binary)
    assert raw_pictures(made.output).max() < 24


def test_a_mono_voice_keeps_its_level(tmp_path: Path, binary: door.Binary) -> None:
    main = make_video(tmp_path / "main.mp4", seconds=1, width=160, height=90, channels=1)
    made = planned(main, tmp_path / "out.mp4")
    render.render(made, binary=binary)
    before, after = raw_sound(main)[4800:-4800], raw_sound(made.output)[4800:-4800]
    assert abs(20 * np.log10(np.sqrt(np.mean(after**2)) / np.sqrt(np.mean(before**2)))) < 0.2


def test_one_file_may_be_head_and_tail(tmp_path: Path, binary: door.Binary) -> None:
    brand = make_video(tmp_path / "brand.mp4", seconds=0.4, width=160, height=90)
    silent = make_video(tmp_path / "main.mp4", seconds=0.6, width=160, height=90, audio=False)
    made = planned(silent, tmp_path / "out.mp4", head=brand, tail=brand)
    render.render(made, binary=binary)
    assert len(raw_pictures(made.output)) == made.expected_frames == 35


def test_a_logo_stands_in_its_corner_at_its_opacity_from_first_to_last_picture(
    tmp_path: Path, binary: door.Binary
) -> None:
    main = tmp_path / "main.mp4"
    ffmpeg("-f", "lavfi", "-i", "color=black:s=320x180:r=25:d=0.6", "-pix_fmt", "yuv420p", main)
    mark = tmp_path / "logo.png"
    ffmpeg("-f", "lavfi", "-i", "color=white:s=40x20,format=rgba", "-frames:v", "1", mark)
    facts = PhotoFacts(format="png", width=40, height=20, size_bytes=100)
    canvas = planned(main, tmp_path / "x.mp4").canvas
    logo = logo_on(canvas, mark, facts, LogoWish(position="top-left", scale=0.25, opacity=0.5))
    assert (logo.width, logo.height) == (80, 40)
    made = planned(main, tmp_path / "out.mp4", logos=(logo,))
    render.render(made, binary=binary)
    for picture in raw_pictures(made.output, 320, 180)[[0, -1]].astype(int):
        inside = picture[logo.y + 4 : logo.y + 36, logo.x + 4 : logo.x + 76]
        assert 100 < inside.mean() < 155
        assert picture[100:, 160:].mean() < 24


def test_the_mark_in_mains_metadata_is_kept(tmp_path: Path, binary: door.Binary) -> None:
    main = make_video(
        tmp_path / "m.mp4", seconds=0.4, width=160, height=90, extra=["-metadata", "comment=EMULATED"]
    )
    head = make_video(
        tmp_path / "h.mp4", seconds=0.4, width=160, height=90, extra=["-metadata", "comment=OURLOOK"]
    )
    made = planned(main, tmp_path / "out.mp4", head=head)
    render.render(made, binary=binary)
    told = subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-i", str(made.output)], capture_output=True, text=True, check=False
    ).stderr
    assert "EMULATED" in told and "OURLOOK" not in told


# --- failing ------------------------------------------------------------------------------------------------


def only(folder: Path, *names: str) -> bool:
    return {path.name for path in entries(folder)} == set(names)


def test_a_main_that_breaks_off_or_is_damaged_is_named_and_leaves_nothing(
    tmp_path: Path, binary: door.Binary
) -> None:
    good = make_video(
        tmp_path / "good.mp4", seconds=2, width=160, height=90, extra=["-movflags", "+faststart"]
    )
    made = planned(good, tmp_path / "out" / "out.mp4")
    made.output.parent.mkdir()
    raw = bytearray(good.read_bytes())
    start = raw.find(b"mdat") + 2000
    for at in range(start, len(raw) - 400, 97):
        raw[at : at + 40] = b"\x5a" * 40
    good.write_bytes(raw)  # the plan was made of the good one: what a probe could not see
    with pytest.raises(BadAsset, match=r"main good\.mp4 is damaged"):
        render.render(made, binary=binary)
    assert only(made.output.parent)
    good.write_bytes(raw[: len(raw) // 2])
    with pytest.raises(MediaprepError):
        render.render(made, binary=binary)
    assert only(made.output.parent)


def test_a_file_cut_off_on_its_way_is_refused_when_planning(tmp_path: Path) -> None:
    whole = make_video(
        tmp_path / "whole.mp4", seconds=3, width=160, height=90, extra=["-movflags", "+faststart"]
    )
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    with pytest.raises(BadAsset, match="cut off"):
        planned(cut, tmp_path / "out.mp4")


def lying_encoder(folder: Path, body: str) -> door.Binary:
    """An ffmpeg that does `body` (a shell script; $REAL is the true one, $OUT the last argument)."""
    path = folder / "ffmpeg-that-lies"
    real = imageio_ffmpeg.get_ffmpeg_exe()
    path.write_text(f'#!/bin/bash\nREAL={real}\nOUT="${{@: -1}}"\n{body}\n')
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    true = door.find(real)
    return door.Binary(str(path), true.version, true.encoders, true.decoders, true.filters)


LIES = {
    "truncated": '"$REAL" "$@"; head -c -20000 "$OUT" > "$OUT.x"; mv "$OUT.x" "$OUT"; exit 0',
    "full disk": '"$REAL" "$@"; head -c 3000 "$OUT" > "$OUT.x"; mv "$OUT.x" "$OUT"; exit 0',
    "short": '"$REAL" "${@:1:$#-1}" -frames:v 12 "$OUT"; exit 0',
    "no sound": '"$REAL" "$@"; "$REAL" -v error -i "$OUT" -c copy -an -f mp4 "$OUT.x"; mv "$OUT.x" "$OUT"; exit 0',
    "nothing": "exit 0",
    "garbage": 'echo hello > "$OUT"; exit 0',
}


@pytest.mark.parametrize("lie", LIES)
def test_an_encoder_that_reports_success_over_a_bad_file_is_caught(tmp_path: Path, lie: str) -> None:
    main = make_video(tmp_path / "main.mp4", seconds=1, width=160, height=90)
    folder = tmp_path / "out"
    folder.mkdir()
    made = planned(main, folder / "out.mp4")
    with atomic.landing(made.output) as part:
        part.write_bytes(b"an earlier result")
    with pytest.raises(ToolFailed):
        render.render(made, binary=lying_encoder(tmp_path, LIES[lie]))
    assert only(folder, "out.mp4") and made.output.read_bytes() == b"an earlier result"


def test_a_killed_encoder_leaves_nothing_behind(tmp_path: Path) -> None:
    main = make_video(tmp_path / "main.mp4", seconds=1, width=160, height=90)
    folder = tmp_path / "out"
    folder.mkdir()
    made = planned(main, folder / "out.mp4")
    with pytest.raises(ToolFailed):
        render.render(made, binary=lying_encoder(tmp_path, 'echo partial > "$OUT"; kill -9 $$'))
    assert only(folder)


def test_a_file_size_limit_hit_while_writing_leaves_nothing_behind(tmp_path: Path) -> None:
    main = make_video(tmp_path / "main.mp4", seconds=1, width=320, height=180, source="testsrc2")
    folder = tmp_path / "out"
    folder.mkdir()
    made = planned(main, folder / "out.mp4")
    with pytest.raises(ToolFailed):
        render.render(made, binary=lying_encoder(tmp_path, 'ulimit -f 8; exec "$REAL" "$@"'))
    assert only(folder)


def test_an_interrupt_while_encoding_leaves_nothing_behind(tmp_path: Path, binary: door.Binary) -> None:
    main = make_video(tmp_path / "main.mp4", seconds=1, width=160, height=90)
    folder = tmp_path / "out"
    folder.mkdir()
    made = planned(main, folder / "out.mp4")

    def stop(stage: str, done: float) -> None:
        if stage == "prove":
            assert list(entries(folder))  # the part is there
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        render.render(made, binary=binary, on_progress=stop)
    assert only(folder)


def test_a_progress_callback_that_raises_cancels_the_encode_at_once(
    tmp_path: Path, binary: door.Binary
) -> None:
    main = make_video(tmp_path / "main.mp4", seconds=8, width=640, height=360)
    folder = tmp_path / "out"
    folder.mkdir()
    made = planned(main, folder / "out.mp4", encoding=Encoding(preset="veryslow", crf=10))

    def cancel(stage: str, done: float) -> None:
        if stage == "encode" and done < 0.9:
            raise LookupError("the user pressed cancel")

    with pytest.raises(LookupError, match="pressed cancel"):
        render.render(made, binary=binary, on_progress=cancel)
    assert only(folder)


def test_too_little_space_is_said_before_encoding(
    tmp_path: Path, binary: door.Binary, monkeypatch: pytest.MonkeyPatch
) -> None:
    main = make_video(tmp_path / "main.mp4", seconds=0.4, width=160, height=90)
    made = planned(main, tmp_path / "out.mp4")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 10, 0))  # type: ignore[attr-defined]
    monkeypatch.setattr(door, "run", lambda *a, **k: pytest.fail("must not run"))
    with pytest.raises(ToolFailed, match="MB are needed"):
        render.render(made, binary=binary)


def test_the_original_is_never_the_output(tmp_path: Path, binary: door.Binary) -> None:
    main = make_video(tmp_path / "main.mp4", seconds=0.4, width=160, height=90)
    before = main.read_bytes()
    with pytest.raises(MediaprepError, match="original"):
        render.render(planned(main, main), binary=binary)
    assert main.read_bytes() == before


def test_captions_do_not_change_how_many_passes_are_made(tmp_path: Path, binary: door.Binary) -> None:
    main = make_video(tmp_path / "main.mp4", seconds=1, width=320, height=180)
    cue = Cue(start_ms=200, end_ms=800, lines=("你好",))
    made = planned(main, tmp_path / "out.mp4", head=main, cues=(cue,))
    assert made.style == style_for(made.canvas)
    words = " ".join(graph.arguments(made, tmp_path / "part"))
    assert words.count("libx264") == 1 and "concat" in words and "ass=" in words
