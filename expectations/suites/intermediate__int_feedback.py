"""Guards `intermediate.int_feedback`: the one contract that every source fills."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "feedback_key",
    "source_slug",
    "source_record_id",
    "channel_slug",
    "is_solicited",
    "occurred_at",
    "subject_slug",
    "rating",
    "rating_scale",
    "nps_score",
    "text",
    "turns",
    "text_hash",
]


def build() -> ExpectationSuite:
    """Is every piece of feedback datable, keyed once, and of a channel that we know?"""
    return checks.make_suite(
        "intermediate__int_feedback",
        checks.columns_present(COLUMNS, notes="The labelling job and core read these."),
        checks.not_empty(notes="Raw tables hold rows, so nothing here is a broken staging model."),
        checks.one_row_per(
            ["feedback_key"],
            notes="A second row under one key would be labelled and counted twice.",
        ),
        checks.no_row_where(
            "occurred_at is null or subject_slug is null or text_hash is null",
            rule="feedback has a date, a subject and a text hash",
            notes="Work is keyed by the hash, and marts by month and subject.",
        ),
        checks.no_row_where(
            "text is null and turns is null"
            " and num_nonnulls(rating, nps_score, csat_score, ces_score) = 0",
            rule="feedback says or scores something",
            notes="Such records belong to int_feedback_set_aside, with a reason.",
        ),
        checks.no_row_where(
            "nps_score not between 0 and 10 or rating < 0 or rating > rating_scale",
            rule="scores lie on their scales",
            notes="One voice off the scale moves a small store's mean by whole points.",
        ),
        checks.known_slugs(
            "channel_slug",
            "select channel_slug from reference.channels",
            notes="An unknown channel would drop out of every mart by the join on its name.",
        ),
    )
