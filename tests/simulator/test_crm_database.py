"""The CRM database fills with the clock, to the same rows however often it is revealed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from simulator import crm_database
from simulator.clock import read_clock
from simulator.company import CompanyError, reveal
from simulator.crm_database import CrmDatabaseError
from simulator.crm_tables import TABLES
from simulator.day_files import DELETED, DayFileWriter
from simulator.plan import SHANGHAI, Plan
from warehouse.settings import Settings

Records = Callable[[str], list[dict]]


@pytest.fixture
def crm_url(database: Settings) -> str:
    """Return the address of an empty CRM database."""
    url = database.database_url("crm_source_owner", "postgresql+psycopg", database="crm_source")
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        for table in TABLES:
            connection.execute(f"drop table if exists public.{table}")
    return url


@pytest.fixture
def own_company(company: Path, tmp_path: Path) -> Path:
    """Return the shared company's records with a clock and an export of their own."""
    folder = tmp_path / "company"
    folder.mkdir()
    (folder / "days").symlink_to(company / "days")
    shutil.copy(company / "plan.json", folder)
    return folder


def rows_of(url: str) -> dict[str, list[tuple]]:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        return {
            table: connection.execute(f"select * from public.{table} order by 1").fetchall()
            for table in TABLES
        }


def test_the_crm_holds_the_newest_copy_of_every_record(
    crm_url: str, own_company: Path, plan: Plan, records: Records
):
    revealed = reveal(own_company, plan.end, crm_url)

    rows = rows_of(crm_url)
    assert revealed.now == plan.last_moment
    for table, (key, _) in TABLES.items():
        newest = {record[key]: record for record in records(table)}
        assert [row[0] for row in rows[table]] == sorted(newest)
        for row in rows[table]:
            assert row[-1] == datetime.fromisoformat(newest[row[0]]["updated_at"])
    tiers = {row[0]: row[9] for row in rows["customers"]}
    newest_customers = {one["customer_id"]: one for one in records("customers")}
    assert tiers == {key: one["member_tier"] for key, one in newest_customers.items()}


def test_night_by_night_ends_as_at_once_and_again_changes_nothing(
    crm_url: str, own_company: Path, plan: Plan, tmp_path: Path
):
    for back in (30, 2, 1, 0):
        reveal(own_company, plan.end - timedelta(days=back), crm_url)
    by_night = rows_of(crm_url)
    again = reveal(own_company, plan.end, crm_url)

    assert set(again.crm_rows.values()) == {0}
    assert again.call_files == 0
    assert rows_of(crm_url) == by_night
    with psycopg.connect(crm_url.replace("+psycopg", "")) as connection:
        for table in TABLES:
            connection.execute(f"drop table public.{table}")
    (own_company / "clock.json").unlink()
    reveal(own_company, plan.end, crm_url)
    assert rows_of(crm_url) == by_night


def test_a_deleted_row_is_gone_and_stays_gone(crm_url: str, tmp_path: Path):
    note: dict[str, object] = {"note_text": "客户说再看看", "created_at": None}
    writer = DayFileWriter(tmp_path, date(2026, 3, 31))
    created = datetime(2026, 3, 1, 10, 0, tzinfo=SHANGHAI)
    ids = dict.fromkeys(("customer_id", "agent_id", "store_id", "order_id"))
    for note_id in ("N1", "N2"):
        writer.add("customer_notes", note_id, {"note_id": note_id, **ids, **note}, created)
    deleted = created + timedelta(days=5)
    writer.add("customer_notes", "N1", {"note_id": "N1", DELETED: True}, deleted)
    writer.write_through(date(2026, 3, 31))

    for moment, left in ((created, ["N1", "N2"]), (deleted, ["N2"]), (deleted, ["N2"])):
        crm_database.load(tmp_path, moment, crm_url, "a plan with a deletion")
        assert [row[0] for row in rows_of(crm_url)["customer_notes"]] == left


def test_nothing_of_the_future_is_shown(crm_url: str, own_company: Path, plan: Plan):
    now = plan.last_moment - timedelta(days=40, hours=3)

    reveal(own_company, now, crm_url)

    assert read_clock(own_company) == now
    newest = [row[-1] for rows in rows_of(crm_url).values() for row in rows]
    assert newest
    assert max(newest) <= now


def test_the_clock_does_not_go_back(crm_url: str, own_company: Path, plan: Plan):
    reveal(own_company, plan.end, crm_url)

    with pytest.raises(CompanyError, match="cannot go back"):
        reveal(own_company, plan.end - timedelta(days=1), crm_url)


def test_the_reader_may_read_and_not_write(
    crm_url: str, own_company: Path, plan: Plan, database: Settings
):
    reveal(own_company, plan.end, crm_url)
    url = database.database_url("crm_source_reader", database="crm_source")

    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute("select count(*) from public.customers").fetchone()
        assert found == (plan.customer_total,)
        with pytest.raises(psycopg.errors.Error):
            connection.execute("delete from public.customers")


def test_tables_of_another_company_are_replaced(crm_url: str, own_company: Path, plan: Plan):
    crm_database.load(own_company, plan.last_moment, crm_url, "another plan")
    before = rows_of(crm_url)

    loaded = crm_database.load(own_company, plan.last_moment, crm_url, "this plan")

    assert loaded["customers"] == plan.customer_total
    assert rows_of(crm_url) == before


def test_tables_that_are_not_ours_are_left_alone(crm_url: str, own_company: Path, plan: Plan):
    with psycopg.connect(crm_url.replace("+psycopg", "")) as connection:
        connection.execute("create table public.orders (order_id text)")
        connection.execute("insert into public.orders values ('real')")

    with pytest.raises(CrmDatabaseError, match="left alone"):
        reveal(own_company, plan.end, crm_url)
    with psycopg.connect(crm_url.replace("+psycopg", "")) as connection:
        assert connection.execute("select * from public.orders").fetchall() == [("real",)]
        assert connection.execute("select to_regclass('public.customers')").fetchone() == (None,)
