"""Coordinated bursts (水军): nearly the same said by many authors within two days.

A near-duplicate cluster is judged as a whole, a short text by its exact copies. The days of a
cluster hold a burst when so many authors stand in a window of `WINDOW_DAYS` that their number,
by a Poisson test, does not fit the share that the same text has of all feedback outside the
window: a phrase that people always use stays unmarked however busy the days are. Members of a
burst are marked and weigh one vote together; the rest of a cluster keeps its weight.

All bursts are computed from the corpus as it stands, so the order of loading does not matter.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from psycopg import Connection
from scipy.stats import poisson

from warehouse.postgres import copy_rows

WINDOW_DAYS = 2
MIN_AUTHORS = 5  # for texts of which near copies are no chance
MIN_SHORT_AUTHORS = 20  # for short texts, which are equal by chance
MIN_OUTSIDE = 1000  # feedback outside the window from which its usual share can be read
MAX_PROBABILITY = 1e-6
SHORT_BURST = "burst-"


@dataclass(frozen=True)
class Saying:
    """One member of a cluster: who said it, when."""

    feedback_key: str
    author: str
    day: date


_MEMBERS = """
    with {groups}

    select
        documents.{group},
        documents.feedback_key,
        coalesce(feedback.author_ref, feedback.customer_ref, feedback.feedback_key),
        (feedback.occurred_at at time zone 'UTC')::date
    from groups
    inner join {table} as documents using ({group})
    inner join intermediate.int_feedback as feedback using (feedback_key)
    where documents.pipeline_version = %(version)s and feedback.occurred_at is not null
"""
_NEAR = _MEMBERS.format(
    group="duplicate_cluster_key",
    table="nlp.documents",
    groups=f"""groups as (
        select duplicate_cluster_key
        from nlp.documents
        where pipeline_version = %(version)s
            and duplicate_cluster_key is not null
            and duplicate_cluster_key not like '{SHORT_BURST}%%'
        group by duplicate_cluster_key
        having count(*) >= %(least)s
    )""",
)
_SHORT = _MEMBERS.format(
    group="text_key",
    table="nlp.text_signatures",
    groups="""groups as (
        select text_key
        from nlp.text_signatures
        where pipeline_version = %(version)s and bands = '{}'
        group by text_key
        having count(*) >= %(least)s
    )""",
)
_VOLUMES = """
    select (occurred_at at time zone 'UTC')::date, count(*)
    from intermediate.int_feedback
    where occurred_at is not null
    group by 1
"""


def mark_bursts(connection: Connection[Any], version: str) -> int:
    """Mark members of bursts and weigh down bursts of short texts; returns documents changed."""
    volumes = dict(connection.execute(_VOLUMES).fetchall())
    rows: list[tuple[str, str | None, float | None]] = []
    for sayings in _read_groups(connection, _NEAR, version, MIN_AUTHORS).values():
        members = find_burst(sayings, volumes, is_short=False)
        rows += [(member.feedback_key, None, None) for member in members]
    for key, sayings in _read_groups(connection, _SHORT, version, MIN_SHORT_AUTHORS).items():
        members = find_burst(sayings, volumes, is_short=True)
        name = f"{SHORT_BURST}{int(key) & (2**64 - 1):016x}"
        rows += [(member.feedback_key, name, 1 / len(members)) for member in members]
    return _write(connection, version, rows)


def _read_groups(
    connection: Connection[Any], statement: str, version: str, least: int
) -> Mapping[Any, list[Saying]]:
    groups: dict[Any, list[Saying]] = defaultdict(list)
    for group, *saying in connection.execute(statement, {"version": version, "least": least}):
        groups[group].append(Saying(*saying))
    return groups


def find_burst(
    sayings: list[Saying], volumes: Mapping[date, int], *, is_short: bool
) -> list[Saying]:
    """Members of one cluster that stand in a burst, in no order; empty when there is none.

    `volumes` is the number of all feedback per day.
    """
    total = sum(volumes.values())
    by_day: dict[date, list[Saying]] = defaultdict(list)
    for saying in sayings:
        by_day[saying.day].append(saying)
    in_burst: set[date] = set()
    for first in sorted(by_day):
        days = [first + timedelta(days=step) for step in range(WINDOW_DAYS)]
        inside = [saying for day in days for saying in by_day.get(day, ())]
        volume = sum(volumes.get(day, 0) for day in days)
        said_outside = len(sayings) - len(inside)
        authors = len({saying.author for saying in inside})
        if _is_burst(authors, volume, said_outside, total - volume, is_short):
            in_burst.update(days)
    return [saying for day in in_burst for saying in by_day.get(day, ())]


def _is_burst(authors: int, volume: int, said_outside: int, outside: int, is_short: bool) -> bool:
    """Do so many authors among `volume` pieces of feedback exceed the share of other days?"""
    if authors < (MIN_SHORT_AUTHORS if is_short else MIN_AUTHORS):
        return False
    if outside < MIN_OUTSIDE:
        # too little history to know what is usual: long near copies are telling by themselves
        return not is_short
    # a short text may be new to us and usual all the same: it gets one saying for free
    expected = (said_outside + is_short) / outside * volume
    return bool(poisson.sf(authors - 1, expected) < MAX_PROBABILITY)


def _write(
    connection: Connection[Any], version: str, rows: list[tuple[str, str | None, float | None]]
) -> int:
    connection.execute(
        "create temporary table burst_members"
        " (feedback_key text, cluster_key text, weight double precision) on commit drop"
    )
    copy_rows(connection, "burst_members", ("feedback_key", "cluster_key", "weight"), rows)
    changed = connection.execute(
        f"""
        with present as (
            select feedback_key, duplicate_cluster_key, dedup_weight, is_burst
            from nlp.documents
            where pipeline_version = %(version)s
                and (is_burst or duplicate_cluster_key like '{SHORT_BURST}%%'
                    or feedback_key in (select feedback_key from burst_members))
        ),

        wanted as (
            select
                present.feedback_key,
                members.feedback_key is not null as is_burst,
                case
                    when members.cluster_key is not null then members.cluster_key
                    when present.duplicate_cluster_key not like '{SHORT_BURST}%%'
                        then present.duplicate_cluster_key
                end as cluster_key,
                case
                    when members.weight is not null then members.weight
                    when present.duplicate_cluster_key like '{SHORT_BURST}%%' then 1
                    else present.dedup_weight
                end as weight
            from present
            left join burst_members as members using (feedback_key)
        )

        update nlp.documents as documents
        set
            is_burst = wanted.is_burst,
            duplicate_cluster_key = wanted.cluster_key,
            dedup_weight = wanted.weight
        from wanted
        where documents.feedback_key = wanted.feedback_key
            and documents.pipeline_version = %(version)s
            and (documents.is_burst, documents.duplicate_cluster_key, documents.dedup_weight)
                is distinct from (wanted.is_burst, wanted.cluster_key, wanted.weight)
        """,
        {"version": version},
    ).rowcount
    connection.execute("drop table burst_members")
    return changed
