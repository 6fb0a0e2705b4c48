"""What the workers of one process share: the pulse of their claims, the governor, and what only memory holds."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections import OrderedDict
from collections.abc import Iterator
from typing import Final, Generic, TypeVar

from mediaprep.contract.progress import Progress
from mediaprep.errors import LedgerError
from mediaprep.model.findings import Text
from mediaprep.model.paid.records import Claim, Ready
from mediaprep.submission.bucket.object_store import Store
from mediaprep.submission.bucket.upload_trial import rehearse
from mediaprep.submission.ledger import Ledger
from mediaprep.submission.wire.rate_limit import RateLimit

_MOST_KEPT: Final = 10_000
_T = TypeVar("_T")
_log = logging.getLogger(__name__)


class Pulse:
    """One thread that keeps the claims of this process alive. A claim that was lost is known as such."""

    def __init__(self, ledger: Ledger, lease_seconds: float) -> None:
        self._ledger, self._lease = ledger, lease_seconds
        self._held: dict[tuple[str, int], Claim] = {}
        self._lost: set[tuple[str, int]] = set()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @contextlib.contextmanager
    def holding(self, claim: Claim) -> Iterator[None]:
        """Within the block the claim's lease is lengthened before it ends."""
        key = (claim.job.id, claim.epoch)
        with self._lock:
            self._held[key] = claim
            if self._thread is None:
                self._thread = threading.Thread(target=self._beat, name="mediaprep-pulse", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._lock:
                self._held.pop(key, None)
                self._lost.discard(key)

    def lost(self, claim: Claim) -> bool:
        """Whether a beat has found the claim lost."""
        return (claim.job.id, claim.epoch) in self._lost

    def close(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def _beat(self) -> None:
        while not self._stop.wait(self._lease / 3):
            with self._lock:
                held = list(self._held.values())
            if not held:
                continue
            with contextlib.suppress(LedgerError):  # a beat that is missed is made up for by the next
                lost = {(claim.job.id, claim.epoch) for claim in self._ledger.heartbeat(held, self._lease)}
                with self._lock:  # one that was let go meanwhile is asked after by nobody
                    self._lost |= lost & self._held.keys()


class _Recent(Generic[_T]):
    """The last so many values by name, for all threads."""

    def __init__(self) -> None:
        self._values: OrderedDict[str, _T] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, name: str, value: _T) -> None:
        with self._lock:
            self._values[name] = value
            self._values.move_to_end(name)
            if len(self._values) > _MOST_KEPT:
                self._values.popitem(last=False)

    def get(self, name: str) -> _T | None:
        with self._lock:
            return self._values.get(name)

    def pop(self, name: str) -> _T | None:
        with self._lock:
            return self._values.pop(name, None)


class WorkerPool:
    """Made once for the workers of a process. `requests` are those that the ledger does not keep whole, because
    they hold signatures; `products` the answers that told of a success, whose addresses are not kept either."""

    def __init__(self, ledger: Ledger, *, lease_seconds: float = 30.0, rate: float = 5.0) -> None:
        self.pulse = Pulse(ledger, lease_seconds)
        self.governor = RateLimit(rate)
        self.requests = _Recent[Ready]()
        self.products = _Recent[Progress]()
        self._left = dict[str, Text]()
        self._rehearsed = False
        self._lock = threading.Lock()

    def leave(self, job: str, why: Text) -> None:
        """No worker of this process takes that job any more, which stays as the ledger has it."""
        with self._lock:
            self._left.setdefault(job, why)
        _log.info("%s is left as it is: %s", job, why.en)

    def left(self) -> dict[str, Text]:
        """The jobs that were left, and why."""
        with self._lock:
            return dict(self._left)

    def rehearse(self, store: Store) -> tuple[Text, ...]:
        """See once, before the first paid submit, that the bucket takes results; what is worth knowing of it, the
        first time. Raises BadConfig, Unreachable."""
        with self._lock:
            if self._rehearsed:
                return ()
            notes = rehearse(store)
            self._rehearsed = True
            return notes

    def close(self) -> None:
        self.pulse.close()
