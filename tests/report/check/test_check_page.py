"""The page of `check`: self-contained, escaped, small, and filterable in a browser without any script."""

from __future__ import annotations

import html
import json
import re
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mediaprep.cli.app import run as mediaprep
from mediaprep.cli.preparing.check import pictures_budget
from mediaprep.media.people.contact_sheet import make, sheet
from mediaprep.model.facts import (
    ABSENT,
    FaceBox,
    Facts,
    SeenPicture,
    Sheet,
    SheetPicture,
    UnknownFacts,
    VideoFaces,
    VideoFacts,
)
from mediaprep.model.findings import FileReport, Finding, Text, Verdict, Waived
from mediaprep.report.check.check_page import chunks
from mediaprep.report.check.checked import CheckRun
from mediaprep.verbs.check import measure
from tests.conftest import program
from tests.making import ffmpeg, make_audio, make_face_video, make_photo
from tests.preflight.samples import PHOTO, TEXT, VIDEO

BOX = FaceBox(x=480, y=270, width=100, height=120, score=0.9)
SEEN = replace(
    VIDEO,
    faces=VideoFaces(
        sampled=2, with_face=1, most=1, complete=True,
        pictures=(SeenPicture(seconds=0.0, faces=()), SeenPicture(seconds=6.0, faces=(BOX,))),
    ),
)  # fmt: skip
JPEG = bytes.fromhex("ffd8ffd9")
SHEET = Sheet(
    pictures=(SheetPicture(seconds=0.0, jpeg=JPEG), SheetPicture(seconds=6.0, jpeg=JPEG)),
    black=((0.0, 3.0),),
    silent=((9.0, 12.0),),
)


def finding(rule: str, verdict: Verdict) -> Finding:
    told = Text("it is <b>so</b>", "就是 <b>这样</b>")
    return Finding(rule=rule, verdict=verdict, measured=1, limit="2", message=told, fix=told)


def report(path: str, verdict: Verdict | None, facts: Facts = TEXT, **more: Any) -> FileReport:
    findings = () if verdict is None else (finding("notrain.RefVideoUrl.width", verdict),)
    return FileReport(path=path, field="notrain.RefVideoUrl", facts=facts, findings=findings, **more)


def page(*reports: FileReport, lang: str = "en", **more: Any) -> str:
    return "".join(chunks(reports, CheckRun(profile="tencent-cn@2026-04", lang=lang, **more)))


def test_names_and_messages_cannot_become_markup() -> None:
    made = page(report("<img src=x onerror=alert(1)>\x1b[31m.mov", Verdict.REFUSED))
    assert "<img src=x" not in made and "<b>so" not in made and "\x1b" not in made
    assert "&lt;img src=x" in made


def test_it_asks_nothing_of_the_network_and_has_no_script() -> None:
    made = page(report("a.mov", Verdict.REFUSED, SEEN), sheet=lambda _: SHEET)
    assert re.findall(r'(?:src|href)="(?!data:)', made) == []
    assert "<script" not in made and "default-src 'none'" in made and "url(" not in made


def test_both_languages_are_spoken() -> None:
    assert "就是" in page(report("a.mov", Verdict.REFUSED), lang="zh")
    assert "不合格 1" in page(report("a.mov", Verdict.REFUSED), lang="zh")
    assert "refused 1" in page(report("a.mov", Verdict.REFUSED))


def test_boxes_stand_on_the_picture_they_belong_to_in_its_own_pixels() -> None:
    made = page(report("a.mov", None, SEEN), sheet=lambda _: SHEET)
    first, second = re.findall(r"<figure>.*?</figure>", made)
    assert "<rect" not in first
    assert '<svg viewBox="0 0 1920 1080"' in second
    assert '<rect x="480" y="270" width="100" height="120"/>' in second
    photo = page(report("a.jpg", None, PHOTO), sheet=lambda _: replace(SHEET, pictures=SHEET.pictures[:1]))
    assert '<svg viewBox="0 0 800 1000"' in photo


def bars(made: str) -> list[tuple[str, float, float]]:
    found = re.findall(r'<rect class="(\w+)" x="([\d.]+)" width="([\d.]+)"', made)
    return [(what, float(x), float(width)) for what, x, width in found]


def test_the_timeline_shows_faces_black_and_silence_to_scale() -> None:
    made = page(report("a.mov", None, SEEN), sheet=lambda _: SHEET)
    assert bars(made) == [("face", 500.0, 500.0), ("black", 0.0, 250.0), ("silent", 750.0, 250.0)]
    assert bars(page(report("a.mov", None, SEEN))) == [("face", 500.0, 500.0)]
    assert bars(page(report("a.mov", None, replace(VIDEO, faces=None)))) == []


def test_waived_findings_leftovers_and_unreadable_files_are_told() -> None:
    waived = (Waived(finding=finding("notrain.RefVideoUrl.codec", Verdict.REFUSED), reason="agreed"),)
    unread = UnknownFacts(size_bytes=1, problem_en="is <torn>", problem_zh="损坏")
    made = page(
        report("a.mov", None, VIDEO, waived=waived),
        FileReport(path="b.mov", field=None, facts=unread),
        leftovers=lambda: (finding("waivers.unused", Verdict.ADVISED),),
    )
    assert "notrain.RefVideoUrl.codec" in made and "agreed" in made
    assert "is &lt;torn&gt;" in made and "waivers.unused" in made


def test_pictures_keep_within_their_budget(tmp_path: Path) -> None:
    path = tmp_path / "noise.mp4"
    ffmpeg(
        "-f", "lavfi", "-i", "nullsrc=s=320x240:d=2:r=10,geq=random(1)*255:128:128", "-c:v", "libx264", path
    )
    facts = measure(path, faces=False)
    for budget in (200_000, 20_000, 6_000):
        made = make(path, facts, budget)
        assert 0 < sum(len(picture.jpeg) for picture in made.pictures) <= budget
    assert make(path, facts, 10).pictures == ()
    assert 50 * pictures_budget(50) * 4 / 3 < 1_400_000


def test_black_and_silent_stretches_are_found(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    ffmpeg(
        "-f", "lavfi", "-i", "color=black:s=160x120:d=2:r=10", "-f", "lavfi", "-i", "testsrc2=s=160x120:d=2:r=10",
        "-f", "lavfi", "-i", "sine=f=300:d=1.5,apad=whole_dur=4", "-filter_complex", "[0:v][1:v]concat=n=2[v]",
        "-map", "[v]", "-map", "2:a", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac", path,
    )  # fmt: skip
    facts = measure(path, faces=False)
    assert isinstance(facts, VideoFacts)
    made = sheet(path, facts, 50_000)
    assert made is not None and len(made.pictures) == 6 and made.silent is not None
    ((start, end),) = made.black
    assert (start, end) == (pytest.approx(0, abs=0.05), pytest.approx(2.0, abs=0.2))
    ((quiet, _),) = made.silent
    assert quiet == pytest.approx(1.5, abs=0.2)
    mute = sheet(path, replace(facts, audio=ABSENT), 50_000)
    assert mute is not None and mute.silent is None


def test_what_has_no_pictures_has_no_sheet(tmp_path: Path) -> None:
    assert sheet(tmp_path / "none.txt", TEXT, 1000) is None
    assert sheet(tmp_path / "gone.mp4", VIDEO, 1000) in (None, Sheet(pictures=()))


_PROBE = """
<script>
const told = {};
const visible = () => [...document.querySelectorAll('article')]
  .filter(a => getComputedStyle(a).display !== 'none').map(a => a.querySelector('h2').textContent);
told.all = visible();
for (const label of document.querySelectorAll('.filters label')) { label.click(); told[label.htmlFor] = visible(); }
document.getElementById('only-all').checked = true;
told.images = [...document.images].map(i => i.complete && i.naturalWidth > 0);
told.boxes = [...document.querySelectorAll('figure rect')].map(r => {
  const box = r.getBoundingClientRect(), image = r.closest('figure').querySelector('img').getBoundingClientRect();
  return [(box.left - image.left) / image.width, (box.top - image.top) / image.height, box.width / image.width];
});
told.wide = document.documentElement.scrollWidth > document.documentElement.clientWidth;
document.title = JSON.stringify(told);
</script>
"""


@pytest.mark.needs("chromium")
def test_a_browser_shows_the_pictures_and_filters_by_verdict(
    tmp_path: Path, fixtures: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    make_audio(tmp_path / "pass.wav", seconds=2)
    make_photo(tmp_path / "refused.png", width=150, height=320)
    portrait = fixtures / "faces" / "astronaut.png"
    make_face_video(tmp_path / "advised.mp4", portrait, seconds=1.2, extra=("-pix_fmt", "yuv420p10le"))
    (tmp_path / "unreadable.mp4").write_text("no video", encoding="utf-8")
    (tmp_path / "face.png").write_bytes(portrait.read_bytes())
    files = ["pass.wav", "refused.png", "advised.mp4", "unreadable.mp4", "face.png"]
    assert mediaprep(["check", "--format", "html", *files]) == 1
    made = capsys.readouterr().out
    assert "<script" not in made
    # only for the test: a script that clicks, and leave for it to run
    probing = re.sub(r"<meta http-equiv[^>]*>", "", made).replace("</body>", _PROBE + "</body>")
    (tmp_path / "probing.html").write_text(probing, encoding="utf-8")
    done = subprocess.run(
        [program("chromium") or "", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         f"--user-data-dir={tmp_path / 'browser'}", "--window-size=1000,900", "--dump-dom",
         (tmp_path / "probing.html").as_uri()],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    found = re.search(r"<title>(.*?)</title>", done.stdout, re.DOTALL)
    assert found is not None
    told = json.loads(html.unescape(found.group(1)))
    assert told["all"] == told["only-all"] == files, told
    assert told.get("only-refused") == ["refused.png"], told
    assert told["only-unreadable"] == ["unreadable.mp4"]
    assert told["only-advised"] == ["advised.mp4"]
    assert told["only-pass"] == ["pass.wav", "face.png"]
    assert len(told["images"]) == 8 and all(told["images"])
    assert len(told["boxes"]) == 7  # six of the video, one of the photo
    for left, top, width in told["boxes"]:
        assert 0.3 < left < 0.5 and 0.05 < top < 0.3 and 0.1 < width < 0.3
    assert told["wide"] is False
