"""The suite of help desk tickets lets good ones pass and sees each kind of damage."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from expectations import validation
from warehouse.postgres import connect
from warehouse.settings import Settings

SUITE = "raw_helpdesk__tickets"


@pytest.fixture
def tickets(database: Settings) -> Iterator[Settings]:
    with connect("voc_loader", database) as connection:
        connection.execute(
            """
            create table raw_helpdesk.tickets (
                ticket_id text, requester_id text, customer_id text, agent_id text, order_id text,
                store_id text, channel text, via_channel text, subject text, status text,
                priority text, turns jsonb, csat_score numeric, created_at timestamptz,
                updated_at timestamptz, _loaded_at timestamptz, _deleted_at timestamptz
            );
            insert into raw_helpdesk.tickets (ticket_id, turns, created_at)
            select n::text, '[{"speaker": "customer", "text": "慢"}]', now()
            from generate_series(1, 10) as n
            """
        )
    yield database
    with connect("voc_loader", database) as connection:
        connection.execute("drop table raw_helpdesk.tickets")


def failed(settings: Settings) -> list[str]:
    url = settings.database_url("voc_loader", "postgresql+psycopg")
    with validation.open_datasource(url) as datasource:
        checks = validation.validate_suite(datasource, SUITE)
    return [check.expectation for check in checks if not check.is_success]


def test_good_tickets_pass(tickets: Settings):
    assert failed(tickets) == []


@pytest.mark.parametrize(
    ("damage", "expectation"),
    [
        ("alter table raw_helpdesk.tickets drop column csat_score", "columns"),
        ("truncate raw_helpdesk.tickets", "row_count"),
        ("insert into raw_helpdesk.tickets select * from raw_helpdesk.tickets", "one row per"),
        ("update raw_helpdesk.tickets set created_at = null", "null"),
        ("""update raw_helpdesk.tickets set turns = '"慢"'""", "turns are a list"),
        (
            'update raw_helpdesk.tickets set turns = \'[{"speaker": "agent"}]\'',
            "a customer who speaks",
        ),
    ],
    ids=["column gone", "emptied", "doubled", "undated", "no list", "no customer"],
)
def test_damage_is_seen(tickets: Settings, damage: str, expectation: str):
    with connect("voc_loader", tickets) as connection:
        connection.execute(damage)

    assert any(expectation in name for name in failed(tickets))
