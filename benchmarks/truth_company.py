"""A simulated company in a warehouse of its own, labelled by the truth: no Airflow, no NLP.

    simulator -> day files -> contracts -> raw_* (COPY) -> staging -> true labels -> core

Landing goes by the contracts, yet past dlt: of each record the newest version is written. Labels
are those that the simulator wrote down for each text. Customers are the records of the CRM, persons
are not resolved.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from benchmarks.oracle_labels import UNIT_COLUMNS, Texts, iter_unit_rows, read_texts, spoken_units
from benchmarks.temporary_database import temporary_database
from ingestion import raw_tables
from ingestion.contracts import ENTITIES, ContractError, Entity, validate
from simulator import company
from simulator.day_files import DELETED, iter_records
from simulator.plan import Plan
from stat_jobs import registry
from warehouse import dbt, roles
from warehouse.postgres import connect, copy_rows
from warehouse.settings import Settings

DATABASE = "voc_truth"
LOAD_ID = "simulated"
PIPELINE = "true"
# what the simulator calls them -> the entity that they land as
FILE_NAMES = {"responses": "survey_responses", "invitations": "survey_invitations"}
NOT_SIMULATED = {"tickets", "feedback"}
DOCUMENT_COLUMNS = (
    "feedback_key",
    "text_hash",
    "pipeline_version",
    "source_slug",
    "language",
    "script",
    "is_relevant",
    "noise_reason",
    "duplicate_cluster_key",
    "dedup_weight",
    "redacted_text",
    "sentiment_label",
    "sentiment_score",
    "unit_count",
)


@contextmanager
def empty_warehouse() -> Iterator[Settings]:
    """Yield a server whose database has every raw table and the reference data: the template."""
    with temporary_database() as settings, tempfile.TemporaryDirectory() as folder:
        # one target folder for all companies: dbt reads the project once
        before = {name: os.environ.get(name) for name in ("DBT_LOG_PATH", "DBT_TARGET_PATH")}
        os.environ["DBT_LOG_PATH"] = folder
        raw_tables.ensure_tables(settings)
        registry.create_tables(settings)
        run_dbt(settings, ["seed"], "reference", folder)
        try:
            yield settings
        finally:
            for name, value in before.items():
                os.environ.pop(name, None) if value is None else os.environ.update({name: value})


def run_dbt(settings: Settings, arguments: Sequence[str], step: str, folder: str) -> None:
    """Run one step of the night without its tests."""
    chosen = dbt.STEPS[step]
    target = str(Path(folder) / "target" / chosen.target)
    selected = [*arguments, "--select", *chosen.select, "--target-path", target]
    dbt.run(settings, selected, target=chosen.target)


@contextmanager
def true_company(template: Settings, plan: Plan) -> Iterator[tuple[Settings, Path]]:
    """Simulate a company, fill a copy of the template; yield it and the folder of the truth."""
    settings = template.model_copy(update={"pg_database": DATABASE})
    with tempfile.TemporaryDirectory(prefix="voc-truth-") as name:
        folder = Path(name)
        company.build(plan, folder)
        with _copy_of(template, settings):
            land(settings, folder, plan)
            logs = os.environ["DBT_LOG_PATH"]
            run_dbt(settings, ["run"], "staging", logs)
            label(settings, read_texts(folder))
            _analyze(settings)
            run_dbt(settings, ["run"], "core", logs)
            _analyze(settings)
            yield settings, folder


@contextmanager
def _copy_of(template: Settings, settings: Settings) -> Iterator[None]:
    admin = settings.database_url("voc_admin", database="postgres")
    name = sql.Identifier(settings.pg_database)
    drop = sql.SQL("drop database if exists {} with (force)").format(name)
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(drop)
        connection.execute(
            sql.SQL("create database {} template {}").format(
                name, sql.Identifier(template.pg_database)
            )
        )
    roles.ensure_roles(settings)
    try:
        yield
    finally:
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(drop)


def _analyze(settings: Settings) -> None:
    with connect("voc_admin", settings, autocommit=True) as connection:
        connection.execute("analyze")


def land(settings: Settings, folder: Path, plan: Plan) -> dict[str, int]:
    """Write the newest version of every record into its raw table; return rows per entity."""
    counts = {}
    with connect("voc_loader", settings) as connection:
        for entity in ENTITIES:
            if entity.name in NOT_SIMULATED:
                continue
            rows = newest_rows(settings, entity, folder, plan)
            columns = [*entity.contract_columns, "_loaded_at", "_load_id"]
            counts[entity.name] = copy_rows(connection, entity.table, columns, rows)
    return counts


def newest_rows(
    settings: Settings, entity: Entity, folder: Path, plan: Plan
) -> list[tuple[Any, ...]]:
    """Return the rows of an entity as it stands at the end; broken and deleted ones are left out.

    Records of one entity come oldest change first.
    """
    name = FILE_NAMES.get(entity.name, entity.name)
    newest: dict[str, dict[str, Any]] = {}
    for record in iter_records(folder, name, None, plan.last_moment):
        key = str(record.get(entity.key[-1]))
        if record.pop(DELETED, False):
            newest.pop(key, None)
        else:
            newest[key] = record
    rows = []
    for record in newest.values():
        try:
            row = validate(entity, record, settings.hmac_key)
        except ContractError:
            continue
        values = (row[column] for column in entity.contract_columns)
        rows.append((*values, plan.last_moment, LOAD_ID))
    return rows


def label(settings: Settings, texts: Texts) -> int:
    """Give every feedback its true labels; return how many units they have."""
    with connect("voc_nlp", settings) as connection:
        connection.execute(
            "insert into nlp.pipelines (pipeline_version, pack_slug, is_current) "
            "values (%s, 'retail', true)",
            (PIPELINE,),
        )
        keys = connection.execute(
            "select feedback_key, text_hash, source_slug, source_record_id "
            "from intermediate.int_feedback"
        ).fetchall()
        sizes: dict[str, int] = {}
        for *_, source, record in keys:
            cluster = texts.get((source, record), {}).get("duplicate_cluster")
            if cluster:
                sizes[cluster] = sizes.get(cluster, 0) + 1
        documents: list[tuple[Any, ...]] = []
        units: list[tuple[Any, ...]] = []
        for key, text_hash, source, record in keys:
            text = texts.get((source, record))
            documents.append(_document(key, text_hash, source, text, sizes))
            if text is not None:
                units += iter_unit_rows(key, PIPELINE, text)
        copy_rows(connection, "nlp.documents", DOCUMENT_COLUMNS, documents)
        return copy_rows(connection, "nlp.opinion_units", UNIT_COLUMNS, units)


def _document(
    key: str, text_hash: str, source: str, text: dict[str, Any] | None, sizes: dict[str, int]
) -> tuple[Any, ...]:
    if text is None:  # a score without words
        return (key, text_hash, PIPELINE, source, "und", "none", True, None, None, 1.0) + (
            (None,) * 3 + (0,)
        )
    units = spoken_units(text)
    labels = [unit["sentiment_label"] for unit in units]
    balance = labels.count("positive") - labels.count("negative")
    sentiment = "neutral" if not balance else "positive" if balance > 0 else "negative"
    cluster = text["duplicate_cluster"]
    return (
        key,
        text_hash,
        PIPELINE,
        source,
        text["language"] or "und",
        text["script"],
        text["is_relevant"],
        text["noise_reason"],
        cluster,
        1 / sizes[cluster] if cluster else 1.0,
        "，".join(unit["text"] for unit in units),
        sentiment if labels else None,
        3.0 * (balance > 0) - 3.0 * (balance < 0) if labels else None,
        len(units),
    )
