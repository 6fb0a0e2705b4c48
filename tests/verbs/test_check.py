"""`check` on real files: facts, verdicts, order."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from mediaprep.errors import BadConfig
from mediaprep.model.facts import Kind, VideoFacts
from mediaprep.model.findings import FileReport
from mediaprep.preflight import words
from mediaprep.verbs.check import check
from mediaprep.verbs.fix import fix
from tests import making
from tests.making import make_audio, make_photo, make_video


def one(path: Path, field: str | None = None) -> FileReport:
    (report,) = check([path], field=field, faces=False)
    return report


def rules(report: FileReport) -> list[str]:
    return [f"{f.verdict.value} {f.rule.rpartition('.')[2]}" for f in report.findings]


def test_plain_h264_passes(tmp_path: Path) -> None:
    report = one(make_video(tmp_path / "a.mp4", seconds=1.2))
    assert (report.verdict, report.field, report.findings) == ("pass", "notrain.RefVideoUrl", ())


def test_codecs_other_than_h264_are_refused(tmp_path: Path) -> None:
    hevc = make_video(tmp_path / "a.mp4", seconds=1.2, vcodec="libx265", pixel_format="yuv444p")
    assert rules(one(hevc)) == ["refused codec", "advised pixel_format"]
    assert rules(one(make_video(tmp_path / "b.avi", seconds=1.2, vcodec="mpeg4"))) == ["refused codec"]


def test_ten_bits_and_rotation_are_advice(tmp_path: Path) -> None:
    ten = make_video(tmp_path / "a.mp4", seconds=1.2, pixel_format="yuv420p10le")
    assert rules(one(ten)) == ["advised pixel_format"]
    flat = make_video(tmp_path / "b.mp4", seconds=1.2, width=640, height=480)
    making.ffmpeg(
        "-display_rotation", "90", "-i", flat, "-c", "copy", "-movflags", "+faststart", tmp_path / "c.mp4"
    )
    turned = one(tmp_path / "c.mp4")
    assert (turned.verdict, rules(turned)) == ("advised", ["advised rotation"])
    assert isinstance(turned.facts, VideoFacts)
    assert (turned.facts.width, turned.facts.height) == (480, 640)


def test_an_index_at_the_end_a_cover_and_a_second_sound_track_are_advice(tmp_path: Path) -> None:
    late = make_video(tmp_path / "a.mp4", seconds=1.2, faststart=False)
    assert rules(one(late)) == ["advised faststart"]
    cover = making.make_photo(tmp_path / "cover.png", width=64, height=64)
    making.ffmpeg(
        "-i", late, "-i", cover, "-map", "0", "-map", "0:a", "-map", "1", "-c", "copy", "-disposition:v:1",
        "attached_pic", "-movflags", "+faststart", tmp_path / "b.mp4",
    )  # fmt: skip
    assert rules(one(tmp_path / "b.mp4")) == ["advised covers", "advised audio_tracks"]


def test_small_and_short_footage_is_refused(tmp_path: Path) -> None:
    small = make_video(tmp_path / "a.mp4", seconds=1.2, width=300, height=300)
    assert rules(one(small)) == ["refused width", "refused height"]
    assert rules(one(make_video(tmp_path / "b.mp4", seconds=0.5))) == ["refused seconds"]


def test_a_text_named_mp4_is_unreadable_and_never_opened_as_media(tmp_path: Path) -> None:
    disguised = tmp_path / "a.mp4"
    disguised.write_text("this is no video", encoding="utf-8")
    playlist = tmp_path / "b.mp4"
    playlist.write_text("ffconcat version 1.0\nfile secret.txt\n", encoding="utf-8")
    for path in (disguised, playlist):
        report = one(path, "notrain.RefVideoUrl")
        assert report.verdict == "unreadable"
        assert [f.rule for f in report.findings] == ["notrain.RefVideoUrl.kind"]


def test_a_missing_file_and_a_folder_are_reports_too(tmp_path: Path) -> None:
    reports = check([tmp_path / "none.mp4", tmp_path], faces=False)
    assert [report.verdict for report in reports] == ["unreadable", "unreadable"]


def test_the_kind_chooses_the_field(tmp_path: Path) -> None:
    script = tmp_path / "a.txt"
    script.write_text("大家好，欢迎来到这里。", encoding="utf-8")
    paths = [
        make_video(tmp_path / "a.mp4", seconds=1.2),
        make_audio(tmp_path / "a.wav"),
        make_photo(tmp_path / "a.png"),
        script,
    ]
    reports = check(paths, faces=False, jobs=3)
    assert [report.kind for report in reports] == [Kind.VIDEO, Kind.AUDIO, Kind.PHOTO, Kind.TEXT]
    assert [report.field for report in reports] == [
        "notrain.RefVideoUrl",
        "notrain.InputAudioUrl",
        "notrain.VideoParam.RefPhotoUrl",
        "notrain.InputSsml",
    ]
    assert [report.verdict for report in reports] == ["pass"] * 4


def test_a_named_field_wins_over_the_kind(tmp_path: Path) -> None:
    sound = make_audio(tmp_path / "a.wav", seconds=1.5)
    assert rules(one(sound, "photo.InputAudioUrl")) == ["refused seconds"]
    wrong = one(sound, "notrain.RefVideoUrl")
    assert (wrong.verdict, rules(wrong)) == ("refused", ["refused kind"])


def test_an_unknown_field_or_profile_is_a_mistake_of_the_caller(tmp_path: Path) -> None:
    path = make_audio(tmp_path / "a.wav")
    with pytest.raises(BadConfig, match=r"notrain\.RefVideoUrl"):
        check([path], field="notrain.RefVideo")
    with pytest.raises(BadConfig):
        check([path], profile="nowhere")


def test_hashes_are_made_only_on_request(tmp_path: Path) -> None:
    path = make_audio(tmp_path / "a.wav")
    assert one(path).sha256 is None
    (report,) = check([path], faces=False, hashes=True)
    assert report.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_scripts_are_read_as_markup(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("大家好，\n欢迎 A & B。\n", encoding="utf-8")
    report = one(path)
    assert rules(report) == ["refused well_formed", "refused lines"]
    assert report.findings[0].where == "2:6"
    path.write_text('大家好，我是虚拟<phoneme alphabet="py" ph="fu4">主</phoneme>播\n', encoding="utf-8")
    assert one(path).verdict == "pass"


def test_each_problem_of_a_script_says_whether_fix_mends_it(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text('你好<phoneme ph="ni3">好</phoneme>，A & B。', encoding="utf-8")
    report = one(path)
    assert [f.fix == words.MARKUP for f in report.findings] == [True, False]
    assert report.findings[1].fix == words.REMEDIES["to_ssml"]
    left = fix(path, output=tmp_path / "b.txt").left
    assert [f.fix for f in left] == [words.MARKUP] and not (tmp_path / "b.txt").exists()


def test_a_text_that_is_too_long_is_to_be_split_and_one_too_short_is_not(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    for text, wanted in (("今天天气好。" * 400, words.SPLIT), ("好的。", words.LENGTHEN)):
        path.write_text(text, encoding="utf-8")
        spoken = [f for f in one(path).findings if f.rule.endswith(".spoken_characters")]
        assert [f.fix for f in spoken] == [wanted]


@pytest.mark.needs("opencv")
def test_faces_that_were_looked_for_are_judged(tmp_path: Path) -> None:
    (report,) = check([make_video(tmp_path / "a.mp4", seconds=1.2)])
    assert rules(report) == ["refused faces"]
    (photo,) = check([make_photo(tmp_path / "a.png")])
    assert rules(photo) == ["refused face_count"]


@pytest.mark.needs("opencv")
def test_footage_and_photos_that_are_good_pass(tmp_path: Path, fixtures: Path) -> None:
    portrait = fixtures / "faces/astronaut.png"
    whole = making.make_face_video(tmp_path / "a.mp4", portrait, seconds=3, side=512, extra=("-g", "75"))
    making.ffmpeg("-ss", "1.52", "-i", whole, "-c", "copy", "-movflags", "+faststart", tmp_path / "b.mp4")
    reports = check([whole, tmp_path / "b.mp4", portrait])
    assert [report.verdict for report in reports] == ["pass", "advised", "pass"]
    assert {f.rule.rpartition(".")[2] for f in reports[1].findings} == {"hidden_seconds"}


def test_the_profile_decides_the_limit(tmp_path: Path) -> None:
    photo = tmp_path / "a.png"
    making.ffmpeg("-f", "lavfi", "-i", "color=red:s=4200x3000:d=1", "-frames:v", "1", photo)
    for profile, verdict in (("tencent-cn@2026-04", "advised"), ("tencent-intl@2025-10", "refused")):
        (report,) = check([photo], field="photo.RefPhotoUrl", profile=profile, faces=False)
        assert [(f.rule, f.verdict.value) for f in report.findings] == [("photo.RefPhotoUrl.width", verdict)]
