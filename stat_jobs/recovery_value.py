"""What is a recovered customer worth, beside like customers who never complained or got no help?

    core.fct_order, core.fct_case, core.fct_opinion_unit -> stats.recovery_value

Every order is looked at 90 days later. Recovered: a complaint case that the customer opened within
60 days of the order was resolved by then and not rated below 4 of 5 afterwards. Unrecovered: there
was such a case, but not so resolved. Ordinary: neither a complaint case nor a complaint in words
within the 60 days. Outcomes, over the 180 days after that landmark: did the customer buy again (per
cent of orders), and for how many yuan. All three groups wait the same 90 days, so nobody owes a
solved case to having stayed long. Orders with less than 270 days behind them are left out.

Difference recovered less ordinary, and recovered less unrecovered, to like orders: doubly robust
(`stat_jobs.doubly_robust`), controls tenure, spend and orders until then, category, segment, year;
intervals hold a customer's orders together. No row below 30 orders on either side.

The design follows the study of service recovery in which the score at one time meets the spending
of the time after, with regression controls (Harvard Business Review). Limits: as with every
comparison that nobody randomised, what is not among the controls may differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import psycopg

from stat_jobs.doubly_robust import measure_effect
from stat_jobs.order_spells import coded
from stat_jobs.results import ResultTable
from warehouse.postgres import connect
from warehouse.settings import Settings

CASE_DAYS, LANDMARK_DAYS, OUTCOME_DAYS = 60, 90, 180
SATISFIED = 4
COMPARISONS = ("ordinary", "unrecovered")
OUTCOMES = ("repurchase_pct", "spend_cny")

RESULT = ResultTable(
    name="recovery_value",
    comment="One row per comparison and outcome: what came back from recovered customers.",
    columns=(
        ("comparison", "text not null"),
        ("outcome", "text not null"),
        ("recovered_count", "integer not null"),
        ("recovered_customer_count", "integer not null"),
        ("compared_count", "integer not null"),
        ("recovered_mean", "double precision not null"),
        ("compared_mean", "double precision not null"),
        ("expected_mean", "double precision not null"),
        ("difference", "double precision not null"),
        ("difference_low", "double precision not null"),
        ("difference_high", "double precision not null"),
        ("imbalance_before", "double precision not null"),
        ("imbalance", "double precision not null"),
    ),
    key=("comparison", "outcome"),
    method="landmark at 90 days, doubly robust difference for the treated",
    method_version="1",
)

_ORDERS = f"""
    with orders as (
        select
            orders.customer_key,
            orders.ordered_date,
            sum(coalesce(orders.amount_cny, 0))::double precision as amount,
            min(orders.tenure_days)::double precision as tenure_days,
            min(orders.spend_to_date_cny)::double precision as spend_to_date,
            min(orders.order_count_to_date) + 1 as order_number,
            min(coalesce(products.category, '')) as category,
            min(coalesce(orders.customer_segment, '')) as segment
        from core.fct_order as orders
        left join core.dim_product as products on orders.product_key = products.product_key
        where orders.customer_key is not null and not orders.is_cancelled
        group by 1, 2
    ),

    followed as (
        select orders.* from orders
        where ordered_date <= (
            select max(ordered_date) from orders
        ) - {LANDMARK_DAYS + OUTCOME_DAYS}
    ),

    cases as (
        select
            followed.customer_key,
            followed.ordered_date,
            bool_or(
                cases.resolved_at < followed.ordered_date + {LANDMARK_DAYS}
                and coalesce(cases.rating_after, {SATISFIED}) >= {SATISFIED}
            ) as is_recovered
        from followed
        inner join core.fct_case as cases
            on
                followed.customer_key = cases.customer_key
                and cases.opened_date between followed.ordered_date
                and followed.ordered_date + {CASE_DAYS}
        where cases.case_type = 'complaint'
        group by 1, 2
    ),

    complaints as (
        select distinct followed.customer_key, followed.ordered_date
        from followed
        inner join core.fct_opinion_unit as units
            on
                followed.customer_key = units.customer_key
                and units.occurred_date between followed.ordered_date
                and followed.ordered_date + {CASE_DAYS}
        where units.sentiment_label = 'negative' and units.is_relevant
            and units.subject_slug = 'us'
    )

    select
        followed.*,
        case
            when cases.is_recovered then 'recovered'
            when cases.customer_key is not null then 'unrecovered'
            else 'ordinary'
        end,
        100.0 * (count(later.customer_key) > 0)::integer,
        coalesce(sum(later.amount), 0)
    from followed
    left join cases using (customer_key, ordered_date)
    left join complaints using (customer_key, ordered_date)
    left join orders as later
        on
            followed.customer_key = later.customer_key
            and later.ordered_date > followed.ordered_date + {LANDMARK_DAYS}
            and later.ordered_date <= followed.ordered_date + {LANDMARK_DAYS + OUTCOME_DAYS}
    where cases.customer_key is not null or complaints.customer_key is null
    group by 1, 2, 3, 4, 5, 6, 7, 8, cases.is_recovered, cases.customer_key
    order by 1, 2
"""
_COLUMNS = [
    "customer_key", "ordered_date", "amount", "tenure_days", "spend_to_date", "order_number",
    "category", "segment", "fate", *OUTCOMES,
]  # fmt: skip


def run(settings: Settings) -> dict[str, int]:
    """Compare recovered customers and replace `stats.recovery_value`; return orders by fate."""
    with connect("voc_stats", settings) as connection:
        orders = read_orders(connection)
        rows = list(compare(orders))
        RESULT.replace(connection, rows)
    fates = orders["fate"].value_counts()
    return {fate: int(fates.get(fate, 0)) for fate in ("recovered", *COMPARISONS)}


def read_orders(connection: psycopg.Connection[Any]) -> pd.DataFrame:
    """Read every order with 270 days behind it: facts, fate (see above) and outcomes."""
    return pd.DataFrame(connection.execute(_ORDERS).fetchall(), columns=_COLUMNS)


def compare(orders: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    """Yield one row of `RESULT` per comparison and outcome that enough orders stand behind."""
    for comparison in COMPARISONS:
        chosen = orders[orders["fate"].isin(["recovered", comparison])].reset_index(drop=True)
        if chosen.empty:
            continue
        treated = (chosen["fate"] == "recovered").to_numpy(dtype=bool)
        segments = pd.get_dummies(chosen["segment"], drop_first=True, dtype=float)
        controls = pd.concat([coded(chosen), segments], axis=1).to_numpy(dtype=float)
        persons = pd.factorize(chosen["customer_key"])[0]
        for outcome in OUTCOMES:
            values = chosen[outcome].to_numpy(dtype=float)
            effect = measure_effect(values, treated, controls, persons)
            if effect is None:
                continue
            yield (
                comparison,
                outcome,
                effect.treated_count,
                len(np.unique(persons[treated])),
                effect.untreated_count,
                effect.treated_mean,
                float(values[~treated].mean()),
                effect.expected_mean,
                effect.effect,
                effect.low,
                effect.high,
                effect.raw_imbalance,
                effect.imbalance,
            )
