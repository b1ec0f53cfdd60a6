"""Which stories stand for a breakpoint, and which one speaks against it?

    core.fct_breakpoint, core.fct_feedback, core.fct_opinion_unit -> stats.breakpoint_evidence

Representativeness of a story: cosine between its TF-IDF vector (letter pairs and triples, so that
Chinese needs no words) and the centroid of all stories of the same departments and kind, near
copies weighing as one. The centroid's nearest neighbours are the usual choice of typical quotes
(Rossiello, Basile and Semeraro 2017, "Centroid-based text summarization", MultiLing).

Dissent: of the feedback that speaks of both departments, complains of neither and praises at least
one, the story nearest to the centroid of such feedback; one per pair, for all its kinds. It is
looked for among about `MAX_READ` pieces of feedback, chosen by their key: more of them hardly move
the centroid, and to read them all takes longer with every year.

Limits: letters, not meaning: a story told in rare words ranks low though it is typical. Cells with
a single story have representativeness 1.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from stat_jobs.results import ResultTable
from warehouse.postgres import connect
from warehouse.settings import Settings

MAX_LETTERS = 600  # of a story that are compared
MAX_FEATURES = 20_000
MAX_READ = 50_000

RESULT = ResultTable(
    name="breakpoint_evidence",
    comment="One row per story of a breakpoint, or against it: how typical is it?",
    columns=(
        ("feedback_key", "text not null"),
        ("from_department_slug", "text not null"),
        ("to_department_slug", "text not null"),
        ("breakpoint_kind", "text"),
        ("is_dissenting", "boolean not null"),
        ("from_unit_seq", "integer not null"),
        ("to_unit_seq", "integer not null"),
        ("representativeness", "double precision not null"),
    ),
    key=("feedback_key", "from_department_slug", "to_department_slug", "is_dissenting"),
    method="cosine to the weighted TF-IDF centroid of letter n-grams",
    method_version="2",
)

_PERIOD = "(select * from core.dim_reporting_period where period_slug = 'last_12_months')"

# of all feedback in the period one in so many is looked at for dissent
_STEP = f"""
    select count(*) / %(most)s + 1 as step
    from core.fct_feedback as feedback
    inner join {_PERIOD} as period
        on feedback.occurred_date between period.first_month and period.last_date
"""
# the first unit that speaks of each department, per feedback without any complaint of it
_PRAISED = f"""
    select
        units.feedback_key,
        units.department_slug,
        min(units.unit_seq) as unit_seq,
        bool_or(units.sentiment_label = 'positive') as is_praised,
        bool_or(
            units.sentiment_label = 'negative' or units.promise_role = 'breach'
        ) as is_blamed
    from core.fct_opinion_unit as units
    inner join {_PERIOD} as period
        on units.occurred_date between period.first_month and period.last_date
    where units.subject_slug = 'us' and units.is_relevant and units.department_slug is not null
        and mod(abs(hashtext(units.feedback_key)::bigint), (select step from sampling)) = 0
    group by units.feedback_key, units.department_slug
"""


@dataclass(frozen=True)
class Story:
    """A feedback about two departments, with the units that speak of each, and its words."""

    feedback_key: str
    from_department: str
    to_department: str
    kind: str | None
    from_unit_seq: int
    to_unit_seq: int
    weight: float
    text: str


def run(settings: Settings) -> dict[str, int]:
    """Rank all stories of the last 12 months; return how many, and how many dissenting ones."""
    with connect("voc_stats", settings) as connection:
        stories, dissents = read_stories(connection), read_dissents(connection)
        rows = [*rank_stories(stories, is_dissenting=False)]
        rows += choose_dissents(dissents)
        RESULT.replace(connection, rows)
    return {"stories": len(stories), "dissents": len(rows) - len(stories)}


def read_stories(connection: psycopg.Connection[Any]) -> list[Story]:
    """Return every feedback in a breakpoint of the last 12 months, in order of its keys."""
    return [
        Story(*row)
        for row in connection.execute(
            f"""
            select breakpoints.feedback_key, from_department_slug, to_department_slug,
                breakpoint_kind, from_unit_seq, to_unit_seq, breakpoints.dedup_weight,
                left(coalesce(feedback.redacted_text, ''), {MAX_LETTERS})
            from core.fct_breakpoint as breakpoints
            inner join core.fct_feedback as feedback
                on breakpoints.feedback_key = feedback.feedback_key
            inner join {_PERIOD} as period
                on breakpoints.occurred_date between period.first_month and period.last_date
            order by 2, 3, 4, 1
            """
        )
    ]


def read_dissents(connection: psycopg.Connection[Any]) -> list[Story]:
    """Return feedback, of those looked at, that speaks well of a pair with a breakpoint."""
    return [
        Story(*row)
        for row in connection.execute(
            f"""
            with sampling as ({_STEP}), praised as ({_PRAISED}), pairs as (
                select distinct from_department_slug, to_department_slug
                from core.fct_breakpoint as breakpoints
                inner join {_PERIOD} as period
                    on breakpoints.occurred_date between period.first_month and period.last_date
            )
            select feedback.feedback_key, pairs.from_department_slug, pairs.to_department_slug,
                null::text, earlier.unit_seq, later.unit_seq, feedback.dedup_weight,
                left(coalesce(feedback.redacted_text, ''), {MAX_LETTERS})
            from praised as earlier
            inner join praised as later on earlier.feedback_key = later.feedback_key
            inner join pairs
                on earlier.department_slug = pairs.from_department_slug
                and later.department_slug = pairs.to_department_slug
            inner join core.fct_feedback as feedback
                on earlier.feedback_key = feedback.feedback_key
            where earlier.is_blamed is not true and later.is_blamed is not true
                and (earlier.is_praised or later.is_praised)
            order by 2, 3, 1
            """,
            {"most": MAX_READ},
        )
    ]


def rank_stories(stories: Sequence[Story], *, is_dissenting: bool) -> Iterator[tuple[Any, ...]]:
    """Yield one row of `RESULT` per story, with its nearness to the centroid of its cell."""
    import numpy
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.preprocessing import normalize

    cells: dict[tuple[str, str, str | None], list[int]] = defaultdict(list)
    for number, story in enumerate(stories):
        cells[story.from_department, story.to_department, story.kind].append(number)
    if not any(story.text.strip() for story in stories):
        nearness = numpy.ones(len(stories))  # without a word all are alike
    else:
        vectors = TfidfVectorizer(
            analyzer="char", ngram_range=(2, 3), max_features=MAX_FEATURES, sublinear_tf=True
        ).fit_transform(story.text for story in stories)
        nearness = numpy.zeros(len(stories))
        for members in cells.values():
            weights = numpy.array([[stories[number].weight for number in members]])
            centroid = normalize(weights @ vectors[members])
            nearness[members] = vectors[members] @ centroid.ravel()
    for story, near in zip(stories, nearness, strict=True):
        yield (
            story.feedback_key,
            story.from_department,
            story.to_department,
            story.kind,
            is_dissenting,
            story.from_unit_seq,
            story.to_unit_seq,
            round(float(near), 6),
        )


def choose_dissents(dissents: Sequence[Story]) -> list[tuple[Any, ...]]:
    """Return the row of the most typical dissenting story of each pair; of equals the first key."""
    best: dict[tuple[str, str], tuple[Any, ...]] = {}
    for row in rank_stories(dissents, is_dissenting=True):
        pair = (row[1], row[2])
        if pair not in best or row[-1] > best[pair][-1]:
            best[pair] = row
    return [best[pair] for pair in sorted(best)]
