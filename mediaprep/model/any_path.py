"""How callers may name a file."""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

AnyPath: TypeAlias = str | Path
"""A path, in whatever form it is at hand."""
