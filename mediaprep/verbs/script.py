"""`script`: a plain text → SSML that fits its parameter, in parts if asked, with readings and an estimate."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from mediaprep.contract import profiles
from mediaprep.contract.limits import kinds_for
from mediaprep.contract.script.texts import limit_of
from mediaprep.errors import BadAsset, BadConfig
from mediaprep.media import text as texts
from mediaprep.media.files import atomic
from mediaprep.model.any_path import AnyPath
from mediaprep.model.drafts import Draft, ScriptPart
from mediaprep.model.facts import Kind
from mediaprep.model.findings import Finding, Verdict
from mediaprep.preflight.judge import judge_file
from mediaprep.preflight.rulebook import field_names
from mediaprep.preflight.scripts import banned_words, lexicon
from mediaprep.preflight.scripts import drafting as scripts
from mediaprep.preflight.scripts.splitting import split
from mediaprep.verbs.check import read_script
from mediaprep.verbs.finishing import output_claims

_ATTEMPTS = 6  # at parts short enough to be spoken in time


def script(
    source: AnyPath,
    *,
    output: AnyPath | None = None,
    field: str = "notrain.InputSsml",
    lexicon_file: AnyPath | None = None,
    words_file: AnyPath | None = None,
    splitting: bool = False,
    plain: bool | None = None,
    speed: float = 1.0,
    request: Mapping[str, Any] | None = None,
    overwrite: bool = False,
    profile: str = profiles.DEFAULT,
) -> Draft:
    """Draft the text of `source` for `field`; `plain` says it holds no markup yet (None: by its tags).

    Written to `output` (numbered when there are more parts) unless something is refused. Raises BadAsset for a
    file that is no text, BadConfig for a wrong list, field or speed.
    """
    profiles.get(profile)
    source, output = Path(source), None if output is None else Path(output)
    lexicon_file = None if lexicon_file is None else Path(lexicon_file)
    words_file = None if words_file is None else Path(words_file)
    place = _place(field)
    if not 0.5 <= speed <= 1.5:
        raise BadConfig(
            f"speed is {speed:g}; allowed: [0.5, 1.5]", f"speed 为 {speed:g}；允许范围 [0.5, 1.5]"
        )
    text, guessed = read_text(source), _guessed(source, place)
    literal = not scripts.is_markup(text) if plain is None else plain
    markup, count = scripts.drafted(text, plain=literal), 0
    if lexicon_file is not None:
        markup, count = lexicon.apply(markup, read_lexicon(lexicon_file))
    pieces = _parts(markup, place, request, profile, speed) if splitting else (markup,)
    parts = tuple(_part(piece, place, request, profile, speed) for piece in pieces)
    draft = Draft(
        source=source,
        field=place.id,
        speed=speed,
        parts=parts,
        findings=(*guessed, *_findings(text, markup, place, literal, words_file)),
        read=count,
    )
    if output is None or draft.verdict is Verdict.REFUSED:
        return draft
    targets = _targets(output, len(parts))
    output_claims.claim(targets, reads=[source, lexicon_file, words_file], overwrite=overwrite)
    return replace(draft, parts=_written(parts, targets))


def read_text(path: Path) -> str:
    """A text file, its path in front of what is wrong with it."""
    try:
        return read_script(path)
    except BadAsset as error:
        if path.name in error.en:
            raise
        raise BadAsset(f"{path}: {error.en}", f"{path}：{error.zh}") from error
    except OSError as error:
        raise BadAsset(f"{path}: {error.strerror}", f"{path}：{error.strerror}") from error


def _guessed(path: Path, place: field_names.Field) -> tuple[Finding, ...]:
    """That the text's encoding was guessed, if it was."""
    with contextlib.suppress(BadAsset):
        facts = texts.measure(path)
        rule = f"{place.endpoint}.{place.path}.encoding_guessed"
        found = judge_file(place.endpoint, place.path, facts)
        return tuple(finding for finding in found if finding.rule == rule)
    return ()


def read_lexicon(path: Path) -> lexicon.Lexicon:
    """Readings from a file. Raises BadAsset or BadConfig."""
    return lexicon.parse(read_text(path), path.name)


def read_words(path: Path) -> banned_words.BannedWords:
    """Banned words from a file. Raises BadAsset or BadConfig."""
    return banned_words.parse(read_text(path), path.name)


def _place(field: str) -> field_names.Field:
    place = field_names.parse(field)
    if Kind.TEXT not in kinds_for(place.endpoint, place.path):
        raise BadConfig(f"{field} takes no text", f"{field} 不接受文本")
    return place


def _part(
    text: str, place: field_names.Field, request: Mapping[str, Any] | None, profile: str, speed: float
) -> ScriptPart:
    facts = scripts.measured(text, len(text.encode()), speed=speed)
    return ScriptPart(
        text=text,
        characters=facts.characters,
        spoken_characters=facts.spoken_characters or 0,
        seconds=facts.estimated_seconds or 0.0,
        findings=tuple(
            finding
            for finding in judge_file(place.endpoint, place.path, facts, request, profile=profile)
            if not finding.rule.endswith(".well_formed")  # told with its place in the user's own text
        ),
    )


def _parts(
    markup: str, place: field_names.Field, request: Mapping[str, Any] | None, profile: str, speed: float
) -> tuple[str, ...]:
    """Parts under the limit of characters, and under that of seconds where the parameter has one."""
    least, most = limit_of(place.endpoint, place.path, "characters", request, profile=profile)
    _, longest = limit_of(place.endpoint, place.path, "estimated_seconds", request, profile=profile)
    room = int(most)
    for _ in range(_ATTEMPTS):
        pieces = split(markup, room, int(least) or 1)
        slowest = max(scripts.measured(piece, speed=speed).estimated_seconds or 0.0 for piece in pieces)
        if slowest <= longest:
            break
        room = max(int(least) or 1, int(room * max(0.3, 0.95 * longest / slowest)))
    return pieces


def _findings(
    text: str, markup: str, place: field_names.Field, literal: bool, words_file: Path | None
) -> tuple[Finding, ...]:
    """What drafting could not mend, placed in the user's text where it stands there too; banned words."""
    written = () if literal else scripts.problems(place.endpoint, place.path, text)
    found = _placed(written, scripts.problems(place.endpoint, place.path, markup))
    if words_file is not None:
        words = read_words(words_file)
        written = banned_words.judge(place.endpoint, place.path, text, words, markup=not literal)
        # an alias of the lexicon's is spoken too, and stands only in the markup
        made = banned_words.judge(place.endpoint, place.path, markup, words)
        found += [*written, *(one for one in _placed(written, made) if one not in written)]
    return tuple(sorted(found, key=lambda finding: _position(finding.where)))


def _placed(written: tuple[Finding, ...], made: tuple[Finding, ...]) -> list[Finding]:
    """The findings on the made script, with the place in the user's text for those that were there before."""
    waiting = list(written)
    kept, new = [], []
    for one in made:
        same = next((old for old in waiting if old.message == one.message), None)
        if same is None:
            new.append(one)
        else:
            waiting.remove(same)
            kept.append(same)
    return [*kept, *new]


def _position(where: str | None) -> tuple[int, ...]:
    return tuple(int(number) for number in (where or "0:0").split(":"))


def _targets(output: Path, count: int) -> tuple[Path, ...]:
    """`output`, or out-1.txt, out-2.txt …"""
    if count == 1:
        return (output,)
    width = len(str(count))
    return tuple(
        output.with_name(f"{output.stem}-{number:0{width}}{output.suffix}") for number in range(1, count + 1)
    )


def _written(parts: tuple[ScriptPart, ...], targets: tuple[Path, ...]) -> tuple[ScriptPart, ...]:
    """The parts with the files they stand in."""
    for part, target in zip(parts, targets, strict=True):
        with atomic.landing(target) as file:
            file.write_text(part.text + "\n", encoding="utf-8", newline="")
    return tuple(replace(part, path=target) for part, target in zip(parts, targets, strict=True))
