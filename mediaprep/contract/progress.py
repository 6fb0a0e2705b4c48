"""A task's life and what the service says of it: COMMIT → MAKING → SUCCESS | FAIL."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, field_validator

from mediaprep.contract.wire.received import whole

TICKS_PER_MS: Final = 10_000
"""Timestamps of words are counted in 0.1 µs."""


class Status(enum.StrEnum):
    """Where a task stands."""

    COMMIT = "COMMIT"  # accepted, waiting in the queue
    MAKING = "MAKING"
    SUCCESS = "SUCCESS"
    FAIL = "FAIL"

    @property
    def final(self) -> bool:
        return not MOVES[self]


MOVES: Mapping[Status, tuple[Status, ...]] = {
    Status.COMMIT: (Status.MAKING, Status.SUCCESS, Status.FAIL),
    Status.MAKING: (Status.SUCCESS, Status.FAIL),
    Status.SUCCESS: (),
    Status.FAIL: (),
}
"""What may follow what. A poll can miss MAKING, so COMMIT may be followed by an end."""


class _Answer(BaseModel):
    """Read leniently: the docs' own examples leave out what their tables demand."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True)

    @field_validator("*", mode="before")
    @classmethod
    def _forgive(cls, value: object, info: Any) -> object:
        field = cls.model_fields[info.field_name]
        default = field.get_default(call_default_factory=True)
        if isinstance(default, str):
            return value if isinstance(value, str) else default
        if isinstance(default, int):
            read = whole(value)
            return default if read is None else read
        if isinstance(default, list):
            return (
                [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else default
            )
        return value


class Word(_Answer):
    """One character of a sentence; the last one carries the punctuation after it. Ticks of 0.1 µs."""

    word: str = Field("", alias="Word")
    start: int = Field(0, alias="StartTimestamp")
    end: int = Field(0, alias="EndTimestamp")

    @property
    def start_ms(self) -> int:
        return round(self.start / TICKS_PER_MS)

    @property
    def end_ms(self) -> int:
        return round(self.end / TICKS_PER_MS)


class Sentence(_Answer):
    """A sentence the service cut out of the script."""

    sentence: str = Field("", alias="Sentence")
    words: list[Word] = Field(default_factory=list, alias="Words")


class Progress(_Answer):
    """Payload of both progress calls. `progress` is reserved by the docs: never show it as a percentage.
    `array_count` = tasks queued before this one; `duration` in milliseconds. ppt has no subtitles, queue
    place or timestamps."""

    status_text: str = Field("", alias="Status")
    progress: int = Field(0, alias="Progress")
    media_url: str = Field("", alias="MediaUrl")
    subtitles_url: str = Field("", alias="SubtitlesUrl")
    array_count: int = Field(0, alias="ArrayCount")
    fail_code: int = Field(0, alias="FailCode")
    fail_message: str = Field("", alias="FailMessage")
    sentences: list[Sentence] = Field(default_factory=list, alias="TextTimestampResult")
    duration_ms: int = Field(0, alias="Duration")

    @property
    def status(self) -> Status:
        return status_of({"Status": self.status_text, "Progress": self.progress})


def callback_body(
    task_id: str, status: Status, *, media_url: str = "", subtitles_url: str = "", fail_message: str = ""
) -> dict[str, Any]:
    """The body the service sends (wrapped in Payload, no Header)."""
    return {
        "Payload": {
            "Progress": 100 if status is Status.SUCCESS else -1,
            "MediaUrl": media_url,
            "SubtitlesUrl": subtitles_url,
            "Status": status.value,
            "FailMessage": fail_message,
            "TaskId": task_id,
        }
    }


def status_of(answer: Mapping[str, Any]) -> Status:
    """Status decides. Only where it is missing does Progress: 100 done, −1 failed, else being made. A status
    the docs do not know is taken as "being made", because neither end may be assumed."""
    said = answer.get("Status")
    if isinstance(said, str) and said:
        return Status(said) if said in Status.__members__ else Status.MAKING
    match whole(answer.get("Progress")):
        case 100:
            return Status.SUCCESS
        case -1:
            return Status.FAIL
        case _:
            return Status.MAKING
