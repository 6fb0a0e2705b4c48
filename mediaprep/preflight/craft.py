"""Advice on what the docs leave open and the contract has no row for: all of it soft.

Decoders disagree on EXIF flags, CMYK and 16-bit pictures, and on which picture of several is meant.
"""

from __future__ import annotations

from mediaprep.contract.bounds import Bound, OneOf
from mediaprep.contract.limits import Limit, kinds_for
from mediaprep.model.facts import Kind

_ROWS: tuple[tuple[Kind, str, Bound, str | None], ...] = (
    (Kind.PHOTO, "mode", OneOf(("RGB", "RGBA", "L", "LA", "P", "1"), soft=True), "resave_photo"),
    (Kind.PHOTO, "orientation", OneOf((1,), soft=True), "resave_photo"),
    (Kind.PHOTO, "animated", OneOf((False,), soft=True), "resave_photo"),
)


def rows(endpoint: str, field: str) -> tuple[Limit, ...]:
    """The advice for one field; a row of the contract on the same measure comes before it."""
    kinds = kinds_for(endpoint, field)
    return tuple(
        Limit(
            endpoint=endpoint,
            field=field,
            measure=measure,
            bound=bound,
            source="advice of ours",
            kind=kind,
            fix=fix,
        )
        for kind, measure, bound, fix in _ROWS
        if kind in kinds
    )
