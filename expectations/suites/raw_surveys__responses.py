"""Guards `raw_surveys.responses`: what customers answered when asked."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "response_id",
    "customer_id",
    "survey_slug",
    "channel",
    "nps",
    "csat",
    "ces",
    "comment",
    "order_id",
    "store_id",
    "agent_id",
    "submitted_at",
    "updated_at",
    "_loaded_at",
]


def build() -> ExpectationSuite:
    """Are the answers on their scales?"""
    return checks.make_suite(
        "raw_surveys__responses",
        checks.columns_present(
            COLUMNS,
            notes="Staging reads these; a lost one means the survey API changed its schema.",
        ),
        checks.not_empty(
            notes="Answers once landed stay: an emptied table is a mishap, not a quiet month.",
        ),
        checks.one_row_per(
            ["response_id"],
            notes="The landing keeps one current copy; a second one would count a voice twice.",
        ),
        checks.no_row_where(
            "nps not between 0 and 10 or csat not between 1 and 5 or ces not between 1 and 7",
            rule="scores lie on their scales",
            notes="Parsing quarantines single bad ones; one that landed means the check was lost.",
        ),
        checks.always_filled("submitted_at", notes="NPS is reported by month."),
        checks.at_most_share_where(
            "survey_slug is null",
            0.01,
            rule="answers name their survey",
            notes="Surveys of one name are compared over time; the rest fall together.",
        ),
        checks.at_most_share_where(
            "num_nonnulls(nps, csat, ces) = 0 and nullif(btrim(comment), '') is null",
            0.05,
            rule="answers hold a score or words",
            notes="Some people open a survey and leave; more than 5 % is a lost column.",
        ),
    )
