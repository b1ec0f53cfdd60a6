"""Guards `marts_build.mart_benchmark_aspect`: what competitors do better or worse."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "subject_slug",
    "touchpoint_slug",
    "touchpoint_name_zh",
    "touchpoint_name_en",
    "touchpoint_order",
    "review_count",
    "our_review_count",
    "net_sentiment_pct",
    "our_net_sentiment_pct",
    "gap_pct",
    "gap_low",
    "gap_high",
    "gap_to_leader_pct",
    "q_value",
    "is_inside_noise",
    "is_small_sample",
    "is_suppressed",
]


def build() -> ExpectationSuite:
    """Are the gaps the difference of both sides?"""
    return checks.make_suite(
        "marts_build__mart_benchmark_aspect",
        checks.columns_present(COLUMNS, notes="Superset shows these columns by name."),
        checks.one_row_per(["subject_slug", "touchpoint_slug"], notes="Its grain."),
        checks.no_row_where(
            "abs(net_sentiment_pct - our_net_sentiment_pct - gap_pct) > 0.02",
            rule="the gap is the difference",
            notes="Rounded figures differ by a hundredth each.",
        ),
        checks.within("net_sentiment_pct", -100, 100),
        checks.within("our_net_sentiment_pct", -100, 100),
        checks.interval_holds("gap_pct", "gap_low", "gap_high"),
        checks.no_row_where(
            "q_value not between 0 and 1 or gap_to_leader_pct > 0.01",
            rule="q is a probability, nobody is ahead of the leader",
            notes="The leader is the best of all sides.",
        ),
    )
