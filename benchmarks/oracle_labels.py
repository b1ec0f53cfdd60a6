"""A copy of a simulated warehouse whose labels are the true ones.

The database is copied, the labels of the current pipeline are replaced by what the simulator wrote
down for each text, and core is built from them. What is lost between its statistics and those of
the original is the loss by labelling alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from warehouse import dbt, roles
from warehouse.postgres import connect, copy_rows
from warehouse.settings import Settings

DATABASE = "voc_oracle"
# the facts that hold labels; all other tables of core are the copy's
LABELLED = "fct_feedback+,path:models/core"  # all of core that stands on labels
SCORES = {"positive": 3.0, "neutral": 0.0, "negative": -3.0}
Texts = dict[tuple[str, str], dict[str, Any]]
UNIT_COLUMNS = (
    "feedback_key",
    "pipeline_version",
    "unit_seq",
    "speaker",
    "char_start",
    "char_end",
    "redacted_text",
    "sentiment_label",
    "sentiment_score",
    "intensity",
    "intent_slug",
    "cause_slug",
    "touchpoint_slug",
    "department_slug",
    "topic_slug",
    "severity_slug",
    "decision_effect_slug",
    "promise_role",
)


def read_texts(company_dir: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the truth of the newest version of each text, by source and native id."""
    texts: dict[tuple[str, str], dict[str, Any]] = {}
    with (company_dir / "truth" / "texts.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            text = json.loads(line)
            key = (text["source_slug"], text["source_record_id"])
            if key not in texts or text["updated_at"] >= texts[key]["updated_at"]:
                texts[key] = text
    return texts


def name_topic(unit: dict[str, Any]) -> str | None:
    """Return the true topic of a unit: its theme, else the issue at its touchpoint."""
    if unit.get("theme"):
        return str(unit["theme"])
    if unit.get("issue") and unit.get("touchpoint_slug"):
        return f"{unit['touchpoint_slug']}.{unit['issue']}"
    return None


def name_cause(text: dict[str, Any], unit: dict[str, Any]) -> str | None:
    """Return the true cause of a unit: what a planted rule confusion is about is unclear."""
    if text["breakpoint_kind"] == "rule_confusion" and unit.get("issue") == text["handoff"]:
        return "unclear_terms"
    return None


def spoken_units(text: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the units of a text that say something."""
    return [unit for unit in text["units"] if unit["text"].strip()]


def iter_unit_rows(key: str, version: str, text: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of `nlp.opinion_units` of one feedback, in the order of `UNIT_COLUMNS`."""
    for number, unit in enumerate(spoken_units(text), start=1):
        label = unit["sentiment_label"]
        yield (
            key,
            version,
            number,
            unit["speaker"],
            0,
            len(unit["text"]),
            unit["text"],
            label,
            SCORES.get(label),
            3 if label else None,
            unit.get("intent_slug"),
            name_cause(text, unit),
            unit.get("touchpoint_slug"),
            unit.get("department_slug"),
            name_topic(unit),
            unit.get("severity_slug"),
            unit.get("decision_effect_slug"),
            unit.get("promise_role") or "none",
        )


@contextmanager
def oracle_database(
    settings: Settings, texts: dict[tuple[str, str], dict[str, Any]]
) -> Iterator[Settings]:
    """Yield settings of a copy with true labels and a rebuilt core; the copy goes afterwards."""
    admin = settings.database_url("voc_admin", database="postgres")
    oracle = settings.model_copy(update={"pg_database": DATABASE})
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(
            sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(DATABASE))
        )
        connection.execute(
            sql.SQL("create database {} template {}").format(
                sql.Identifier(DATABASE), sql.Identifier(settings.pg_database)
            )
        )
    try:
        roles.ensure_roles(oracle)
        replace_labels(oracle, texts)
        dbt.run(oracle, ["run", "--full-refresh", "--select", LABELLED])
        yield oracle
    finally:
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(
                sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(DATABASE))
            )


def replace_labels(settings: Settings, texts: dict[tuple[str, str], dict[str, Any]]) -> int:
    """Put the true units in the place of those of the current pipeline; return how many."""
    with connect("voc_modeler", settings) as connection:
        keys = connection.execute(
            "select feedback_key, source_slug, source_record_id, pipeline_version "
            "from core.fct_feedback"
        ).fetchall()
    rows: list[Sequence[Any]] = []
    relevant = []
    for key, source, record, version in keys:
        text = texts.get((source, record))
        if text is None:
            continue
        relevant.append((text["is_relevant"], len(spoken_units(text)), key, version))
        rows += iter_unit_rows(key, version, text)
    with connect("voc_nlp", settings) as connection, connection.cursor() as cursor:
        cursor.execute(
            "delete from nlp.opinion_units where pipeline_version = "
            "(select pipeline_version from nlp.pipelines where is_current)"
        )
        cursor.executemany(
            "update nlp.documents set is_relevant = %s, unit_count = %s "
            "where feedback_key = %s and pipeline_version = %s",
            relevant,
        )
        return copy_rows(connection, "nlp.opinion_units", UNIT_COLUMNS, rows)
