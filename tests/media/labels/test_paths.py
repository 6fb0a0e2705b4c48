"""Every path from one file to another: the label comes out as it went in, and without its step no file comes out."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import mutagen.mp4
import pytest

from mediaprep.errors import BadConfig, ToolFailed
from mediaprep.media import ffmpeg, stitch
from mediaprep.media.containers import packets
from mediaprep.media.labels import carrying, tags
from mediaprep.media.mend import mend
from mediaprep.media.probing import probe
from mediaprep.model.finishing.captions import CaptionsAs, CaptionWish
from mediaprep.model.finishing.plans import Encoding, RenderPlan
from mediaprep.model.finishing.scenery import SceneryWish
from mediaprep.model.finishing.wishes import Finishing
from mediaprep.model.labels import AigcLabel, LabelOrder
from mediaprep.model.steps import ConvertAudio, EncodePicture, EncodeTrack, Remux, SavePhoto, Step, Trim
from mediaprep.verbs.finish import Finished, RenderOptions, finish
from mediaprep.verbs.verify import verify
from tests.making import ffmpeg as plain_ffmpeg
from tests.making import make_audio, make_photo, make_video
from tests.media.labels import reading
from tests.media.test_stitch import GOP, planned

MAIN, OTHER = reading.HOSTILE, reading.PLAIN
TOLD = ("-metadata", "title=名", "-metadata", "comment=C", "-metadata", "Foo=bar")
BINARY = ffmpeg.find()
SRT = "1\n00:00:00,100 --> 00:00:00,700\n大家好。\n"


def labelled(path: Path, label: str = MAIN) -> Path:
    said = tags.FileTags(label=AigcLabel(label.encode()), words={"Foo": "bar"})
    tags.keep(said, path, binary=BINARY)
    return path


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """main.* with a label and usual tags, head.mp4 with another label, tail.mp4 without one."""
    room = tmp_path_factory.mktemp("labels")
    for suffix in ("mp4", "mov", "mkv"):
        labelled(make_video(room / f"main.{suffix}", seconds=0.8, width=160, height=96, extra=(*GOP, *TOLD)))
    cover = mutagen.mp4.MP4(room / "main.mp4")
    picture = make_photo(room / "cover.jpg", width=64, height=48).read_bytes()
    cover["covr"] = [mutagen.mp4.MP4Cover(picture, mutagen.mp4.MP4Cover.FORMAT_JPEG)]
    cover.save()
    labelled(make_video(room / "head.mp4", seconds=0.4, width=160, height=96, extra=GOP), OTHER)
    make_video(room / "tail.mp4", seconds=0.4, width=160, height=96, extra=GOP)
    (room / "captions.srt").write_text(SRT, encoding="utf-8")
    return room


OPTIONS = RenderOptions(encoding=Encoding(preset="ultrafast", crf=23))


def finished(room: Path, target: Path, main: str = "main.mp4", **wishes: Any) -> Finished:
    return finish(room / main, target, Finishing(**wishes), options=OPTIONS)


WISHES: dict[str, Callable[[Path], dict[str, Any]]] = {
    "nothing": lambda room: {},
    "joined": lambda room: {"head": (room / "head.mp4",), "tail": (room / "tail.mp4",)},
    "crossfaded": lambda room: {"tail": (room / "tail.mp4",), "crossfade": 0.2},
    "burnt": lambda room: {"captions": room / "captions.srt", "caption_wish": CaptionWish()},
    "soft": lambda room: {
        "captions": room / "captions.srt",
        "caption_wish": CaptionWish(way=CaptionsAs.SOFT),
    },
    "loud": lambda room: {"loudness": "web"},
    "chapters": lambda room: {"head": (room / "head.mp4",), "chapters": True},
    "faded": lambda room: {"scenery": SceneryWish(fade_in=0.2)},
    "logo": lambda room: {"logo": (room / "cover.jpg",)},
    "pictures": lambda room: {"scenery": SceneryWish(thumbnail=room / "thumb.png", sheet=room / "sheet.jpg")},
}


@pytest.mark.parametrize(
    ("way", "main"),
    [
        *((way, "main.mp4") for way in WISHES),
        *itertools.product(("nothing", "joined"), ("main.mov", "main.mkv")),
    ],
)
def test_every_way_of_finishing_keeps_the_label_and_what_players_show(
    way: str, main: str, room: Path, tmp_path: Path
) -> None:
    done = finished(room, tmp_path / "out.mp4", main, **WISHES[way](room))
    assert reading.label(done.output) == MAIN
    assert {check.name: check.held for check in done.checks}["label"] is True
    shown = mutagen.mp4.MP4(done.output)
    assert (shown["\xa9nam"], shown["\xa9cmt"]) == (["名"], ["C"])
    assert reading.listed(done.output)["Foo" if main != "main.mkv" else "FOO"] == "bar"
    assert ("covr" in shown) is (main == "main.mp4")
    assert [reading.label(path) for path in done.pictures] == [MAIN] * len(done.pictures)
    assert len(done.pictures) == (2 if way == "pictures" else 0)
    if way == "chapters":
        assert len(packets.chapters(done.output)) == 2
    assert done.receipt is not None
    roles = [(one.role, one.text) for one in done.receipt.labels]
    assert roles[0] == ("output", MAIN) and ("main", MAIN) in roles
    assert (("head", OTHER) in roles) is ("head" in WISHES[way](room))


def test_chapters_that_main_has_go_with_it(room: Path, tmp_path: Path) -> None:
    listed = tmp_path / "chapters.txt"
    parts = ("[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=400\ntitle=一\n", "START=400\nEND=800\ntitle=b=c\n")
    listed.write_text(";FFMETADATA1\n" + "[CHAPTER]\nTIMEBASE=1/1000\n".join(parts), encoding="utf-8")
    main = tmp_path / "main.mp4"
    plain_ffmpeg("-i", room / "tail.mp4", "-i", room / "main.mp4", "-i", listed, "-map", "1", "-map", "-1:v:1?",
                 "-map_metadata", "1", "-map_chapters", "2", "-c", "copy", main)  # fmt: skip
    labelled(main)
    done = finish(main, tmp_path / "bare.mp4", Finishing(), options=OPTIONS)
    assert packets.chapters(done.output) == ((0, "一"), (400, "b=c"))
    done = finish(main, tmp_path / "out.mp4", Finishing(head=(room / "head.mp4",)), options=OPTIONS)
    assert [at for at, _ in packets.chapters(done.output)] == [0, 400, 800]
    assert reading.label(done.output) == MAIN


def test_what_was_labelled_and_lost_it_fails_verify_whatever_became_of_its_bytes(
    room: Path, tmp_path: Path
) -> None:
    done = finished(room, tmp_path / "out.mp4")
    stripped = tmp_path / "copy.mp4"
    plain_ffmpeg(
        "-i", done.output, "-map", "0:v:0", "-map", "0:a:0", "-c", "copy", "-map_metadata", "-1", stripped
    )
    assert done.receipt_path is not None
    assert verify(done.receipt_path).exit_code == 0
    for recoded in (False, True):
        held = {c.name: c.held for c in verify(done.receipt_path, video=stripped, recoded=recoded).checks}
        assert held["label"] is False, recoded
    spread = tmp_path / "spread.mp4"
    spread.write_bytes(stripped.read_bytes())
    labelled(spread, MAIN.removesuffix("}") + ',"ContentPropagator":"P","PropagateID":"1"}')
    for recoded, held_there in ((False, False), (True, True)):
        held = {c.name: c.held for c in verify(done.receipt_path, video=spread, recoded=recoded).checks}
        assert held["label"] is held_there


STEPS: dict[tuple[str, str], tuple[Step, ...]] = {
    ("a.mov", "o.mp4"): (Remux(),),
    ("a.mkv", "o.mp4"): (Remux(),),
    ("a.mp4", "o.mp4"): (EncodePicture(width=96, height=64),),
    ("b.mp4", "o.mp4"): (Trim(seconds=0.4),),
    ("c.mp4", "o.mp4"): (EncodeTrack(),),
    ("a.webm", "o.mp4"): (Remux(), EncodePicture(width=96, height=64), EncodeTrack()),
    ("a.mp3", "o.mp3"): (Trim(seconds=0.2),),
    ("a.flac", "o.wav"): (ConvertAudio(format="wav", bitrate=None, sample_rate=16000, channels=1),),
    ("a.wav", "o.mp3"): (ConvertAudio(format="mp3", bitrate=64000, sample_rate=16000, channels=1),),
    ("b.wav", "o.wav"): (Trim(seconds=0.2),),
    ("b.mp3", "o.m4a"): (ConvertAudio(format="m4a", bitrate=64000, sample_rate=16000, channels=1),),
    ("a.m4a", "o.wav"): (ConvertAudio(format="wav", bitrate=None, sample_rate=16000, channels=1),),
    ("a.png", "o.jpg"): (SavePhoto(format="jpg", width=32, height=24),),
    ("a.jpg", "o.png"): (SavePhoto(format="png", width=64, height=48),),
    ("a.webp", "o.jpg"): (SavePhoto(format="jpg", width=64, height=48),),
}  # fmt: skip


def raw(path: Path) -> Path:
    if path.suffix in {".mp4", ".mov", ".mkv"}:
        plain = make_video(path.with_stem("plain"), seconds=0.8, width=96, height=64, extra=GOP)
        listed = path.with_name("told.txt")
        listed.write_text(CHAPTERS, encoding="utf-8")
        front = ("-movflags", "+faststart") if path.suffix != ".mkv" else ()
        plain_ffmpeg(
            "-i", plain, "-i", listed, "-map_metadata", "1", "-map_chapters", "1", "-c", "copy", *front, path
        )
        return labelled(path)
    if path.suffix == ".webm":
        return labelled(make_video(path, seconds=0.4, width=96, height=64, vcodec="libvpx", acodec="libopus"))
    if path.suffix in {".png", ".jpg", ".webp"}:
        return labelled(make_photo(path, width=64, height=48))
    return labelled(make_audio(path, seconds=0.5))


CHAPTERS = """;FFMETADATA1
title=名
comment=C
[CHAPTER]
TIMEBASE=1/1000
START=0
END=200
title=一
[CHAPTER]
TIMEBASE=1/1000
START=200
END=800
title=b=c
"""


def fixed(source: Path, target: Path, steps: tuple[Step, ...]) -> None:
    mend.mend(source, probe.probe(source, faces=False), steps, target, binary=BINARY, faces=False)


@pytest.mark.parametrize("way", STEPS, ids=" to ".join)
def test_every_way_of_mending_keeps_the_label(way: tuple[str, str], tmp_path: Path) -> None:
    source, target = raw(tmp_path / way[0]), tmp_path / way[1]
    fixed(source, target, STEPS[way])
    assert reading.label(target) == MAIN
    if target.suffix == ".mp4" and source.suffix != ".webm":
        shown = mutagen.mp4.MP4(target)
        assert (shown["\xa9nam"], shown["\xa9cmt"]) == (["名"], ["C"])
        assert [(round(one.start, 2), one.title) for one in shown.chapters] == [(0, "一"), (0.2, "b=c")]


def test_a_label_is_never_mended_away_into_what_cannot_hold_it(tmp_path: Path) -> None:
    source = make_audio(tmp_path / "a.mp3", seconds=0.5)
    aac = tmp_path / "a.aac"
    facts = probe.probe(make_audio(aac, seconds=0.5), faces=False)
    with pytest.MonkeyPatch.context() as patch, pytest.raises(BadConfig, match="aac cannot hold"):
        patch.setattr(tags, "read", lambda path: tags.FileTags(label=AigcLabel(b"{}")))
        mend.mend(aac, facts, (Trim(seconds=0.2),), tmp_path / "o.aac", binary=BINARY)
    assert not (tmp_path / "o.aac").exists() and source.exists()


@pytest.mark.parametrize(
    "way", [*(way for way in WISHES if way != "pictures"), "stitched", "mended", "photo", "sound"]
)
def test_without_its_label_step_no_path_gives_a_file(
    way: str, room: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out.mp4"
    made = {"photo": "a.png", "sound": "a.wav", "mended": "b.mp4"}.get(way)
    source = raw(tmp_path / made) if made else room / "main.mp4"
    monkeypatch.setattr(tags, "keep", lambda *_, **__: None)
    with pytest.raises(ToolFailed, match="label"):
        if way == "stitched":
            stitch.stitch(planned([room / "main.mp4", room / "tail.mp4"], target), binary=BINARY)
        elif way in {"photo", "sound", "mended"}:
            steps = {"photo": ("a.png", "o.jpg"), "sound": ("b.wav", "o.wav"), "mended": ("b.mp4", "o.mp4")}[
                way
            ]
            target = tmp_path / steps[1]
            fixed(source, target, STEPS[steps])
        else:
            finished(room, target, **WISHES[way](room))
    assert not target.exists()


def test_videos_stitched_keep_the_first_ones_label(room: Path, tmp_path: Path) -> None:
    done = stitch.stitch(planned([room / "main.mp4", room / "head.mp4"], tmp_path / "out.mp4"), binary=BINARY)
    assert done.why_encoded is None and reading.label(done.path) == MAIN
    assert [one.text for one in done.labels] == [MAIN, MAIN, OTHER]


ORDER = LabelOrder(producer="甲公司", produce_id="job-1")
CASES = list(
    itertools.product(
        ("main.mp4", "tail.mp4"),
        (None, "head.mp4", "tail.mp4", "broken.mp4"),
        ("", "h", "b", "t"),
        (None, ORDER),
    )
)


def test_of_several_labels_mains_is_kept_and_the_others_are_named(room: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes((room / "tail.mp4").read_bytes())
    labelled(broken, "no JSON")
    files = {"main.mp4": MAIN, "head.mp4": OTHER, "tail.mp4": None, "broken.mp4": "no JSON"}
    last = {"": None, "h": "head.mp4", "b": "broken.mp4", "t": "tail.mp4"}
    assert len(CASES) >= 60
    read = {name: tags.read(broken if name == "broken.mp4" else room / name) for name in files}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tags, "read", lambda path: read[path.name])
        for main, head, tail, order in CASES:
            listed = [("head", head), ("main", main), ("tail", last[tail])]
            plan = SimpleNamespace(
                files=tuple((role, Path(role) / name) for role, name in listed if name),
                main=SimpleNamespace(path=Path("main") / main), label=order,
                credential=None, output=Path("out.mp4"),
            )  # fmt: skip
            carried = carrying.of_plan(cast(RenderPlan, plan))
            found = [files[name] for _, name in listed if name and files[name]]
            assert [label.raw.decode() for _, _, label in carried.inputs] == found
            wanted = files[main] or (None if order else next(iter(found), None))
            assert (carried.tags.label and carried.tags.label.raw.decode()) == wanted
            assert (carried.order is order) is (files[main] is None or order is None)


def test_a_label_that_is_ordered_is_signed_over_what_was_made(room: Path, tmp_path: Path) -> None:
    wished = Finishing(label="write", label_producer="甲公司")
    assert wished.wanted
    order = replace(ORDER, key=b"key")
    made = tmp_path / "out.mp4"
    made.write_bytes((room / "tail.mp4").read_bytes())
    label = carrying.settle(
        carrying.Carried(tags=tags.FileTags(), main=made, order=order), made, binary=BINARY
    )
    assert label == order.label(packets.stream_digests(made))
    assert reading.label(made) == label.raw.decode() if label else False
