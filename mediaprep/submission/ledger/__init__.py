"""The ledger of paid work: jobs, attempts, permits and events, in SQLite or PostgreSQL."""

from mediaprep.submission.ledger.book import Ledger
from mediaprep.submission.ledger.database import Busy
from mediaprep.submission.ledger.jobs import StaleClaim

__all__ = ["Busy", "Ledger", "StaleClaim"]
