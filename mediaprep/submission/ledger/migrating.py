"""The door to alembic: the ledger's tables are made and changed by the scripts in migrations/versions."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError

_SCRIPTS: Final = Path(__file__).with_name("migrations")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    return config


def head() -> str | None:
    """The newest revision there is a script for."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def older() -> tuple[str, ...]:
    """The revisions before the newest, of which ledgers may be about."""
    revisions = ScriptDirectory.from_config(_config()).walk_revisions()
    return tuple(script.revision for script in revisions)[1:]


def known(revision: str | None) -> bool:
    """Whether there is a script for `revision` (None: an empty database)."""
    if revision is None:
        return True
    try:
        return ScriptDirectory.from_config(_config()).get_revision(revision) is not None
    except CommandError:
        return False


def upgrade(connection: sa.Connection, to: str = "head") -> None:
    """Run what is missing, inside the transaction of `connection`."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, to)
