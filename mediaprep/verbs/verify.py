"""verify: a finished or downloaded video checked again, against the receipt that was written when it was proved."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mediaprep.errors import BadAsset
from mediaprep.media.prove import recheck
from mediaprep.model.any_path import AnyPath
from mediaprep.model.finishing.proof import Check, broken
from mediaprep.model.finishing.receipts import SUFFIX, Receipt
from mediaprep.model.telling.json_results import JsonResult, plain
from mediaprep.verbs.finishing import receipts

SCHEMA: Final = "mediaprep.verify/1"


@dataclass(frozen=True, kw_only=True)
class Verified(JsonResult):
    """A video beside its receipt, row by row."""

    video: Path
    receipt: Receipt
    checks: tuple[Check, ...]

    @property
    def broken(self) -> tuple[Check, ...]:
        return broken(self.checks)

    @property
    def unknown(self) -> tuple[Check, ...]:
        """What could not be checked."""
        return tuple(check for check in self.checks if check.held is None)

    @property
    def exit_code(self) -> int:
        """0 all held, 1 something did not, 3 something could not be checked."""
        return 1 if self.broken else 3 if self.unknown else 0

    def to_dict(self, lang: str = "en") -> dict[str, object]:  # noqa: ARG002  (checks say both languages)
        """All of `verify --format json`. `verdict`: held, failed or unknown."""
        known = self.receipt
        return {
            "schema": SCHEMA,
            "video": str(self.video),
            "receipt": {
                "made_at": known.made_at,
                "verb": known.verb,
                "emulated": known.emulated,
                "sha256": known.video.sha256,
                "tasks": [answer.task_id for answer in known.answers],
            },
            "verdict": "failed" if self.broken else "unknown" if self.unknown else "held",
            "checks": [plain(check) for check in self.checks],
        }


def verify(receipt: AnyPath, *, video: AnyPath | None = None, recoded: bool = False) -> Verified:
    """Check `video` (else the file that the receipt lies beside) against `receipt`; a video named in its place is
    checked against the one beside it. `recoded`: the video is a copy that was encoded anew, by a platform say: its
    bytes need not be the same.

    Raises BadAsset when the receipt cannot be read or there is no video.
    """
    receipt, video = Path(receipt), None if video is None else Path(video)
    if video is None and not receipt.name.endswith(SUFFIX) and receipts.path_of(receipt).is_file():
        receipt, video = receipts.path_of(receipt), receipt  # the video itself was named
    known = receipts.read(receipt)
    path = video or _beside(receipt, known)
    if not path.is_file():
        raise BadAsset(
            f"{path}: no such video; name it with --video", f"{path}：视频不存在；请用 --video 指定"
        )
    return Verified(video=path, receipt=known, checks=recheck.verify(path, known, recoded=recoded))


def _beside(receipt: Path, known: Receipt) -> Path:
    """The video as the receipt's own name says (both may have been renamed), else as it was called then."""
    if receipt.name.endswith(SUFFIX):
        named = receipt.with_name(receipt.name.removesuffix(SUFFIX))
        if named.is_file():
            return named
    return receipt.with_name(Path(known.video.name).name)
