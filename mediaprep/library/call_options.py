"""What may be said with a call besides its first arguments, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from mediaprep.model.any_path import AnyPath


class CheckOptions(TypedDict, total=False):
    """Of `check`. `field` ("notrain.RefVideoUrl"; None: by each file's kind), `request` that decides conditional
    limits, `profile` of a service, `faces` are looked for (True), `hashes` are told, `thorough`: every packet and
    keyframe is read, `jobs`: how many files at once."""

    field: str | None
    request: Mapping[str, object] | None
    profile: str
    faces: bool
    hashes: bool
    thorough: bool
    jobs: int | None


class ScriptOptions(TypedDict, total=False):
    """Of `script`. `output` file (numbered when there are more parts), `field` it is for ("notrain.InputSsml"),
    `lexicon_file` of readings, `words_file` of banned words, `splitting` of what is too long, `plain`: it holds no
    markup (None: by its tags), `speed` from 0.5 to 1.5, `request` that decides conditional limits, `overwrite`,
    `profile`."""

    output: AnyPath | None
    field: str
    lexicon_file: AnyPath | None
    words_file: AnyPath | None
    splitting: bool
    plain: bool | None
    speed: float
    request: Mapping[str, object] | None
    overwrite: bool
    profile: str


class SubmitOptions(TypedDict, total=False):
    """Of `submit`. `base`: the folder that relative paths in the request start from, `check_files` (True), `again`:
    submit and pay once more, `wait_seconds` for a free place (0), `doubt_seconds` for a sign of a task whose answer was
    lost (30), `beside`: the folder in which is noted that it was sent."""

    base: AnyPath | None
    check_files: bool
    again: bool
    wait_seconds: float
    doubt_seconds: float
    beside: AnyPath | None


class SayOptions(TypedDict, total=False):
    """Of `say`. `voice` ("female_1"), `speed` 0.5 to 1.5, `volume` 0 to 10, `sample_rate` in Hz, `more` parameters of
    the request as on the wire, `is_ssml`: the text is markup, `again`: pay once more, `overwrite`, `wait_seconds` for a
    free place (0), `deadline_seconds` for the sound (None: as long as it takes)."""

    voice: str
    speed: float
    volume: int
    sample_rate: int | None
    more: Mapping[str, object] | None
    is_ssml: bool
    again: bool
    overwrite: bool
    wait_seconds: float
    deadline_seconds: float | None


class FetchOptions(TypedDict, total=False):
    """Of `fetch`. `endpoint` it was submitted to (None: the ledger knows, or both queries are tried),
    `deadline_seconds` (None: as long as it takes), `driving`: the sound that was sent, `write_receipt` beside a video,
    `overwrite`."""

    endpoint: str | None
    deadline_seconds: float | None
    driving: AnyPath | None
    write_receipt: bool
    overwrite: bool


class RunJobOptions(TypedDict, total=False):
    """Of `run`. `unsafe`: steps that remove content are allowed, `again`: pay once more, `overwrite`, `wait_seconds`
    for a free place (3600), `deadline_seconds` for the task (None: as long as it takes), `pictures`: frames of the
    output in the outcome (True)."""

    unsafe: bool
    again: bool
    overwrite: bool
    wait_seconds: float
    deadline_seconds: float | None
    pictures: bool
