"""Guards `nlp.documents`: what the current pipeline says about each piece of feedback."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

# older versions stay comparable, but core reads the current one only
SCOPE = """
    select * from nlp.documents
    where pipeline_version = (select pipeline_version from nlp.pipelines where is_current)
"""

# what a vocabulary column may hold, apart from null
_LABEL_COLUMNS = ("language", "noise_reason", "sentiment_label")


def build() -> ExpectationSuite:
    """Is everything labelled, in range, and free of personal data?"""
    return checks.make_suite(
        "nlp__documents",
        checks.not_empty(notes="No label of the current pipeline: the job did not run."),
        checks.one_row_per(["feedback_key"], notes="One reading of one text per version."),
        [
            checks.known_slugs(
                column,
                f"select slug from reference.label_values where vocabulary = '{column}'",
                notes="Core joins names by slug; an unknown one shows as an empty label.",
            )
            for column in _LABEL_COLUMNS
        ],
        checks.no_row_where(
            "(sentiment_score is null) <> (sentiment_label is null)",
            rule="sentiment score and label go together",
            notes="Shares count labels and means sum scores: both must have the same base.",
        ),
        checks.no_row_where(
            "sentiment_score not between -5 and 5 or sentiment_confidence not between 0 and 1",
            rule="sentiment lies between -5 and 5, confidence between 0 and 1",
            notes="The scale of the whole product.",
        ),
        checks.no_row_where(
            "is_relevant <> (noise_reason is null)",
            rule="noise has a reason, relevant feedback none",
            notes="What is left out of the marts must say why.",
        ),
        checks.no_row_where(
            "dedup_weight <= 0 or dedup_weight > 1"
            " or (duplicate_cluster_key is null and dedup_weight <> 1)",
            rule="duplicates share one vote",
            notes="A cluster of n copies weighs 1 in all; alone means weight 1.",
        ),
        checks.no_personal_data(
            "redacted_text",
            notes="Everything right of here is shown to people: not one contact may pass.",
        ),
        checks.at_most_share_where(
            "not is_relevant",
            0.5,
            rule="at least half of the feedback is relevant",
            notes="Noise filters that take more than half have eaten real voices before.",
        ),
        checks.at_most_share_where(
            "redacted_text is not null and language = 'und'",
            0.1,
            rule="the language of texts is known",
            notes="More than 10 % unknown means a broken encoding or a new market.",
        ),
    )
