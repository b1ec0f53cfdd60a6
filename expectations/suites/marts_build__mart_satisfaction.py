"""Guards `marts_build.mart_satisfaction`: CSAT and CES by month, survey and channel."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

SUMS = ["content_count", "discontent_count", "score_sum"]
COLUMNS = [
    "month",
    "measure_slug",
    "survey_slug",
    "channel_slug",
    "channel_name_zh",
    "response_count",
    *SUMS,
    "content_pct",
    "content_low",
    "content_high",
    "is_small_sample",
    "is_suppressed",
]


def build() -> ExpectationSuite:
    """Is every score counted once, and does the interval hold its share?"""
    return checks.make_suite(
        "marts_build__mart_satisfaction",
        checks.columns_present(COLUMNS, notes="Superset shows these columns by name."),
        checks.no_rows_from(
            "with marts as ("
            " select measure_slug, sum(response_count) as n from {batch} group by measure_slug"
            "), facts as ("
            " select 'csat' as measure_slug, count(csat_score) as n from core.fct_survey_response"
            " union all"
            " select 'ces', count(ces_score) from core.fct_survey_response)"
            " select facts.measure_slug from facts left join marts using (measure_slug)"
            " where facts.n <> coalesce(marts.n, 0)",
            rule="every score of core is counted once",
            notes="A lost or doubled answer moves every share.",
        ),
        checks.one_row_per(
            ["month", "measure_slug", "survey_slug", "channel_slug"],
            notes="Its grain: a second row is summed twice.",
        ),
        checks.no_row_where(
            "content_count + discontent_count > response_count or response_count < 1",
            rule="satisfied and dissatisfied answers are answers",
            notes="Shares divide by the answers.",
        ),
        checks.no_row_where(
            "score_sum < response_count"
            " or score_sum > response_count * case measure_slug when 'csat' then 5 else 7 end",
            rule="scores lie on their scale",
            notes="1 to 5 for csat, 1 to 7 for ces.",
        ),
        checks.within("content_pct", 0, 100),
        checks.interval_holds("content_pct", "content_low", "content_high"),
        checks.suppressed_is_null(["content_pct", "content_low", "content_high", *SUMS]),
        checks.small_sample_flags("response_count"),
        checks.small_cell_is_alone(["month", "measure_slug"], "response_count"),
    )
