"""A manifest of many mistakes is read once, and each is told with its file, line and column, in both languages."""

from __future__ import annotations

import json
import re
from pathlib import Path

import openpyxl
import pytest

from mediaprep.batch.manifest import ManifestRows, read, sound
from mediaprep.errors import BadDocument
from mediaprep.model.marked import Mistake

REQUEST = "request: {RefVideoUrl: a.mp4, InputSsml: 大家好}"


def told(path: Path) -> tuple[Mistake, ...]:
    """All mistakes of a manifest."""
    rows = ManifestRows(path)
    list(rows)
    return rows.told()


def written(folder: Path, text: str, name: str = "story.yaml") -> Path:
    """`text` as a file, with a place to look for: its marks «…» are taken out."""
    path = folder / name
    path.write_text(text.replace("«", ""), encoding="utf-8")
    return path


def marks(text: str) -> set[str]:
    """line:column of every « in a text."""
    return {
        f"{number}:{at + 1 - line[:at].count('«')}"
        for number, line in enumerate(text.splitlines(), 1)
        for at, sign in enumerate(line)
        if sign == "«"
    }


MANY = f"""\
«jbos: []
include: «none.yaml
variables: {{city: 上海, «city: 北京, bad: «[1]}}
defaults:
  endpoint: notrain
jobs:
  - {{id: «../x, {REQUEST}, output: out/b.mp4}}
  - {{id: c, «reqest: {{}}, output: out/c.mp4}}
  - {{id: d, endpoint: «notrian, {REQUEST}, output: out/d.mp4}}
  - {{id: e, {REQUEST}, output: «""}}
  - «{{id: f, {REQUEST}}}
  - {{id: g, {REQUEST}, output: out/g.mp4, voice: «second}}
  - {{id: h, request: «[a], output: out/h.mp4}}
  - {{id: i, {REQUEST}, output: «7}}
  - {{id: j, {REQUEST}, output: out/j.mp4, «id: k}}
  - {{id: l, {REQUEST}, output: «"out/${{ctiy}}.mp4"}}
  - {{id: twice, {REQUEST}, output: out/m.mp4}}
  - {{id: «twice, {REQUEST}, output: out/n.mp4}}
  - {{id: o, {REQUEST}, output: out/o.mp4, finish: {{loudness: «loud, head: «none.mp4, «captons: burn}}}}
  - {{id: p, {REQUEST}, output: out/p.mp4, finish: {{background: 1.png, green: «lime, fade_in: «11, reframe: «tall}}}}
  - {{id: q, {REQUEST}, output: «out/x/../o.mp4}}
  - {{id: r, each: «footage/*.mp4, {REQUEST}, output: out/r.mp4}}
  - {{id: s, request: {{InputSsml: «{{file: none.txt}}}}, output: out/s.mp4}}
  - {{id: t, {REQUEST}, output: out/t.mp4, lexicon: «none.lex}}
  - «{{id: u, deck: a.pptx, request: {{PPTFileUrl: b.pptx}}, output: out/u.mp4}}
  - «just words
"""


def test_all_mistakes_of_a_manifest_are_told_at_once_each_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "1.png").touch()
    found = told(written(tmp_path, MANY))
    assert {one.place.inside for one in found} == marks(MANY)
    assert len(found) >= 25 and len({one.message.en.partition(":")[0] for one in found}) >= 20
    with pytest.raises(BadDocument) as caught:
        read(tmp_path / "story.yaml")
    for lang in ("en", "zh"):
        lines = caught.value.say(lang).splitlines()
        assert len(lines) == len(found)
        assert all(re.match(rf"{tmp_path}/story\.yaml:\d+:\d+[:：]", line) for line in lines)
        assert not re.search(r"Input should|pydantic|Field required|Extra inputs", caught.value.say(lang))
    assert all(re.search("[一-鿿]", one.message.zh) for one in found)


KINDS = {
    "a tab": ("jobs:\n«\t- id: a\n", "cannot start any token"),
    "no end": ("jobs: [{id: a, output: x.mp4}\n«", "',' or ']'"),
    "no mapping": ("«- a\n", "must be a mapping"),
    "no list": ("jobs: «7\n", "must be a list of jobs"),
    "no jobs": ("«variables: {a: b}\n", "no jobs"),
    "an alias that is none": ("jobs: [«*a]\n", "undefined alias"),
    "a number as long as a text": ("jobs: [{id: «" + "9" * 100 + "}]\n", "a number of 100 signs"),
    "a list as a key": ("jobs: [{? «[a]\n: b}]\n", "a key must be a word"),
    "a date": ("jobs: [{id: «2026-13-45, deck: a, output: b}]\n", "not YAML"),
    "two documents": ("jobs: [{id: a, deck: a.pptx, output: b.mp4}]\n«---\na: b\n", "a second document"),
}


@pytest.mark.parametrize(("text", "why"), KINDS.values(), ids=KINDS)
def test_what_is_no_manifest_is_told_with_its_place(tmp_path: Path, text: str, why: str) -> None:
    found = told(written(tmp_path, text))
    assert any(why in one.say("en") for one in found) and {one.place.inside for one in found} >= marks(text)
    assert re.search("[一-鿿]", found[0].message.zh)


def test_an_empty_and_an_absent_manifest_are_told(tmp_path: Path) -> None:
    assert "empty" in told(written(tmp_path, ""))[0].say("en")
    assert "cannot be read" in told(tmp_path / "none.yaml")[0].say("en")


def test_json_is_read_as_it_is_written_by_others(tmp_path: Path) -> None:
    job = {
        "id": "a",
        "endpoint": "tts",
        "request": {"InputSsml": "好\U0001f600", "Speed": "fast/\t"},
        "output": "a.mp3",
    }
    path = written(tmp_path, json.dumps({"$schema": "x", "jobs": [job]}, indent="\t"), "jobs.json")
    (read_so,) = read(path)
    assert read_so.request == job["request"]
    path = written(tmp_path, '{"jobs": [\n  {"id": "a", "output": «7}]}', "jobs.json")
    assert [one.place.inside for one in told(path)][:1] == ["2:25"]


SHARED = """
variables: {city: 上海, pace: 1.2}
jobs:
  - {id: "${city}-1", request: {InputSsml: "欢迎来到${city}，$${价}"}}
  - {id: b, endpoint: basic, request: {VirtualmanKey: k, SpeechParam: {Speed: 0.9}}, output: other.mp4}
  - {id: "c-${stem}", each: "clips/*.mp4", request: {RefVideoUrl: "${file}"}, endpoint: notrain}
defaults:
  endpoint: tts
  request: {InputSsml: 你好, SpeechParam: {Speed: "${pace}", TimbreKey: female_1}}
  output: out/${id}.mp3
"""


def test_defaults_variables_and_each_make_jobs(tmp_path: Path) -> None:
    (tmp_path / "clips").mkdir()
    for name in ("x.mp4", "一.mp4", "note.txt"):
        (tmp_path / "clips" / name).touch()
    jobs = {job.id: job for job in read(written(tmp_path, SHARED))}
    assert [*jobs] == ["上海-1", "b", "c-x", "c-一"]
    assert jobs["上海-1"].request["InputSsml"] == "欢迎来到上海，${价}"
    assert jobs["上海-1"].request["SpeechParam"] == {"Speed": 1.2, "TimbreKey": "female_1"}
    assert jobs["b"].request["SpeechParam"] == {"Speed": 0.9, "TimbreKey": "female_1"}
    assert jobs["b"].output == tmp_path / "other.mp4" and jobs["b"].endpoint == "basic"
    assert jobs["c-一"].request["RefVideoUrl"] == "clips/一.mp4"
    assert jobs["c-x"].output == tmp_path / "out" / "c-x.mp3"


TABLE = [
    ["id", "endpoint", "output", "request.InputSsml", "request.Speed", "request.TimbreKey", "variables.who",
     "request.Volume"],
    ["甲", "tts", "a.mp3", "你好，${who}", "1.0", "1001", "小明", "3"],
    [],
    ["b", "tts", "b.mp3", "第二行\n", "quick", "v", "", "2.5"],
    ["甲", "tss", "b.mp3", "x", "1", "v", "", ""],
]  # fmt: skip


def as_csv(path: Path, rows: list[list[str]]) -> Path:
    quoted = (",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
    path.write_bytes("\n".join(quoted).encode("gbk"))
    return path


def as_xlsx(path: Path, rows: list[list[str]]) -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append([float(cell) if cell.replace(".", "").isdigit() else cell for cell in row])
    book.save(path)
    return path


@pytest.mark.parametrize("form", [as_csv, as_xlsx])
def test_a_row_of_a_table_is_a_job(tmp_path: Path, form: object) -> None:
    path = form(tmp_path / f"jobs.{form.__name__[3:]}", TABLE[:2])  # type: ignore[operator, attr-defined]
    (job,) = read(path)
    assert job.id == "甲" and job.output == tmp_path / "a.mp3"
    assert job.request == {"InputSsml": "你好，小明", "Speed": 1.0, "TimbreKey": "1001", "Volume": 3}


@pytest.mark.parametrize(
    ("form", "places"),
    [(as_csv, ["4:5", "4:8", "6:1", "6:2"]), (as_xlsx, ["Sheet!E4", "Sheet!H4", "Sheet!A5", "Sheet!B5"])],
)
def test_mistakes_of_a_table_are_told_by_row_and_cell(
    tmp_path: Path, form: object, places: list[str]
) -> None:
    path = form(tmp_path / f"jobs.{form.__name__[3:]}", TABLE)  # type: ignore[operator, attr-defined]
    found = told(path)
    assert {one.place.inside for one in found} >= set(places)
    assert {one.key for one in found} >= {"request.Speed", "request.Volume", "id", "endpoint"}
    if form is as_xlsx:
        assert "sheet Sheet, row 4, E4: request.Speed: 'quick': must be a number" in "\n".join(
            one.say("en") for one in found
        )


@pytest.mark.parametrize(
    ("header", "near"),
    [("Speed", "request.Speed"), ("outptu", "output"), ("request.InputSml", "request.InputSsml"),
     ("finish.caption", "finish.captions"), ("TimbreKey", "request.TimbreKey")],
)  # fmt: skip
def test_a_column_that_means_nothing_is_answered_with_its_neighbour(
    tmp_path: Path, header: str, near: str
) -> None:
    found = told(as_csv(tmp_path / "jobs.csv", [["id", header], ["a", "1"]]))
    assert f"did you mean {near}?" in found[0].say("en") and found[0].place.inside == "1:2"


def test_a_folder_of_folders_is_a_manifest(tmp_path: Path) -> None:
    for name in ("第一课", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "script.txt").write_text("大家好\n欢迎", encoding="utf-8")
        (tmp_path / name / "head.mp4").touch()
    (tmp_path / "第一课" / "footage.mov").touch()
    (tmp_path / "two" / "job.yaml").write_text(
        "endpoint: basic\nrequest: {VirtualmanKey: k}", encoding="utf-8"
    )
    (tmp_path / "defaults.yaml").write_text(
        "defaults: {request: {SpeechParam: {Speed: 1.0}}}", encoding="utf-8"
    )
    two, one = read(tmp_path)
    assert (one.id, one.endpoint, one.output) == ("第一课", "notrain", tmp_path / "第一课" / "第一课.mp4")
    assert one.request == {
        "RefVideoUrl": "footage.mov",
        "InputSsml": "大家好欢迎",
        "SpeechParam": {"Speed": 1.0},
    }
    assert (two.endpoint, two.finish.head) == ("basic", (tmp_path / "two" / "head.mp4",))
    (tmp_path / "two" / "fotage.mp4").touch()
    assert "did you mean footage.mp4?" in told(tmp_path)[0].say("en")


def test_what_is_included_inherits_and_a_circle_is_told(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    as_csv(tmp_path / "more" / "rows.csv", TABLE[:2])
    main = "defaults: {request: {SampleRate: 16000}}\ninclude: [more/*.csv, «back.yaml]\n"
    (tmp_path / "back.yaml").write_text("include: story.yaml", encoding="utf-8")
    found = told(written(tmp_path, main))
    assert [one.say("en").rpartition(": ")[2] for one in found] == ["story.yaml includes itself, or too deep"]
    (job,) = read(written(tmp_path, main.replace(", «back.yaml", "")))
    assert job.request["SampleRate"] == 16000 and job.output == tmp_path / "more" / "a.mp3"


def test_readings_of_the_manifest_are_written_into_its_texts(tmp_path: Path) -> None:
    (tmp_path / "r.txt").write_text("重庆: chong2 qing4\n", encoding="utf-8")
    text = "lexicon: r.txt\njobs: [{id: a, endpoint: tts, request: {InputSsml: 去重庆}, output: a.mp3}]"
    (job,) = read(written(tmp_path, text))
    assert "chong2" in job.request["InputSsml"]


@pytest.mark.parametrize(
    "wrong", ["hed.mp4", "footge.mp4", "scrpt.txt", "tails.mov", "captons.srt", "head.mov"]
)
@pytest.mark.parametrize("named", ["", "id: another\n"])
def test_a_job_whose_folder_has_a_misnamed_file_is_not_run_and_the_others_are(
    tmp_path: Path, wrong: str, named: str
) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "footage.mov").touch()
        (tmp_path / name / "head.mp4").touch()
        (tmp_path / name / "script.txt").write_text("大家好，欢迎。", encoding="utf-8")
    (tmp_path / "one" / wrong).touch()
    if named:
        (tmp_path / "one" / "job.yaml").write_text(named, encoding="utf-8")
    assert [job.id for job in sound(tmp_path)] == ["two"]
    rows = ManifestRows(tmp_path)
    assert [bool(row.mistakes) for row in rows] == [True, False]
    assert len(rows.told()) == 1 and not rows.general


def test_what_all_jobs_share_stands_under_defaults(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "footage.mov").touch()
    (tmp_path / "one" / "script.txt").write_text("大家好，欢迎。", encoding="utf-8")
    (tmp_path / "defaults.yaml").write_text("request: {SpeechParam: {Speed: 1.0}}", encoding="utf-8")
    (mistake,) = told(tmp_path)
    assert "defaults.yaml" in mistake.place.file and "defaults" in mistake.message.en
