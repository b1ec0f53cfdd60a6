"""config/sources.yml: which sources there are and how each is read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import yaml
from pydantic import Field, ValidationError, model_validator

from ingestion.errors import SourceConfigError
from ingestion.saas_config import HubSpotConfig, SalesforceConfig, ZendeskConfig
from ingestion.source_models import SourceConfig, Strict, TimedSourceConfig
from ingestion.web_source_config import (
    AppStoreConfig,
    GooglePlayConfig,
    ReviewsConfig,
    SchemaOrgConfig,
    SurveyExportsConfig,
    SurveysConfig,
)


class CrmSqlConfig(TimedSourceConfig):
    """A CRM in any database that SQLAlchemy reaches; `tables` maps entity -> table or view.

    `notice_deletions`: compare all keys at each load, once a week, or never. When more than
    `deletion_share_limit` of a table vanish at once, nothing is marked and the load fails.
    `time_zone` is that of columns whose moments do not say theirs (DATETIME of MySQL).
    """

    connector: Literal["crm_sql"]
    connection: str
    tables: dict[str, str]
    notice_deletions: Literal["nightly", "weekly", "never"] = "nightly"
    deletion_share_limit: Annotated[float, Field(ge=0, le=1)] = 0.05
    time_zone: ZoneInfo | None = None


class FilesBelowConfig(SourceConfig):
    """Files below a folder, on local disk, S3 or SFTP.

    Before they are read, new files are looked at a second time after `settle_seconds`.
    """

    settle_seconds: Annotated[float, Field(ge=0)] = 1


class CallFilesConfig(FilesBelowConfig):
    """Call records in files; `layout` says in whose shape.

    A file without its end waits `patience_minutes` for it; after that it is broken.
    """

    connector: Literal["call_centre_files"]
    connection: str
    layout: Literal["plain", "connect_contact_lens", "genesys"] = "plain"
    patience_minutes: Annotated[int, Field(ge=0)] = 60


class FilesConfig(FilesBelowConfig):
    """A folder (or one file) of somebody's exports, imported through a mapping.

    `path` is a folder, a file or an fsspec URL; below `connection` where one is named. The
    mapping's slug must be the source's own key: one slug, one source.
    """

    connector: Literal["files"]
    path: str
    mapping: str
    connection: str | None = None


AnySource = Annotated[
    CrmSqlConfig
    | CallFilesConfig
    | FilesConfig
    | ReviewsConfig
    | AppStoreConfig
    | GooglePlayConfig
    | SchemaOrgConfig
    | SurveysConfig
    | SurveyExportsConfig
    | SalesforceConfig
    | HubSpotConfig
    | ZendeskConfig,
    Field(discriminator="connector"),
]


class SourcesConfig(Strict):
    """The whole file."""

    version: Literal[1]
    sources: dict[str, AnySource]
    files: SourceConfig

    @model_validator(mode="before")
    @classmethod
    def tell_slugs(cls, content: Any) -> Any:
        """Let every source know its own key."""
        sources = content.get("sources") if isinstance(content, dict) else None
        if not isinstance(sources, dict):
            return content
        named = {
            slug: {**options, "slug": slug} if isinstance(options, dict) else options
            for slug, options in sources.items()
        }
        return {**content, "sources": named}


def load_source_config(config_dir: Path) -> SourcesConfig:
    """Read `sources.yml`; raise `SourceConfigError` that names the file, the key and the cause."""
    path = config_dir / "sources.yml"
    try:
        content: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        return SourcesConfig.model_validate(content)
    except FileNotFoundError:
        raise SourceConfigError(f"{path} is missing") from None
    except yaml.YAMLError as invalid:
        raise SourceConfigError(f"{path} is not valid YAML: {invalid}") from None
    except ValidationError as invalid:
        problems = "; ".join(
            f"{'.'.join(map(str, error['loc']))}: {error['msg']}"
            for error in invalid.errors(include_url=False)
        )
        raise SourceConfigError(f"{path}: {problems}") from None
