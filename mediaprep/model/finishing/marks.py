"""The visible mark of generated content ("AI生成") at a video's beginning, as it is wished."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Final

from mediaprep.model.findings import Text
from mediaprep.model.finishing.logos import LOGO_POSITIONS
from mediaprep.model.finishing.options import SECONDS, SHARE, Option

MARK_TEXTS: Final = {"zh": "AI生成", "en": "AI-generated"}
LEAST_SECONDS: Final = 2.0
LEAST_SHARE: Final = 0.05
"""Of the shorter side that a character is high at least. Both figures by third-party copies of GB 45438-2025."""


@dataclass(frozen=True, kw_only=True)
class MarkWish:
    """`text`: its words, "true" for those of the `language`; None: no mark. No `corner`: the first that is free."""

    text: Annotated[
        str | None,
        Option(
            name="mark",
            unit=Text("true|TEXT", "true|文字"),
            example="true",
            decks=True,
            help=Text(
                "Label the first 2 s as generated, with “AI生成” or a text of yours.",
                "在开头 2 秒标注“AI生成”或自定文字。",
            ),
        ),
    ] = None
    language: Annotated[
        str,
        Option(
            name="mark_language", choices=tuple(MARK_TEXTS), example="en",
            help=Text("Of its usual words.", "默认文字的语言。"),
        ),
    ] = "zh"  # fmt: skip
    corner: Annotated[
        str | None,
        Option(
            name="mark_corner", choices=LOGO_POSITIONS, example="top-left",
            help=Text("Its corner, left where a face, logo or caption is.", "所在的角；如遮挡人脸、台标或字幕则避让。"),
        ),
    ] = None  # fmt: skip
    opacity: Annotated[
        float,
        Option(
            name="mark_opacity", unit=SHARE, least=0.5, most=1, example="0.8",
            help=Text("How solid it is.", "不透明度。"),
        ),
    ] = 0.9  # fmt: skip
    seconds: Annotated[
        float,
        Option(
            name="mark_seconds", unit=SECONDS, least=LEAST_SECONDS, most=3600, example="4",
            help=Text("How long it is shown, at least 2.", "显示时长，至少 2 秒。"),
        ),
    ] = LEAST_SECONDS  # fmt: skip

    clip: Annotated[
        Path | None,
        Option(
            name="mark_clip", example="generated.mp3",
            help=Text("What is heard before a sound, in place of the rhythm.", "音频开头播放的提示音，代替摩斯节奏。"),
        ),
    ] = None  # fmt: skip

    spoken: Annotated[
        bool,
        Option(
            name="mark_spoken", example="true",
            help=Text(
                "Its words are spoken before the sound of a tts job, by a tts task of its own.",
                "在语音任务的音频之前朗读标识文字；为此另建一个语音任务。",
            ),
        ),
    ] = False  # fmt: skip

    @property
    def words(self) -> str:
        """What is written."""
        return MARK_TEXTS[self.language] if self.text in (None, "true") else str(self.text)

    def settled(self) -> MarkWish:
        """The same with absolute paths."""
        return replace(self, clip=self.clip and self.clip.absolute())
