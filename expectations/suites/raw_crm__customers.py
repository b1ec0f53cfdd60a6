"""Guards `raw_crm.customers`: who the company knows."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "customer_id",
    "full_name",
    "phone",
    "email",
    "gender",
    "birth_year",
    "city",
    "region",
    "segment",
    "member_tier",
    "registered_at",
    "updated_at",
    "phone_hash",
    "email_hash",
    "_loaded_at",
]


def build() -> ExpectationSuite:
    """Can every person be found again, and only by keyed hash?"""
    return checks.make_suite(
        "raw_crm__customers",
        checks.columns_present(
            COLUMNS,
            notes="Staging reads these; a lost one means the CRM changed its schema.",
        ),
        checks.not_empty(
            notes="Rows once landed stay: an emptied table is a mishap, not a quiet day.",
        ),
        checks.one_row_per(
            ["customer_id"],
            notes="The landing keeps one current copy; a second one would count a voice twice.",
        ),
        checks.no_row_where(
            # a phone of a few digits, or `-`, is nobody's and has no hash
            "(phone ~ '[0-9]{7}' and phone_hash is null)"
            " or (phone is null and phone_hash is not null)"
            " or (email like '%@%' and email_hash is null)"
            " or (email is null and email_hash is not null)",
            rule="a contact and its keyed hash go together",
            notes="Identities are joined by hash alone: a missing one loses the person downstream.",
        ),
        checks.no_row_where(
            "phone_hash !~ '^[0-9a-f]{64}$' or email_hash !~ '^[0-9a-f]{64}$'",
            rule="keyed hashes are 64 hex digits",
            notes="Anything else is a bare contact, or a hash made without the key.",
        ),
        checks.at_most_share_where(
            "birth_year is not null"
            " and birth_year not between 1900 and extract(year from now())::int",
            0.01,
            rule="birth years are years of living people",
            notes="Staff type wrong years now and then; more than 1 % is a changed field.",
        ),
    )
