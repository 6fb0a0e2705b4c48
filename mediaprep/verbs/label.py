"""label: the label of generated content (AIGC) in files: shown, judged, written where there is none."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from mediaprep.errors import BadAsset
from mediaprep.media import ffmpeg, pictures
from mediaprep.media.containers import packets
from mediaprep.media.files import atomic
from mediaprep.media.labels import carrying, manifests, tags
from mediaprep.model.facts import AudioFacts, Facts, PhotoFacts, UnknownFacts, VideoFacts
from mediaprep.model.findings import FileReport, Finding
from mediaprep.model.labels import SIGNATURE, AigcLabel, LabelOrder, facts_of, holds
from mediaprep.preflight import label_rules
from mediaprep.verbs.check import measure
from mediaprep.verbs.finishing import output_claims, receipts


@dataclass(frozen=True, kw_only=True)
class LabelShown:
    """A file and the label that it carries, if it does. `problem`: why it could not be read."""

    path: Path
    label: AigcLabel | None = None
    manifest: manifests.ManifestShown | None = None
    unread_manifest: bool = False  # there is one, and c2pa is not installed
    problem: BadAsset | None = None


def show(path: Path) -> LabelShown:
    """The label of one file, as it stands there."""
    try:
        return LabelShown(
            path=path, label=tags.read(path).label, manifest=manifests.read(path),
            unread_manifest=not manifests.installed() and manifests.carries(path),
        )  # fmt: skip
    except BadAsset as error:
        return LabelShown(path=path, problem=error)


def check(path: Path, *, key: bytes | None = None) -> FileReport:
    """Judge the label that a file has to have: there, understood, the one of the receipt beside it; with a `key` also
    signed with it. Whatever the file holds, the answer is a report."""
    facts = measure(path, faces=False)
    findings: tuple[Finding, ...] = ()
    if isinstance(facts, VideoFacts | AudioFacts | PhotoFacts):
        label = tags.read(path).label
        findings = label_rules.demanded(facts)
        if label is not None:
            findings += _unlike_receipt(path, label)
            if key is not None and not holds(label, digests(path, facts), key):
                findings += (label_rules.unsigned(label.says(SIGNATURE)),)
    elif not isinstance(facts, UnknownFacts):
        facts = _no_media(facts)
    return FileReport(path=str(path), field=None, facts=facts, findings=findings)


def write(
    path: Path,
    output: Path,
    order: LabelOrder,
    *,
    binary: ffmpeg.Binary,
    overwrite: bool = False,
) -> AigcLabel:
    """A copy of `path` at `output` with the label that is ordered; streams are copied, and the label is read back.
    Raises BadAsset for a file that has one (a label is kept, never replaced) or is no media, BadConfig for what cannot
    hold one."""
    facts = measure(path, faces=False)
    if not isinstance(facts, VideoFacts | AudioFacts | PhotoFacts):
        unread = facts if isinstance(facts, UnknownFacts) else _no_media(facts)
        raise BadAsset(f"{path.name}: {unread.problem_en}", f"{path.name}：{unread.problem_zh}")
    if (there := tags.read(path).label) is not None:
        raise BadAsset(
            f"{path.name}: has a label already ({there.shown}): it is kept, none is written over it",
            f"{path.name}：已有标识（{there.shown}）：保留原标识，不会覆盖",
        )
    output_claims.claim([output], reads=[path], overwrite=overwrite)
    atomic.refuse_same(path, output)
    with atomic.landing(output) as part:
        shutil.copyfile(path, part)
        before = digests(part, facts)
        label = order.label(before if order.key is not None else ())
        tags.keep(tags.FileTags(label=label), part, binary=binary)
        if digests(part, facts) != before or not all(it.held for it in carrying.checks(part, label)):
            raise BadAsset(
                f"{path.name}: could not be labelled without changing it",
                f"{path.name}：无法在不改动内容的情况下写入标识",
            )
    return label


def digests(path: Path, facts: Facts) -> tuple[str, ...]:
    """sha256 of what a label is tied to: each stream's packets, or a picture's pixels. Raises BadAsset."""
    if isinstance(facts, PhotoFacts):
        return (pictures.pixel_digest(path),)
    return packets.stream_digests(path)


def _no_media(facts: Facts) -> UnknownFacts:
    return UnknownFacts(
        size_bytes=getattr(facts, "size_bytes", None),
        problem_en=f"is no video, sound or picture ({facts.kind.value}): it carries no label",
        problem_zh=f"不是视频、音频或图片（{facts.kind.value}）：不带标识",
    )


def _unlike_receipt(path: Path, label: AigcLabel) -> tuple[Finding, ...]:
    """What the receipt beside a file says against its label."""
    beside = receipts.path_of(path)
    if not beside.is_file():
        return ()
    known = next((one for one in receipts.read(beside).labels if one.role == carrying.OUTPUT), None)
    if known is None or known.sha256 == facts_of(label).sha256:
        return ()
    return (label_rules.unlike_receipt(label.shown, AigcLabel(known.text.encode()).shown),)
