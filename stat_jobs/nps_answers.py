"""Answers to the recommendation question, with what the same feedback speaks of.

    core.fct_survey_response, core.fct_opinion_unit -> Answers

An answer counts once whatever its words are like: a near copy of a comment still is the score of
another customer, so `dedup_weight` takes no part here (as in mart_nps). A feedback names a topic
or touchpoint when one of its relevant units about us does; its leaning there is the sign of its
positive less its negative units.
"""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

DIMENSIONS = {"touchpoint": "touchpoint_slug", "topic": "topic_slug"}
UNTAGGED, OTHER = "untagged", "other"
MIN_SHOWN = 5  # answers behind a row; fewer would point at persons


@dataclass(frozen=True)
class Answers:
    """NPS answers, one row each, and what they name (answers x aspects).

    `points`: 1 promoter, 0 passive, -1 detractor. `leaning`: 1, 0, -1 where `named`, else 0.
    `controls`: dummies of survey, way of asking, region and month.
    """

    voters: tuple[str, ...]
    days: tuple[date, ...]
    scores: NDArray[np.float64]
    controls: NDArray[np.float64]
    aspects: tuple[str, ...]
    named: NDArray[np.bool_]
    leaning: NDArray[np.int8]

    @property
    def points(self) -> NDArray[np.float64]:
        """What each answer adds to NPS, before it is divided by their number."""
        return (self.scores >= 9).astype(np.float64) - (self.scores <= 6)

    def between(self, first: date, last: date) -> Answers:
        """Return the answers of some days, both ends included."""
        kept = np.array([first <= day <= last for day in self.days], dtype=bool)
        places = np.flatnonzero(kept)
        return Answers(
            tuple(self.voters[place] for place in places),
            tuple(self.days[place] for place in places),
            self.scores[kept],
            self.controls[kept],
            self.aspects,
            self.named[kept],
            self.leaning[kept],
        )


def read_answers(
    connection: psycopg.Connection[Any], dimension: str, first: date, last: date
) -> Answers:
    """Read the answers of some days with the topics or touchpoints that they name."""
    slug = DIMENSIONS[dimension]
    answers = connection.execute(
        """
        select
            feedback_key,
            coalesce(customer_key, feedback_key),
            submitted_date,
            nps_score,
            concat_ws('/', survey_slug, answer_channel),
            coalesce(region, ''),
            to_char(submitted_date, 'YYYY-MM')
        from core.fct_survey_response
        where nps_score is not null and submitted_date between %s and %s
        order by feedback_key
        """,
        (first, last),
    ).fetchall()
    named = connection.execute(
        f"""
        select
            units.feedback_key,
            units.{slug},
            sign(
                count(*) filter (where units.sentiment_label = 'positive')
                - count(*) filter (where units.sentiment_label = 'negative')
            )::integer
        from core.fct_opinion_unit as units
        inner join core.fct_survey_response as answers
            on units.feedback_key = answers.feedback_key
        where
            units.is_relevant and units.subject_slug = 'us' and units.{slug} is not null
            and answers.nps_score is not null
            and answers.submitted_date between %s and %s
        group by 1, 2
        """,
        (first, last),
    ).fetchall()
    rows = {answer[0]: row for row, answer in enumerate(answers)}
    aspects = tuple(sorted({aspect for _, aspect, _ in named}))
    columns = {aspect: column for column, aspect in enumerate(aspects)}
    is_named = np.zeros((len(answers), len(aspects)), dtype=bool)
    leaning = np.zeros((len(answers), len(aspects)), dtype=np.int8)
    for key, aspect, sign in named:
        is_named[rows[key], columns[aspect]] = True
        leaning[rows[key], columns[aspect]] = sign
    return Answers(
        tuple(answer[1] for answer in answers),
        tuple(answer[2] for answer in answers),
        np.array([answer[3] for answer in answers], dtype=np.float64),
        dummies([answer[4:] for answer in answers]),
        aspects,
        is_named,
        leaning,
    )


@dataclass(frozen=True)
class Named:
    """Who names and who complains about what (answers x `names`); everybody names something."""

    names: tuple[str, ...]
    named: NDArray[np.bool_]
    complained: NDArray[np.bool_]


def pool_rare(answers: Answers, parts: Sequence[NDArray[np.bool_]]) -> Named:
    """Add `untagged` for answers that name nothing, and pool what too few name as `other`.

    `parts` are the sets of answers that are counted one by one (a period each): a row is rare when
    1 to 4 answers of a part stand behind it. `other` takes in the next smaller rows until it is
    not rare itself: a single hidden row could be had by subtraction.
    """
    silent = ~answers.named.any(axis=1, keepdims=True)
    named = np.hstack([answers.named, silent])
    complained = np.hstack([answers.leaning < 0, np.zeros_like(silent)])

    def is_rare(voices: NDArray[np.bool_]) -> bool:
        return any(0 < int(voices[part].sum()) < MIN_SHOWN for part in parts)

    pooled = [column for column in range(named.shape[1]) if is_rare(named[:, column])]
    for column in np.argsort(named.sum(axis=0), kind="stable"):
        if not pooled or not is_rare(np.asarray(named[:, pooled].any(axis=1))):
            break
        if column not in pooled:
            pooled.append(int(column))
    names = (*answers.aspects, UNTAGGED)
    groups = [[column] for column in range(len(names)) if column not in pooled]
    groups = [group for group in groups if named[:, group].any()]
    labels = [names[group[0]] for group in groups]
    if pooled:
        groups.append(pooled)
        labels.append(OTHER)
    return Named(
        tuple(labels),
        np.column_stack([named[:, group].any(axis=1) for group in groups]),
        np.column_stack([complained[:, group].any(axis=1) for group in groups]),
    )


def dummies(facts: Sequence[Sequence[str]]) -> NDArray[np.float64]:
    """Code each fact (a column) as 0/1 columns, the first value of each left out."""
    columns = [np.zeros((len(facts), 0))]
    for values in zip(*facts, strict=True):
        known = sorted(set(values))[1:]
        columns.append(np.array([[value == one for one in known] for value in values], float))
    return np.hstack(columns)


def last_complete_month(newest: date) -> date:
    """Return the first day of the last month that `newest` leaves complete."""
    last_day = calendar.monthrange(newest.year, newest.month)[1]
    first = newest.replace(day=1)
    return first if newest.day == last_day else add_months(first, -1)


def add_months(month: date, count: int) -> date:
    """Return the first day of the month `count` months after `month` (before, when negative)."""
    number = month.year * 12 + month.month - 1 + count
    return date(number // 12, number % 12 + 1, 1)
