"""The jobs on a real database: same facts, same rows; tables exist before the first run."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from stat_jobs import registry, schedule
from warehouse.postgres import connect, copy_rows
from warehouse.settings import Settings

CORE = """
create table core.fct_feedback (
    feedback_key text, customer_key text, author_key text, occurred_date date,
    subject_slug text, is_relevant boolean, unit_count integer, duplicate_cluster_key text,
    redacted_text text, dedup_weight double precision default 1, channel_slug text,
    agent_key text, store_key text, sentiment_label text, source_slug text,
    is_solicited boolean, rating_scale numeric, rating_ratio double precision
);
create table core.fct_opinion_unit (
    feedback_key text, department_slug text, topic_slug text, sentiment_label text,
    promise_role text, occurred_date date, subject_slug text, is_relevant boolean,
    unit_seq integer, customer_key text, author_key text, keywords text[] default '{}',
    redacted_text text, topic_confidence double precision default 0.75, region text,
    touchpoint_slug text, intensity smallint default 3, decision_effect_slug text,
    dedup_weight double precision default 1
);
create table core.fct_breakpoint (
    feedback_key text, customer_key text, author_key text, from_department_slug text,
    to_department_slug text, breakpoint_kind text, occurred_date date,
    from_unit_seq integer default 1, to_unit_seq integer default 2,
    dedup_weight double precision default 1
);
create table core.fct_order (
    order_id text, customer_key text, ordered_date date, amount_cny numeric
);
create table core.dim_customer (customer_key text, age_band text);
create table core.dim_agent (agent_key text, team_id text, department_slug text);
create table core.dim_store (store_key text, region text);
create table core.dim_date (date_key date, is_holiday boolean, is_makeup_workday boolean);
create table core.fct_survey_response (
    feedback_key text, customer_key text, survey_slug text, answer_channel text, region text,
    nps_score smallint, nps_group text, submitted_at timestamptz, submitted_date date,
    tenure_days integer, spend_to_date_cny numeric, order_count_to_date integer
);
create table core.fct_case (
    case_id text, customer_key text, case_type text, rating_after numeric,
    opened_at timestamptz, opened_date date, resolved_at timestamptz
);
alter table core.fct_order
    add column if not exists customer_key text, add column if not exists amount_cny numeric,
    add column if not exists tenure_days integer,
    add column if not exists spend_to_date_cny numeric,
    add column if not exists order_count_to_date integer,
    add column if not exists product_key text, add column if not exists customer_segment text,
    add column if not exists is_cancelled boolean;
create table if not exists core.dim_product (product_key text, category text);
create table core.dim_reporting_period (period_slug text, first_month date, last_date date);
alter table core.fct_feedback
    add column pipeline_version text default 'rules-1', add column city text,
    add column nps_score smallint, add column csat_score smallint, add column ces_score smallint;
alter table core.fct_opinion_unit add column effort smallint;
alter table core.fct_feedback add column language text, add column noise_reason text;
alter table core.fct_opinion_unit add column sentiment_confidence double precision;
create table core.dim_touchpoint (touchpoint_slug text, stage_slug text);
create table core.dim_topic (topic_slug text, level2_slug text, level1_slug text);
create table core.fct_improvement (
    improvement_id text, topic_slug text, touchpoint_slug text, pilot_cities text[],
    cost_cny numeric, started_date date, ended_date date
);
create table reference.topic_error_rates (
    pipeline_version text, measure_slug text, topic_slug text, positive_count integer,
    true_positive_count integer, negative_count integer, false_positive_count integer
);
create view core.fct_voice_day as
select occurred_date, 'topic' as subject_kind, topic_slug as subject_slug,
    coalesce(region, '*') as region, count(distinct customer_key)::integer as voice_count
from core.fct_opinion_unit
where subject_slug = 'us' and is_relevant and sentiment_label is distinct from 'positive'
group by grouping sets ((occurred_date, topic_slug, region), (occurred_date, topic_slug))
having grouping(region) = 1 or region is not null;
"""


@pytest.fixture(scope="module")
def company(database: Settings) -> Settings:
    """Thirty months of 40 feedback each; delivery is talked about more each year, price is not."""
    months = [date(2023 + (8 + n) // 12, (8 + n) % 12 + 1, 1) for n in range(30)]
    feedback: list[tuple[Any, ...]] = []
    units: list[tuple[Any, ...]] = []
    breakpoints: list[tuple[Any, ...]] = []
    for number, month in enumerate(months):
        last_day = date(2026, 2, 28) if number == 29 else month
        for voice in range(40):
            key = f"{number}-{voice}"
            feedback.append((key, f"c{voice}", None, last_day, "us", True, 2))
            topic = "delivery" if voice < 5 + number // 2 + number % 3 else "price"
            for department in ("sales", "logistics") if voice < 8 else ("sales", "sales"):
                units.append((key, department, topic, "negative", "none", last_day, "us", True))
            if voice < 8:
                breakpoints.append(
                    (key, f"c{voice}", None, "sales", "logistics", "other", last_day)
                )
    with connect("voc_modeler", database) as connection:
        connection.execute(CORE)
        connection.execute(
            "insert into core.dim_reporting_period "
            "values ('last_12_months', '2025-03-01', '2026-02-28')"
        )
        for table, rows in {
            "core.fct_feedback": feedback,
            "core.fct_opinion_unit": units,
            "core.fct_breakpoint": breakpoints,
        }.items():
            names = [
                name
                for (name,) in connection.execute(
                    "select attname from pg_attribute where attrelid = %s::regclass "
                    "and attnum > 0 order by attnum",
                    (table,),
                )
            ]
            copy_rows(connection, table, names[: len(rows[0])], rows)
    return database


def read_results(settings: Settings) -> dict[str, list[tuple[Any, ...]]]:
    with connect("voc_modeler", settings) as connection:  # dbt's role must see them
        return {
            result.name: connection.execute(
                f"select {', '.join(name for name, _ in result.columns)}, method, method_version "
                f"from {result.qualified_name} order by 1, 2, 3"
            ).fetchall()
            for result in registry.RESULTS
        }


@pytest.fixture
def large_warehouse(monkeypatch):
    """Let the company count as large, so that weekly statistics stand between their weeks."""
    monkeypatch.setattr(schedule, "LARGE_FROM", 1)
    monkeypatch.setattr(schedule, "MOVED_SHARE", 1.0)


def test_tables_stand_before_the_first_run(company: Settings):
    registry.create_tables(company)

    assert read_results(company) == {result.name: [] for result in registry.RESULTS}


def test_the_same_facts_give_the_same_rows(company: Settings, large_warehouse: None):
    counts = registry.run_all(company)
    first = read_results(company)
    again = registry.run_all(company)
    stood = read_results(company)
    with connect("voc_stats", company) as connection:
        connection.execute("delete from stats.weekly_run")
    registry.run_all(company)

    assert counts["theme_trend"] == {"topics": 2, "tested": 2, "moving": 2}
    assert again["theme_trend"] == again["nps_drivers"] == {"standing": 1}
    assert again["surge"]["judged"] == 0
    assert counts["emerging_topics"] == {"units": 0, "rising": 0, "standing": 0}
    assert counts["breakpoint_lift"] == {"pairs": 1, "rows": 1, "significant": 0}
    assert stood == first
    assert read_results(company) == first
    trends = {row[0]: row for row in first["theme_trend"]}
    assert trends["delivery"][9] == "rising"
    assert trends["price"][9] == "falling"
    (pair,) = first["breakpoint_lift"]
    assert pair[:8] == ("sales", "logistics", "other", 96, 8, 96, 480, 96)


def test_other_weights_make_the_experience_index_due(
    company: Settings, large_warehouse: None, monkeypatch
):
    monkeypatch.setitem(registry.JOBS, "experience_index", lambda _: {"all months": 1})
    monkeypatch.setitem(registry.NIGHTLY_PART, "experience_index", lambda _: {"newest": 1})
    registry.run_if_due(company, "experience_index")
    in_between = registry.run_if_due(company, "experience_index")
    monkeypatch.setitem(registry.CONFIGURED, "experience_index", lambda _: "feeling=1")

    assert in_between == {"newest": 1}
    assert registry.run_if_due(company, "experience_index") == {"all months": 1}


def test_one_that_fails_does_not_stop_the_others(company: Settings, monkeypatch):
    def fail(_: Settings) -> dict[str, int]:
        raise ArithmeticError("no root")

    monkeypatch.setitem(registry.JOBS, "theme_trend", fail)
    ended: list[str] = []

    with pytest.raises(ArithmeticError, match="no root"):
        registry.run_all(company, lambda name, _: ended.append(name))

    assert sorted(ended) == sorted(set(registry.JOBS) - {"theme_trend"})
    assert read_results(company)["breakpoint_lift"]


def test_results_of_a_vanished_topic_vanish_when_facts_are_built_in_full(
    company: Settings, large_warehouse: None
):
    with connect("voc_modeler", company) as connection:
        connection.execute("delete from core.fct_opinion_unit where topic_slug = 'price'")
    registry.run_all(company)
    standing = [row[0] for row in read_results(company)["theme_trend"]]
    with connect("voc_modeler", company) as connection:
        connection.execute(
            "create table core.model_progress (model_name text, input_slug text, "
            "taken_until timestamptz, code text)"
        )
        connection.execute(
            "insert into core.model_progress values ('fct_feedback', 'built_in_full', now(), null)"
        )

    registry.run_all(company)

    assert standing == ["delivery", "price"]  # an ordinary night of the same week
    assert [row[0] for row in read_results(company)["theme_trend"]] == ["delivery"]


def test_a_night_of_a_new_week_gives_what_a_first_run_gives(
    company: Settings, large_warehouse: None
):
    with connect("voc_modeler", company) as connection:
        connection.execute(
            "insert into core.fct_feedback (feedback_key, customer_key, occurred_date, "
            "subject_slug, is_relevant, unit_count, channel_slug, source_slug) "
            "select 'late' || n, 'late' || n, date '2024-05-01' + n, 'us', true, 1, 'call', "
            "'calls' from generate_series(1, 30) as n"
        )
        connection.execute(
            "insert into core.fct_opinion_unit (feedback_key, topic_slug, sentiment_label, "
            "occurred_date, subject_slug, is_relevant, unit_seq, customer_key) "
            "select 'late' || n, 'delivery', 'negative', date '2024-05-01' + n, 'us', true, 1, "
            "'late' || n from generate_series(1, 30) as n"
        )
    ordinary = registry.run_all(company)
    kept = read_results(company)
    with connect("voc_modeler", company) as connection:
        connection.execute(
            "insert into core.fct_feedback (feedback_key, customer_key, occurred_date, "
            "subject_slug, is_relevant, unit_count, channel_slug, source_slug) "
            "values ('new', 'new', '2026-03-02', 'us', true, 0, 'call', 'calls')"
        )

    weekly = registry.run_all(company)
    weekly_tables = [*(table.name for table in registry.WEEKLY.values()), "surge_day"]
    caught_up = read_results(company)
    with connect("voc_stats", company) as connection:
        for result in registry.RESULTS:
            connection.execute(f"drop table {result.qualified_name}")
    registry.run_all(company)
    anew = read_results(company)

    assert ordinary["surge"]["judged"] == registry.surge.REJUDGED_DAYS
    assert weekly["surge"]["judged"] > 600  # from the first late day on
    assert caught_up["theme_trend"] != kept["theme_trend"]
    assert [caught_up[name] for name in weekly_tables] == [anew[name] for name in weekly_tables]


def test_copies_of_one_text_are_too_few_votes_for_a_trend(company: Settings):
    with connect("voc_modeler", company) as connection:
        connection.execute("update core.fct_feedback set dedup_weight = 0.01")

    registry.JOBS["theme_trend"](company)

    assert read_results(company)["theme_trend"] == []
