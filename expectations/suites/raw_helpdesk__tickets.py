"""Guards `raw_helpdesk.tickets`: what was said to the help desk."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "ticket_id",
    "requester_id",
    "customer_id",
    "agent_id",
    "order_id",
    "store_id",
    "channel",
    "via_channel",
    "subject",
    "status",
    "priority",
    "turns",
    "csat_score",
    "created_at",
    "updated_at",
    "_loaded_at",
    "_deleted_at",
]


def build() -> ExpectationSuite:
    """Are the tickets whole?"""
    return checks.make_suite(
        "raw_helpdesk__tickets",
        checks.columns_present(
            COLUMNS,
            notes="Staging reads these; a lost one means the help desk changed its schema.",
        ),
        checks.not_empty(
            notes="Tickets once landed stay: an emptied table is a mishap, not a quiet day.",
        ),
        checks.one_row_per(
            ["ticket_id"],
            notes="The landing keeps one current copy; a second one would count a voice twice.",
        ),
        checks.always_filled(
            "created_at", notes="A ticket without a date would be in no night's figures."
        ),
        checks.no_row_where(
            "jsonb_typeof(turns) is distinct from 'array'",
            rule="turns are a list",
            notes="The feedback contract takes speakers in order; the rest is another format.",
        ),
        checks.at_most_share_where(
            'not turns @> \'[{"speaker": "customer"}]\'',
            0.3,
            rule="tickets have a customer who speaks",
            notes="Agents open tickets too; more than 30 % means that roles are read wrongly.",
        ),
    )
