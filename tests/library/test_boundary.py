"""No foreign error crosses the library's face, whatever is handed to it; what callers raise does."""

from __future__ import annotations

import ast
import errno
import os
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import mediaprep
from mediaprep import Settings
from mediaprep.errors import BadArgument, BadAsset, DiskFull, MediaprepError, ToolFailed
from mediaprep.library import boundary
from mediaprep.preflight.fixes import FixWish
from tests.making import make_video

PACKAGE = Path(mediaprep.__file__).parent
BLIND = FixWish(faces=False)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of everything that may be wrong with a file."""
    monkeypatch.chdir(tmp_path)
    for name, content in {
        "empty.mp4": b"", "noise.mp4": os.urandom(4096), "cut.mp4": b"\0\0\0\x20ftypisom" + b"\xff" * 64,
        "bomb.yaml": b"a: &a [x,x]\nb: &b [*a,*a]\n" + b"jobs: [*b, *b]\n", "bad.yaml": b"jobs: [\n\t- {",
        "bad.json": b'{"a": 1',
        "bad.csv": b"\xff\xfe\0,\n", "bad.xlsx": b"PK\3\4 no zip", "bad.toml": b"[settings\nx", "nul.yaml": b"jobs: \0",
        "list.json": b"[1, 2]", "text.txt": "大家好。".encode("gb18030"), "deck.pptx": b"PK\5\6" + b"\0" * 18,
        "a.receipt.json": b'{"schema": "other"}',
    }.items():  # fmt: skip
        Path(name).write_bytes(content)
    Path("folder").mkdir()
    Path("folder.mp4").mkdir()
    Path("loop.mp4").symlink_to("loop.mp4")
    for name in ("pipe.mp4", "pipe.xlsx", "pipe.csv"):
        os.mkfifo(name)
    return tmp_path


def settings(url: str = "http://127.0.0.1:9") -> Settings:
    env = {"MEDIAPREP_BASE_URL": url, "MEDIAPREP_APPKEY": "a" * 16, "MEDIAPREP_ACCESSTOKEN": "t" * 16}
    return Settings.load({}, env)


NAMES = [
    "missing.mp4", "empty.mp4", "noise.mp4", "cut.mp4", "folder", "folder.mp4", "loop.mp4", "pipe.mp4", "pipe.xlsx",
    "pipe.csv",
    "bad.yaml", "bomb.yaml", "bad.json", "bad.csv", "bad.xlsx", "nul.yaml", "list.json", "text.txt", "deck.pptx",
    "a.receipt.json", "no/such/folder/a.mp4", "a\0b.mp4", "n" * 300 + ".mp4", "\udcff.mp4", "", "empty.mp4/inside",
]  # fmt: skip
CALLS: dict[str, Callable[[str], object]] = {
    "check": lambda name: mediaprep.check(name, faces=False),
    "fix": lambda name: mediaprep.fix(name, output="out.mp4", wish=BLIND),
    "fix into": lambda name: mediaprep.fix("noise.mp4", output=name, wish=BLIND),
    "script": mediaprep.script,
    "script into": lambda name: mediaprep.script("text.txt", output=name or "folder"),
    "finish": lambda name: mediaprep.finish(name, "out.mp4"),
    "verify": mediaprep.verify,
    "plan": lambda name: mediaprep.plan(name, settings=settings()),
    "load_manifest": mediaprep.load_manifest,
    "check_decks": mediaprep.check_decks,
    "clean_deck": lambda name: mediaprep.clean_deck(name, "out.pptx"),
    "split_deck": lambda name: mediaprep.split_deck(name, "parts"),
    "settings": lambda name: Settings.load({}, {}, Path(name)),
    "submit": lambda name: mediaprep.submit(
        "notrain", {"RefVideoUrl": name, "DriverType": "Text", "InputSsml": "好"}, settings=settings()
    ),
}


@pytest.mark.parametrize("call", CALLS)
def test_whatever_a_file_is_no_foreign_error_comes(call: str, capfd: pytest.CaptureFixture[str]) -> None:
    foreign = {}
    for name in NAMES:
        try:
            CALLS[call](name)
        except MediaprepError as error:
            assert error.say("zh") and "Traceback" not in str(error)
        except Exception as error:
            foreign[name] = repr(error)
    assert not foreign
    assert capfd.readouterr() == ("", "")  # and nothing is printed


WRONG: dict[str, Callable[[], object]] = {
    "a number of paths": lambda: mediaprep.check(5),  # type: ignore[arg-type]
    "None for a path": lambda: mediaprep.check([None]),  # type: ignore[list-item]
    "bytes": lambda: mediaprep.check(b"a.mp4"),  # type: ignore[arg-type]
    "a word that is no option": lambda: mediaprep.check("a", face=False),  # type: ignore[call-arg]
    "a list for an output": lambda: mediaprep.fix("noise.mp4", output=["a"], wish=BLIND),  # type: ignore[arg-type]
    "a dict of wishes": lambda: mediaprep.finish("a.mp4", "b.mp4", {"captions": "burn"}),  # type: ignore[arg-type]
    "a number for a receipt": lambda: mediaprep.verify(1),  # type: ignore[arg-type]
    "a word for a speed": lambda: mediaprep.script("text.txt", speed="fast"),  # type: ignore[arg-type]
    "no settings": lambda: mediaprep.submit("tts", {}, settings=None),  # type: ignore[arg-type]
    "a text for a request": lambda: mediaprep.submit("tts", "{}", settings=settings()),  # type: ignore[arg-type]
    "a path for a job": lambda: mediaprep.run("job.yaml", settings=settings()),  # type: ignore[arg-type]
    "settings of a dict": lambda: mediaprep.Gateway({"appkey": "a"}),  # type: ignore[arg-type]
    "a number for a manifest": lambda: mediaprep.load_manifest(3),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_argument_is_said_as_python_says_it_and_as_ours(name: str) -> None:
    with pytest.raises(BadArgument) as caught:
        WRONG[name]()
    assert isinstance(caught.value, TypeError) and caught.value.exit_code == 2
    assert caught.value.__cause__ is not None and "help(mediaprep." in str(caught.value)


class _Silent:
    """A server that takes a connection and says nothing, or nonsense."""

    def __init__(self, answer: bytes) -> None:
        self._socket, self._answer = socket.create_server(("127.0.0.1", 0)), answer
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            with client:
                client.recv(65536)
                client.sendall(self._answer)

    def close(self) -> None:
        self._socket.close()


@pytest.mark.parametrize(
    "answer",
    [
        b"", b"SSH-2.0-OpenSSH_9\r\n", b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 502 Bad\r\n\r\n<html>",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", b'HTTP/1.1 200 OK\r\n\r\n{"Header": 5}',
    ],
)  # fmt: skip
def test_whatever_answers_no_foreign_error_comes(answer: bytes, here: Path) -> None:
    server = _Silent(answer)
    chosen = Settings.load(
        {"ledger": str(here / "l.db")},
        {"MEDIAPREP_BASE_URL": server.url, "MEDIAPREP_APPKEY": "a" * 16, "MEDIAPREP_ACCESSTOKEN": "t" * 16},
    )
    request = {"TimbreKey": "female_1", "InputSsml": "你好", "SpeechParam": {}}
    try:
        for call in (
            lambda: mediaprep.submit("tts", request, settings=chosen),
            lambda: mediaprep.fetch("t" * 32, "a.mp3", settings=chosen, deadline_seconds=0.1),
            lambda: mediaprep.Gateway(chosen).task("t" * 32, "tts").wait(timeout=0.1),
        ):
            with pytest.raises(MediaprepError):
                call()
    finally:
        server.close()


@pytest.mark.parametrize(
    ("error", "becomes"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "a.mp4"), DiskFull),
        (OSError(errno.EDQUOT, "Quota exceeded"), DiskFull),
        (PermissionError(errno.EACCES, "Permission denied", "a.mp4"), BadAsset),
        (FileNotFoundError(errno.ENOENT, "No such file", "a"), BadAsset),
        (IsADirectoryError(errno.EISDIR, "Is a directory", "a"), BadAsset),
        (OSError(errno.EIO, "Input/output error", b"\xff"), BadAsset),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"), BadArgument),
        (KeyError("x"), BadArgument),
        (RecursionError(), ToolFailed),
        (MemoryError(), ToolFailed),
        (RuntimeError("https://a.example/b?sign=abcdef"), ToolFailed),
    ],
)
def test_every_foreign_error_becomes_one_of_ours(error: Exception, becomes: type[MediaprepError]) -> None:
    def verb() -> None:
        raise error

    with pytest.raises(becomes) as caught:
        boundary.boundary(verb)()
    assert caught.value.__cause__ is error and "abcdef" not in str(caught.value)


@pytest.mark.parametrize(
    "raised", [ValueError("mine"), KeyboardInterrupt(), OSError(28, "mine"), StopIteration()]
)
def test_what_a_callback_of_the_caller_raises_ends_the_call_and_comes_back_as_it_is(
    raised: BaseException,
) -> None:
    def heard(event: mediaprep.ProgressEvent) -> None:
        raise raised

    with pytest.raises(type(raised)) as caught:
        mediaprep.check(["noise.mp4", "empty.mp4"], faces=False, on_progress=heard)
    assert caught.value is raised


def test_every_verb_tells_the_same_kind_of_progress(here: Path) -> None:
    clip = make_video(here / "a.mov", seconds=1, width=360, height=360)
    heard: list[mediaprep.ProgressEvent] = []
    mediaprep.check([clip, "noise.mp4"], faces=False, on_progress=heard.append)
    assert [(it.kind, it.done, it.total) for it in heard] == [("check", 1, 2), ("check", 2, 2)]
    mediaprep.fix(clip, output="b.mp4", wish=BLIND, on_progress=heard.append)
    mediaprep.finish("b.mp4", "c.mp4", on_progress=heard.append)
    assert {it.kind for it in heard} == {"check", "fix", "finish"}
    assert all(isinstance(it, mediaprep.ProgressEvent) for it in heard)
    shares = [it.done for it in heard if it.kind == "finish" and it.done is not None]
    assert shares[-1] == 1.0 and shares == sorted(shares)


def test_calls_of_many_threads_do_not_disturb_each_other(here: Path) -> None:
    clip = make_video(here / "a.mp4", seconds=1, width=360, height=360)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: mediaprep.check(clip, faces=False), range(16)))
    assert len({it.to_json() for it in found}) == 1


def test_the_library_prints_nothing() -> None:
    """Only the command line, the emulator's own process and children speak to a terminal."""
    printing = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path in PACKAGE.rglob("*.py")
        if path.relative_to(PACKAGE).parts[0] not in ("cli", "__main__.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "print"
        and not any(word.arg == "file" for word in node.keywords)  # the console's, where one was handed over
    ]
    assert printing == []
