"""A tiny company built for real, as the roles of the nightly run: raw rows in, marts out."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from stat_jobs import registry
from tests.dbt_project.tiny_company import build, land_company, read, run_night
from warehouse import dbt
from warehouse.postgres import connect
from warehouse.settings import Settings

pytestmark = pytest.mark.slow

MARTS = (
    "mart_journey_touchpoints",
    "mart_journey_region",
    "mart_journey_summary",
    "mart_journey_funnel",
    "mart_breakpoints",
    "mart_breakpoint_evidence",
    "mart_nps",
    "mart_nps_monthly",
    "mart_nps_region",
    "mart_nps_drivers",
    "mart_customer_360",
    "mart_silence_risk",
    "mart_proactive_service",
    "mart_dissatisfaction",
    "mart_value_at_risk",
    "mart_recovery_value",
    "mart_churn_nodes",
    "mart_nps_transitions",
    "mart_nps_bridge",
    "mart_survey_response",
    "mart_satisfaction",
    "mart_satisfaction_monthly",
    "mart_label_drift",
    "mart_theme_trend",
    "mart_theme_week",
    "mart_event_theme",
    "mart_emerging_topics",
    "mart_keywords",
    "mart_benchmark_aspect",
    "mart_benchmark",
    "mart_store_score",
    "mart_agent_score",
    "mart_theme_cohort",
    "mart_opportunities",
    "mart_avoidable_cost",
    "mart_priority",
    "mart_topic_prevalence",
    "mart_experience_index",
    "mart_breakpoint_impact",
    "mart_surge",
)


@pytest.fixture(scope="module")
def built(database: Settings, dbt_folder: Path) -> Iterator[Settings]:
    patch = pytest.MonkeyPatch()
    patch.setenv("DBT_TARGET_PATH", str(dbt_folder))
    patch.setenv("DBT_LOG_PATH", str(dbt_folder / "logs"))
    land_company(database)
    registry.create_tables(database)
    build(database, "reference")
    run_night(database)
    yield database
    patch.undo()


def test_every_raw_record_is_feedback_or_set_aside_with_its_reason(built: Settings):
    landed = read(
        built, "select source_slug, source_record_id from intermediate.int_feedback", "voc_nlp"
    )
    set_aside = read(
        built,
        "select source_slug, source_record_id, reason_code "
        "from intermediate.int_feedback_set_aside order by 1, 2",
    )

    assert len(landed) == 10
    assert set_aside == [
        ("appstore_reviews", "F1", "dated_in_the_future"),
        ("crm_notes", "N2", "no_text_no_score"),
    ]


def test_facts_carry_place_person_and_labels(built: Settings):
    rows = read(
        built,
        "select source_record_id, region, customer_key is null, author_key is null, "
        "agent_key is null, order_id, pipeline_version from core.fct_feedback "
        "where source_slug <> 'surveys' order by 1",
    )

    assert rows == [
        ("L1", "华东", False, True, False, None, "rules-1"),
        ("N1", "华东", False, True, True, "O1", "rules-1"),
        ("R1", "西南", True, False, True, None, "rules-1"),
        ("R2", None, True, False, True, None, "rules-1"),
    ]


def test_cases_go_from_their_feedback_to_the_notice(built: Settings):
    cases = read(
        built,
        "select case_id, source_record_id, cases.team_id, cases.order_count_to_date, "
        "transfer_count, resolution_seconds, is_resolved, is_told from core.fct_case as cases "
        "inner join core.fct_feedback using (feedback_key)",
    )
    steps = read(built, "select event_seq, event_kind from core.fct_case_event order by 1")

    assert cases == [("E1", "N1", "T2", 1, 1, 10800, True, True)]
    assert steps == [(1, "transferred"), (2, "resolved"), (3, "told")]


def test_campaigns_and_order_lines_find_their_customers(built: Settings):
    touches = read(
        built,
        "select campaign_name, customer_id from core.fct_campaign_touch "
        "inner join core.dim_campaign using (campaign_key) "
        "inner join core.dim_customer using (customer_key)",
    )
    funnel = read(
        built,
        "select step_slug, journey_count from marts_build.mart_journey_funnel "
        "where dimension = 'channel' and segment_slug = 'sms' order by step_order",
    )
    items = read(built, "select order_item_id, order_id from core.fct_order_item")

    assert touches == [("双十一", "C1")]
    # the order of the next day, and the note of ten days later that complains of it, are one
    # customer's: only that the advert was seen is told
    assert funnel[:4] == [("seen", 1), ("clicked", None), ("ordered", None), ("complained", None)]
    assert items == [("I1", "O1")]  # the order of the other line is not known


def test_the_register_of_improvements_names_nobody(built: Settings):
    (improvement,) = read(built, "select title, pilot_cities from core.fct_improvement")

    assert improvement == ("预约送货，致电 [number] 或 [email]", ["成都", "重庆"])
    assert "王小明" not in str(read(built, "select * from core.fct_improvement"))
    assert "王小明" not in str(read(built, "select * from core.fct_case"))


def test_marts_count_what_was_said(built: Settings):
    touchpoints = read(
        built,
        "select touchpoint_slug, channel_slug, feedback_count, negative_count, is_suppressed "
        "from marts_build.mart_journey_touchpoints order by 1, 2",
    )
    (nps,) = read(
        built,
        "select response_count, promoter_count, detractor_count, nps "
        "from marts_build.mart_nps_monthly",
    )
    satisfaction = read(
        built,
        "select measure_slug, response_count, content_count, discontent_count, content_pct "
        "from marts_build.mart_satisfaction_monthly order by 1",
    )

    # three voices on each of two touchpoints, by three channels: too few to show apart
    assert touchpoints == [("pooled", "pooled", 6, 6, False)]
    assert nps == (6, 3, 2, 16.67)
    # 5, 4.5, 4.5, 3.5 and 1.5 of five
    assert satisfaction == [("ces", 1, None, None, None), ("csat", 5, 3, 1, 60)]


def test_invitations_lead_to_their_answers_and_add_up(built: Settings):
    answered = read(
        built,
        "select invitations.invitation_id, responses.nps_score "
        "from core.fct_survey_invitation as invitations "
        "inner join core.fct_survey_response as responses using (feedback_key) order by 1",
    )
    cells = read(
        built,
        "select survey_slug, invitation_channel, sent_count, delivered_count, started_count, "
        "completed_count, suppressed_count, rule_break_count, response_rate_pct, is_small_sample "
        "from marts_build.mart_survey_response",
    )

    assert answered == [("I0", 10), ("I1", 9)]
    assert cells == [("relationship", "sms", 5, 4, 3, 2, 1, 4, 40, True)]


def test_breakpoints_open_to_their_stories(built: Settings):
    stories = read(
        built,
        "select from_department_slug, to_department_slug, breakpoint_kind, quote, from_quote "
        "from marts_build.mart_breakpoint_evidence order by quote",
    )

    assert sorted(stories) == sorted(
        [
            ("logistics", "store_operations", "other", "送货慢", "送货"),
            ("logistics", "store_operations", "other", "店员不懂规则", "店员"),
            ("logistics", "store_operations", "handoff", "没人管", "没人"),
        ]
    )


def test_analytics_cannot_read_raw_words(built: Settings):
    import psycopg

    for table in (
        "raw_crm.customers",
        "staging.stg_calls__calls",
        "intermediate.int_feedback",
        "intermediate.int_feedback__unioned",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            read(built, f"select * from {table}")


def test_names_stay_left_of_the_redaction(built: Settings):
    context = read(built, "select * from intermediate.int_feedback_context")

    assert len(context) == 10
    for name in ("王小明", "吃货", "13800000000"):
        assert name not in str(context)


def test_the_same_night_twice_changes_no_figure(built: Settings):
    def read_marts() -> dict[str, list[str]]:
        return {
            mart: sorted(map(str, read(built, f"select * from marts_build.{mart}")))
            for mart in MARTS
        }

    first = read_marts()
    run_night(built)

    assert read_marts() == first
    # these need more weeks, topics, reviews, agents or stores than this company has
    empty = {
        "mart_nps_drivers",
        "mart_nps_bridge",
        "mart_nps_transitions",
        "mart_churn_nodes",
        "mart_recovery_value",
        "mart_silence_risk",
        "mart_proactive_service",
        "mart_theme_trend",
        "mart_theme_week",
        "mart_event_theme",
        "mart_emerging_topics",
        "mart_label_drift",
        "mart_keywords",
        "mart_surge",
        "mart_priority",
        "mart_topic_prevalence",
        "mart_avoidable_cost",
        "mart_opportunities",
        "mart_theme_cohort",
        "mart_agent_score",
        "mart_store_score",
        "mart_benchmark",
        "mart_benchmark_aspect",
    }
    assert all(first[mart] for mart in MARTS if mart not in empty)


def test_feedback_without_labels_stops_the_run(built: Settings):
    version = "update nlp.documents set text_hash = 'old words' where source_slug = 'calls'"
    with connect("voc_nlp", built) as connection:
        connection.execute(version)
    with connect("voc_loader", built) as connection:
        # the records came again with other words, which nobody has labelled
        connection.execute("update raw_calls.calls set _loaded_at = now()")

    with pytest.raises(dbt.DbtError, match=r"pipeline_version|is_labelled"):
        build(built, "core")


def test_staging_holds_no_contact_data(built: Settings):
    columns = read(
        built,
        "select attname from pg_attribute "
        "where attrelid = 'staging.stg_crm__customers'::regclass and attnum > 0",
    )

    assert {"full_name", "phone", "email"}.isdisjoint(name for (name,) in columns)


@pytest.mark.parametrize(
    ("loaded", "last_tested", "by_hand", "is_found"),
    [
        ("9 days", "1 minute", False, False),
        ("0 days", "1 minute", False, True),
        ("9 days", "8 days", False, True),  # the week's first night looks at everything
        ("9 days", "1 minute", True, True),
    ],
)
def test_a_night_tests_what_was_loaded_since_the_last_one_of_its_week(
    built: Settings, loaded: str, last_tested: str, by_hand: bool, is_found: bool
):
    """`loaded` and `last_tested`: how long ago."""
    with connect("voc_admin", built) as connection:
        connection.execute(
            "update raw_crm.orders set order_channel = 'fax', _loaded_at = now() - %s::interval "
            "where order_id = (select min(order_id) from raw_crm.orders)",
            (loaded,),
        )
    note_tested(built, "dbt_staging", last_tested)

    found = find_faults(built, "staging", "stg_crm__orders", by_hand=by_hand)

    assert ("order_channel" in found) == is_found


@pytest.mark.parametrize(
    ("is_made_anew", "ended", "is_found"),
    [
        # the earlier night built the fact in full, or came after that: it has tested all of it
        (False, "0 days", False),
        (True, "0 days", True),
        # it ended before the fact was built in full
        (False, "1 day", True),
    ],
)
def test_a_night_tests_the_facts_that_it_made_anew(
    built: Settings, is_made_anew: bool, ended: str, is_found: bool
):
    with connect("voc_modeler", built) as connection:
        connection.execute(
            "update core.fct_opinion_unit set intensity = 9 "
            "where feedback_key = (select min(feedback_key) from core.fct_opinion_unit)"
        )
        connection.execute("delete from core.fact_change where fact_name = 'feedback'")
        connection.execute(
            "insert into core.fact_change select 'feedback', min(feedback_key), now() "
            "from core.fct_opinion_unit having %s",
            (is_made_anew,),
        )
    note_tested(built, "dbt_core", "0 days", ended)

    found = find_faults(built, "core", "fct_opinion_unit")

    assert ("intensity" in found) == is_found


def note_tested(settings: Settings, stage: str, ago: str, ended_ago: str = "0 days") -> None:
    """Say that one earlier night's stage began `ago` and ran to its end, and no other one."""
    with connect("voc_admin", settings) as connection:
        connection.execute("delete from ops.stage_runs where stage = %s", (stage,))
        connection.execute(
            "insert into ops.stage_runs (run_id, stage, status, started_at, ended_at) "
            "values ('earlier', %s, 'success', now() - %s::interval, now() - %s::interval)",
            (stage, ago, ended_ago),
        )


def find_faults(settings: Settings, step: str, model: str, *, by_hand: bool = False) -> str:
    """Run the data tests of a model, in a night or by hand; return what dbt says of faults."""
    target = dbt.STEPS[step].target
    folder = f"{os.environ['DBT_TARGET_PATH']}/{target}"
    arguments = ["build", "--target-path", folder, "--resource-type", "test", "--select", model]
    night = {} if by_hand else {"run_id": "tonight", "stage": f"dbt_{step}"}
    try:
        dbt.run(settings, arguments, target=target, **night)
    except dbt.DbtError as error:
        return str(error)
    return ""
