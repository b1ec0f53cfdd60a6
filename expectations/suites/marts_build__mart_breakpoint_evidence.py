"""Guards `marts_build.mart_breakpoint_evidence`: the words behind each breakpoint."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "from_department_slug",
    "to_department_slug",
    "breakpoint_kind",
    "feedback_key",
    "occurred_date",
    "channel_slug",
    "channel_name_zh",
    "region",
    "quote",
    "from_quote",
    "to_quote",
    "intensity",
    "evidence_rank",
]


def build() -> ExpectationSuite:
    """Is there evidence, short, redacted, and for a breakpoint that is shown?"""
    return checks.make_suite(
        "marts_build__mart_breakpoint_evidence",
        checks.columns_present(COLUMNS, notes="Superset shows these columns by name."),
        checks.one_row_per(
            ["from_department_slug", "to_department_slug", "breakpoint_kind", "feedback_key"],
            notes="Its grain: a second row is summed twice.",
        ),
        checks.no_rows_from(
            "select from_department_slug, to_department_slug, breakpoint_kind from {batch} except"
            " select from_department_slug, to_department_slug, breakpoint_kind"
            " from marts_build.mart_breakpoints",
            rule="evidence belongs to a breakpoint of the mart",
            notes="A reader drills from the pair to its words and back.",
        ),
        checks.no_row_where(
            "char_length(quote) > 300 or evidence_rank < 1",
            rule="quotes are short, ranks start at 1",
            notes="A whole transcript in a table cell is a leak of context.",
        ),
        checks.no_personal_data(
            "quote",
            notes="Shown to everybody who may open the dashboard: not one contact may pass.",
        ),
        checks.no_personal_data(
            "from_quote",
            notes="Shown to everybody who may open the dashboard: not one contact may pass.",
        ),
        checks.no_personal_data(
            "to_quote",
            notes="Shown to everybody who may open the dashboard: not one contact may pass.",
        ),
    )
