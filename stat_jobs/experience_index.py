"""How is the experience, scene by scene and overall, and what moved it since the month before?

    core.fct_feedback, core.fct_opinion_unit, core.dim_touchpoint, config/experience_index.yml
    -> stats.experience_index

A vote is one feedback and scene (stage of the journey; `unnamed` when it names none). Its value v,
0-100, is the weighted mean of the parts that it holds: feeling, effort, score
(`config/experience_index.yml`). A feedback that names k scenes gives each a k-th of its weight, so
the overall index is the mean over feedback, near copies as one, and

    index of a scene = 50 + points of feeling + points of effort + points of score
    overall index    = sum over scenes of share of votes x index of the scene

both exactly. The change of the overall index between two months falls apart exactly, too, with
share w and index i of each scene and overall index I, before (0) and after (1):

    own points of a scene = (w0 + w1) / 2 x (i1 - i0)
    mix points of a scene = (w1 - w0) x ((i0 + i1) / 2 - (I0 + I1) / 2)

This is Shapley's value of the two causes "scenes changed" and "others speak" (Shorrocks 2013,
Journal of Economic Inequality 11); the mean I only tells a scene's mix points from each other. A
scene that is missing in one month is taken to have had the same index in both.

Interval: a ratio of sums with voters as clusters, linearised (Cochran 1977, Sampling Techniques,
6.4), Student's t with clusters - 1 degrees of freedom; of a change, Welch's. Limits: two months are
taken as independent, though a customer may speak in both; the index follows who speaks: compare
it over time and scenes, not with other companies'.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from stat_jobs.results import ResultTable
from warehouse.postgres import connect
from warehouse.settings import Settings

OVERALL, UNNAMED = "overall", "unnamed"
PARTS = ("feeling", "effort", "score")
LEVEL = 0.95

RESULT = ResultTable(
    name="experience_index",
    comment="One row per month and scene, and overall: the experience index and what moved it.",
    columns=(
        ("month", "date not null"),
        ("scene_slug", "text not null"),
        ("vote_count", "integer not null"),
        ("voter_count", "integer not null"),
        ("vote_share", "double precision not null"),
        ("index_score", "double precision not null"),
        ("index_low", "double precision"),
        ("index_high", "double precision"),
        ("feeling_points", "double precision not null"),
        ("effort_points", "double precision not null"),
        ("score_points", "double precision not null"),
        ("previous_vote_count", "integer"),
        ("previous_index", "double precision"),
        ("change", "double precision"),
        ("change_low", "double precision"),
        ("change_high", "double precision"),
        ("own_points", "double precision"),
        ("mix_points", "double precision"),
    ),
    key=("month", "scene_slug"),
    method="weighted parts, linearised cluster interval, Shapley split of changes",
    method_version="1",
)

_NEWEST_MONTH = """
    select date_trunc('month', max(occurred_date))::date
    from core.fct_feedback
    where subject_slug = 'us' and is_relevant
"""
_SUMS = """
    with feedback as (
        select feedback_key, date_trunc('month', occurred_date)::date as month,
            coalesce(customer_key, author_key, feedback_key) as voter_key, dedup_weight,
            case sentiment_label when 'positive' then 100 when 'neutral' then 50
                when 'negative' then 0 end as feeling,
            (ces_score - 1) / 6.0 * 100 as ease,
            (
                coalesce(rating_ratio * 100, 0) + coalesce(nps_score * 10, 0)
                + coalesce((csat_score - 1) * 25, 0)
            ) / nullif(num_nonnulls(rating_ratio, nps_score, csat_score), 0) as score
        from core.fct_feedback
        where subject_slug = 'us' and is_relevant and occurred_date >= %(since)s
    ),
    said as (
        select units.feedback_key, touchpoints.stage_slug as scene_slug,
            case when count(units.sentiment_label) > 0 then 50 + 50 * sign(
                count(*) filter (where units.sentiment_label = 'positive')
                - count(*) filter (where units.sentiment_label = 'negative')
            ) end as feeling,
            (avg(units.effort) + 5) * 10 as effort
        from core.fct_opinion_unit as units
        inner join core.dim_touchpoint as touchpoints
            on units.touchpoint_slug = touchpoints.touchpoint_slug
        where units.subject_slug = 'us' and units.is_relevant
            and units.occurred_date >= %(since)s
        group by 1, 2
    ),
    parts as (
        select feedback.month, feedback.voter_key, feedback.feedback_key, feedback.dedup_weight,
            coalesce(said.scene_slug, 'unnamed') as scene_slug,
            (case when said.feedback_key is null then feedback.feeling else said.feeling end)
                ::double precision as feeling,
            (
                (coalesce(said.effort, 0) + coalesce(feedback.ease, 0))
                / nullif(num_nonnulls(said.effort, feedback.ease), 0)
            )::double precision as effort,
            feedback.score::double precision as score
        from feedback
        left join said on feedback.feedback_key = said.feedback_key
    ),
    votes as (
        select *,
            dedup_weight / count(*) over (partition by feedback_key) as weight,
            (feeling is not null)::integer * %(feeling)s::double precision
            + (effort is not null)::integer * %(effort)s::double precision
            + (score is not null)::integer * %(score)s::double precision as held
        from parts
        where num_nonnulls(feeling, effort, score) > 0
    ),
    voters as (
        select month, voter_key, coalesce(scene_slug, 'overall') as scene_slug,
            count(distinct feedback_key) as votes, sum(weight) as weight,
            sum(weight * %(feeling)s * coalesce(feeling - 50, 0) / held) as feeling,
            sum(weight * %(effort)s * coalesce(effort - 50, 0) / held) as effort,
            sum(weight * %(score)s * coalesce(score - 50, 0) / held) as score
        from votes
        group by grouping sets ((month, voter_key, scene_slug), (month, voter_key))
    )
    select month, scene_slug, sum(votes)::integer, count(*)::integer, sum(weight),
        sum(feeling), sum(effort), sum(score), sum(weight ^ 2),
        sum(weight * (feeling + effort + score)), sum((feeling + effort + score) ^ 2)
    from voters
    group by month, scene_slug
    order by month, scene_slug
"""


class WeightsError(ValueError):
    """The file of weights cannot be used; the message names the file and what is wrong."""


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    version: int
    weights: dict[str, float] = Field(min_length=len(PARTS), max_length=len(PARTS))


@dataclass(frozen=True)
class Cell:
    """Sums of a month and scene over its voters: w weight, s weighted value less 50.

    `feeling`, `effort` and `score` add up to the sum of s; `ww`, `ws`, `ss` are sums of products.
    """

    month: date
    scene: str
    votes: int
    voters: int
    weight: float
    feeling: float
    effort: float
    score: float
    ww: float
    ws: float
    ss: float

    @property
    def points(self) -> tuple[float, float, float]:
        """What each part adds to 50, in points."""
        return self.feeling / self.weight, self.effort / self.weight, self.score / self.weight

    @property
    def index(self) -> float:
        """The index, 0..100."""
        return 50 + sum(self.points)

    @property
    def variance(self) -> float | None:
        """Variance of the index with voters as clusters; None for a single voter."""
        if self.voters < 2:
            return None
        mean = self.index - 50
        squares = self.ss - 2 * mean * self.ws + mean**2 * self.ww
        return max(squares, 0.0) / self.weight**2 * self.voters / (self.voters - 1)


def run(settings: Settings) -> dict[str, int]:
    """Replace `stats.experience_index`; return months, rows and changes beyond noise."""
    weights = read_weights(settings.config_dir / "experience_index.yml")
    with connect("voc_stats", settings) as connection:
        rows = list(measure(read_cells(connection, weights)))
        RESULT.replace(connection, rows)
    return count(rows)


def run_recent(settings: Settings) -> dict[str, int]:
    """Measure the newest month and the one before it anew; return counts as `run` does.

    Late feedback of older months is counted by the next `run`.
    """
    weights = read_weights(settings.config_dir / "experience_index.yml")
    with connect("voc_stats", settings) as connection:
        newest = connection.execute(_NEWEST_MONTH).fetchone()
        if newest is None or newest[0] is None:
            return count([])
        # the change of the first month that is written needs the month before it
        before = previous_month(previous_month(newest[0]))
        rows = [row for row in measure(read_cells(connection, weights, before)) if row[0] > before]
        connection.execute(f"delete from {RESULT.qualified_name} where month > %s", (before,))
        RESULT.append(connection, rows)
    return count(rows)


def count(rows: Sequence[tuple[Any, ...]]) -> dict[str, int]:
    """Count months, rows and changes beyond noise."""
    return {
        "months": len({row[0] for row in rows}),
        "rows": len(rows),
        "moved": sum(row[14] is not None and not row[14] <= 0 <= row[15] for row in rows),
    }


def describe_weights(settings: Settings) -> str:
    """Return the weights in force, for the note of what a weekly run rests on."""
    weights = read_weights(settings.config_dir / "experience_index.yml")
    return " ".join(f"{part}={weights[part]:g}" for part in PARTS)


def read_weights(path: Path) -> dict[str, float]:
    """Return the weight of each part; a file that does not give them raises `WeightsError`."""
    try:
        weights = _File.model_validate(yaml.safe_load(path.read_text(encoding="utf-8"))).weights
    except (OSError, yaml.YAMLError, ValidationError) as failure:
        raise WeightsError(f"{path}: {failure}; see the shipped file for the form") from failure
    if set(weights) != set(PARTS) or min(weights.values()) <= 0:
        raise WeightsError(f"{path}: weights must be {', '.join(PARTS)}, each above 0")
    return weights


def read_cells(
    connection: psycopg.Connection[Any], weights: Mapping[str, float], since: date = date.min
) -> list[Cell]:
    """Return the sums of every month and scene, and overall, in order; of months from `since`."""
    # the order of the rows moves the last digits of a sum: 1e-15 where parts cancel out
    return [
        Cell(month, scene, votes, voters, *(round(value, 9) for value in sums))
        for month, scene, votes, voters, *sums in connection.execute(
            _SUMS, {**weights, "since": since}
        )
    ]


def measure(cells: Sequence[Cell]) -> Iterator[tuple[Any, ...]]:
    """Yield one row of `RESULT` per cell, beside the month before where there is one."""
    by_month: dict[date, dict[str, Cell]] = {}
    for cell in cells:
        by_month.setdefault(cell.month, {})[cell.scene] = cell
    for month, scenes in by_month.items():
        before = by_month.get(previous_month(month), {})
        moves = split_change(before, scenes) if before else {}
        for scene, cell in scenes.items():
            low, high = interval(cell.index, [cell])
            earlier = before.get(scene)
            change = cell.index - earlier.index if earlier else None
            yield (
                month,
                scene,
                cell.votes,
                cell.voters,
                cell.weight / scenes[OVERALL].weight,
                cell.index,
                None if low is None else max(low, 0.0),
                None if high is None else min(high, 100.0),
                *cell.points,
                earlier.votes if earlier else None,
                earlier.index if earlier else None,
                change,
                *(interval(change, [cell, earlier]) if earlier and change is not None
                  else (None, None)),
                *moves.get(scene, (None, None)),
            )  # fmt: skip


def previous_month(month: date) -> date:
    """Return the first day of the month before."""
    return date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)


def interval(estimate: float, cells: Sequence[Cell]) -> tuple[float | None, float | None]:
    """Return the ends of the 95 % interval of a sum or difference of the cells' indices."""
    from scipy.stats import t

    variances = [cell.variance for cell in cells]
    if any(variance is None for variance in variances):
        return None, None
    known = [float(variance) for variance in variances if variance is not None]
    total = sum(known)
    if not total:
        return estimate, estimate
    freedom = total**2 / sum(
        variance**2 / (cell.voters - 1) for variance, cell in zip(known, cells, strict=True)
    )
    reach = float(t.ppf((1 + LEVEL) / 2, freedom)) * math.sqrt(total)
    return estimate - reach, estimate + reach


def split_change(
    before: Mapping[str, Cell], after: Mapping[str, Cell]
) -> dict[str, tuple[float, float]]:
    """Return own and mix points of each scene and, as their sums, overall.

    A scene that only the month before had is in the sums and has no entry that a row shows.
    """
    middle = (before[OVERALL].index + after[OVERALL].index) / 2
    moves = {}
    for scene in sorted((before.keys() | after.keys()) - {OVERALL}):
        cells = before.get(scene), after.get(scene)
        shares = [
            cell.weight / month[OVERALL].weight if cell else 0.0
            for cell, month in zip(cells, (before, after), strict=True)
        ]
        indices = [cell.index for cell in cells if cell]
        change = indices[-1] - indices[0]
        own = sum(shares) / 2 * change
        moves[scene] = own, (shares[1] - shares[0]) * (sum(indices) / len(indices) - middle)
    moves[OVERALL] = (
        sum(own for own, _ in moves.values()),
        sum(mix for _, mix in moves.values()),
    )
    return moves
