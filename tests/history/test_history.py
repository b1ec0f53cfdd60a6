"""Night by night or all at once: late, corrected and withdrawn records give the same tables."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import psycopg
import pytest
from psycopg import sql

from ingestion.registry import load_all
from nlp_jobs import batch
from stat_jobs import registry
from tests.history.conftest import Build, Sources
from warehouse.settings import Settings

pytestmark = pytest.mark.slow

# the first night takes all history; in the others, records come late or corrected
NIGHTS = (date(2026, 4, 30), date(2026, 6, 20), date(2026, 6, 30))
SCHEMAS = ("core", "stats", "marts_build")
# when a row was written is no figure
CLOCK_COLUMNS = {"annotated_at", "computed_at", "loaded_at", "first_used_at"}

# the warehouse's own notes on what it has built and when
BOOKKEEPING = {"core.fact_change", "core.model_progress", "core.taken_stamp"}

# after the second night the CRM's people correct orders and withdraw notes
CORRECTION = (
    "update orders set amount_cny = amount_cny + 1, updated_at = '2026-06-25 10:00:00+08' "
    "where order_id in (select order_id from orders order by ordered_at limit 3)"
)
WITHDRAWAL = (
    "delete from customer_notes where note_id in "
    "(select note_id from customer_notes order by created_at limit 2)"
)
# so do contacts with campaigns and cases that had the wrong customer
OTHER_CUSTOMER = (
    "update {table} set customer_id = (select max(customer_id) from customers), "
    "updated_at = '2026-06-25 10:00:00+08' where {key} in (select {key} from {table} "
    "where customer_id is not null order by {key} limit 3)"
)
FORGOTTEN_TOUCHES = (
    "delete from campaign_touches where touch_id in "
    "(select touch_id from campaign_touches order by touch_id desc limit 2)"
)


def run_night(settings: Settings, build: Build) -> None:
    """Land what is new, label it, build core: what a night leaves for the next one."""
    load_all(settings)
    build(settings, "staging")
    batch.run_all(settings)
    build(settings, "core")


def finish(settings: Settings, build: Build) -> None:
    registry.run_all(settings)
    build(settings, "marts")


def read_tables(settings: Settings) -> dict[str, list[str]]:
    """Return schema.table -> its rows as text, in order, without the clocks of the warehouse."""
    tables: dict[str, list[str]] = {}
    with psycopg.connect(settings.database_url("voc_admin")) as connection:
        for schema, table in connection.execute(
            "select schemaname, tablename from pg_tables where schemaname = any(%s)",
            (list(SCHEMAS),),
        ).fetchall():
            if f"{schema}.{table}" in BOOKKEEPING:
                continue
            columns = [
                name
                for (name,) in connection.execute(
                    "select column_name from information_schema.columns where table_schema = %s "
                    "and table_name = %s order by column_name",
                    (schema, table),
                )
                if name not in CLOCK_COLUMNS and not name.startswith("_")
            ]
            query = sql.SQL("select jsonb_build_object({})::text from {} order by 1").format(
                sql.SQL(", ").join(
                    part for name in columns for part in (sql.Literal(name), sql.Identifier(name))
                ),
                sql.Identifier(schema, table),
            )
            tables[f"{schema}.{table}"] = [row for (row,) in connection.execute(query)]
    return tables


def find_differences(
    one: dict[str, list[str]], other: dict[str, list[str]]
) -> dict[str, dict[str, Any]]:
    """Return table -> rows on either side alone (the first three)."""
    found = {}
    for table in sorted(one.keys() | other.keys()):
        ours, theirs = one.get(table, []), other.get(table, [])
        if ours != theirs:
            found[table] = {
                "rows": (len(ours), len(theirs)),
                "night by night": sorted(set(ours) - set(theirs))[:3],
                "all at once": sorted(set(theirs) - set(ours))[:3],
            }
    return found


def test_night_by_night_gives_what_one_load_of_everything_gives(
    sources: Sources, every_night: Settings, all_at_once: Settings, build: Build
):
    for night in NIGHTS:
        sources.reveal(every_night, night)
        if night == NIGHTS[-1]:
            assert sources.change_crm(every_night, CORRECTION) == 3
            assert sources.change_crm(every_night, WITHDRAWAL) == 2
            assert sources.change_crm(every_night, FORGOTTEN_TOUCHES) == 2
            for table, key in (("campaign_touches", "touch_id"), ("cases", "case_id")):
                moved = OTHER_CUSTOMER.format(table=table, key=key)
                assert sources.change_crm(every_night, moved) == 3
        run_night(every_night, build)
    finish(every_night, build)
    run_night(all_at_once, build)
    finish(all_at_once, build)

    nightly, at_once = read_tables(every_night), read_tables(all_at_once)
    differences = find_differences(nightly, at_once)
    assert not differences, json.dumps(differences, indent=1, ensure_ascii=False)
    filled = {table for table, rows in nightly.items() if rows}
    assert {"core.fct_feedback", "core.fct_opinion_unit", "marts_build.mart_nps"} <= filled
    assert {"core.fct_campaign_journey", "core.fct_survey_invitation"} <= filled
