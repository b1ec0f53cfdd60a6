"""Survey answers and invitations -> raw_surveys.responses, raw_surveys.invitations

Data flow:
    GET <path>, <invitations_path>    pages, as `protocol` in config/sources.yml describes them
        -> map_item()                 the contract's names
        -> landing                    one current copy per response_id and per invitation_id
"""

from __future__ import annotations

from datetime import datetime

from ingestion.contracts import SURVEY_INVITATIONS, SURVEY_RESPONSES
from ingestion.landing import LoadReport, Progress, land
from ingestion.sources.paged_http import make_client
from ingestion.sources.paged_source import Resource, find_address, open_stream
from ingestion.web_source_config import SurveysConfig
from warehouse.settings import Settings


def load(
    settings: Settings,
    config: SurveysConfig,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    full: bool = False,
    progress: Progress | None = None,
) -> LoadReport:
    """Land new and edited answers and, where the tool tells them, whom it asked."""
    resources = [Resource(SURVEY_RESPONSES, config.path, config.items)]
    if config.invitations_path is not None:
        resources.append(
            Resource(SURVEY_INVITATIONS, config.invitations_path, config.invitation_items)
        )
    base_url, token = find_address(settings, config.connection)
    with make_client(config, base_url, token) as client:
        streams = [
            open_stream(settings, config, resource, client, since=since, until=until, full=full)
            for resource in resources
        ]
        return land(settings, streams[0].source_slug, streams, progress)
