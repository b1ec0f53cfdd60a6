"""Shares of topics by scope on a real database, and what stands where they cannot be corrected."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from stat_jobs import prevalence
from stat_jobs.label_errors import Rates, TopicRates
from warehouse.postgres import connect, copy_rows
from warehouse.settings import Settings

VERSION = "rules-1"
TABLES = """
create table core.fct_feedback (
    feedback_key text, channel_slug text, dedup_weight double precision, occurred_date date,
    subject_slug text, is_relevant boolean, unit_count integer, pipeline_version text
);
create table core.fct_opinion_unit (
    feedback_key text, topic_slug text, sentiment_label text, subject_slug text,
    is_relevant boolean
);
create table core.dim_reporting_period (period_slug text, first_month date, last_date date);
create table core.dim_topic (topic_slug text, level2_slug text, level1_slug text);
create table reference.topic_error_rates (
    pipeline_version text, measure_slug text, topic_slug text, positive_count integer,
    true_positive_count integer, negative_count integer, false_positive_count integer
);
insert into core.dim_reporting_period values ('last_12_months', '2025-04-01', '2026-03-31');
insert into core.dim_topic values ('refund', 'returns', 'service'), ('tracking', 'a', 'b');
insert into reference.topic_error_rates values
    ('rules-1', 'complaint', 'refund', 100, 50, 400, 0),
    ('rules-1', 'complaint', 'tracking', 100, 2, 400, 8),
    ('rules-0', 'mention', 'refund', 100, 100, 400, 0);
"""


@pytest.fixture(scope="module")
def company(database: Settings) -> Settings:
    """Forty texts by phone in 2026 and forty reviews in 2024; ten of each on a refund."""
    feedback: list[tuple[Any, ...]] = []
    units: list[tuple[Any, ...]] = []
    for channel, day in (("call", date(2026, 2, 1)), ("review", date(2024, 5, 5))):
        for number in range(40):
            key = f"{channel}-{number}"
            feedback.append((key, channel, 1.0, day, "us", True, 1, VERSION))
            topic = "refund" if number < 10 else "tracking" if number < 12 else "price"
            mood = "positive" if number < 2 else "negative"
            units.append((key, topic, mood, "us", True))
    feedback.append(("silent", "call", 1.0, date(2026, 2, 1), "us", True, 0, VERSION))
    with connect("voc_modeler", database) as connection:
        connection.execute(TABLES)
        for table, rows in {"fct_feedback": feedback, "fct_opinion_unit": units}.items():
            names = [
                name
                for (name,) in connection.execute(
                    "select attname from pg_attribute where attrelid = %s::regclass "
                    "and attnum > 0 order by attnum",
                    (f"core.{table}",),
                )
            ]
            copy_rows(connection, f"core.{table}", names, rows)
    return database


def read(settings: Settings) -> dict[tuple[Any, ...], dict[str, Any]]:
    names = [name for name, _ in prevalence.RESULT.columns]
    with connect("voc_modeler", settings) as connection:
        rows = connection.execute(f"select {', '.join(names)} from stats.topic_prevalence")
        return {row[:5]: dict(zip(names, row, strict=True)) for row in rows}


def test_each_scope_has_its_share_and_its_correction(company: Settings):
    counts = prevalence.run(company)

    rows = read(company)
    year = rows["year", date(2025, 4, 1), "all", "complaint", "refund"]
    assert (year["feedback_count"], year["topic_feedback_count"]) == (40, 8)
    assert year["observed_share"] == pytest.approx(0.2)
    # half of the refunds are found, nothing else is taken for one
    assert year["corrected_share"] == pytest.approx(0.4)
    assert year["corrected_low"] < 0.4 < year["corrected_high"]
    assert (year["correction"], year["rates_level"]) == ("corrected", "topic")
    assert ("quarter", date(2024, 4, 1), "all", "complaint", "refund") in rows
    assert ("channel", date(2025, 4, 1), "call", "complaint", "refund") in rows
    assert ("channel", date(2025, 4, 1), "review", "complaint", "refund") not in rows
    assert counts["rows"] == len(rows)


def test_what_cannot_be_corrected_says_why(company: Settings):
    prevalence.run(company)

    rows = read(company)
    weak = rows["year", date(2025, 4, 1), "all", "complaint", "tracking"]
    other_version = rows["year", date(2025, 4, 1), "all", "mention", "refund"]
    unknown = rows["year", date(2025, 4, 1), "all", "complaint", "price"]
    assert (weak["correction"], weak["corrected_share"]) == ("labels_too_weak", None)
    assert other_version["observed_share"] == pytest.approx(0.25)
    assert (other_version["correction"], other_version["rates_level"]) == ("no_rates", None)
    assert unknown["correction"] == "no_rates"


def test_a_table_of_an_earlier_version_is_made_anew(company: Settings):
    with connect("voc_stats", company) as connection:
        connection.execute("drop table if exists stats.topic_prevalence")
        connection.execute("create table stats.topic_prevalence (old text)")

    assert prevalence.run(company)["rows"] == len(read(company))


def test_a_corrected_share_holds_its_interval():
    found = TopicRates(Rates("topic", 0.5, 40, 0.01, 380), Rates("all_topics", 0.3, 9, 0.01, 380))

    share, low, high, is_misstated, correction, *_ = prevalence.correct_cell(0.05, 1000.0, found)

    assert low < share < high
    assert share == pytest.approx(0.04 / 0.49)
    assert is_misstated is (not low <= 0.05 <= high)
    assert correction == "corrected"
