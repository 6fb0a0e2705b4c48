"""The ledger of paid work: jobs, attempts, permits and events, in SQLite or PostgreSQL."""

from mediaprep.submit.ledger.book import Ledger
from mediaprep.submit.ledger.database import Busy
from mediaprep.submit.ledger.jobs import Stale

__all__ = ["Busy", "Ledger", "Stale"]
