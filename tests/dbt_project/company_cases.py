"""Cases of the tiny company, each on feedback of its own, and what a second night does to them.

Customer C3 says W1 to W9, in which logistics is named before the store's staff. A case that the
store handed on to logistics turns that pair round, so a case that comes, goes or moves can be seen
in `fct_breakpoint`. Nothing else happens to C3: only the case can be why the feedback is looked at
anew. Customer C5, alone in a region, says B1 and nothing more.
"""

from __future__ import annotations

from typing import Any

from tests.dbt_project.tiny_company import insert
from warehouse.postgres import connect
from warehouse.settings import Settings

FIRST_NIGHT = {"_loaded_at": "2026-03-31 02:00:00+08", "updated_at": "2026-03-31 00:00:00+08"}
# case -> the feedback that it is about
CASES = {"MOVES": "W1", "GOES": "W3", "GROWS": "W4", "SHRINKS": "W5", "GIVES": "W6", "TAKES": "W7"}
HANDED_ON = ("MOVES", "GOES", "SHRINKS", "GIVES")
# feedback whose pair a case turns round: after the first night, and after the second
TURNED_FIRST = {"W1", "W3", "W5", "W6"}
TURNED_THEN = {"W2", "W4", "W7", "W8"}


def land_cases(settings: Settings) -> None:
    """Land what the first night brings."""
    _land(
        settings,
        "customers",
        [{"customer_id": "C3", "region": "华中"}, {"customer_id": "C5", "region": "东北"}],
    )
    _land(
        settings,
        "teams",
        [
            {"team_id": "T3", "team_name": "物流组", "department_slug": "logistics"},
            {"team_id": "T4", "team_name": "门店组", "department_slug": "store_operations"},
        ],
    )
    notes = [(f"W{number}", "C3") for number in range(1, 10)] + [("B1", "C5")]
    _land(
        settings,
        "customer_notes",
        [
            {
                "note_id": note,
                "customer_id": customer,
                "note_text": f"{note}说的话",
                "created_at": "2026-03-05 09:00:00+08",
            }
            for note, customer in notes
        ],
    )
    _land(settings, "cases", [make_case(case, note) for case, note in CASES.items()])
    # the CRM does not know this member of staff, and this step's case, before the second night
    _land(settings, "cases", [make_case("WAITS", "W9", agent_id="NEWCOMER")])
    steps = [make_transfer(case) for case in (*HANDED_ON, "EARLY")]
    _land(settings, "case_events", [{**step, "agent_id": "NEWCOMER"} for step in steps])


def land_changed_cases(settings: Settings, loaded_at: str) -> None:
    """Land what the second night brings, as loaded at that moment."""
    news = {"_loaded_at": loaded_at, "updated_at": "2026-04-01 00:00:00+08"}
    newcomer = {"agent_id": "NEWCOMER", "agent_name": "赵六", "team_id": "T4"}
    _land(settings, "agents", [newcomer], news)
    _land(settings, "cases", [make_case("EARLY", "W8")], news)
    _land(settings, "case_events", [make_transfer("GROWS")], news)
    order = {"order_id": "O7", "customer_id": "C5", "order_channel": "store", "amount_cny": 5}
    _land(settings, "orders", [{**order, "ordered_at": "2026-03-01 10:00:00+08"}], news)
    loaded = f"_loaded_at = '{loaded_at}'"
    with connect("voc_loader", settings) as connection:
        for statement in (
            f"update raw_crm.cases set feedback_record_id = 'W2', {loaded} where case_id = 'MOVES'",
            f"update raw_crm.cases set _deleted_at = '{loaded_at}', {loaded} "
            "where case_id = 'GOES'",
            f"update raw_crm.case_events set _deleted_at = '{loaded_at}', {loaded} "
            "where case_id = 'SHRINKS'",
            f"update raw_crm.case_events set case_id = 'TAKES', {loaded} where case_id = 'GIVES'",
        ):
            connection.execute(statement)  # type: ignore[arg-type]


def read_turned(settings: Settings) -> set[str]:
    """Return the records whose pair of departments runs the way that a case went."""
    with connect("voc_modeler", settings) as connection:
        found = connection.execute(
            "select source_record_id from core.fct_breakpoint "
            "inner join core.fct_feedback using (feedback_key) "
            "where direction_basis = 'transfer_of_case' and from_department_slug = "
            "'store_operations' and to_department_slug = 'logistics'"
        ).fetchall()
    return {record for (record,) in found}


def make_case(case: str, note: str, agent_id: str | None = None) -> dict[str, Any]:
    """Return the record of a case of customer C3 about one of their notes."""
    return {
        "case_id": case,
        "customer_id": "C3",
        "agent_id": agent_id,
        "case_type": "complaint",
        "feedback_source_slug": "crm_notes",
        "feedback_record_id": note,
        "opened_at": "2026-03-06 10:00:00+08",
    }


def make_transfer(case: str) -> dict[str, Any]:
    """Return the step by which the store's team hands a case on to logistics."""
    return {
        "case_event_id": f"{case}-transferred",
        "case_id": case,
        "event_kind": "transferred",
        "from_team_id": "T4",
        "to_team_id": "T3",
        "occurred_at": "2026-03-06 11:00:00+08",
    }


def _land(
    settings: Settings,
    entity: str,
    rows: list[dict[str, Any]],
    stamps: dict[str, str] = FIRST_NIGHT,
) -> None:
    insert(settings, "voc_loader", f"raw_crm.{entity}", [{**row, **stamps} for row in rows])
