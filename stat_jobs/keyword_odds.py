"""Which words stand for a topic, a touchpoint or a department, and which are on the rise?

    core.fct_opinion_unit -> stats.keyword_odds, stats.keyword_period

A period is four weeks (`recent`) or 52 weeks (`year`), up to a Sunday. Two comparisons, both
log-odds with an informative Dirichlet prior (`stat_jobs.log_odds`), both corrected over all words
tested in the period and dimension (Benjamini and Hochberg):

- *distinctive*: the aspect's words against the words of everything else said in the period;
- *rise*, of four weeks: the aspect's words against the twelve weeks before.

How votes are counted: `stat_jobs.keyword_votes`. The twelve weeks are three times four, so that
who speaks up again counts alike on both sides. The prior weighs 500 words, but at most a twentieth
of the words compared: over 4 000 simulated words each, used 1 to 20 times as often, in 2 000 to
200 000 votes, the intervals then held the truth in 94-98 %, with 500 words always in 55-99 %.

Tested are words with ten votes on both sides together: picking them by the period alone would
find rises where there is only chance. Stored are words with five voices in the period, at most
50 per aspect by each of: voices, distinctiveness, rise. So a word that vanished has no row.

Limits: a rise is a difference from the last twelve weeks, so a season and a holiday are rises
too. One event moves many voters at once, and then words vary more than the model says. A word
stands for all its meanings. Topics are labelled by words, so the words of a topic are first of all
those it is known by. Judged periods stay as they were judged, until they are run again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import psycopg

from stat_jobs.emerging_topics import newest_complete_week
from stat_jobs.keyword_votes import BLOCK, DIMENSIONS, UNTAGGED, VoteReader, Votes
from stat_jobs.log_odds import PRIOR_WORDS, LogOdds, compare_words
from stat_jobs.results import ResultTable
from warehouse.postgres import connect
from warehouse.settings import Settings

BASE_BLOCKS = 3
YEAR = timedelta(weeks=52)
FIRST_PERIODS = 13  # judged when there is none yet: a year of history
MIN_TESTED_VOTES = 10.0
PRIOR_SHARE = 0.05  # of the words compared: the most that the prior may weigh
MIN_VOICES = 5.0  # below this a word could point at persons
WORDS_PER_RANKING = 50
_FRESH = tuple(timedelta(weeks=week) for week in (1, 2, 3))  # a year judged so long ago stays
METHOD = "log-odds with informative Dirichlet prior (Monroe, Colaresi, Quinn), BH"

RESULT = ResultTable(
    name="keyword_odds",
    comment="One row per period, aspect and word: does it stand for the aspect, and does it rise?",
    columns=(
        ("period_end", "date not null"),
        ("period_kind", "text not null check (period_kind in ('recent', 'year'))"),
        ("dimension", "text not null"),
        ("aspect_slug", "text not null"),
        ("keyword", "text not null"),
        ("voter_count", "integer not null"),
        ("voice_count", "double precision not null"),
        ("negative_voice_count", "double precision not null"),
        ("aspect_voter_count", "integer not null"),
        ("aspect_voice_count", "double precision not null"),
        ("elsewhere_vote_count", "double precision not null"),
        ("log_odds", "double precision"),
        ("log_odds_low", "double precision"),
        ("log_odds_high", "double precision"),
        ("q_value", "double precision"),
        ("base_vote_count", "double precision"),
        ("rise_log_odds", "double precision"),
        ("rise_log_odds_low", "double precision"),
        ("rise_log_odds_high", "double precision"),
        ("rise_q_value", "double precision"),
    ),
    key=("period_end", "period_kind", "dimension", "aspect_slug", "keyword"),
    method=METHOD,
    method_version="1",
)
PERIODS = ResultTable(
    name="keyword_period",
    comment="One row per period that was judged, whether it had words or not.",
    columns=(
        ("period_end", "date not null"),
        ("period_kind", "text not null check (period_kind in ('recent', 'year'))"),
        ("period_start", "date not null"),
        ("base_start", "date"),
        ("tested_count", "integer not null"),
        ("word_count", "integer not null"),
    ),
    key=("period_end", "period_kind"),
    method=METHOD,
    method_version="1",
)
TABLES = (RESULT, PERIODS)


def run(settings: Settings, period_end: date | None = None) -> dict[str, int]:
    """Judge what ends on a Sunday (that of the newest complete week) and store it.

    The words of a year are judged anew every four weeks, and whenever a Sunday is named. The
    first run also judges the periods of four weeks of the year before. Returns how many
    Sundays were judged and how many rows they have. Raises `ValueError` when `period_end` is no
    Sunday.
    """
    if period_end is not None and period_end.weekday() != 6:
        raise ValueError(f"{period_end} is no Sunday: a period ends with its week.")
    with connect("voc_stats", settings) as connection:
        for table in TABLES:
            table.create(connection)
        first_day = _first_day(connection)
        if first_day is None:
            return {"sundays": 0, "words": 0}
        ends = [period_end] if period_end is not None else _list_ends(connection, first_day)
        # the words of a year hardly move in a week, and reading them takes longest
        last_year = _read_newest(connection, "year") if period_end is None else None
        with_year = [end for end in ends[:1] if not last_year or end - last_year not in _FRESH]
        reader = VoteReader(connection)
        rows = sum(
            judge_sunday(connection, reader, end, first_day, end in with_year) for end in ends
        )
    return {"sundays": len(ends), "words": rows}


def run_if_due(settings: Settings) -> dict[str, int]:
    """Run when a week was completed since the newest judged period; counts as `run`."""
    with connect("voc_stats", settings) as connection:
        PERIODS.create(connection)
        newest = _newest_sunday(connection)
        judged = _read_newest(connection)
        if newest is None or (judged is not None and judged >= newest):
            return {"sundays": 0, "words": 0}
    return run(settings)


def judge_sunday(
    connection: psycopg.Connection[Any],
    reader: VoteReader,
    period_end: date,
    first_day: date,
    with_year: bool,
) -> int:
    """Put what ends on one Sunday in the place of what stood for it; return how many rows.

    `first_day`: of all feedback; nothing is known of the weeks before it, so a period with such
    weeks before it is not searched for rises, and a year with such weeks is not judged.
    """
    base_start = period_end - (BASE_BLOCKS + 1) * BLOCK + timedelta(days=1)
    base_ends = [
        period_end - number * BLOCK
        for number in range(1, BASE_BLOCKS + 1)
        if base_start >= first_day
    ]
    rows: list[tuple[Any, ...]] = []
    periods = []
    for kind, length in (("recent", BLOCK), ("year", YEAR)):
        start = period_end - length + timedelta(days=1)
        if kind == "year" and (not with_year or start < first_day):
            continue
        found = tested = 0
        for dimension in DIMENSIONS if kind == "recent" else list(DIMENSIONS)[1:]:
            now = reader.read(dimension, period_end, length)
            base = [reader.read(dimension, end) for end in base_ends] if kind == "recent" else []
            judged = judge_words(now, base, is_split=dimension != "all")
            tested += int(judged[["q_value", "rise_q_value"]].notna().any(axis=1).sum())
            told = list(keep_telling(judged, now.speakers))
            rows += [(period_end, kind, dimension, *row) for row in told]
            found += len(told)
        base_day = base_start if kind == "recent" and base_ends else None
        periods.append((period_end, kind, start, base_day, tested, found))
    RESULT.replace_part(connection, ("period_end", period_end), rows)
    PERIODS.replace_part(connection, ("period_end", period_end), periods)
    return len(rows)


def judge_words(now: Votes, base: list[Votes], is_split: bool) -> pd.DataFrame:
    """Return one row per aspect and word of the period, tested where there are votes enough.

    `base`: the blocks before the period, none when nothing is known of them. `is_split`: the
    aspects are parts of a whole, so each is compared with the rest.
    """
    words = now.words
    if base:
        before = pd.concat([block.words["voices"] for block in base])
        before = before.groupby(level=["aspect", "word"]).sum().rename("base")
        words = words.join(before, how="outer").fillna(0.0)
    else:
        words = words.assign(base=np.nan)
    aspects = words.index.get_level_values("aspect")
    totals = now.totals.reindex(aspects, fill_value=0.0).to_numpy()
    words = words.assign(elsewhere=_sum_of_word(words["voices"]) - words["voices"])
    words = _add_comparison(
        words,
        "elsewhere",
        totals,
        now.totals.sum() - totals,
        _sum_of_word(words["voices"]) if is_split else None,
        ("log_odds", "log_odds_low", "log_odds_high", "q_value"),
    )
    base_totals = words["base"].groupby(level="aspect").transform("sum").to_numpy()
    return _add_comparison(
        words,
        "base",
        totals,
        base_totals,
        words["voices"] + words["base"] if base else None,
        ("rise_log_odds", "rise_log_odds_low", "rise_log_odds_high", "rise_q_value"),
    )


def _sum_of_word(votes: pd.Series[float]) -> pd.Series[float]:
    return votes.groupby(level="word").transform("sum")


def _add_comparison(
    words: pd.DataFrame,
    other: str,
    totals: np.ndarray[Any, Any],
    other_totals: np.ndarray[Any, Any],
    pooled: pd.Series[float] | None,
    names: tuple[str, str, str, str],
) -> pd.DataFrame:
    """Add delta, its interval and q, where both piles have words and the word has votes enough."""
    from scipy.stats import false_discovery_control

    figures = np.full((len(names), len(words)), np.nan)
    if pooled is not None:
        together = totals + other_totals
        tested = (
            (pooled.to_numpy() >= MIN_TESTED_VOTES)
            & (totals > 0)
            & (other_totals > 0)
            & (pooled.to_numpy() < together)  # the only word has no odds
        )
        if tested.any():
            shares = (pooled.to_numpy() / np.maximum(together, 1))[tested]
            odds: LogOdds = compare_words(
                words["voices"].to_numpy()[tested],
                totals[tested],
                words[other].to_numpy()[tested],
                other_totals[tested],
                shares,
                np.minimum(PRIOR_WORDS, PRIOR_SHARE * together[tested]),
            )
            q_values = false_discovery_control(odds.p_value)
            figures[:, tested] = [odds.delta, odds.low, odds.high, q_values]
    return words.assign(**dict(zip(names, figures, strict=True)))


def keep_telling(judged: pd.DataFrame, speakers: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of `RESULT` after its first two columns: words with enough voices to show."""
    shown = judged[
        (judged["voices"] > MIN_VOICES - 1e-9)
        & (judged.index.get_level_values("aspect") != UNTAGGED)
    ]
    by_aspect = shown.groupby(level="aspect")
    is_kept = by_aspect["voices"].rank(ascending=False, method="min") <= WORDS_PER_RANKING
    for name in ("log_odds_low", "rise_log_odds_low"):
        is_kept |= by_aspect[name].rank(ascending=False, method="min") <= WORDS_PER_RANKING
    figures = shown[is_kept]
    for (aspect, word), row in zip(figures.index, figures.to_dict("records"), strict=True):
        yield (
            aspect,
            word,
            int(row["voters"]),
            row["voices"],
            row["negative"],
            int(speakers.loc[aspect, "voters"]),
            float(speakers.loc[aspect, "voices"]),
            row["elsewhere"],
            *(
                _known(row, name)
                for name in (
                    "log_odds",
                    "log_odds_low",
                    "log_odds_high",
                    "q_value",
                    "base",
                    "rise_log_odds",
                    "rise_log_odds_low",
                    "rise_log_odds_high",
                    "rise_q_value",
                )
            ),
        )


def _known(row: Mapping[str, Any], name: str) -> float | None:
    value = float(row[name])
    return None if np.isnan(value) else value


def _list_ends(connection: psycopg.Connection[Any], first_day: date) -> list[date]:
    """Return the newest Sunday, and a year of earlier ones when no period was judged yet."""
    newest = _newest_sunday(connection)
    if newest is None:
        return []
    if _read_newest(connection) is not None:
        return [newest]
    earlier = [newest - number * BLOCK for number in range(1, FIRST_PERIODS)]
    return [newest, *(end for end in earlier if end - BLOCK >= first_day)]


def _newest_sunday(connection: psycopg.Connection[Any]) -> date | None:
    monday = newest_complete_week(connection)
    return None if monday is None else monday + timedelta(days=6)


def _read_newest(connection: psycopg.Connection[Any], kind: str = "recent") -> date | None:
    """Return the end of the newest judged period of a kind."""
    row = connection.execute(
        "select max(period_end) from stats.keyword_period where period_kind = %s", (kind,)
    ).fetchone()
    newest: date | None = row[0] if row else None
    return newest


def _first_day(connection: psycopg.Connection[Any]) -> date | None:
    row = connection.execute(
        "select min(occurred_date) from core.fct_opinion_unit"
        " where subject_slug = 'us' and is_relevant"
    ).fetchone()
    first: date | None = row[0] if row else None
    return first
