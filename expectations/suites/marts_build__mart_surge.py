"""Guards `marts_build.mart_surge`: what flares up, and since when."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "surge_key",
    "subject_kind",
    "subject_slug",
    "subject_name_zh",
    "subject_name_en",
    "region",
    "first_alarm_date",
    "last_alarm_date",
    "alarm_day_count",
    "is_running",
    "peak_date",
    "peak_voice_count",
    "days_before_peak",
    "window_days",
    "voice_count",
    "baseline_kind",
    "baseline_voice_count",
    "expected_count",
    "expected_low",
    "expected_high",
    "observed_to_expected_ratio",
    "q_value",
    "best_q_value",
    "is_small_sample",
    "is_suppressed",
]


def build() -> ExpectationSuite:
    """Are the surges told apart, and beyond what was expected?"""
    return checks.make_suite(
        "marts_build__mart_surge",
        checks.columns_present(COLUMNS, notes="Superset shows these columns by name."),
        checks.one_row_per(
            ["subject_kind", "subject_slug", "region", "first_alarm_date"],
            notes="Its grain: a second row would alarm twice.",
        ),
        checks.no_row_where(
            "last_alarm_date < first_alarm_date or alarm_day_count < 1",
            rule="a surge ends no earlier than it begins",
            notes="Its days are put together from alarms; one without an alarm is none.",
        ),
        checks.no_row_where(
            "expected_count >= voice_count",
            rule="more voices than expected",
            notes="An alarm without an excess would be an error of the test.",
        ),
        checks.no_row_where(
            "expected_low > expected_high or q_value not between 0 and 0.05",
            rule="ranges and probabilities are possible",
            notes="An alarm is one by its q below 0.05.",
        ),
        checks.suppressed_is_null(["expected_count", "expected_low", "expected_high", "q_value"]),
        checks.small_sample_flags("voice_count"),
    )
