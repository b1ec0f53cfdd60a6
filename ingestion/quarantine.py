"""Records that did not fit their contract: kept whole, with the reason, until somebody decides.

List, show, drop; or replay, after a contract or a mapping was mended.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ingestion.candidates import Candidate
from ingestion.contracts import ContractError, Entity, find_entity, validate
from ingestion.errors import MappingError
from ingestion.files import map_payload
from ingestion.landing import Stream, land
from ingestion.quarantine_store import (
    Entry,
    drop_entries,
    list_entries,
    mark_replayed,
    show_entry,
)
from ingestion.row_mapping import RowError
from warehouse.postgres import connect
from warehouse.settings import Settings

__all__ = [
    "Entry",
    "ReplayReport",
    "drop_entries",
    "list_entries",
    "replay_entries",
    "show_entry",
]


@dataclass
class ReplayReport:
    """What a replay did. `still_open` says per entry why it stays in quarantine."""

    replayed: int = 0
    still_open: dict[int, str] = field(default_factory=dict)


def replay_entries(
    settings: Settings,
    *,
    quarantine_ids: Sequence[int] | None = None,
    source: str | None = None,
    entity: str | None = None,
) -> ReplayReport:
    """Validate open entries again; land those that fit by now and mark them replayed.

    Safe to repeat: an entry is marked after it is landed, and landing it again changes nothing.
    """
    report = ReplayReport()
    if quarantine_ids is not None:
        chosen = [show_entry(settings, quarantine_id) for quarantine_id in quarantine_ids]
        entries = [entry for entry in chosen if entry.status == "open"]
    else:
        entries = list_entries(settings, source=source, entity=entity, limit=None)
    groups: dict[tuple[str, str], list[Entry]] = {}
    for entry in reversed(entries):  # oldest first, so that the newest copy lands last
        groups.setdefault((entry.source_slug, entry.entity), []).append(entry)
    for (source_slug, name), members in groups.items():
        _replay_group(settings, find_entity(source_slug, name), source_slug, members, report)
    return report


def _replay_group(
    settings: Settings,
    entity: Entity,
    source_slug: str,
    entries: list[Entry],
    report: ReplayReport,
) -> None:
    fitting: dict[int, Candidate] = {}
    for entry in entries:
        try:
            fitting[entry.quarantine_id] = _revive(settings, entity, entry)
        except (RowError, ContractError, MappingError, ValueError, KeyError) as misfit:
            report.still_open[entry.quarantine_id] = str(misfit)
    if not fitting:
        return
    stream = Stream(
        entity=entity,
        candidates=list(fitting.values()),
        source_slug=source_slug,
        keeps_watermark=False,
        detail={"replay_of": list(fitting)},
    )
    land(settings, source_slug, [stream])
    # the landing has closed those whose record it wrote; here come those it found in place
    mark_replayed(settings, list(fitting))
    report.replayed += len(fitting)


def _revive(settings: Settings, entity: Entity, entry: Entry) -> Candidate:
    """Return an entry as a candidate that fits its contract; raise what says why it does not."""
    payload: Any = json.loads(show_entry(settings, entry.quarantine_id).raw_payload or "null")
    if not isinstance(payload, dict):
        raise ValueError("the payload is no record: correct it at the source and load again")
    row_count = 1
    if entity.version is None:
        values = map_payload(settings, payload)
        row_count = len(payload["rows"])
        if entry.reason_code == "duplicate_id" and _is_landed(settings, entity, values):
            raise ValueError("its id is taken by another record: drop it, or correct the file")
    else:
        values = payload
    validate(entity, values, settings.hmac_key)
    return Candidate(values, payload=payload, row_count=row_count)


def _is_landed(settings: Settings, entity: Entity, values: dict[str, Any]) -> bool:
    with connect("voc_loader", settings) as connection:
        return (
            connection.execute(
                "select 1 from raw_files.feedback where source_slug = %s and source_record_id = %s",
                [values[name] for name in entity.key],
            ).fetchone()
            is not None
        )
