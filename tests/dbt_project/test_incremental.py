"""Core built night by night is core built anew: nothing stale, nothing lost, nothing doubled."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.dbt_project.company_cases import (
    TURNED_FIRST,
    TURNED_THEN,
    land_cases,
    land_changed_cases,
    read_turned,
)
from tests.dbt_project.tiny_company import build, insert, label_all, land_company
from warehouse import dbt
from warehouse.postgres import connect
from warehouse.settings import Settings

pytestmark = pytest.mark.slow

SECOND_NIGHT = "2026-04-02 02:00:00+08"


def run_core(settings: Settings, *flags: str) -> None:
    """Build core without its tests: what it must hold is said here."""
    folder = f"{os.environ['DBT_TARGET_PATH']}/analytics"
    dbt.run(settings, ["run", "--target-path", folder, "--select", "path:models/core", *flags])


def read_core(settings: Settings) -> dict[str, list[str]]:
    """Return every row of every table of core, as text, sorted; the models' progress left out."""
    with connect("voc_modeler", settings) as connection:
        tables = [
            name
            for (name,) in connection.execute(
                "select tablename from pg_tables where schemaname = 'core' "
                "and tablename not in ('model_progress', 'fact_change', 'taken_stamp') order by 1"
            )
        ]
        return {
            table: [
                row
                for (row,) in connection.execute(
                    f"select facts::text from core.{table} as facts order by 1"  # type: ignore[arg-type]
                )
            ]
            for table in tables
        }


def execute(settings: Settings, role: str, *statements: str) -> None:
    with connect(role, settings) as connection:
        for statement in statements:
            connection.execute(statement)  # type: ignore[arg-type]


def read_full_builds(settings: Settings) -> list[tuple[str, str]]:
    """Return which model was last built in full, and when."""
    with connect("voc_modeler", settings) as connection:
        return connection.execute(
            "select model_name, taken_until::text from core.model_progress "
            "where input_slug = 'built_in_full' order by 1"
        ).fetchall()


def read_changes(settings: Settings, fact_name: str) -> set[str]:
    """Return the keys that were noted for a fact, such as the days of units that changed."""
    with connect("voc_modeler", settings) as connection:
        found = connection.execute(
            "select row_key from core.fact_change where fact_name = %s", [fact_name]
        ).fetchall()
    return {key for (key,) in found}


def differences(kept: dict[str, list[str]], anew: dict[str, list[str]]) -> dict[str, set[str]]:
    return {
        table: set(kept[table]) ^ set(anew[table]) for table in anew if kept[table] != anew[table]
    }


@pytest.fixture(scope="module")
def company(database: Settings, dbt_folder: Path) -> Iterator[Settings]:
    """Build the tiny company's first night, with somebody that the CRM does not know yet."""
    patch = pytest.MonkeyPatch()
    patch.setenv("DBT_TARGET_PATH", str(dbt_folder))
    patch.setenv("DBT_LOG_PATH", str(dbt_folder / "logs"))
    land_company(database)
    land_cases(database)
    common = {"_loaded_at": "2026-03-31 02:00:00+08", "updated_at": "2026-03-31 00:00:00+08"}
    insert(
        database,
        "voc_loader",
        "raw_crm.customer_notes",
        [
            {
                "note_id": f"M{number}",
                "customer_id": customer,
                "note_text": f"客户{number}说的话",
                "created_at": f"2026-03-0{number} 09:00:00+08",
                **common,
            }
            for number, customer in enumerate(("C1", "C1", "NEW", "C1", "C1"), start=1)
        ],
    )
    insert(
        database,
        "voc_loader",
        "raw_crm.orders",
        [
            {
                "order_id": order,
                "customer_id": customer,
                "store_id": "S1",
                "order_channel": "store",
                "ordered_at": f"2026-02-{day} 10:00:00+08",
                "amount_cny": amount,
                "status": "completed",
                **common,
            }
            for order, customer, day, amount in (
                ("O2", "C1", 21, 10),
                ("O3", "C1", 22, 20),
                ("O4", "C1", 23, 40),
                ("O5", "NEW", 24, 80),
            )
        ],
    )
    build(database, "reference")
    build(database, "staging")
    label_all(database)
    run_core(database)
    yield database
    patch.undo()


def test_a_night_without_news_changes_nothing(company: Settings):
    before, full_builds = read_core(company), read_full_builds(company)

    run_core(company)

    assert differences(before, read_core(company)) == {}
    assert read_full_builds(company) == full_builds
    assert len(full_builds) >= 16
    assert len(before["fct_feedback"]) == 15 + 10
    assert len(before["fct_opinion_unit"]) > 10
    assert before["fct_topic_month"]
    assert before["fct_topic_customer"]
    assert before["fct_voice_day"]
    assert before["fct_campaign_step"]


def test_what_stands_still_is_not_taken_twice_and_what_comes_late_is_taken(company: Settings):
    run_core(company)
    with connect("voc_modeler", company) as connection:
        before = connection.execute("select now()").fetchone()
    # one that bears the stamp of others, and one from before them
    for key, stamp in (("SAME", "2026-03-31 02:00:00+08"), ("EARLIER", "2026-03-31 01:10:00+08")):
        insert(
            company,
            "voc_loader",
            "raw_crm.customer_notes",
            [
                {
                    "note_id": key,
                    "customer_id": "C1",
                    "note_text": f"晚到的{key}",
                    "created_at": "2026-03-05 09:00:00+08",
                    "_loaded_at": stamp,
                    "updated_at": "2026-03-31 00:00:00+08",
                }
            ],
        )

    run_core(company)

    with connect("voc_modeler", company) as connection:
        rows = connection.execute(
            "select changes.changed_at > %s, facts.source_record_id "
            "from core.fct_feedback as facts "
            "left join core.fact_change as changes on changes.fact_name = 'feedback' "
            "and changes.row_key = facts.feedback_key order by 2",
            before,
        ).fetchall()
    taken = {record for is_new, record in rows if is_new}
    notes = {record for _, record in rows if record in ("SAME", "EARLIER")}
    assert notes == {"SAME", "EARLIER"}
    assert notes <= taken
    # those that bear the stamp too are taken once more, records of other sources are not
    assert not taken & {"R1", "L1"}
    execute(
        company,
        "voc_loader",
        "delete from raw_crm.customer_notes where note_id in ('SAME', 'EARLIER')",
    )
    run_core(company, "--full-refresh")


def land_second_night(settings: Settings) -> None:
    """Land late, corrected and withdrawn records, moved orders and people who changed."""
    common = {"_loaded_at": SECOND_NIGHT, "updated_at": "2026-04-01 00:00:00+08"}
    loaded = f"_loaded_at = '{SECOND_NIGHT}', updated_at = '2026-03-03 12:00:00+08'"
    insert(
        settings,
        "voc_loader",
        "raw_crm.customers",
        [
            {"customer_id": "NEW", "segment": "vip", "region": "华南", **common},
            {"customer_id": "C2", "segment": "plain", "region": "华北", **common},
        ],
    )
    late = {"note_id": "LATE", "customer_id": "C1", "note_text": "很久以前的事"}
    insert(
        settings,
        "voc_loader",
        "raw_crm.customer_notes",
        [{**late, "created_at": "2025-12-24 09:00:00+08", **common}],
    )
    insert(
        settings,
        "voc_loader",
        "raw_crm.orders",
        [
            {
                "order_id": "O6",
                "customer_id": "C1",
                "order_channel": "online",
                "ordered_at": "2025-01-01 10:00:00+08",
                "amount_cny": 1000,
                **common,
            }
        ],
    )
    execute(
        settings,
        "voc_loader",
        # corrected words, and a correction that moves the day
        f"update raw_crm.customer_notes set note_text = '改正', {loaded} where note_id = 'M1'",
        f"update raw_crm.customer_notes set created_at = '2026-03-20 09:00:00+08', {loaded} "
        "where note_id = 'M2'",
        # said by somebody else, as it turns out
        f"update raw_crm.customer_notes set customer_id = 'C2', {loaded} where note_id = 'M5'",
        # withdrawn, or emptied, which is as good
        f"update raw_surveys.responses set _deleted_at = '{SECOND_NIGHT}', {loaded} "
        "where response_id = 'V0'",
        f"update raw_crm.customer_notes set note_text = ' ', {loaded} where note_id = 'M4'",
        # an order of another customer, a cancelled and a deleted one
        f"update raw_crm.orders set customer_id = 'C2', {loaded} where order_id = 'O2'",
        f"update raw_crm.orders set status = 'cancelled', {loaded} where order_id = 'O3'",
        f"update raw_crm.orders set _deleted_at = '{SECOND_NIGHT}', {loaded} where order_id = 'O4'",
        # people and places that changed on 3 March at noon
        f"update raw_crm.customers set segment = 'vip', city = '苏州', {loaded} "
        "where customer_id = 'C1'",
        f"update raw_crm.agents set team_id = 'T9', {loaded} where agent_id = 'A1'",
        f"update raw_crm.stores set city = '重庆', region = '西部', {loaded} where store_id = 'S1'",
        f"update raw_calls.calls set order_id = 'O1', {loaded} where call_id = 'L1'",
    )


def test_a_night_of_changes_is_what_building_anew_gives(company: Settings):
    land_second_night(company)
    land_changed_cases(company, SECOND_NIGHT)
    build(company, "staging")
    execute(
        company,
        "voc_nlp",
        # words that changed lose their labels; near copies weigh less; one is relabelled
        "delete from nlp.documents using intermediate.int_feedback as feedback "
        "where documents.feedback_key = feedback.feedback_key "
        "and documents.text_hash <> feedback.text_hash",
        "update nlp.documents set duplicate_cluster_key = 'k', dedup_weight = 0.5, "
        "is_burst = true where source_slug = 'reviews'",
        "update nlp.documents set sentiment_label = 'positive', annotated_at = now() "
        "where source_slug = 'calls'",
        "update nlp.opinion_units set sentiment_label = 'positive', topic_slug = 'delay' "
        "from nlp.documents where documents.source_slug = 'calls' "
        "and documents.feedback_key = opinion_units.feedback_key",
    )
    label_all(company)
    execute(
        company,
        "voc_nlp",
        # a unit of our own staff: somebody wrote, and no customer says anything
        "update nlp.documents set unit_count = 1, annotated_at = now() "
        "where source_slug = 'surveys'",
    )
    before, full_builds = read_core(company), read_full_builds(company)
    assert read_turned(company) == TURNED_FIRST

    run_core(company)
    kept = read_core(company)
    days, cells = read_changes(company, "unit_day"), read_changes(company, "unit_cell")
    assert read_turned(company) == TURNED_THEN
    assert read_full_builds(company) == full_builds  # the night took its news alone
    run_core(company, "--full-refresh")
    anew = read_core(company)

    assert differences(kept, anew) == {}
    for table in (
        "fct_feedback",
        "fct_opinion_unit",
        "fct_order",
        "fct_interaction",
        "fct_topic_day",
        "fct_topic_month",
        "fct_topic_customer",
        "fct_voice_day",
        "fct_touchpoint_month",
        "fct_breakpoint",
        "fct_case",
        "fct_case_event",
    ):
        assert kept[table] != before[table], table
    assert len(kept["fct_feedback"]) == 15 + 10 + 1 - 2
    # M1 has other words and a customer whose orders moved, but says of nothing anything else
    assert {"2026-03-20", "2025-12-24"} <= days
    assert "2026-03-01" not in days
    # B1 stands in cells of its own and was made anew, because its customer bought something
    assert any('"2025-12-01", "delivery"' in cell for cell in cells)
    assert any("东北" in row for row in kept["fct_touchpoint_month"])
    assert not any("东北" in cell for cell in cells)


def test_a_team_that_changes_its_department_turns_pairs_of_any_age(company: Settings):
    execute(
        company,
        "voc_loader",
        "update raw_crm.teams set department_slug = 'after_sales', "
        f"_loaded_at = '{SECOND_NIGHT}' where team_id = 'T3'",
    )
    before = read_full_builds(company)

    run_core(company)

    assert read_full_builds(company) == before
    assert read_turned(company) == set()


def test_a_fact_sees_people_and_places_as_they_were(company: Settings):
    with connect("voc_modeler", company) as connection:
        rows = connection.execute(
            "select source_record_id, customer_segment, team_id, region, spend_to_date_cny::float, "
            "order_count_to_date from core.fct_feedback "
            "where source_record_id in ('N1', 'L1', 'R1', 'M2', 'M3', 'LATE') order by 1"
        ).fetchall()
        versions = connection.execute(
            "select segment, valid_from::text from core.dim_customer_history "
            "where customer_key = md5('crm|C1') order by valid_from"
        ).fetchall()

    noon = "2026-03-03 04:00:00+00"
    assert [segment for segment, _ in versions] == [None, "vip"]
    assert versions[1][1].startswith(noon[:13])
    assert rows == [
        ("L1", None, None, "华东", 1000 + 2999, 2),
        ("LATE", None, None, "华东", 1000, 1),
        ("M2", "vip", None, "华东", 1000 + 2999, 2),
        ("M3", "vip", None, "华南", 80, 1),
        ("N1", None, None, "华东", 1000 + 2999, 2),
        ("R1", None, None, "西南", None, None),
    ]


def test_a_new_pipeline_relabels_everything_by_itself(company: Settings):
    execute(
        company,
        "voc_nlp",
        "update nlp.pipelines set is_current = false",
        "insert into nlp.pipelines (pipeline_version, pack_slug, is_current) "
        "values ('rules-2', 'retail', true)",
        "create temporary table relabelled as select * from nlp.documents",
        "update relabelled set pipeline_version = 'rules-2', sentiment_label = 'neutral'",
        "insert into nlp.documents select * from relabelled",
    )

    run_core(company)

    with connect("voc_modeler", company) as connection:
        found = connection.execute(
            "select distinct pipeline_version, sentiment_label from core.fct_feedback"
        ).fetchall()
        rows = connection.execute(
            "select (select count(*) from core.fct_opinion_unit), "
            "(select count(*) from core.fct_breakpoint), "
            "(select count(*) from core.fct_touchpoint_month)"
        ).fetchone()
    assert found == [("rules-2", "neutral")]
    assert rows == (0, 0, 0)  # the new version has labelled no unit yet


def test_history_survives_a_build_of_everything(company: Settings):
    history = read_core(company)["dim_customer_history"]

    run_core(company, "--full-refresh")

    assert read_core(company)["dim_customer_history"] == history
