"""Guards `marts_build.mart_event_theme`: which topics are louder around an event."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "event_key",
    "event_slug",
    "event_name_zh",
    "event_name_en",
    "event_kind",
    "started_date",
    "ended_date",
    "topic_slug",
    "topic_name_zh",
    "day_count",
    "base_day_count",
    "voice_count",
    "total_voice_count",
    "base_voice_count",
    "base_total_voice_count",
    "voices_per_day",
    "base_voices_per_day",
    "orders_per_day",
    "base_orders_per_day",
    "share_pct",
    "share_low",
    "share_high",
    "negative_pct",
    "share_ratio",
    "share_ratio_low",
    "share_ratio_high",
    "q_value",
    "times_compared",
    "times_louder",
    "is_inside_noise",
    "is_small_sample",
    "is_suppressed",
]


def build() -> ExpectationSuite:
    """Is each event compared with days that are ordinary, and enough of them?"""
    return checks.make_suite(
        "marts_build__mart_event_theme",
        checks.columns_present(COLUMNS, notes="Superset shows these columns by name."),
        checks.one_row_per(["event_key", "topic_slug"], notes="Its grain: a second row is a lie."),
        checks.no_row_where(
            "voice_count > total_voice_count + 0.01"
            " or base_voice_count > base_total_voice_count + 0.01",
            rule="no topic is louder than everybody",
            notes="The shares divide one by the other.",
        ),
        checks.no_row_where(
            "share_ratio is not null and (topic_slug = 'all' or base_day_count < 14"
            " or voice_count + base_voice_count < 9.99)",
            rule="only what has enough days and voices is compared",
            notes="A ratio over three voices would be read as an effect of the event.",
        ),
        checks.no_row_where(
            "times_louder > times_compared or (share_ratio is not null and times_compared = 0)",
            rule="an event is louder at most as often as it was compared",
            notes="It is read as: so it was three times of three.",
        ),
        checks.within("share_pct", 0, 100),
        checks.interval_holds("share_pct", "share_low", "share_high"),
        checks.interval_holds("share_ratio", "share_ratio_low", "share_ratio_high"),
        checks.small_sample_flags("total_voice_count"),
        checks.suppressed_is_null(
            ["share_pct", "share_low", "share_high", "share_ratio", "voices_per_day"]
        ),
    )
