"""Addresses and secrets of other companies' systems, one set per connection.

A connection is a name in config/sources.yml (`connection: salesforce`). Its values come from the
environment (`VOC_SALESFORCE_URL`, `VOC_SALESFORCE_CLIENT_ID`, ...) or from files of the same names
in lower case under `VOC_SECRETS_DIR`. Which of them a connector needs, it says itself.
"""

from __future__ import annotations

import os
import re

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from warehouse.settings import SettingsError

_NAME = re.compile(r"[a-z][a-z0-9_]*")


class Connection(BaseSettings):
    """How to reach one system. Secrets never print themselves."""

    model_config = SettingsConfigDict(extra="ignore")

    name: str = ""
    url: str | None = None
    # the e-mail address of the account, where a system wants one beside the token
    user: str | None = None
    token: SecretStr | None = None
    client_id: str | None = None
    client_secret: SecretStr | None = None
    refresh_token: SecretStr | None = None

    def need(self, field: str) -> str:
        """Return a value; raise `SettingsError` with the name of its setting when it is not set."""
        value = getattr(self, field)
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        if not text:
            setting = f"VOC_{self.name.upper()}_{field.upper()}"
            raise SettingsError(
                f"connection {self.name!r} has no {field}: set {setting} (or put a file "
                f"{setting.lower()} under VOC_SECRETS_DIR); docs/sources.md says where to get it"
            )
        return str(text)

    def find(self, field: str) -> str | None:
        """Return a value, or None when it is not set."""
        return self.need(field) if getattr(self, field) else None


def read_connection(name: str) -> Connection:
    """Read the settings of a connection; raise `SettingsError` for a name that cannot be one."""
    if not _NAME.fullmatch(name):
        raise SettingsError(
            f"connection {name!r}: a name is lower case letters, digits and underscores"
        )
    return Connection(  # type: ignore[call-arg]
        _env_prefix=f"VOC_{name.upper()}_",
        _secrets_dir=os.environ.get("VOC_SECRETS_DIR"),
        name=name,
    )
