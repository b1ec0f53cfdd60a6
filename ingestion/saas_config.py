"""config/sources.yml: CRMs and help desks that are rented and reached over their REST APIs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ingestion.source_models import RetryConfig, Strict, TimedSourceConfig


class RestConfig(TimedSourceConfig):
    """What each of them has: whose account, how long to wait, how often to ask again.

    A load that is not done after `longest_load_minutes` stops, keeps what it has, and the next
    one goes on from there: a history of hours is loaded in pieces, each safe once it is landed.
    """

    connection: str
    longest_load_minutes: Annotated[float, Field(gt=0)] = 45
    timeout_seconds: Annotated[float, Field(gt=0)] = 60
    retry: RetryConfig = RetryConfig()


class CrmRestConfig(RestConfig):
    """A CRM whose objects are mapped by config/field_maps/<field_map>.yml.

    `id_prefix` stands before every id that it gives: needed when another CRM lands beside it and
    the two do not share their ids. `daily_share` is how much of the account's requests of a day
    may be used by the time that we stop; the rest belongs to the company's other programs.
    """

    field_map: str
    id_prefix: str = ""
    daily_share: Annotated[float, Field(gt=0, le=1)] = 0.5


class SalesforceConfig(CrmRestConfig):
    """Salesforce over its REST query API."""

    connector: Literal["crm_salesforce"]
    field_map: str = "salesforce"
    api_version: Annotated[str, Field(pattern=r"^v\d+\.\d$")] = "v62.0"
    page_size: Annotated[int, Field(ge=200, le=2000)] = 2000


class HubSpotConfig(CrmRestConfig):
    """HubSpot over its CRM v3 API."""

    connector: Literal["crm_hubspot"]
    field_map: str = "hubspot"
    page_size: Annotated[int, Field(ge=1, le=200)] = 200


class TicketFields(Strict):
    """Ids of the help desk's own ticket fields that hold our ids (null: there is none)."""

    order_id: int | None = None
    store_id: int | None = None


class ZendeskConfig(RestConfig):
    """Zendesk over its incremental export API.

    `channels` maps Zendesk's words for where a ticket came in to slugs of config/channels.yml;
    all others are `helpdesk`. `requests_per_minute` keeps below the plan's limit: the words of
    each changed ticket are one request.
    """

    connector: Literal["helpdesk_zendesk"]
    channels: dict[str, str] = Field(
        default_factory=lambda: {
            "email": "email",
            "chat": "chat",
            "chat_transcript": "chat",
            "native_messaging": "chat",
            "whatsapp": "chat",
            "wechat": "chat",
            "line": "chat",
            "voice": "call",
            "facebook": "social",
            "instagram_dm": "social",
            "twitter": "social",
        }
    )
    ticket_fields: TicketFields = TicketFields()
    page_size: Annotated[int, Field(ge=1, le=1000)] = 1000
    requests_per_minute: Annotated[float, Field(gt=0)] = 200
