"""Guards `marts_build.mart_benchmark`: where we stand beside competitors."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "subject_slug",
    "is_us",
    "review_count",
    "site_count",
    "raw_score",
    "score",
    "score_low",
    "score_high",
    "index_value",
    "index_low",
    "index_high",
    "subject_rank",
    "rank_low",
    "rank_high",
    "gap_to_us",
    "gap_to_leader",
    "is_inside_noise",
    "is_small_sample",
    "is_suppressed",
]


def build() -> ExpectationSuite:
    """Are scores and ranks possible?"""
    return checks.make_suite(
        "marts_build__mart_benchmark",
        checks.columns_present(COLUMNS, notes="Superset shows these columns by name."),
        checks.one_row_per(["subject_slug"], notes="Its grain: a second row would rank it twice."),
        checks.within("score", -50, 150),
        checks.within("raw_score", 0, 100),
        checks.interval_holds("score", "score_low", "score_high"),
        checks.interval_holds("index_value", "index_low", "index_high"),
        checks.no_row_where(
            "subject_rank not between rank_low and rank_high or review_count < 25",
            rule="ranks lie within their range, each with 25 reviews",
            notes="Below 25 reviews a subject is not compared.",
        ),
    )
