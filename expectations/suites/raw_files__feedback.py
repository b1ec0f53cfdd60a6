"""Guards `raw_files.feedback`: what users imported from files."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "source_slug",
    "source_record_id",
    "channel_slug",
    "is_solicited",
    "occurred_at",
    "received_at",
    "subject_slug",
    "rating",
    "rating_scale",
    "nps_score",
    "csat_score",
    "ces_score",
    "text",
    "turns",
    "file_name",
    "file_row",
    "import_id",
    "_loaded_at",
]


def build() -> ExpectationSuite:
    """Did the mapping fill the contract?"""
    return checks.make_suite(
        "raw_files__feedback",
        checks.columns_present(
            COLUMNS,
            notes="Staging reads these; a lost one means the importer changed its schema.",
        ),
        checks.not_empty(
            notes="Rows once imported stay: an emptied table is a mishap.",
        ),
        checks.one_row_per(
            ["source_slug", "source_record_id"],
            notes="The landing keeps one current copy; a second one would count a voice twice.",
        ),
        checks.no_row_where(
            "source_slug !~ '^[a-z][a-z0-9_]*$' or channel_slug !~ '^[a-z][a-z0-9_]*$'",
            rule="slugs are snake_case",
            notes="A free-text value here is a mapping that points at the wrong column.",
        ),
        checks.no_row_where(
            "rating < 0 or rating > rating_scale or (rating is not null and rating_scale is null)",
            rule="ratings lie on their scale",
            notes="The importer quarantines bad ones; one that landed means a lost check.",
        ),
        checks.no_row_where(
            "nps_score not between 0 and 10",
            rule="NPS answers lie between 0 and 10",
            notes="The importer quarantines bad ones; one that landed means a lost check.",
        ),
        checks.no_row_where(
            "occurred_at > now() + interval '1 day'",
            rule="nothing was said in the future",
            notes="Day and month swapped by the mapping; staging sets such rows aside.",
            severity=checks.WARNING,
        ),
    )
