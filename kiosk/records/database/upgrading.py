"""Runs Alembic on an open connection; imported only when a file is behind."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection


def migration_config() -> Config:
    """Return the configuration of the history inside this package."""
    config = Config()
    config.set_main_option("script_location", "kiosk.records:migrations")
    return config


def upgrade(connection: Connection) -> None:
    """Bring the tables to the newest revision, inside the caller's transaction."""
    config = migration_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
