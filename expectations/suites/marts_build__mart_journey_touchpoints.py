"""Guards `marts_build.mart_journey_touchpoints`: how each touchpoint is lived, month by month."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

VOICES = ["positive_count", "neutral_count", "negative_count"]
COLUMNS = [
    "month",
    "touchpoint_slug",
    "touchpoint_name_zh",
    "touchpoint_name_en",
    "touchpoint_order",
    "stage_slug",
    "stage_name_zh",
    "stage_name_en",
    "stage_order",
    "channel_slug",
    "channel_name_zh",
    "feedback_count",
    "unit_count",
    *VOICES,
    "scored_count",
    "sentiment_score_sum",
    "intensity_sum",
    "intensity_count",
    "weighted_unit_count",
    "net_sentiment_pct",
    "net_sentiment_low",
    "net_sentiment_high",
    "is_small_sample",
    "is_suppressed",
]


def build() -> ExpectationSuite:
    """Do the counts add up, and do small cells stay silent?"""
    return checks.make_suite(
        "marts_build__mart_journey_touchpoints",
        checks.columns_present(COLUMNS, notes="Superset shows these columns by name."),
        checks.no_rows_from(
            "select 1 where not exists (select 1 from {batch})"
            " and exists (select 1 from core.fct_opinion_unit where touchpoint_slug is not null"
            " and is_relevant and subject_slug = 'us')",
            rule="not empty while core has units with a touchpoint",
            notes="An empty mart under a full core is a broken join or a wrong pack.",
        ),
        checks.one_row_per(
            ["month", "touchpoint_slug", "channel_slug"],
            notes="Its grain: a second row is summed twice.",
        ),
        checks.no_row_where(
            "positive_count + neutral_count + negative_count > feedback_count + 0.001"
            " or scored_count > unit_count or intensity_count > unit_count",
            rule="votes are no more than feedback, scores no more than units",
            notes="Dashboards divide by these sums: one vote per feedback and touchpoint.",
        ),
        checks.no_row_where(
            "feedback_count > unit_count or feedback_count < 1",
            rule="a row stands for feedback, and each has at least one unit",
            notes="A feedback without a unit cannot be at a touchpoint.",
        ),
        checks.no_row_where(
            "weighted_unit_count <= 0 or weighted_unit_count > unit_count",
            rule="weights take away, never add",
            notes="Duplicates share one vote.",
        ),
        checks.shown_score(
            ["net_sentiment_pct", "net_sentiment_low", "net_sentiment_high"],
            VOICES,
            "scored_count",
        ),
        checks.small_cell_is_alone(["month"], "scored_count"),
    )
