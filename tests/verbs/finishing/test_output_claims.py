"""What may be written is judged as files before anything is paid, and inputs are never replaced."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mediaprep.batch.manifest import read
from mediaprep.errors import BadConfig, DiskFull
from mediaprep.media.files import atomic
from mediaprep.model.finishing.scenery import SceneryWish
from mediaprep.model.finishing.wishes import Finishing
from mediaprep.model.paid.manifest import Job
from mediaprep.verbs.finishing import output_claims


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in (
        "film.mp4",
        "other.mp4",
        "head.mp4",
        "lines.srt",
        "music.mp3",
        "logo.png",
        "script.txt",
        "words.txt",
    ):
        (tmp_path / name).write_bytes(name.encode())
    (tmp_path / "mediaprep.toml").write_text('[mediaprep]\nlang = "en"\n', encoding="utf-8")
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "alias.mp4").symlink_to("film.mp4")
    os.link(tmp_path / "film.mp4", tmp_path / "hard.mp4")
    return tmp_path


def manifest(place: Path, *jobs: str) -> Path:
    path = place / "jobs.yaml"
    path.write_text("jobs:\n" + "".join(jobs), encoding="utf-8")
    return path


def video(name: str, output: str, finish: str = "", source: str = "film.mp4") -> str:
    return (
        f"  - id: {name}\n    endpoint: notrain\n    request: {{RefVideoUrl: {source}, InputSsml: 大家好。}}\n"
        f"    output: {output}\n" + (f"    finish: {{{finish}}}\n" if finish else "")
    )


def sound(name: str, output: str) -> str:
    return f"  - id: {name}\n    endpoint: tts\n    request: {{InputSsml: 大家好。}}\n    output: {output}\n"


TWICE = [
    (sound("a", "o.mp3"), sound("b", "o.mp3")),
    (sound("a", "o.mp3"), sound("b", "./o.mp3")),
    (sound("a", "o.mp3"), sound("b", "real/../o.mp3")),
    (sound("a", "real/o.mp3"), sound("b", "link/o.mp3")),
    (sound("a", "out/o.mp3"), sound("b", "out/x/../o.mp3")),
    (sound("a", "o.mp3"), sound("b", "o.wav")),  # both write o.timestamps.json
    (video("a", "o.mp4"), video("b", "link/../o.mp4")),
    (video("a", "a.mp4", "thumbnail: t.jpg"), video("b", "b.mp4", "thumbnail: real/../t.jpg")),
    (video("a", "a.mp4", "thumbnail: t.jpg"), video("b", "b.mp4", "sheet: ./t.jpg")),
    (video("a", "a.mp4", "captions: burn"), video("b", "a.m4v", "captions: burn")),  # both write a.srt
    (video("a", "a.mp4", "thumbnail: a.jpg"), video("b", "b.mp4", "captions: burn, sheet: a.jpg")),
]  # fmt: skip


@pytest.mark.parametrize("jobs", TWICE)
def test_two_jobs_that_write_one_file_are_refused_with_both_names(place: Path, jobs: tuple[str, str]) -> None:
    with pytest.raises(BadConfig, match="two jobs write") as caught:
        read(manifest(place, *jobs))
    for said in (caught.value.en, caught.value.zh):
        assert "jobs.yaml" in said and "\n" not in said
    assert "job a: " in caught.value.en and "job b: " in caught.value.en
    assert "任务 a" in caught.value.zh and "任务 b" in caught.value.zh


def test_both_spellings_are_told(place: Path) -> None:
    with pytest.raises(BadConfig) as caught:
        read(manifest(place, sound("a", "o.mp3"), sound("b", "real/../o.mp3")))
    assert "job a: output o.mp3 and job b: output real/../o.mp3 are one file" in caught.value.en


def test_one_job_does_not_write_a_file_twice(place: Path) -> None:
    with pytest.raises(
        BadConfig, match=r"output a\.jpg and job a: finish\.thumbnail real/\.\./a\.jpg are one"
    ):
        read(manifest(place, video("a", "a.jpg", "thumbnail: real/../a.jpg")))


READ = [
    (video("a", "film.mp4"), "RefVideoUrl film.mp4"),
    (video("a", "real/../film.mp4"), "RefVideoUrl film.mp4"),
    (video("a", "alias.mp4"), "RefVideoUrl film.mp4"),
    (video("a", "hard.mp4"), "RefVideoUrl film.mp4"),
    (video("a", "link/../other.mp4") + video("b", "b.mp4", source="other.mp4"), "job b: RefVideoUrl other.mp4"),
    (video("a", "head.mp4") + video("b", "b.mp4", "head: head.mp4"), "job b: finish.head head.mp4"),
    (video("a", "lines.srt", "captions: lines.srt"), "finish.captions lines.srt"),
    (video("a", "lines.mp4", "captions: burn") + video("b", "b.mp4", "captions: lines.srt"), "job b: finish.captions"),
    (video("a", "a.mp4", "music: music.mp3, thumbnail: logo.png, logo: logo.png"), "finish.logo logo.png"),
    (video("a", "script.txt", "captions: burn, script: script.txt"), "finish.script script.txt"),
    (video("a", "jobs.yaml"), "the manifest jobs.yaml"),
    (video("a", "link/../jobs.yaml"), "the manifest jobs.yaml"),
    (video("a", "mediaprep.toml"), "the configuration mediaprep.toml"),
    (video("a", ".mediaprep/a/a.mp4"), "the folder of mediaprep's own files"),
]  # fmt: skip


@pytest.mark.parametrize(("jobs", "told"), READ)
def test_an_output_that_is_read_is_refused_whether_it_may_be_overwritten_or_not(
    place: Path, jobs: str, told: str
) -> None:
    with pytest.raises(BadConfig) as caught:
        read(manifest(place, jobs))
    assert told in caught.value.en and "job a: " in caught.value.en and "\n" not in caught.value.en


REPORTS = ["film.mp4", "hard.mp4", "jobs.yaml", "link/../jobs.yaml", "a.mp4", "real/../a.mp4", "t.jpg",
           "a.mp4.receipt.json", "lines.srt", "mediaprep.toml"]  # fmt: skip


@pytest.mark.parametrize("report", REPORTS)
def test_the_page_of_a_run_is_no_file_of_a_job(place: Path, report: str) -> None:
    path = manifest(place, video("a", "a.mp4", "captions: lines.srt, thumbnail: t.jpg"))
    with pytest.raises(BadConfig, match="--report"):
        read(path, report=place / report)
    assert len(read(path, report=place / "page.html")) == 1


def test_case_counts_only_where_the_file_system_tells_it(place: Path) -> None:
    jobs = read(manifest(place, sound("a", "o.mp3"), sound("b", "O.MP3")))
    written = [named for job in jobs for named in output_claims.writes_of(job)]
    output_claims.refuse_shared(written, [], ignores_case=lambda folder: False)
    with pytest.raises(BadConfig, match=r"job a: output o\.mp3 and job b: output O\.MP3"):
        output_claims.refuse_shared(written, [], ignores_case=lambda folder: True)


def test_what_another_job_has_made_is_read_again(place: Path) -> None:
    path = manifest(place, video("a", "made.mp4"), video("b", "b.mp4", "head: made.mp4"))
    assert len(read(path)) == 2
    with atomic.landing(place / "made.mp4") as part:
        part.write_bytes(b"as job a made it")
    assert len(read(path)) == 2
    (place / "made.mp4").write_bytes(b"somebody's own film")
    with pytest.raises(BadConfig, match=r"job b: finish\.head made\.mp4"):
        read(path)


def job(place: Path) -> Job:
    scene = SceneryWish(thumbnail=place / "t.jpg", sheet=place / "s.png")
    finish = Finishing(captions="burn", scenery=scene)
    return Job(id="a", endpoint="notrain", request={"RefVideoUrl": "film.mp4", "InputSsml": "好。"},
               output=place / "o.mp4", base=place, finish=finish)  # fmt: skip


@pytest.mark.parametrize("name", ["o.mp4", "o.mp4.receipt.json", "o.srt", "t.jpg", "s.png"])
def test_nothing_of_a_job_replaces_what_is_not_ours_unless_the_user_says_so(place: Path, name: str) -> None:
    (place / name).write_bytes(b"theirs")
    with pytest.raises(BadConfig, match="--overwrite") as caught:
        output_claims.claim_job(job(place))
    assert name in caught.value.en and "job a: " in caught.value.en
    output_claims.claim_job(job(place), overwrite=True)
    output_claims.claim_job(job(place))  # what was given up may be replaced, as long as it stays
    (place / name).write_bytes(b"theirs anew")
    with pytest.raises(BadConfig, match="was changed since"):
        output_claims.claim_job(job(place))


@pytest.mark.parametrize("output", ["film.mp4", "hard.mp4", "real/../film.mp4", "alias.mp4", "lines.srt"])
def test_an_input_of_the_job_itself_is_not_even_given_up(place: Path, output: str) -> None:
    finish = Finishing(captions=place / "lines.srt")
    wanted = replace(job(place), output=place / output, finish=finish)
    before = {path: path.read_bytes() for path in place.iterdir() if path.is_file()}
    with pytest.raises(BadConfig, match="never replaced"):
        output_claims.claim_job(wanted, overwrite=True)
    with pytest.raises(BadConfig):
        output_claims.claim_job(wanted)
    assert {path: path.read_bytes() for path in place.iterdir() if path.is_file()} == before
    assert not (place / ".mediaprep").exists(), "nothing was given up"


@pytest.mark.parametrize(
    "reads", [lambda place: [place / "film.mp4"], lambda place: [place / "hard.mp4"], lambda place: []]
)
def test_one_command_is_judged_alike(place: Path, reads: Callable[[Path], list[Path]]) -> None:
    with pytest.raises(BadConfig):
        output_claims.claim(
            [place / "real" / ".." / "film.mp4"], reads=reads(place), overwrite=bool(reads(place))
        )
    output_claims.claim([place / "new.mp4"], reads=reads(place))
    with pytest.raises(BadConfig, match="configuration"):
        output_claims.claim([place / "mediaprep.toml"], overwrite=True)


def test_a_folder_that_cannot_be_made_is_told_before_anything_is_paid(place: Path) -> None:
    (place / "wall").write_bytes(b"a file")
    for name in ("wall/o.mp4", "wall/deep/o.mp4", "n" * 300 + ".mp4", "n" * 246 + ".mp4"):
        wanted = replace(job(place), output=place / name, finish=Finishing())
        with pytest.raises(BadConfig) as caught:
            output_claims.make_room_for(wanted, place / ".mediaprep" / "a", 5.0)
        assert "\n" not in caught.value.en and caught.value.zh != caught.value.en
    output_claims.make_room_for(
        replace(job(place), output=place / "x" / "y" / "o.mp4"), place / ".mediaprep" / "a", 5.0
    )
    assert (place / "x" / "y").is_dir()


def test_a_disk_too_full_for_what_is_expected_is_told_before_anything_is_paid(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = 200_000_000
    monkeypatch.setattr(atomic, "_free", lambda folder: free)
    folder = place / ".mediaprep" / "a"
    output_claims.make_room_for(job(place), folder, 60.0)
    output_claims.make_room_for(job(place), folder, None)
    with pytest.raises(DiskFull, match=r"1,2.. MB are needed, 200 MB are free"):
        output_claims.make_room_for(job(place), folder, 600.0)
    sound_job = replace(job(place), endpoint="tts", output=place / "o.mp3", finish=Finishing())
    output_claims.make_room_for(sound_job, folder, 600.0)
    free = 1_000_000
    with pytest.raises(DiskFull):
        output_claims.make_room_for(sound_job, folder, None)
