"""Guards `raw_crm.order_items`: what an order was made of."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "order_item_id",
    "order_id",
    "product_id",
    "quantity",
    "amount_cny",
    "updated_at",
    "_loaded_at",
]


def build() -> ExpectationSuite:
    """Can feedback be traced to the products of an order?"""
    return checks.make_suite(
        "raw_crm__order_items",
        checks.columns_present(
            COLUMNS,
            notes="Staging reads these; a lost one means the CRM changed its schema.",
        ),
        checks.not_empty(
            notes="Rows once landed stay: an emptied table is a mishap, not a quiet day.",
        ),
        checks.one_row_per(
            ["order_item_id"],
            notes="The landing keeps one current copy; a second one would be counted twice.",
        ),
        checks.no_row_where(
            "order_id is null",
            rule="every line belongs to an order",
            notes="A line without an order can be given to nobody.",
        ),
        checks.at_most_share_where(
            "quantity is null or amount_cny is null",
            0.02,
            rule="lines state quantity and amount",
            notes="Amounts at stake per product are summed from these; above 2 % they lean.",
        ),
    )
