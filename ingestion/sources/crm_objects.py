"""A rented CRM as a source: window and field map per object, candidates, deletions, landing.

How the objects are asked for is the connector's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ingestion.candidates import Candidate, Deletion, Reject
from ingestion.contracts import Problem
from ingestion.field_maps import ObjectMap, load_field_map
from ingestion.landing import LoadReport, Progress, Stream, land
from ingestion.saas_config import CrmRestConfig
from ingestion.window import Window, choose_window
from warehouse.settings import Settings


@dataclass(frozen=True)
class Gone:
    """An id that the CRM has no longer, and since when."""

    native_id: str
    deleted_at: datetime | None


ReadObject = Callable[[ObjectMap, Window], Iterable[Any]]


def load_objects(
    settings: Settings,
    config: CrmRestConfig,
    read_object: ReadObject,
    *,
    since: datetime | None,
    until: datetime | None,
    full: bool,
    progress: Progress | None,
) -> LoadReport:
    """Land every mapped object; one that fails does not stop the others, then it is raised."""
    streams = []
    for mapped in load_field_map(settings.config_dir, config.field_map).objects:
        entity = mapped.target()
        window = choose_window(
            settings,
            config.slug,
            entity.name,
            overlap=config.overlap,
            since=since,
            until=until,
            full=full,
        )
        records = read_object(mapped, window)
        streams.append(
            Stream(
                entity=entity,
                candidates=iter_candidates(mapped, records, config.id_prefix),
                source_slug=config.slug,
                keeps_watermark=window.keeps_watermark,
                detail={"since": window.since, "until": window.until, "object": mapped.object},
            )
        )
    return land(settings, config.slug, streams, progress)


def iter_candidates(
    mapped: ObjectMap, records: Iterable[Any], id_prefix: str
) -> Iterator[Candidate | Reject | Deletion]:
    """Yield what the landing takes: mapped records, what is none, and what is gone."""
    for record in records:
        if isinstance(record, Gone):
            yield Deletion((f"{id_prefix}{record.native_id}",), record.deleted_at)
        elif not isinstance(record, dict):
            yield Reject(Problem("wrong_type", "the record is not a JSON object"), record)
        else:
            values = mapped.parse(record, id_prefix)
            if values is not None:
                yield Candidate(values)


def parse_moment(value: Any) -> datetime | None:
    """Return an ISO moment with a zone, or None for anything else."""
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None
