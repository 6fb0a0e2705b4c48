"""Caption files by themselves: judged as a reader sees them, and written anew as SRT in UTF-8."""

from __future__ import annotations

from pathlib import Path

from mediaprep.errors import BadAsset, BadConfig, ToolFailed
from mediaprep.finishing import readable
from mediaprep.media.captions import subtitle_files
from mediaprep.media.files import atomic
from mediaprep.model.findings import Finding
from mediaprep.model.steps import SaveCaptions

_FORMS = {".srt": "srt", ".vtt": "vtt"}


def judge(path: Path) -> tuple[Finding, ...]:
    """What speaks against the captions of a file, whatever video they are for. A file that is gone or broken by now
    has nothing to be told of."""
    try:
        taken = subtitle_files.take(path)
    except BadAsset:
        return ()
    guessed = (readable.guessed(taken.encoding),) if taken.encoding_guessed else ()
    return (*guessed, *readable.of_file(taken.cues, taken.backwards, taken.dropped))


def step_of(path: Path, target: Path) -> SaveCaptions:
    """What writing them anew does. Raises BadConfig for a name that is neither srt nor vtt, BadAsset for no
    captions."""
    form = _FORMS.get(target.suffix.lower())
    if form is None:
        better = target.with_suffix(".srt").name
        raise BadConfig(
            f"captions are written as srt or vtt: name it {better} instead of {target.name}",
            f"字幕写为 srt 或 vtt：请命名为 {better}，而不是 {target.name}",
        )
    taken = subtitle_files.take(path)
    return SaveCaptions(
        form=form,
        cues=len(taken.cues),
        dropped=len(taken.dropped) + len(taken.backwards),
        was=taken.form,
        encoding=taken.encoding,
    )


def save(path: Path, target: Path, form: str) -> None:
    """Write the captions of `path` that are shown, in UTF-8. Raises BadAsset, BadConfig, ToolFailed."""
    atomic.refuse_same(path, target)
    cues = subtitle_files.read(path)
    with atomic.landing(target) as part:
        part.write_text(subtitle_files.text_of(cues, form), encoding="utf-8", newline="")
        made = subtitle_files.read(part)
        if [(cue.start_ms, cue.end_ms, cue.lines) for cue in made] != [
            (cue.start_ms, cue.end_ms, cue.lines) for cue in cues
        ]:
            raise ToolFailed("the captions that were written read otherwise", "写出的字幕与原字幕不一致")
