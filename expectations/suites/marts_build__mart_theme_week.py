"""Guards `marts_build.mart_theme_week`: the talk week by week, and the events that fall into it."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "week",
    "topic_slug",
    "topic_name_zh",
    "topic_name_en",
    "level1_name_zh",
    "level2_name_zh",
    "voice_count",
    "negative_voice_count",
    "total_voice_count",
    "share_pct",
    "share_low",
    "share_high",
    "order_count",
    "event_kind",
    "event_names_zh",
    "event_names_en",
    "holiday_day_count",
    "is_small_sample",
    "is_suppressed",
]


def build() -> ExpectationSuite:
    """Is each week whole, counted once, and coloured by what fell into it?"""
    return checks.make_suite(
        "marts_build__mart_theme_week",
        checks.columns_present(COLUMNS, notes="Superset shows these columns by name."),
        checks.one_row_per(["week", "topic_slug"], notes="Its grain: a second row counts twice."),
        checks.no_row_where(
            "extract(isodow from week) <> 1",
            rule="a week is named by its Monday",
            notes="Other days would split a week in two on the chart.",
        ),
        checks.no_row_where(
            "voice_count > total_voice_count + 0.01 or negative_voice_count > voice_count + 0.01",
            rule="no topic is louder than the week",
            notes="The share divides one by the other.",
        ),
        checks.no_row_where(
            "(event_kind = 'none') <> (event_names_zh is null) or holiday_day_count > 7",
            rule="a week with an event names it",
            notes="The colour of a bar is read as the event.",
        ),
        checks.within("share_pct", 0, 100),
        checks.interval_holds("share_pct", "share_low", "share_high"),
        checks.small_sample_flags("total_voice_count"),
        checks.suppressed_is_null(["share_pct", "share_low", "share_high", "negative_voice_count"]),
    )
