"""Who used which key word about what: votes of a stretch of days, from `core.fct_opinion_unit`.

A vote is one voter (customer, else author), word and aspect, once per stretch. It weighs as the
heaviest of the voter's texts that hold the word (`dedup_weight`), so a group of near copies adds
up to one voice however many people pasted it. Relevant feedback about us alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import pandas as pd
import psycopg
from psycopg import sql

BLOCK = timedelta(weeks=4)
UNTAGGED = "untagged"

# dimension -> SQL that names the aspect of a unit
DIMENSIONS = {
    "all": "'all'",
    "topic": "units.topic_slug",
    "touchpoint": "units.touchpoint_slug",
    "department": "units.department_slug",
}

_UNITS = """
    select
        coalesce(units.customer_key, units.author_key, units.feedback_key) as voter_key,
        coalesce({aspect}, 'untagged') as aspect_slug,
        {word} as word,
        max(units.dedup_weight) as weight,
        coalesce(max(units.dedup_weight) filter (where units.sentiment_label = 'negative'), 0)
            as negative_weight
    from core.fct_opinion_unit as units
    {words}
    where
        units.subject_slug = 'us'
        and units.is_relevant
        and units.occurred_date between %(first)s and %(last)s
        and cardinality(units.keywords) > 0
    group by 1, 2, 3
"""
_SUMS = """
    select aspect_slug, word, count(*)::integer, sum(weight), sum(negative_weight)
    from ({units}) as votes
    group by aspect_slug, word
    order by aspect_slug, word
"""
_EACH_WORD = "cross join unnest(units.keywords) as said (word)"
_COUNTS = ["voters", "voices", "negative"]


@dataclass(frozen=True)
class Votes:
    """What was said in four weeks, by one dimension.

    `words`: voters, voices (votes by weight) and negative voices per (aspect, word).
    `speakers`: voters and voices per aspect, whatever their words.
    """

    words: pd.DataFrame
    speakers: pd.DataFrame

    @cached_property
    def totals(self) -> pd.Series[float]:
        """Return the votes of each aspect, over all its words."""
        return self.words["voices"].groupby(level="aspect").sum()


class VoteReader:
    """Reads the votes of a stretch of days; what was read once is not read again."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._known: dict[tuple[str, date, timedelta], Votes] = {}

    def read(self, dimension: str, last: date, length: timedelta = BLOCK) -> Votes:
        """Return the votes of the days up to `last`, `length` in all."""
        key = (dimension, last, length)
        if key not in self._known:
            days = {"first": last - length + timedelta(days=1), "last": last}
            self._known[key] = Votes(
                words=self._sum_up(dimension, "said.word", _EACH_WORD, days),
                speakers=self._sum_up(dimension, "'*'", "", days).droplevel("word"),
            )
        return self._known[key]

    def _sum_up(
        self, dimension: str, word: str, words: str, days: Mapping[str, date]
    ) -> pd.DataFrame:
        units = sql.SQL(_UNITS).format(
            aspect=sql.SQL(DIMENSIONS[dimension]), word=sql.SQL(word), words=sql.SQL(words)
        )
        rows = self._connection.execute(sql.SQL(_SUMS).format(units=units), days).fetchall()
        frame = pd.DataFrame(rows, columns=["aspect", "word", *_COUNTS])
        return frame.astype(dict.fromkeys(_COUNTS, float)).set_index(["aspect", "word"])
