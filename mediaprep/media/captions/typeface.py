"""The typeface that captions are written in where nobody names one: Noto Sans CJK, in its mainland or its traditional
forms. `mediaprep/media/data/NOTICE` says where it comes from, `scripts/caption-font` how it was made."""

from __future__ import annotations

from pathlib import Path
from typing import Final

CARRIED: Final = Path(__file__).parent.parent / "data" / "captions.otf"
LATIN_PLANE: Final = 0xF0000
"""Where it has the Latin forms of quotes, dashes and dots: their code point above this one."""
TRADITIONAL: Final = "za"
"""The language by which libass gets its forms of Taiwan."""
