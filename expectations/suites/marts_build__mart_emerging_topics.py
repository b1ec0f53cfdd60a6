"""Guards `marts_build.mart_emerging_topics`: subjects that customers raise and no topic fits."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "week",
    "candidate_id",
    "kind",
    "label",
    "terms",
    "first_week",
    "weeks_seen",
    "is_newest_week",
    "unit_count",
    "voter_count",
    "share_pct",
    "share_low",
    "share_high",
    "rise",
    "rise_low",
    "rise_high",
    "net_sentiment_pct",
    "examples",
    "adopted_topic_name_zh",
    "is_small_sample",
    "is_suppressed",
]


def build() -> ExpectationSuite:
    """Are candidates named, counted once and shown with enough people behind them?"""
    return checks.make_suite(
        "marts_build__mart_emerging_topics",
        checks.columns_present(COLUMNS, notes="Superset shows these columns by name."),
        checks.one_row_per(["week", "candidate_id"], notes="Its grain: a second row counts twice."),
        checks.no_row_where(
            "voter_count > unit_count or voter_count > window_voter_count",
            rule="a candidate has no more voters than units or than the week",
            notes="The share divides one by the other.",
        ),
        checks.no_row_where(
            "voter_count < 5 and examples <> ''",
            rule="quotes only where at least five people say the same",
            notes="A quote of a few can give a person away.",
        ),
        checks.within("share_pct", 0, 100),
        checks.interval_holds("share_pct", "share_low", "share_high"),
        # no upper end where the subject was never named before: `interval_holds` asks for both
        checks.no_row_where(
            "rise < rise_low or rise > rise_high or (rise is not null and rise_low is null)",
            rule="rise lies within its interval",
            notes="An interval beside its estimate was computed over other rows.",
        ),
        checks.within("net_sentiment_pct", -100, 100),
        checks.small_sample_flags("voter_count"),
        checks.suppressed_is_null(["share_pct", "share_low", "share_high", "net_sentiment_pct"]),
    )
