"""`fix` on inputs that people really have: each mendable one passes `check` afterwards."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mediaprep.contract.bounds import SizeUpTo
from mediaprep.contract.limits import Limit, limits_for
from mediaprep.errors import BadConfig
from mediaprep.media import ffmpeg
from mediaprep.media.compose import loudness
from mediaprep.media.mend import mend
from mediaprep.model.decks.page_steps import KeepPages
from mediaprep.model.facts import AudioFacts, DeckFacts, PhotoFacts, VideoFacts
from mediaprep.model.results.fix_outcomes import FixOutcome
from mediaprep.model.steps import CropPhoto, DropTracks, EncodePicture, Trim
from mediaprep.preflight import judge
from mediaprep.preflight.fixes import FixWish
from mediaprep.preflight.mending.sound_files import SoundWish
from mediaprep.verbs.check import check
from mediaprep.verbs.fix import fix, planned
from tests import making
from tests.making import entries, make_audio, make_photo, make_video

NO_FACES = FixWish(faces=False)


def mended(source: Path, target: Path, *, field: str | None = None, unsafe: bool = False) -> FixOutcome:
    """Fix, and show that the original is the same file with the same bytes."""
    before = (source.stat().st_ino, hashlib.sha256(source.read_bytes()).hexdigest())
    outcome = fix(source, output=target, field=field, wish=FixWish(unsafe=unsafe, faces=False))
    assert (source.stat().st_ino, hashlib.sha256(source.read_bytes()).hexdigest()) == before
    return outcome


def verdict(path: Path, field: str | None = None) -> str:
    return check([path], field=field, faces=False)[0].verdict


def hevc(folder: Path) -> Path:
    return make_video(folder / "a.mp4", seconds=1.2, vcodec="libx265", pixel_format="yuv444p")


def hevc_ten_bit_rotated_mov(folder: Path) -> Path:
    flat = make_video(
        folder / "f.mov", seconds=1.2, width=538, height=404, vcodec="libx265", pixel_format="yuv420p10le"
    )
    making.ffmpeg("-display_rotation", "90", "-i", flat, "-c", "copy", folder / "a.mov")
    return folder / "a.mov"


def mpeg4_avi(folder: Path) -> Path:
    return make_video(folder / "a.avi", seconds=1.2, vcodec="mpeg4", acodec="libmp3lame")


def ten_bit_h264(folder: Path) -> Path:
    return make_video(folder / "a.mp4", seconds=1.2, pixel_format="yuv420p10le")


def rotated(folder: Path) -> Path:
    flat = make_video(folder / "f.mp4", seconds=1.2)
    making.ffmpeg("-display_rotation", "270", "-i", flat, "-c", "copy", folder / "a.mp4")
    return folder / "a.mp4"


def three_hundred_pixels(folder: Path) -> Path:
    return make_video(folder / "a.mp4", seconds=1.2, width=300, height=300)


def odd_sides(folder: Path) -> Path:
    return make_video(folder / "a.mp4", seconds=1.2, width=361, height=483, pixel_format="yuv444p")


def variable_rate(folder: Path) -> Path:
    making.ffmpeg(
        "-f", "lavfi", "-i", "testsrc2=s=640x360:r=30:d=2", "-vf", "select='not(mod(n,3))+gt(n,30)'",
        "-fps_mode", "vfr", "-c:v", "libx264", "-preset", "ultrafast", folder / "a.mp4",
    )  # fmt: skip
    return folder / "a.mp4"


def matroska_with_opus(folder: Path) -> Path:
    return make_video(folder / "a.mkv", seconds=1.2, acodec="libopus")


def transport_stream(folder: Path) -> Path:
    return make_video(folder / "a.ts", seconds=1.2)


def webm(folder: Path) -> Path:
    speed = ("-deadline", "realtime", "-cpu-used", "8")
    return make_video(folder / "a.webm", seconds=1.2, vcodec="libvpx-vp9", acodec="libopus", extra=speed)


@pytest.mark.parametrize(
    "make",
    [
        hevc, hevc_ten_bit_rotated_mov, mpeg4_avi, ten_bit_h264, rotated, three_hundred_pixels, odd_sides,
        variable_rate, matroska_with_opus, transport_stream, webm,
    ],
    ids=lambda make: make.__name__,
)  # fmt: skip
def test_mendable_footage_passes_afterwards(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    source = make(tmp_path)
    assert verdict(source) != "pass"
    outcome = mended(source, tmp_path / "out.mp4")
    assert outcome.after is not None and outcome.after.verdict == "pass"
    assert verdict(tmp_path / "out.mp4") == "pass"
    facts = outcome.after.facts
    assert isinstance(facts, VideoFacts) and isinstance(outcome.before.facts, VideoFacts)
    assert facts.seconds == pytest.approx(outcome.before.facts.seconds, abs=1.1 / (facts.fps or 25))


@pytest.mark.parametrize("codec", ["libx264", "mpeg4"])
def test_half_a_second_of_footage_cannot_be_mended(tmp_path: Path, codec: str) -> None:
    source = make_video(tmp_path / "a.mp4", seconds=0.5, vcodec=codec)
    outcome = mended(source, tmp_path / "out.mp4", unsafe=True)
    assert (outcome.target, outcome.after) == (None, None)
    assert [f.rule for f in outcome.left] == ["notrain.RefVideoUrl.seconds"]
    assert not (tmp_path / "out.mp4").exists()


def test_a_text_named_mp4_cannot_be_mended(tmp_path: Path) -> None:
    source = tmp_path / "a.mp4"
    source.write_text("no video", encoding="utf-8")
    outcome = mended(source, tmp_path / "out.mp4", field="notrain.RefVideoUrl")
    assert outcome.before.verdict == "unreadable"
    assert (outcome.target, outcome.steps) == (None, ())


def test_twenty_one_minutes_in_one_gop_are_cut_only_with_unsafe(tmp_path: Path) -> None:
    source = tmp_path / "long.mp4"
    making.ffmpeg(
        "-f", "lavfi", "-i", "color=gray:s=360x360:r=5:d=1260", "-f", "lavfi", "-i", "sine=f=300:r=8000",
        "-shortest", "-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-g", "100000", "-crf", "51",
        "-c:a", "aac", "-b:a", "8k", source,
    )  # fmt: skip
    assert verdict(source) == "refused"
    held = mended(source, tmp_path / "out.mp4")
    assert held.target is None and not (tmp_path / "out.mp4").exists()
    assert [type(step) for step in held.held_back] == [Trim]
    done = mended(source, tmp_path / "out.mp4", unsafe=True)
    assert done.after is not None and done.after.verdict == "pass"
    assert isinstance(done.after.facts, VideoFacts) and done.after.facts.seconds is not None
    assert 1199 < done.after.facts.seconds <= 1200
    assert not any(isinstance(step, EncodePicture) for step in done.steps)


def test_all_of_a_wide_strip_is_said_to_be_beyond_scaling(tmp_path: Path) -> None:
    source = make_video(tmp_path / "a.mp4", seconds=1, width=5000, height=400, fps="4", audio=False)
    outcome = mended(source, tmp_path / "out.mp4", unsafe=True)
    assert outcome.target is None
    assert any("327" in finding.message.en for finding in outcome.left)


@pytest.mark.parametrize("suffix", ["flac", "aiff", "caf", "au"])
@pytest.mark.parametrize("made", ["mp3", "wav", "m4a"])
def test_other_sound_formats_pass_afterwards(tmp_path: Path, suffix: str, made: str) -> None:
    source = make_audio(tmp_path / f"a.{suffix}")
    outcome = mended(source, tmp_path / f"out.{made}", field="notrain.InputAudioUrl")
    assert outcome.after is not None and outcome.after.verdict == "pass"
    assert isinstance(outcome.after.facts, AudioFacts)
    assert outcome.after.facts.seconds == pytest.approx(2.0, abs=0.1)


def test_silence_around_speech_is_trimmed_when_the_limit_asks_for_it(tmp_path: Path) -> None:
    source = make_audio(tmp_path / "a.mp3", seconds=57, silence_before=3, silence_after=2)
    outcome = mended(source, tmp_path / "out.mp3", field="photo.InputAudioUrl")
    assert outcome.after is not None and outcome.after.verdict == "pass"
    assert isinstance(outcome.after.facts, AudioFacts) and outcome.after.facts.seconds is not None
    assert outcome.after.facts.seconds > 57


def test_photos_pass_afterwards(tmp_path: Path) -> None:
    cmyk, turned, deep, big, small = (
        tmp_path / name for name in ("c.jpg", "t.jpg", "d.png", "b.bmp", "s.gif")
    )
    Image.new("CMYK", (300, 240), (0, 200, 200, 0)).save(cmyk)
    exif = Image.Exif()
    exif[0x0112] = 8
    Image.new("RGB", (300, 240), "teal").save(turned, exif=exif)
    Image.fromarray(np.full((240, 300), 30_000, dtype=np.uint16)).save(deep)
    make_photo(big, width=4200, height=3000)
    Image.new("P", (100, 120)).save(small)
    assert big.stat().st_size > 10_485_760
    for source, name in (
        (cmyk, "c2.jpg"),
        (turned, "t2.jpg"),
        (deep, "d2.png"),
        (big, "b2.jpg"),
        (small, "s2.jpg"),
    ):
        assert verdict(source) != "pass"
        outcome = mended(source, tmp_path / name)
        assert outcome.after is not None and outcome.after.verdict == "pass", name
        assert verdict(tmp_path / name) == "pass"


def test_scripts_are_joined_and_escaped(tmp_path: Path) -> None:
    source = tmp_path / "a.txt"
    source.write_bytes("\ufeff大家好，\r\n欢迎 A & B。\x07\r\n".encode())
    outcome = mended(source, tmp_path / "out.txt", field="notrain.InputSsml")
    assert (tmp_path / "out.txt").read_text(encoding="utf-8") == "大家好，欢迎 A &amp; B。"
    assert outcome.after is not None and outcome.after.verdict == "pass"
    assert verdict(tmp_path / "out.txt") == "pass"


def test_a_script_that_is_too_long_is_not_written(tmp_path: Path) -> None:
    source = tmp_path / "a.txt"
    source.write_text("好" * 2001 + "\n" + "的", encoding="utf-8")
    outcome = mended(source, tmp_path / "out.txt")
    assert outcome.target is None and not (tmp_path / "out.txt").exists()


def test_a_file_that_needs_nothing_is_copied(tmp_path: Path) -> None:
    source = make_video(tmp_path / "a.mp4", seconds=1.2)
    outcome = mended(source, tmp_path / "out.mp4")
    assert (outcome.steps, outcome.commands) == ((), ())
    assert (tmp_path / "out.mp4").read_bytes() == source.read_bytes()


def test_diff_shows_the_call_and_writes_nothing(tmp_path: Path) -> None:
    source = make_video(tmp_path / "a.mkv", seconds=1.2)
    outcome = planned(source, output=tmp_path / "out.mp4", wish=NO_FACES).outcome
    assert outcome.target is None and list(entries(tmp_path)) == [source]
    (command,) = outcome.commands
    assert command[command.index("-c:v") + 1] == "copy"
    assert any(str(source) in word for word in command)


def test_a_folder_as_output_keeps_the_stem(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    outcome = mended(make_video(tmp_path / "take 1.mkv", seconds=1.2), folder)
    assert outcome.target == str(folder / "take 1.mp4")


def test_an_output_name_that_does_not_fit_or_is_the_original_is_refused(tmp_path: Path) -> None:
    source = make_video(tmp_path / "a.mkv", seconds=1.2)
    with pytest.raises(BadConfig, match=r"out\.mp4"):
        mended(source, tmp_path / "out.mov")
    script = tmp_path / "a.txt"
    script.write_text("大家好，\n欢迎。", encoding="utf-8")
    with pytest.raises(BadConfig, match="original"):
        mended(script, script)
    with pytest.raises(BadConfig, match="no such folder"):
        mended(source, tmp_path / "none" / "out.mp4")


def test_progress_is_told_while_it_works(tmp_path: Path) -> None:
    seen: list[ffmpeg.EncodeProgress] = []
    source = make_video(tmp_path / "a.mp4", seconds=1.2, width=300, height=300)
    fix(source, output=tmp_path / "out.mp4", wish=NO_FACES, on_progress=seen.append)
    assert seen and seen[-1].frames == 30


def test_an_untouched_plan_cannot_be_told_apart_from_what_was_done(tmp_path: Path) -> None:
    source = make_video(tmp_path / "a.mkv", seconds=1.2)
    plan = planned(source, output=tmp_path / "out.mp4", wish=NO_FACES).outcome
    done = fix(source, output=tmp_path / "out.mp4", wish=NO_FACES)
    assert plan == replace(done, target=None, after=None, left=plan.left)
    assert mend.argv(source, done.before.facts, done.steps, tmp_path / "out.mp4", ffmpeg.find()) == [
        list(command) for command in done.commands
    ]


# ---- size, tracks, faces, wishes ---------------------------------------------------------------------------------


def lower(monkeypatch: pytest.MonkeyPatch, field: str, most: int) -> None:
    """The size limit of one field, lowered, so that small files are too large."""

    def rows(endpoint: str, path: str, *more: object, **named: object) -> tuple[Limit, ...]:
        bound = SizeUpTo(f"{most}", most, most)
        return tuple(
            replace(row, bound=bound)
            if row.measure == "size_bytes" and f"{endpoint}.{path}" == field
            else row
            for row in limits_for(endpoint, path, *more, **named)  # type: ignore[arg-type]
        )

    monkeypatch.setattr(judge, "limits_for", rows)


def test_footage_is_brought_under_its_size_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    noise = ("-vf", "noise=alls=40:allf=t", "-crf", "18")
    source = make_video(tmp_path / "a.mp4", seconds=3, width=480, height=360, extra=noise)
    lower(monkeypatch, "notrain.RefVideoUrl", 500_000)
    assert source.stat().st_size > 1_500_000 and verdict(source) == "refused"
    outcome = mended(source, tmp_path / "out.mp4")
    assert outcome.after is not None and outcome.after.verdict == "pass"
    assert 250_000 < (tmp_path / "out.mp4").stat().st_size <= 500_000


def test_what_an_encode_makes_larger_than_allowed_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noise = ("-vf", "noise=alls=60:allf=t", "-crf", "45")
    source = make_video(
        tmp_path / "a.mp4", seconds=2, width=480, height=360, vcodec="libx265", audio=False, extra=noise
    )
    most = int(source.stat().st_size * 1.1)
    lower(monkeypatch, "notrain.RefVideoUrl", most)
    outcome = mended(source, tmp_path / "out.mp4")
    (step,) = (step for step in outcome.steps if isinstance(step, EncodePicture))
    assert step.max_bitrate is None, "the source itself was small enough"
    assert outcome.after is not None and outcome.after.verdict == "pass"
    assert (tmp_path / "out.mp4").stat().st_size <= most


def test_a_photo_too_big_for_quality_sixty_is_scaled_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(0)
    source = tmp_path / "a.png"
    Image.fromarray(rng.integers(0, 255, (400, 600, 3), dtype=np.uint8)).save(source)
    lower(monkeypatch, "notrain.VideoParam.RefPhotoUrl", 40_000)
    outcome = mended(source, tmp_path / "out.jpg", field="notrain.VideoParam.RefPhotoUrl")
    assert outcome.after is not None and outcome.after.verdict == "pass"
    with Image.open(tmp_path / "out.jpg") as made:
        assert min(made.size) >= 192 and made.width < 600


def test_a_second_sound_track_and_a_cover_are_dropped(tmp_path: Path) -> None:
    plain = make_video(tmp_path / "p.mp4", seconds=1.2)
    cover = make_photo(tmp_path / "c.png", width=64, height=64)
    source = tmp_path / "a.mp4"
    making.ffmpeg(
        "-i", plain, "-i", cover, "-map", "0", "-map", "0:a", "-map", "1", "-c", "copy", "-disposition:v:1",
        "attached_pic", source,
    )  # fmt: skip
    safe = mended(source, tmp_path / "safe.mp4")
    assert [type(step) for step in safe.held_back] == [DropTracks]
    assert safe.after is not None and isinstance(safe.after.facts, VideoFacts)
    assert (safe.after.facts.audio_tracks, safe.after.facts.covers) == (2, 0)
    outcome = mended(source, tmp_path / "out.mp4", unsafe=True)
    assert outcome.after is not None and outcome.after.verdict == "pass"
    assert isinstance(outcome.after.facts, VideoFacts) and outcome.after.facts.audio_tracks == 1
    assert not any(isinstance(step, EncodePicture) for step in outcome.steps)


@pytest.mark.needs("opencv")
def test_a_photo_of_two_people_is_cropped_to_the_nearer_one(tmp_path: Path) -> None:
    portrait = Path(__file__).resolve().parents[2] / "fixtures" / "faces" / "astronaut.png"
    with Image.open(portrait) as face:
        both = Image.new("RGB", (1000, 520), "white")
        both.paste(face.convert("RGB").resize((500, 500)), (0, 0))
        both.paste(face.convert("RGB").resize((330, 330)), (650, 100))
    source = tmp_path / "a.jpg"
    both.save(source, quality=95)
    held = fix(source, output=tmp_path / "held.jpg", field="notrain.VideoParam.RefPhotoUrl")
    assert held.target is None and [type(step) for step in held.held_back] == [CropPhoto]
    outcome = fix(
        source, output=tmp_path / "out.jpg", field="notrain.VideoParam.RefPhotoUrl", wish=FixWish(unsafe=True)
    )
    assert outcome.after is not None and outcome.after.verdict == "pass"
    assert isinstance(outcome.after.facts, PhotoFacts) and outcome.after.facts.face_count == 1
    assert outcome.after.facts.width < 760


def test_a_sound_is_trimmed_padded_and_levelled_when_asked(tmp_path: Path) -> None:
    quiet = make_audio(
        tmp_path / "a.wav",
        seconds=3,
        silence_before=1,
        silence_after=1,
        extra=("-filter:a", "adelay=1000:all=1,apad=pad_dur=1,volume=-8dB"),
    )
    outcome = fix(
        quiet,
        output=tmp_path / "out.wav",
        field="photo.InputAudioUrl",
        wish=FixWish(sound=SoundWish(trim_silence=True, level=True)),
    )
    assert outcome.after is not None and outcome.after.verdict == "pass"
    assert isinstance(outcome.after.facts, AudioFacts)
    assert outcome.after.facts.seconds == pytest.approx(3.3, abs=0.1)
    heard = loudness.measure_file(tmp_path / "out.wav", binary=ffmpeg.find())
    assert heard.lufs == pytest.approx(-16, abs=0.7)
    short = make_audio(tmp_path / "s.mp3", seconds=1.2)
    assert mended(short, tmp_path / "no.mp3", field="photo.InputAudioUrl").target is None
    padded = fix(
        short, output=tmp_path / "p.mp3", field="photo.InputAudioUrl", wish=FixWish(sound=SoundWish(pad=True))
    )
    assert padded.after is not None and padded.after.verdict == "pass"


def test_wishes_for_a_sound_are_refused_for_a_video(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match="no sound file"):
        fix(
            make_video(tmp_path / "a.mp4"),
            output=tmp_path / "b.mp4",
            wish=FixWish(sound=SoundWish(level=True), faces=False),
        )


def test_pages_beyond_the_limit_are_dropped_from_a_pdf_only_when_unsafe(tmp_path: Path) -> None:
    source = making.make_pdf(tmp_path / "a.pdf", 53)
    held = mended(source, tmp_path / "no.pdf")
    assert held.target is None and [type(step) for step in held.held_back] == [KeepPages]
    outcome = mended(source, tmp_path / "out.pdf", unsafe=True)
    assert outcome.after is not None and outcome.after.verdict == "pass"
    assert isinstance(outcome.after.facts, DeckFacts) and outcome.after.facts.pages_total == 50


def test_pages_of_a_pptx_are_said_to_be_beyond_us(tmp_path: Path) -> None:
    source = making.make_pptx(tmp_path / "a.pptx", 51)
    outcome = mended(source, tmp_path / "out.pptx", unsafe=True)
    assert outcome.target is None and any("print it to PDF" in f.message.en for f in outcome.left)


def test_a_letter_behind_a_password_is_advised_against(tmp_path: Path) -> None:
    letter = making.make_pdf(tmp_path / "a.pdf", 1, password="x")
    (report,) = check([letter], field="notrain.IdentityWrittenUrl")
    assert [(f.rule, f.verdict.value) for f in report.findings] == [
        ("notrain.IdentityWrittenUrl.encrypted", "advised")
    ]
