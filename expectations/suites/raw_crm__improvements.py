"""Guards `raw_crm.improvements`: what was changed because of what customers said."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "improvement_id",
    "title",
    "problem",
    "hypothesis",
    "action",
    "owner_name",
    "department_slug",
    "touchpoint_slug",
    "topic_slug",
    "metric_slug",
    "target_change_pct",
    "design",
    "pilot_cities",
    "cost_cny",
    "started_on",
    "ended_on",
    "status",
    "updated_at",
    "_loaded_at",
]


def build() -> ExpectationSuite:
    """Can it be judged whether a change helped?"""
    return checks.make_suite(
        "raw_crm__improvements",
        checks.columns_present(
            COLUMNS,
            notes="Staging reads these; a lost one means the CRM changed its schema.",
        ),
        checks.not_empty(
            notes="Rows once landed stay: an emptied table is a mishap, not a quiet day.",
        ),
        checks.one_row_per(
            ["improvement_id"],
            notes="The landing keeps one current copy; a second one would be counted twice.",
        ),
        checks.at_most_share_where(
            "started_on is null",
            0.1,
            rule="improvements say when they began",
            notes="There is no before and after without a day between.",
        ),
        checks.at_most_share_where(
            "design = 'pilot' and pilot_cities is null",
            0.1,
            rule="pilots name their cities",
            notes="The other cities are what they are compared with.",
        ),
    )
