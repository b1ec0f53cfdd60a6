"""Guards `marts_build.mart_nps_drivers`: what goes with low and high recommendation."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "dimension",
    "aspect_slug",
    "aspect_name_zh",
    "aspect_name_en",
    "total_answers",
    "nps",
    "answer_count",
    "complaint_count",
    "nps_of_named",
    "leave_one_out",
    "leave_one_out_low",
    "leave_one_out_high",
    "additive_share",
    "additive_low",
    "additive_high",
    "relative_weight_pct",
    "weight_low",
    "weight_high",
    "score_effect",
    "effect_low",
    "effect_high",
    "q_value",
    "is_significant",
    "explained_pct",
    "is_small_sample",
]


def build() -> ExpectationSuite:
    """Do the shares add up to NPS, and is a driver called one only when tested?"""
    return checks.make_suite(
        "marts_build__mart_nps_drivers",
        checks.columns_present(COLUMNS, notes="Superset shows these columns by name."),
        checks.one_row_per(
            ["dimension", "aspect_slug"], notes="Its grain: a second row is summed twice."
        ),
        checks.no_rows_from(
            "select 1 from {batch} group by dimension"
            " having abs(sum(additive_share) - max(nps)) > 0.006",
            rule="additive shares add up to NPS",
            notes="That they add up is what the waterfall promises; nps has two decimals.",
        ),
        checks.no_row_where(
            "answer_count < 5 or answer_count > total_answers or complaint_count > answer_count",
            rule="at least five answers stand behind each row",
            notes="Rarer aspects are pooled: below five a row would point at persons.",
        ),
        checks.within("nps", -100, 100),
        checks.within("nps_of_named", -100, 100),
        checks.within("relative_weight_pct", 0, 100.01),
        checks.within("explained_pct", 0, 100.01),
        checks.interval_holds("leave_one_out", "leave_one_out_low", "leave_one_out_high"),
        checks.interval_holds("additive_share", "additive_low", "additive_high"),
        checks.interval_holds("relative_weight_pct", "weight_low", "weight_high"),
        checks.interval_holds("score_effect", "effect_low", "effect_high"),
        checks.no_row_where(
            "is_significant and (q_value is null or q_value >= 0.05)",
            rule="a driver is significant only when its test says so",
            notes="A red driver starts work: it must have been tested.",
        ),
        checks.no_row_where(
            "is_small_sample <> (answer_count < 30)",
            rule="small samples are flagged",
            notes="Charts grey by this flag alone.",
        ),
    )
