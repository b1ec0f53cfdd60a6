"""Guards `marts_build.mart_survey_response`: who answers when we ask."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "month",
    "survey_slug",
    "invitation_channel",
    "invitation_count",
    "sent_count",
    "delivered_count",
    "started_count",
    "completed_count",
    "suppressed_count",
    "opted_out_count",
    "rule_break_count",
    "response_rate_pct",
    "response_rate_low",
    "response_rate_high",
    "median_minutes_to_answer",
    "is_small_sample",
    "is_suppressed",
]
COUNTS = ["delivered_count", "started_count", "completed_count", "rule_break_count"]
ESTIMATES = ["response_rate_pct", "response_rate_low", "response_rate_high"]


def build() -> ExpectationSuite:
    """Do the counts fall from sent to completed, and does the interval hold its estimate?"""
    return checks.make_suite(
        "marts_build__mart_survey_response",
        checks.columns_present(COLUMNS, notes="Superset shows these columns by name."),
        checks.no_rows_from(
            "select 1 where not exists (select 1 from {batch})"
            " and exists (select 1 from core.fct_survey_invitation)",
            rule="not empty while core has invitations",
            notes="An empty mart under a full core is a broken join.",
        ),
        checks.one_row_per(
            ["month", "survey_slug", "invitation_channel"],
            notes="Its grain: a second row is summed twice.",
        ),
        checks.no_row_where(
            "completed_count > started_count or started_count > sent_count"
            " or delivered_count > sent_count or rule_break_count > sent_count"
            " or sent_count > invitation_count"
            " or suppressed_count + opted_out_count > invitation_count",
            rule="counts fall from invitations to complete answers",
            notes="Nobody completes what was not begun, nor begins what was not sent.",
        ),
        checks.within("response_rate_pct", 0, 100),
        checks.interval_holds("response_rate_pct", "response_rate_low", "response_rate_high"),
        checks.suppressed_is_null(ESTIMATES + COUNTS),
        checks.small_sample_flags("sent_count"),
        checks.small_cell_is_alone(["month"], "sent_count"),
    )
