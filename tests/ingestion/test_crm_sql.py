"""The CRM connector against a real PostgreSQL database that plays the CRM."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from ingestion.errors import LoadsFailedError, SchemaChangedError, SourceError
from ingestion.registry import load_all, load_source
from warehouse.postgres import connect
from warehouse.settings import Settings

DDL = """
drop schema public cascade; create schema public;
create table customers (customer_id text primary key, full_name text, phone text, email text,
    gender text, birth_year int, city text, region text, segment text, member_tier text,
    registered_at timestamptz, updated_at timestamptz not null);
create table stores (store_id text primary key, store_name text, city text, region text,
    opened_on date, updated_at timestamptz not null);
create table agents (agent_id text primary key, agent_name text, team_id text, team_name text,
    department_slug text, hired_on date, updated_at timestamptz not null);
create table products (product_id text primary key, product_name text, category text,
    price_cny numeric, updated_at timestamptz not null);
create table orders (order_id text primary key, customer_id text, store_id text,
    order_channel text, product_id text, ordered_at timestamptz, amount_cny numeric, status text,
    updated_at timestamptz not null);
create table customer_notes (note_id text primary key, customer_id text, agent_id text,
    store_id text, order_id text, note_text text, created_at timestamptz,
    updated_at timestamptz not null);
create table order_items (order_item_id text primary key, order_id text, product_id text,
    quantity int, amount_cny numeric, updated_at timestamptz not null);
create table teams (team_id text primary key, team_name text, department_slug text, store_id text,
    city text, region text, updated_at timestamptz not null);
create table campaigns (campaign_id text primary key, campaign_name text, channel text,
    department_slug text, started_on date, ended_on date, budget_cny numeric,
    updated_at timestamptz not null);
create table campaign_touches (touch_id text primary key, campaign_id text, customer_id text,
    touch_kind text, touched_at timestamptz, updated_at timestamptz not null);
create table cases (case_id text primary key, customer_id text, order_id text, store_id text,
    agent_id text, team_id text, department_slug text, touchpoint_slug text, case_type text,
    severity text, status text, subject text, feedback_source_slug text, feedback_record_id text,
    opened_at timestamptz, first_responded_at timestamptz, resolved_at timestamptz,
    closed_at timestamptz, rating_before numeric, rating_after numeric,
    updated_at timestamptz not null);
create table case_events (case_event_id text primary key, case_id text, event_kind text,
    occurred_at timestamptz, agent_id text, from_team_id text, to_team_id text, rating numeric,
    updated_at timestamptz not null);
create table improvements (improvement_id text primary key, title text, problem text,
    hypothesis text, action text, owner_name text, department_slug text, touchpoint_slug text,
    topic_slug text, metric_slug text, target_change_pct numeric, design text, pilot_cities text,
    cost_cny numeric, started_on date, ended_on date, status text,
    updated_at timestamptz not null);
insert into customers
select 'C' || n, '顾客' || n, '1380000' || lpad(n::text, 4, '0'), 'c' || n || '@example.com',
    case when n % 2 = 0 then 'F' else 'M' end, 1960 + n % 40, '杭州', '华东', 'family', 'gold',
    timestamptz '2023-01-01' + n * interval '1 hour',
    timestamptz '2024-01-01' + n * interval '1 hour'
from generate_series(1, 300) as n;
insert into stores values ('S1', '一号店', '杭州', '华东', '2020-05-01', '2024-01-01');
insert into products values ('P1', '冰箱', '家电', 2999.90, '2024-01-01');
insert into orders values
    ('O1', 'C1', 'S1', 'store', 'P1', '2024-01-01', 2999.90, 'paid', '2024-01-01 10:00+00'),
    ('O2', 'C2', null, 'online', 'P1', '2024-01-02', 2899.00, 'sent', '2024-01-02 10:00+00');
insert into customer_notes values
    ('N1', 'C1', null, 'S1', 'O1', '顾客说送货迟了', '2024-01-03', '2024-01-03'),
    ('N2', 'C2', null, null, null, ' ', '2024-01-03', '2024-01-03');
grant usage on schema public to crm_source_reader;
grant select on all tables in schema public to crm_source_reader;
"""


class Crm:
    """The CRM's own side."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def run(self, statement: str) -> None:
        with connect("crm_source_owner", self.settings, database="crm_source") as connection:
            connection.execute(statement)

    def rows(self, query: str) -> list[tuple]:
        with connect("crm_source_owner", self.settings, database="crm_source") as connection:
            return connection.execute(query).fetchall()


@pytest.fixture
def crm(settings: Settings) -> Iterator[Crm]:
    source = Crm(settings)
    with connect("voc_admin", settings, database="crm_source") as connection:
        connection.execute("alter schema public owner to crm_source_owner")
    source.run(DDL)
    yield source


def load(settings: Settings, **window):
    return load_source(settings, "crm", **window)


def test_raw_equals_the_crm_record_for_record(settings, warehouse, crm):
    report = load(settings)

    assert (report.rows_read, report.rows_landed, report.rows_quarantined) == (306, 305, 1)
    for table, columns in {
        "customers": "customer_id, full_name, phone, email, gender, birth_year, city, region, "
        "segment, member_tier, registered_at, updated_at",
        "stores": "store_id, store_name, city, region, opened_on, updated_at",
        "products": "product_id, product_name, category, price_cny, updated_at",
        "orders": "order_id, customer_id, store_id, order_channel, product_id, ordered_at, "
        "amount_cny, status, updated_at",
    }.items():
        expected = crm.rows(f"select {columns} from {table} order by 1")
        assert warehouse.rows(f"select {columns} from raw_crm.{table} order by 1") == expected
    assert warehouse.rows("select note_id, note_text from raw_crm.customer_notes") == [
        ("N1", "顾客说送货迟了")
    ]
    assert warehouse.quarantined() == [("empty_feedback", "N2")]


def test_every_load_balances_and_keeps_a_watermark(settings, warehouse, crm):
    load(settings)

    loads = warehouse.rows(
        "select entity, rows_read, rows_landed, rows_quarantined, status from ops.loads order by 1"
    )
    assert [row[0] for row in loads] == [
        "agents", "campaign_touches", "campaigns", "case_events", "cases", "customer_notes",
        "customers", "improvements", "order_items", "orders", "products", "stores", "teams",
    ]  # fmt: skip
    assert all(read == landed + quarantined for _, read, landed, quarantined, _ in loads)
    assert {row[4] for row in loads} == {"success"}
    assert warehouse.value(
        "select watermark from ops.watermarks where entity = 'orders'"
    ) == datetime(2024, 1, 2, 10, tzinfo=UTC)


def test_the_next_load_takes_what_changed_and_the_overlap_changes_nothing(settings, warehouse, crm):
    load(settings)
    before = dict(warehouse.rows("select order_id, _loaded_at from raw_crm.orders"))
    crm.run("update orders set status = 'done', updated_at = '2024-01-05' where order_id = 'O1'")

    report = load(settings)

    orders = next(entity for entity in report.entities if entity.entity == "orders")
    assert (orders.rows_read, orders.rows_written, orders.rows_unchanged) == (2, 1, 1)
    after = dict(warehouse.rows("select order_id, _loaded_at from raw_crm.orders"))
    assert after["O1"] > before["O1"]
    assert after["O2"] == before["O2"]
    assert warehouse.value("select status from raw_crm.orders where order_id = 'O1'") == "done"
    assert warehouse.value("select count(*) from ops.quarantine") == 1


def test_a_full_load_of_the_same_changes_nothing(settings, warehouse, crm):
    load(settings)
    before = warehouse.rows("select * from raw_crm.customers order by 1")

    report = load(settings, full=True)

    assert report.rows_read == 306
    assert sum(entity.rows_written for entity in report.entities) == 0
    assert warehouse.rows("select * from raw_crm.customers order by 1") == before


def test_a_window_is_half_open_and_does_not_skip_what_lies_before(settings, warehouse, crm):
    since, until = datetime(2024, 1, 2, tzinfo=UTC), datetime(2024, 1, 3, tzinfo=UTC)

    load(settings, since=since, until=until)

    assert warehouse.rows("select min(updated_at), max(updated_at) from raw_crm.customers") == [
        (since, until - timedelta(hours=1))
    ]
    assert warehouse.value("select count(*) from ops.watermarks") == 0

    load(settings)

    assert warehouse.value("select count(*) from raw_crm.customers") == 300


def test_a_new_column_is_landed_and_announced(settings, warehouse, crm):
    crm.run("alter table stores add column floor_area numeric default 120.5")

    report = load(settings)

    stores = next(entity for entity in report.entities if entity.entity == "stores")
    assert stores.new_columns == ("floor_area",)
    assert warehouse.value("select _extra from raw_crm.stores") == {"floor_area": "120.5"}
    assert warehouse.value(
        "select detail -> 'new_columns' from ops.loads where entity = 'stores'"
    ) == ["floor_area"]


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ("alter table orders drop column amount_cny", "amount_cny"),
        ("alter table orders rename column ordered_at to placed_at", "ordered_at"),
        ("alter table orders alter column ordered_at type date", "ordered_at"),
    ],
)
def test_a_missing_or_retyped_column_is_named_and_other_tables_land(
    settings, warehouse, crm, change, column
):
    crm.run(change)

    with pytest.raises(SchemaChangedError) as caught:
        load(settings)

    assert caught.value.column == column
    assert column in str(caught.value)
    assert warehouse.value("select count(*) from raw_crm.customers") == 300
    assert warehouse.value("select count(*) from raw_crm.orders") == 0
    assert warehouse.rows(
        "select status, detail ->> 'error' like %s from ops.loads where entity = 'orders'",
        f"%{column}%",
    ) == [("failed", True)]


def test_a_missing_table_is_named(settings, crm):
    crm.run("drop table agents")

    with pytest.raises(SourceError, match=r"table 'agents'.*grant select"):
        load(settings)


def test_a_crm_that_is_away_is_named_without_its_password(settings, crm):
    away = settings.model_copy(
        update={"crm_source_url": "postgresql+psycopg://reader:hush-hush@127.0.0.1:9/crm"}
    )

    with pytest.raises(SourceError) as caught:
        load(away)

    assert "'crm'" in str(caught.value)
    assert "Next step:" in str(caught.value)
    assert "hush-hush" not in str(caught.value)


def test_a_database_without_a_driver_is_named(settings, crm):
    with pytest.raises(SourceError, match="install its Python driver"):
        load(settings.model_copy(update={"crm_source_url": "oracle+cx_oracle://x@y/z"}))


def test_one_failing_source_does_not_stop_the_others(impatient, warehouse, crm):
    # calls, reviews and surveys have no address in this test
    broken = impatient.model_copy(
        update={"calls_source_dir": "/nowhere", "web_source_url": "http://127.0.0.1:9"}
    )

    with pytest.raises(LoadsFailedError) as caught:
        load_all(broken, since=datetime(2024, 1, 1, tzinfo=UTC))

    assert set(caught.value.failures) == {"calls", "reviews", "surveys"}
    assert warehouse.value("select count(*) from raw_crm.customers") == 300


def test_an_interrupted_load_is_taken_up(settings, warehouse, crm, monkeypatch):
    from ingestion import dlt_pipeline

    class Interrupted(Exception):
        pass

    def interrupt(*_: object) -> None:
        raise Interrupted

    with monkeypatch.context() as patch:
        patch.setattr(dlt_pipeline, "_make_resource", interrupt)
        with pytest.raises(Interrupted):
            load(settings)
    assert {row[0] for row in warehouse.rows("select status from ops.loads")} == {"failed"}
    assert warehouse.value("select count(*) from ops.watermarks") == 0

    load(settings)

    assert warehouse.value("select count(*) from raw_crm.customers") == 300


def test_a_load_waits_for_another_of_the_same_schema_and_then_gives_up(settings, crm, monkeypatch):
    from ingestion import landing
    from warehouse.postgres import advisory_lock

    monkeypatch.setattr(landing, "LOCK_WAIT_SECONDS", 0.3)
    with (
        connect("voc_loader", settings, autocommit=True) as connection,
        advisory_lock(connection, "ingestion:raw_crm"),
        pytest.raises(RuntimeError, match="another run"),
    ):
        load(settings)
