"""Reviews of our outlets and of competitors -> raw_reviews.reviews

Data flow:
    GET <path>                    pages, as `protocol` in config/sources.yml describes them
        -> map_item()             the contract's names, as `items` describes them
        -> place_review()         whose page it is, as `outlets` maps them
        -> landing                one current copy per review_id
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

from ingestion.contracts import REVIEWS
from ingestion.landing import LoadReport, Progress, land
from ingestion.sources.outlets import place_review
from ingestion.sources.paged_http import make_client
from ingestion.sources.paged_source import Resource, find_address, open_stream
from ingestion.web_source_config import ReviewsConfig
from warehouse.settings import Settings


def load(
    settings: Settings,
    config: ReviewsConfig,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    full: bool = False,
    progress: Progress | None = None,
) -> LoadReport:
    """Land new and edited reviews, and mark those that the API reports as withdrawn."""
    resource = Resource(
        REVIEWS, config.path, config.items, partial(place_review, outlets=config.outlets)
    )
    base_url, token = find_address(settings, config.connection)
    with make_client(config, base_url, token) as client:
        stream = open_stream(
            settings, config, resource, client, since=since, until=until, full=full
        )
        return land(settings, stream.source_slug, [stream], progress)
