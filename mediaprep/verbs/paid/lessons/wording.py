"""What is said on the pages of a lesson, with the time of every character in its video."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mediaprep.errors import BadAsset
from mediaprep.finishing import align, paging, spoken
from mediaprep.finishing.spoken import Spoken
from mediaprep.media.sound import pauses
from mediaprep.model.decks.lessons import ShownPage
from mediaprep.model.findings import Text
from mediaprep.model.finishing.plans import SilenceMap
from mediaprep.verbs.paid.lessons.drafting import Drafted
from mediaprep.verbs.paid.voicing import sentences_of


@dataclass(frozen=True, kw_only=True)
class LessonText:
    """All that is said; `estimated` are pages whose times are a guess."""

    spoken: tuple[Spoken, ...]
    estimated: tuple[int, ...] = ()

    @property
    def notes(self) -> tuple[Text, ...]:
        if not self.estimated:
            return ()
        pages = ", ".join(map(str, self.estimated))
        return (
            Text(
                f"caption times are estimated on pages {pages}: their words came without times",
                f"第 {pages} 页的字幕时间为估算：没有逐字时间",
            ),
        )


def words(video: Path, shown: Sequence[ShownPage], lesson: Drafted) -> LessonText:
    """What is said in `video`, page by page: by the times of the voice, else the script laid over its pauses."""
    said: list[Spoken] = []
    estimated: list[int] = []
    silence: SilenceMap | None = None
    for page in shown:
        start_ms, end_ms = page.start * 1000, page.end * 1000
        stamps = sentences_of(page.voice) if page.voice is not None and len(page.numbers) == 1 else ()
        if stamps:
            said += paging.placed(spoken.from_timestamps(stamps), start_ms, end_ms)
            continue
        script = "\n".join(text for number in page.numbers if (text := lesson.page(number).script))
        if not script:
            continue
        silence = silence or pauses.silence_map(video)
        try:
            found = align.align(script, paging.window(silence, round(start_ms), round(end_ms))).spoken
        except BadAsset:  # nothing is heard there: what is not said needs no captions
            continue
        said += paging.placed(found, start_ms, end_ms)
        estimated += page.numbers
    return LessonText(spoken=tuple(said), estimated=tuple(estimated))
