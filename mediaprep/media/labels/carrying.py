"""Labels and free keys from the files of a plan into what is made of them.

Main's label is the output's, byte for byte. Where main has none, one that is ordered is written; else that of the first
other file that has one. Whatever the others say stays in the receipt.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from mediaprep.errors import BadAsset
from mediaprep.media import ffmpeg
from mediaprep.media.containers import packets
from mediaprep.media.labels import manifests, tags
from mediaprep.media.labels.tags import FileTags
from mediaprep.model.finishing.plans import RenderPlan
from mediaprep.model.finishing.proof import Check
from mediaprep.model.finishing.receipts import LabelRecord
from mediaprep.model.labels import AigcLabel, Credential, LabelOrder, facts_of

OUTPUT: Final = "output"


@dataclass(frozen=True, kw_only=True)
class Carried:
    """What goes into an output: `tags` (main's own, with the label that it gets), or the label that is ordered.
    With a `credential` it is signed by C2PA as `title`, edited from `main`. `inputs`: every file that has a label, with
    its role and name."""

    tags: FileTags
    main: Path
    title: str = ""
    order: LabelOrder | None = None
    credential: Credential | None = None
    inputs: tuple[tuple[str, str, AigcLabel], ...] = ()


def of_plan(plan: RenderPlan) -> Carried:
    """What of the files of a plan its output has to say. Raises BadAsset."""
    found = [(role, path, tags.read(path)) for role, path in dict.fromkeys(plan.files)]
    inputs = tuple((role, path.name, it.label) for role, path, it in found if it.label is not None)
    said = next(it for _, path, it in found if path == plan.main.path)
    order = plan.label if said.label is None else None
    label = said.label or (inputs[0][2] if inputs and order is None else None)
    return Carried(
        tags=replace(said, label=label), main=plan.main.path, title=plan.output.name, order=order,
        credential=plan.credential, inputs=inputs,
    )  # fmt: skip


def settle(carried: Carried, part: Path, *, binary: ffmpeg.Binary) -> AigcLabel | None:
    """Have the video at `part` say it, and give the label it has to have. What cannot be read is left to its proof.
    Raises BadConfig, ToolFailed."""
    told, order = carried.tags, carried.order
    with contextlib.suppress(BadAsset):
        if told.label is None and order is not None:
            digests = () if order.key is None else packets.stream_digests(part)
            told = replace(told, label=order.label(digests))
        tags.keep(told, part, binary=binary)
        if carried.credential is not None:
            manifests.sign(part, carried.main, carried.credential, title=carried.title)
    return told.label


def checks(path: Path, wanted: AigcLabel | None) -> tuple[Check, ...]:
    """Whether the file at `path` has the label that it has to have."""
    if wanted is None:
        return ()
    with contextlib.suppress(BadAsset):
        return (check(tags.read_own(path).label, wanted),)
    return (check(None, wanted),)


def check(found: AigcLabel | None, wanted: AigcLabel) -> Check:
    """Whether a label is the one that has to be there, byte for byte."""
    return Check(
        name="label",
        held=found == wanted,
        measured="none" if found is None else found.shown,
        expected=f"as it was, byte for byte: {wanted.shown}",
        expected_zh=f"与原标识逐字节一致：{wanted.shown}",
    )


def records(carried: Carried, output: Path, label: AigcLabel | None) -> tuple[LabelRecord, ...]:
    """What a receipt says of the labels of an output and of its inputs."""
    own = () if label is None else (record(OUTPUT, output.name, label),)
    return (*own, *(record(role, name, one) for role, name, one in carried.inputs))


def record(role: str, name: str, label: AigcLabel) -> LabelRecord:
    """What a receipt says of one label."""
    told = facts_of(label)
    return LabelRecord(role=role, name=name, sha256=told.sha256, text=told.text)
