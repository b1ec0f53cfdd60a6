"""Nights of random faults against each rented system: raw ends up equal to the source."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ingestion.errors import SourceError
from tests.ingestion import (
    test_crm_hubspot,
    test_crm_salesforce,
    test_helpdesk_zendesk,
)
from tests.ingestion.api_server import Answer, ApiServer
from tests.ingestion.hubspot_server import HubSpotServer
from tests.ingestion.salesforce_server import SalesforceServer, moment
from tests.ingestion.zendesk_server import ZendeskServer
from warehouse.settings import Settings

NIGHTS = 8
pytestmark = pytest.mark.slow

PASSING = ["cut", "half", "garbage", Answer({}, 500), Answer({}, 429, {"Retry-After": "0"})]


@dataclass
class World:
    """One system and its source: how to add or edit a record, how to delete one, what raw has."""

    server: ApiServer
    load: Callable[[], Any]
    put: Callable[[int, int], None]
    delete: Callable[[int, int], None]
    faults: list[Any]
    query: str


def make_salesforce(settings: Settings, folder: Path, server: SalesforceServer) -> World:
    records: dict[int, dict[str, Any]] = {}

    def put(number: int, night: int) -> None:
        records[number] = test_crm_salesforce.contact(
            number, MailingCity=f"城{night}", SystemModstamp=at(number, night)
        )
        server.objects["Contact"] = list(records.values())

    def delete(number: int, night: int) -> None:
        records[number] |= {"IsDeleted": True, "SystemModstamp": at(number, night)}

    def at(number: int, night: int) -> str:
        return moment(f"2026-02-{night + 1:02d}T{number // 60 % 24:02d}:{number % 60:02d}:00")

    def load() -> Any:
        server.usage = 0
        return configured.load()

    configured = test_crm_salesforce.Configured(settings, folder)
    expired = Answer([{"errorCode": "INVALID_QUERY_LOCATOR"}], 400)
    session = Answer([{"errorCode": "INVALID_SESSION_ID"}], 401)
    return World(
        server,
        load,
        put,
        delete,
        [*PASSING, expired, session],
        "select right(customer_id, 15)::int, city from raw_crm.customers",
    )


def make_hubspot(settings: Settings, folder: Path, server: HubSpotServer) -> World:
    records: dict[int, dict[str, Any]] = {}

    def put(number: int, night: int) -> None:
        # many share their moment, as after an import
        changed = f"2026-02-{night + 1:02d}T08:{number % 3:02d}:00.250Z"
        records[number] = test_crm_hubspot.contact(number, changed, city=f"城{night}")
        server.objects["contacts"] = list(records.values())

    def delete(number: int, night: int) -> None:
        gone = records.pop(number) | {"archivedAt": f"2026-02-{night + 1:02d}T09:00:00Z"}
        server.archived.setdefault("contacts", []).append(gone)
        server.objects["contacts"] = list(records.values())

    configured = test_crm_hubspot.Configured(settings, folder)
    faults = [*PASSING, Answer({"policyName": "DAILY"}, 429)]
    faults.append(Answer({"policyName": "SECONDLY"}, 429))
    query = "select customer_id::int, city from raw_crm.customers"
    return World(server, configured.load, put, delete, faults, query)


def make_zendesk(settings: Settings, folder: Path, server: ZendeskServer) -> World:
    records: dict[int, dict[str, Any]] = {}

    def at(number: int, night: int) -> int:
        return test_helpdesk_zendesk.START + night * 86_400 + number

    def put(number: int, night: int) -> None:
        generated = at(number, night)
        records[number] = test_helpdesk_zendesk.ticket(
            number, subject=f"城{night}", generated_timestamp=generated
        )
        server.comments[number] = [test_helpdesk_zendesk.comment(number, 501, "还没到")]
        server.tickets = list(records.values())

    def delete(number: int, night: int) -> None:
        records[number] |= {"status": "deleted", "generated_timestamp": at(number, night)}
        del server.comments[number]

    configured = test_helpdesk_zendesk.Configured(settings, folder)
    query = "select ticket_id::int, subject from raw_helpdesk.tickets"
    faults = [*PASSING, Answer({"error": "InvalidValue"}, 400)]
    return World(server, configured.load, put, delete, faults, query)


# the servers are the fixtures of the systems' own tests
salesforce_server = test_crm_salesforce.server
hubspot_server = test_crm_hubspot.server
zendesk_server = test_helpdesk_zendesk.server


@pytest.mark.parametrize(
    ("server_name", "make"),
    [
        ("salesforce_server", make_salesforce),
        ("hubspot_server", make_hubspot),
        ("zendesk_server", make_zendesk),
    ],
    ids=["salesforce", "hubspot", "zendesk"],
)
def test_random_faults_never_lose_double_or_revive_a_record(
    server_name: str,
    make: Callable[..., World],
    settings: Settings,
    tmp_path: Path,
    warehouse: Any,
    request: pytest.FixtureRequest,
):
    world = make(settings, tmp_path, request.getfixturevalue(server_name))
    chance = random.Random(7)
    living: dict[int, str] = {}
    gone: set[int] = set()
    failures = 0
    for night in range(NIGHTS):
        fresh = range(100 + night * 10, 104 + night * 10)
        edited = chance.sample(sorted(living), min(2, len(living)))
        for number in [*fresh, *edited]:
            world.put(number, night)
            living[number] = f"城{night}"
        if night % 3 == 2:
            number = chance.choice(sorted(set(living) - set(fresh)))
            world.delete(number, night)
            del living[number]
            gone.add(number)
        # mostly well, sometimes so ill that the load gives up
        calm = [None] * chance.randrange(1, 4)
        world.server.faults = [*calm, *chance.choices(world.faults, k=chance.randrange(5))]
        try:
            world.load()
        except SourceError:
            failures += 1
    world.server.faults = []

    world.load()

    assert failures > 0
    assert dict(warehouse.rows(f"{world.query} where _deleted_at is null")) == living
    assert {
        row[0] for row in warehouse.rows(f"{world.query} where _deleted_at is not null")
    } <= gone
    assert (
        warehouse.value(
            "select count(*) from ops.loads where rows_read <> rows_landed + rows_quarantined"
        )
        == 0
    )
