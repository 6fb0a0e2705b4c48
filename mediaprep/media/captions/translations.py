"""Captions for translators and back: numbered rows as CSV, XLIFF 1.2 or SRT. Times stay those of the original."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from mediaprep.errors import BadAsset
from mediaprep.media import text as texts
from mediaprep.media.captions import subtitle_files
from mediaprep.model.finishing.plans import Cue

FORMS: Final = (".csv", ".xliff", ".xlf", ".srt")
_NAMESPACE: Final = "urn:oasis:names:tc:xliff:document:1.2"
_COLUMNS: Final = ("number", "start", "end", "source", "target")
_FORMULA: Final = ("=", "+", "-", "@", "\t")
"""What a spreadsheet would take for a formula; such a text is written after an apostrophe."""
_DTD: Final = re.compile(r"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def exported(cues: Sequence[Cue], form: str, *, name: str, source: str = "zh", target: str = "en") -> str:
    """The captions of the file `name` as rows to translate; `form`: an ending of FORMS. Languages by BCP 47."""
    if form == ".csv":
        return _csv(cues)
    if form in {".xliff", ".xlf"}:
        return _xliff(cues, name, source, target)
    return subtitle_files.text_of(cues, "srt")


def imported(cues: Sequence[Cue], path: Path) -> tuple[Cue, ...]:
    """`cues` with the words that the translated file at `path` has under their numbers. Raises BadAsset for a file that
    cannot be read, for numbers that are missing, twice or too many, and for captions that are not translated."""
    told = _read(path)
    wanted = range(1, len(cues) + 1)
    strange = sorted(number for number in told if number not in wanted)
    missing = [number for number in wanted if not told.get(number, "").strip()]
    if strange or missing:
        raise BadAsset(
            f"{path.name}: " + "; ".join(
                part for part in (
                    f"no translation of {_listed(missing)}" if missing else "",
                    f"no caption has the number {_listed(strange)}" if strange else "",
                ) if part
            ) + f"; the original has {len(cues)} captions",
            f"{path.name}：" + "；".join(
                part for part in (
                    f"第 {_listed(missing)} 条没有译文" if missing else "",
                    f"原文没有第 {_listed(strange)} 条" if strange else "",
                ) if part
            ) + f"；原文共 {len(cues)} 条",
        )  # fmt: skip
    return tuple(
        replace(
            cue, lines=tuple(line.strip() for line in told[number].split("\n") if line.strip()), second=()
        )
        for number, cue in enumerate(cues, 1)
    )


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers[:8])) + (" …" if len(numbers) > 8 else "")


def _clock(ms: int) -> str:
    return f"{ms // 3600000:02}:{ms // 60000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000:03}"


def _csv(cues: Sequence[Cue]) -> str:
    page = io.StringIO()
    rows = csv.writer(page)
    rows.writerow(_COLUMNS)
    for number, cue in enumerate(cues, 1):
        text = f"'{cue.text}" if cue.text.startswith(_FORMULA) else cue.text
        rows.writerow((number, _clock(cue.start_ms), _clock(cue.end_ms), text, ""))
    return "\ufeff" + page.getvalue()  # without the mark Excel takes it for the system's encoding


def _xliff(cues: Sequence[Cue], name: str, source: str, target: str) -> str:
    ElementTree.register_namespace("", _NAMESPACE)
    root = ElementTree.Element(f"{{{_NAMESPACE}}}xliff", version="1.2")
    file = ElementTree.SubElement(
        root, f"{{{_NAMESPACE}}}file",
        {"original": name, "datatype": "plaintext", "source-language": source, "target-language": target},
    )  # fmt: skip
    body = ElementTree.SubElement(file, f"{{{_NAMESPACE}}}body")
    for number, cue in enumerate(cues, 1):
        unit = ElementTree.SubElement(body, f"{{{_NAMESPACE}}}trans-unit", id=str(number))
        unit.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        ElementTree.SubElement(unit, f"{{{_NAMESPACE}}}source").text = cue.text
        ElementTree.SubElement(unit, f"{{{_NAMESPACE}}}target")
        note = ElementTree.SubElement(unit, f"{{{_NAMESPACE}}}note")
        note.text = f"{_clock(cue.start_ms)} --> {_clock(cue.end_ms)}"
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _read(path: Path) -> Mapping[int, str]:
    ending = path.suffix.lower()
    if ending == ".srt":
        return dict(enumerate((cue.text for cue in subtitle_files.read(path)), 1))
    raw = subtitle_files.content(path, subtitle_files.MOST_BYTES + 1)
    if len(raw) > subtitle_files.MOST_BYTES:
        most = subtitle_files.MOST_BYTES >> 20
        raise BadAsset(f"{path.name}: larger than {most} MiB", f"{path.name}：超过 {most} MiB")
    text = texts.decode(raw, path.name).text.removeprefix("\ufeff")
    try:
        pairs = _rows_of_xliff(text) if ending in {".xliff", ".xlf"} else _rows_of_csv(text)
    except (ValueError, KeyError, csv.Error, ElementTree.ParseError) as error:
        told = " ".join(str(error).split())[:100]
        raise BadAsset(
            f"{path.name}: no numbered translation ({told}); give the exported .csv, .xliff or .srt",
            f"{path.name}：不是带编号的译文（{told}）；请提供导出的 .csv、.xliff 或 .srt",
        ) from error
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(number for number, _ in pairs if sum(number == other for other, _ in pairs) > 1)
        raise BadAsset(f"{path.name}: number {twice} stands there twice", f"{path.name}：编号 {twice} 重复")
    return found


def _rows_of_csv(text: str) -> list[tuple[int, str]]:
    head = text.partition("\n")[0]
    split = max(",;\t", key=head.count)  # as spreadsheets of other countries save it
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=split)
    told = [
        (int(row["number"]), (row["target"] or "").replace("\r\n", "\n")) for row in rows if row.get("number")
    ]
    return [
        (number, words[1:] if words.startswith("'") and words[1:].startswith(_FORMULA) else words)
        for number, words in told
    ]


def _rows_of_xliff(text: str) -> list[tuple[int, str]]:
    if _DTD.search(text):
        raise ValueError("a document type is not read")
    root = ElementTree.fromstring(text)  # noqa: S314 - without a document type there is nothing to expand
    units = [unit for unit in root.iter() if unit.tag.rpartition("}")[2] == "trans-unit"]
    if not units:
        raise ValueError("no trans-unit in it")
    return [(int(unit.attrib["id"]), "".join(_target(unit).itertext())) for unit in units]


def _target(unit: ElementTree.Element) -> ElementTree.Element:
    found = (part for part in unit if part.tag.rpartition("}")[2] == "target")
    return next(found, ElementTree.Element("target"))
