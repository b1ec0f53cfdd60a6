"""Guards `marts_build.mart_journey_region`: how each touchpoint is lived in each region."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

VOICES = ["positive_count", "neutral_count", "negative_count"]
COLUMNS = [
    "quarter",
    "touchpoint_slug",
    "touchpoint_name_zh",
    "touchpoint_order",
    "stage_name_zh",
    "region",
    "feedback_count",
    "unit_count",
    *VOICES,
    "scored_count",
    "net_sentiment_pct",
    "net_sentiment_low",
    "net_sentiment_high",
    "is_small_sample",
    "is_suppressed",
]


def build() -> ExpectationSuite:
    """Do the regions have the voices that the channels have, and do small cells stay silent?"""
    return checks.make_suite(
        "marts_build__mart_journey_region",
        checks.columns_present(COLUMNS, notes="Superset shows these columns by name."),
        checks.no_rows_from(
            "with regions as ("
            " select quarter, touchpoint_slug, sum(scored_count) as n from {batch}"
            " group by quarter, touchpoint_slug), channels as ("
            " select date_trunc('quarter', month)::date as quarter, touchpoint_slug,"
            " sum(scored_count) as n from marts_build.mart_journey_touchpoints"
            " group by 1, touchpoint_slug)"
            " select 1 from regions full join channels using (quarter, touchpoint_slug)"
            " where abs(coalesce(regions.n, 0) - coalesce(channels.n, 0)) > 0.001",
            rule="a touchpoint has the same voices by region and by channel",
            notes="Both pool touchpoints alike: what one shows beyond the other gives a pool away.",
        ),
        checks.one_row_per(
            ["quarter", "touchpoint_slug", "region"],
            notes="Its grain: a second row is summed twice.",
        ),
        checks.no_row_where(
            "positive_count + neutral_count + negative_count > feedback_count + 0.001"
            " or feedback_count > unit_count or feedback_count < 1",
            rule="votes are no more than feedback, feedback no more than units",
            notes="Dashboards divide by these sums: one vote per feedback and touchpoint.",
        ),
        checks.shown_score(
            ["net_sentiment_pct", "net_sentiment_low", "net_sentiment_high"],
            VOICES,
            "scored_count",
        ),
        checks.small_cell_is_alone(["quarter", "touchpoint_slug"], "scored_count"),
    )
