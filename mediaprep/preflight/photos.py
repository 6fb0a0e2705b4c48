"""Plan the saving anew of photos: upright RGB, sides in bounds, under the size limit."""

from __future__ import annotations

from collections.abc import Mapping

from mediaprep.contract.limits import Limit
from mediaprep.model.facts import Facts, PhotoFacts
from mediaprep.model.findings import Text
from mediaprep.model.steps import SavePhoto, Step
from mediaprep.preflight.video import Unmendable, fit, highest, no_fit, sides


def resave(facts: Facts, rows: Mapping[str, Limit], prefer: str | None = None) -> Step | Unmendable:
    """One step that makes format, mode, orientation, sides and size right at once."""
    if not isinstance(facts, PhotoFacts):
        return Unmendable(("format",), Text("not a picture", "不是图片"))
    if facts.format == "heic":
        why = Text("HEIC is not decoded here; export it as jpg", "此处不解码 HEIC；请导出为 jpg")
        return Unmendable(("format",), why)
    low, high = sides(rows)
    fitted = fit(facts.width, facts.height, low, high, even=False)
    if fitted is None:
        return no_fit(facts.width, facts.height, low, high)
    row = rows.get("size_bytes")
    most = int(highest(row.bound)) if row else None
    too_big = most is not None and facts.size_bytes is not None and facts.size_bytes > most
    lossless = facts.format == "png" and not too_big
    png = prefer == "png" or (prefer != "jpg" and lossless)
    return SavePhoto(format="png" if png else "jpg", width=fitted[0], height=fitted[1], max_bytes=most)
