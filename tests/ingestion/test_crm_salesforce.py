"""Salesforce objects over real HTTP into the real database."""

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
from tests.ingestion.salesforce_server import (
    CLIENT_SECRET,
    REFRESH_TOKEN,
    SalesforceServer,
    moment,
)
from warehouse.settings import Settings, SettingsError

QUERY = "/services/data/v62.0/query"
FIELD_MAP: dict[str, Any] = {
    "version": 1,
    "objects": [
        {
            "entity": "customers",
            "object": "Contact",
            "modified": "SystemModstamp",
            "fields": {
                "customer_id": "Id",
                "full_name": "Name",
                "phone": "MobilePhone",
                "city": "MailingCity",
                "birth_year": {"from": "Birthdate", "part": "year"},
            },
        }
    ],
}
CASES: dict[str, Any] = {
    "entity": "cases",
    "object": "Case",
    "modified": "SystemModstamp",
    "fields": {
        "case_id": "Id",
        "severity": {"from": "Priority", "map": {"High": "high"}, "otherwise": None},
        "opened_at": "CreatedDate",
    },
}


def contact(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "Id": f"003{number:015d}",
        "Name": f"客户{number}",
        "MobilePhone": f"1380000{number:04d}",
        "MailingCity": "杭州",
        "Birthdate": "1990-05-04",
        "SystemModstamp": moment(f"2026-01-{number + 1:02d}T08:00:00"),
        "IsDeleted": False,
        **changes,
    }


def case(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "Id": f"500{number:015d}",
        "Priority": "High",
        "CreatedDate": moment("2026-01-01T00:00:00"),
        "SystemModstamp": moment("2026-01-01T00:00:00"),
        "IsDeleted": False,
        **changes,
    }


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[SalesforceServer]:
    with serving(SalesforceServer(faulty=QUERY)) as running:
        assert isinstance(running, SalesforceServer)
        monkeypatch.setenv("VOC_SALESFORCE_URL", running.address)
        monkeypatch.setenv("VOC_SALESFORCE_CLIENT_ID", "client-of-the-test")
        monkeypatch.setenv("VOC_SALESFORCE_CLIENT_SECRET", CLIENT_SECRET)
        monkeypatch.setenv("VOC_SALESFORCE_REFRESH_TOKEN", REFRESH_TOKEN)
        yield running


class Configured:
    """Settings with a source `salesforce` of the test's own making."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.config_dir = folder / "config"
        shutil.copytree(settings.config_dir, self.config_dir)
        self.settings = settings.model_copy(update={"root": folder})
        self.map_fields(FIELD_MAP)
        self.configure()

    def configure(self, **options: Any) -> None:
        path = self.config_dir / "sources.yml"
        content = yaml.safe_load(path.read_text("utf-8"))
        content["sources"]["salesforce"] |= {
            "enabled": True,
            "field_map": "of_the_test",
            "retry": {"attempts": 3, "first_wait_seconds": 0.001},
            **options,
        }
        path.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")

    def map_fields(self, field_map: dict[str, Any]) -> None:
        path = self.config_dir / "field_maps" / "of_the_test.yml"
        path.write_text(yaml.safe_dump(field_map, allow_unicode=True), "utf-8")

    def load(self, **options: Any) -> Any:
        return load_source(self.settings, "salesforce", **options)


@pytest.fixture
def salesforce(settings: Settings, tmp_path: Path, server: SalesforceServer) -> Configured:
    return Configured(settings, tmp_path)


def landed(warehouse: Any) -> list[str]:
    return [
        name
        for (name,) in warehouse.rows(
            "select full_name from raw_crm.customers where _deleted_at is null order by customer_id"
        )
    ]


def names(count: int) -> list[str]:
    return [f"客户{number}" for number in range(count)]


def test_contacts_land_page_by_page_as_customers(salesforce, server, warehouse):
    server.objects = {"Contact": [contact(number) for number in range(5)]}

    report = salesforce.load()

    assert report.rows_landed == 5
    assert len(server.asked(QUERY)) == 3
    assert server.asked(QUERY)[0].headers["Sforce-Query-Options"] == "batchSize=2000"
    assert warehouse.rows(
        "select full_name, phone, birth_year, gender, length(phone_hash), updated_at::text "
        "from raw_crm.customers order by customer_id limit 1"
    ) == [("客户0", "13800000000", 1990, None, 64, "2026-01-01 08:00:00+00")]
    assert warehouse.rows("select distinct source_slug, entity from ops.watermarks") == [
        ("salesforce", "customers")
    ]


def test_the_next_load_asks_only_for_what_changed_since(salesforce, server, warehouse):
    server.objects = {"Contact": [contact(number) for number in range(5)]}
    salesforce.load()
    server.requests.clear()
    server.objects["Contact"][0] = contact(
        0, Name="改名", SystemModstamp=moment("2026-02-01T00:00:00")
    )

    salesforce.load()

    # the watermark minus the overlap of two hours
    assert "SystemModstamp >= 2026-01-05T06:00:00.000Z" in server.asked(QUERY)[0].query["q"]
    assert landed(warehouse)[0] == "改名"


def test_an_expired_session_is_renewed_once_and_nothing_is_lost(salesforce, server, warehouse):
    server.objects = {"Contact": [contact(number) for number in range(5)]}
    server.expires_after = 1

    salesforce.load()

    assert landed(warehouse) == names(5)
    assert len(server.asked("/services/oauth2/token")) == 2


def test_client_credentials_serve_when_there_is_no_refresh_token(
    salesforce, server, warehouse, monkeypatch
):
    monkeypatch.delenv("VOC_SALESFORCE_REFRESH_TOKEN")
    server.objects = {"Contact": [contact(1)]}

    salesforce.load()

    (request,) = server.asked("/services/oauth2/token")
    assert request.body["grant_type"] == "client_credentials"
    assert landed(warehouse) == ["客户1"]


def test_a_revoked_refresh_token_is_said_without_showing_it(salesforce, server, monkeypatch):
    monkeypatch.setenv("VOC_SALESFORCE_REFRESH_TOKEN", "revoked-and-secret")

    with pytest.raises(SourceError, match=r"access token.*400 \(invalid_grant\)") as caught:
        salesforce.load()

    message = str(caught.value)
    assert "revoked-and-secret" not in message
    assert CLIENT_SECRET not in message
    assert "Next step:" in message


def test_missing_settings_are_named(salesforce, monkeypatch):
    monkeypatch.delenv("VOC_SALESFORCE_CLIENT_ID")

    with pytest.raises(SettingsError, match=r"VOC_SALESFORCE_CLIENT_ID.*docs/sources\.md"):
        salesforce.load()


def test_secrets_may_come_from_files(salesforce, server, warehouse, monkeypatch, tmp_path):
    monkeypatch.delenv("VOC_SALESFORCE_REFRESH_TOKEN")
    monkeypatch.setenv("VOC_SECRETS_DIR", str(tmp_path / "secrets"))
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "voc_salesforce_refresh_token").write_text(REFRESH_TOKEN)
    server.objects = {"Contact": [contact(1)]}

    salesforce.load()

    assert server.asked("/services/oauth2/token")[0].body["refresh_token"] == REFRESH_TOKEN


def test_the_load_stops_before_the_days_requests_are_used_and_goes_on_later(
    salesforce, server, warehouse
):
    salesforce.configure(daily_share=0.5)
    server.objects = {"Contact": [contact(number) for number in range(6)]}
    server.usage, server.limit = 8, 20

    with pytest.raises(SourceError, match=r"10 of the 20 requests.*stop at 50%"):
        salesforce.load()

    assert landed(warehouse) == names(4)
    assert warehouse.rows("select status, rows_landed from ops.loads") == [("failed", 4)]

    server.usage = 0
    server.requests.clear()
    salesforce.load()

    assert "SystemModstamp >= 2026-01-04T06:00:00.000Z" in server.asked(QUERY)[0].query["q"]
    assert landed(warehouse) == names(6)


def test_requests_that_are_used_up_are_no_reason_to_ask_again(salesforce, server):
    server.objects = {"Contact": [contact(1)]}
    used_up = [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests Limit exceeded."}]
    server.faults = [Answer(used_up, 403)]

    with pytest.raises(SourceError, match="load again tomorrow"):
        salesforce.load()

    assert len(server.asked(QUERY)) == 1


def test_deleted_records_are_marked_and_come_back_when_restored(salesforce, server, warehouse):
    server.objects = {"Contact": [contact(number) for number in range(3)]}
    salesforce.load()
    server.objects["Contact"][1] |= {
        "IsDeleted": True,
        "SystemModstamp": moment("2026-02-01T00:00:00"),
    }

    salesforce.load()

    assert landed(warehouse) == ["客户0", "客户2"]
    assert warehouse.value("select count(*) from raw_crm.customers") == 3

    server.objects["Contact"][1] |= {
        "IsDeleted": False,
        "SystemModstamp": moment("2026-02-02T00:00:00"),
    }
    salesforce.load()

    assert landed(warehouse) == names(3)


def test_a_deletion_is_kept_when_the_load_breaks_off_behind_it(salesforce, server, warehouse):
    server.objects = {"Contact": [contact(number) for number in range(3)]}
    salesforce.load()
    server.objects["Contact"][0] |= {
        "IsDeleted": True,
        "SystemModstamp": moment("2026-02-01T00:00:00"),
    }
    server.objects["Contact"] += [
        contact(9, SystemModstamp=moment("2026-03-01T00:00:00")),
        contact(10, SystemModstamp=moment("2026-03-02T00:00:00")),
    ]
    busy = Answer([{"errorCode": "SERVER_UNAVAILABLE", "message": ""}], 503)
    server.faults = [None, busy, busy, busy]

    with pytest.raises(SourceError, match="SERVER_UNAVAILABLE"):
        salesforce.load()

    assert "客户0" not in landed(warehouse)

    salesforce.load()

    assert landed(warehouse) == ["客户1", "客户2", "客户9", "客户10"]


def test_a_field_that_is_gone_is_named_and_other_objects_go_on(salesforce, server, warehouse):
    salesforce.map_fields({"version": 1, "objects": [*FIELD_MAP["objects"], CASES]})
    server.objects = {"Contact": [contact(1)], "Case": [case(1)]}
    del server.objects["Contact"][0]["MailingCity"]

    with pytest.raises(SchemaChangedError, match=r"MailingCity.*field-level security"):
        salesforce.load()

    assert warehouse.rows("select severity from raw_crm.cases") == [("high",)]


def test_an_object_that_is_not_there_is_said(salesforce, server):
    server.objects = {}

    with pytest.raises(SourceError, match="no such object"):
        salesforce.load()


def test_an_expired_query_goes_on_behind_the_last_record(salesforce, server, warehouse):
    same = moment("2026-01-09T00:00:00")
    server.objects = {"Contact": [contact(number, SystemModstamp=same) for number in range(6)]}
    expired = Answer([{"errorCode": "INVALID_QUERY_LOCATOR", "message": ""}], 400)
    server.faults = [None, None, expired, None, expired]

    report = salesforce.load()

    assert landed(warehouse) == names(6)
    assert report.rows_read == 6


def test_queries_that_expire_for_ever_are_an_error(salesforce, server):
    server.objects = {"Contact": [contact(number) for number in range(6)]}
    server.faults = [Answer([{"errorCode": "INVALID_QUERY_LOCATOR"}], 400)] * 9

    with pytest.raises(SourceError, match="a user of its own"):
        salesforce.load()

    assert len(server.asked(QUERY)) == 4


@pytest.mark.parametrize(
    "fault",
    ["cut", "half", "garbage", Answer({}, 500), Answer({}, 429, {"Retry-After": "0"})],
    ids=["broken in mid-page", "half a page", "no JSON", "500", "429"],
)
def test_a_passing_fault_loses_and_doubles_nothing(salesforce, server, warehouse, fault):
    server.objects = {"Contact": [contact(number) for number in range(5)]}
    server.faults = [None, fault, None, fault]

    report = salesforce.load()

    assert (report.rows_read, landed(warehouse)) == (5, names(5))


def test_a_server_that_falls_silent_is_asked_again(salesforce, server, warehouse):
    salesforce.configure(timeout_seconds=0.2)
    server.objects = {"Contact": [contact(number) for number in range(3)]}
    server.faults = [None, "silence"]

    salesforce.load()

    assert landed(warehouse) == names(3)


def test_a_token_endpoint_that_is_busy_is_asked_again(salesforce, server, warehouse):
    server.faulty = "/services/oauth2/token"
    server.faults = [Answer({}, 503), "cut", None]
    server.objects = {"Contact": [contact(1)]}

    salesforce.load()

    assert landed(warehouse) == ["客户1"]


def test_a_next_page_on_another_system_is_refused(salesforce, server):
    elsewhere = {"records": [], "done": False, "nextRecordsUrl": "https://elsewhere.example/x"}
    server.objects = {"Contact": []}
    server.faults = [Answer(elsewhere)]

    with pytest.raises(SourceError, match="not on the same system"):
        salesforce.load()


def test_an_answer_of_another_shape_is_an_error(salesforce, server):
    server.objects = {"Contact": []}
    server.faults = [Answer({"items": []})]

    with pytest.raises(SourceError, match='no list "records"'):
        salesforce.load()


def test_a_load_that_takes_too_long_stops_and_keeps_what_it_has(salesforce, server, warehouse):
    salesforce.configure(longest_load_minutes=0.000001)
    server.objects = {"Contact": [contact(number) for number in range(5)]}

    with pytest.raises(SourceError, match="not done after"):
        salesforce.load()

    assert warehouse.value("select count(*) from ops.watermarks") == 0


def test_two_crms_with_the_same_ids_are_kept_apart_by_a_prefix(salesforce, server, warehouse):
    salesforce.configure(id_prefix="sf:")
    server.objects = {"Contact": [contact(1)]}

    salesforce.load()

    assert warehouse.value("select customer_id from raw_crm.customers") == "sf:003000000000000001"


def test_a_word_that_the_map_lacks_is_seen_in_quarantine(salesforce, server, warehouse):
    strict = CASES | {
        "fields": CASES["fields"] | {"severity": {"from": "Priority", "map": {"High": "high"}}}
    }
    salesforce.map_fields({"version": 1, "objects": [strict]})
    server.objects = {"Case": [case(1), case(2, Priority="Blazing")]}

    report = salesforce.load()

    assert (report.rows_landed, report.rows_quarantined) == (1, 1)
    assert warehouse.rows("select source_slug, reason_code, field from ops.quarantine") == [
        ("salesforce", "out_of_range", "severity")
    ]
