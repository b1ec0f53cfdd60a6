"""The CRM connector against a real MariaDB: its types, its clock, dates that no calendar has."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa
import yaml

from ingestion.errors import SourceError
from ingestion.registry import load_source
from tests.ingestion.mariadb_server import find_missing, run_mariadb

TABLES = {
    # DATETIME: the company's own clock; TIMESTAMP: UTC inside, the session's clock outside
    "customers": """
        customer_id int unsigned primary key, full_name varchar(100), phone char(20),
        email varchar(100), gender enum('F', 'M'), birth_year smallint, city varchar(50),
        region varchar(50), segment varchar(50), member_tier varchar(20),
        registered_at datetime, updated_at timestamp(6) not null
    """,
    "orders": """
        order_id varchar(20) primary key, customer_id int unsigned, store_id varchar(20),
        order_channel varchar(20), product_id varchar(20), ordered_at datetime(3),
        amount_cny decimal(12, 2), status varchar(20), updated_at datetime(6) not null
    """,
    "stores": """
        store_id varchar(20) primary key, store_name text, city varchar(50), region varchar(50),
        opened_on date, updated_at datetime not null
    """,
}
ROWS = """
insert into customers values
    (1, '顾客一😀', '13800000001', 'a@example.com', 'F', 1980, '杭州', '华东', null, 'gold',
     '2024-01-01 08:00:00', '2024-01-01 08:00:00.5'),
    (2, '顾客二', null, null, 'M', 1990, '成都', '西南', null, null,
     '2024-01-02 08:00:00', '2024-01-02 08:00:00');
insert into orders values
    ('O1', 1, 'S1', 'store', 'P1', '2024-01-03 09:30:00.25', 2999.90, 'paid',
     '2024-01-03 10:00:00'),
    ('O2', 2, null, 'online', 'P1', '2024-01-04 09:30:00', 0.10, null, '2024-01-04 10:00:00');
insert into stores values ('S1', '一号店', '杭州', '华东', '2020-05-01', '2024-01-01 08:00:00')
"""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    if missing := find_missing():
        pytest.skip(f"{' and '.join(missing)} not installed (apt install mariadb-server)")
    with run_mariadb() as address:
        yield address


@pytest.fixture
def crm(server: str) -> Iterator[sa.Engine]:
    """Yield the CRM's own access to its tables, on the clock of Shanghai."""
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for name, columns in TABLES.items():
            connection.exec_driver_sql(f"drop table if exists {name}")
            connection.exec_driver_sql(f"create table {name} ({columns})")
        for statement in ROWS.split(";\n"):
            connection.exec_driver_sql(statement)
    yield engine
    engine.dispose()


@pytest.fixture
def mysql_settings(settings, server, tmp_path):
    """Return settings whose CRM is the MariaDB server."""
    config = tmp_path / "mysql" / "config"
    shutil.copytree(settings.config_dir, config)
    content = yaml.safe_load((config / "sources.yml").read_text(encoding="utf-8"))
    crm = content["sources"]["crm"]
    crm["tables"] = {name: name for name in TABLES}
    crm["time_zone"] = "Asia/Shanghai"
    crm["deletion_share_limit"] = 0.6
    (config / "sources.yml").write_text(yaml.safe_dump(content, allow_unicode=True))
    return settings.model_copy(update={"root": config.parent, "crm_source_url": server})


def change(crm: sa.Engine, statement: str) -> None:
    with crm.connect() as connection:
        connection.exec_driver_sql(statement)


def test_rows_land_with_their_moments_whatever_the_column_is(mysql_settings, warehouse, crm):
    report = load_source(mysql_settings, "crm")

    assert (report.rows_read, report.rows_landed, report.rows_quarantined) == (5, 5, 0)
    midnight = datetime(2024, 1, 1, tzinfo=UTC)
    assert warehouse.rows(
        "select customer_id, full_name, gender, birth_year, registered_at, updated_at "
        "from raw_crm.customers where customer_id = '1'"
    ) == [("1", "顾客一😀", "F", 1980, midnight, midnight.replace(microsecond=500_000))]
    assert warehouse.rows(
        "select ordered_at, amount_cny from raw_crm.orders order by order_id"
    ) == [
        (datetime(2024, 1, 3, 1, 30, 0, 250_000, tzinfo=UTC), Decimal("2999.90")),
        (datetime(2024, 1, 4, 1, 30, tzinfo=UTC), Decimal("0.10")),
    ]


@pytest.mark.parametrize("table", ["customers", "orders"])
def test_a_window_is_asked_for_on_the_clock_of_the_column(mysql_settings, warehouse, crm, table):
    """The moments of change are a TIMESTAMP in customers, a DATETIME in orders."""
    day = {"customers": 1, "orders": 3}[table]
    since = datetime(2024, 1, day, tzinfo=UTC)

    load_source(mysql_settings, "crm", since=since, until=since.replace(hour=3))

    assert warehouse.value(f"select count(*) from raw_crm.{table}") == 1


def test_changes_and_deletions_are_found(mysql_settings, warehouse, crm):
    load_source(mysql_settings, "crm")
    change(
        crm, "update orders set status = 'done', updated_at = '2024-01-09' where order_id = 'O2'"
    )
    change(crm, "delete from customers where customer_id = 2")

    report = load_source(mysql_settings, "crm")

    written = {entity.entity: entity.rows_written for entity in report.entities}
    assert written == {"customers": 0, "orders": 1, "stores": 0}
    assert warehouse.value("select status from raw_crm.orders where order_id = 'O2'") == "done"
    assert warehouse.rows(
        "select customer_id, _deleted_at is not null from raw_crm.customers order by 1"
    ) == [("1", False), ("2", True)]


def test_a_date_that_no_calendar_has_goes_to_quarantine_and_the_rest_lands(
    mysql_settings, warehouse, crm
):
    change(crm, "update orders set ordered_at = '0000-00-00' where order_id = 'O1'")
    change(crm, "update stores set opened_on = '0000-00-00'")
    change(crm, "update stores set updated_at = '0000-00-00'")

    load_source(mysql_settings, "crm")
    report = load_source(mysql_settings, "crm", full=True)

    assert report.rows_read == 5
    assert warehouse.rows("select order_id from raw_crm.orders") == [("O2",)]
    assert {native_id for _, native_id in warehouse.quarantined()} == {"O1", "S1"}


def test_a_column_that_was_lost_is_named(mysql_settings, crm):
    change(crm, "alter table orders drop column amount_cny")

    with pytest.raises(SourceError, match="amount_cny"):
        load_source(mysql_settings, "crm")


def test_a_wrong_password_is_told_without_it(mysql_settings, server):
    wrong = server.replace("root:", "root:hush-hush")

    with pytest.raises(SourceError, match="Access denied") as caught:
        load_source(mysql_settings.model_copy(update={"crm_source_url": wrong}), "crm")

    assert "hush-hush" not in str(caught.value)
