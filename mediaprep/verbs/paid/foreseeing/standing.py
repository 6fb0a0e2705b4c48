"""Where the jobs of a manifest stand already, by a ledger that is only looked at."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from urllib.parse import urlsplit

from mediaprep.config import Settings, is_loopback
from mediaprep.errors import BadConfig, InputError, ToolFailed
from mediaprep.model.paid.gateways import GatewayKind
from mediaprep.model.paid.manifest import Job, settled
from mediaprep.model.paid.records import JobRow
from mediaprep.submission.ledger import Ledger
from mediaprep.submission.ledger.database import location
from mediaprep.submission.ledger.snapshot import snapshot
from mediaprep.submission.wire.client import Gateway
from mediaprep.verbs.paid import enrolment


class Standing:
    """What a ledger knows. Without one, or without the account's name, no job is known."""

    def __init__(self, ledger: Ledger | None, gateway: Gateway | None) -> None:
        self._ledger, self._gateway = ledger, gateway

    def row(self, job: Job) -> JobRow | None:
        """The row of a job as it stands now."""
        if self._ledger is None or self._gateway is None:
            return None
        try:
            wanted = enrolment.new_job(settled(job), self._gateway).id
        except (InputError, ToolFailed):  # a file is missing, which is told where the job is judged
            return None
        return next(iter(self._ledger.jobs(ids=[wanted], unfit=[])), None)

    def pace(self, endpoint: str) -> float | None:
        """Seconds of rendering for each second of a product, as tasks here have shown."""
        if self._ledger is None or self._gateway is None:
            return None
        return self._ledger.pace(endpoint, self._gateway.base_url)


@contextlib.contextmanager
def standing(settings: Settings, *, emulated: bool = False) -> Iterator[Standing]:
    """The ledger of the settings, looked at without a trace; nobody is asked over the network what answers there.
    Raises LedgerError."""
    host = urlsplit(settings.base_url or "").hostname or ""
    kind = GatewayKind.EMULATED if emulated or (host and is_loopback(host)) else None
    gateway = None
    with contextlib.suppress(BadConfig):
        settings.credentials()
        gateway = Gateway(settings)
    with snapshot(location(settings, kind=kind)) as ledger:
        yield Standing(ledger, gateway)
