"""Captions to translators and back: written, read again, and only then given their name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mediaprep.errors import BadConfig, ToolFailed
from mediaprep.media.captions import chinese, subtitle_files, translations
from mediaprep.media.files import atomic
from mediaprep.model.finishing.plans import Cue
from mediaprep.verbs.finishing import output_claims


def export(path: Path, target: Path, *, languages: tuple[str, str], overwrite: bool = False) -> int:
    """Write the captions of `path` as numbered rows at `target`; how many. `languages`: of the original and of the
    translation, BCP 47. Raises BadConfig for another ending than those of translations.FORMS, BadAsset."""
    form = target.suffix.lower()
    if form not in translations.FORMS:
        known = ", ".join(translations.FORMS)
        raise BadConfig(f"{target.name}: name it {known}", f"{target.name}：请以 {known} 结尾")
    cues = subtitle_files.read(path)
    output_claims.claim([target], reads=[path], overwrite=overwrite)
    text = translations.exported(cues, form, name=path.name, source=languages[0], target=languages[1])
    with atomic.landing(target) as part:
        part.write_text(text, encoding="utf-8", newline="")
    return len(cues)


def bring_back(original: Path, translated: Path, target: Path, *, overwrite: bool = False) -> int:
    """Write the translation at the times of `original`; how many captions. Raises BadConfig, BadAsset, ToolFailed."""
    form = _form(target)
    cues = translations.imported(subtitle_files.read(original), translated)
    output_claims.claim([target], reads=[original, translated], overwrite=overwrite)
    return _written(cues, form, target)


def convert(path: Path, target: Path, script: str, *, overwrite: bool = False) -> int:
    """Write the captions of `path` in a script of CHINESE, cues and times as they are; how many. Raises BadConfig,
    BadAsset, ToolMissing, ToolFailed."""
    form = _form(target)
    cues = chinese.converted(subtitle_files.read(path), script)
    output_claims.claim([target], reads=[path], overwrite=overwrite)
    return _written(cues, form, target)


def _form(target: Path) -> str:
    form = target.suffix.lower().removeprefix(".")
    if form not in {"srt", "vtt"}:
        raise BadConfig(f"{target.name}: name it .srt or .vtt", f"{target.name}：请以 .srt 或 .vtt 结尾")
    return form


def _written(cues: Sequence[Cue], form: str, target: Path) -> int:
    with atomic.landing(target) as part:
        part.write_text(subtitle_files.text_of(cues, form), encoding="utf-8", newline="")
        again = subtitle_files.parse(part.read_text("utf-8"), target).cues
        if [(cue.start_ms, cue.lines) for cue in again] != [(cue.start_ms, cue.lines) for cue in cues]:
            raise ToolFailed(
                "the captions that were written read otherwise", "写出的字幕读回后与原字幕不一致"
            )
    return len(cues)
