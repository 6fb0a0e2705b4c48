"""Files are fetched after the POST; a bad one fails its task with the code the docs give its parameter."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mediaprep.emulator.server import Emulator
from tests.emulator.conftest import Start, tiny
from tests.emulator.wire import S3, call, finish, submit
from tests.making import make_audio, make_face_video, make_photo, make_stranger, make_video

FACE = Path(__file__).resolve().parents[3] / "fixtures" / "faces" / "astronaut.png"

AVATAR = "k3dda2d3b56f4ec89778f2e032c2e294"
NOTRAIN = {
    "DriverType": "Text",
    "InputSsml": "你好，欢迎光临",
    "SpeechParam": {"Speed": 1.0, "TimbreKey": "female_1"},
}
PHOTO = NOTRAIN
SPOKEN = {"VirtualmanKey": AVATAR, "InputSsml": "你好", "SpeechParam": {"Speed": 1.0}}
HEARD = {"VirtualmanKey": AVATAR, "SpeechParam": {"Speed": 1.0}, "DriverType": "OriginalVoice"}


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """media(name) → a file, made when it is first asked for."""
    folder = tmp_path_factory.mktemp("media")
    makers: dict[str, Callable[[Path], Any]] = {
        "good.mp4": lambda p: make_face_video(p, FACE, seconds=1.2, side=360, fps=10),
        "empty-room.mp4": lambda p: make_video(p, seconds=1.2, width=360, height=360, fps="10"),
        "face.png": lambda p: p.write_bytes(FACE.read_bytes()),
        "stranger.png": lambda p: make_stranger(p, FACE),
        "hevc.mp4": lambda p: make_video(p, seconds=1.2, width=360, height=360, fps="10", vcodec="libx265"),
        "small.mp4": lambda p: make_video(p, seconds=1.2, width=300, height=360, fps="10"),
        "short.mp4": lambda p: make_video(p, seconds=0.5, width=360, height=360, fps="10"),
        "good.mkv": lambda p: make_video(p, seconds=1.2, width=360, height=360, fps="10"),
        "text.mp4": lambda p: p.write_text("ffconcat version 1.0\nfile secret.txt\n"),
        "empty.mp4": lambda p: p.write_bytes(b""),
        "good.mp3": lambda p: make_audio(p, seconds=2.5),
        "short.mp3": lambda p: make_audio(p, seconds=0.3),
        "good.flac": lambda p: make_audio(p, seconds=1.5),
        "good.jpg": lambda p: make_photo(p, width=320, height=240),
        "narrow.jpg": lambda p: make_photo(p, width=160, height=240),
        "good.gif": lambda p: make_photo(p, width=320, height=240),
        "wide.jpg": lambda p: make_photo(p, width=1920, height=1080),
        "wide.mp4": lambda p: make_video(p, seconds=0.2, width=1920, height=1080, fps="5", audio=False),
        "letter.pdf": lambda p: p.write_bytes(b"%PDF-1.4 nonsense"),
    }

    def get(name: str) -> Path:
        path = folder / name
        if not path.exists():
            makers[name](path)
        return path

    return get


@pytest.fixture(scope="module")
def upload(emulator: Emulator, media: Callable[[str], Path]) -> Callable[[str], str]:
    """upload(name) → a presigned URL of that file in the bucket."""
    s3 = S3.of(emulator)

    def put(name: str) -> str:
        assert s3.request("PUT", f"/mediaprep/{name}", media(name).read_bytes()).status == 200
        return s3.presign("GET", f"/mediaprep/{name}")

    return put


def outcome(emulator: Emulator, nickname: str, payload: dict[str, Any]) -> dict[str, Any]:
    task_id = submit(emulator, nickname, payload)
    return finish(emulator, task_id, "ppt_progress" if nickname == "ppt" else "progress", seconds=60)


@pytest.mark.parametrize(
    ("nickname", "base", "field", "name", "code"),
    [
        ("notrain", NOTRAIN, "RefVideoUrl", "good.mp4", 0),
        ("notrain", NOTRAIN, "RefVideoUrl", "hevc.mp4", 802002),
        ("notrain", NOTRAIN, "RefVideoUrl", "small.mp4", 802002),
        ("notrain", NOTRAIN, "RefVideoUrl", "short.mp4", 802002),
        ("notrain", NOTRAIN, "RefVideoUrl", "good.mkv", 802002),
        ("notrain", NOTRAIN, "RefVideoUrl", "text.mp4", 802002),
        ("notrain", NOTRAIN, "RefVideoUrl", "empty.mp4", 802002),
        ("notrain", NOTRAIN, "RefVideoUrl", "good.mp3", 802002),
        ("notrain", NOTRAIN, "RefVideoUrl", "empty-room.mp4", 802003),
        ("photo", PHOTO, "RefPhotoUrl", "good.jpg", 0),
        ("photo", PHOTO, "RefPhotoUrl", "good.gif", 802001),
        ("photo", PHOTO, "RefPhotoUrl", "good.mp3", 802001),
        ("basic", HEARD, "InputAudioUrl", "good.mp3", 0),
        ("basic", HEARD, "InputAudioUrl", "short.mp3", 801510),
        ("basic", HEARD, "InputAudioUrl", "good.flac", 801510),
        ("advanced", HEARD, "InputAudioUrl", "text.mp4", 801510),
        ("advanced", SPOKEN, "VideoParam.BackgroundFileUrl", "wide.jpg", 0),
        ("advanced", SPOKEN, "VideoParam.BackgroundFileUrl", "good.jpg", 801507),
        ("advanced", SPOKEN, "VideoParam.VideoHeadFileUrl", "wide.mp4", 0),
        ("advanced", SPOKEN, "VideoParam.VideoHeadFileUrl", "good.mp4", 801506),
        ("advanced", SPOKEN, "VideoParam.VideoTailFileUrl", "good.mkv", 801504),
        ("advanced", SPOKEN, "VideoParam.LogoParams", "good.gif", 801506),
        ("ppt", {"PageConfigs": [{"InputSsml": "你好", "SpeechParam": {"TimbreKey": "female_1"}}]},
         "PPTFileUrl", "good.mp4", 801009),
    ],
)  # fmt: skip
def test_each_parameter_fails_with_its_own_code(
    emulator: Emulator,
    upload: Callable[[str], str],
    nickname: str,
    base: dict[str, Any],
    field: str,
    name: str,
    code: int,
) -> None:
    *parents, last = field.split(".")
    payload: dict[str, Any] = {**base}
    value: Any = upload(name)
    if last == "LogoParams":
        value = [{"LogoFileUrl": value, "PositionX": 0, "PositionY": 0, "Scale": 1.0}]
    if parents:
        payload[parents[0]] = {"Format": "Mp4", last: value}
    else:
        payload[last] = value
    ended = outcome(emulator, nickname, payload)
    assert (ended["FailCode"], ended["Status"]) == (code, "FAIL" if code else "SUCCESS"), ended
    if code:
        assert field in ended["FailMessage"]
        assert "X-Amz" not in ended["FailMessage"]


def test_a_parameter_without_a_code_of_its_own_fails_with_801009_and_its_name(
    emulator: Emulator, upload: Callable[[str], str]
) -> None:
    good = {**NOTRAIN, "RefVideoUrl": upload("good.mp4")}
    for extra, named in (
        ({"IdentityWrittenUrl": upload("good.jpg")}, "IdentityWrittenUrl"),
        ({"IdentityVideoUrl": upload("good.mkv")}, "IdentityVideoUrl"),
        ({"VideoParam": {"RefPhotoUrl": upload("narrow.jpg")}}, "VideoParam.RefPhotoUrl"),
        ({"VideoParam": {"RefPhotoUrls": [upload("narrow.jpg")]}}, "VideoParam.RefPhotoUrls[0]"),
    ):
        ended = outcome(emulator, "notrain", {**good, **extra})
        assert ended["FailCode"] == 801009
        assert named in ended["FailMessage"]


def test_what_the_docs_say_is_ignored_is_not_fetched(
    emulator: Emulator, upload: Callable[[str], str]
) -> None:
    nowhere = "http://127.0.0.1:9/x"
    good = {**NOTRAIN, "RefVideoUrl": upload("good.mp4")}
    for extra in (
        {"InputAudioUrl": nowhere},
        {"VideoParam": {"RefPhotoUrl": nowhere, "DisabledDetect": 1}},
        {"VideoParam": {"RefPhotoUrl": nowhere, "DisableIdDetect": 1}},
    ):
        assert outcome(emulator, "notrain", {**good, **extra})["Status"] == "SUCCESS"


@pytest.mark.needs("opencv")
def test_a_reference_photo_shows_one_face_and_it_is_in_the_video(
    emulator: Emulator, upload: Callable[[str], str]
) -> None:
    footage = upload("good.mp4")
    same, blank, stranger = upload("face.png"), upload("good.jpg"), upload("stranger.png")
    for param, code in (
        ({"RefPhotoUrl": same, "FaceMatchMode": "Strict"}, 0),
        ({"RefPhotoUrl": blank}, 802001),
        ({"RefPhotoUrl": blank, "DisabledDetect": 1}, 0),
        ({"RefPhotoUrls": [blank, same]}, 0),
        ({"RefPhotoUrl": stranger}, 802003),
    ):
        ended = outcome(emulator, "notrain", {**NOTRAIN, "RefVideoUrl": footage, "VideoParam": param})
        assert ended["FailCode"] == code, (param, ended)
        assert not code or "VideoParam.RefPhotoUrl" in ended["FailMessage"]


def test_a_file_that_is_not_there_and_a_host_that_may_not_be_reached(emulator: Emulator) -> None:
    s3 = S3.of(emulator)
    for url, code in (
        (s3.presign("GET", "/mediaprep/absent.mp4"), 801008),
        (s3.presign("GET", "/mediaprep/absent.mp4", seconds=1, at=time.time() - 60), 801008),
        ("http://127.0.0.1:9/x.mp4", 801010),
        ("http://virtualhuman-cos-test-1251316161.cos.ap-nanjing.myqcloud.com/ref_video.mp4", 801010),
        ("http://169.254.169.254/latest/meta-data", 801010),
        ("file:///etc/passwd", 801010),
    ):
        ended = outcome(emulator, "notrain", {**NOTRAIN, "RefVideoUrl": url})
        assert (ended["Status"], ended["FailCode"]) == ("FAIL", code), url
        assert "RefVideoUrl" in ended["FailMessage"]
        assert (ended["MediaUrl"], ended["Duration"]) == ("", 0)


def test_a_file_too_large_by_its_content_length_is_not_read(start: Start) -> None:
    import http.server
    import threading

    sent: list[int] = []

    class Huge(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(6 * 10**9))
            self.end_headers()
            try:
                for _ in range(1000):
                    sent.append(self.wfile.write(bytes(1 << 20)))
                    time.sleep(0.01)
            except OSError:
                return

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Huge)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/huge.mp4"
    ended = outcome(start(), "notrain", {**NOTRAIN, "RefVideoUrl": url})
    server.shutdown()
    server.server_close()
    assert ended["FailCode"] == 802002
    assert "size_bytes 6000000000" in ended["FailMessage"]
    assert sum(sent) < 100 * 1024 * 1024


def test_the_renderer_gets_files_and_facts_by_wire_path(start: Start, media: Callable[[str], Path]) -> None:
    from mediaprep.emulator.work import RenderedProduct, Work

    got: list[Work] = []

    def noting(work: Work) -> RenderedProduct:
        got.append(work)
        assert work.files["RefVideoUrl"].stat().st_size == media("good.mp4").stat().st_size
        return tiny(work)

    emulator = start(render=noting)
    s3 = S3.of(emulator)
    for name in ("good.mp4", "good.mp3"):
        s3.request("PUT", f"/mediaprep/{name}", media(name).read_bytes())
    payload = {
        "RefVideoUrl": s3.presign("GET", "/mediaprep/good.mp4"),
        "DriverType": "OriginalVoice",
        "InputAudioUrl": s3.presign("GET", "/mediaprep/good.mp3"),
    }
    assert outcome(emulator, "notrain", payload)["Status"] == "SUCCESS"
    assert set(got[0].files) == set(got[0].facts) == {"RefVideoUrl", "InputAudioUrl"}
    assert got[0].facts["RefVideoUrl"].width == 360  # type: ignore[union-attr]
    assert not got[0].folder.exists()  # inputs are gone when the task has ended


def test_frame_numbers_beyond_a_small_samples_footage_fail(emulator: Emulator) -> None:
    small = {**SPOKEN, "VirtualmanKey": "emu_anchor_small_hd_0000000005"}

    def frames(**values: Any) -> dict[str, Any]:
        return {**small, "VideoParam": {"SmallSampleParam": {"MakeType": "Custom", **values}}}

    assert outcome(emulator, "advanced", frames(StartIdx=0, EndIdx=499))["Status"] == "SUCCESS"
    for values in ({"StartIdx": 10, "EndIdx": 500}, {"StartIdx": 500}):
        ended = outcome(emulator, "advanced", frames(**values))
        assert (ended["FailCode"], "SmallSampleParam" in ended["FailMessage"]) == (801509, True)


def test_the_post_is_answered_before_any_file_is_fetched(start: Start) -> None:
    import http.server
    import threading

    gate = threading.Event()

    class Slow(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            gate.wait(20)
            self.send_error(404)

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    emulator = start()
    began = time.monotonic()
    url = f"http://127.0.0.1:{server.server_port}/x.mp4"
    answer = call(emulator, "notrain", {**NOTRAIN, "RefVideoUrl": url})
    assert (answer.code, time.monotonic() - began < 2) == (0, True)
    gate.set()
    assert finish(emulator, answer.payload["TaskId"])["FailCode"] == 801008
    server.shutdown()
    server.server_close()
