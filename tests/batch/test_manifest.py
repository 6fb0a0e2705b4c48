"""Manifests are read strictly, and a mistake is named with its job and key."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import click
import pytest

from mediaprep.batch.manifest import read
from mediaprep.cli.finishing.finish_options import finish_options
from mediaprep.errors import BadConfig
from mediaprep.finishing.wishes import words as wish_words
from mediaprep.media.files import documents
from mediaprep.model.decks.lessons import Lesson
from mediaprep.model.decks.storyboard import Empty
from mediaprep.model.finishing.captions import CaptionWish
from mediaprep.model.finishing.logos import LogoWish
from mediaprep.model.finishing.scenery import SceneryWish
from mediaprep.model.finishing.wishes import OPTIONS, Finishing, WishField
from mediaprep.model.paid.manifest import Job, from_json, settled, to_json

GOOD = """
jobs:
  - id: welcome
    endpoint: notrain
    voice: first
    request: {RefVideoUrl: footage.mov, InputSsml: 大家好，欢迎。, SpeechParam: {Speed: 1.0, TimbreKey: female_1}}
    finish: {head: head.mp4, captions: burn, loudness: web}
    output: out/welcome.mp4
"""


def manifest(folder: Path, text: str) -> Path:
    """The manifest in `folder`, beside the files that finishing takes in these tests."""
    for name in (
        "head.mp4",
        "a.mp4",
        "b.png",
        "talk.srt",
        "en.txt",
        "a.ttf",
        "room.jpg",
        "tune.mp3",
        "talk.txt",
    ):
        (folder / name).touch()
    path = folder / "story.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_job_is_read_with_paths_relative_to_the_manifest(tmp_path: Path) -> None:
    (job,) = read(manifest(tmp_path, GOOD))
    assert (job.id, job.endpoint, job.voice_first) == ("welcome", "notrain", True)
    assert job.output == tmp_path / "out" / "welcome.mp4"
    assert job.finish.head == (tmp_path / "head.mp4",)
    assert job.finish.captions == "burn"
    assert job.finish.tail == ()
    assert job.request["RefVideoUrl"] == "footage.mov"
    assert job.base == tmp_path


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("endpoint: notrain", "endpoint: notrian"), "did you mean notrain"),
        (("loudness: web", "loudness: loud"), "job welcome: finish.loudness"),
        (("captions: burn", "caption: burn"), "did you mean captions"),
        (("    voice: first", "    voices: first"), "did you mean voice"),
        (("request:", "reqest:"), "unknown key; did you mean request"),
        (("output: out/welcome.mp4", "output: ''"), "job welcome: output"),
        (("id: welcome", "id: ../../x"), "id"),
        (("InputSsml: 大家好，欢迎。, ", ""), "needs InputSsml"),
        (("jobs:", "jobs: ["), "not YAML"),
        (("jobs:", "work:"), "jobs"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, change: tuple[str, str], told: str) -> None:
    path = manifest(tmp_path, GOOD.replace(*change))
    with pytest.raises(BadConfig) as caught:
        read(path)
    assert told in caught.value.en
    assert str(path) in caught.value.en


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("request:", "reqest:"), "未知的键；是否指 request？"),
        (("    output: out/welcome.mp4", ""), "任务 welcome：output：缺少该项"),
        (("loudness: web", "loudness: loud"), "可用：web, streaming, ebu"),
        (("head: head.mp4", "head: head.mp4, crossfade: 11"), "须不大于 10"),
        (("id: welcome", "id: 7"), "须为字符串"),
    ],
)
def test_a_mistake_is_told_in_chinese_too(tmp_path: Path, change: tuple[str, str], told: str) -> None:
    with pytest.raises(BadConfig) as caught:
        read(manifest(tmp_path, GOOD.replace(*change)))
    assert told in caught.value.zh
    assert "\n" not in caught.value.en


def test_two_jobs_of_one_name_or_one_output_are_refused(tmp_path: Path) -> None:
    second = GOOD.replace("jobs:\n", "")
    with pytest.raises(BadConfig, match="two jobs are called welcome"):
        read(manifest(tmp_path, GOOD + second))
    with pytest.raises(BadConfig, match="two jobs write"):
        read(manifest(tmp_path, GOOD + second.replace("id: welcome", "id: other")))


def test_a_missing_manifest_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match="cannot be read"):
        read(tmp_path / "none.yaml")


def test_yaml_cannot_make_objects(tmp_path: Path) -> None:
    with pytest.raises(BadConfig):
        read(manifest(tmp_path, "jobs: !!python/object/apply:os.system ['true']"))


def test_head_and_tail_may_be_lists_and_fade(tmp_path: Path) -> None:
    text = GOOD.replace("head: head.mp4", "head: [a.mp4, b.png], crossfade: 0.5")
    assert "crossfade" in text
    finish = read(manifest(tmp_path, text))[0].finish
    assert finish.head == (tmp_path / "a.mp4", tmp_path / "b.png")
    assert finish.crossfade == 0.5


TABLE = """captions: {source: talk.srt, as: soft, sidecars: [vtt, ass], second: en.txt, fonts: [a.ttf],
      size: 6.0, box: "203040", position: top, karaoke: true, off_faces: false}"""


def test_captions_may_be_a_table_of_looks(tmp_path: Path) -> None:
    (job,) = read(manifest(tmp_path, GOOD.replace("captions: burn", TABLE)))
    wish = job.finish.caption_wish
    assert job.finish.captions == tmp_path / "talk.srt" and wish is not None
    assert (wish.way, wish.sidecars, wish.size, wish.box) == ("soft", ("vtt", "ass"), 6.0, "203040")
    assert (wish.second, wish.fonts) == (tmp_path / "en.txt", (tmp_path / "a.ttf",))
    assert wish.karaoke and not wish.off_faces and wish.color == "FFFFFF"
    (plain,) = read(manifest(tmp_path, GOOD))
    assert plain.finish.caption_wish == CaptionWish()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("box:", "boxes:"), "did you mean box"),
        (("as: soft", "has: soft"), "did you mean as"),
        (("as: soft", "as: tattoo"), "job welcome: finish.captions.as"),
        (("size: 6.0", "size: large"), "job welcome: finish.captions.size"),
        (("[vtt, ass]", "[sub]"), "job welcome: finish.captions.sidecars"),
    ],
)
def test_a_mistake_in_the_captions_table_is_named(tmp_path: Path, change: tuple[str, str], told: str) -> None:
    path = manifest(tmp_path, GOOD.replace("captions: burn", TABLE).replace(*change))
    with pytest.raises(BadConfig) as caught:
        read(path)
    assert told in caught.value.en


SCENERY = """head: head.mp4, script: talk.txt, still_seconds: 2, background: room.jpg, green: auto, music: tune.mp3,
      music_below: 12, fade_in: 0.5, fade_out: 1, chapter: ["1:05=Second part"], thumbnail: out/a.jpg,
      sheet: out/a.png"""


def test_all_that_finish_does_may_be_wished_in_its_own_words(tmp_path: Path) -> None:
    (job,) = read(manifest(tmp_path, GOOD.replace("head: head.mp4", SCENERY)))
    assert job.finish.scenery == SceneryWish(
        background=tmp_path / "room.jpg", green="auto", music=tmp_path / "tune.mp3", music_below=12.0, fade_in=0.5,
        fade_out=1.0, marks=((65.0, "Second part"),), thumbnail=tmp_path / "out" / "a.jpg",
        sheet=tmp_path / "out" / "a.png",
    )  # fmt: skip
    assert (job.finish.script, job.finish.still_seconds) == (tmp_path / "talk.txt", 2.0)
    assert from_json(json.loads(json.dumps(to_json(job)))) == job
    coloured = read(manifest(tmp_path, GOOD.replace("head: head.mp4", "background: 1E88E5, green: auto")))[0]
    assert from_json(json.loads(json.dumps(to_json(coloured)))) == coloured


LOGOS = """logo: [b.png, {file: room.jpg, position: top-right, size: 20, opacity: 0.5}, b.png]"""


def test_logos_stand_where_their_tables_say_and_the_others_in_free_corners(tmp_path: Path) -> None:
    (job,) = read(manifest(tmp_path, GOOD.replace("head: head.mp4", LOGOS)))
    assert [path.name for path in job.finish.logo] == ["b.png", "room.jpg", "b.png"]
    assert job.finish.logo_wish == (
        LogoWish(position="top-left"),
        LogoWish(position="top-right", scale=0.2, opacity=0.5),
        LogoWish(position="bottom-right"),
    )
    assert from_json(json.loads(json.dumps(to_json(job)))) == job


def test_one_logo_is_told_to_ledgers_as_it_was_when_there_was_only_one(tmp_path: Path) -> None:
    (job,) = read(manifest(tmp_path, GOOD.replace("head: head.mp4", "logo: b.png")))
    told = to_json(job)
    assert told["finish"]["logo"] == str(tmp_path / "b.png") and "logo_wish" not in told["finish"]
    assert from_json(json.loads(json.dumps(told))) == job
    assert job.finish.logo_wish == (LogoWish(position="top-right", scale=0.12, opacity=1.0),)
    (plain,) = read(manifest(tmp_path, GOOD.replace("head: head.mp4", "logo: null")))
    assert to_json(plain)["finish"]["logo"] is None and from_json(to_json(plain)) == plain
    (none,) = read(manifest(tmp_path, GOOD.replace("head: head.mp4", 'logo: ""')))
    assert none.finish.logo == ()
    (turned,) = read(manifest(tmp_path, GOOD.replace("head: head.mp4", "logo: {file: b.png, opacity: 0.5}")))
    assert from_json(to_json(turned)) == turned


@pytest.mark.parametrize("shape", ["9:16", "'9:16'", "16:9", "1:1", "4:5"])
def test_a_shape_needs_no_quotes_although_yaml_takes_it_for_a_number(tmp_path: Path, shape: str) -> None:
    (job,) = read(manifest(tmp_path, GOOD.replace("head: head.mp4", f"reframe: {shape}")))
    assert job.finish.scenery == SceneryWish(reframe=shape.strip("'"))


EXAMPLES = [(row.name, row.option.example) for row in OPTIONS]
LOGO = dict.fromkeys(("logo_position", "logo_size", "logo_opacity"), "logo: b.png")
COVER = dict.fromkeys(("cover_at", "cover_picture", "cover_title"), "thumbnail: cover.jpg")
NEEDS = {"green": "background: room.jpg", "music_below": "music: tune.mp3", **LOGO, **COVER}


def wished(folder: Path, words: str) -> Finishing:
    """What a manifest in `folder` says with these words, every file of which is there."""
    for name in re.findall(r"[\w-]+\.(?:mp4|png|jpg|srt|ttf|mp3|txt|tsv)", words):
        (folder / name).touch()
    (job,) = read(manifest(folder, GOOD.replace("head: head.mp4, captions: burn, loudness: web", words)))
    return job.finish


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_every_option_is_a_key_and_a_flag_and_both_wish_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, example: str
) -> None:
    more = [NEEDS[name]] if name in NEEDS else []
    read_so = wished(tmp_path, ", ".join([*more, f"{name}: {example}"]))
    monkeypatch.chdir(tmp_path)
    got: list[Finishing] = []
    command = click.command()(finish_options(lambda wishes: got.append(wishes)))
    line = [part for words in [*more, f"{name}: {example}"] for part in flags(words)]
    command.main(line, standalone_mode=False)
    told = replace(got[0].settled(), scenery=got[0].scenery and got[0].settled().scenery)
    if name == "script":  # which is no caption by itself in a manifest, where requests have words too
        told = replace(told, captions=None, caption_wish=None)
    if name in {"chapters", "chapter"}:  # their titles are in the language of the command line
        told = replace(told, scenery=told.scenery and read_so.scenery)
    assert told == read_so
    assert name in wish_words.words(read_so)
    assert from_json(json.loads(json.dumps(to_json(job_of(read_so))))).finish == read_so


def flags(words: str) -> list[str]:
    """`key: value` as the options of a command line."""
    key, _, value = words.partition(": ")
    flag, parsed = f"--{key.replace('_', '-')}", documents.parse(value, key)
    if parsed is True:
        return [flag]
    if key == "reframe":
        parsed = value
    return [part for one in (parsed if isinstance(parsed, list) else [parsed]) for part in (flag, str(one))]


def job_of(finish: Finishing) -> Job:
    return Job(id="a", endpoint="notrain", request={}, output=Path("a.mp4"), finish=finish)


TABLED = [row for row in OPTIONS if row.owner in {CaptionWish, LogoWish}]


@pytest.mark.parametrize("row", TABLED, ids=lambda row: str(row.name))
def test_what_stands_in_a_table_may_stand_beside_it_but_not_both(tmp_path: Path, row: WishField) -> None:
    flat, table = f"{row.name}: {row.option.example}", f"{row.key}: {row.option.example}"
    if row.key == "off_faces":
        table = "off_faces: false"
    if row.owner is LogoWish:
        beside, inside = f"logo: b.png, {flat}", f"logo: {{file: b.png, {table}}}"
    else:
        beside, inside = flat, f"captions: {{{table}}}"
    assert wished(tmp_path, beside) == wished(tmp_path, inside)
    with pytest.raises(BadConfig, match=f"{row.name} is told twice"):
        wished(tmp_path, f"{inside}, {flat}")


def test_more_places_than_logos_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match="more logo places"):
        wished(tmp_path, "logo: b.png, logo_size: [10, 20]")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("backgrond: room.jpg", "finish.backgrond: unknown key; did you mean background?"),
        ("fade-in: 1", "finish.fade-in: unknown key; did you mean fade_in?"),
        ("reframe: tall", "finish.reframe: reframe 'tall': give a shape such as 9:16"),
        ("background: sky", "finish.background: background 'sky': give a file or a colour"),
        ("background: 102030", "finish.background: 102030: must be a text; put numbers in quotes"),
        ("green: auto", "finish.green: a green screen needs a background"),
        (
            "background: room.jpg, green: lime",
            "finish.green: green 'lime': give a colour such as 00B140, or auto",
        ),
        ("fade_in: 11", "a fade of 11 s: give 0 to 10"),
        ("fade_out: soon", "finish.fade_out: 'soon': must be a number"),
        ("music: tune.mp3, music_below: -3", "music -3 LU below the voice: give 0 to 40"),
        ("chapter: [Second part]", "chapter 'Second part': give SECONDS=TITLE"),
        ("still_seconds: 0", "pictures shown for 0 s"),
        ("thumbnail: a.gif", "a.gif: name a .jpg or .png"),
        ("thumbnail: a.jpg, sheet: a.jpg", "both called a.jpg"),
        ("logo: {file: b.png, size: 0}", "finish.logo.size: a logo 0 % wide, opacity 1: give 1 to 100 %"),
        ("logo: {file: b.png, opacity: 2}", "a logo 12 % wide, opacity 2"),
        ("logo: {file: b.png, position: middle}", "finish.logo.0.position"),
        ("logo: {file: b.png, positon: top-left}", "unknown key; did you mean position?"),
        ("logo: [b.png, b.png, b.png, b.png, b.png]", "5 logos: give at most 4"),
        ("logo: 5", "finish.logo: a logo is a file, or a table of file, position, size and opacity"),
        ("logo: [null]", "finish.logo: a logo is a file"),
        ('logo: {file: ""}', "finish.logo.0.file"),
        (
            "logo: [{file: b.png, position: top-left}, {file: b.png, position: top-left}]",
            "two logos at top-left: give each a corner of its own",
        ),
        ("logo: [b.png, none.png]", "finish.logo: {folder}/none.png: no such file"),
        ("captions: {box: blue}", "caption box colour 'blue'"),
        ("music: none.mp3", "finish.music: {folder}/none.mp3: no such file"),
        ("background: none.jpg", "finish.background: {folder}/none.jpg: no such file"),
        ("script: none.txt", "finish.script: {folder}/none.txt: no such file"),
        ("head: none.mp4", "finish.head: {folder}/none.mp4: no such file"),
        ("captions: none.srt", "finish.captions: {folder}/none.srt: no such file"),
    ],
)
def test_a_wish_that_cannot_be_is_told_as_the_manifest_is_read(tmp_path: Path, words: str, told: str) -> None:
    path = manifest(tmp_path, GOOD.replace("head: head.mp4, captions: burn", words))
    with pytest.raises(BadConfig) as caught:
        read(path)
    assert re.match(rf"{path}:7:\d+: job welcome: ", caught.value.en)
    assert told.format(folder=tmp_path) in caught.value.en
    assert "\n" not in caught.value.en and re.search("[一-鿿]", caught.value.zh)


def test_what_another_job_makes_need_not_be_there_yet(tmp_path: Path) -> None:
    second = GOOD.replace("jobs:\n", "").replace("welcome", "other").replace("head.mp4", "out/welcome.mp4")
    assert len(read(manifest(tmp_path, GOOD + second))) == 2


def test_two_jobs_with_one_thumbnail_are_refused(tmp_path: Path) -> None:
    first = GOOD.replace("head: head.mp4", "thumbnail: out/a.jpg")
    second = first.replace("jobs:\n", "").replace("welcome", "other").replace("out/a.jpg", "./out/a.jpg")
    with pytest.raises(BadConfig, match=r"two jobs write out/a\.jpg"):
        read(manifest(tmp_path, first + second))


LESSON = """
jobs:
  - id: lesson
    deck: decks/lesson.pptx
    voice: first
    hidden: unhide
    empty: silent
    silence: 2
    request: {SpeechParam: {TimbreKey: female_1, Speed: 1.0}, AdaptationType: 1}
    finish: {captions: burn, chapters: true}
    output: out/lesson.mp4
"""
STORY = """
deck: ../decks/lesson.pptx
logos: [{file: logo.png}]
pages: [{page: 1, script: 一}, {page: 3, audio: take.wav}, {page: 4, silent: 2.0}]
"""


def test_a_deck_is_a_job_with_what_all_its_pages_share(tmp_path: Path) -> None:
    (job,) = read(manifest(tmp_path, LESSON.replace("silence: 2", "silence: 2.0")))
    assert (job.endpoint, job.voice_first, job.finish.chapters) == ("deck", True, True)
    assert job.lesson == Lesson(
        deck=tmp_path / "decks" / "lesson.pptx", hidden="unhide", empty=Empty.SILENT, silence=2.0
    )
    assert job.request["AdaptationType"] == 1
    assert from_json(json.loads(json.dumps(to_json(job)))) == job


def test_a_storyboard_is_a_job_whose_files_lie_beside_it(tmp_path: Path) -> None:
    (tmp_path / "boards").mkdir()
    (tmp_path / "boards" / "story.yaml").write_text(STORY, encoding="utf-8")
    text = LESSON.replace("deck: decks/lesson.pptx", "storyboard: boards/story.yaml")
    text = "\n".join(
        line for line in text.splitlines() if not line.strip().startswith(("hidden", "empty", "silence"))
    )
    (job,) = read(manifest(tmp_path, text))
    assert job.lesson is not None and job.lesson.story is not None
    story = job.lesson.story
    assert story.pages[1].audio == tmp_path / "boards" / "take.wav"
    assert story.logos[0].file == tmp_path / "boards" / "logo.png"
    assert [path.name for path in job.lesson.files] == ["lesson.pptx", "take.wav", "logo.png"]
    assert from_json(json.loads(json.dumps(to_json(job)))) == settled(job)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("deck: decks", "endpoint: ppt\n    deck: decks"), "job lesson: give endpoint, deck or storyboard"),
        (
            ("    deck: decks/lesson.pptx\n", ""),
            "give endpoint, deck or storyboard, one of the three (none given)",
        ),
        (("deck: decks/lesson.pptx", "storyboard: story.yaml"), "hidden is for a deck whose notes are read"),
        (("hidden: unhide", "hidden: keep"), "job lesson: hidden"),
        (
            ("AdaptationType: 1", "PPTFileUrl: x.pptx"),
            "job lesson: request: PPTFileUrl is nothing that all pages",
        ),
        (("chapters: true", "chapter: true"), "did you mean chapters"),
        (("    deck: decks/lesson.pptx", "    dekc: decks/lesson.pptx"), "did you mean deck"),
    ],
)
def test_a_mistake_in_a_decks_job_is_named(tmp_path: Path, change: tuple[str, str], told: str) -> None:
    with pytest.raises(BadConfig) as caught:
        read(manifest(tmp_path, LESSON.replace("silence: 2", "silence: 2.0").replace(*change)))
    assert told in caught.value.en
