"""Guards `marts_build.mart_nps_bridge`: why NPS moved between two periods."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "comparison",
    "dimension",
    "aspect_slug",
    "aspect_name_zh",
    "aspect_name_en",
    "nps_before",
    "nps_after",
    "nps_change",
    "nps_change_low",
    "nps_change_high",
    "is_change_inside_noise",
    "answers_before",
    "answers_after",
    "complaints_before",
    "complaints_after",
    "mix_effect",
    "mix_low",
    "mix_high",
    "rate_effect",
    "rate_low",
    "rate_high",
    "total_effect",
    "total_low",
    "total_high",
    "is_inside_noise",
    "is_small_sample",
]


def build() -> ExpectationSuite:
    """Do the effects add up to the move, and is noise called noise?"""
    return checks.make_suite(
        "marts_build__mart_nps_bridge",
        checks.columns_present(COLUMNS, notes="Superset shows these columns by name."),
        checks.one_row_per(
            ["comparison", "dimension", "aspect_slug"],
            notes="Its grain: a second row is summed twice.",
        ),
        checks.no_rows_from(
            "select 1 from {batch} group by comparison, dimension"
            " having abs(sum(total_effect) - max(nps_change)) > 0.006"
            " or abs(sum(mix_effect + rate_effect) - max(nps_change)) > 0.006",
            rule="effects add up to the move of NPS",
            notes="A waterfall must end where NPS stands; nps_change has two decimals.",
        ),
        checks.no_row_where(
            "answers_before between 1 and 4 or answers_after between 1 and 4",
            rule="at least five answers of a period stand behind a row",
            notes="Rarer aspects are pooled: below five a row would point at persons.",
        ),
        checks.within("nps_before", -100, 100),
        checks.within("nps_after", -100, 100),
        checks.interval_holds("nps_change", "nps_change_low", "nps_change_high"),
        checks.interval_holds("mix_effect", "mix_low", "mix_high"),
        checks.interval_holds("rate_effect", "rate_low", "rate_high"),
        checks.interval_holds("total_effect", "total_low", "total_high"),
        checks.no_row_where(
            "is_inside_noise <> (total_low <= 0 and total_high >= 0)"
            " or is_change_inside_noise <> (nps_change_low <= 0 and nps_change_high >= 0)",
            rule="a change is noise when its interval holds zero",
            notes="Readers act on what is not noise.",
        ),
    )
