"""Which subjects do customers raise that the pack has no topic for, week by week?

    core.fct_opinion_unit, core.fct_feedback -> stats.emerging_topic, stats.emerging_topic_unit

One run looks at one complete week (Monday to Sunday) against the 12 weeks before it, at relevant
opinion units about us without a topic or with weak hints alone (confidence of at most 0.5). Of a
cluster of near copies one text counts. How candidates are found: `stat_jobs.topic_discovery`.

A candidate keeps its id as long as it is found again within 8 weeks: it takes the id of the
earlier candidate with which it shares most terms, two at least. A run of the same week gives the
same ids. A topic is adopted by editing the pack: once the pack labels the units, they fit a topic,
the candidate is not found any more, and the mart shows which topic took it in.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import psycopg

from stat_jobs.results import ResultTable
from stat_jobs.topic_discovery import Candidate, TopicUnit, discover
from warehouse.postgres import connect
from warehouse.settings import Settings

BACKGROUND_WEEKS = 12
MEMORY_WEEKS = 8
WEAK_CONFIDENCE = 0.5
TERMS_FOR_ID = 2
METHOD = "log-odds (Dirichlet prior), HDBSCAN on LSA, class TF-IDF, exact rate ratio, BH"

RESULT = ResultTable(
    name="emerging_topic",
    comment="One row per week and candidate: a subject without a topic in the pack.",
    columns=(
        ("week", "date not null"),
        ("candidate_id", "text not null"),
        ("kind", "text not null check (kind in ('rising', 'standing'))"),
        ("terms", "text[] not null"),
        ("unit_count", "integer not null"),
        ("voter_count", "integer not null"),
        ("window_voter_count", "integer not null"),
        ("background_voter_count", "integer not null"),
        ("rise", "double precision"),
        ("rise_low", "double precision"),
        ("rise_high", "double precision"),
        ("q_value", "double precision not null"),
        ("examples", "text[] not null"),
    ),
    key=("week", "candidate_id"),
    method=METHOD,
    method_version="1",
)
MEMBERS = ResultTable(
    name="emerging_topic_unit",
    comment="One row per week, candidate and opinion unit that speaks of it.",
    columns=(
        ("week", "date not null"),
        ("candidate_id", "text not null"),
        ("feedback_key", "text not null"),
        ("unit_seq", "integer not null"),
    ),
    key=("week", "candidate_id", "feedback_key", "unit_seq"),
    method=METHOD,
    method_version="1",
)

WEEKS = ResultTable(
    name="emerging_topic_week",
    comment="One row per week that was looked at, whether anything was found or not.",
    columns=(
        ("week", "date not null"),
        ("unit_count", "integer not null"),
        ("voter_count", "integer not null"),
        ("background_unit_count", "integer not null"),
        ("rising_count", "integer not null"),
        ("standing_count", "integer not null"),
    ),
    key=("week",),
    method=METHOD,
    method_version="1",
)
TABLES = (RESULT, MEMBERS, WEEKS)

_UNITS = """
    select
        units.feedback_key,
        units.unit_seq,
        coalesce(units.customer_key, units.author_key, units.feedback_key) as voter_key,
        units.keywords,
        units.redacted_text,
        units.occurred_date
    from core.fct_opinion_unit as units
    inner join core.fct_feedback as feedback on units.feedback_key = feedback.feedback_key
    where
        units.subject_slug = 'us'
        and units.is_relevant
        and units.occurred_date between %(first)s and %(last)s
        and (units.topic_slug is null or units.topic_confidence <= %(weak)s)
        and cardinality(units.keywords) > 0
        -- one text speaks for its near copies
        and (
            feedback.duplicate_cluster_key is null
            or not exists (
                select 1
                from core.fct_feedback as earlier
                where
                    earlier.duplicate_cluster_key = feedback.duplicate_cluster_key
                    and (earlier.occurred_date, earlier.feedback_key)
                    < (feedback.occurred_date, feedback.feedback_key)
            )
        )
    order by units.feedback_key, units.unit_seq
"""


def run(settings: Settings, week: date | None = None) -> dict[str, int]:
    """Find the candidates of one week (its Monday; the newest complete one) and store them.

    Returns how many units were read and how many candidates of each kind stand. A week without
    feedback leaves no rows. Raises `ValueError` when `week` is no Monday.
    """
    if week is not None and week.weekday():
        raise ValueError(f"{week} is no Monday: a week is named by its Monday.")
    with connect("voc_stats", settings) as connection:
        for table in TABLES:
            table.create(connection)
        monday = week or newest_complete_week(connection)
        if monday is None:
            return {"units": 0, "rising": 0, "standing": 0}
        window, background = read_units(connection, monday)
        candidates = discover(window, background)
        ids = assign_ids(monday, candidates, read_known(connection, monday))
        voters = len({unit.voter_key for unit in window})
        RESULT.replace_part(
            connection,
            ("week", monday),
            [
                result_row(monday, name, candidate, voters)
                for name, candidate in zip(ids, candidates, strict=True)
            ],
        )
        MEMBERS.replace_part(
            connection,
            ("week", monday),
            [
                (monday, name, *member)
                for name, candidate in zip(ids, candidates, strict=True)
                for member in candidate.members
            ],
        )
        kinds = [candidate.kind for candidate in candidates]
        rising, standing = kinds.count("rising"), kinds.count("standing")
        WEEKS.replace_part(
            connection,
            ("week", monday),
            [(monday, len(window), voters, len(background), rising, standing)],
        )
    return {"units": len(window), "rising": rising, "standing": standing}


def run_if_due(settings: Settings) -> dict[str, int]:
    """Run for the newest complete week unless it was looked at already; counts as `run`."""
    with connect("voc_stats", settings) as connection:
        WEEKS.create(connection)
        monday = newest_complete_week(connection)
        looked = connection.execute(
            "select 1 from stats.emerging_topic_week where week = %s", (monday,)
        ).fetchone()
    if monday is None or looked:
        return {"units": 0, "rising": 0, "standing": 0}
    return run(settings, monday)


def newest_complete_week(connection: psycopg.Connection[Any]) -> date | None:
    """Return the Monday of the last week that lies wholly before the newest feedback's morrow."""
    row = connection.execute(
        "select max(occurred_date) from core.fct_feedback where subject_slug = 'us' and is_relevant"
    ).fetchone()
    if row is None or row[0] is None:
        return None
    newest: date = row[0]
    return newest - timedelta(days=newest.weekday() + (0 if newest.weekday() == 6 else 7))


def read_units(
    connection: psycopg.Connection[Any], monday: date
) -> tuple[list[TopicUnit], list[TopicUnit]]:
    """Return the units without a topic of the week and of the weeks before it."""
    rows = connection.execute(
        _UNITS,
        {
            "first": monday - timedelta(weeks=BACKGROUND_WEEKS),
            "last": monday + timedelta(days=6),
            "weak": WEAK_CONFIDENCE,
        },
    ).fetchall()
    window: list[TopicUnit] = []
    background: list[TopicUnit] = []
    for feedback_key, unit_seq, voter_key, keywords, text, day in rows:
        unit = TopicUnit(feedback_key, unit_seq, voter_key, tuple(keywords), text)
        (window if day >= monday else background).append(unit)
    return window, background


def read_known(connection: psycopg.Connection[Any], monday: date) -> dict[str, list[str]]:
    """Return the terms of each candidate of the weeks before, as it was last seen."""
    rows = connection.execute(
        """
        select distinct on (candidate_id) candidate_id, terms
        from stats.emerging_topic
        where week < %s and week >= %s
        order by candidate_id, week desc
        """,
        (monday, monday - timedelta(weeks=MEMORY_WEEKS)),
    ).fetchall()
    return dict(rows)


def assign_ids(
    monday: date, candidates: Sequence[Candidate], known: Mapping[str, Sequence[str]]
) -> list[str]:
    """Return an id per candidate: that of the earlier one it continues, else a new one.

    The pair with most terms in common is matched first; an earlier id is given once.
    """
    pairs = sorted(
        (-shared, name, place)
        for name, terms in known.items()
        for place, candidate in enumerate(candidates)
        if (shared := len(set(terms) & set(candidate.terms))) >= TERMS_FOR_ID
    )
    ids: dict[int, str] = {}
    for _, name, place in pairs:
        if place not in ids and name not in ids.values():
            ids[place] = name
    year, number, _ = monday.isocalendar()
    for place, candidate in enumerate(candidates):
        digest = hashlib.sha256("|".join(sorted(candidate.terms)).encode()).hexdigest()[:6]
        ids.setdefault(place, f"{year}-w{number:02}-{digest}")
    return [ids[place] for place in range(len(candidates))]


def result_row(monday: date, name: str, candidate: Candidate, voters: int) -> tuple[Any, ...]:
    """Return a row of `RESULT`; what has no finite value is null."""
    return (
        monday,
        name,
        candidate.kind,
        list(candidate.terms),
        candidate.unit_count,
        candidate.voter_count,
        voters,
        candidate.background_voter_count,
        *(
            value if math.isfinite(value) else None
            for value in (candidate.rise, candidate.rise_low, candidate.rise_high)
        ),
        candidate.q_value,
        list(candidate.examples),
    )
