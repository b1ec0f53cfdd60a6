"""Guards `raw_crm.customer_notes`: what staff wrote down that customers said."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "note_id",
    "customer_id",
    "agent_id",
    "store_id",
    "order_id",
    "note_text",
    "created_at",
    "updated_at",
    "_loaded_at",
]


def build() -> ExpectationSuite:
    """Are the notes notes?"""
    return checks.make_suite(
        "raw_crm__customer_notes",
        checks.columns_present(
            COLUMNS,
            notes="Staging reads these; a lost one means the CRM changed its schema.",
        ),
        checks.not_empty(
            notes="Rows once landed stay: an emptied table is a mishap, not a quiet day.",
        ),
        checks.one_row_per(
            ["note_id"],
            notes="The landing keeps one current copy; a second one would count a voice twice.",
        ),
        checks.always_filled(
            "created_at",
            notes="Feedback without a date belongs to no month.",
        ),
        checks.at_most_share_where(
            "nullif(btrim(note_text), '') is null",
            0.1,
            rule="notes have words",
            notes="Staff save an empty form now and then; more than 10 % is a lost column.",
        ),
    )
