"""The label of a finished file beside its receipt: is it still there, and still the same?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mediaprep.media.labels import tags
from mediaprep.media.labels.carrying import OUTPUT
from mediaprep.model.finishing.proof import Check
from mediaprep.model.finishing.receipts import LabelRecord, Receipt
from mediaprep.model.labels import PRODUCER, AigcLabel, facts_of


def checks(path: Path, receipt: Receipt, *, recoded: bool = False) -> list[Check]:
    """Judge the label of the file at `path`: byte for byte, or in a copy that was `recoded` by what its producer wrote,
    as those who spread it add to it. Nothing where neither the output nor an input ever had one. Raises BadAsset."""
    known = _of_output(receipt.labels)
    if known is None and not receipt.labels:
        return []
    found = tags.read(path).label
    if known is None:
        return [_lost(found, receipt.labels[0])]
    same = found is not None and (
        facts_of(found).sha256 == known.sha256 or (recoded and _spread(found, known))
    )
    shown = AigcLabel(known.text.encode()).shown
    told = (f"the producer's fields of {shown}", f"保留生成者字段：{shown}") if recoded else None
    expected = told or (f"as proved, byte for byte: {shown}", f"与校验时逐字节一致：{shown}")
    return [
        Check(
            name="label", held=same, measured="none" if found is None else found.shown, expected=expected[0],
            expected_zh=expected[1],
        ),
        *_understood(found),
    ]  # fmt: skip


def _of_output(labels: Sequence[LabelRecord]) -> LabelRecord | None:
    return next((one for one in labels if one.role == OUTPUT), None)


def _lost(found: AigcLabel | None, record: LabelRecord) -> Check:
    """Of an output without a label that was made of files with one."""
    return Check(
        name="label",
        held=found is not None and facts_of(found).sha256 == record.sha256,
        measured="none" if found is None else found.shown,
        expected=f"that of {record.role} {record.name}",
        expected_zh=f"{record.role} {record.name} 的标识",
    )


def _spread(found: AigcLabel, known: LabelRecord) -> bool:
    """Whether the producer's fields are the same."""
    before = AigcLabel(known.text.encode())
    return before.fields is not None and all(found.says(name) == before.says(name) for name in PRODUCER)


def _understood(found: AigcLabel | None) -> list[Check]:
    """What is wrong with a label that is there; it is kept, and told."""
    if found is None:
        return []
    return [
        Check(
            name=f"label.{flaw.rule}", held=None, measured=found.shown, expected="a label that readers understand",
            note=flaw.en, expected_zh="可识别的标识", note_zh=flaw.zh,
        )
        for flaw in facts_of(found).flaws
    ]  # fmt: skip
