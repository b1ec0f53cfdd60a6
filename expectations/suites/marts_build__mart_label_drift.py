"""Guards `marts_build.mart_label_drift`: weeks in which the mix of the labels moved."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "week",
    "scope_kind",
    "scope_slug",
    "label",
    "is_newest_week",
    "week_weight",
    "reference_weight",
    "reference_weeks",
    "psi",
    "psi_by_chance",
    "p_value",
    "q_value",
    "moved_value",
    "share_before_pct",
    "share_now_pct",
    "share_change",
    "verdict",
    "is_moved",
    "is_inside_noise",
    "is_small_sample",
    "pipeline_version",
]


def build() -> ExpectationSuite:
    """Is a label called moved only with a proof, and one that was judged never left open?"""
    return checks.make_suite(
        "marts_build__mart_label_drift",
        checks.columns_present(COLUMNS, notes="Superset shows these columns by name."),
        checks.one_row_per(
            ["week", "scope_kind", "scope_slug", "label"],
            notes="Its grain: a second row is shown twice.",
        ),
        checks.no_row_where(
            "extract(isodow from week) <> 1",
            rule="weeks begin on Monday",
            notes="Weeks that begin elsewhere overlap.",
        ),
        checks.within("share_before_pct", 0, 100),
        checks.within("share_now_pct", 0, 100),
        checks.within("q_value", 0, 1),
        checks.no_row_where(
            "is_moved and (q_value >= 0.05 or psi < 0.1 or q_value is null)",
            rule="a label moved only with a proof",
            notes="Somebody looks for a fault of the labelling when it does.",
        ),
        checks.no_row_where(
            "(verdict = 'too_few') <> (psi is null)",
            rule="too few counts, no index, and the other way round",
            notes="An index of nothing looks like calm.",
        ),
    )
