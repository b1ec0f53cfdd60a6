"""At which touchpoints do complaints go with customers who do not come back?

    core.fct_order, core.fct_opinion_unit -> stats.churn_hazard

Discrete-time proportional hazards over order spells (`stat_jobs.order_spells`): each order opens a
period in which the customer churns (no order within the own horizon) or comes back. With x_t 1 when
touchpoint t was complained about within 14 days of the order,

    log(-log(1 - P(churn))) = baseline(order number) + sum_t b_t x_t + controls

whose exp(b_t) is the hazard ratio of the proportional hazards model behind the grouped times
(Prentice and Gloeckler 1978, Biometrics 34). All touchpoints at once, so that one does not answer
for another; controls: tenure, spend until then, product category, year. Standard errors are those
of customers as clusters. Excess churn: mean over the exposed spells of P(churn) less what the model
says without that complaint, delta-method interval.

A touchpoint has a row with at least 30 exposed spells, 10 of which churned and 10 did not; there
is no row at all with fewer than 10 events (the rarer of churned and returned) per parameter
(Peduzzi et al. 1996): `events_per_parameter` says how many there were. A control that is 1 for
fewer than 10 spells of either outcome is left out, a touchpoint that cannot be told from the others
(always complained about together) has no row. Benjamini and Hochberg at
5 % over the touchpoints; a churn node is significant with a ratio above 1.

Limits: who complains was unhappy before; who leaves in silence is in no complaint. A ratio is a
link, not proof of a cause. Checked in the tests against Cox on lifelines' Rossi data: coefficients
of seven covariates agree within 0.02.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stat_jobs.doubly_robust import varies
from stat_jobs.order_spells import Spells, coded, read_spells
from stat_jobs.results import ResultTable
from warehouse.postgres import connect
from warehouse.settings import Settings

MIN_EXPOSED = 30
MIN_EACH_OUTCOME = 10
EVENTS_PER_PARAMETER = 10
SIGNIFICANCE = 0.05
Z_95 = 1.959964
# share of a column's variance that the others must leave to it
LEAST_OWN = 1e-9

RESULT = ResultTable(
    name="churn_hazard",
    comment="One row per touchpoint with enough complaints: do they go with churn?",
    columns=(
        ("touchpoint_slug", "text not null"),
        ("spell_count", "integer not null"),
        ("churned_count", "integer not null"),
        ("exposed_count", "integer not null"),
        ("exposed_customer_count", "integer not null"),
        ("exposed_churned_count", "integer not null"),
        ("hazard_ratio", "double precision not null"),
        ("hazard_low", "double precision not null"),
        ("hazard_high", "double precision not null"),
        ("excess_churn", "double precision not null"),
        ("excess_low", "double precision not null"),
        ("excess_high", "double precision not null"),
        ("p_value", "double precision not null"),
        ("q_value", "double precision not null"),
        ("is_churn_node", "boolean not null"),
        ("events_per_parameter", "double precision not null"),
    ),
    key=("touchpoint_slug",),
    method="complementary log-log hazard per order spell, cluster-robust, Benjamini-Hochberg",
    method_version="2",
)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Hazards:
    """A fitted model: coefficients, their covariance (both in column order), and its table."""

    coefficients: Floats
    covariance: Floats
    table: Floats


def run(settings: Settings) -> dict[str, int]:
    """Fit the model and replace `stats.churn_hazard`; return spells, churned and churn nodes."""
    with connect("voc_stats", settings) as connection:
        spells = read_spells(connection)
        rows = list(measure(spells))
        RESULT.replace(connection, rows)
    return {
        "spells": len(spells.facts),
        "churned": int(spells.facts["is_churned"].sum()),
        "touchpoints": len(rows),
        "churn_nodes": sum(row[-2] for row in rows),
    }


def measure(spells: Spells) -> Iterator[tuple[Any, ...]]:
    """Yield one row of `RESULT` per touchpoint with enough complaints."""
    from scipy.stats import false_discovery_control, norm

    churned = spells.facts["is_churned"].to_numpy(dtype=bool)
    touchpoints = enough(spells.complaints, churned)
    if not touchpoints:
        return
    controls = coded(spells.facts)
    controls = controls.loc[:, varies(controls.to_numpy(dtype=float))]
    controls = controls.loc[:, [name for name in controls if has_both(controls[name], churned)]]
    exposed = spells.complaints[touchpoints]
    touchpoints = distinct(exposed, controls)
    if not touchpoints:
        return
    exposed = exposed[touchpoints]
    predictors = pd.concat([exposed, controls], axis=1).to_numpy(dtype=float)
    events = min(int(churned.sum()), int((~churned).sum()))
    per_parameter = events / (predictors.shape[1] + 1)
    if per_parameter < EVENTS_PER_PARAMETER:
        return
    customers = pd.factorize(spells.facts["customer_key"])[0]
    fitted = fit(churned, predictors, customers)
    if fitted is None:
        return
    count = len(touchpoints)
    errors = np.sqrt(np.diag(fitted.covariance)[:count])
    p_values = 2 * norm.sf(np.abs(fitted.coefficients[:count]) / errors)
    q_values = false_discovery_control(p_values)
    for place, touchpoint in enumerate(touchpoints):
        is_exposed = exposed[touchpoint].to_numpy(dtype=bool)
        ratio = np.exp(fitted.coefficients[place] + np.array([0, -Z_95, Z_95]) * errors[place])
        yield (
            touchpoint,
            len(churned),
            int(churned.sum()),
            int(is_exposed.sum()),
            len(set(customers[is_exposed])),
            int(churned[is_exposed].sum()),
            *map(float, ratio),
            *excess(fitted, place),
            float(p_values[place]),
            float(q_values[place]),
            bool(q_values[place] < SIGNIFICANCE and fitted.coefficients[place] > 0),
            per_parameter,
        )


def enough(complaints: pd.DataFrame, churned: NDArray[np.bool_]) -> list[str]:
    """Return the touchpoints with enough exposed spells of either outcome."""
    found = []
    for touchpoint in complaints.columns:
        outcomes = churned[complaints[touchpoint].to_numpy(dtype=bool)]
        rarer = min(int(outcomes.sum()), int((~outcomes).sum()))
        if len(outcomes) >= MIN_EXPOSED and rarer >= MIN_EACH_OUTCOME:
            found.append(str(touchpoint))
    return found


def has_both(control: pd.Series, churned: NDArray[np.bool_]) -> bool:
    """Is a 0/1 control 1 for enough spells of either outcome? Amounts always are."""
    if not control.isin((0, 1)).all():
        return True
    outcomes = churned[control.to_numpy() == 1]
    return min(int(outcomes.sum()), int((~outcomes).sum())) >= MIN_EACH_OUTCOME


def distinct(exposed: pd.DataFrame, controls: pd.DataFrame) -> list[str]:
    """Return the touchpoints whose complaints are no linear combination of the other columns."""
    table = pd.concat([exposed, controls], axis=1).to_numpy(dtype=float)
    values, vectors = np.linalg.eigh(np.atleast_2d(np.corrcoef(table, rowvar=False)))
    bound = (np.abs(vectors[:, values < LEAST_OWN]) > LEAST_OWN**0.5).any(axis=1)
    return [
        str(name) for name, is_bound in zip(exposed.columns, bound, strict=False) if not is_bound
    ]


def fit(
    happened: NDArray[np.bool_], predictors: Floats, clusters: Sequence[int] | Any
) -> Hazards | None:
    """Fit the hazard of an event per period; an intercept is added behind the predictors.

    `clusters` names whose period each row is. None when there is no finite solution.
    """
    import statsmodels.api as sm

    table = np.column_stack([predictors, np.ones(len(predictors))])
    family = sm.families.Binomial(link=sm.families.links.CLogLog())
    try:
        with warnings.catch_warnings():
            # predictors that cannot be told apart show in the covariance
            warnings.simplefilter("ignore")
            fitted = sm.GLM(happened.astype(float), table, family=family).fit(
                cov_type="cluster", cov_kwds={"groups": np.asarray(clusters)}
            )
    except (ValueError, np.linalg.LinAlgError):
        return None
    hazards = Hazards(np.asarray(fitted.params), np.asarray(fitted.cov_params()), table)
    variances = np.diag(hazards.covariance)
    is_finite = np.isfinite(hazards.coefficients).all() and np.isfinite(variances).all()
    return hazards if is_finite and (variances > 0).all() else None


def excess(fitted: Hazards, place: int) -> tuple[float, float, float]:
    """Return the churn among the exposed that goes with the complaint, and its interval (0..1)."""
    table = fitted.table[fitted.table[:, place] > 0]
    without = table.copy()
    without[:, place] = 0
    chance, slope = [], []
    for rows in (table, without):
        risk = np.exp(np.clip(rows @ fitted.coefficients, -30, 5))
        chance.append(1 - np.exp(-risk))
        slope.append((np.exp(-risk) * risk)[:, None] * rows)
    gain = float((chance[0] - chance[1]).mean())
    gradient = (slope[0] - slope[1]).mean(axis=0)
    reach = Z_95 * float(np.sqrt(gradient @ fitted.covariance @ gradient))
    return gain, gain - reach, gain + reach
