"""Names of sources -> the modules that load them."""

from __future__ import annotations

import importlib
from datetime import datetime

from ingestion.errors import LoadsFailedError, SourceConfigError
from ingestion.landing import LoadReport, Progress
from ingestion.source_config import load_source_config
from warehouse.settings import Settings


def list_sources(settings: Settings) -> list[str]:
    """Return the names of the enabled sources, in the order in which they are loaded."""
    sources = load_source_config(settings.config_dir).sources
    return [name for name, config in sources.items() if config.enabled]


def load_source(
    settings: Settings,
    name: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    full: bool = False,
    progress: Progress | None = None,
) -> LoadReport:
    """Load one source: from its watermark on, or records with since <= updated_at < until, or all.

    `since` and `until` need a time zone. Raises `SourceError` when the source could not be read
    to its end; what was read before is landed and stands in the error's `report`.
    """
    sources = load_source_config(settings.config_dir).sources
    if name not in sources:
        raise SourceConfigError(
            f"unknown source {name!r}: config/sources.yml has {', '.join(sources)}"
        )
    config = sources[name]
    if not config.enabled:
        raise SourceConfigError(
            f"source {name!r} is not enabled: put your own values into its entry in "
            f"config/sources.yml, set `enabled: true` there and load again (docs/sources.md)"
        )
    # a connector's libraries are loaded only when it is used
    connector = importlib.import_module(f"ingestion.sources.{config.connector}")
    report: LoadReport = connector.load(
        settings, config, since=since, until=until, full=full, progress=progress
    )
    return report


def load_all(
    settings: Settings,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    full: bool = False,
    progress: Progress | None = None,
) -> list[LoadReport]:
    """Load every source; one that fails does not stop the others.

    Raises `LoadsFailedError` at the end when any failed; its `failures` has each cause.
    """
    reports: list[LoadReport] = []
    failures: dict[str, Exception] = {}
    for name in list_sources(settings):
        try:
            reports.append(
                load_source(settings, name, since=since, until=until, full=full, progress=progress)
            )
        except Exception as failure:
            failures[name] = failure
    if failures:
        raise LoadsFailedError(failures)
    return reports
