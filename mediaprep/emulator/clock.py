"""The emulator's time: the machine's, moved forward, or one that stands still until it is moved."""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mediaprep.emulator.store.small_files import write_json
from mediaprep.errors import BadConfig


class EmulatedClock:
    """`base` is the machine's clock in seconds; `standing` = it does not run by itself, and begins at the
    machine's time. What it was moved by is kept in `path` and survives a restart."""

    def __init__(self, base: Callable[[], float], path: Path, *, standing: bool) -> None:
        self._base = base
        self._path = path
        self._lock = threading.Lock()
        self.standing = standing
        self.moves = 0  # how often it was moved
        kept = _kept(path)
        self._ahead = kept.get("ahead", 0.0)
        self._now = kept.get("now", base() + self._ahead) if standing else 0.0
        if standing and not kept:
            self._keep()

    def now(self) -> float:
        """Seconds since 1970."""
        return self._now if self.standing else self._base() + self._ahead

    def move(self, *, advance: float | None = None, to: float | None = None) -> float:
        """Moves by so many seconds or to a moment, never backwards; returns the new time. Raises
        ValueError."""
        with self._lock:
            before = self.now()
            after = before + advance if advance is not None else before if to is None else to
            if not math.isfinite(after) or after < before or after > 2**33:
                raise ValueError("the clock goes forward only, and not without end")
            if self.standing:
                self._now = after
            self._ahead += after - before
            self._keep()
            return after

    def reset(self) -> None:
        """Back to the machine's time."""
        with self._lock:
            self._ahead = 0.0
            if self.standing:
                self._now = self._base()
            self._keep()

    def shown(self) -> dict[str, Any]:
        """As GET {control}/clock answers."""
        return {"now": self.now(), "standing": self.standing, "ahead": round(self.now() - self._base(), 3)}

    def _keep(self) -> None:
        self.moves += 1
        stands = {"now": self._now} if self.standing else {}
        write_json(self._path, {"ahead": self._ahead, **stands})


def _kept(path: Path) -> dict[str, float]:
    """What an earlier run wrote. Raises BadConfig."""
    try:
        found = json.loads(path.read_text())
        ahead = float(found["ahead"])
        return {"ahead": ahead, **({"now": float(found["now"])} if "now" in found else {})}
    except FileNotFoundError:
        return {}
    except (ValueError, TypeError, KeyError) as error:
        raise BadConfig(
            f"{path} does not hold the emulator's clock; delete it, or use another folder",
            f"{path} 不是模拟器的时钟文件；请删除它，或换一个目录",
        ) from error
