"""Bring the warehouse database to the schema that this version of the code expects."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from warehouse.settings import Settings

MIGRATIONS = Path(__file__).parent / "migrations"


def _configuration(settings: Settings) -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", str(MIGRATIONS))
    configuration.attributes["url"] = settings.database_url("voc_admin", "postgresql+psycopg")
    return configuration


def migrate(settings: Settings) -> None:
    """Apply every migration that is missing; safe to repeat."""
    command.upgrade(_configuration(settings), "head")


def expected_version() -> str:
    """Return the newest migration that this code knows."""
    configuration = Config()
    configuration.set_main_option("script_location", str(MIGRATIONS))
    head = ScriptDirectory.from_config(configuration).get_current_head()
    assert head is not None
    return head


def current_version(settings: Settings) -> str | None:
    """Return the newest migration that the database has, null for an empty database."""
    engine = create_engine(settings.database_url("voc_admin", "postgresql+psycopg"))
    try:
        with engine.connect() as connection:
            if (
                connection.execute(text("select to_regclass('ops.alembic_version')")).scalar()
                is None
            ):
                return None
            return connection.execute(text("select version_num from ops.alembic_version")).scalar()
    finally:
        engine.dispose()
