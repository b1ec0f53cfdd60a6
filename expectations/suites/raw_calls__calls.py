"""Guards `raw_calls.calls`: what was said on the phone."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "call_id",
    "customer_id",
    "agent_id",
    "store_id",
    "order_id",
    "direction",
    "started_at",
    "ended_at",
    "transfers",
    "turns",
    "file_name",
    "updated_at",
    "_loaded_at",
]


def build() -> ExpectationSuite:
    """Are the transcripts whole?"""
    return checks.make_suite(
        "raw_calls__calls",
        checks.columns_present(
            COLUMNS,
            notes="Staging reads these; a lost one means the call centre changed its schema.",
        ),
        checks.not_empty(
            notes="Calls once landed stay: an emptied table is a mishap, not a quiet day.",
        ),
        checks.one_row_per(
            ["call_id"],
            notes="The landing keeps one current copy; a second one would count a voice twice.",
        ),
        checks.no_row_where(
            "started_at is null or ended_at < started_at",
            rule="calls start, and end after they start",
            notes="Handling time is computed from both.",
        ),
        checks.no_row_where(
            "jsonb_typeof(turns) is distinct from 'array'",
            rule="turns are a list",
            notes="The feedback contract takes speakers in order; the rest is another format.",
        ),
        checks.at_most_share_where(
            'not turns @> \'[{"speaker": "customer"}]\'',
            0.2,
            rule="calls have a customer who speaks",
            notes="Silent calls happen; more than 20 % means swapped or renamed speakers.",
        ),
    )
