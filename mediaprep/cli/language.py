"""Which language this run speaks: --lang, MEDIAPREP_LANG, then the locale. Decided before anything is imported."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence


def chosen(arguments: Sequence[str], environ: Mapping[str, str]) -> str:
    """`zh` or `en`."""
    asked = ""
    for position, argument in enumerate(arguments):
        if argument == "--":
            break
        if argument.startswith("--lang="):
            asked = argument.removeprefix("--lang=")
        elif argument == "--lang" and position + 1 < len(arguments):
            asked = arguments[position + 1]
    for name in ("MEDIAPREP_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        asked = asked or environ.get(name, "")
    return "zh" if asked.lower().startswith("zh") else "en"


LANG = chosen(sys.argv[1:], os.environ)


def tell(en: str, zh: str) -> str:
    """The text in the language of this run."""
    return zh if LANG == "zh" else en
