"""Guards `marts_build.mart_dissatisfaction`: why the dissatisfied are dissatisfied."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "dimension",
    "reason_slug",
    "reason_name_zh",
    "reason_name_en",
    "reason_count",
    "dissatisfied_count",
    "satisfied_count",
    "effective_count",
    "share_pct",
    "share_low",
    "share_high",
    "satisfied_share_pct",
    "is_typical",
    "is_small_sample",
    "is_suppressed",
]


def build() -> ExpectationSuite:
    """Are the shares shares of the same dissatisfied feedback?"""
    return checks.make_suite(
        "marts_build__mart_dissatisfaction",
        checks.columns_present(COLUMNS, notes="Superset shows these columns by name."),
        checks.one_row_per(
            ["dimension", "reason_slug"], notes="Its grain: a second row is shown twice."
        ),
        checks.no_row_where(
            "reason_count not between 1 and dissatisfied_count"
            " or effective_count > dissatisfied_count + 0.1",
            rule="a reason is given by no more than all",
            notes="The share divides one by the other; copies only take weight away.",
        ),
        checks.within("share_pct", 0, 100.001),
        checks.within("satisfied_share_pct", 0, 100.001),
        checks.interval_holds("share_pct", "share_low", "share_high"),
        checks.suppressed_is_null(["share_pct", "share_low", "share_high", "reason_count"]),
        checks.small_sample_flags("dissatisfied_count"),
    )
