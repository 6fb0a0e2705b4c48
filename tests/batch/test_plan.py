"""A plan judges every job, reckons what it takes, and leaves no trace."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from mediaprep.batch.manifest import read
from mediaprep.batch.plan import PlanWish, plan, refusals
from mediaprep.cli.app import run
from mediaprep.config import Settings
from mediaprep.errors import BadConfig
from mediaprep.model.findings import Verdict
from mediaprep.model.paid.manifest_plan import ManifestPlan
from mediaprep.model.paid.records import JobState
from mediaprep.preflight.scripts.estimate import price_of
from mediaprep.submission.wire.client import Gateway
from mediaprep.verbs.paid import enrolment
from tests.submission.ledger.books import Desk

KEYS = {"MEDIAPREP_APPKEY": "key-of-test", "MEDIAPREP_ACCESSTOKEN": "token-of-test"}
SPEECH = "SpeechParam: {Speed: 1.0, TimbreKey: female_1}"
BASIC = "endpoint: basic, request: {VirtualmanKey: k, InputSsml: 大家好，欢迎观看今天的课程。, SpeechParam: {Speed: 1}"
GOOD = f"""
jobs:
  - {{id: 甲, {BASIC}, VideoParam: {{Format: Mp4}}}}, output: out/a.mp4}}
  - {{id: b, endpoint: tts, request: {{InputSsml: 你好, TimbreKey: v, Speed: 1.0}}, output: out/b.mp3}}
"""
BAD = f"""
jobs:
  - {{id: good, {BASIC}, VideoParam: {{Format: Mp4}}}}, output: out/a.mp4}}
  - {{id: tag, endpoint: tts, request: {{InputSsml: «"坏<b>", TimbreKey: v, Speed: 1.0}}, output: out/b.mp3}}
  - {{id: fast, endpoint: tts, request: {{InputSsml: 你好, TimbreKey: v, Speed: «3}}, output: out/c.mp3}}
  - {{id: slow, endpoint: tts, request: {{InputSsml: 你好, TimbreKey: v, «Sped: 1}}, output: out/d.mp3}}
  - {{id: gone, endpoint: notrain, request: {{RefVideoUrl: «no.mp4, InputSsml: 你好你好, {SPEECH}}}, output: e.mp4}}
  - {{id: name, {BASIC}}}, output: «out/f.mp4}}
  - {{id: words, endpoint: tts, words: w.txt, request: {{InputSsml: «买彩票, TimbreKey: v, Speed: 1}}, output: g.mp3}}
  - {{id: file, endpoint: tts, request: {{InputSsml: «文案.txt, TimbreKey: v, Speed: 1.0}}, output: out/h.mp3}}
  - {{id: mov, {BASIC}, VideoParam: {{Format: «Avi}}}}, output: out/i.mp4}}
  - {{id: blank, endpoint: tts, request: {{InputSsml: «"。", TimbreKey: v, Speed: 1.0}}, output: out/j.mp3}}
  - {{id: ours, endpoint: tts, request: {{InputSsml: 你好, TimbreKey: v, Speed: 1.0}}, output: «theirs.mp3}}
"""


def written(folder: Path, text: str) -> Path:
    (folder / "w.txt").write_text("彩票\n", encoding="utf-8")
    (folder / "theirs.mp3").write_bytes(b"theirs")
    path = folder / "story.yaml"
    path.write_text(text.replace("«", ""), encoding="utf-8")
    return path


def planned(path: Path, wish: PlanWish | None = None, **more: str) -> ManifestPlan:
    environ = {**KEYS, "MEDIAPREP_LEDGER": str(path.parent / "state" / "ledger.db"), **more}
    return plan(path, settings=Settings.load(environ=environ), wish=wish or PlanWish())


def marks(text: str) -> set[str]:
    return {
        f"{number}:{at + 1}"
        for number, line in enumerate(text.splitlines(), 1)
        for at, sign in enumerate(line)
        if sign == "«"
    }


def seen(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path): (path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "cache" not in path.parts
    }


def test_a_plan_reckons_minutes_cost_and_time_and_leaves_no_trace(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD)
    before = seen(tmp_path)
    made = planned(path, MEDIAPREP_PRICE="1.20 CNY, photo=9")
    assert seen(tmp_path) == before and not (tmp_path / "state").exists() and not (tmp_path / "out").exists()
    video, sound = made.jobs
    assert (video.id, video.state, video.verdict, made.exit_code) == ("甲", JobState.NEW, Verdict.PASS, 0)
    assert video.seconds and video.minutes == pytest.approx(video.seconds / 60, abs=0.006)
    assert video.cost == pytest.approx(video.minutes * 1.2, abs=0.006) and sound.minutes == 0.0
    assert made.totals.minutes == video.minutes and made.totals.currency == "CNY"
    assert made.totals.seconds_of_work == pytest.approx(max(video.ends, sound.ends), abs=0.06)
    assert made.places["video:basic"] == 5 and made.totals.packages == {"shared": video.minutes}


def test_everything_that_is_refused_is_told_at_once_with_line_and_column(tmp_path: Path) -> None:
    made = planned(written(tmp_path, BAD))
    wrong = refusals(made)
    assert wrong is not None and made.exit_code == 1 and made.totals.refused == 10
    lines = wrong.en.splitlines()
    places = {match[1] for line in lines if (match := re.match(r".*story\.yaml:(\d+:\d+): job ", line))}
    assert marks(BAD) <= places
    assert [job.id for job in made.jobs if job.verdict is not Verdict.REFUSED] == ["good"]
    assert all(re.search("[一-鿿]", line) for line in wrong.zh.splitlines())


def test_the_json_is_as_it_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, BAD)
    assert run(["plan", str(path), "--format", "json"]) == 1
    told = json.loads(capsys.readouterr().out)
    shape: dict[str, Any] = {
        "required": ["schema", "jobs", "totals"],
        "properties": {
            "schema": {"const": "mediaprep.plan/1"},
            "jobs": {
                "items": {"required": ["id", "verdict", "findings", "seconds", "minutes", "cost", "state"]}
            },
            "totals": {"required": ["jobs", "refused", "minutes", "cost", "seconds_of_work"]},
        },
    }
    jsonschema.validate(told, shape)
    assert told["totals"]["jobs"] == 11 and told["totals"]["refused"] == 10
    assert run(["run", str(path), "--dry-run", "--format", "json"]) == 1
    again = json.loads(capsys.readouterr().out)
    assert [job["verdict"] for job in again["jobs"]] == [job["verdict"] for job in told["jobs"]]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_text_and_page_tell_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str], lang: str) -> None:
    path = written(tmp_path, GOOD.replace("甲", "甲<b>") if lang == "zh" else GOOD)
    code = run(["plan", str(path), "--page", str(tmp_path / "p.html")])
    text, page = capsys.readouterr().out, (tmp_path / "p.html").read_text(encoding="utf-8")
    assert code == (2 if lang == "zh" else 0) and "2 jobs" in text
    assert (
        page.count('class="bar"') == (1 if lang == "zh" else 2)
        and "<script" not in page
        and "甲<b>" not in page
    )


def test_what_is_paid_is_neither_judged_nor_counted_again(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD)
    first = planned(path)
    where = tmp_path / "state" / "ledger.db"
    desk = Desk(str(where))
    try:
        settings = Settings.load(environ={**KEYS, "MEDIAPREP_LEDGER": str(where)})
        row = enrolment.enrol(desk.book, Gateway(settings), read(path)[0])
        desk.book.move(desk.claim(ids=[row.id]), JobState.READY, name="prepared")
        claim, attempt = desk.begin(row.id)
        assert attempt is not None
        desk.book.accept(claim, claim.job.attempt, "task-1")
        for again in (False, True):  # with its log, and after it is closed
            kept = {name: told for name, told in seen(tmp_path).items() if not name.endswith("-shm")}
            made = planned(path)
            left = {name: told for name, told in seen(tmp_path).items() if not name.endswith("-shm")}
            assert left == kept, again
            assert (made.jobs[0].state, made.jobs[0].minutes, made.totals.kept) == (JobState.RUNNING, 0.0, 1)
            if not again:
                desk.book.close()
    finally:
        desk.book.close()
    assert planned(path, PlanWish(again=True)).totals.minutes == first.totals.minutes


def test_a_url_that_will_have_expired_when_its_job_is_sent_is_refused(tmp_path: Path) -> None:
    link = "https://b.s3.amazonaws.com/a.mp4?X-Amz-Date={date}&X-Amz-Expires={seconds}&X-Amz-Signature=x"
    now = datetime.now(UTC)
    video = link.format(date=now.strftime("%Y%m%dT%H%M%SZ"), seconds=60)
    long = "好" * 1500
    rows = [
        f"  - {{id: j{n}, endpoint: notrain, output: {n}.mp4,"
        f" request: {{RefVideoUrl: '{video}', InputSsml: {long}, DriverType: Text, {SPEECH}}}}}\n"
        for n in range(7)
    ]
    made = planned(written(tmp_path, "jobs:\n" + "".join(rows)))
    refused = [any(f.verdict is Verdict.REFUSED for f in job.findings) for job in made.jobs]
    assert refused == [False] * 5 + [True] * 2, [job.findings for job in made.jobs]


def test_a_mark_that_is_spoken_takes_its_time_in_the_queue_and_no_minutes(tmp_path: Path) -> None:
    said = "endpoint: tts, request: {InputSsml: 你好, TimbreKey: v, Speed: 1.0}"
    ends, costs = {}, {}
    for wish in ("mark", "mark_spoken"):
        text = f"jobs:\n  - {{id: a, {said}, output: a.mp3, finish: {{{wish}: true}}}}"
        made = planned(written(tmp_path, text), MEDIAPREP_PRICE="6 CNY")
        ends[wish], costs[wish] = made.totals.seconds_of_work, made.totals.cost
    assert ends["mark_spoken"] > ends["mark"] and costs["mark_spoken"] == costs["mark"] == 0


@pytest.mark.parametrize(
    ("price", "endpoint", "cost"),
    [("1.20 CNY", "photo", 1.2), ("1.20 CNY, photo=9", "photo", 9.0), ("1.20 CNY, photo=9", "basic", 1.2),
     ("2, ppt=0.5, photo=3", "ppt", 0.5), ("0.1 ¥,basic=7", "basic", 7.0)],
)  # fmt: skip
def test_a_price_may_be_told_for_each_endpoint(price: str, endpoint: str, cost: float) -> None:
    assert price_of(price).at(endpoint) == cost


@pytest.mark.parametrize(
    "price", ["", "x", "1.2 CNY, foto=9", "1.2, photo", "photo=9", "1.2 CNY, photo=cheap"]
)
def test_a_price_that_is_none_is_told(price: str) -> None:
    with pytest.raises(BadConfig, match=r"1\.20 CNY, photo=3"):
        price_of(price)


@pytest.mark.parametrize("form", ["yaml", "csv"])
def test_thousands_of_rows_take_no_more_memory(tmp_path: Path, form: str) -> None:
    code = (
        "import resource, sys; from pathlib import Path; from mediaprep.batch.manifest import ManifestRows\n"
        "n = sum(1 for _ in ManifestRows(Path(sys.argv[1])))\n"
        "print(n, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    used = []
    for count in (50, 1500):
        path = tmp_path / f"jobs{count}.{form}"
        job = "- {id: j%d, endpoint: tts, request: {InputSsml: 你好, Speed: 1.0, TimbreKey: v}, output: o/%d.mp3}\n"
        head = "jobs:\n"
        if form == "csv":
            job, head = (
                "j%d,tts,o/%d.mp3,你好,1.0,v\n",
                "id,endpoint,output,request.InputSsml,request.Speed,request.TimbreKey\n",
            )
        path.write_text(head + "".join(job % (n, n) for n in range(count)), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
        )
        rows, kilobytes = map(int, done.stdout.split())
        assert rows == count
        used.append(kilobytes)
    assert used[1] - used[0] < 8_000, used


def test_what_lies_in_a_bucket_is_unknown_until_it_is_looked_at(tmp_path: Path) -> None:
    request = f"{{RefVideoUrl: 's3://b/none.mp4', InputSsml: 你好你好, {SPEECH}}}"
    job = f"{{id: a, endpoint: notrain, request: {request}, output: a.mp4}}"
    (one,) = planned(written(tmp_path, f"jobs: [{job}]"), XDG_CACHE_HOME=str(tmp_path / "cache")).jobs
    assert one.verdict is Verdict.UNKNOWN
    assert [f.message.en for f in one.findings if f.verdict is Verdict.UNKNOWN] == [
        "s3://b/none.mp4 lies elsewhere and was not looked at: --urls does"
    ]
