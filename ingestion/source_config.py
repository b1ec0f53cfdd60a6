"""config/sources.yml: which sources there are and how each is read."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ingestion.errors import SourceConfigError


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Name(_Strict):
    """A name that people read, in both languages."""

    zh: str
    en: str


class SourceConfig(_Strict):
    """What every source has: its names, and when its load is not fit to go on."""

    name: Name
    quarantine_share_limit: Annotated[float, Field(ge=0, le=1)]


class TimedSourceConfig(SourceConfig):
    """A source that is read from its watermark on; the overlap catches rows that come late."""

    overlap_minutes: Annotated[int, Field(ge=0)]

    @property
    def overlap(self) -> timedelta:
        """Return how far before the watermark the next load starts."""
        return timedelta(minutes=self.overlap_minutes)


class CrmSqlConfig(TimedSourceConfig):
    """A CRM in any database that SQLAlchemy reaches; `tables` maps entity -> table or view."""

    connector: Literal["crm_sql"]
    connection: str
    tables: dict[str, str]


class CallFilesConfig(SourceConfig):
    """Call records in files below a folder (any fsspec URL)."""

    connector: Literal["call_centre_files"]
    connection: str


class RetryConfig(_Strict):
    """How often and how long an HTTP source is asked again before the load gives up."""

    attempts: Annotated[int, Field(ge=1)] = 6
    first_wait_seconds: Annotated[float, Field(ge=0)] = 1
    longest_wait_seconds: Annotated[float, Field(ge=0)] = 60
    # all waits of one load together
    budget_seconds: Annotated[float, Field(ge=0)] = 300


class PagedHttpConfig(TimedSourceConfig):
    """A JSON API with cursor pages."""

    connection: str
    path: str
    page_size: Annotated[int, Field(ge=1, le=10_000)] = 200
    timeout_seconds: Annotated[float, Field(gt=0)] = 30
    retry: RetryConfig = RetryConfig()


class ReviewsConfig(PagedHttpConfig):
    """The review collector."""

    connector: Literal["reviews_json_api"]


class SurveysConfig(PagedHttpConfig):
    """The survey tool."""

    connector: Literal["surveys_json_api"]


AnySource = Annotated[
    CrmSqlConfig | CallFilesConfig | ReviewsConfig | SurveysConfig,
    Field(discriminator="connector"),
]


class SourcesConfig(_Strict):
    """The whole file."""

    version: Literal[1]
    sources: dict[str, AnySource]
    files: SourceConfig


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
