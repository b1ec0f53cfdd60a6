"""Guards `nlp.opinion_units`: the labels that the marts are made of."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

# older versions stay comparable, but core reads the current one only
SCOPE = """
    select * from nlp.opinion_units
    where pipeline_version = (select pipeline_version from nlp.pipelines where is_current)
"""

_CURRENT_PACK = "(select pack_slug from nlp.pipelines where is_current)"
# column -> query of the slugs that it may hold
_VOCABULARIES = {
    "touchpoint_slug": "select touchpoint_slug from reference.touchpoints"
    f" where pack_slug = {_CURRENT_PACK}",
    "topic_slug": f"select topic_slug from reference.topics where pack_slug = {_CURRENT_PACK}",
    "department_slug": "select department_slug from reference.departments",
} | {
    column: f"select slug from reference.label_values where vocabulary = '{column}'"
    for column in (
        "speaker",
        "sentiment_label",
        "emotion_slug",
        "intent_slug",
        "need_kind",
        "need_slug",
        "cause_slug",
        "severity_slug",
        "decision_effect_slug",
        "promise_role",
        "competitor_slug",
    )
}


def build() -> ExpectationSuite:
    """Does every label exist, lie in range, and point at the words it was read from?"""
    return checks.make_suite(
        "nlp__opinion_units",
        checks.not_empty(notes="Feedback with text always yields units: the job did not run."),
        [
            checks.known_slugs(
                column,
                vocabulary,
                notes="Core joins names by slug; an unknown one drops out of the marts.",
            )
            for column, vocabulary in _VOCABULARIES.items()
        ],
        checks.no_row_where(
            "char_start < 0 or char_end <= char_start"
            " or char_end - char_start <> char_length(redacted_text)",
            rule="spans are as long as their words",
            notes="Evidence is marked by the span in the redacted text of the document.",
        ),
        checks.no_rows_from(
            "select 1 from {batch} where not exists ("
            " select 1 from nlp.documents as documents"
            " where documents.feedback_key = subselect.feedback_key"
            " and documents.pipeline_version = subselect.pipeline_version"
            " and substr(documents.redacted_text, subselect.char_start + 1,"
            " subselect.char_end - subselect.char_start) = subselect.redacted_text)",
            rule="spans point at their words in the document",
            notes="A shifted span shows a reader the wrong sentence as proof.",
        ),
        checks.no_row_where(
            "(sentiment_score is null) <> (sentiment_label is null)",
            rule="sentiment score and label go together",
            notes="Shares count labels and means sum scores: both must have the same base.",
        ),
        checks.no_row_where(
            "sentiment_score not between -5 and 5 or intensity not between 1 and 5"
            " or effort not between -5 and 5",
            rule="sentiment, intensity and effort lie on their scales",
            notes="The scales of the whole product.",
        ),
        checks.no_row_where(
            "sentiment_confidence not between 0 and 1 or touchpoint_confidence not between 0 and 1"
            " or department_confidence not between 0 and 1"
            " or topic_confidence not between 0 and 1",
            rule="confidences lie between 0 and 1",
            notes="Thresholds in config compare against them.",
        ),
        checks.no_personal_data(
            "redacted_text",
            notes="Everything right of here is shown to people: not one contact may pass.",
        ),
        checks.at_most_share_where(
            "touchpoint_slug is null and topic_slug is null",
            0.6,
            rule="at least 40 % of units have a touchpoint or a topic",
            notes="Small talk has neither; more than 60 % means the pack does not fit the texts.",
        ),
    )
