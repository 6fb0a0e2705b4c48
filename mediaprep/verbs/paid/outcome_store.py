"""What is known of each job, set aside on disk: a run of thousands holds the outcomes of none."""

from __future__ import annotations

import pickle
import tempfile
import threading
from typing import IO, Final

from mediaprep.errors import ToolFailed
from mediaprep.model.paid.outcomes import Outcome

_MEMORY_BYTES: Final = 4 << 20  # so much is held before anything goes to disk


class OutcomeStore:
    """Outcomes by job, for several threads. The file has no name, so nobody else can have written what is read
    from it, and it goes with the process."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_MEMORY_BYTES)  # noqa: SIM115
        self._places: dict[str, tuple[int, int]] = {}
        self._lock = threading.Lock()

    def put(self, key: str, outcome: Outcome) -> None:
        """Remember the outcome in place of an earlier one. Raises ToolFailed when the disk is full."""
        data = pickle.dumps(outcome, protocol=5)
        with self._lock:
            try:
                at = self._file.seek(0, 2)
                self._file.write(data)
            except OSError as error:
                raise ToolFailed(
                    f"the folder for temporary files cannot be written: {error.strerror}",
                    f"无法写入临时目录：{error.strerror}",
                ) from error
            self._places[key] = (at, len(data))

    def get(self, key: str) -> Outcome | None:
        """The outcome as it was last put; None where there was none."""
        with self._lock:
            place = self._places.get(key)
            if place is None:
                return None
            self._file.seek(place[0])
            data = self._file.read(place[1])
        outcome: Outcome = pickle.loads(data)  # noqa: S301
        return outcome

    def close(self) -> None:
        """Forget all."""
        with self._lock:
            self._places.clear()
            self._file.close()
