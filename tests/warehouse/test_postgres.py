"""The one way in to PostgreSQL, on a real server."""

from __future__ import annotations

import psycopg
import pytest

from warehouse.postgres import advisory_lock, connect, copy_rows, upsert_rows

WATERMARK = ["source_slug", "entity", "watermark", "load_id"]
KEY = ["source_slug", "entity"]


def watermarks(settings) -> list[tuple]:
    with connect("voc_loader", settings) as connection:
        return connection.execute(
            "select source_slug, load_id from ops.watermarks order by source_slug"
        ).fetchall()


def test_upsert_replaces_rows_of_the_same_key(database):
    with connect("voc_loader", database) as connection:
        rows = [("a", "e", "2026-01-01+00", "l1"), ("b", "e", "2026-01-01+00", "l1")]
        upsert_rows(connection, "ops.watermarks", WATERMARK, rows, key=KEY)
    with connect("voc_loader", database) as connection:
        rows = [("b", "e", "2026-01-02+00", "l2")]
        upsert_rows(connection, "ops.watermarks", WATERMARK, rows, key=KEY)

    assert watermarks(database) == [("a", "l1"), ("b", "l2")]


def test_a_failed_block_leaves_nothing_behind(database):
    before = watermarks(database)

    with pytest.raises(psycopg.errors.UniqueViolation), connect("voc_loader", database) as link:
        copy_rows(link, "ops.watermarks", WATERMARK, [("z", "e", "2026-01-01+00", "l9")] * 2)

    assert watermarks(database) == before


def test_the_second_holder_of_a_lock_is_refused_at_once(database):
    with connect("voc_loader", database) as first, connect("voc_loader", database) as second:
        with (
            advisory_lock(first, "night"),
            pytest.raises(RuntimeError, match="another run holds the lock 'night'"),
            advisory_lock(second, "night"),
        ):
            pass
        with advisory_lock(second, "night"):
            pass


@pytest.mark.parametrize("role", ["voc_reader", "voc_modeler", "voc_stats"])
@pytest.mark.parametrize(
    "schema", ["raw_crm", "raw_calls", "raw_reviews", "raw_surveys", "raw_helpdesk"]
)
def test_roles_right_of_the_redaction_cannot_look_at_raw_schemas(database, role, schema):
    with connect("voc_loader", database) as connection:
        connection.execute(f"create table if not exists {schema}.probe (text text)")

    with pytest.raises(psycopg.errors.InsufficientPrivilege), connect(role, database) as link:
        link.execute(f"select * from {schema}.probe")


def test_the_reader_cannot_write_even_where_it_may_read(database):
    with pytest.raises(psycopg.Error), connect("voc_reader", database) as connection:
        connection.execute("create table marts.mine (a int)")
