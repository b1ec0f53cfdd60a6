"""Nobody planted in the sources may be seen right of the redaction, and roles hold."""

from __future__ import annotations

import json

import psycopg
import pytest

from warehouse.postgres import connect

# left of the redaction, or the loader's own book of rejected records
PRIVATE_SCHEMAS = {
    "raw_crm",
    "raw_calls",
    "raw_reviews",
    "raw_surveys",
    "raw_helpdesk",
    "raw_files",
}
PRIVATE_RELATIONS = {("ops", "quarantine")}


@pytest.fixture(scope="module")
def canaries(demo) -> list[str]:
    """Return every string that must not be seen: phones, e-mails, ID numbers, names of canaries."""
    lines = (demo.settings.company_dir / "truth" / "canaries.jsonl").read_text().splitlines()
    strings = {
        str(value)
        for line in lines
        for key, value in json.loads(line).items()
        if key in {"phone", "email", "id_number", "full_name"} and value
    }
    assert strings
    return sorted(strings)


def relations_right_of_the_redaction(demo) -> list[tuple[str, str]]:
    found = demo.query(
        "select schemaname, tablename from pg_tables "
        "where schemaname not in ('pg_catalog', 'information_schema') "
        "and schemaname not like 'raw\\_%%' order by 1, 2".replace("%%", "%")
    )
    return [relation for relation in found if tuple(relation) not in PRIVATE_RELATIONS]


def test_canaries_reached_the_raw_texts(demo, canaries):
    raw = demo.query("select string_agg(turns::text, '') from raw_calls.calls")[0][0]
    raw += demo.query("select string_agg(note_text, '') from raw_crm.customer_notes")[0][0]

    assert [canary for canary in canaries if canary in raw], "the sources hold no canary at all"


def test_no_canary_is_in_any_column_right_of_the_redaction(demo, canaries):
    leaks = []
    for schema, table in relations_right_of_the_redaction(demo):
        if (schema, table) == ("intermediate", "int_feedback"):
            continue  # raw text by contract: readable by the NLP job alone
        rows = demo.query(f'select t::text from "{schema}"."{table}" as t')
        text = "\n".join(row[0] for row in rows)
        leaks += [(schema, table, canary) for canary in canaries if canary in text]

    assert leaks == []


def test_no_canary_is_in_any_log(demo, canaries):
    folders = [demo.state / "logs", demo.state / "airflow" / "logs"]
    leaks = [
        (str(path), canary)
        for folder in folders
        for path in folder.rglob("*.log")
        for canary in canaries
        if canary in path.read_text(errors="replace")
    ]
    assert leaks == []


@pytest.mark.parametrize("role", ["voc_reader", "voc_modeler", "voc_stats"])
@pytest.mark.parametrize(
    "relation",
    ["raw_calls.calls", "raw_crm.customers", "raw_reviews.reviews", "intermediate.int_feedback"],
)
def test_the_analytics_side_cannot_read_raw_text(demo, role, relation):
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        connect(role, demo.settings) as connection,
    ):
        connection.execute(f"select * from {relation} limit 1")


def test_the_reader_sees_marts_and_health_and_nothing_else(demo):
    open_schemas = demo.query(
        "select nspname from pg_namespace where has_schema_privilege('voc_reader', oid, 'usage') "
        "and nspname not in ('pg_catalog', 'information_schema', 'public')"
    )
    assert {schema for (schema,) in open_schemas} == {"marts", "health", "reference"}
