"""A user's script, for the type checker alone (scripts/check): every public name is known to it, and none is Any."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import assert_type

import mediaprep
from mediaprep import aio


def heard(event: mediaprep.ProgressEvent) -> None:
    assert_type((event.job, event.kind, event.message.en), tuple[str, str, str])
    assert_type((event.done, event.total), tuple[float | None, float | None])


def files() -> None:
    assert_type(mediaprep.check("a.mp4"), mediaprep.Checked)
    assert_type(mediaprep.check(["a.mp4", Path("b.mp4")], faces=False, on_progress=heard)[0].verdict, str)
    assert_type(mediaprep.check("a.mp4")[0], mediaprep.FileReport)
    assert_type(mediaprep.check("a.mp4").to_dict("zh"), dict[str, object])
    assert_type(mediaprep.check("a.mp4")[0].to_json(), str)
    wish = mediaprep.FixWish(unsafe=True)
    assert_type(mediaprep.fix("a.mov", output="b.mp4", wish=wish, on_progress=heard), mediaprep.FixOutcome)
    assert_type(mediaprep.script("a.txt", output=Path("b.ssml")), mediaprep.Draft)
    assert_type(mediaprep.finish("a.mp4", "b.mp4", mediaprep.Finishing()), mediaprep.Finished)
    options = mediaprep.RenderOptions(overwrite=True)
    assert_type(mediaprep.finish("a.mp4", "b.mp4", options=options, on_progress=heard).output, Path)
    assert_type(mediaprep.verify("a.mp4.receipt.json", video=Path("a.mp4")), mediaprep.Verified)
    assert_type(mediaprep.check_decks(["a.pptx"]), mediaprep.Checked)
    assert_type(mediaprep.clean_deck("a.pptx", "b.pptx"), mediaprep.DeckCopy)
    assert_type(mediaprep.shrink_deck("a.pptx", Path("b.pptx")), mediaprep.DeckCopy)
    assert_type(mediaprep.split_deck("a.pptx", "parts", most_pages=9), mediaprep.SplitDeck)


def manifests() -> None:
    manifest = mediaprep.load_manifest("a.yaml")
    assert_type(manifest, mediaprep.Manifest)
    assert_type(list(manifest), list[mediaprep.Job])
    assert_type(mediaprep.plan(Path("a.yaml"), wish=mediaprep.PlanWish(again=True)), mediaprep.ManifestPlan)
    assert_type(mediaprep.plan("a.yaml").totals.cost, float | None)


def paid(settings: mediaprep.Settings, job: mediaprep.Job) -> None:
    assert_type(mediaprep.say("你好", "a.mp3", settings=settings, speed=1.1), mediaprep.Said)
    assert_type(mediaprep.submit("tts", {"Speed": 1.0}, settings=settings), mediaprep.Submitted)
    assert_type(mediaprep.fetch("t", "a.mp4", settings=settings, on_progress=heard), mediaprep.Fetched)
    assert_type(mediaprep.run(job, settings=settings, on_progress=heard), mediaprep.Outcome)
    assert_type(mediaprep.run(job, settings=settings).state, mediaprep.State)
    assert_type(mediaprep.Settings.load(), mediaprep.Settings)
    gateway = mediaprep.Gateway(settings)
    task = gateway.submit("tts", {"Speed": 1.0}, again=True)
    assert_type(task, mediaprep.Task)
    assert_type((task.id, task.state, task.result), tuple[str, str, mediaprep.TaskState | None])
    assert_type(task.wait(timeout=60), mediaprep.TaskState)
    assert_type(task.fetch("a.mp3"), mediaprep.Fetched)
    assert_type(list(mediaprep.as_completed([task], timeout=60)), list[mediaprep.Task])


async def awaited(settings: mediaprep.Settings, job: mediaprep.Job) -> None:
    assert_type(await aio.check("a.mp4", faces=False), mediaprep.Checked)
    assert_type(await aio.fix("a.mov", output="b.mp4"), mediaprep.FixOutcome)
    assert_type(await aio.finish("a.mp4", "b.mp4"), mediaprep.Finished)
    assert_type(await aio.load_manifest("a.yaml"), mediaprep.Manifest)
    assert_type(await aio.submit("tts", {}, settings=settings), mediaprep.Submitted)
    assert_type(await aio.run(job, settings=settings), mediaprep.Outcome)
    task = await aio.Gateway(settings).submit("tts", {})
    assert_type(task, aio.Task)
    assert_type(await task.wait(timeout=60), mediaprep.TaskState)
    assert_type([done async for done in aio.as_completed([task])], list[aio.Task])


def refused(call: Callable[[], object]) -> None:
    try:
        call()
    except mediaprep.Refused as error:
        assert_type(error.findings, tuple[mediaprep.Finding, ...])
    except mediaprep.MediaprepError as error:
        assert_type(error.retryable, bool)
        assert_type(error.code, int | str)
