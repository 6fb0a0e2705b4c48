"""Names that lie: told, uploaded under what the bytes are, and mended; decks that the docs do not take."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from PIL import Image

from mediaprep.model.facts import DeckFacts, UnknownFacts
from mediaprep.model.paid.records import Input
from mediaprep.preflight.fixes import FixWish
from mediaprep.submission.gate.gate import Addresses
from mediaprep.verbs.check import check
from mediaprep.verbs.files import naming
from mediaprep.verbs.fix import fix
from tests.making import make_audio, make_pdf, make_pptx, make_video
from tests.making_decks import with_part


def made(folder: Path, true: str) -> Path:
    """A small file that is what its ending says."""
    path = folder / f"true{true}"
    if true in {".jpg", ".png", ".webp", ".bmp", ".gif"}:
        Image.new("RGB", (400, 400), "teal").save(path)
    elif true == ".pptx":
        make_pptx(path, 1)
    elif true == ".pdf":
        make_pdf(path, 1)
    elif true in {".wav", ".mp3", ".m4a"}:
        make_audio(path, seconds=1)
    else:
        codec = "libvpx" if true == ".webm" else "libx264"
        make_video(path, seconds=1, width=160, height=120, audio=False, vcodec=codec)
    return path


LIES = [
    (".pptx", ".pdf"), (".pdf", ".pptx"), (".pptx", ".ppt"), (".jpg", ".png"), (".png", ".jpg"), (".webp", ".jpg"),
    (".bmp", ".png"), (".gif", ".jpeg"), (".wav", ".mp3"), (".m4a", ".mp3"), (".mp3", ".wav"), (".mov", ".mp4"),
    (".webm", ".mp4"), (".mp4", ".avi"),
]  # fmt: skip


@pytest.mark.parametrize(("true", "told"), LIES)
def test_a_name_that_lies_is_told_and_uploaded_as_what_it_is(tmp_path: Path, true: str, told: str) -> None:
    path = made(tmp_path, true).rename(tmp_path / f"lie{told}")
    (report,) = check([path], faces=False)
    (finding,) = [one for one in report.findings if one.rule.endswith(".name")]
    assert finding.measured == told and true in finding.limit
    assert told in finding.message.zh and true[1:] in finding.message.en
    assert naming.suffix_of(path) == true
    given = Input(parameter="RefVideoUrl", path=path, suffix=naming.suffix_of(path))
    assert Addresses(base_url="https://gate").of_input("j", 1, "n", 0, given).endswith(f"/0{true}")


@pytest.mark.parametrize("name", ["a.jpg", "a.JPEG", "a.jpe", "a"])
def test_another_spelling_of_the_same_is_no_lie(tmp_path: Path, name: str) -> None:
    path = made(tmp_path, ".jpg").rename(tmp_path / name)
    (report,) = check([path], faces=False)
    assert not [one for one in report.findings if one.rule.endswith(".name")]
    assert naming.suffix_of(path) == ("" if "." in name else ".jpg")


@pytest.mark.parametrize(("true", "told"), [(".pptx", ".pdf"), (".png", ".jpg")])
def test_fix_writes_the_true_ending(tmp_path: Path, true: str, told: str) -> None:
    path = made(tmp_path, true).rename(tmp_path / f"lie{told}")
    (tmp_path / "out").mkdir()
    done = fix(path, output=tmp_path / "out", wish=FixWish(faces=False))
    assert done.target == str(tmp_path / f"out/lie{true}")
    assert not [one for one in done.left if one.rule.endswith(".name")]


@pytest.mark.parametrize("named", ["IMG_1.HEIC", "photo.jpg", "photo.png"])
@pytest.mark.parametrize("wanted", [".jpg", ".png"])
def test_a_phones_photo_is_mended_whatever_it_is_called(
    tmp_path: Path, fixtures: Path, named: str, wanted: str
) -> None:
    path = tmp_path / named
    path.write_bytes((fixtures / "photos/p3.heic").read_bytes())
    (report,) = check([path], field="photo.RefPhotoUrl")
    assert report.verdict == "refused"
    told = {one.rule for one in report.findings}
    assert ("photo.RefPhotoUrl.name" in told) == (named != "IMG_1.HEIC")
    done = fix(path, output=tmp_path / f"made{wanted}", field="photo.RefPhotoUrl")
    assert done.after is not None and done.after.verdict in {"pass", "advised"}
    with Image.open(tmp_path / f"made{wanted}") as made:
        assert (made.size, made.mode) == ((256, 192), "RGB")


MAIN = b"application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
FLAVOURS = {
    "ppsx": b"application/vnd.openxmlformats-officedocument.presentationml.slideshow.main+xml",
    "potx": b"application/vnd.openxmlformats-officedocument.presentationml.template.main+xml",
    "pptm": b"application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml",
    "ppsm": b"application/vnd.ms-powerpoint.slideshow.macroEnabled.main+xml",
    "potm": b"application/vnd.ms-powerpoint.template.macroEnabled.main+xml",
}


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("named", ["its own", "pptx"])
def test_shows_and_templates_are_refused_and_become_presentations(
    tmp_path: Path, flavour: str, named: str
) -> None:
    plain = make_pptx(tmp_path / "plain.pptx", 3, hidden=(2,), notes={1: "说"})
    types = zipfile.ZipFile(plain).read("[Content_Types].xml")
    name = f"deck.{flavour if named == 'its own' else 'pptx'}"
    deck = with_part(plain, tmp_path / name, {"[Content_Types].xml": types.replace(MAIN, FLAVOURS[flavour])})
    (report,) = check([deck])
    (refused,) = [one for one in report.findings if one.rule == "ppt.PPTFileUrl.format"]
    assert (report.verdict, refused.measured) == ("refused", flavour)
    assert refused.fix is not None and "mediaprep fix" in refused.fix.en
    done = fix(deck, output=tmp_path / "made.pptx")
    assert done.after is not None and done.after.verdict != "refused"
    facts = done.after.facts
    assert isinstance(facts, DeckFacts)
    assert (facts.format, facts.flavour, facts.pages_total, facts.hidden_pages) == ("pptx", "pptx", 3, (2,))
    with zipfile.ZipFile(plain) as before, zipfile.ZipFile(tmp_path / "made.pptx") as after:
        for number in (1, 2, 3):
            slide = f"ppt/slides/slide{number}.xml"
            assert before.read(slide) == after.read(slide)  # so they are drawn the same


def test_a_pps_is_refused_and_mended_by_its_name() -> None:
    facts = DeckFacts(format="pps", pages_total=1, size_bytes=1)
    assert facts.family == "ppt"
    from mediaprep.preflight.fixes import plan_fix

    plan = plan_fix("ppt", "PPTFileUrl", facts)
    assert [step.say().en for step in plan.steps] == ["save as a plain ppt, all pages, without macros"]
    assert not [one for one in plan.left if one.rule == "ppt.PPTFileUrl.format"]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("Index/Document.iwa", "Keynote"),
        ("content.xml", "OpenDocument"),
        ("word/document.xml", "zip archive"),
    ],
)
def test_documents_of_other_programs_are_named(tmp_path: Path, entry: str, said: str) -> None:
    path = tmp_path / "deck.pptx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "x")
        archive.writestr(entry, "x")
    (report,) = check([path])
    assert isinstance(report.facts, UnknownFacts) and said in report.facts.problem_en
