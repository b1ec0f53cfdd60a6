"""Guards `raw_reviews.reviews`: what strangers wrote in public."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "review_id",
    "site",
    "outlet_id",
    "subject",
    "author",
    "rating",
    "rating_scale",
    "title",
    "text",
    "product_id",
    "city",
    "url",
    "posted_at",
    "updated_at",
    "_loaded_at",
]


def build() -> ExpectationSuite:
    """Are the reviews datable and on their scale?"""
    return checks.make_suite(
        "raw_reviews__reviews",
        checks.columns_present(
            COLUMNS,
            notes="Staging reads these; a lost one means the review API changed its schema.",
        ),
        checks.not_empty(
            notes="Reviews once landed stay: an emptied table is a mishap, not a quiet day.",
        ),
        checks.one_row_per(
            ["review_id"],
            notes="The landing keeps one current copy; a second one would count a voice twice.",
        ),
        checks.always_filled("posted_at", notes="Feedback without a date belongs to no month."),
        checks.at_most_share_where(
            "subject is null",
            0.01,
            rule="reviews name whom they are about",
            notes="Without it a competitor's reviews would count as ours.",
        ),
        checks.no_row_where(
            "rating < 0 or rating > rating_scale",
            rule="ratings lie on their scale",
            notes="Parsing quarantines single bad ones; one that landed means the check was lost.",
        ),
        checks.at_most_share_where(
            "nullif(btrim(concat(title, text)), '') is null",
            0.3,
            rule="reviews have words",
            notes="Stars alone are usual on some sites; more than 30 % is a renamed field.",
        ),
    )
