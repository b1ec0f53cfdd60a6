"""Guards `marts_build.mart_experience_index`: how the experience is, and what moved it."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "month",
    "scene_slug",
    "scene_name_zh",
    "scene_name_en",
    "scene_order",
    "vote_count",
    "voter_count",
    "vote_share_pct",
    "index_score",
    "index_low",
    "index_high",
    "feeling_points",
    "effort_points",
    "score_points",
    "previous_vote_count",
    "previous_index_score",
    "change_points",
    "change_low",
    "change_high",
    "is_inside_noise",
    "own_points",
    "mix_points",
    "is_newest_month",
    "is_small_sample",
    "is_suppressed",
]


def build() -> ExpectationSuite:
    """Do the parts add up, and does the overall index stand beside its scenes?"""
    return checks.make_suite(
        "marts_build__mart_experience_index",
        checks.columns_present(COLUMNS, notes="Superset shows these columns by name."),
        checks.one_row_per(["month", "scene_slug"], notes="Its grain: one index each."),
        checks.no_row_where(
            "abs(index_score - 50 - feeling_points - effort_points - score_points) > 0.03",
            rule="an index is 50 and the points of its parts",
            notes="The parts are shown as what the index is made of.",
        ),
        checks.no_row_where(
            "scene_slug = 'overall' and abs(change_points - own_points - mix_points) > 0.03",
            rule="the overall change is the sum of own and mix points",
            notes="The waterfall is read as the whole of the change.",
        ),
        checks.within("index_score", 0, 100),
        checks.within("vote_share_pct", 0, 100),
        checks.interval_holds("index_score", "index_low", "index_high"),
        checks.interval_holds("change_points", "change_low", "change_high"),
        checks.suppressed_is_null(["index_score", "change_points", "own_points", "mix_points"]),
        checks.no_row_where(
            "is_small_sample <> (vote_count < 30) or (vote_count < 5 and not is_suppressed)",
            rule="small samples are flagged",
            notes="Charts grey and hide by these flags; a small scene takes another with it.",
        ),
    )
