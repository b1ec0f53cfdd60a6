"""How do our public reviews compare with each competitor's, as a whole and aspect by aspect?

    core.fct_feedback, core.fct_opinion_unit -> stats.benchmark_index, stats.benchmark_aspect

Reviews of the last 12 months with a star rating, near copies weighing as one. A rating becomes
0-100 on its own scale. Sites differ in kindness: from each rating the effect of its site is taken,
the deviation of the site's mean from the mean of all when subjects are held equal (least squares on
subject and site). Newer reviews count more: weight 0.5 ^ (age / 90 days).

    score = weighted mean of the levelled ratings, index = 100 x score / mean score of subjects

as ReviewPro's and the hotel trade's competitive indices are read: 100 is par. Intervals: 95 %,
percentiles of bootstrap draws of reviews, all subjects from the same draw. A subject needs 25
reviews within the 12 months, else it has no row.

Aspects: share of positive less share of negative reviews that speak of a touchpoint, in points,
weighted in the same way, with its gap to us; interval by the same bootstrap; corrected over all
gaps by Benjamini and Hochberg; at least 10 reviews on each side.

Limits: core does not tell the sites of one source apart, but for the scale of their stars: a site
is a source and a scale. Who writes public reviews is not who buys; the site effect cannot be told
from the subject where a subject has one site of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy
import psycopg
from numpy.typing import NDArray

from stat_jobs.results import ResultTable
from warehouse.postgres import connect
from warehouse.settings import Settings

HALF_LIFE_DAYS = 90
MIN_REVIEWS = 25
MIN_ASPECT_REVIEWS = 10
DRAWS = 500
SEED = 20
US = "us"

INDEX = ResultTable(
    name="benchmark_index",
    comment="One row per subject with enough public reviews: its levelled score and index.",
    columns=(
        ("subject_slug", "text not null"),
        ("review_count", "integer not null"),
        ("review_weight", "double precision not null"),
        ("site_count", "integer not null"),
        ("raw_score", "double precision not null"),
        ("score", "double precision not null"),
        ("score_low", "double precision not null"),
        ("score_high", "double precision not null"),
        ("index_value", "double precision not null"),
        ("index_low", "double precision not null"),
        ("index_high", "double precision not null"),
        ("subject_rank", "integer not null"),
        ("rank_low", "integer not null"),
        ("rank_high", "integer not null"),
    ),
    key=("subject_slug",),
    method="recency-weighted mean of site-levelled ratings, bootstrap",
    method_version="1",
)
ASPECT = ResultTable(
    name="benchmark_aspect",
    comment="One row per competitor and touchpoint: how is it judged there, beside us?",
    columns=(
        ("subject_slug", "text not null"),
        ("touchpoint_slug", "text not null"),
        ("review_count", "integer not null"),
        ("our_review_count", "integer not null"),
        ("net_sentiment", "double precision not null"),
        ("our_net_sentiment", "double precision not null"),
        ("gap", "double precision not null"),
        ("gap_low", "double precision not null"),
        ("gap_high", "double precision not null"),
        ("q_value", "double precision not null"),
    ),
    key=("subject_slug", "touchpoint_slug"),
    method=INDEX.method,
    method_version=INDEX.method_version,
)
TABLES = (INDEX, ASPECT)

Vector = NDArray[numpy.float64]


@dataclass(frozen=True)
class Review:
    """One public review: whose, where, how many points of 100, how much it counts."""

    subject: str
    site: str
    points: float
    weight: float


@dataclass(frozen=True)
class AspectVoice:
    """What one review says of one touchpoint: 1 praise, -1 blame, 0 between."""

    subject: str
    touchpoint: str
    leaning: int
    weight: float


def run(settings: Settings) -> dict[str, int]:
    """Score all subjects and aspects; return how many of each."""
    with connect("voc_stats", settings) as connection:
        subjects = list(score_subjects(read_reviews(connection)))
        aspects = list(score_aspects(read_aspects(connection)))
        INDEX.replace(connection, subjects)
        ASPECT.replace(connection, aspects)
    return {"subjects": len(subjects), "aspects": len(aspects)}


_WEIGHTED = f"""
    select feedback.feedback_key, feedback.subject_slug, feedback.rating_ratio,
        feedback.source_slug || '|' || coalesce(feedback.rating_scale::text, '') as site_key,
        (feedback.dedup_weight * power(
            0.5, (period.last_day - feedback.occurred_date) / {HALF_LIFE_DAYS}.0
        ))::double precision as weight
    from core.fct_feedback as feedback
    inner join (
        select first_month, last_date, (
            select max(occurred_date) from core.fct_feedback
            where subject_slug = 'us' and is_relevant
        ) as last_day
        from core.dim_reporting_period where period_slug = 'last_12_months'
    ) as period on feedback.occurred_date between period.first_month and period.last_date
    where feedback.is_relevant and not feedback.is_solicited
        and feedback.rating_ratio is not null
"""


def read_reviews(connection: psycopg.Connection[Any]) -> list[Review]:
    """Return the rated public reviews of the last 12 months, in order."""
    return [
        Review(*row)
        for row in connection.execute(
            f"""
            select subject_slug, site_key, 100 * rating_ratio, weight
            from ({_WEIGHTED}) as reviews
            order by subject_slug, feedback_key
            """
        )
    ]


def read_aspects(connection: psycopg.Connection[Any]) -> list[AspectVoice]:
    """Return what those reviews say of each touchpoint, one voice per review, in order."""
    return [
        AspectVoice(*row)
        for row in connection.execute(
            f"""
            select reviews.subject_slug, units.touchpoint_slug, sign(
                    sum((units.sentiment_label = 'positive')::integer)
                    - sum((units.sentiment_label = 'negative')::integer)
                )::integer, max(reviews.weight)
            from ({_WEIGHTED}) as reviews
            inner join core.fct_opinion_unit as units
                on reviews.feedback_key = units.feedback_key
            where units.touchpoint_slug is not null and units.sentiment_label is not null
            group by reviews.subject_slug, units.touchpoint_slug, reviews.feedback_key
            order by 1, 2, reviews.feedback_key
            """
        )
    ]


def score_subjects(reviews: Sequence[Review]) -> Iterator[tuple[Any, ...]]:
    """Yield one row of `INDEX` per subject with enough reviews, in the order of the slugs."""
    counted: dict[str, int] = {}
    for review in reviews:
        counted[review.subject] = counted.get(review.subject, 0) + 1
    subjects = sorted(slug for slug, count in counted.items() if count >= MIN_REVIEWS)
    kept = [review for review in reviews if review.subject in set(subjects)]
    if not kept:
        return
    column = {slug: number for number, slug in enumerate(subjects)}
    owner = numpy.array([column[review.subject] for review in kept])
    points = numpy.array([review.points for review in kept])
    weights = numpy.array([review.weight for review in kept])
    levelled = level_sites(kept)
    scores = weighted_means(levelled, weights, owner, len(subjects))
    raw = weighted_means(points, weights, owner, len(subjects))
    rng = numpy.random.default_rng(SEED)
    drawn = numpy.array(
        [
            weighted_means(levelled, weights * rng.poisson(1.0, len(kept)), owner, len(subjects))
            for _ in range(DRAWS)
        ]
    )
    drawn = numpy.where(numpy.isnan(drawn), scores, drawn)
    indices, drawn_indices = 100 * scores / scores.mean(), 100 * drawn / drawn.mean(axis=1)[:, None]
    ranks = 1 + (scores[None, :] > scores[:, None]).sum(axis=1)
    drawn_ranks = 1 + (drawn[:, None, :] > drawn[:, :, None]).sum(axis=2)
    low, high = numpy.quantile(drawn, [0.025, 0.975], axis=0)
    index_low, index_high = numpy.quantile(drawn_indices, [0.025, 0.975], axis=0)
    rank_low, rank_high = numpy.quantile(
        drawn_ranks, [0.025, 0.975], axis=0, method="closest_observation"
    )
    for slug, number in column.items():
        mine = owner == number
        yield (
            slug,
            int(mine.sum()),
            float(weights[mine].sum()),
            len({review.site for review in kept if review.subject == slug}),
            float(raw[number]),
            float(scores[number]),
            float(min(low[number], scores[number])),
            float(max(high[number], scores[number])),
            float(indices[number]),
            float(min(index_low[number], indices[number])),
            float(max(index_high[number], indices[number])),
            int(ranks[number]),
            int(min(rank_low[number], ranks[number])),
            int(max(rank_high[number], ranks[number])),
        )


def level_sites(reviews: Sequence[Review]) -> Vector:
    """Return the points of each review without the effect of its site (weighted mean zero)."""
    points = numpy.array([review.points for review in reviews])
    weights = numpy.array([review.weight for review in reviews])
    sites = sorted({review.site for review in reviews})
    subjects = sorted({review.subject for review in reviews})
    if len(sites) == 1:
        return points
    on_site = numpy.array([[review.site == site for site in sites[1:]] for review in reviews])
    of_subject = numpy.array([[review.subject == slug for slug in subjects] for review in reviews])
    terms = numpy.column_stack([of_subject, on_site]).astype(float)
    root = numpy.sqrt(weights)
    solution, *_ = numpy.linalg.lstsq(terms * root[:, None], points * root, rcond=None)
    effects = on_site.astype(float) @ solution[len(subjects) :]
    return points - (effects - float(numpy.average(effects, weights=weights)))


def weighted_means(values: Vector, weights: Vector, owner: Vector, owners: int) -> Vector:
    """Return the weighted mean of each owner's values; not a number without weight."""
    totals = numpy.bincount(owner, weights=values * weights, minlength=owners)
    weight = numpy.bincount(owner, weights=weights, minlength=owners)
    return numpy.divide(totals, weight, out=numpy.full(owners, numpy.nan), where=weight > 0)


def score_aspects(voices: Sequence[AspectVoice]) -> Iterator[tuple[Any, ...]]:
    """Yield one row of `ASPECT` per competitor and touchpoint with enough reviews on both sides."""
    from scipy.stats import norm
    from statsmodels.stats.multitest import multipletests

    cells: dict[tuple[str, str], list[AspectVoice]] = {}
    for voice in voices:
        cells.setdefault((voice.subject, voice.touchpoint), []).append(voice)
    found: list[tuple[Any, ...]] = []
    p_values = []
    rng = numpy.random.default_rng(SEED)
    for (subject, touchpoint), theirs in sorted(cells.items()):
        ours = cells.get((US, touchpoint), [])
        if subject == US or min(len(theirs), len(ours)) < MIN_ASPECT_REVIEWS:
            continue
        mean, drawn = draw_means(theirs, rng)
        our_mean, our_drawn = draw_means(ours, rng)
        gap, gaps = mean - our_mean, drawn - our_drawn
        low, high = numpy.quantile(gaps, [0.025, 0.975])
        error = float(gaps.std(ddof=1))
        p_values.append(float(2 * norm.sf(abs(gap) / error)) if error else 1.0)
        ends = (float(min(low, gap)), float(max(high, gap)))
        found.append((subject, touchpoint, len(theirs), len(ours), mean, our_mean, gap, *ends))
    if found:
        _, q_values, _, _ = multipletests(p_values, method="fdr_bh")
        yield from ((*row, float(q)) for row, q in zip(found, q_values, strict=True))


def draw_means(voices: Sequence[AspectVoice], rng: numpy.random.Generator) -> tuple[float, Vector]:
    """Return the weighted net sentiment in points and its bootstrap draws."""
    leanings = 100.0 * numpy.array([voice.leaning for voice in voices])
    weights = numpy.array([voice.weight for voice in voices])
    drawn = rng.poisson(1.0, size=(DRAWS, len(voices))) * weights
    totals = numpy.maximum(drawn.sum(axis=1), 1e-12)
    return float(numpy.average(leanings, weights=weights)), drawn @ leanings / totals
