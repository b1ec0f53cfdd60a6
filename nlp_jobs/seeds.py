"""dbt seeds from the vocabularies: one definition, written to CSV, tested for drift."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

from nlp_jobs.taxonomy import (
    Value,
    list_packs,
    load_channels,
    load_departments,
    load_labels,
    load_pack,
)

CHANNEL_COLUMNS = ("channel_slug", "name_zh", "name_en", "is_solicited_default", "channel_order")
DEPARTMENT_COLUMNS = ("department_slug", "name_zh", "name_en")
TOUCHPOINT_COLUMNS = (
    "pack_slug",
    "touchpoint_slug",
    "name_zh",
    "name_en",
    "stage_slug",
    "stage_name_zh",
    "stage_name_en",
    "stage_order",
    "touchpoint_order",
    "department_slug",
)
TOPIC_COLUMNS = (
    "pack_slug",
    "topic_slug",
    "name_zh",
    "name_en",
    "level1_slug",
    "level1_name_zh",
    "level1_name_en",
    "level2_slug",
    "level2_name_zh",
    "level2_name_en",
)
LABEL_VALUE_COLUMNS = ("vocabulary", "slug", "name_zh", "name_en", "value_order")


def write_seeds(config_dir: Path, seeds_dir: Path) -> list[Path]:
    """Write the five taxonomy seeds; the same config always gives the same bytes.

    Returns the paths written. A wrong config file raises `TaxonomyError` and nothing is written.
    """
    tables = {
        "channels.csv": (CHANNEL_COLUMNS, list(_channel_rows(config_dir))),
        "departments.csv": (DEPARTMENT_COLUMNS, list(_department_rows(config_dir))),
        "touchpoints.csv": (TOUCHPOINT_COLUMNS, list(_touchpoint_rows(config_dir))),
        "topics.csv": (TOPIC_COLUMNS, list(_topic_rows(config_dir))),
        "label_values.csv": (LABEL_VALUE_COLUMNS, list(_label_rows(config_dir))),
    }
    seeds_dir.mkdir(parents=True, exist_ok=True)
    return [_write(seeds_dir / name, *table) for name, table in tables.items()]


def _named(value: Value) -> tuple[str, str, str]:
    return value.slug, value.name.zh, value.name.en


def _channel_rows(config_dir: Path) -> Iterator[tuple[object, ...]]:
    for order, channel in enumerate(load_channels(config_dir).channels, start=1):
        yield *_named(channel), str(channel.is_solicited_default).lower(), order


def _department_rows(config_dir: Path) -> Iterator[tuple[object, ...]]:
    yield from map(_named, load_departments(config_dir).departments)


def _touchpoint_rows(config_dir: Path) -> Iterator[tuple[object, ...]]:
    for slug in list_packs(config_dir):
        pack = load_pack(slug, config_dir)
        stage_order = {stage.slug: order for order, stage in enumerate(pack.stages, start=1)}
        for order, (stage, touchpoint) in enumerate(pack.iter_touchpoints(), start=1):
            stage_columns = (*_named(stage), stage_order[stage.slug])
            yield slug, *_named(touchpoint), *stage_columns, order, touchpoint.department


def _topic_rows(config_dir: Path) -> Iterator[tuple[object, ...]]:
    for slug in list_packs(config_dir):
        for area, group, topic in load_pack(slug, config_dir).iter_topics():
            yield slug, *_named(topic), *_named(area), *_named(group)


def _label_rows(config_dir: Path) -> Iterator[tuple[object, ...]]:
    for vocabulary, values in load_labels(config_dir).vocabularies.items():
        for order, value in enumerate(values, start=1):
            yield vocabulary, *_named(value), order
    competitors: dict[str, Value] = {}
    for slug in list_packs(config_dir):
        for competitor in load_pack(slug, config_dir).competitors:
            competitors.setdefault(competitor.slug, competitor)
    for order, rival in enumerate(competitors.values(), start=1):
        yield "competitor_slug", *_named(rival), order


def _write(path: Path, columns: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
    return path
