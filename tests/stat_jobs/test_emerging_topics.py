"""Candidates on a real database: ids that last, weeks that can be run again, adoption."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from stat_jobs import emerging_topics
from warehouse.postgres import connect, copy_rows
from warehouse.settings import Settings

MONDAY = date(2026, 3, 2)
CORE = """
create table core.fct_feedback (
    feedback_key text, occurred_date date, subject_slug text, is_relevant boolean,
    duplicate_cluster_key text
);
create table core.fct_opinion_unit (
    feedback_key text, unit_seq integer, customer_key text, author_key text, keywords text[],
    redacted_text text, occurred_date date, subject_slug text, is_relevant boolean,
    topic_slug text, topic_confidence double precision
);
"""
WORDS = ["滤芯", "漏水", "接口", "更换"]


def unit(name: str, day: date, words: list[str], **changed: Any) -> dict[str, Any]:
    return {
        "feedback_key": name,
        "unit_seq": 1,
        "customer_key": name,
        "author_key": None,
        "keywords": words,
        "redacted_text": "，".join(words),
        "occurred_date": day,
        "subject_slug": "us",
        "is_relevant": True,
        "topic_slug": None,
        "topic_confidence": None,
    } | changed


@pytest.fixture
def company(database: Settings) -> Settings:
    """Thirteen weeks of everyday talk; in the last two, thirty customers each name the filter."""
    units = []
    for week in range(14):
        monday = MONDAY - timedelta(weeks=12 - week)
        for n in range(120):
            words = [f"w{(n * 7 + week) % 60}", f"v{(n * 11 + week) % 45}", f"u{n % 30}"]
            units.append(unit(f"{week}-{n}", monday + timedelta(days=n % 7), words))
        if week >= 12:
            for n in range(30):
                words = [*WORDS[: 2 + n % 3], f"x{n % 9}"]
                units.append(unit(f"{week}-f{n}", monday + timedelta(days=n % 7), words))
    with connect("voc_modeler", database) as connection:
        connection.execute("drop table if exists core.fct_feedback, core.fct_opinion_unit")
        connection.execute(CORE)
        copy_rows(
            connection,
            "core.fct_opinion_unit",
            list(units[0]),
            [tuple(row.values()) for row in units],
        )
        connection.execute(
            "insert into core.fct_feedback select feedback_key, occurred_date, 'us', true, null "
            "from core.fct_opinion_unit"
        )
        connection.execute("grant select on all tables in schema core to voc_stats")
    with connect("voc_stats", database) as connection:
        for table in emerging_topics.TABLES:
            connection.execute(f"drop table if exists {table.qualified_name}")
    return database


def candidates(settings: Settings) -> list[tuple[Any, ...]]:
    with connect("voc_stats", settings) as connection:
        return connection.execute(
            "select week, candidate_id, kind, terms, voter_count from stats.emerging_topic "
            "where kind = 'rising' order by week, candidate_id"
        ).fetchall()


def test_the_newest_complete_week_is_looked_at_once(company):
    first = emerging_topics.run_if_due(company)
    again = emerging_topics.run_if_due(company)

    assert first["rising"] == 1
    assert again == {"units": 0, "rising": 0, "standing": 0}
    [(week, _, _, terms, voters)] = candidates(company)
    assert week == MONDAY + timedelta(weeks=1)
    assert {"滤芯", "漏水"} <= set(terms)
    assert voters >= 25


def test_a_candidate_keeps_its_id_and_a_week_can_be_run_again(company):
    emerging_topics.run(company, MONDAY)
    emerging_topics.run(company, MONDAY + timedelta(weeks=1))
    once = candidates(company)
    emerging_topics.run(company, MONDAY)
    emerging_topics.run(company, MONDAY + timedelta(weeks=1))

    assert candidates(company) == once
    assert [row[0] for row in once] == [MONDAY, MONDAY + timedelta(weeks=1)]
    assert len({row[1] for row in once}) == 1


def test_what_the_pack_took_in_is_not_found_any_more(company):
    with connect("voc_modeler", company) as connection:
        connection.execute(
            "update core.fct_opinion_unit set topic_slug = 'filter', topic_confidence = 0.75 "
            "where '滤芯' = any(keywords)"
        )

    assert emerging_topics.run(company, MONDAY)["rising"] == 0


def test_near_copies_speak_once(company):
    with connect("voc_modeler", company) as connection:
        connection.execute(
            "update core.fct_feedback set duplicate_cluster_key = 'one' "
            "where feedback_key like '12-f%'"
        )

    assert emerging_topics.run(company, MONDAY)["rising"] == 0


def test_a_week_is_named_by_its_monday(company):
    with pytest.raises(ValueError, match="2026-03-03 is no Monday"):
        emerging_topics.run(company, date(2026, 3, 3))


def test_an_empty_warehouse_has_no_weeks(company):
    with connect("voc_modeler", company) as connection:
        connection.execute("truncate core.fct_feedback, core.fct_opinion_unit")

    assert emerging_topics.run(company) == {"units": 0, "rising": 0, "standing": 0}


def test_an_id_goes_to_the_candidate_that_shares_most_terms():
    def candidate(*terms: str):
        return emerging_topics.Candidate(
            "rising", terms, 20, 20, 0, 1.0, 1.0, 1.0, 0.0, ("quote",), ()
        )

    ids = emerging_topics.assign_ids(
        MONDAY,
        [candidate("a", "b", "x"), candidate("a", "b", "c")],
        {"old": ["a", "b", "c"], "gone": ["q"]},
    )

    assert ids[1] == "old"
    assert ids[0].startswith("2026-w10-")
