"""fetch: waited for, downloaded, decoded, kept under the right name, or not at all."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mediaprep.config import Settings
from mediaprep.contract.script import ssml
from mediaprep.emulator.faults.fault_points import Faults
from mediaprep.emulator.messages import Call, Reply
from mediaprep.emulator.work import RenderedProduct, Work
from mediaprep.errors import BadConfig, GatewayError, Refused, StillPending, TaskFailed, Unreachable
from mediaprep.media import ffmpeg
from mediaprep.media.labels import tags
from mediaprep.model.facts import AudioFacts, VideoFacts
from mediaprep.model.finishing.proof import broken
from mediaprep.model.finishing.receipts import DrivingSource
from mediaprep.model.labels import AigcLabel
from mediaprep.model.paid.gateways import GatewayKind
from mediaprep.model.paid.jobs import Waiting
from mediaprep.model.paid.records import JobState
from mediaprep.preflight.scripts.estimate import spoken_seconds
from mediaprep.submission.download.download import Limits
from mediaprep.submission.ledger import Ledger
from mediaprep.verbs.fetch import fetch
from mediaprep.verbs.files.result_files import verified
from mediaprep.verbs.finishing import receipts
from mediaprep.verbs.submit import submit
from mediaprep.verbs.verify import verify
from tests.defects import make_voice
from tests.making import entries, make_audio, make_video
from tests.making import ffmpeg as plain_ffmpeg
from tests.media.labels import reading
from tests.submission.emulated import BASIC, TTS, Emulated, emulated, known_task
from tests.submission.fake_gateway import accepts, answers, fake_gateway, serves

QUICK = Limits(attempts=2, total_seconds=20, read_seconds=2)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Emulated]:
    with emulated(tmp_path / "state") as here:
        yield here


def get(here: Emulated, task: str, output: Path, **more: object):  # type: ignore[no-untyped-def]
    return fetch(task, output, settings=here.settings, sleep=here.sleep, **more)  # type: ignore[arg-type]


def test_sound_comes_with_its_timestamps(running: Emulated, tmp_path: Path) -> None:
    events: list[Waiting] = []
    task = submit("tts", TTS, settings=running.settings).task_id
    got = get(running, task, tmp_path / "out" / "voice.mp3", on_event=events.append)
    assert isinstance(got.facts, AudioFacts)
    assert got.seconds == pytest.approx(0.5, abs=0.1)
    assert (got.endpoint, got.path) == ("tts", tmp_path / "out" / "voice.mp3")
    assert got.timestamps is not None
    document = json.loads(got.timestamps.read_text(encoding="utf-8"))
    assert document["schema"] == "mediaprep.timestamps/1"
    assert document["TextTimestampResult"] == list(got.sentences)
    assert document["TextTimestampResult"][0]["Words"][1]["EndTimestamp"] == 5_000_000
    assert sorted(path.name for path in entries(got.path.parent)) == ["voice.mp3", "voice.timestamps.json"]


def test_a_video_comes_with_its_subtitles(running: Emulated, tmp_path: Path) -> None:
    request = {**BASIC, "VideoParam": {"Format": "Mp4"}}
    task = submit("basic", request, settings=running.settings).task_id
    got = get(running, task, tmp_path / "a.mp4")
    assert isinstance(got.facts, VideoFacts)
    assert got.subtitles == tmp_path / "a.srt"
    assert "你好" in got.subtitles.read_text(encoding="utf-8")
    assert (got.timestamps, got.notes) == (None, ())


def test_a_video_comes_with_a_receipt_that_it_can_be_verified_by(running: Emulated, tmp_path: Path) -> None:
    request = {**BASIC, "VideoParam": {"Format": "Mp4"}}
    task = submit("basic", request, settings=running.settings).task_id
    got = get(running, task, tmp_path / "a.mp4", write_receipt=True)
    assert got.receipt == tmp_path / "a.mp4.receipt.json"
    known = receipts.read(got.receipt)
    assert (known.verb, known.endpoint, known.drive) == ("fetch", "basic", DrivingSource.TEXT)
    assert known.answers[0].task_id == task and known.request is not None
    assert known.request["VirtualmanKey"] == BASIC["VirtualmanKey"]
    done = verify(got.receipt)
    rows = {check.name: check for check in done.checks}
    assert done.exit_code == 0 and {"sound_of_result", "pictures", "decode_errors"} <= set(rows)
    assert "only the Duration" in rows["duration"].note
    with got.path.open("r+b") as file:
        file.seek(-2000, 2)
        file.write(bytes(1500))
    assert verify(got.receipt).exit_code == 1


def test_a_label_that_came_with_a_video_is_missed_by_verify(running: Emulated, tmp_path: Path) -> None:
    task = submit("basic", {**BASIC, "VideoParam": {"Format": "Mp4"}}, settings=running.settings).task_id
    got = get(running, task, tmp_path / "a.mp4")
    tags.keep(tags.FileTags(label=AigcLabel(reading.HOSTILE.encode())), got.path)
    written = receipts.write(receipts.of_fetch(got, request=None, driving=None), got.path)
    plain_ffmpeg("-i", got.path, "-c", "copy", "-map_metadata", "-1", tmp_path / "bare.mp4")
    for video, held in ((got.path, True), (tmp_path / "bare.mp4", False)):
        rows = {check.name: check.held for check in verify(written, video=video).checks}
        assert rows["label"] is held


def test_a_video_that_does_not_hold_the_sound_that_was_sent_is_kept_and_told(
    running: Emulated, tmp_path: Path
) -> None:
    sent = make_voice(tmp_path / "sent.wav", 0.5, 7)
    task = submit("basic", {**BASIC, "VideoParam": {"Format": "Mp4"}}, settings=running.settings).task_id
    got = get(running, task, tmp_path / "a.mp4", write_receipt=True, driving=sent)
    assert "sound_of_driving_sound" in {check.name for check in broken(got.checks)}
    assert got.path.is_file() and got.receipt is not None
    rows = {check.name: check.held for check in verify(got.receipt).checks}
    assert rows["sound_of_driving_sound"] is False and rows["sound_of_result"] is True


def test_a_sound_that_was_sent_and_is_not_at_hand_stays_unknown(running: Emulated, tmp_path: Path) -> None:
    task = submit("basic", {**BASIC, "VideoParam": {"Format": "Mp4"}}, settings=running.settings).task_id
    got = get(running, task, tmp_path / "a.mp4")
    driven = {"DriverType": "OriginalVoice", "InputAudioUrl": "https://example.com/a.mp3"}
    written = receipts.write(receipts.of_fetch(got, request=driven, driving=None), got.path)
    assert written.stat().st_mode & 0o777 == 0o600, "it holds the request's text"
    done = verify(written)
    assert [check.name for check in done.unknown] == ["sound_of_driving_sound"] and done.exit_code == 3


def test_an_mp4_name_is_refused_where_a_webm_will_come(running: Emulated, tmp_path: Path) -> None:
    task = submit("basic", BASIC, settings=running.settings).task_id
    with pytest.raises(Refused, match="unset means TransparentWebm") as caught:
        get(running, task, tmp_path / "a.mp4")
    assert caught.value.findings[0].rule == "basic.output.suffix"
    assert get(running, task, tmp_path / "a.webm").path.read_bytes()[:4] == b"\x1aE\xdf\xa3"


def test_the_bytes_decide_where_the_request_is_not_known(running: Emulated, tmp_path: Path) -> None:
    task = submit("basic", BASIC, settings=running.settings).task_id
    stranger = replace(running.settings, ledger=str(tmp_path / "empty.jsonl"))
    with pytest.raises(BadConfig, match=r"call it a\.webm"):
        fetch(task, tmp_path / "a.mp4", settings=stranger, sleep=running.sleep)
    assert not (tmp_path / "a.mp4").exists()
    got = fetch(task, tmp_path / "a.webm", settings=stranger, sleep=running.sleep)
    assert got.endpoint == "progress"


def test_a_folder_gets_the_task_id_as_name(running: Emulated, tmp_path: Path) -> None:
    folder = tmp_path / "results"
    folder.mkdir()
    task = submit("basic", BASIC, settings=running.settings).task_id
    got = get(running, task, folder)
    assert got.path == folder / f"{task}.webm"
    assert {path.name for path in entries(folder)} == {f"{task}.webm", f"{task}.srt"}


def test_a_failed_task_leaves_nothing_and_tells_no_signature(running: Emulated, tmp_path: Path) -> None:
    task = submit("tts", {**TTS, "InputSsml": "这次会失败"}, settings=running.settings).task_id
    with pytest.raises(TaskFailed, match="801404") as caught:
        get(running, task, tmp_path / "v.mp3")
    assert "canary-fail" not in caught.value.en + caught.value.zh + caught.value.message
    assert not (tmp_path / "v.mp3").exists()


def test_a_deadline_leaves_the_task_to_be_fetched_later(tmp_path: Path) -> None:
    with emulated(tmp_path / "state", speed="polls:3") as here:
        task = submit("tts", TTS, settings=here.settings).task_id
        with pytest.raises(StillPending):
            get(here, task, tmp_path / "v.mp3", deadline_seconds=0)
        assert get(here, task, tmp_path / "v.mp3").seconds == pytest.approx(0.5, abs=0.1)


class LosesResults(Faults):
    """Results are gone."""

    def before_answer(self, call: Call, reply: Reply) -> Reply:
        if call.path.endswith(".mp3"):
            return Reply(status=404, body=b"gone")
        return reply


def test_a_result_that_is_gone_is_asked_for_once_more(tmp_path: Path) -> None:
    with emulated(tmp_path / "state", faults=LosesResults()) as here:
        task = submit("tts", TTS, settings=here.settings).task_id
        with pytest.raises(GatewayError, match="HTTP 404"):
            get(here, task, tmp_path / "v.mp3")


def test_a_result_whose_days_are_over_says_so(tmp_path: Path) -> None:
    with emulated(tmp_path / "state", faults=LosesResults()) as here:
        task = submit("tts", TTS, settings=replace(here.settings, bucket=None)).task_id
        with sqlite3.connect(tmp_path / "state" / "ledger.db") as plain:
            at = datetime(2026, 1, 5, tzinfo=UTC).timestamp()
            plain.execute("update attempt set created_at = ?", [at])
        with pytest.raises(GatewayError, match=r"HTTP 404: the service keeps results 7 days.*2026-01-05"):
            get(here, task, tmp_path / "v.mp3")


def settings_for(url: str, tmp_path: Path) -> Settings:
    named = {"base_url": url, "appkey": "some-appkey", "accesstoken": "some-token"}
    return Settings.load({**named, "ledger": f"{tmp_path}/j"}, {})


def test_a_stale_url_is_replaced_by_a_fresh_one(tmp_path: Path) -> None:
    sound = make_audio(tmp_path / "made.mp3", seconds=0.5).read_bytes()
    with fake_gateway() as fake:
        fake.will(
            accepts({"Status": "SUCCESS", "MediaUrl": f"{fake.url}/old.mp3"}),
            answers(403),
            accepts({"Status": "SUCCESS", "MediaUrl": f"{fake.url}/new.mp3"}),
            serves(sound),
        )
        got = fetch("t1", tmp_path / "v.mp3", settings=settings_for(fake.url, tmp_path), endpoint="tts")
    assert [request.path for request in fake.seen][-1] == "/new.mp3"
    assert got.path.read_bytes() == sound


def test_a_fresh_url_goes_on_where_the_stale_one_stopped(tmp_path: Path) -> None:
    sound = make_audio(tmp_path / "made.mp3", seconds=3).read_bytes()
    once = replace(QUICK, attempts=2)
    with fake_gateway() as fake:
        fake.will(
            accepts({"Status": "SUCCESS", "MediaUrl": f"{fake.url}/v.mp3?sign=canary-1"}),
            serves(sound, cut_after=10_000),
            answers(403),
            accepts({"Status": "SUCCESS", "MediaUrl": f"{fake.url}/v.mp3?sign=canary-2"}),
            serves(sound),
        )
        settings = settings_for(fake.url, tmp_path)
        got = fetch(
            "t1", tmp_path / "v.mp3", settings=settings, endpoint="tts", limits=once, sleep=lambda _: None
        )
    assert fake.seen[-1].target == "/v.mp3?sign=canary-2"
    assert fake.seen[-1].headers["range"] == "bytes=10000-"
    assert got.path.read_bytes() == sound


def test_a_body_cut_without_a_length_is_told_from_a_whole_one_by_the_stated_duration(tmp_path: Path) -> None:
    sound = make_audio(tmp_path / "made.mp3", seconds=4).read_bytes()
    cut = answers(200, sound[: len(sound) // 2], length=False)
    state = {"Status": "SUCCESS", "Duration": 4000}
    with fake_gateway() as fake:
        state["MediaUrl"] = f"{fake.url}/v.mp3"
        settings = settings_for(fake.url, tmp_path)
        fake.will(accepts(state), cut, answers(200, sound, length=False))
        got = fetch("t1", tmp_path / "v.mp3", settings=settings, endpoint="tts")
        assert got.path.read_bytes() == sound
        fake.will(accepts(state), cut)
        with pytest.raises(
            GatewayError, match=r" s long, the service states 4\.00 s, and the server said no length"
        ):
            fetch("t1", tmp_path / "w.mp3", settings=settings, endpoint="tts")
    assert not (tmp_path / "w.mp3").exists()


@pytest.mark.parametrize(
    ("stated_ms", "kept"),
    [
        (5000, False), (1100, False), (1700, False), (1000, True), (990, True), (400, True), (0, True), (-1, True),
        ("9" * 400, True), (9 * 10**17, True), ("5000", False),
    ],
)  # fmt: skip
def test_a_result_much_shorter_than_stated_is_not_kept_as_good(
    half_a_second: bytes, stated_ms: object, kept: bool, tmp_path: Path
) -> None:
    """A whole body of the length that the server said; `fetch` and `run` save by the same."""
    with fake_gateway() as fake:
        state = {"Status": "SUCCESS", "Duration": stated_ms, "MediaUrl": f"{fake.url}/v.mp3"}
        fake.will(accepts(state), serves(half_a_second))
        settings = settings_for(fake.url, tmp_path)
        if kept:
            assert fetch("t1", tmp_path / "v.mp3", settings=settings, endpoint="tts").path.exists()
            return
        with pytest.raises(
            GatewayError, match=r"0\.5\d s long, the service states .* not kept as good"
        ) as caught:
            fetch("t1", tmp_path / "v.mp3", settings=settings, endpoint="tts")
    assert "不作为有效结果保存" in caught.value.zh
    assert not (tmp_path / "v.mp3").exists()


@pytest.fixture(scope="module")
def half_a_second(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return make_audio(tmp_path_factory.mktemp("sound") / "a.mp3", seconds=0.5).read_bytes()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<html>please log in</html>", "cannot be read|no video or sound"),
        (b"ffconcat version 1.0\nfile secret.txt\n", "cannot be read|no video or sound"),
        (b"\x00\x00\x00\x18ftypisom" + b"\0" * 4000, "cannot be read"),
        (b"", "cannot be read"),
    ],
)
def test_what_does_not_decode_is_not_kept(tmp_path: Path, content: bytes, words: str) -> None:
    with fake_gateway() as fake:
        fake.will(accepts({"Status": "SUCCESS", "MediaUrl": f"{fake.url}/x.mp4"}), serves(content))
        with pytest.raises(GatewayError, match=words):
            fetch(
                "t1",
                tmp_path / "v.mp4",
                settings=settings_for(fake.url, tmp_path),
                endpoint="notrain",
                limits=QUICK,
            )
    assert list(tmp_path.glob("*.mp4")) == []
    assert list(tmp_path.glob(".*part*")) == []


def test_damage_inside_a_video_is_found_by_decoding(tmp_path: Path) -> None:
    path = make_video(tmp_path / "v.mp4", seconds=1.0, width=128, height=128, extra=("-g", "5"))
    binary = ffmpeg.find()
    assert isinstance(verified(path, binary), VideoFacts)
    data = bytearray(path.read_bytes())
    start = data.index(b"mdat") + 200
    data[start : start + 4000] = bytes(4000)
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(bytes(data))
    with pytest.raises(GatewayError, match="does not decode"):
        verified(broken, binary)


def test_success_without_a_url_is_told(tmp_path: Path) -> None:
    with (
        fake_gateway(accepts({"Status": "SUCCESS", "MediaUrl": ""})) as fake,
        pytest.raises(GatewayError, match="without a MediaUrl"),
    ):
        fetch("t1", tmp_path / "v.mp4", settings=settings_for(fake.url, tmp_path), endpoint="notrain")


def test_a_length_other_than_stated_is_noted(tmp_path: Path) -> None:
    sound = make_audio(tmp_path / "made.mp3", seconds=2).read_bytes()
    with fake_gateway() as fake:
        fake.will(
            accepts({"Status": "SUCCESS", "MediaUrl": f"{fake.url}/x.mp3", "Duration": 2800}), serves(sound)
        )
        got = fetch("t1", tmp_path / "v.mp3", settings=settings_for(fake.url, tmp_path), endpoint="tts")
    assert "2.80 s" in got.notes[0].en


def test_subtitles_that_cannot_be_had_do_not_cost_the_video(tmp_path: Path) -> None:
    sound = make_audio(tmp_path / "made.mp3", seconds=0.5).read_bytes()
    with fake_gateway() as fake:
        ready = {"Status": "SUCCESS", "MediaUrl": f"{fake.url}/x.mp3", "SubtitlesUrl": f"{fake.url}/x.srt"}
        fake.will(accepts(ready), serves(sound), answers(200, b"<html>no</html>"))
        got = fetch("t1", tmp_path / "v.mp3", settings=settings_for(fake.url, tmp_path), endpoint="basic")
    assert got.path.exists()
    assert got.subtitles is None
    assert "no subtitles" in got.notes[0].en
    assert not (tmp_path / "v.srt").exists()


def test_a_public_gateway_cannot_send_us_to_this_machine(tmp_path: Path) -> None:
    class Public:
        base_url = "https://gw.tvs.qq.com"

        def kind(self) -> GatewayKind:
            return GatewayKind.REAL

        def progress(self, task_id: str, endpoint: str = "progress"):  # type: ignore[no-untyped-def]
            from mediaprep.contract.progress import Progress

            return Progress.model_validate({"Status": "SUCCESS", "MediaUrl": "http://127.0.0.1:1/x.mp4"})

    settings = settings_for("https://gw.tvs.qq.com", tmp_path)
    with pytest.raises(GatewayError, match=r"leads to 127\.0\.0\.1:1, which is neither public") as caught:
        fetch("t1", tmp_path / "v.mp4", settings=settings, endpoint="notrain", gateway=Public())  # type: ignore[arg-type]
    assert not isinstance(caught.value, Unreachable)


@pytest.mark.parametrize(("resolution", "factor"), [(0, 20), (1, 40)])
def test_a_photos_eta_comes_from_its_script(tmp_path: Path, resolution: int, factor: int) -> None:
    request = {
        "RefPhotoUrl": "https://b/x.jpg",
        "InputSsml": "你好，欢迎观看我们的节目",
        "SpeechParam": {"Speed": 1.0, "TimbreKey": "female_1"},
        "VideoParam": {"Resolution": resolution},
    }
    sound = make_audio(tmp_path / "made.mp3", seconds=0.5).read_bytes()
    events: list[Waiting] = []
    with fake_gateway() as fake:
        settings = settings_for(fake.url, tmp_path)
        known_task(settings, "t1", endpoint="photo", base_url=fake.url, request=request)
        fake.will(
            accepts({"Status": "COMMIT", "ArrayCount": 2}),
            accepts({"Status": "SUCCESS", "MediaUrl": f"{fake.url}/x.mp3"}),
            serves(sound),
        )
        with pytest.raises(BadConfig, match="mp3"):  # a photo's product is a video: the name cannot fit
            fetch("t1", tmp_path / "v.mp4", settings=settings, on_event=events.append, sleep=lambda _: None)
    (event,) = events
    spoken = spoken_seconds(ssml.read(str(request["InputSsml"])))
    assert event.ahead == 2
    assert event.eta_seconds == pytest.approx(spoken * factor)


def test_the_eta_learns_from_the_tasks_seen_before(tmp_path: Path) -> None:
    sound = make_audio(tmp_path / "made.mp3", seconds=0.5).read_bytes()
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += 2.0

    events: list[Waiting] = []
    with fake_gateway() as fake:
        settings = settings_for(fake.url, tmp_path)
        for task in ("t1", "t2"):
            request = {**TTS, "InputSsml": "你好，欢迎观看我们的节目"}
            known_task(settings, task, endpoint="tts", base_url=fake.url, request=request)
            fake.will(
                accepts({"Status": "MAKING"}),
                accepts({"Status": "SUCCESS", "MediaUrl": f"{fake.url}/x.mp3"}),
                serves(sound),
            )
            fetch(
                task,
                tmp_path / "v.mp3",
                settings=settings,
                on_event=events.append,
                clock=lambda: now[0],
                sleep=sleep,
            )
    first, second = (event.eta_seconds for event in events)
    assert first is None
    book = Ledger.open(settings)
    assert [row.state for row in book.jobs()] == [JobState.DONE, JobState.DONE]
    assert book.pace("tts", fake.url) == pytest.approx(4.0, rel=0.1)  # 2 s for half a second
    assert second == pytest.approx(4.0 * spoken_seconds(ssml.read(str(request["InputSsml"]))), rel=0.1)
    assert book.pace("tts", "https://elsewhere") is None


def short_render(work: Work) -> RenderedProduct:
    return RenderedProduct(media=make_audio(work.folder / "x.wav", seconds=0.5), seconds=0.5)


def test_wrong_suffixes_for_sound_are_refused_too(tmp_path: Path) -> None:
    with emulated(tmp_path / "state", render=short_render) as here:
        task = submit("tts", {**TTS, "Codec": "wav"}, settings=here.settings).task_id
        with pytest.raises(Refused, match=r"\.wav"):
            get(here, task, tmp_path / "v.mp3")
        assert get(here, task, tmp_path / "v.wav").timestamps is None
