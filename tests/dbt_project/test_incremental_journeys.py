"""Contacts, journeys and invitations, night by night: what building them anew gives, and no more.

What the first night took is a day older than its newest record of each kind, so that a night looks
at nothing again (var incremental_overlap) and finds by its own means what to make anew.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.dbt_project.test_incremental import (
    differences,
    execute,
    read_core,
    read_full_builds,
    run_core,
)
from tests.dbt_project.tiny_company import LOADED_AT, build, insert, label_all, land_company, read
from warehouse import dbt
from warehouse.postgres import connect
from warehouse.settings import Settings

pytestmark = pytest.mark.slow

SECOND_NIGHT = "2026-04-02 02:00:00+08"
THIRD_NIGHT = "2026-04-03 02:00:00+08"
FACTS = {
    "fct_campaign_touch": "touch_id",
    "fct_campaign_journey": "customer_key",
    "fct_campaign_step": "customer_key",
    "fct_survey_invitation": "invitation_id",
}
Record = dict[str, Any]


def at(day: str) -> str:
    return f"2026-{day} 09:00:00+08"


def land(settings: Settings, table: str, loaded_at: str, records: list[Record]) -> None:
    stamps = {"_loaded_at": loaded_at, "updated_at": loaded_at}
    insert(settings, "voc_loader", table, [{**record, **stamps} for record in records])


def touch(
    touch_id: str, customer: str, kind: str = "click", campaign: str = "K1", day: str = "02-19"
) -> Record:
    return {
        "touch_id": touch_id,
        "campaign_id": campaign,
        "customer_id": customer,
        "touch_kind": kind,
        "touched_at": at(day),
    }


def order(order_id: str, customer: str, day: str = "02-20") -> Record:
    return {
        "order_id": order_id,
        "customer_id": customer,
        "order_channel": "online",
        "ordered_at": at(day),
        "amount_cny": 100,
        "status": "completed",
    }


def note(note_id: str, customer: str, day: str) -> Record:
    return {
        "note_id": note_id,
        "customer_id": customer,
        "note_text": f"{note_id}的话",
        "created_at": at(day),
    }


def case(case_id: str, customer: str, day: str, resolved: str | None = None) -> Record:
    return {
        "case_id": case_id,
        "customer_id": customer,
        "case_type": "complaint",
        "opened_at": at(day),
        "resolved_at": resolved and at(resolved),
    }


def step(case_event_id: str, case_id: str) -> Record:
    return {
        "case_event_id": case_event_id,
        "case_id": case_id,
        "event_kind": "resolved",
        "occurred_at": at("02-26"),
    }


def invitation(
    invitation_id: str, customer: str | None, day: str, answer: str | None = None
) -> Record:
    return {
        "invitation_id": invitation_id,
        "customer_id": customer,
        "survey_slug": "relationship",
        "channel": "sms",
        "state": "completed" if answer else "sent",
        "sent_at": at(day),
        "response_id": answer,
        "store_id": "S9" if invitation_id == "of-store" else None,
        "agent_id": "A9" if invitation_id == "of-agent" else None,
    }


def answer(response_id: str, customer: str) -> Record:
    return {
        "response_id": response_id,
        "customer_id": customer,
        "survey_slug": "relationship",
        "channel": "sms",
        "nps": 3,
        "submitted_at": at("03-06"),
    }


# customers, by the one thing that happens to each
REACHED = (
    *("click-from", "click-to", "click-deleted", "campaign-late", "buys"),
    *("note-from", "note-to", "note-new", "note-praise", "note-withdrawn"),
    *("case-from", "case-to", "case-new", "case-deleted", "case-step"),
    *("solved-from", "solved-to", "step-from", "step-to", "stays"),
)
ASKED = ("ask-from", "ask-to", "ask-deleted", "ask-earlier", "answer-comes", "answer-goes")


def land_first_night(settings: Settings) -> None:
    """Land customers who were reached, bought, complained and were asked; `late` is unknown."""
    bought = [*(person for person in REACHED if person != "buys"), "late"]
    rows: dict[str, list[Record]] = {
        "raw_crm.customers": [{"customer_id": person} for person in REACHED + ASKED],
        "raw_crm.orders": [order(f"of {person}", person) for person in bought],
        "raw_crm.campaign_touches": [
            *(touch(f"seen by {person}", person, "impression") for person in (*REACHED, "late")),
            touch("moves", "click-from"),
            touch("deleted", "click-deleted"),
            touch("unknown", "campaign-late", campaign="K9", day="03-10"),
        ],
        "raw_crm.customer_notes": [
            note("moves", "note-from", "02-25"),
            note("praise", "note-praise", "02-25"),
            note("withdrawn", "note-withdrawn", "02-25"),
            note("later", "note-withdrawn", "02-27"),
            note("solved here", "solved-from", "02-25"),
            note("solved there", "solved-to", "02-25"),
            note("of late", "late", "02-25"),
            note("stays", "stays", "02-25"),
        ],
        "raw_crm.cases": [
            case("moves", "case-from", "02-23"),
            case("of case-to", "case-to", "02-24", "03-01"),
            case("deleted", "case-deleted", "02-23", "02-24"),
            case("step", "case-step", "02-23"),
            case("of step-from", "step-from", "02-23"),
            case("of step-to", "step-to", "02-23"),
            case("solved", "solved-from", "02-26", "02-28"),
            case("stays", "stays", "02-26", "02-28"),
        ],
        "raw_crm.case_events": [step("moves", "of step-from")],
        "raw_surveys.responses": [answer("goes", "answer-goes"), answer("stays", "stays")],
        "raw_surveys.invitations": [
            invitation("moves", "ask-from", "03-01"),
            invitation("of ask-from", "ask-from", "03-05"),
            invitation("of ask-to", "ask-to", "03-04"),
            invitation("deleted", "ask-deleted", "03-01"),
            invitation("of ask-deleted", "ask-deleted", "03-03"),
            invitation("of ask-earlier", "ask-earlier", "03-05"),
            invitation("answer comes", "answer-comes", "03-05", "comes"),
            invitation("answer goes", "answer-goes", "03-05", "goes"),
            invitation("of late", "late", "03-01"),
            invitation("nobody knows: moves", "nobody", "03-01"),
            invitation("nobody knows", "nobody", "03-02"),
            invitation("of-store", None, "03-01"),
            invitation("of-agent", None, "03-01"),
            invitation("stays", "stays", "03-05", "stays"),
        ],
    }
    for table, records in rows.items():
        land(settings, table, LOADED_AT, records)


def make_older(settings: Settings, tables: list[str], stamp: str) -> None:
    """Let all records but one of each table be a day older."""
    for table in tables:
        execute(
            settings,
            "voc_admin",
            f"update {table} set {stamp} = {stamp} - interval '1 day' "
            f"where ctid <> (select min(ctid) from {table})",
        )


def land_second_night(settings: Settings) -> None:
    """Land what came, moved, was withdrawn or deleted, and what came later than its facts."""
    rows: dict[str, list[Record]] = {
        "raw_crm.customers": [{"customer_id": "late"}],
        "raw_crm.campaigns": [{"campaign_id": "K9", "campaign_name": "会员日"}],
        "raw_crm.stores": [{"store_id": "S9", "city": "重庆"}],
        "raw_crm.agents": [{"agent_id": "A9", "agent_name": "赵六"}],
        "raw_crm.orders": [order("of buys", "buys")],
        "raw_crm.campaign_touches": [touch("new", "ask-to", campaign="K9", day="03-10")],
        "raw_crm.customer_notes": [note("new", "note-new", "02-25")],
        "raw_crm.cases": [case("new", "case-new", "02-23", "02-24")],
        "raw_crm.case_events": [step("step-1", "step")],
        "raw_surveys.responses": [answer("comes", "answer-comes")],
        "raw_surveys.invitations": [invitation("earlier", "ask-earlier", "03-02")],
    }
    for table, records in rows.items():
        land(settings, table, SECOND_NIGHT, records)
    changes = (
        ("raw_crm.campaign_touches", "touch_id", "moves", "customer_id = 'click-to'"),
        ("raw_crm.campaign_touches", "touch_id", "deleted", "_deleted_at = now()"),
        ("raw_crm.customer_notes", "note_id", "moves", "customer_id = 'note-to'"),
        ("raw_crm.customer_notes", "note_id", "withdrawn", "_deleted_at = now()"),
        ("raw_crm.cases", "case_id", "moves", "customer_id = 'case-to'"),
        ("raw_crm.cases", "case_id", "solved", "customer_id = 'solved-to'"),
        ("raw_crm.cases", "case_id", "deleted", "_deleted_at = now()"),
        ("raw_crm.case_events", "case_event_id", "moves", "case_id = 'of step-to'"),
        ("raw_surveys.responses", "response_id", "goes", "_deleted_at = now()"),
        ("raw_surveys.invitations", "invitation_id", "moves", "customer_id = 'ask-to'"),
        ("raw_surveys.invitations", "invitation_id", "deleted", "_deleted_at = now()"),
        ("raw_surveys.invitations", "invitation_id", "nobody knows: moves", "customer_id = 'C1'"),
    )
    execute(
        settings,
        "voc_loader",
        *(
            f"update {table} set {change}, _loaded_at = '{SECOND_NIGHT}' where {key} = '{record}'"
            for table, key, record, change in changes
        ),
    )


def read_versions(settings: Settings) -> dict[tuple[str, str], set[str]]:
    """Return fact and key -> the transactions that wrote its rows."""
    versions: dict[tuple[str, str], set[str]] = {}
    for fact, key in FACTS.items():
        for row_key, version in read(settings, f"select {key}, xmin::text from core.{fact}"):
            versions.setdefault((fact, row_key), set()).add(version)
    return versions


def read_journeys(settings: Settings) -> dict[str, tuple[Any, ...]]:
    """Return customer -> what is known of the journey with the first campaign."""
    found = read(
        settings,
        "select customer_id, order_id, clicked_at is not null, "
        "to_char(complained_at at time zone 'Asia/Shanghai', 'MM-DD'), "
        "to_char(resolved_at at time zone 'Asia/Shanghai', 'MM-DD') "
        "from core.fct_campaign_journey inner join core.dim_customer using (customer_key) "
        "inner join core.dim_campaign using (campaign_key) where campaign_id = 'K1'",
    )
    return {customer: tuple(known) for customer, *known in found}


def read_invitations(settings: Settings) -> dict[str, tuple[Any, ...]]:
    """Return invitation -> whether it came too early, and whether its answer is there."""
    found = read(
        settings,
        "select invitation_id, is_within_seven_days, feedback_key is not null "
        "from core.fct_survey_invitation where customer_key is distinct from md5('crm|C1')",
    )
    return {name: tuple(known) for name, *known in found}


def changes_of(before: dict[str, Any], after: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {
        key: (before.get(key), after.get(key))
        for key in before.keys() | after.keys()
        if before.get(key) != after.get(key)
    }


@pytest.fixture(scope="module")
def company(database: Settings, dbt_folder: Path) -> Iterator[Settings]:
    """Build the first night."""
    patch = pytest.MonkeyPatch()
    patch.setenv("DBT_TARGET_PATH", str(dbt_folder))
    patch.setenv("DBT_LOG_PATH", str(dbt_folder / "logs"))
    land_company(database)
    land_first_night(database)
    with connect("voc_admin", database) as connection:
        tables = connection.execute(
            "select format('%I.%I', table_schema, table_name) from information_schema.columns "
            "where column_name = '_loaded_at' and table_schema like 'raw\\_%' "
            "and table_schema not like '%\\_landing'"
        ).fetchall()
    make_older(database, [table for (table,) in tables], "_loaded_at")
    build(database, "reference")
    build(database, "staging")
    label_all(database)
    make_older(database, ["nlp.documents"], "annotated_at")
    run_core(database)
    yield database
    patch.undo()


def test_what_nothing_happened_to_is_left_alone(company: Settings):
    before, full_builds, versions = (
        read_core(company),
        read_full_builds(company),
        read_versions(company),
    )

    run_core(company)

    assert differences(before, read_core(company)) == {}
    assert read_full_builds(company) == full_builds
    assert set(FACTS) <= {model for model, _ in full_builds}
    now = read_versions(company)
    # each table has one record that is as new as the night was
    for fact in FACTS:
        kept = [key for key in versions if key[0] == fact and versions[key] == now[key]]
        assert len(kept) >= 8, fact


def test_a_night_of_changes_is_what_building_anew_gives(company: Settings):
    journeys, invitations = read_journeys(company), read_invitations(company)
    versions, full_builds = read_versions(company), read_full_builds(company)
    land_second_night(company)
    build(company, "staging")
    execute(
        company,
        "voc_nlp",
        "update nlp.documents set sentiment_label = 'positive', annotated_at = now() "
        "where feedback_key = md5('crm_notes|praise')",
    )
    label_all(company)

    run_core(company)
    kept, now = read_core(company), read_versions(company)
    journeys_now, invitations_now = read_journeys(company), read_invitations(company)
    assert read_full_builds(company) == full_builds
    run_core(company, "--full-refresh")

    assert differences(kept, read_core(company)) == {}
    assert changes_of(journeys, journeys_now) == {
        "click-from": (("of click-from", True, None, None), ("of click-from", False, None, None)),
        "click-to": (("of click-to", False, None, None), ("of click-to", True, None, None)),
        "click-deleted": (
            ("of click-deleted", True, None, None),
            ("of click-deleted", False, None, None),
        ),
        "buys": ((None, False, None, None), ("of buys", False, None, None)),
        "late": (None, ("of late", False, "02-25", None)),
        "note-from": (("of note-from", False, "02-25", None), ("of note-from", False, None, None)),
        "note-to": (("of note-to", False, None, None), ("of note-to", False, "02-25", None)),
        "note-new": (("of note-new", False, None, None), ("of note-new", False, "02-25", None)),
        "note-praise": (
            ("of note-praise", False, "02-25", None),
            ("of note-praise", False, None, None),
        ),
        "note-withdrawn": (
            ("of note-withdrawn", False, "02-25", None),
            ("of note-withdrawn", False, "02-27", None),
        ),
        "case-from": (
            ("of case-from", False, "02-23", None),
            ("of case-from", False, None, None),
        ),
        "case-to": (
            ("of case-to", False, "02-24", "03-01"),
            ("of case-to", False, "02-23", "03-01"),
        ),
        "case-new": (("of case-new", False, None, None), ("of case-new", False, "02-23", "02-24")),
        "case-deleted": (
            ("of case-deleted", False, "02-23", "02-24"),
            ("of case-deleted", False, None, None),
        ),
        "case-step": (
            ("of case-step", False, "02-23", None),
            ("of case-step", False, "02-23", "02-26"),
        ),
        "step-from": (
            ("of step-from", False, "02-23", "02-26"),
            ("of step-from", False, "02-23", None),
        ),
        "step-to": (
            ("of step-to", False, "02-23", None),
            ("of step-to", False, "02-23", "02-26"),
        ),
        "solved-from": (
            ("of solved-from", False, "02-25", "02-28"),
            ("of solved-from", False, "02-25", None),
        ),
        "solved-to": (
            ("of solved-to", False, "02-25", None),
            ("of solved-to", False, "02-25", "02-28"),
        ),
    }
    assert changes_of(invitations, invitations_now) == {
        "nobody knows: moves": ((False, False), None),  # it is asked of C1 now
        "nobody knows": ((True, False), (False, False)),
        "of ask-from": ((True, False), (False, False)),
        "of ask-to": ((False, False), (True, False)),
        "deleted": ((False, False), None),
        "of ask-deleted": ((True, False), (False, False)),
        "earlier": (None, (False, False)),
        "of ask-earlier": ((False, False), (True, False)),
        "answer comes": ((False, False), (False, True)),
        "answer goes": ((False, True), (False, False)),
    }
    assert read(
        company,
        "select invitation_id, num_nonnulls(customer_key, store_key, agent_key) "
        "from core.fct_survey_invitation "
        "where invitation_id in ('of late', 'of-store', 'of-agent') order by 1",
    ) == [("of late", 1), ("of-agent", 1), ("of-store", 1)]
    assert read(
        company,
        "select count(*) from core.fct_campaign_journey inner join core.dim_campaign "
        "using (campaign_key) where campaign_id = 'K9'",
    )[0] == (2,)
    stays = {
        ("fct_campaign_touch", "seen by stays"),
        ("fct_campaign_journey", read(company, "select md5('crm|stays')")[0][0]),
        ("fct_survey_invitation", "stays"),
    }
    assert {key for key in stays if versions[key] == now[key]} == stays


def test_an_order_concerns_only_what_is_said_after_it(company: Settings):
    said = (
        "select xmin::text, order_count_to_date from core.fct_feedback "
        "where feedback_key = md5('crm_notes|stays')"
    )
    before = read(company, said)

    land(company, "raw_crm.orders", THIRD_NIGHT, [order("later", "stays", "03-20")])
    run_core(company)
    assert read(company, said) == before

    land(company, "raw_crm.orders", THIRD_NIGHT, [order("earlier", "stays", "02-22")])
    run_core(company)
    [(version, count)] = read(company, said)
    assert (version != before[0][0], count) == (True, before[0][1] + 1)


def test_another_window_makes_its_facts_anew(company: Settings):
    full_builds = dict(read_full_builds(company))
    folder = f"{os.environ['DBT_TARGET_PATH']}/analytics"
    other = "{days_between_asks: 3}"

    dbt.run(
        company,
        ["run", "--target-path", folder, "--select", "path:models/core/facts", "--vars", other],
    )

    assert {model for model, at in read_full_builds(company) if full_builds[model] != at} == {
        "fct_survey_invitation"
    }
    assert read_invitations(company)["of ask-earlier"] == (False, False)  # three days after
