"""HubSpot objects over real HTTP into the real database."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingestion.errors import SchemaChangedError, SourceError
from ingestion.registry import load_source
from tests.ingestion.api_server import Answer, serving
from tests.ingestion.hubspot_server import CLIENT_SECRET, REFRESH_TOKEN, TOKEN, HubSpotServer
from warehouse.settings import Settings

SEARCH = "/crm/v3/objects/contacts/search"
CUSTOMERS: dict[str, Any] = {
    "entity": "customers",
    "object": "contacts",
    "modified": "properties.lastmodifieddate",
    "fields": {
        "customer_id": "id",
        "full_name": {"from": ["properties.lastname", "properties.firstname"]},
        "city": "properties.city",
    },
}
AGENTS: dict[str, Any] = {
    "entity": "agents",
    "object": "owners",
    "modified": "updatedAt",
    "fields": {"agent_id": "id", "agent_name": {"from": ["lastName", "firstName"]}},
}
ITEMS: dict[str, Any] = {
    "entity": "order_items",
    "object": "line_items",
    "modified": "properties.hs_lastmodifieddate",
    "only_with": ["order_id"],
    "fields": {
        "order_item_id": "id",
        "order_id": "associations.deals",
        "quantity": "properties.quantity",
    },
}


def contact(number: int, changed: str | None = None, **properties: Any) -> dict[str, Any]:
    return {
        "id": str(number),
        "properties": {
            "lastname": "客户",
            "firstname": str(number),
            "city": "杭州",
            "lastmodifieddate": changed or f"2026-01-{number + 1:02d}T08:00:00.123Z",
            **properties,
        },
        "archived": False,
    }


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[HubSpotServer]:
    with serving(HubSpotServer(faulty=SEARCH)) as running:
        assert isinstance(running, HubSpotServer)
        monkeypatch.setenv("VOC_HUBSPOT_URL", running.address)
        monkeypatch.setenv("VOC_HUBSPOT_TOKEN", TOKEN)
        yield running


class Configured:
    """Settings with a source `hubspot` of the test's own making; pages of two."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.config_dir = folder / "config"
        shutil.copytree(settings.config_dir, self.config_dir)
        self.settings = settings.model_copy(update={"root": folder})
        self.map_objects(CUSTOMERS)
        path = self.config_dir / "sources.yml"
        content = yaml.safe_load(path.read_text("utf-8"))
        content["sources"]["hubspot"] |= {
            "enabled": True,
            "field_map": "of_the_test",
            "page_size": 2,
            "overlap_minutes": 0,
            "retry": {"attempts": 3, "first_wait_seconds": 0.001},
        }
        path.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")

    def map_objects(self, *objects: dict[str, Any]) -> None:
        path = self.config_dir / "field_maps" / "of_the_test.yml"
        content = {"version": 1, "objects": list(objects)}
        path.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")

    def load(self, **options: Any) -> Any:
        return load_source(self.settings, "hubspot", **options)


@pytest.fixture
def hubspot(settings: Settings, tmp_path: Path, server: HubSpotServer) -> Configured:
    return Configured(settings, tmp_path)


def landed(warehouse: Any) -> list[int]:
    return [
        int(native_id)
        for (native_id,) in warehouse.rows(
            "select customer_id from raw_crm.customers where _deleted_at is null "
            "order by customer_id::int"
        )
    ]


def test_contacts_land_as_customers_each_read_once(hubspot, server, warehouse):
    server.objects = {"contacts": [contact(number) for number in range(1, 6)]}

    report = hubspot.load()

    assert (report.rows_read, landed(warehouse)) == (5, [1, 2, 3, 4, 5])
    assert warehouse.rows(
        "select full_name, city, updated_at::text from raw_crm.customers where customer_id = '1'"
    ) == [("客户1", "杭州", "2026-01-02 08:00:00.123+00")]


def test_the_next_load_asks_only_for_what_changed_since(hubspot, server, warehouse):
    server.objects = {"contacts": [contact(number) for number in range(1, 6)]}
    hubspot.load()
    server.objects["contacts"][0] = contact(1, "2026-02-01T00:00:00Z", city="苏州")

    report = hubspot.load()

    assert report.rows_read == 2  # the newest of last time, and the one that changed
    assert warehouse.value("select city from raw_crm.customers where customer_id = '1'") == "苏州"


def test_a_window_is_half_open(hubspot, server, warehouse):
    from datetime import UTC, datetime

    server.objects = {"contacts": [contact(number) for number in range(1, 6)]}

    hubspot.load(
        since=datetime(2026, 1, 3, tzinfo=UTC), until=datetime(2026, 1, 5, 8, 0, 0, 123000, UTC)
    )

    assert landed(warehouse) == [2, 3]
    assert warehouse.value("select count(*) from ops.watermarks") == 0


def test_more_records_of_one_moment_than_a_page_holds_are_all_read(hubspot, server, warehouse):
    same = "2026-01-03T00:00:00.500Z"
    server.objects = {
        "contacts": [contact(number, same) for number in range(10, 17)]
        + [contact(1), contact(20), contact(21)]
    }

    hubspot.load()

    assert landed(warehouse) == [1, *range(10, 17), 20, 21]


def test_a_record_that_is_edited_meanwhile_pushes_none_over_the_edge(hubspot, server, warehouse):
    server.objects = {"contacts": [contact(number) for number in range(1, 8)]}
    plain_search = server.search

    def search_then_edit(records: list[dict[str, Any]], body: dict[str, Any]) -> dict[str, Any]:
        page = plain_search(records, body)
        if len(server.asked(SEARCH)) == 1:
            records[0] = contact(1, "2026-03-01T00:00:00Z", city="苏州")
        return page

    server.search = search_then_edit  # type: ignore[method-assign]

    hubspot.load()

    assert landed(warehouse) == list(range(1, 8))
    assert warehouse.value("select city from raw_crm.customers where customer_id = '1'") == "苏州"


def test_pages_that_never_move_on_are_an_error(hubspot, server):
    stuck = {"results": [contact(1), contact(2)], "paging": {"next": {"after": "2"}}}
    server.objects = {"contacts": [contact(1)]}
    server.faults = [Answer(stuck)] * 9

    with pytest.raises(SourceError, match="same page"):
        hubspot.load()


def test_archived_contacts_are_marked_as_deleted(hubspot, server, warehouse):
    server.objects = {"contacts": [contact(number) for number in range(1, 6)]}
    hubspot.load()
    gone = [server.objects["contacts"].pop(0) for _ in range(3)]
    server.archived = {
        "contacts": [record | {"archivedAt": "2026-02-01T00:00:00Z"} for record in gone]
    }

    hubspot.load()

    assert landed(warehouse) == [4, 5]
    assert warehouse.value("select count(*) from raw_crm.customers") == 5


def test_owners_are_listed_and_associations_followed(hubspot, server, warehouse):
    hubspot.map_objects(AGENTS, ITEMS)
    changed = "2026-01-01T00:00:00Z"
    server.objects = {
        "owners": [
            {"id": str(number), "firstName": "小明", "lastName": "王", "updatedAt": changed}
            for number in range(1, 6)
        ],
        "line_items": [
            {"id": str(number), "properties": {"quantity": "2", "hs_lastmodifieddate": changed}}
            for number in range(1, 6)
        ],
    }
    server.links = {("line_items", "deals"): {"1": [700, 30], "2": [31]}}

    hubspot.load()

    assert warehouse.rows("select count(*), min(agent_name) from raw_crm.agents") == [(5, "王小明")]
    # lines of no deal are no order items; of two deals the first made one counts
    assert warehouse.rows(
        "select order_item_id, order_id, quantity from raw_crm.order_items order by 1"
    ) == [("1", "30", 2), ("2", "31", 2)]
    assert warehouse.quarantined() == []


def test_a_property_that_is_gone_is_named(hubspot, server):
    server.objects = {"contacts": [contact(1)]}
    server.hidden = {"city"}

    with pytest.raises(SchemaChangedError, match=r"'city'.*no such property"):
        hubspot.load()


def test_the_limit_by_the_second_is_waited_for(hubspot, server, warehouse):
    server.objects = {"contacts": [contact(number) for number in range(1, 6)]}
    server.faults = [None, Answer({"policyName": "SECONDLY", "errorType": "RATE_LIMIT"}, 429)]

    hubspot.load()

    assert landed(warehouse) == [1, 2, 3, 4, 5]


def test_the_limit_by_the_day_is_not_waited_for(hubspot, server, warehouse):
    server.objects = {"contacts": [contact(number) for number in range(1, 6)]}
    server.faults = [None, Answer({"policyName": "DAILY", "errorType": "RATE_LIMIT"}, 429)]

    with pytest.raises(SourceError, match=r"used up \(policy DAILY\).*tomorrow"):
        hubspot.load()

    assert landed(warehouse) == [1, 2]
    assert len(server.asked(SEARCH)) == 2

    hubspot.load()

    assert landed(warehouse) == [1, 2, 3, 4, 5]


def test_the_load_stops_at_our_share_of_the_day(hubspot, server, warehouse):
    server.objects = {"contacts": [contact(number) for number in range(1, 8)]}
    server.remaining = 503

    with pytest.raises(SourceError, match=r"500 of the 1,000 requests.*stop at 50%"):
        hubspot.load()

    assert landed(warehouse) == [1, 2, 3]


def test_an_oauth_app_gets_its_token_anew_when_it_expires(hubspot, server, warehouse, monkeypatch):
    monkeypatch.delenv("VOC_HUBSPOT_TOKEN")
    monkeypatch.setenv("VOC_HUBSPOT_CLIENT_ID", "client-of-the-test")
    monkeypatch.setenv("VOC_HUBSPOT_CLIENT_SECRET", CLIENT_SECRET)
    monkeypatch.setenv("VOC_HUBSPOT_REFRESH_TOKEN", REFRESH_TOKEN)
    server.objects = {"contacts": [contact(number) for number in range(1, 6)]}
    server.faults = [None, Answer({"category": "EXPIRED_AUTHENTICATION"}, 401)]

    hubspot.load()

    assert landed(warehouse) == [1, 2, 3, 4, 5]
    assert server.tokens == 2


def test_a_wrong_token_is_said_at_once_and_not_shown(hubspot, server, monkeypatch):
    monkeypatch.setenv("VOC_HUBSPOT_TOKEN", "wrong-and-secret")
    server.objects = {"contacts": [contact(1)]}

    with pytest.raises(SourceError, match=r"401.*docs/sources\.md") as caught:
        hubspot.load()

    assert "wrong-and-secret" not in str(caught.value)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "fault",
    ["cut", "half", "garbage", Answer({}, 502), Answer({}, 429, {"Retry-After": "0"})],
    ids=["broken in mid-page", "half a page", "no JSON", "502", "429"],
)
def test_a_passing_fault_loses_and_doubles_nothing(hubspot, server, warehouse, fault):
    server.objects = {"contacts": [contact(number) for number in range(1, 6)]}
    server.faults = [None, fault, None, fault]

    report = hubspot.load()

    assert (report.rows_read, landed(warehouse)) == (5, [1, 2, 3, 4, 5])
