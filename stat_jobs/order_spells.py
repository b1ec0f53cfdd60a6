"""What follows an order: did the customer come back within the own horizon, or is that open yet?

    core.fct_order, core.fct_opinion_unit -> Spells

A spell begins with an order (orders of one day are one; cancelled ones do not count). It enters
`LANDMARK_DAYS` later when the customer has not ordered again by then: what was complained about in
between is known at that moment, so that nobody owes a complaint to having stayed long (landmark
method, Anderson, Cain and Gelber 1983, Journal of Clinical Oncology 1).

The own horizon: the 95th percentile of the next gap that the customer's gaps until then predict.
Logarithms of gaps are normal around the customer's mean, the means are normal around that of all;
few gaps of one's own lean on everybody's (empirical Bayes, by moments). Within 30 and 365 days.
Churned: no order within it. A spell counts when its whole horizon lies before the newest order:
younger ones are censored, whatever has happened in them, so that quick returns are not preferred.

Limits: gaps that never ended are in no mean, so horizons are short rather than long; who returns
after the horizon counts as churned.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import psycopg

LANDMARK_DAYS = 14
MIN_HORIZON, MAX_HORIZON = 30, 365
Z_ONE_SIDED = 1.644854
MAX_SPELLS = 200_000  # more are thinned by whole customers


@dataclass(frozen=True)
class Spells:
    """One row per spell: `facts` (customer_key, ordered_date, order_number, tenure_days,
    spend_to_date, category, horizon_days, is_churned) and 0/1 columns `complaints` by touchpoint.
    """

    facts: pd.DataFrame
    complaints: pd.DataFrame


def read_spells(connection: psycopg.Connection[Any]) -> Spells:
    """Read the orders and complaints of all customers, as spells whose end is known."""
    orders = pd.DataFrame(
        connection.execute(
            """
            select
                customer_key,
                ordered_date,
                sum(coalesce(amount_cny, 0))::double precision,
                min(tenure_days)::double precision,
                min(spend_to_date_cny)::double precision,
                min(coalesce(product_category, ''))
            from (
                select orders.*, products.category as product_category
                from core.fct_order as orders
                left join core.dim_product as products
                    on orders.product_key = products.product_key
                where orders.customer_key is not null and not orders.is_cancelled
            ) as bought
            group by customer_key, ordered_date
            order by customer_key, ordered_date
            """
        ).fetchall(),
        columns=["customer_key", "ordered_date", "amount", "tenure_days", "spend_to_date",
                 "category"],
    )  # fmt: skip
    complaints = pd.DataFrame(
        connection.execute(
            """
            select distinct customer_key, occurred_date, touchpoint_slug
            from core.fct_opinion_unit
            where
                customer_key is not null and touchpoint_slug is not null and is_relevant
                and subject_slug = 'us' and sentiment_label = 'negative'
            """
        ).fetchall(),
        columns=["customer_key", "occurred_date", "touchpoint_slug"],
    )
    return make_spells(orders, complaints)


def make_spells(orders: pd.DataFrame, complaints: pd.DataFrame) -> Spells:
    """Make the spells of orders (sorted by customer and day) and mark what was complained about.

    `orders`: customer_key, ordered_date and whatever is to be carried along; `complaints`:
    customer_key, occurred_date, touchpoint_slug.
    """
    facts = thin(orders).reset_index(drop=True)
    days = pd.to_datetime(facts["ordered_date"])
    customer = facts["customer_key"]
    gap = (days.groupby(customer).shift(-1) - days).dt.days
    facts["order_number"] = facts.groupby("customer_key").cumcount() + 1
    facts["horizon_days"] = predict_horizons(customer, gap)
    newest = days.max()
    follow_up = (newest - days).dt.days
    facts["is_churned"] = ~(gap <= facts["horizon_days"])
    kept = (follow_up >= facts["horizon_days"]) & ~(gap <= LANDMARK_DAYS)
    facts = facts[kept].reset_index(drop=True)
    return Spells(facts, mark_complaints(facts, complaints))


def thin(orders: pd.DataFrame) -> pd.DataFrame:
    """Keep about `MAX_SPELLS` orders, those of every n-th customer."""
    step = -(-len(orders) // MAX_SPELLS)
    if step <= 1:
        return orders
    return orders[pd.factorize(orders["customer_key"])[0] % step == 0]


def predict_horizons(customer: pd.Series, gap: pd.Series) -> pd.Series:
    """Return, per order, the 95th percentile of the gap to come, from the gaps before it (days)."""
    logs = np.log(gap.clip(lower=1))
    known = logs.notna()
    by_customer = logs.groupby(customer)
    count, mean = by_customer.transform("count"), by_customer.transform("mean")
    several = known & (count >= 2)
    freedom = several.sum() - customer[several].nunique()
    within = float(((logs - mean)[several] ** 2).sum() / freedom) if freedom > 0 else 1.0
    first = known & ~customer[known].duplicated().reindex(customer.index, fill_value=True)
    overall = float(logs.mean()) if known.any() else np.log(MAX_HORIZON)
    between = max(float(mean[first].var()) - within * float((1 / count[first]).mean()), 0.0)
    if not np.isfinite(between):
        between = 0.0
    # gaps before this order: the running count and sum, without the gap that it opens
    earlier = by_customer.cumcount()
    past = (logs.fillna(0).groupby(customer).cumsum() - logs.fillna(0)).astype(float)
    precision = earlier / within + (1 / between if between > 0 else np.inf)
    expected = np.where(
        np.isfinite(precision),
        (past / within + overall / (between or np.inf)) / precision,
        overall,
    )
    reach = Z_ONE_SIDED * np.sqrt(within + 1 / precision)
    return pd.Series(np.exp(expected + reach), index=gap.index).clip(MIN_HORIZON, MAX_HORIZON)


def mark_complaints(facts: pd.DataFrame, complaints: pd.DataFrame) -> pd.DataFrame:
    """Return 0/1 columns by touchpoint: complained about between the order and the landmark."""
    spells = facts[["customer_key", "ordered_date"]].copy()
    spells["spell"] = np.arange(len(spells))
    joined = complaints.merge(spells, on="customer_key")
    since = pd.to_datetime(joined["occurred_date"]) - pd.to_datetime(joined["ordered_date"])
    met = joined[since.dt.days.between(0, LANDMARK_DAYS)]
    table = pd.crosstab(met["spell"], met["touchpoint_slug"]).clip(upper=1)
    return table.reindex(np.arange(len(spells)), fill_value=0).sort_index(axis=1)


def coded(facts: pd.DataFrame) -> pd.DataFrame:
    """Return the controls of a model: amounts on a log scale, kinds as 0/1 columns."""
    order_number = facts["order_number"].clip(upper=4)
    year = pd.to_datetime(facts["ordered_date"]).dt.year
    logs = {
        "log_tenure": np.log1p(facts["tenure_days"].clip(lower=0).fillna(0)),
        "log_spend": np.log1p(facts["spend_to_date"].clip(lower=0).fillna(0)),
    }
    kinds = {"order": order_number, "category": facts["category"], "year": year}
    dummies = [
        pd.get_dummies(values, prefix=name, drop_first=True, dtype=float)
        for name, values in kinds.items()
    ]
    return pd.concat([pd.DataFrame(logs), *dummies], axis=1)
