"""config/sources.yml: sources that answer over HTTP, and what stands in their items."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from ingestion.source_models import RetryConfig, SourceConfig, Strict, TimedSourceConfig

Scalar = str | int | float | bool | None
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]{0,62}$")]


def check_time_zone(name: str) -> str:
    """Refuse a time zone that nobody knows."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"unknown time zone {name!r}; write it like Asia/Shanghai") from None
    return name


TimeZone = Annotated[str, AfterValidator(check_time_zone)]


class ItemRule(Strict):
    """Where in an item a field's value stands, and what it becomes.

    `path` is dotted, a number counts within a list (`photos.0.url`). `values` translates; a
    value that it does not list goes to quarantine. `formats` are strptime patterns and `epoch`
    the unit of moments that are numbers. `optional`: the source leaves the key out when empty.
    """

    path: str
    values: dict[str, Scalar] | None = None
    formats: list[str] = Field(default_factory=list)
    epoch: Literal["seconds", "milliseconds"] | None = None
    optional: bool = False


def _as_rule(value: Any) -> Any:
    return {"path": value} if isinstance(value, str) else value


Rule = Annotated[ItemRule, BeforeValidator(_as_rule)]


class ItemMap(Strict):
    """What an item's fields are called with us; no fields: it has our names already.

    `id_prefix` keeps the ids of two sites apart. Moments without a zone are in `time_zone`.
    """

    fields: dict[str, Rule] = Field(default_factory=dict)
    constants: dict[str, Scalar] = Field(default_factory=dict)
    id_prefix: Slug | None = None
    time_zone: TimeZone = "Asia/Shanghai"

    @model_validator(mode="after")
    def check_once(self) -> ItemMap:
        """A field comes from one place only."""
        twice = sorted(self.fields.keys() & self.constants.keys())
        if twice:
            raise ValueError(f"{', '.join(twice)} stand in both fields and constants")
        return self


class PageProtocol(Strict):
    """How a paged API is asked and answers; the defaults are those of docs/sources.md.

    `paging`: how the next page is named. `cursor`: by a mark at `next_path`; `link`: by a URL
    there; `page`: by a number from `first_page` on; `offset`: by how many items to pass over.
    `order`: whether the earliest change comes first, or the latest (then reading ends at the
    first page that lies before the window), or neither. A null parameter is not sent.
    """

    paging: Literal["cursor", "link", "page", "offset"] = "cursor"
    order: Literal["oldest_first", "newest_first", "none"] = "oldest_first"
    items_path: str = "items"
    next_path: str = "next_cursor"
    cursor_parameter: str = "cursor"
    since_parameter: str | None = "updated_since"
    limit_parameter: str | None = "limit"
    first_page: int = 1
    parameters: dict[str, str | int] = Field(default_factory=dict)
    auth_header: str | None = "Authorization"
    auth_scheme: str = "Bearer"
    deleted_path: str = "deleted"


class PagedHttpConfig(TimedSourceConfig):
    """A JSON API with pages."""

    connection: str
    path: str
    page_size: Annotated[int, Field(ge=1, le=10_000)] = 200
    timeout_seconds: Annotated[float, Field(gt=0)] = 30
    retry: RetryConfig = RetryConfig()
    protocol: PageProtocol = PageProtocol()


class Outlet(Strict):
    """Who is reviewed on a page: a store of ours, or a competitor (`subject` is its slug)."""

    store_id: str | None = None
    subject: Slug = "us"
    city: str | None = None
    brand: str | None = None


class ReviewsConfig(PagedHttpConfig):
    """A review collector, or any review API with pages; `outlets` by the site's own ids."""

    connector: Literal["reviews_json_api"]
    items: ItemMap = ItemMap()
    outlets: dict[str, Outlet] = Field(default_factory=dict)


class PublicReviewsConfig(TimedSourceConfig):
    """Reviews that anybody may read; `base_url` without the final slash."""

    timeout_seconds: Annotated[float, Field(gt=0)] = 30
    retry: RetryConfig = RetryConfig()
    seconds_between_requests: Annotated[float, Field(ge=0)] = 1
    # apps by their id at the store, pages by their URL
    outlets: Annotated[dict[str, Outlet], Field(min_length=1)]


class AppStoreConfig(PublicReviewsConfig):
    """Apple's feed of customer reviews: the newest 500 of each app and country."""

    connector: Literal["reviews_app_store"]
    base_url: str = "https://itunes.apple.com"
    countries: Annotated[list[Annotated[str, Field(pattern="^[a-z]{2}$")]], Field(min_length=1)]


class GooglePlayConfig(PublicReviewsConfig):
    """Google Play's reviews of each app, by language."""

    connector: Literal["reviews_google_play"]
    base_url: str = "https://play.google.com"
    country: Annotated[str, Field(pattern="^[a-z]{2}$")] = "us"
    languages: Annotated[list[str], Field(min_length=1)]
    page_size: Annotated[int, Field(ge=1, le=4_500)] = 200


class SchemaOrgConfig(PublicReviewsConfig):
    """Review markup (JSON-LD or microdata) on outlets' own pages, read politely.

    `contact` (an address or a URL) stands in the user agent, so that the site's operator can
    reach us. `lists_all`: a page shows all its reviews, so one that is gone was withdrawn.
    """

    connector: Literal["reviews_schema_org"]
    site: Slug
    contact: Annotated[str, Field(min_length=5)]
    time_zone: TimeZone = "Asia/Shanghai"
    lists_all: bool = False


class SurveysConfig(PagedHttpConfig):
    """The survey tool's API: `path` gives answers, `invitations_path` whom it asked."""

    connector: Literal["surveys_json_api"]
    invitations_path: str | None = None
    items: ItemMap = ItemMap()
    invitation_items: ItemMap = ItemMap()


class ColumnRule(Strict):
    """The column of an export in which an answer stands: its heading, or the start of it.

    `values` translates what the export writes (option texts) into scores; `numbers` takes the
    first number out of a text such as `9分` or `非常满意(5)`.
    """

    column: str
    values: dict[str, Scalar] | None = None
    numbers: bool = False


def _as_column(value: Any) -> Any:
    return {"column": value} if isinstance(value, str) else value


def _with_text_keys(value: Any) -> Any:
    # YAML reads an unquoted 1 as a number; in the file it is text
    if isinstance(value, dict) and isinstance(value.get("values"), dict):
        return {**value, "values": {str(key): item for key, item in value["values"].items()}}
    return value


Column = Annotated[ColumnRule, BeforeValidator(_with_text_keys), BeforeValidator(_as_column)]


class SurveyExportsConfig(SourceConfig):
    """Exports of a survey tool as files, `*.csv` or `*.csv.gz`, in a folder of a connection.

    `answers` maps our fields to columns. `id_prefix` keeps the ids of two questionnaires apart.
    A file that still changes after `settle_seconds` waits for the next load.
    """

    connector: Literal["surveys_exports"]
    layout: Literal["wjx", "qualtrics"]
    connection: str
    folder: str = ""
    settle_seconds: Annotated[float, Field(ge=0)] = 1
    survey_slug: Slug
    id_prefix: Slug
    time_zone: TimeZone = "Asia/Shanghai"
    answers: dict[
        Literal[
            "nps",
            "csat",
            "ces",
            "comment",
            "customer_id",
            "order_id",
            "store_id",
            "agent_id",
            "channel",
        ],
        Column,
    ]
    constants: dict[str, Scalar] = Field(default_factory=dict)
