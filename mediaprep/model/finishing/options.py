"""What is said of a finishing option, beside the field of the value that holds the wish.

A field of `Finishing` (or of a value in it) that is annotated with an `Option` is one: from it come the option of the
command line, the key of a manifest, the JSON Schema, the docs and what a receipt says was wished.
"""

from __future__ import annotations

from dataclasses import dataclass

from mediaprep.model.findings import Text

SECONDS = Text("SECONDS", "秒")
PERCENT = Text("%", "%")
SHARE = Text("0-1", "0-1")
RRGGBB = Text("RRGGBB", "RRGGBB")


@dataclass(frozen=True, kw_only=True)
class Option:
    """`help`: what it does. `example`: a value as a manifest writes it. `name`: of the key, and with hyphens of the
    option; none: the field's own. `unit`: what its value is given in. `choices`: the words there are. `least`, `most`:
    of a number. `factor`: how many of the unit are 1 in the field. `negated`: giving it sets the field to no. `key`:
    its name in the table of captions or of a logo, where that is not the field's. `decks`: `deck run` takes it too."""

    help: Text
    example: str
    name: str = ""
    unit: Text | None = None
    choices: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    factor: float = 1
    negated: bool = False
    key: str = ""
    decks: bool = False
