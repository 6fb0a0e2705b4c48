"""Backgrounds, windows, music, fades and chapters, proved on the pixels and samples of what comes out."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import numpy as np
import pytest
from click.testing import CliRunner

from mediaprep.cli.finishing.finish import command
from mediaprep.errors import BadAsset, BadConfig
from mediaprep.media import faces
from mediaprep.media import ffmpeg as door
from mediaprep.media.compose import clips, scenery
from mediaprep.media.compose.loudness import programme
from mediaprep.media.containers import packets
from mediaprep.media.ffmpeg import graph
from mediaprep.model.finishing.captions import CaptionsAs, CaptionWish
from mediaprep.model.finishing.plans import Cue, Encoding
from mediaprep.model.finishing.scenery import SceneryWish
from mediaprep.verbs.finish import Finished, finish_video
from mediaprep.verbs.verify import verify
from tests.defects import make_voice
from tests.making import ffmpeg, make_photo, make_video

FAST = Encoding(preset="ultrafast", crf=18)
PORTRAIT = Path(__file__).resolve().parents[3] / "fixtures" / "faces" / "astronaut.png"


@pytest.fixture(scope="module")
def clear(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A webm with alpha: a square in the middle is opaque grey, around it all is transparent."""
    folder = tmp_path_factory.mktemp("clear")
    voice = make_voice(folder / "voice.wav", 2.0, 3)
    ffmpeg(
        "-f", "lavfi", "-i", "color=c=gray:s=320x180:r=25:d=2", "-i", voice, "-vf",
        "format=yuva420p,geq=lum='lum(X,Y)':cb=128:cr=128:a='if(between(X,110,210)*between(Y,40,140),255,0)'",
        "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus", "-shortest",
        folder / "clear.webm",
    )  # fmt: skip
    return folder / "clear.webm"


def run(main: Path, out: Path, **wishes: Any) -> Finished:
    return finish_video(main, output=out, scenery=SceneryWish(**wishes), encoding=FAST)


def pixels(path: Path, seconds: float) -> Any:
    return next(iter(packets.decode_frames(path, pixel_format="rgb24", start=seconds)))[1].astype(int)


def near(found: Any, wanted: tuple[int, int, int], most: int = 12) -> bool:
    return bool(np.abs(found - np.array(wanted)).max() <= most)


def held(done: Finished) -> set[str]:
    assert done.receipt_path is not None and verify(done.receipt_path).exit_code == 0
    assert all(check.held is not False for check in done.checks)
    return {check.name for check in done.checks}


def test_a_colour_shows_where_main_is_transparent_and_nowhere_else(clear: Path, tmp_path: Path) -> None:
    done = run(clear, tmp_path / "out.mp4", background="1E88E5")
    held(done)
    picture = pixels(done.output, 1.0)
    for x, y in ((10, 10), (310, 170), (100, 90), (220, 90)):
        assert near(picture[y, x], (0x1E, 0x88, 0xE5)), picture[y, x]
    assert near(picture[90, 160], (128, 128, 128))
    assert not any("black" in note.en for note in done.notes)
    assert any("background #1E88E5" in text.en for text in done.summary)


def test_pictures_and_videos_fill_the_canvas_behind_it(clear: Path, tmp_path: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "color=c=red:s=90x160:d=1", "-frames:v", "1", tmp_path / "red.png")
    done = run(clear, tmp_path / "photo.mp4", background=tmp_path / "red.png")
    assert near(pixels(done.output, 1.0)[5, 5], (254, 0, 0)) and near(
        pixels(done.output, 1.0)[90, 160], (128,) * 3
    )
    short = tmp_path / "short.mp4"  # half a second, so it begins again; green, then blue
    ffmpeg(
        "-f", "lavfi", "-i", "color=c=lime:s=160x90:r=30:d=0.4",
        "-f", "lavfi", "-i", "color=c=blue:s=160x90:r=30:d=0.4",
        "-filter_complex", "concat", "-pix_fmt", "yuv420p", short,
    )  # fmt: skip
    done = run(clear, tmp_path / "video.mp4", background=short)
    seen = [pixels(done.output, at)[5, 5].argmax() for at in (0.2, 0.6, 1.0, 1.4, 1.8)]
    assert seen == [1, 2, 1, 2, 1]
    held(done)


def test_a_green_screen_is_keyed_out(tmp_path: Path) -> None:
    ffmpeg(
        "-f", "lavfi", "-i", "color=c=0x00B140:s=320x180:r=25:d=1",
        "-f", "lavfi", "-i", "color=c=0xC08060:s=100x100:r=25:d=1",
        "-f", "lavfi", "-i", "sine", "-filter_complex", "[0][1]overlay=110:40", "-t", "1", "-pix_fmt", "yuv420p",
        tmp_path / "green.mp4",
    )  # fmt: skip
    for green in ("auto", "00B140"):
        done = run(tmp_path / "green.mp4", tmp_path / "out.mp4", background="202060", green=green)
        picture = pixels(done.output, 0.5)
        assert near(picture[10, 10], (0x20, 0x20, 0x60)) and near(picture[90, 160], (0xC0, 0x80, 0x60), 24)


def seen(path: Path, seconds: float, x: int, y: int) -> Any:
    """RGB around a point, as players make it of the colours that the file tells: plain ffmpeg."""
    done = subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-ss", str(seconds), "-i", str(path), "-frames:v", "1",
         "-vf", f"crop=8:8:{x - 4}:{y - 4},scale=1:1,format=rgb24", "-f", "rawvideo", "-"],
        check=True, capture_output=True,
    )  # fmt: skip
    return np.frombuffer(done.stdout, np.uint8).astype(int)


@pytest.mark.parametrize("told", ["bt709", "smpte170m", "bt470bg", "nothing", "rgb"])
def test_colours_are_those_that_were_given_whatever_main_is_coded_in(tmp_path: Path, told: str) -> None:
    main = tmp_path / "main.mov"
    matrix = "bt709" if told == "bt709" else "smpte170m"
    curve = "bt709" if told == "bt709" else "smpte170m"
    untold = told in {"nothing", "rgb"}
    tags = () if untold else ("-colorspace", told, "-color_primaries", told, "-color_trc", curve)
    coded = (
        ("-c:v", "qtrle") if told == "rgb"
        else ("-vf", f"scale=out_color_matrix={matrix},format=yuva444p10le", "-c:v", "prores_ks",
              "-profile:v", "4444", *tags)
    )  # fmt: skip
    ffmpeg(
        "-f", "lavfi", "-i", "color=c=0x20C040@0.0:s=320x180:r=25:d=1,format=rgba", "-f", "lavfi", "-i", "sine=d=1",
        *coded, main,
    )  # fmt: skip
    brand, logo, still = (tmp_path / f"{name}.png" for name in ("brand", "logo", "still"))
    for path, colour in ((brand, "0x1E88E5"), (logo, "0xFF3C14"), (still, "0x20C040")):
        ffmpeg("-f", "lavfi", "-i", f"color=c={colour}:s=64x36,format=rgb24", "-frames:v", "1", path)
    for background in ("1E88E5", brand):
        done = finish_video(
            main, output=tmp_path / "out.mp4", logo=logo, tail=still, still_seconds=1, encoding=FAST,
            scenery=SceneryWish(background=background),
        )  # fmt: skip
        held(done)
        (box,) = done.plan.logos
        at = box.x + box.width // 2, box.y + box.height // 2
        assert near(seen(done.output, 0.5, 100, 100), (0x1E, 0x88, 0xE5), 4)
        assert near(seen(done.output, 0.5, *at), (0xFF, 0x3C, 0x14), 4)
        assert near(seen(done.output, 1.5, 100, 100), (0x20, 0xC0, 0x40), 4)


@pytest.mark.parametrize("told", ["bt709", "smpte170m"])
@pytest.mark.parametrize("colour", ["1E88E5", "D81B60", "43A047"])
def test_a_captions_plate_has_the_colour_that_was_given(tmp_path: Path, told: str, colour: str) -> None:
    main = tmp_path / "main.mp4"
    ffmpeg(
        "-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=1", "-f", "lavfi", "-i", "sine=d=1",
        "-vf", f"scale=out_color_matrix={told},format=yuv420p", "-colorspace", told, "-color_primaries", told,
        "-color_trc", told, main,
    )  # fmt: skip
    wish = CaptionWish(box=colour, box_opacity=1.0, position="middle", color="FFFFFF")
    cue = Cue(start_ms=0, end_ms=1000, lines=("一     二",))
    done = finish_video(main, output=tmp_path / "out.mp4", captions=[cue], caption_wish=wish, encoding=FAST)
    assert all(check.held is not False for check in done.checks)
    wanted = tuple(bytes.fromhex(colour))
    assert near(seen(done.output, 0.5, 160, 90), wanted, 5)  # between the two words


def test_what_is_grey_stays_where_a_dull_screen_is_keyed_out(tmp_path: Path) -> None:
    ffmpeg(
        "-f", "lavfi", "-i", "color=c=0x286438:s=320x180:r=25:d=1",
        "-f", "lavfi", "-i", "color=c=0x303030:s=100x100:r=25:d=1",
        "-f", "lavfi", "-i", "sine", "-filter_complex", "[0][1]overlay=110:40", "-t", "1", "-pix_fmt", "yuv420p",
        tmp_path / "dull.mp4",
    )  # fmt: skip
    done = run(tmp_path / "dull.mp4", tmp_path / "out.mp4", background="E04040", green="auto")
    assert near(seen(done.output, 0.5, 160, 90), (0x30, 0x30, 0x30), 4)
    assert near(seen(done.output, 0.5, 20, 20), (0xE0, 0x40, 0x40), 4)


def test_a_transparent_presenter_stands_upright_before_a_background(clear: Path, tmp_path: Path) -> None:
    done = run(clear, tmp_path / "out.mp4", background="1E88E5", reframe="9:16")
    held(done)
    assert (done.plan.canvas.width, done.plan.canvas.height) == (100, 180)
    assert near(seen(done.output, 0.5, 50, 20), (0x1E, 0x88, 0xE5), 4)
    assert near(seen(done.output, 0.5, 50, 90), (128, 128, 128), 4)


def test_a_green_screen_is_measured_on_the_whole_picture_whatever_shape_is_wished(tmp_path: Path) -> None:
    ffmpeg(
        "-f", "lavfi", "-i", "color=c=0x00B140:s=320x180:r=25:d=1",
        "-f", "lavfi", "-i", "color=c=0xC08060:s=60x60:r=25:d=1",
        "-f", "lavfi", "-i", "sine", "-filter_complex", "[0][1]overlay=130:60", "-t", "1", "-pix_fmt", "yuv420p",
        tmp_path / "green.mp4",
    )  # fmt: skip
    done = run(
        tmp_path / "green.mp4", tmp_path / "out.mp4", background="202060", green="auto", reframe="9:16"
    )
    held(done)
    assert near(seen(done.output, 0.5, 20, 20), (0x20, 0x20, 0x60), 4)
    assert near(seen(done.output, 0.5, 50, 90), (0xC0, 0x80, 0x60), 12)


def test_a_window_is_with_the_face_at_once_after_a_cut_and_on_the_sounds_timeline(tmp_path: Path) -> None:
    """The face stands left, then right; the picture begins 0.4 s after the sound."""
    ffmpeg(
        "-loop", "1", "-framerate", "25", "-i", PORTRAIT, "-f", "lavfi", "-i", "color=c=0x405060:s=640x360:r=25",
        "-f", "lavfi", "-i", "color=c=0xC0B090:s=640x360:r=25", "-f", "lavfi", "-i", "sine=d=3.4", "-filter_complex",
        "[0]scale=240:240,split[a][b];[1][a]overlay=x=20:y=60,trim=end=1.6,setpts=PTS-STARTPTS[left];"
        "[2][b]overlay=x=380:y=60,trim=end=1.4,setpts=PTS-STARTPTS[right];"
        "[left][right]concat,setpts=PTS+0.4/TB[v]", "-map", "[v]", "-map", "3",
        "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", tmp_path / "cut.mp4",
    )  # fmt: skip
    done = run(tmp_path / "cut.mp4", tmp_path / "out.mp4", reframe="9:16")
    held(done)
    finder = faces.detector()
    for at in (0.44, 1.2, 1.9, 1.96, 2.02, 2.1, 3.2):  # cut at 2.0
        picture = pixels(done.output, at).astype(np.uint8)
        found = finder.find(picture[:, :, ::-1].copy())
        assert found and found[0].x > 0 and found[0].x + found[0].width < 202, f"no whole face at {at} s"


def test_without_opencv_all_goes_on_that_needs_no_face(clear: Path, tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['cv2'] = None\n"
        "from pathlib import Path; from mediaprep.model.finishing.scenery import SceneryWish\n"
        "from mediaprep.verbs.finish import finish_video\n"
        "done = finish_video(Path(sys.argv[1]), output=Path(sys.argv[2]), scenery=SceneryWish(background='1E88E5', "
        "thumbnail=Path(sys.argv[3])))\n"
        "print([note.en for note in done.notes])"
    )
    out, thumbnail = tmp_path / "out.mp4", tmp_path / "t.jpg"
    done = subprocess.run(
        [sys.executable, "-c", code, clear, out, thumbnail], check=True, capture_output=True, text=True
    )
    assert "no thumbnail or sheet: no faces without OpenCV" in done.stdout
    assert out.is_file() and not thumbnail.exists()


def test_a_window_of_another_shape_follows_the_face(tmp_path: Path) -> None:
    ffmpeg(
        "-loop", "1", "-framerate", "25", "-i", PORTRAIT, "-f", "lavfi", "-i", "testsrc2=s=640x360:r=25",
        "-f", "lavfi", "-i", "sine", "-t", "4", "-filter_complex",
        "[0]scale=240:240[a];[1]hue=s=0.2[b];[b][a]overlay=x='10+380*clip((t-1)/2,0,1)':y=60",
        "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", tmp_path / "wide.mp4",
    )  # fmt: skip
    done = run(tmp_path / "wide.mp4", tmp_path / "out.mp4", reframe="9:16")
    held(done)
    assert (done.plan.canvas.width, done.plan.canvas.height) == (202, 360)
    finder = faces.detector()
    for at in (0.2, 1.0, 1.6, 2.0, 2.4, 3.0, 3.8):
        picture = pixels(done.output, at).astype(np.uint8)
        assert picture.shape[:2] == (360, 202)
        found = finder.find(picture[:, :, ::-1].copy())
        assert found, f"no face at {at} s"
        assert found[0].x > 0 and found[0].x + found[0].width < 202, f"cut at {at} s"


def test_music_lies_at_least_12_db_lower_under_the_voice(tmp_path: Path) -> None:
    voice = tmp_path / "voice.wav"
    first, second = make_voice(tmp_path / "a.wav", 2.0, 11), make_voice(tmp_path / "b.wav", 2.0, 12)
    chain = "[0]adelay=0,apad=pad_dur=3[a];[a][1]concat=v=0:a=1"
    ffmpeg("-i", first, "-i", second, "-filter_complex", chain, voice)  # 2 s, 3 s of rest, 2 s
    main = tmp_path / "main.mp4"
    ffmpeg(
        "-f", "lavfi", "-i", "testsrc2=s=160x90:r=25", "-i", voice, "-t", "7", "-preset", "ultrafast", main
    )
    music = tmp_path / "music.mp3"  # shorter than the video
    ffmpeg("-f", "lavfi", "-i", "anoisesrc=c=pink:r=44100:a=0.3:seed=1", "-t", "2.5", music)
    done = run(main, tmp_path / "out.mp4", music=music)
    held(done)
    plan, binary = done.plan, door.find()
    alone, full = _levels(plan, binary, duck=True), _levels(plan, binary, duck=False)
    spoken = [alone[at] - full[at] for at in (0.8, 1.2, 1.6, 5.6, 6.2)]
    assert max(spoken) <= -12, spoken
    assert alone[3.6] - full[3.6] > -3  # in the rest it is back
    assert full[3.6] > -45 and full[0.8] > -45  # it began again where it ended


def _levels(plan: Any, binary: Any, *, duck: bool) -> dict[float, float]:
    """dBFS of the music alone around some moments, as the graph of the plan makes it."""
    sources = [clips.open_clip(clip, n, sound_only=True) for n, clip in enumerate(plan.clips)]
    music = plan.scenery.music
    voice = programme(replace(plan, scenery=None), sources)
    made = scenery.ducked(music, voice, plan) if duck else scenery.bed(music, plan)
    target = plan.output.with_name(f"music-{duck}.wav")
    door.run(binary, graph.output(made, str(target)).get_args())
    rate = plan.canvas.sample_rate
    sound = np.concatenate(list(packets.decode_audio(target, sample_format="flt")))[:, 0]
    return {
        at: 10 * float(np.log10(np.mean(sound[int((at - 0.2) * rate) : int((at + 0.2) * rate)] ** 2) + 1e-12))
        for at in (0.8, 1.2, 1.6, 3.6, 5.6, 6.2)
    }


def test_fades_begin_and_end_in_black_and_silence(tmp_path: Path) -> None:
    main = make_video(tmp_path / "main.mp4", seconds=2.4, width=160, height=90)
    done = run(main, tmp_path / "out.mp4", fade_in=0.6, fade_out=0.6)
    assert pixels(done.output, 0.0).mean() < 12 and pixels(done.output, 2.34).mean() < 20
    assert pixels(done.output, 1.2).mean() > 60
    sound = np.concatenate(list(packets.decode_audio(done.output, sample_format="flt")))[:, 0]
    assert np.abs(sound[:1500]).max() < 0.3 * np.abs(sound[50000:60000]).max()
    assert np.abs(sound[-1500:]).max() < 0.3 * np.abs(sound[50000:60000]).max()
    held(done)


def test_of_a_long_video_only_what_fades_is_encoded_and_it_fades_on_from_part_to_part(tmp_path: Path) -> None:
    main = make_video(
        tmp_path / "main.mp4", seconds=6, width=160, height=90, extra=("-g", "25", "-vf", "geq=160:128:128")
    )
    tail = tmp_path / "tail.mp4"
    ffmpeg("-i", main, "-t", "0.4", "-c:v", "libx264", "-preset", "ultrafast", tail)
    done = finish_video(
        main, output=tmp_path / "out.mp4", tail=tail, encoding=FAST,
        scenery=SceneryWish(fade_in=0.8, fade_out=0.8),
    )  # fmt: skip
    held(done)
    assert [(part.first_frame, part.end_frame, part.way.value) for part in done.plan.parts] == [
        (0, 25, "encoded"), (25, 125, "copied"), (125, 150, "encoded"), (150, 160, "encoded"),
    ]  # fmt: skip
    levels = [
        pixels(done.output, frame / 25 - 0.001).mean()
        for frame in (0, 5, 10, 15, 20, 60, 140, 145, 151, 155, 159)
    ]
    full = levels[5]
    shares = [level / full for level in levels]
    assert shares[:5] == pytest.approx([0, 0.25, 0.5, 0.75, 1], abs=0.06)
    assert shares[6:] == pytest.approx([1, 0.75, 0.45, 0.25, 0.05], abs=0.06)


def test_music_is_heard_although_all_else_is_copied_for_a_caption_track(tmp_path: Path) -> None:
    main, tune = tmp_path / "main.mp4", tmp_path / "tune.wav"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=160x90:r=25:d=3", "-f", "lavfi", "-i", "aevalsrc=0:d=3",
           "-pix_fmt", "yuv420p", "-c:a", "aac", main)  # fmt: skip
    ffmpeg("-f", "lavfi", "-i", "sine=440:d=3", tune)
    done = finish_video(
        main, output=tmp_path / "out.mp4", captions=[Cue(start_ms=500, end_ms=2000, lines=("大家好",))],
        caption_wish=CaptionWish(way=CaptionsAs.SOFT), scenery=SceneryWish(music=tune), encoding=FAST,
    )  # fmt: skip
    held(done)
    sound = np.concatenate(list(packets.decode_audio(done.output, sample_format="flt")))[:, 0]
    assert np.sqrt(np.mean(sound[10000:40000] ** 2)) > 0.005


def test_captions_and_a_presenter_that_hardly_moves_are_not_taken_for_wrong_while_it_fades(
    clear: Path, tmp_path: Path
) -> None:
    """Captions cannot be seen in the dark, and a face that stands still seems to move while it gets brighter."""
    for cues in (((0, 1900),), ((100, 300), (700, 1200)), ((0, 200),)):
        done = finish_video(
            clear, output=tmp_path / "out.mp4", encoding=FAST,
            captions=[Cue(start_ms=start, end_ms=end, lines=("你好",)) for start, end in cues],
            scenery=SceneryWish(fade_in=0.4, fade_out=0.4),
        )  # fmt: skip
        (inside,) = [check for check in done.checks if check.name == "captions_inside"]
        assert inside.held is (None if cues == ((0, 200),) else True)
        assert all(check.held is not False for check in done.checks)
    done = run(clear, tmp_path / "half.mp4", fade_in=1.0, fade_out=1.0)  # nothing of it is ever bright
    held(done)


def test_chapters_are_read_back_and_pictures_are_written(tmp_path: Path) -> None:
    main = make_video(tmp_path / "main.mp4", seconds=2.0, width=160, height=90)
    head = make_video(tmp_path / "head.mp4", seconds=0.8, width=160, height=90)
    told = CliRunner().invoke(
        command,
        [str(main), "-o", str(tmp_path / "out.mp4"), "--head", str(head), "--chapters",
         "--chapter", "0:01.2=第二=节;#\\x",
         "--thumbnail", str(tmp_path / "t.jpg"), "--sheet", str(tmp_path / "s.png")],
        standalone_mode=False,
    )  # fmt: skip
    assert told.return_value == 0, (told.output, told.exception)
    assert packets.chapters(tmp_path / "out.mp4") == ((0, "Opening"), (800, "Main"), (2000, "第二=节;#\\x"))
    assert "chapters: " in told.output and str(tmp_path / "t.jpg") in told.output
    assert (tmp_path / "t.jpg").read_bytes()[:2] == b"\xff\xd8" and (tmp_path / "s.png").stat().st_size > 1000
    assert verify(tmp_path / "out.mp4.receipt.json").exit_code == 0


def test_wishes_that_cannot_be_met_are_said_before_anything_is_made(clear: Path, tmp_path: Path) -> None:
    plain = make_video(tmp_path / "plain.mp4", seconds=0.6, width=160, height=90)
    solid = tmp_path / "solid.webm"  # its coding could have transparency, and has none
    ffmpeg("-i", plain, "-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus", solid)
    photo = make_photo(tmp_path / "photo.png", width=64, height=64)
    text = tmp_path / "text.png"
    text.write_text("no picture")
    out = tmp_path / "out.mp4"
    for error, said, main, wishes in (
        (BadConfig, "no transparency", plain, {"background": "112233"}),
        (BadConfig, "no transparency", solid, {"background": "112233"}),
        (BadConfig, "no green or blue screen", plain, {"background": "112233", "green": "auto"}),
        (BadConfig, "give a file or a colour", clear, {"background": "sky"}),
        (BadAsset, r"background text\.png", clear, {"background": text}),
        (BadConfig, "needs a background", plain, {"green": "auto"}),
        (BadConfig, "too near to grey", plain, {"background": "112233", "green": "788878"}),
        (BadConfig, "take 0 % of the first picture", clear, {"background": "112233", "green": "FF00FF"}),
        (BadConfig, r"t\.gif: .*\.jpg or \.png", plain, {"thumbnail": tmp_path / "t.gif"}),
        (BadConfig, "no such folder", plain, {"sheet": tmp_path / "nowhere" / "s.jpg"}),
        (BadConfig, "is the original", clear, {"background": photo, "thumbnail": photo}),
        (BadConfig, "are one file", plain, {"thumbnail": tmp_path / "t.png", "sheet": tmp_path / "t.png"}),
        (BadConfig, "9:16", plain, {"reframe": "tall"}),
        (BadAsset, r"music photo\.png", plain, {"music": photo}),
        (BadConfig, "fade of 5 s", plain, {"fade_in": 5.0}),
        (BadConfig, "outside the video", plain, {"marks": ((9.0, "late"),)}),
    ):  # fmt: skip
        try:
            run(main, out, **wishes)
        except error as caught:
            assert re.search(said, str(caught)), (wishes, str(caught))
        else:
            pytest.fail(f"not refused: {wishes}")
    assert not out.exists()
