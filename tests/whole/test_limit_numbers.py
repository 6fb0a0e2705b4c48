"""The numbers of the contract against the typed table, without media: fast enough to be tried with every
number changed (scripts/mutations)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest

from mediaprep.contract import endpoints
from mediaprep.contract.bounds import AllOf, AtLeast, AtMost, Between, Bound, SizeUpTo
from mediaprep.contract.chapters.fields import Choice, Count, Range, Shorter
from mediaprep.contract.limits import LIMITS
from mediaprep.contract.paths import bare
from mediaprep.model.facts import AudioFacts, DeckFacts, FaceBox, Facts, PhotoFacts, VideoFaces, VideoFacts
from mediaprep.model.findings import Verdict
from mediaprep.preflight import judge
from tests.contract.payloads import put
from tests.whole.limit_requests import based, known, preflight, with_value
from tests.whole.limit_table import FILES, SCRIPTS, VALUES, Row

GOOD: dict[str, Facts] = {
    "video": VideoFacts(
        container="mp4", codec="h264", pixel_format="yuv420p", width=1920, height=1080, seconds=10.0,
        size_bytes=1000, variable_rate=False, interlaced=False, hdr=False, fps=25.0,
        faces=VideoFaces(sampled=16, with_face=16, most=1, complete=True),
    ),
    "audio": AudioFacts(
        container="wav", format="wav", codec="pcm", sample_rate=16000, channels=1, seconds=10.0, size_bytes=1000
    ),
    "photo": PhotoFacts(format="jpg", mode="RGB", width=1000, height=1000, size_bytes=1000),
    "deck": DeckFacts(format="pdf", pages_total=3, pages_visible=3, encrypted=False, size_bytes=1000),
}  # fmt: skip


def facts_with(row: Row, value: float) -> Facts:
    """A good file but for one measure."""
    good = GOOD[row.made]
    if row.endpoint == "ppt" and row.path == "PPTFileUrl":
        good = dataclasses.replace(good, format="pptx")
    if row.measure == "aspect":
        return dataclasses.replace(good, width=round(value * 1000))
    return dataclasses.replace(good, **{row.measure: value})


def cases(table: tuple[Row, ...]) -> list[Any]:
    return [
        pytest.param(row, value, verdict, id=f"{row.rule}-{row.made}-{value}")
        for row in table
        for value, verdict in row.each()
    ]


ONE_FILE = tuple(row for row in FILES if row.rule in LIMITS)


@pytest.mark.parametrize(("row", "value", "expected"), cases(ONE_FILE))
def test_a_file_is_judged_as_the_docs_say(row: Row, value: float, expected: str) -> None:
    place = row.path.replace("[]", "[0]")
    findings = judge.judge_file(row.endpoint, place, facts_with(row, value), based(row))
    found = next((f.verdict for f in findings if f.rule == row.rule), Verdict.PASS)
    assert found.value == expected


@pytest.mark.parametrize(("row", "value", "expected"), cases((*VALUES, *SCRIPTS)))
def test_a_value_is_judged_as_the_docs_say(row: Row, value: float, expected: str) -> None:
    findings = preflight(row.endpoint, with_value(row, value), {})
    assert any(f.verdict is Verdict.REFUSED for f in findings) == (expected == "refused"), findings


@pytest.mark.parametrize(("row", "value", "expected"), cases(SCRIPTS))
def test_a_script_file_is_judged_as_the_docs_say(row: Row, value: float, expected: str) -> None:
    """The file of a script, whose tagged and spoken lengths are two rules: only the spoken one refuses."""
    from mediaprep.contract.script.texts import measure

    text = "字" * int(value) if row.made == "script" else "\n".join(["一行"] * int(value))
    place = row.path.replace("[]", "[0]")
    findings = judge.judge_file(row.endpoint, place, measure(text), based(row))
    found = next((f.verdict.value for f in findings if f.rule == row.rule), "pass")
    soft = row.measure == ("characters" if value > 10 else "spoken_characters")
    assert found == ("advised" if soft and expected == "refused" else expected)


RELATIONS = tuple(row for row in FILES if row not in ONE_FILE)


@pytest.mark.parametrize(("row", "value", "expected"), cases(RELATIONS))
def test_a_demand_over_request_and_file_is_judged_as_the_docs_say(
    row: Row, value: float, expected: str
) -> None:
    payload = based(row)
    facts: dict[str, object] = {}
    if row.measure == "pages":
        payload["PageConfigs"] = payload["PageConfigs"] * int(value)
        facts["PPTFileUrl"] = GOOD["deck"]
    elif row.measure == "segment":
        put(payload, row.path, value)
        facts["RefVideoUrl"] = dataclasses.replace(GOOD["video"], seconds=2.0)
    elif row.measure == "action":
        put(payload, row.path, [{"Code": "action1", "StartTime": int(value)}])
        facts["InputAudioUrl"] = dataclasses.replace(GOOD["audio"], seconds=2.0)
    else:
        put(payload, row.path, "https://example.com/file")
        tall = row.measure == "resolution_height" or row.when == "height"
        whole = (2560, 1440) if row.when == "Shared" else (1920, 1080)
        width, height = (whole[0], int(value)) if tall else (int(value), whole[1])
        facts[row.path] = dataclasses.replace(GOOD["video"], width=width, height=height)
    findings = judge.judge_request(row.endpoint, payload, {**facts, **known(payload)})
    grave = [f.verdict.value for f in findings if f.rule.startswith(f"{row.endpoint}.{row.path}")]
    grave = [verdict for verdict in grave if verdict != "unknown"]
    assert (expected in grave) if expected != "pass" else ("refused" not in grave), findings


def edges(bound: Bound) -> Iterator[float]:
    """The numbers of a bound."""
    if isinstance(bound, AllOf):
        for part in bound.parts:
            yield from edges(part)
    elif isinstance(bound, Between):
        yield from (bound.low, bound.high)
    elif isinstance(bound, AtMost):
        yield bound.high
    elif isinstance(bound, AtLeast):
        yield bound.low
    elif isinstance(bound, SizeUpTo):
        yield from (bound.decimal, bound.binary)


TYPED: dict[str, set[float]] = {}
for _row in (*VALUES, *SCRIPTS, *FILES):
    TYPED.setdefault(_row.rule, set()).update(value for value, _ in _row.each())
# a guess of ours, held against what the same parameter's audio may be
ESTIMATED = ".InputSsml.estimated_seconds"


def test_every_numeric_limit_on_a_file_stands_in_the_table_with_its_neighbours() -> None:
    for name, limit in LIMITS.items():
        for edge in edges(limit.bound):
            values = TYPED.get(name.replace(ESTIMATED, ".InputAudioUrl.seconds"), set())
            assert edge in values, (
                f"{name}: {edge} and its neighbours belong into FILES of tests/whole/limit_table.py"
            )
            near = [value for value in values if 0 < abs(value - edge) <= max(2, edge / 2)]
            assert any(value > edge for value in near), f"{name}: nothing just above {edge}"
            assert edge <= 1 or any(value < edge for value in near), f"{name}: nothing just below {edge}"


def test_every_range_length_count_and_switch_of_a_parameter_stands_in_the_table() -> None:
    for endpoint in ("tts", "ppt", "basic", "advanced", "notrain", "photo"):
        for slot in endpoints.get(endpoint).slots:
            values = TYPED.get(f"{endpoint}.{bare(slot.path)}", set())
            for mark in slot.marks:
                numbers: tuple[float, ...] = ()
                if isinstance(mark, Range):
                    numbers = (mark.low, mark.high)
                elif isinstance(mark, Shorter):
                    numbers = (mark.most, mark.most + 1)
                elif isinstance(mark, Count):
                    numbers = (mark.least, *([mark.most, mark.most + 1] if mark.most is not None else []))
                elif isinstance(mark, Choice):
                    numbers = tuple(n for n in mark.allowed if isinstance(n, int))
                told = f"{endpoint}.{slot.path}: {numbers} belong into VALUES of tests/whole/limit_table.py"
                assert values.issuperset(numbers), told


INTL = "tencent-intl@2025-10"
EDITION = (  # the international site's copies of October 2025: pages 1211/73472 and 1211/73473
    ("notrain.RefVideoUrl", "video", "seconds", {}, "0.99 R 1.0 P 600.0 P 600.01 R"),
    ("photo.RefPhotoUrl", "photo", "width", {}, "191 R 192 P 4096 P 4097 R"),
    ("photo.RefPhotoUrl", "photo", "height", {}, "191 R 192 P 4096 P 4097 R"),
    ("photo.RefPhotoUrl", "photo", "aspect", {}, "0.499 R 0.5 P 2.0 P 2.001 R"),
    ("photo.RefPhotoUrl", "photo", "size_bytes", {}, "10000000 P 10000001 A 10485760 A 10485761 R"),
    ("photo.InputAudioUrl", "audio", "size_bytes", {}, "20000000 P 20000001 A 20971520 A 20971521 R"),
)


@pytest.mark.parametrize(("field", "kind", "measure", "request_", "said"), EDITION)
def test_the_international_edition_is_judged_by_its_own_numbers(
    field: str, kind: str, measure: str, request_: dict[str, Any], said: str
) -> None:
    endpoint, _, path = field.partition(".")
    row = Row(endpoint=endpoint, path=path, line=0, cases=said, made=kind, measure=measure, request=request_)
    for value, expected in row.each():
        findings = judge.judge_file(endpoint, path, facts_with(row, value), based(row), profile=INTL)
        found = next((f.verdict.value for f in findings if f.rule.startswith(row.rule)), "pass")
        assert found == expected, value


@pytest.mark.parametrize("faces", [0, 1, 2])
def test_a_photo_that_names_a_person_shows_one_face(faces: int) -> None:
    box = FaceBox(x=0, y=0, width=100, height=100, score=0.9)
    photo = dataclasses.replace(GOOD["photo"], faces=(box,) * faces)
    for endpoint, field, worst in (
        ("notrain", "VideoParam.RefPhotoUrl", "refused"),
        ("photo", "RefPhotoUrl", "advised"),
    ):
        findings = judge.judge_file(endpoint, field, photo)
        found = next((f.verdict.value for f in findings if f.rule.endswith(".face_count")), "pass")
        assert found == ("pass" if faces == 1 else worst)
