"""The equations of the path: what must stand on both sides of each stage, and who may see both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg

from warehouse.publish import BUILD_SCHEMA, PUBLISHED_SCHEMA
from warehouse.stage_counts import StageCount, compare_keys

# loads since the last run that ended well: also what was imported by hand between two nights
RECENT_LOADS = """
    select loads.load_id, loads.source_slug, loads.entity, loads.rows_read, loads.rows_landed,
        loads.rows_quarantined, loads.status, loads.started_at
    from ops.loads as loads
    where loads.started_at >= coalesce(
        (
            select max(runs.started_at) from ops.runs as runs
            where runs.status = 'success' and runs.run_id <> %(run_id)s
        ),
        '-infinity'
    )
"""

# raw table with feedback in it -> (source_slug, native id) as SQL
_RAW_FEEDBACK = {
    "raw_crm.customer_notes": ("'crm_notes'", "note_id"),
    "raw_calls.calls": ("'calls'", "call_id"),
    "raw_reviews.reviews": ("'reviews'", "review_id"),
    "raw_surveys.responses": ("'surveys'", "response_id"),
    "raw_helpdesk.tickets": ("'helpdesk'", "ticket_id"),
    "raw_files.feedback": ("source_slug", "source_record_id"),
}

_CURRENT_VERSION = "(select pipeline_version from nlp.pipelines where is_current)"


@dataclass(frozen=True)
class Equation:
    """How to measure one stage, as a role that may see both of its sides."""

    role: str
    measure: Callable[[psycopg.Connection[Any], str], list[StageCount]]
    next_step: str


def _measure_landed(connection: psycopg.Connection[Any], run_id: str) -> list[StageCount]:
    rows = connection.execute(
        f"""
        select source_slug, sum(rows_read)::bigint, sum(rows_landed)::bigint,
            sum(rows_quarantined)::bigint
        from ({RECENT_LOADS}) as loads
        where status = 'success'
        group by source_slug
        order by source_slug
        """,
        {"run_id": run_id},
    )
    return [StageCount("landed", *row) for row in rows]


def _measure_int_feedback(connection: psycopg.Connection[Any], run_id: str) -> list[StageCount]:
    landed = [
        f"select {source} as source_slug, {native_id}::text as row_key from {table}"
        for table, (source, native_id) in _RAW_FEEDBACK.items()
        if _exists(connection, table)
    ]
    if not landed:
        return []
    return compare_keys(
        connection,
        "raw -> int_feedback",
        left=" union all ".join(landed),
        right="""
            select source_slug, source_record_id as row_key, false as is_set_aside
            from intermediate.int_feedback
            union all
            select source_slug, source_record_id, true from intermediate.int_feedback_set_aside
        """,
    )


def _measure_documents(connection: psycopg.Connection[Any], run_id: str) -> list[StageCount]:
    # the hash is part of the key: labels of an earlier wording are not labels of this one
    return compare_keys(
        connection,
        "int_feedback -> nlp.documents",
        left="select source_slug, feedback_key || text_hash as row_key "
        "from intermediate.int_feedback",
        right=f"""
            select source_slug, feedback_key || text_hash as row_key, false as is_set_aside
            from nlp.documents
            where pipeline_version = {_CURRENT_VERSION}
        """,
    )


def _measure_fct_feedback(connection: psycopg.Connection[Any], run_id: str) -> list[StageCount]:
    return compare_keys(
        connection,
        "nlp.documents -> core.fct_feedback",
        left=f"""
            select source_slug, feedback_key || pipeline_version as row_key
            from nlp.documents
            where pipeline_version = {_CURRENT_VERSION}
        """,
        right="""
            select source_slug, feedback_key || coalesce(pipeline_version, '') as row_key,
                false as is_set_aside
            from core.fct_feedback
        """,
    )


def _measure_fct_opinion_unit(connection: psycopg.Connection[Any], run_id: str) -> list[StageCount]:
    return compare_keys(
        connection,
        "nlp.opinion_units -> core.fct_opinion_unit",
        left=f"""
            select documents.source_slug, units.feedback_key || '|' || units.unit_seq as row_key
            from nlp.opinion_units as units
            inner join nlp.documents as documents
                on units.feedback_key = documents.feedback_key
                and units.pipeline_version = documents.pipeline_version
            where units.speaker = 'customer' and units.pipeline_version = {_CURRENT_VERSION}
        """,
        right="""
            select feedback.source_slug, units.feedback_key || '|' || units.unit_seq as row_key,
                false as is_set_aside
            from core.fct_opinion_unit as units
            left join core.fct_feedback as feedback on units.feedback_key = feedback.feedback_key
        """,
    )


@dataclass(frozen=True)
class _SummedMart:
    """A mart that only has counts: fact rows = their sum + the rows that the mart leaves out."""

    name: str
    count_column: str
    fact: str
    keeps: str  # condition of the mart on a fact row


_SUMMED_MARTS = (
    _SummedMart(
        "mart_journey_touchpoints",
        count_column="unit_count",
        fact="core.fct_opinion_unit",
        keeps="subject_slug = 'us' and is_relevant and touchpoint_slug is not null",
    ),
    _SummedMart(
        "mart_theme_trend",
        count_column="unit_count",
        fact="core.fct_opinion_unit",
        keeps="subject_slug = 'us' and is_relevant and topic_slug is not null",
    ),
    _SummedMart(
        "mart_nps",
        count_column="response_count",
        fact="core.fct_feedback",
        keeps="subject_slug = 'us' and nps_score is not null",
    ),
)


def _measure_marts(connection: psycopg.Connection[Any], run_id: str) -> list[StageCount]:
    """Measure each mart as built, or as published once the build was swapped in."""
    counts = []
    for mart in _SUMMED_MARTS:
        built = _exists(connection, f"{BUILD_SCHEMA}.{mart.name}")
        schema = BUILD_SCHEMA if built else PUBLISHED_SCHEMA
        row = connection.execute(
            f"""
            select
                (select count(*) from {mart.fact}),
                (select coalesce(sum({mart.count_column}), 0)::bigint from {schema}.{mart.name}),
                (select count(*) from {mart.fact} where ({mart.keeps}) is not true)
            """
        ).fetchone()
        assert row is not None  # an aggregate without a group always has its row
        # marts know no sources: the mart's own name stands in their place
        counts.append(StageCount("core -> marts", mart.name, *row))
    return counts


_REBUILD = "build core and the marts again; a join to a dimension that lacks a key loses rows"

EQUATIONS: dict[str, Equation] = {
    "landed": Equation(
        "voc_loader",
        _measure_landed,
        "read ops.loads and the log of the load, then load the source again",
    ),
    "raw -> int_feedback": Equation(
        "voc_stager",
        _measure_int_feedback,
        "a staging model filters or fans out: each raw record belongs to int_feedback or, "
        "with a reason, to int_feedback_set_aside",
    ),
    "int_feedback -> nlp.documents": Equation(
        "voc_stager",
        _measure_documents,
        "run the labelling job again: it takes what has no labels of the current version",
    ),
    "nlp.documents -> core.fct_feedback": Equation("voc_modeler", _measure_fct_feedback, _REBUILD),
    "nlp.opinion_units -> core.fct_opinion_unit": Equation(
        "voc_modeler", _measure_fct_opinion_unit, _REBUILD
    ),
    "core -> marts": Equation("voc_modeler", _measure_marts, _REBUILD),
}


def _exists(connection: psycopg.Connection[Any], table: str) -> bool:
    row = connection.execute("select to_regclass(%s) is not null", (table,)).fetchone()
    return bool(row and row[0])
