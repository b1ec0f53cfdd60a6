"""Survey responses -> raw_surveys.responses

Data flow:
    GET /v1/survey-responses?updated_since=...    cursor pages, oldest edit first
        -> parse_response()                         one candidate per response, source names kept
        -> landing                                  one current copy per response_id
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ingestion.candidates import Candidate, Reject
from ingestion.contracts import SURVEY_RESPONSES, Problem
from ingestion.landing import LoadReport, Progress
from ingestion.source_config import SurveysConfig
from ingestion.sources.paged_source import load_pages
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
    """Land new and edited survey responses."""
    return load_pages(
        settings,
        config,
        SURVEY_RESPONSES,
        parse_response,
        since=since,
        until=until,
        full=full,
        progress=progress,
    )


def parse_response(item: Any) -> Candidate | Reject:
    """Return one survey response as a candidate, names as the API has them."""
    if not isinstance(item, dict):
        return Reject(Problem("wrong_type", "the response is not a JSON object"), item)
    return Candidate(item)
