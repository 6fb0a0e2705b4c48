"""YAML files that people write: what is no YAML is one line, whatever the parser raised."""

from __future__ import annotations

import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from subprocess import PIPE

import pytest

from mediaprep.errors import BadConfig
from mediaprep.media.files import documents
from mediaprep.model.findings import Text

LARGE = Text("at most 100", "最大 100")


@pytest.mark.parametrize(
    "content", [b"a: [", b"a: 2026-13-45", b"\xff\xfe\x00", b"a: !!python/object:os.x {}"]
)
def test_what_is_no_yaml_is_one_line(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(content)
    with pytest.raises(BadConfig, match="not YAML") as caught:
        documents.load(path, 100, LARGE)
    assert "\n" not in caught.value.en + caught.value.zh


def test_size_and_absence_are_told(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    with pytest.raises(BadConfig, match="cannot be read"):
        documents.load(path, 100, LARGE)
    path.write_bytes(b"a" * 101)
    with pytest.raises(BadConfig, match="101 bytes; at most 100"):
        documents.load(path, 100, LARGE)
    path.write_bytes(b"a: 1")
    assert documents.load(path, 100, LARGE) == {"a": 1}


NINE = "".join(
    f"{name}: &{name} [{','.join(['*' + before] * 9)}]\n" for before, name in pairwise("abcdefghi")
)
BOMBS = {
    "aliases of aliases": "a: &a [x,x,x,x,x,x,x,x,x]\n" + NINE,
    "below request": "jobs:\n- id: x\n  request:\n    a: &a [x,x,x,x,x,x,x,x,x]\n"
    + "".join(f"    {line}\n" for line in NINE.splitlines()),
    "merges of merges": "a: &a {k: v}\n"
    + "".join(f"{n}: &{n} {{<<: [{','.join(['*' + b] * 9)}]}}\n" for b, n in pairwise("abcdefghijkl")),
    "a long text often": f"a: &a {'x' * 100_000}\nb: [{','.join(['*a'] * 3000)}]\n",
    "as a key's value": "a: &a {x: 1, y: 2}\n"
    + "".join(f"{n}: &{n} {{p: *{b}, q: *{b}, r: *{b}}}\n" for b, n in pairwise("abcdefghijklmnopqrst")),
}


@pytest.mark.parametrize("content", BOMBS.values(), ids=BOMBS)
def test_what_grows_without_end_is_refused_at_once(content: str) -> None:
    began = time.process_time()
    with pytest.raises(BadConfig, match=r"a\.yaml:1:1: its aliases.*at most [0-9]+ are read") as caught:
        documents.parse(content, "a.yaml")
    assert time.process_time() - began < 1 and "别名" in caught.value.zh


REFUSED = {
    "brackets": ("[" * 10_000, "nesting depth"),
    "brackets that end": ("[" * 100 + "]" * 100, "nested deeper than 64"),
    "blocks": ("- " * 10_000 + "a", "nesting depth"),
    "keys of keys": ("? " * 5_000 + "a", "nesting depth"),
    "indented maps": ("".join(" " * i + "a:\n" for i in range(200)), "nested deeper than 64"),
    "deep by aliases": (
        f"a: &a {'[' * 50}x{']' * 50}\nb: {'[' * 50}*a{']' * 50}\n", ":.:.*: nested deeper than 64",
    ),
    "itself": ("&a [*a]", "has no end"),
    "itself by a merge": ("&a {<<: *a}", "has no end"),
    "a huge key": ("? " + "k" * 300 + "\n: 1", "a key of 300 signs"),
    "a key twice": ("a: 1\nb: 2\na: 3", "a.yaml:3:1: a is given twice"),
    "a quoted key twice": ("a: 1\n'a': 3", "a.yaml:2:1: a is given twice"),
    "a key twice further in": ("x: [{id: 1, id: 2}]", "id is given twice"),
    "an alias as a key twice": ("&a k: 1\n*a : 2", "k is given twice"),
    "a number of 5,000 digits": ("a: " + "9" * 5000, "a number of 5000 signs"),
    "a number in sixties": ("a: 1" + ":59" * 50, "a number of 151 signs"),
    "a NUL": ('a: "x\\0"', "NUL"),
    "a list as a key": ("? [a]\n: 1", "unhashable"),
    "two documents": ("a: 1\n---\nb: 2", "expected a single document"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "why"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_meant_is_refused_with_its_reason(content: str, why: str) -> None:
    began = time.process_time()
    with pytest.raises(BadConfig, match=why) as caught:
        documents.parse(content, "a.yaml")
    assert time.process_time() - began < 1 and len(caught.value.en) < 500


def test_anchors_that_save_writing_are_read() -> None:
    job = "- {<<: *d, id: j%d, output: o%d.mp4}\n"
    content = "x: &d {endpoint: basic, request: {InputSsml: 你好, VirtualmanKey: k}}\njobs:\n"
    read = documents.parse(content + "".join(job % (i, i) for i in range(500)), "a.yaml")
    assert isinstance(read, dict) and read["jobs"][499]["endpoint"] == "basic"
    assert documents.parse("a: &a {k: 1}\nb: {<<: *a, k: 2}", "a.yaml") == {"a": {"k": 1}, "b": {"k": 2}}
    assert documents.parse("", "a.yaml") is None


def test_sigterm_is_heard_while_a_document_is_read(tmp_path: Path) -> None:
    path = tmp_path / "jobs.yaml"
    path.write_text(
        "jobs:\n" + "- {id: a, request: {b: [1, 2, 3, 4, 5, 6, 7, 8]}}\n" * 60_000, encoding="utf-8"
    )
    code = (
        "import sys; from mediaprep.cli import app; app._stop_cleanly(); from mediaprep.media.files import documents\n"
        "from mediaprep.model.findings import Text; from pathlib import Path; print('reads', flush=True)\n"
        "documents.load(Path(sys.argv[1]), 1 << 30, Text('', ''))"
    )
    with subprocess.Popen([sys.executable, "-c", code, path], stdout=PIPE, stderr=PIPE, text=True) as child:
        assert child.stdout is not None and child.stdout.readline() == "reads\n"
        time.sleep(0.3)
        child.terminate()
        _, said = child.communicate(timeout=5)
    assert "KeyboardInterrupt" in said
