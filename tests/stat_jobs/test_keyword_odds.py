"""Key words: counted by independent voices, hidden when few, risen only when more than chance."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from stat_jobs import keyword_odds
from stat_jobs.keyword_votes import Votes
from stat_jobs.log_odds import compare_words
from warehouse.postgres import connect, copy_rows
from warehouse.settings import Settings

SUNDAY = date(2026, 3, 29)
Record = dict[str, Any]


def votes(counts: dict[tuple[str, str], float]) -> Votes:
    """Make votes in which each voice is a voter with one word."""
    index = pd.MultiIndex.from_tuples(counts, names=["aspect", "word"])
    words = pd.DataFrame({name: list(counts.values()) for name in ("voters", "voices")}, index)
    words = words.assign(negative=0.0).astype(float)
    return Votes(words, words.groupby(level="aspect").sum())


def draw(rng: np.random.Generator, shares: np.ndarray[Any, Any], total: int) -> Votes:
    counts = rng.multinomial(total, shares)
    return votes({("delivery", f"w{place}"): float(n) for place, n in enumerate(counts) if n})


def test_each_aspect_is_compared_with_the_rest_of_the_period():
    now = votes(
        {
            ("delivery", "courier"): 30,
            ("delivery", "phone"): 20,
            ("store", "clerk"): 25,
            ("store", "phone"): 40,
            ("untagged", "courier"): 2,
        }
    )

    judged = keyword_odds.judge_words(now, [], is_split=True)

    row = judged.loc["delivery", "courier"]
    by_hand = compare_words([30], 50, [2], 67, [32 / 117], prior_words=5.85)
    assert (row["log_odds"], row["log_odds_low"]) == pytest.approx(
        (by_hand.delta[0], by_hand.low[0])
    )
    assert row["q_value"] < 0.05
    assert judged.loc["delivery", "phone"]["log_odds"] < 0
    assert judged["rise_q_value"].isna().all()  # nothing is known of the time before


def test_a_planted_rise_is_found_and_nothing_else():
    rng = np.random.default_rng(4)
    shares = 1 / np.arange(1, 401)
    grown = shares.copy()
    grown[40] *= 4
    found = []
    for _ in range(10):
        now = draw(rng, grown / grown.sum(), 4000)
        base = [draw(rng, shares / shares.sum(), 4000) for _ in range(3)]
        judged = keyword_odds.judge_words(now, base, is_split=False)
        risen = judged[(judged["rise_q_value"] < 0.05) & (judged["rise_log_odds"] > 0)]
        found.append(set(risen.index.get_level_values("word")))

    assert sum("w40" in words for words in found) >= 9
    assert sum(len(words - {"w40"}) for words in found) <= 2


def test_without_a_change_hardly_a_word_rises():
    rng = np.random.default_rng(5)
    shares = 1 / np.arange(1, 401)
    shares /= shares.sum()

    flagged = tested = 0
    for _ in range(15):
        blocks = [draw(rng, shares, 2000) for _ in range(4)]
        judged = keyword_odds.judge_words(blocks[0], blocks[1:], is_split=False)
        flagged += int((judged["rise_q_value"] < 0.05).sum())
        tested += int(judged["rise_q_value"].notna().sum())

    # 5 % of 15 families may hold a false flag; four standard errors above that
    assert tested > 1500
    assert flagged <= 1 + 4 * 0.85


def unit(key: str, voter: str, words: list[str], day: date, **changes: Any) -> Record:
    return {
        "feedback_key": key, "unit_seq": 1, "customer_key": voter, "author_key": None,
        "subject_slug": "us", "is_relevant": True, "occurred_date": day, "keywords": words,
        "topic_slug": "delay", "touchpoint_slug": "delivery", "department_slug": None,
        "sentiment_label": "negative", "dedup_weight": 1.0, **changes,
    }  # fmt: skip


def tell_story() -> Iterator[Record]:
    """Sixteen weeks of everyday talk; in the last four `refund` comes up and a text is pasted."""
    for week in range(16):
        day = SUNDAY - timedelta(weeks=15 - week)
        for voice in range(20):
            words = ["late", "courier" if voice % 2 else "parcel"]
            yield unit(f"{week}-{voice}", f"c{week}-{voice}", words, day)
    for voice in range(12):
        yield unit(f"r{voice}", f"r{voice}", ["refund"], SUNDAY, topic_slug="refund")
    for voice in range(10):  # one text, ten times
        yield unit(f"p{voice}", f"p{voice}", ["pasted"], SUNDAY, dedup_weight=0.1)
    for number in range(8):  # one loud customer
        yield unit(f"l{number}", "loud", ["shouting"], SUNDAY)
    for voice in range(4):
        yield unit(f"f{voice}", f"f{voice}", ["rare"], SUNDAY)
    for voice in range(9):
        yield unit(f"x{voice}", f"x{voice}", ["rival"], SUNDAY, subject_slug="rival_a")


@pytest.fixture(scope="module")
def company(database: Settings) -> Settings:
    rows = list(tell_story())
    rows.append(unit("first", "c0", ["late"], SUNDAY - timedelta(weeks=20)))
    with connect("voc_modeler", database) as connection:
        connection.execute(
            "create table core.fct_feedback (occurred_date date, subject_slug text,"
            " is_relevant boolean);"
            "insert into core.fct_feedback values ('2026-03-29', 'us', true);"
            "create table core.fct_opinion_unit (feedback_key text, unit_seq integer,"
            " customer_key text, author_key text, subject_slug text, is_relevant boolean,"
            " occurred_date date, keywords text[], topic_slug text, touchpoint_slug text,"
            " department_slug text, sentiment_label text, dedup_weight double precision)"
        )
        copy_rows(
            connection, "core.fct_opinion_unit", list(rows[0]), [(*r.values(),) for r in rows]
        )
    return database


def read(settings: Settings, query: str) -> list[tuple[Any, ...]]:
    with connect("voc_modeler", settings) as connection:  # dbt's role must see the results
        return connection.execute(query).fetchall()  # type: ignore[arg-type]


RECENT = "from stats.keyword_odds where period_kind = 'recent' and period_end = '2026-03-29'"


def test_few_voices_are_hidden_and_copies_weigh_as_one(company: Settings):
    keyword_odds.run(company, SUNDAY)

    words = dict(read(company, f"select keyword, voice_count {RECENT} and dimension = 'all'"))

    # neither the pasted text, nor the loud customer, nor four voices, nor a competitor's
    assert words == {"late": 80, "courier": 40, "parcel": 40, "refund": 12}


def test_the_planted_word_rises_against_the_twelve_weeks_before(company: Settings):
    keyword_odds.run(company, SUNDAY)

    (refund,) = read(
        company,
        "select voter_count, negative_voice_count, aspect_voice_count, base_vote_count,"
        f" rise_log_odds_low > 0, rise_q_value < 0.05 {RECENT}"
        " and dimension = 'all' and keyword = 'refund'",
    )
    (topic,) = read(
        company,
        "select aspect_slug, aspect_voice_count, elsewhere_vote_count, log_odds_low > 0"
        f" {RECENT} and dimension = 'topic' and keyword = 'refund'",
    )

    # 80 everyday voices, the pasted text as one, 1 loud, 4 rare, 12 with a refund
    assert refund == (12, 12, 98, 0, True, True)
    assert topic == ("refund", 12, 0, True)
    assert read(company, f"select 1 {RECENT} and aspect_slug = 'untagged'") == []


def test_the_same_sunday_twice_gives_the_same_rows(company: Settings):
    first = keyword_odds.run(company, SUNDAY)
    rows = read(company, "select * from stats.keyword_odds order by 1, 2, 3, 4, 5")
    second = keyword_odds.run(company, SUNDAY)

    again = read(company, "select * from stats.keyword_odds order by 1, 2, 3, 4, 5")
    assert first == second
    assert [row[:-1] for row in rows] == [row[:-1] for row in again]  # all but computed_at


def test_the_first_night_judges_a_year_and_the_next_night_nothing(company: Settings):
    with connect("voc_stats", company) as connection:
        for table in keyword_odds.TABLES:
            table.replace(connection, [])

    first = keyword_odds.run_if_due(company)
    second = keyword_odds.run_if_due(company)

    assert second == {"sundays": 0, "words": 0}
    ends = read(
        company,
        "select period_end, period_kind, base_start is not null from stats.keyword_period"
        " order by 1 desc",
    )
    # 20 weeks of data: five periods, one of them with twelve weeks before it, no whole year
    assert ends == [
        (SUNDAY - number * timedelta(weeks=4), "recent", number < 2) for number in range(5)
    ]
    assert first["sundays"] == 5


def test_a_period_ends_on_a_sunday(company: Settings):
    with pytest.raises(ValueError, match="2026-03-28 is no Sunday"):
        keyword_odds.run(company, SUNDAY - timedelta(days=1))


def test_a_year_is_judged_anew_every_four_weeks(company: Settings):
    early = [
        unit(f"y{number}", f"y{number}", ["late"], SUNDAY - timedelta(weeks=60))
        for number in range(9)
    ]
    later = [
        unit(f"z{number}", f"z{number}", ["late"], SUNDAY + timedelta(days=7))
        for number in range(9)
    ]
    with connect("voc_modeler", company) as connection:
        values = [tuple(row.values()) for row in [*early, *later]]
        copy_rows(connection, "core.fct_opinion_unit", list(early[0]), values)
        connection.execute("insert into core.fct_feedback values ('2026-04-05', 'us', true)")
    keyword_odds.run(company, SUNDAY)

    keyword_odds.run_if_due(company)

    judged = read(
        company,
        "select period_end, period_kind from stats.keyword_period"
        " where period_end >= '2026-03-29' order by 1, 2",
    )
    assert judged == [
        (SUNDAY, "recent"),
        (SUNDAY, "year"),
        (SUNDAY + timedelta(days=7), "recent"),
    ]
