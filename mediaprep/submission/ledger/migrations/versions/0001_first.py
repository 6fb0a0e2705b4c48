"""The tables of the first ledger: job, attempt, permit, event."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
_WHEN = sa.Double[float]()


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "job",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("endpoint", sa.Text, nullable=False),
        sa.Column("base_url", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("managed", sa.Boolean, nullable=False),
        sa.Column("quota", sa.Text, nullable=False),
        sa.Column("spec", sa.Text, nullable=False),
        sa.Column("payload", sa.Text),
        sa.Column("inputs", sa.Text, nullable=False),
        sa.Column("whole", sa.Boolean, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("task_id", sa.Text),
        sa.Column("media", sa.Text),
        sa.Column("expires_at", _WHEN),
        sa.Column("result", sa.Text),
        sa.Column("result_sha256", sa.Text),
        sa.Column("output", sa.Text),
        sa.Column("sha256", sa.Text),
        sa.Column("kept", sa.Text, nullable=False),
        sa.Column("pace", _WHEN),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("owner_host", sa.Text),
        sa.Column("owner_pid", sa.BigInteger),
        sa.Column("owner_started", sa.BigInteger),
        sa.Column("owner_name", sa.Text),
        sa.Column("lease_until", _WHEN, nullable=False),
        sa.Column("next_at", _WHEN, nullable=False),
        sa.Column("hinted_at", _WHEN, nullable=False),
        sa.Column("state_at", _WHEN, nullable=False),
        sa.Column("seen_at", _WHEN),
        sa.Column("created_at", _WHEN, nullable=False),
    )
    op.create_table(
        "attempt",
        sa.Column("job", sa.Text, primary_key=True),
        sa.Column("n", sa.Integer, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("nonce_hash", sa.Text, nullable=False),
        sa.Column("token_hash", sa.Text, nullable=False),
        sa.Column("signed_at", _WHEN, nullable=False),
        sa.Column("fence_at", _WHEN, nullable=False),
        sa.Column("fetched_at", _WHEN),
        sa.Column("flowed_at", _WHEN),
        sa.Column("task_id", sa.Text),
        sa.Column("callback_task", sa.Text),
        sa.Column("callback_at", _WHEN),
        sa.Column("gated", sa.Boolean, nullable=False),
        sa.Column("callback", sa.Boolean, nullable=False),
        sa.Column("inputs", sa.Text, nullable=False),
        sa.Column("results", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.Column("ended_at", _WHEN),
    )
    op.create_table(
        "permit",
        sa.Column("quota", sa.Text, primary_key=True),
        sa.Column("slot", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("job", sa.Text),
        sa.Column("free_at", _WHEN, nullable=False),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("job", sa.Text, nullable=False),
        sa.Column("at", _WHEN, nullable=False),
        sa.Column("frm", sa.Text, nullable=False),
        sa.Column("to", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
    )
    op.create_index("job_due", "job", ["state", "next_at"])
    op.create_index("job_held", "job", ["lease_until"])
    op.create_index("job_task", "job", ["task_id"])
    op.create_index("job_digest", "job", ["digest"])
    op.create_index("permit_job", "permit", ["job"])
    op.create_index("event_job", "event", ["job", "id"])


def downgrade() -> None:
    """Remove them."""
    for name in ("event", "permit", "attempt", "job"):
        op.drop_table(name)
