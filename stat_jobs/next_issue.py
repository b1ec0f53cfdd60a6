"""What will a customer complain of next, and does the past say so better than chance?

    core.fct_order, core.fct_opinion_unit, core.fct_case -> stats.next_issue, stats.next_issue_model

A customer's state on a day is the last thing that happened within 90 days (an order, a complaint at
a touchpoint, a case that was resolved) and how long ago that is (0-7, 8-30, 31-90 days). Every 30
days back from the newest feedback, all customers with a state are watched for 30 days: at which
touchpoints do they complain? The windows do not overlap: a discrete-time model of what follows
what. The chance of a complaint at a touchpoint after an event, so many days ago, is the share of
those in the same state who complained, drawn to that after the event whenever, and this to that of
all customers (`stat_jobs.next_issue_model`).

Before it is used, the model is judged on windows it
has not seen: fitted to the older two thirds, it must beat the plain rate of the touchpoint (Brier
score, 1950, Monthly Weather Review 78; one-sided z, Benjamini and Hochberg at 5 % over the
touchpoints). Touchpoints at which it does not are in `next_issue_model` with their failure, and
nobody is listed for them. Listed are customers whose probability is at least `MIN_LIFT` times the
plain rate, for the likeliest touchpoint.

Limits: one event back; the same customer counts in several windows, so the z is somewhat too
bold; who complains elsewhere or in silence is not seen; a probability of 10 % is wrong nine times
of ten.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stat_jobs.next_issue_model import Cell, Chance, Model
from stat_jobs.next_issue_states import State, Watched, read_states, read_watched
from stat_jobs.results import ResultTable
from warehouse.postgres import connect
from warehouse.settings import Settings

MIN_LIFT = 2.0
MIN_WINDOWS = 6
MIN_COMPLAINTS = 10  # in the windows that the model has not seen
SIGNIFICANCE = 0.05
TOP_SHARE = 0.1

MODEL = ResultTable(
    name="next_issue_model",
    comment="One row per touchpoint: does the model of the next issue beat the plain rate there?",
    columns=(
        ("touchpoint_slug", "text not null"),
        ("window_count", "integer not null"),
        ("watched_count", "integer not null"),
        ("complaint_count", "integer not null"),
        ("base_rate", "double precision not null"),
        ("brier_skill", "double precision"),
        ("q_value", "double precision"),
        ("top_tenth_lift", "double precision"),
        ("expected_count", "double precision"),
        ("observed_count", "integer"),
        ("is_better", "boolean not null"),
    ),
    key=("touchpoint_slug",),
    method="state of the last event, shrunken shares, judged out of time by Brier score",
    method_version="1",
)

RESULT = ResultTable(
    name="next_issue",
    comment="One row per customer with a likely next issue: where, how likely, and after what.",
    columns=(
        ("customer_key", "text not null"),
        ("touchpoint_slug", "text not null"),
        ("last_event", "text not null"),
        ("last_touchpoint_slug", "text"),
        ("last_event_date", "date not null"),
        ("days_since", "integer not null"),
        ("probability", "double precision not null"),
        ("probability_low", "double precision not null"),
        ("probability_high", "double precision not null"),
        ("base_rate", "double precision not null"),
        ("watched_count", "integer not null"),
    ),
    key=("customer_key",),
    method=MODEL.method,
    method_version="1",
)
TABLES = (MODEL, RESULT)


@dataclass(frozen=True)
class Verdict:
    """How the model did at a touchpoint, on windows that it had not seen (null: too few)."""

    touchpoint: str
    skill: float | None = None
    p_value: float | None = None
    lift: float | None = None
    expected: float | None = None
    observed: int | None = None


def run(settings: Settings) -> dict[str, int]:
    """Replace both tables; return windows, touchpoints that can be foreseen, customers listed."""
    with connect("voc_stats", settings) as connection:
        windows = read_watched(connection)
        verdicts = list(judge(windows))
        foreseen = {str(row[0]) for row in verdicts if row[-1]}
        MODEL.replace(connection, verdicts)
        rows = list(foresee(windows, read_states(connection), foreseen)) if foreseen else []
        RESULT.replace(connection, rows)
    return {
        "windows": len({window.number for window in windows}),
        "foreseen_touchpoints": len(foreseen),
        "customers": len(rows),
    }


def judge(windows: Sequence[Watched]) -> Iterator[tuple[Any, ...]]:
    """Yield one row of `MODEL` per touchpoint that was complained about in any window."""
    from scipy.stats import false_discovery_control

    numbers = sorted({window.number for window in windows}, reverse=True)  # the oldest first
    touchpoints = sorted({name for window in windows for name in window.complaints})
    whole = Model(windows)
    watched = sum(window.watched for window in windows)
    verdicts = {name: Verdict(name) for name in touchpoints}
    if len(numbers) >= MIN_WINDOWS:
        seen = set(numbers[: 2 * len(numbers) // 3])
        model = Model([window for window in windows if window.number in seen])
        unseen = pool_states([window for window in windows if window.number not in seen])
        verdicts = {name: verify(model, unseen, name) for name in touchpoints}
    tested = [verdict for verdict in verdicts.values() if verdict.p_value is not None]
    q_values = dict(
        zip(
            [verdict.touchpoint for verdict in tested],
            map(float, false_discovery_control([verdict.p_value for verdict in tested]))
            if tested
            else [],
            strict=True,
        )
    )
    for name, verdict in verdicts.items():
        q_value = q_values.get(name)
        yield (
            name,
            len(numbers),
            watched,
            sum(window.complaints.get(name, 0) for window in windows),
            whole.base_rate(name),
            verdict.skill,
            q_value,
            verdict.lift,
            verdict.expected,
            verdict.observed,
            q_value is not None and q_value < SIGNIFICANCE and (verdict.skill or 0) > 0,
        )


def pool_states(windows: Sequence[Watched]) -> list[Watched]:
    """Add up the windows by state."""
    watched: dict[Cell, int] = defaultdict(int)
    complaints: dict[Cell, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for window in windows:
        watched[window.cell] += window.watched
        for name, count in window.complaints.items():
            complaints[window.cell][name] += count
    return [Watched(0, *cell, count, dict(complaints[cell])) for cell, count in watched.items()]


def verify(model: Model, unseen: Sequence[Watched], touchpoint: str) -> Verdict:
    """Compare the model's probabilities with the plain rate on windows that it has not seen.

    All customers of a state have the same probability p, so sums over states do: with the plain
    rate b and outcome y, (b - y)^2 - (p - y)^2 = b^2 - p^2 - 2 y (b - p) is what a customer gains.
    """
    from scipy.stats import norm

    base = model.base_rate(touchpoint)
    cells = [
        (state.watched, state.complaints.get(touchpoint, 0), model.chance(touchpoint, state.cell))
        for state in unseen
    ]
    watched, hits = sum(cell[0] for cell in cells), sum(cell[1] for cell in cells)
    if hits < MIN_COMPLAINTS or not base:
        return Verdict(touchpoint)
    gain = square = loss = 0.0
    for count, met, chance in cells:
        silent, spoken = base**2 - chance**2, base**2 - chance**2 - 2 * (base - chance)
        gain += (count - met) * silent + met * spoken
        square += (count - met) * silent**2 + met * spoken**2
        loss += (count - met) * base**2 + met * (1 - base) ** 2
    error = (square - gain**2 / watched) ** 0.5
    listed = [cell for cell in cells if cell[2] >= MIN_LIFT * base]
    return Verdict(
        touchpoint,
        gain / loss,
        float(norm.sf(gain / error)) if error else 1.0,
        top_lift(cells),
        sum(count * chance for count, _, chance in listed),
        sum(met for _, met, _ in listed),
    )


def top_lift(cells: Sequence[tuple[int, int, float]]) -> float:
    """Return how often those in the likeliest tenth complain, over how often all do."""
    watched, hits = sum(cell[0] for cell in cells), sum(cell[1] for cell in cells)
    room, met = TOP_SHARE * watched, 0.0
    for count, spoken, _ in sorted(cells, key=lambda cell: -cell[2]):
        taken = min(count, room)
        met += spoken * taken / count
        room -= taken
    return met / (TOP_SHARE * hits)


def foresee(
    windows: Sequence[Watched], states: Sequence[State], touchpoints: set[str]
) -> Iterator[tuple[Any, ...]]:
    """Yield one row of `RESULT` per customer whose probability stands out, in their order."""
    model = Model(windows)
    likeliest: dict[Cell, tuple[str, Chance, float] | None] = {}
    for state in states:
        if state.cell not in likeliest:
            likeliest[state.cell] = find_likeliest(model, state.cell, touchpoints)
        if (found := likeliest[state.cell]) is None:
            continue
        touchpoint, chance, base = found
        event, _, last_touchpoint = state.event.partition(":")
        yield (
            state.customer_key,
            touchpoint,
            event,
            last_touchpoint or None,
            state.event_date,
            state.days_since,
            chance.probability,
            chance.low,
            chance.high,
            base,
            chance.watched,
        )


def find_likeliest(
    model: Model, cell: Cell, touchpoints: set[str]
) -> tuple[str, Chance, float] | None:
    """Return the likeliest touchpoint of a state, its chance and plain rate; None without any."""
    chances: Mapping[str, float] = {
        name: model.chance(name, cell)
        for name in sorted(touchpoints)
        if model.chance(name, cell) >= MIN_LIFT * model.base_rate(name) > 0
    }
    if not chances:
        return None
    name = max(chances, key=lambda one: chances[one])
    return name, model.describe(name, cell), model.base_rate(name)
