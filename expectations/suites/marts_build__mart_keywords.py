"""Guards `marts_build.mart_keywords`: the words that stand for an aspect, and those that rise."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "period_kind",
    "period_start",
    "period_end",
    "dimension",
    "aspect_slug",
    "aspect_name_zh",
    "keyword",
    "voter_count",
    "voice_count",
    "aspect_voice_count",
    "share_pct",
    "share_low",
    "share_high",
    "negative_pct",
    "odds_ratio",
    "odds_ratio_low",
    "odds_ratio_high",
    "q_value",
    "distinctive_rank",
    "base_vote_count",
    "rise",
    "rise_low",
    "rise_high",
    "rise_q_value",
    "change",
    "is_newest_period",
    "is_distinctive",
    "is_inside_noise",
    "is_small_sample",
    "is_suppressed",
]


def build() -> ExpectationSuite:
    """Are words counted once, said by enough people, and free of what names a person?"""
    return checks.make_suite(
        "marts_build__mart_keywords",
        checks.columns_present(COLUMNS, notes="Superset shows these columns by name."),
        checks.one_row_per(
            ["period_end", "period_kind", "dimension", "aspect_slug", "keyword"],
            notes="Its grain: a second row would double a word in the cloud.",
        ),
        checks.no_row_where(
            "voice_count < 4.99",
            rule="five independent voices use each word",
            notes="A rare word can give a person away, and nobody asked for it.",
        ),
        checks.no_row_where(
            "voice_count > voter_count + 0.01 or voice_count > aspect_voice_count + 0.01",
            rule="a word has no more voices than voters or than its aspect",
            notes="The share divides one by the other.",
        ),
        checks.no_personal_data("keyword", notes="Words are taken from redacted text alone."),
        checks.within("share_pct", 0, 100),
        checks.within("negative_pct", 0, 100),
        checks.interval_holds("share_pct", "share_low", "share_high"),
        checks.interval_holds("odds_ratio", "odds_ratio_low", "odds_ratio_high"),
        checks.interval_holds("rise", "rise_low", "rise_high"),
        checks.no_row_where(
            "is_inside_noise <> (change = 'inside_noise')"
            " or (change = 'rising' and rise_low < 1) or (change = 'falling' and rise_high > 1)",
            rule="what is called a change stands outside its noise",
            notes="A word that is said to rise is read as news.",
        ),
        checks.small_sample_flags("voice_count"),
        checks.suppressed_is_null(["share_pct", "share_low", "share_high", "negative_pct"]),
    )
