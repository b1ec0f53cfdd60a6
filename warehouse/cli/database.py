"""The database that a verb needs: the embedded one is started when it was stopped."""

from __future__ import annotations

from warehouse import local_postgres, local_stack
from warehouse.cli.steps import errors
from warehouse.settings import Settings, load_settings


def open_settings() -> Settings:
    """Return the settings with their database at hand.

    A stopped embedded server is started and stays up (`voc stop` stops it); a server of the
    operator's own is left alone.
    """
    settings = load_settings()
    if local_postgres.is_installed(settings) and local_stack.start_database(settings):
        errors.print(f"PostgreSQL was stopped: started on port {settings.pg_port}.")
    return settings
