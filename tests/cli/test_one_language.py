"""Every page of help and every mistake of a command line, in one language only. New verbs are found by themselves."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

_ASK = """
import contextlib, importlib, io, json, sys
import click
from mediaprep.cli.app import HOMES, VERBS, app, run

def said(words):
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out), contextlib.suppress(SystemExit):
        run(words)
    return out.getvalue()

pages, wrong = {"": said(["--help"])}, {}
for verb in VERBS:
    command = importlib.import_module(HOMES[verb]).command
    pages[verb] = said([verb, "--help"])
    for inner in command.list_commands(None) if isinstance(command, click.Group) else ():
        pages[verb + " " + inner] = said([verb, inner, "--help"])
for words in (["chekc"], ["check"], ["check", "--nonsense"], ["check", "a", "--format", "xyz"], ["fix", "a"],
              ["run"], ["run", "m.yaml", "--jobs", "many"], ["explain"], ["explain", "foo.bar"], ["jobs", "nothing"],
              ["deck", "split"], ["finish", "a", "b", "c"], ["verify", "/tmp"], ["submit", "nothing", "r.json"],
              ["check", "--urls", "a"], ["diff", "a"], ["profiles", "diff", "x", "y"], ["help", "nothing"]):
    wrong[" ".join(words)] = said(words)
print(json.dumps([pages, wrong]))
"""
# What both languages write alike: names, codes, forms of files, and what is typed.
_TYPED = re.compile(
    r"mediaprep(?: +[\w-]+)*|`[^`]*`|--?[a-z][\w-]*|[\w./]+\.(?:json|yaml|mp4|html|csv|srt|toml)|<[^>]*>|'[^']*'|"
    r"\[[^\]]*\]|（[\w -]+）|^ *[\w-]+  +"
)
_ENGLISH = re.compile(
    r"\b(?:the|of|to|is|are|and|or|not|no|with|for|from|in|by|this|that|it|all|show|file|files|option|options|usage|"
    r"default|required|error|exit|one|than|after|before|which|what|where|when|write|read|only|each|more)\b"
)  # fmt: skip
_CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
_NAMED = {  # in English: names and texts that are Chinese themselves
    "AI生成", "抖音", "视频号", "快手", "小红书", "中文", "文案", "隐式标识", "。", "，",
}  # fmt: skip


def asked(lang: str) -> tuple[dict[str, str], dict[str, str]]:
    done = subprocess.run(
        [sys.executable, "-c", _ASK], env={**os.environ, "MEDIAPREP_LANG": lang, "COLUMNS": "200"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    pages, wrong = json.loads(done.stdout)
    assert len(pages) > 50 and all(pages.values()) and all(wrong.values())
    return pages, wrong


def english_in(page: str) -> Iterator[str]:
    for line in page.splitlines():
        bare = _TYPED.sub(" ", line)
        if found := _ENGLISH.findall(bare):
            yield f"{found}: {line.strip()}"


def test_chinese_pages_and_mistakes_have_no_english_left() -> None:
    pages, wrong = asked("zh")
    left = {name: list(english_in(text)) for name, text in {**pages, **wrong}.items()}
    assert not {name: lines for name, lines in left.items() if lines}
    assert all("用法" in page and "选项" in page for page in pages.values())


def test_english_pages_and_mistakes_have_no_chinese() -> None:
    pages, wrong = asked("en")
    left = {}
    for name, text in {**pages, **wrong}.items():
        for word in _NAMED:
            text = text.replace(word, "")
        if found := [line.strip() for line in text.splitlines() if _CHINESE.search(line)]:
            left[name] = found
    assert not left


@pytest.mark.parametrize("line", ["Show this message and exit.", "  写出 the file", "用法：x；exit with 1"])
def test_the_test_sees_english(line: str) -> None:
    assert list(english_in(line))
