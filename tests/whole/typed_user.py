"""A user's script, for the type checker alone (scripts/check): every public name is known to it, and none is Any."""

from __future__ import annotations

from pathlib import Path
from typing import assert_type

import mediaprep
from mediaprep.model.drafts import Draft
from mediaprep.model.paid.jobs import Fetched, Said, Submitted
from mediaprep.model.results.fix_outcomes import FixOutcome
from mediaprep.verbs.finish import Finished
from mediaprep.verbs.verify import Verified


def use(settings: mediaprep.Settings, job: mediaprep.Job) -> None:
    assert_type(mediaprep.check("a.mp4"), tuple[mediaprep.FileReport, ...])
    assert_type(mediaprep.check(["a.mp4", Path("b.mp4")], faces=False)[0].verdict, str)
    assert_type(mediaprep.fix("a.mov", output="b.mp4"), FixOutcome)
    assert_type(mediaprep.script("a.txt", output=Path("b.ssml")), Draft)
    assert_type(mediaprep.say("你好", "a.mp3", settings=settings), Said)
    assert_type(mediaprep.submit("tts", {"Speed": 1.0}, settings=settings), Submitted)
    assert_type(mediaprep.fetch("t", "a.mp4", settings=settings), Fetched)
    assert_type(mediaprep.finish("a.mp4", "b.mp4", mediaprep.Finishing()), Finished)
    assert_type(mediaprep.verify("a.mp4.receipt.json"), Verified)
    assert_type(mediaprep.run(job, settings=settings), mediaprep.Outcome)
    assert_type(mediaprep.Settings.load(), mediaprep.Settings)
    try:
        mediaprep.Gateway(settings)
    except mediaprep.Refused as error:
        assert_type(error.findings, tuple[mediaprep.Finding, ...])
    except mediaprep.MediaprepError as error:
        assert_type(error.retryable, bool)
        assert_type(error.code, int | str)
