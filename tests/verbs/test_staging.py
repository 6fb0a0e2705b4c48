"""Backgrounds, windows, music, fades and chapters, proved on the pixels and samples of what comes out."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from mediaprep.cli.finish import command
from mediaprep.errors import BadAsset, BadConfig
from mediaprep.media import clips, faces, packets, scenery
from mediaprep.media import ffmpeg as door
from mediaprep.media.ffmpeg import graph
from mediaprep.media.loudness import programme
from mediaprep.model.plans import Cue, Encoding
from mediaprep.model.scenery import SceneryWish
from mediaprep.verbs.finish import Finished, finish
from mediaprep.verbs.verify import verify
from tests.defects import make_voice
from tests.making import ffmpeg, make_photo, make_video

FAST = Encoding(preset="ultrafast", crf=18)
PORTRAIT = Path(__file__).resolve().parents[2] / "fixtures" / "faces" / "astronaut.png"


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
    return finish(main, output=out, scenery=SceneryWish(**wishes), encoding=FAST)


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


def test_captions_and_a_presenter_that_hardly_moves_are_not_taken_for_wrong_while_it_fades(
    clear: Path, tmp_path: Path
) -> None:
    """Captions cannot be seen in the dark, and a face that stands still seems to move while it gets brighter."""
    for cues in (((0, 1900),), ((100, 300), (700, 1200)), ((0, 200),)):
        done = finish(
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
    photo = make_photo(tmp_path / "photo.png", width=64, height=64)
    text = tmp_path / "text.png"
    text.write_text("no picture")
    out = tmp_path / "out.mp4"
    for error, said, main, wishes in (
        (BadConfig, "no transparency", plain, {"background": "112233"}),
        (BadConfig, "no green or blue screen", plain, {"background": "112233", "green": "auto"}),
        (BadConfig, "give a file or a colour", clear, {"background": "sky"}),
        (BadAsset, r"background text\.png", clear, {"background": text}),
        (BadConfig, "needs a background", plain, {"green": "auto"}),
        (BadConfig, "one after the other", clear, {"background": "112233", "reframe": "9:16"}),
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
