"""One settings object for the embedded default and for production.

Values come, strongest first, from: arguments, environment (`VOC_*`), secret files
(`VOC_SECRETS_DIR`, as Docker and Kubernetes mount them), then what the first start
generated under the state folder (`settings.json`: ports; `secrets.json`: passwords, mode 0600).
"""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

from pydantic import Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    JsonConfigSettingsSource,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
)

from warehouse.file_connections import FileConnection

PROJECT_ROOT = Path(__file__).resolve().parent.parent

# database role -> the settings field that holds its password
ROLE_PASSWORDS = {
    "voc_admin": "admin_password",
    "voc_owner": "owner_password",
    "voc_loader": "loader_password",
    "voc_stager": "stager_password",
    "voc_nlp": "nlp_password",
    "voc_modeler": "modeler_password",
    "voc_stats": "stats_password",
    "voc_reader": "reader_password",
    "airflow": "airflow_db_password",
    "superset": "superset_db_password",
    "crm_source_owner": "crm_source_owner_password",
    "crm_source_reader": "crm_source_reader_password",
}


class SettingsError(RuntimeError):
    """Something needed is not configured; the message names it and the next step."""


def state_dir_from_environment() -> Path:
    """Return where this installation keeps its state (`VOC_STATE_DIR`, else `<root>/.voc`)."""
    return Path(os.environ.get("VOC_STATE_DIR", PROJECT_ROOT / ".voc")).resolve()


class Settings(BaseSettings):
    """Everything that differs between installations. Secrets never print themselves."""

    model_config = SettingsConfigDict(env_prefix="VOC_", extra="ignore")

    root: Path = PROJECT_ROOT
    state_dir: Path = Field(default_factory=state_dir_from_environment)

    pg_host: str = "127.0.0.1"
    pg_port: int = 0
    pg_database: str = "voc"
    airflow_port: int = 0
    superset_port: int = 0
    web_source_port: int = 0
    web_source_url: str | None = None
    crm_source_url: str | None = None
    calls_source_dir: str | None = None
    # name -> folder with credentials, as JSON, for `connection` of sources that read files
    file_connections: dict[str, FileConnection] = Field(default_factory=dict)

    time_zone: str = "Asia/Shanghai"
    pack: str = "retail"
    batch_size: int = Field(default=5000, ge=1)

    # heavier back ends (`make transformers`): a folder or a hub model each; empty: trained heads
    polarity_model: str | None = None
    aspects_model: str | None = None
    model_device: str = "auto"
    # what a model's labels mean, where their names do not say it
    polarity_meanings: dict[str, str] = Field(default_factory=dict)
    aspects_topics: dict[str, str] = Field(default_factory=dict)

    admin_password: SecretStr | None = None
    owner_password: SecretStr | None = None
    loader_password: SecretStr | None = None
    stager_password: SecretStr | None = None
    nlp_password: SecretStr | None = None
    modeler_password: SecretStr | None = None
    stats_password: SecretStr | None = None
    reader_password: SecretStr | None = None
    airflow_db_password: SecretStr | None = None
    superset_db_password: SecretStr | None = None
    crm_source_owner_password: SecretStr | None = None
    crm_source_reader_password: SecretStr | None = None
    web_source_token: SecretStr | None = None
    hmac_secret: SecretStr | None = None
    superset_secret_key: SecretStr | None = None
    superset_admin_password: SecretStr | None = None
    superset_viewer_password: SecretStr | None = None
    airflow_admin_password: SecretStr | None = None
    airflow_jwt_secret: SecretStr | None = None
    airflow_fernet_key: SecretStr | None = None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put the generated state files last, so that the environment always wins."""
        state = state_dir_from_environment()
        generated = [
            JsonConfigSettingsSource(settings_cls, json_file=state / name)
            for name in ("settings.json", "secrets.json")
        ]
        mounted = SecretsSettingsSource(
            settings_cls, secrets_dir=os.environ.get("VOC_SECRETS_DIR"), env_prefix="VOC_"
        )
        return (init_settings, env_settings, mounted, *generated)

    @property
    def config_dir(self) -> Path:
        """Folder of the reviewed business rules."""
        return self.root / "config"

    @property
    def log_dir(self) -> Path:
        """Folder of the services' logs."""
        return self.state_dir / "logs"

    @cached_property
    def hmac_key(self) -> bytes:
        """Key of the keyed hashes of phones and e-mails."""
        return self.secret("hmac_secret").encode()

    def secret(self, field: str) -> str:
        """Return a secret's value; raise `SettingsError` when it is not configured."""
        value: SecretStr | None = getattr(self, field)
        if value is None or not value.get_secret_value():
            raise SettingsError(
                f"{field} is not configured: run `voc up` for the embedded default, "
                f"or set VOC_{field.upper()} (or a file of that name under VOC_SECRETS_DIR)"
            )
        return value.get_secret_value()

    def database_url(
        self, role: str, driver: str = "postgresql", database: str | None = None
    ) -> str:
        """Return a connection URL for one of our database roles.

        `driver` is the URL scheme, e.g. `postgresql` (libpq, psycopg) or `postgresql+psycopg`
        (SQLAlchemy). Raises `SettingsError` when the server or the password is not known.
        """
        if not self.pg_port:
            raise SettingsError(
                "no PostgreSQL is configured: run `voc up` for the embedded default, "
                "or set VOC_PG_HOST and VOC_PG_PORT"
            )
        password = quote(self.secret(ROLE_PASSWORDS[role]), safe="")
        name = database or self.pg_database
        return f"{driver}://{role}:{password}@{self.pg_host}:{self.pg_port}/{name}"

    def source_url(self, source: str) -> str:
        """Return the address of a source system: `crm` (SQLAlchemy URL) or `web` (base URL)."""
        if source == "crm":
            return self.crm_source_url or self.database_url(
                "crm_source_reader", "postgresql+psycopg", database="crm_source"
            )
        if source == "web":
            return self.web_source_url or f"http://127.0.0.1:{self.web_source_port}"
        raise SettingsError(f"unknown source system {source!r}: expected 'crm' or 'web'")

    def source_token(self, source: str) -> str:
        """Return the bearer token of an HTTP source system (`web`)."""
        if source != "web":
            raise SettingsError(f"unknown source system {source!r}: expected 'web'")
        return self.secret("web_source_token")

    def file_connection(self, name: str) -> FileConnection:
        """Return a folder that files are read from; `calls` falls back on `calls_source_dir`."""
        if name in self.file_connections:
            return self.file_connections[name]
        if name != "calls":
            known = ", ".join(sorted({"calls", *self.file_connections}))
            raise SettingsError(
                f"unknown file connection {name!r}; known are {known}. Add it to "
                f'VOC_FILE_CONNECTIONS, such as {{"{name}": {{"url": "s3://bucket/folder"}}}}'
            )
        return FileConnection(url=self.calls_source_dir or str(self.company_dir / "calls"))

    @property
    def company_dir(self) -> Path:
        """Folder of the simulated company: its records by day, its call files, its truth."""
        return self.state_dir / "company"


def load_settings() -> Settings:
    """Read the settings of this installation."""
    return Settings()
