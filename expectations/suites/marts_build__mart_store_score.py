"""Guards `marts_build.mart_store_score`: how each store is judged beside its peers."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "store_key",
    "store_id",
    "store_name",
    "city",
    "region",
    "feedback_count",
    "voice_weight",
    "raw_score",
    "score",
    "score_low",
    "score_high",
    "own_voices_pct",
    "mean_score",
    "score_rank",
    "rank_low",
    "rank_high",
    "ranked_count",
    "peer_rank",
    "peer_rank_low",
    "peer_rank_high",
    "peer_count",
    "is_inside_noise",
    "is_small_sample",
    "is_suppressed",
]


def build() -> ExpectationSuite:
    """Is each ranked once, within the range?"""
    return checks.make_suite(
        "marts_build__mart_store_score",
        checks.columns_present(COLUMNS, notes="Superset shows these columns by name."),
        checks.one_row_per(["store_key"], notes="Its grain: a second row would rank it twice."),
        checks.no_row_where(
            "score_rank not between rank_low and rank_high or score_rank > ranked_count"
            " or peer_rank not between peer_rank_low and peer_rank_high",
            rule="a rank lies within its range",
            notes="A league table without its range would be read as the truth.",
        ),
        checks.within("raw_score", -300, 300),
        checks.within("own_voices_pct", 0, 100),
        checks.interval_holds("score", "score_low", "score_high"),
        checks.suppressed_is_null(["raw_score", "score", "score_rank", "peer_rank"]),
        checks.small_sample_flags("feedback_count"),
    )
