"""Tables of a database that is not PostgreSQL: SQLite, whose moments have no time zone."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from ingestion.contracts import STORES, validate
from ingestion.errors import SourceError
from ingestion.sources.sql_table import SqlTable
from ingestion.window import Window

SHANGHAI = ZoneInfo("Asia/Shanghai")
ALL = Window(None, None, keeps_watermark=True)


@pytest.fixture
def engine(tmp_path):
    engine = sa.create_engine(f"sqlite:///{tmp_path}/crm.db")
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "create table stores (store_id integer primary key, store_name varchar, "
                "city varchar, region varchar, opened_on date, updated_at datetime)"
            )
        )
        for number, hour in ((1, 8), (2, 9), (3, 10)):
            connection.execute(
                sa.text(
                    f"insert into stores values ({number}, '店{number}', null, null, "
                    f"'2020-05-01', '2024-01-01 {hour:02}:00:00.000000')"
                )
            )
    yield engine
    engine.dispose()


def test_moments_without_a_zone_are_those_of_the_configured_zone(engine):
    table = SqlTable("crm", engine, STORES, "stores", SHANGHAI)

    rows = list(table.iter_rows(ALL))

    moments = [row["updated_at"].astimezone(UTC) for row in rows]
    assert moments == [datetime(2024, 1, 1, hour, tzinfo=UTC) for hour in (0, 1, 2)]


def test_a_window_is_asked_for_in_the_zone_of_the_column(engine):
    table = SqlTable("crm", engine, STORES, "stores", SHANGHAI)
    window = Window(
        datetime(2024, 1, 1, 1, tzinfo=UTC),
        datetime(2024, 1, 1, 2, tzinfo=UTC),
        keeps_watermark=True,
    )

    assert [row["store_id"] for row in table.iter_rows(window)] == [2]


def test_without_a_zone_the_setting_is_asked_for(engine):
    with pytest.raises(SourceError, match=r"'updated_at'.*set time_zone of 'crm'"):
        list(SqlTable("crm", engine, STORES, "stores").iter_rows(ALL))


def test_numbers_as_keys_are_text_outside_and_numbers_inside(engine):
    table = SqlTable("crm", engine, STORES, "stores", SHANGHAI)

    assert list(table.iter_keys()) == [
        (str(number), datetime(2024, 1, 1, hour, tzinfo=SHANGHAI))
        for number, hour in ((1, 8), (2, 9), (3, 10))
    ]
    assert sorted(row["store_id"] for row in table.iter_rows_of(["3", "1"])) == [1, 3]


def test_a_uuid_is_an_identifier():
    name = UUID("12345678-1234-5678-1234-567812345678")

    row = validate(STORES, {"store_id": name, "updated_at": datetime.now(UTC)}, b"key")

    assert row["store_id"] == str(name)
