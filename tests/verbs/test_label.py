"""label: shown, judged, written where there is none; kept where there is one."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path

import pytest

from mediaprep.config import Settings
from mediaprep.errors import BadAsset, BadConfig
from mediaprep.media import ffmpeg
from mediaprep.media.containers import packets
from mediaprep.media.labels import tags
from mediaprep.model.findings import Verdict
from mediaprep.model.finishing.wishes import Finishing
from mediaprep.model.labels import AigcLabel, LabelOrder
from mediaprep.verbs import label
from mediaprep.verbs.check import check
from mediaprep.verbs.finishing import labelling
from mediaprep.verbs.finishing.labelling import Labelling
from tests.making import ffmpeg as plain_ffmpeg
from tests.making import make_audio, make_photo, make_video
from tests.media.labels import reading

BINARY = ffmpeg.find()
KEY = b"a key of the user"
ORDER = LabelOrder(producer="甲公司 'q' \\", produce_id="job-1", key=KEY)


def rules(report: object) -> set[str]:
    return {finding.rule for finding in report.findings}  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["a.mp4", "a.webm", "a.mp3", "a.wav", "a.png", "a.webp"])
def test_what_is_written_is_signed_over_what_cannot_be_changed_unseen(name: str, tmp_path: Path) -> None:
    source = tmp_path / name
    if name in {"a.png", "a.webp"}:
        make_photo(source, width=64, height=48)
    elif name in {"a.mp3", "a.wav"}:
        make_audio(source, seconds=0.4)
    else:
        codecs = {"vcodec": "libvpx", "acodec": "libopus"} if name == "a.webm" else {}
        make_video(source, seconds=0.4, width=96, height=64, **codecs)
    before = source.read_bytes()
    out = tmp_path / f"out{source.suffix}"
    label.write(source, out, ORDER, binary=BINARY)
    assert source.read_bytes() == before
    told = json.loads(reading.label(out) or "")
    assert (told["Label"], told["ContentProducer"], told["ProduceID"]) == ("1", "甲公司 'q' \\", "job-1")
    assert set(told) == {
        "Label", "ContentProducer", "ProduceID", "ReservedCode1", "ContentPropagator", "PropagateID", "ReservedCode2",
    }  # fmt: skip
    assert not label.check(out, key=KEY).findings and not label.check(out).findings
    assert rules(label.check(out, key=b"another key")) == {"label.signature"}


def test_the_signature_is_one_that_others_can_reckon(tmp_path: Path) -> None:
    source = make_audio(tmp_path / "a.flac", seconds=0.4)
    label.write(source, tmp_path / "out.flac", ORDER, binary=BINARY)
    told = json.loads(reading.label(tmp_path / "out.flac") or "")
    stated = told.pop("ReservedCode1")
    canonical = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    coded = b"".join(packets.packet_bytes(source, "audio"))
    signed = f"{canonical}\n{hashlib.sha256(coded).hexdigest()}".encode()
    assert stated == hmac.new(KEY, signed, hashlib.sha256).hexdigest()


def test_other_packets_and_other_words_do_not_pass_but_what_spreaders_add_does(tmp_path: Path) -> None:
    source, out = make_video(tmp_path / "a.mp4", seconds=0.4, width=96, height=64), tmp_path / "out.mp4"
    made = label.write(source, out, ORDER, binary=BINARY)
    other = make_video(tmp_path / "b.mp4", seconds=0.4, width=96, height=64, tone_hz=500)
    forged = dict(made.fields or {}, ContentProducer="乙公司")
    spread = dict(made.fields or {}, ContentPropagator="平台", PropagateID="9")
    for path, said, held in (
        (other, made, False),
        (source, AigcLabel.of(forged), False),
        (source, AigcLabel.of(spread), True),
        (source, AigcLabel.of(dict(made.fields or {}, ReservedCode1="")), False),
        (source, AigcLabel.of(dict(made.fields or {}, ReservedCode1="é")), False),
    ):
        copy = tmp_path / "copy.mp4"
        copy.write_bytes(path.read_bytes())
        tags.keep(tags.FileTags(label=said), copy, binary=BINARY)
        assert (rules(label.check(copy, key=KEY)) == set()) is held


def test_a_label_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    source = make_audio(tmp_path / "a.mp3", seconds=0.4)
    tags.keep(tags.FileTags(label=AigcLabel(b"no JSON")), source, binary=BINARY)
    with pytest.raises(BadAsset, match="has a label already"):
        label.write(source, tmp_path / "out.mp3", ORDER, binary=BINARY)
    assert not (tmp_path / "out.mp3").exists()


@pytest.mark.parametrize(
    ("raw", "rule"),
    [
        (b"no JSON", "json"), (b'["AIGC"]', "json"), (b'{"Label":"1","Label":"2"}', "json"), (b"\xff\xfe", "json"),
        (b"[" * 5000, "json"), (b"{}", "fields"), (b'{"Label":"1","ContentProducer":"x"}', "fields"),
        (b'{"Label":1,"ContentProducer":"x","ProduceID":"y"}', "strings"),
        (b'{"Label":"9","ContentProducer":"x","ProduceID":"y"}', "kind"),
        (b'{"Label":"1","ContentProducer":"\\u001b[31m","ProduceID":"y"}', "characters"),
        (b'{"Label":"' + b"1" * (65 << 10) + b'"}', "size"), (b"", "json"),
    ],
    ids=lambda it: it if isinstance(it, str) else it[:12].decode("latin-1"),
)  # fmt: skip
def test_a_hostile_label_is_judged_in_words_that_command_nothing(
    raw: bytes, rule: str, tmp_path: Path
) -> None:
    path = make_audio(tmp_path / "a.m4a", seconds=0.4)
    tags.keep(tags.FileTags(label=AigcLabel(raw)), path, binary=BINARY)
    report = label.check(path)
    assert rules(report) == {f"label.{rule}"} and report.verdict == "refused"
    (advised,) = check([path], field="notrain.InputAudioUrl")
    assert {f.verdict for f in advised.findings if f.rule.startswith("label.")} == {Verdict.ADVISED}
    for finding in report.findings:
        said = finding.message.en + finding.message.zh
        assert said.isprintable() and len(said) < 400


def test_none_is_told_where_one_must_be_and_only_there(tmp_path: Path) -> None:
    path = make_photo(tmp_path / "a.jpg", width=64, height=48)
    assert rules(label.check(path)) == {"label.missing"}
    assert not any(f.rule.startswith("label.") for f in check([path])[0].findings)
    (tmp_path / "a.txt").write_text("你好", encoding="utf-8")
    assert label.check(tmp_path / "a.txt").verdict == "unreadable"
    assert label.show(tmp_path / "none.mp4").problem is not None


def test_what_receipts_tell_is_held_against_the_file(tmp_path: Path) -> None:
    from mediaprep.verbs.finish import finish

    main = make_video(tmp_path / "a.mp4", seconds=0.6, width=96, height=64)
    wishes = Finishing(label="write", label_producer="甲公司")
    done = finish(main, tmp_path / "out.mp4", wishes)
    assert json.loads(reading.label(done.output) or "")["ContentProducer"] == "甲公司"
    assert not label.check(done.output).findings
    other = tmp_path / "other.mp4"
    plain_ffmpeg("-i", done.output, "-c", "copy", "-map_metadata", "-1", other)
    tags.keep(tags.FileTags(label=AigcLabel(reading.PLAIN.encode())), other, binary=BINARY)
    other.replace(done.output)
    assert rules(label.check(done.output)) == {"label.receipt"}


def test_wishes_go_before_settings_and_a_producer_there_must_be() -> None:
    usual = Labelling(mode="write", producer="设置", produce_id="1", key=KEY)
    told = labelling.order(Finishing(label_producer="愿望"), usual)
    assert told == LabelOrder(producer="愿望", produce_id="1", key=KEY)
    assert labelling.order(Finishing(label="keep"), usual) is None
    assert labelling.order(Finishing(), Labelling()) is None
    with pytest.raises(BadConfig, match="label_producer"):
        labelling.order(Finishing(label="write"), Labelling(producer=" "))


def test_a_key_comes_from_a_file_or_the_environment_and_is_shown_nowhere(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_bytes(b"the key's bytes\n")
    of_file = Settings.load({}, {"MEDIAPREP_LABEL_KEY_FILE": str(file), "MEDIAPREP_LABEL_KEY": "another-key"})
    assert labelling.key_of(of_file) == b"the key's bytes"
    found = Settings.load({}, {"MEDIAPREP_LABEL_KEY": "another-key"})
    assert labelling.key_of(found) == b"another-key"
    assert labelling.key_of(Settings.load({}, {})) is None
    assert "another-key" not in repr(found) + repr(labelling.by_settings(found))
    for wrong, why in ((tmp_path / "none", "no such file"), (tmp_path, "a folder")):
        with pytest.raises(BadConfig, match=why):
            labelling.key_of(found, wrong)
    with pytest.raises(BadConfig, match="keep nor write"):
        labelling.by_settings(Settings.load({}, {"MEDIAPREP_LABEL": "drop"}))
