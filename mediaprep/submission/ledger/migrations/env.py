"""What alembic runs: the migrations, on the connection (and in the transaction) that it is given."""

from __future__ import annotations

from alembic import context

from mediaprep.submission.ledger.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"], target_metadata=METADATA, transactional_ddl=True
)
context.run_migrations()
