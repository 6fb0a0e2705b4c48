"""Every numeric limit from both sides: preflight and the emulator agree on each value, and with the table.

Values that the JSON alone decides are judged at the gateway's desk. Files are made (limit_media), measured by a
second tool, fetched by the emulator from a server of the test's own and judged there as it finds them.
"""

from __future__ import annotations

import contextlib
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mediaprep.emulator.options import Options
from mediaprep.emulator.server import Emulator
from mediaprep.model.findings import Verdict
from tests.contract.payloads import put
from tests.emulator.conftest import tiny
from tests.emulator.wire import call, finish
from tests.whole import limit_media, limit_table
from tests.whole.limit_media import Shelf
from tests.whole.limit_requests import based, preflight, with_value
from tests.whole.limit_table import FILES, SCRIPTS, VALUES, Row

Case = tuple[Row, float, str]
MANY = 100_000  # bought channels: quotas are not what is tried here


def cases(*tables: tuple[Row, ...]) -> list[Any]:
    return [
        pytest.param(row, value, verdict, id=f"{row.rule}-{row.made}-{value}")
        for table in tables
        for row in table
        for value, verdict in row.each()
    ]


class Files:
    """A server of one folder with honest lengths; what is sent never passes through memory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                with (folder / Path(self.path).name).open("rb") as file:
                    self.send_response(200)
                    self.send_header("Content-Length", str(Path(file.name).stat().st_size))
                    self.end_headers()
                    self.wfile.flush()
                    with contextlib.suppress(ConnectionError):
                        self.connection.sendfile(file)
                self.close_connection = True

            def log_message(self, *_: Any) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def url(self, path: Path) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/{path.name}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return Shelf(tmp_path_factory.mktemp("limits"))


@pytest.fixture(scope="module")
def served(shelf: Shelf) -> Iterator[Files]:
    server = Files(shelf.folder)
    yield server
    server.close()


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with Emulator(
        Options(data=tmp_path_factory.mktemp("emulator"), exclusive=MANY, repeat_seconds=0.0), render=tiny
    ) as running:
        yield running


def verdict_on(findings: Any, rule: str) -> str:
    found = [finding.verdict for finding in findings if finding.rule == rule]
    return str(next((v.value for v in found if v is not Verdict.PASS), "pass"))


def refused(findings: Any) -> list[str]:
    return [f"{f.rule}: {f.message.en}" for f in findings if f.verdict is Verdict.REFUSED]


@pytest.mark.parametrize(("row", "value", "expected"), cases(VALUES, SCRIPTS))
def test_preflight_and_the_gateway_agree_on_a_value(
    emulator: Emulator, row: Row, value: float, expected: str
) -> None:
    payload = with_value(row, value)
    said = refused(preflight(row.endpoint, payload, {}))
    assert bool(said) == (expected == "refused"), said
    answer = call(emulator, row.endpoint, payload)
    assert (answer.code != 0) == (expected == "refused"), answer.json
    if answer.code == 0:  # it makes room for the next
        finish(emulator, answer.payload["TaskId"], "ppt_progress" if row.endpoint == "ppt" else "progress")


def concrete(path: str) -> str:
    return path.replace("[]", "[0]")


CARRIERS = {  # a demand on the request → the file it looks at
    "ppt.PageConfigs": "PPTFileUrl",
    "notrain.VideoParam.EndTime": "RefVideoUrl",
    "advanced.VideoParam.ActionParams": "InputAudioUrl",
}


def arranged(row: Row, value: float, shelf: Shelf) -> tuple[dict[str, Any], dict[str, Path]]:
    """The request and its files by concrete path. What else the request names is a good file."""
    carrier = CARRIERS.get(f"{row.endpoint}.{row.path}", row.path)
    files = {concrete(carrier): shelf.file(row.made, row.measure, value, row.when)}
    payload = based(row)
    if row.endpoint == "notrain":
        files.setdefault(
            "RefVideoUrl", shelf.once("good.mp4", lambda path: limit_media.face_video(path, 360, 360))
        )
    elif row.endpoint == "photo":
        files.setdefault("RefPhotoUrl", shelf.file("photo", "aspect", 1.0))
    elif row.endpoint == "ppt":
        files.setdefault("PPTFileUrl", shelf.file("deck", "pages_total", 1))
    if row.measure == "pages":
        payload["PageConfigs"] = payload["PageConfigs"] * int(value)
    elif row.measure == "action":
        put(payload, row.path, [{"Code": "action1", "StartTime": int(value)}])
    elif row.measure == "segment":
        put(payload, row.path, value)
    return payload, files


def rule_of(row: Row) -> str:
    if row.measure == "segment":
        return "notrain.VideoParam.EndTime.video"
    if row.measure == "action":
        return "advanced.VideoParam.ActionParams.StartTime.audio"
    if row.measure.startswith("resolution"):
        name = f"{row.endpoint}.{row.path}.resolution"
        return f"{name}@Shared" if row.when == "Shared" else name
    return row.rule


@pytest.mark.parametrize(("row", "value", "expected"), cases(FILES))
def test_preflight_and_the_emulator_agree_on_a_file(
    emulator: Emulator, served: Files, shelf: Shelf, row: Row, value: float, expected: str
) -> None:
    payload, files = arranged(row, value, shelf)
    for place, path in files.items():
        put(payload, place.replace("[0]", "[]"), served.url(path))
        if place.endswith("]"):
            payload["VideoParam"]["RefPhotoUrls"] = [served.url(path)]
    findings = preflight(row.endpoint, payload, files)
    if not (row.measure == "pages_total" and value == 0):
        assert verdict_on(findings, rule_of(row)) == expected, findings
    assert bool(refused(findings)) == (expected == "refused"), refused(findings)
    answer = call(emulator, row.endpoint, payload)
    assert answer.code == 0, answer.json
    ended = finish(
        emulator, answer.payload["TaskId"], "ppt_progress" if row.endpoint == "ppt" else "progress", 60
    )
    assert (ended["Status"] == "FAIL") == (expected == "refused"), ended


STATED = {"size_bytes", "seconds", "width", "height", "aspect", "pages_total"}


def made_files() -> list[Any]:
    """Every file of the table once, whichever parameters it is given to."""
    found = {}
    for row in FILES:
        if row.measure in STATED:
            for value, _ in row.each():
                found[row.made, row.measure, value] = (row.made, row.measure, value)
    return [pytest.param(*key, id="-".join(map(str, key))) for key in found]


@pytest.mark.parametrize(("kind", "measure", "value"), made_files())
def test_a_second_tool_measures_what_each_file_is_to_be(
    shelf: Shelf, kind: str, measure: str, value: float
) -> None:
    path = shelf.file(kind, measure, value)
    assert limit_media.measured(path, kind, measure) == pytest.approx(value, abs=1e-6, rel=0)


def test_the_table_is_as_long_as_it_says_and_no_case_stands_twice() -> None:
    every = [(row.rule, row.made, value) for row in (*VALUES, *SCRIPTS, *FILES) for value, _ in row.each()]
    assert len(every) >= 300
    assert len(set(every)) == len(every)
    assert {verdict for row in (*VALUES, *SCRIPTS, *FILES) for _, verdict in row.each()} == set(
        limit_table.VERDICTS.values()
    )
