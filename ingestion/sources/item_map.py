"""Items of an API -> values in the contract's names, as a map in config/sources.yml says. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from ingestion.candidates import Candidate, Deletion, Reject
from ingestion.contracts import Entity, Problem
from ingestion.web_source_config import ItemMap, ItemRule

MISSING = object()


def read_path(item: Any, path: str) -> Any:
    """Return what stands at a dotted path, or `MISSING`; a number counts within a list."""
    found = item
    for part in path.split(".") if path else []:
        if isinstance(found, dict) and part in found:
            found = found[part]
        elif isinstance(found, list) and part.isdigit() and int(part) < len(found):
            found = found[int(part)]
        else:
            return MISSING
    return found


def map_item(
    entity: Entity, item_map: ItemMap, item: Any, deleted_path: str = ""
) -> Candidate | Reject | Deletion:
    """Return an item as a candidate; without a field map its names are taken as they are.

    With one, a field that the map does not name is null. A mapped key that the item lacks stays
    missing, so that a key that vanished from all items is noticed as a change of the schema.
    An item that is true at `deleted_path` is a record that the source no longer has.
    """
    if not isinstance(item, dict):
        return Reject(Problem("wrong_type", f"an item of {entity.name} is no JSON object"), item)
    key = entity.key[-1]
    if not item_map.fields:
        values = {name: value for name, value in item.items() if name != deleted_path}
        values |= item_map.constants
    else:
        try:
            values = _map_fields(entity, item_map, item)
        except _UnlistedValueError as unlisted:
            problem = Problem(
                "out_of_range",
                f"{unlisted}: the map's values do not list this value",
                str(unlisted),
            )
            native_id = read_path(item, item_map.fields[key].path)
            return Reject(problem, item, native_id=None if native_id is MISSING else str(native_id))
    if item_map.id_prefix is not None and values.get(key) not in (None, ""):
        values[key] = f"{item_map.id_prefix}:{values[key]}"
    if deleted_path and read_path(item, deleted_path) is True and values.get(key) is not None:
        return Deletion((str(values[key]),), find_moment(entity, item_map, item))
    return Candidate(values)


def find_moment(entity: Entity, item_map: ItemMap, item: Any) -> datetime | None:
    """Return when an item changed, or None when it does not say so in a way that can be read."""
    name = entity.version or ""
    rule = item_map.fields.get(name) or ItemRule(path=name)
    moment = read_time(rule, read_path(item, rule.path), ZoneInfo(item_map.time_zone))
    # our own names promise a zone; a foreign map says which one is meant
    if isinstance(moment, datetime) and (item_map.fields or _has_zone(read_path(item, rule.path))):
        return moment
    return None


def _has_zone(value: Any) -> bool:
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except (TypeError, ValueError):
        return False


def _map_fields(entity: Entity, item_map: ItemMap, item: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = dict.fromkeys(entity.source_columns)
    zone = ZoneInfo(item_map.time_zone)
    for field, rule in item_map.fields.items():
        found = read_path(item, rule.path)
        if found is MISSING and not rule.optional:
            values.pop(field, None)
            continue
        if found is MISSING:
            continue
        values[field] = _convert(field, rule, found)
        if entity.contract_columns.get(field) == "timestamptz":
            values[field] = read_time(rule, values[field], zone)
    return values | item_map.constants


class _UnlistedValueError(Exception):
    """A value that its rule does not translate; the message is the field."""


def _convert(field: str, rule: ItemRule, value: Any) -> Any:
    if rule.values is None or value is None:
        return value
    if str(value) not in rule.values:
        raise _UnlistedValueError(field)
    return rule.values[str(value)]


def read_time(rule: ItemRule, value: Any, zone: ZoneInfo) -> Any:
    """Return a moment with its zone; what cannot be read stays, for the contract to refuse."""
    if rule.epoch is not None and isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return datetime.fromtimestamp(
                value / (1000 if rule.epoch == "milliseconds" else 1), UTC
            )
        except (OverflowError, ValueError, OSError):
            return value
    if not isinstance(value, str):
        return value
    text = value.strip()
    for pattern in rule.formats:
        try:
            moment = datetime.strptime(text, pattern)
        except ValueError:
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=zone)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return value
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
