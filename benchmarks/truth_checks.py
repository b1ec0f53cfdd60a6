"""Planted cause by planted cause: did the night's statistics find it?"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import psycopg

# a surge's series: at least this share of its voices within the surge's days was planted
PLANTED_SHARE = 0.25
# a lost handoff shows in several ways
KIND_FAMILIES = {"handoff": {"handoff", "told_again", "ownership_dispute"}}

Texts = dict[tuple[str, str], dict[str, Any]]


@dataclass(frozen=True)
class Finding:
    """One planted cause and what became of it; `is_found` null: measured, not judged.

    `estimate`, `low` and `high` are what the statistic says, `truth` what was planted, both in the
    unit of the statistic; null where there is none.
    """

    cause: str
    name: str
    is_found: bool | None
    detail: str
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    truth: float | None = None


def read_causes(company_dir: Path) -> list[dict[str, Any]]:
    """Return every planted cause."""
    path = company_dir / "truth" / "planted_causes.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def check_all(
    connection: psycopg.Connection[Any], causes: Sequence[dict[str, Any]], texts: Texts
) -> list[Finding]:
    """Return the findings of every kind of cause that the statistics look for."""
    keys = {
        (source, record): key
        for key, source, record in connection.execute(
            "select feedback_key, source_slug, source_record_id from core.fct_feedback"
        )
    }
    truth = {keys[name]: text for name, text in texts.items() if name in keys}
    return [
        *check_surges(connection, causes, truth),
        *check_breakpoints(connection, causes, truth),
        *check_themes(connection, causes, truth),
        *check_cohorts(connection, causes, truth),
        *check_drivers(connection, causes),
        *check_churn(connection, causes),
    ]


def check_surges(
    connection: psycopg.Connection[Any],
    causes: Sequence[dict[str, Any]],
    truth: dict[str, dict[str, Any]],
) -> Iterator[Finding]:
    """Look for each planted surge among the alarms, and count the alarms without one."""
    first_judged = _one(connection, "select min(day) from stats.surge_day where is_alarm")
    if first_judged is None:
        yield Finding("surge", "all", False, "no alarm at all")
        return
    planted = {key: text["surge"] for key, text in truth.items() if text.get("surge")}
    explained: set[tuple[Any, ...]] = set()
    leads = []
    for surge in (cause for cause in causes if cause["cause"] == "surge"):
        first, last = map(date.fromisoformat, (surge["first_day"], surge["last_day"]))
        peak = first + timedelta(days=max(1, surge["length_days"] // 3))
        mine = {key for key, slug in planted.items() if slug == surge["slug"]}
        alarms = connection.execute(
            "select subject_kind, subject_slug, region, min(day) from stats.surge_day "
            "where is_alarm and day between %s and %s group by 1, 2, 3 order by 4",
            (first, last + timedelta(days=7)),
        ).fetchall()
        explained |= {
            (*series, day)
            for *series, day in connection.execute(
                "select subject_kind, subject_slug, region, day from stats.surge_day "
                "where is_alarm and day between %s and %s",
                (first, last + timedelta(days=7)),
            )
        }
        hits = [
            (kind, slug, region, day)
            for kind, slug, region, day in alarms
            if _planted_share(connection, kind, slug, region, first, last, mine) >= PLANTED_SHARE
        ]
        length = f"{surge['length_days']} days, {len(mine)} texts"
        if not hits:
            yield Finding("surge", surge["slug"], False, f"{length}; no alarm that it explains")
            continue
        kind, slug, region, day = min(hits, key=lambda hit: hit[3])
        leads.append((peak - day).days)
        yield Finding(
            "surge",
            surge["slug"],
            True,
            f"{length}; {kind} {slug} in {region} on {day}, day {(day - first).days + 1}, "
            f"{(peak - day).days} days before the planted peak",
            (peak - day).days,
        )
    if leads:
        middle = median(leads)
        yield Finding("surge", "median lead", middle >= 2, f"{middle} days before the peak", middle)
    judged = connection.execute(
        "select count(*), max(series_count) from stats.surge_judged "
        "where day >= (select min(day) + 386 from stats.surge_judged)"
    ).fetchone()
    episodes = _count_other_episodes(connection, explained)
    if judged and judged[0]:
        yield Finding(
            "surge",
            "other alarms",
            None,
            f"{episodes} series alarmed outside planted surges in {judged[0] / 7:.0f} weeks of "
            f"{judged[1]} series: {7 * episodes / judged[0]:.2f} a week (campaigns and bursts too)",
            7 * episodes / judged[0],
        )


def _planted_share(
    connection: psycopg.Connection[Any],
    kind: str,
    slug: str,
    region: str,
    first: date,
    last: date,
    mine: set[str],
) -> float:
    column = {"topic": "topic_slug", "touchpoint": "touchpoint_slug"}[kind]
    voices = [
        key
        for (key,) in connection.execute(
            f"select distinct feedback_key from core.fct_opinion_unit where {column} = %s "
            "and (%s = '*' or coalesce(region, '未知') = %s) and occurred_date between %s and %s "
            "and sentiment_label is distinct from 'positive' and subject_slug = 'us'",
            (slug, region, region, first, last),
        )
    ]
    return sum(key in mine for key in voices) / len(voices) if voices else 0.0


def _count_other_episodes(
    connection: psycopg.Connection[Any], explained: set[tuple[Any, ...]]
) -> int:
    last_alarm: dict[tuple[str, str, str], date] = {}
    episodes = 0
    for kind, slug, region, day in connection.execute(
        "select subject_kind, subject_slug, region, day from stats.surge_day "
        "where is_alarm order by day"
    ):
        if (kind, slug, region, day) in explained:
            continue
        series = (kind, slug, region)
        if series not in last_alarm or (day - last_alarm[series]).days > 7:
            episodes += 1
        last_alarm[series] = day
    return episodes


def check_breakpoints(
    connection: psycopg.Connection[Any],
    causes: Sequence[dict[str, Any]],
    truth: dict[str, dict[str, Any]],
) -> Iterator[Finding]:
    """Score direction and kind story by story, then look for each planted pair."""
    handoffs = {cause["slug"]: cause for cause in causes if cause["cause"] == "handoff"}
    planted = {key: handoffs[text["handoff"]] for key, text in truth.items() if text["handoff"]}
    found: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for key, start, end, kind in connection.execute(
        "select feedback_key, from_department_slug, to_department_slug, breakpoint_kind "
        "from core.fct_breakpoint"
    ):
        if key in truth:
            found[key].append((start, end, kind))
    directed = paired = kinds = 0
    for key, handoff in planted.items():
        pair = (handoff["from_department"], handoff["to_department"])
        paired += any({start, end} == set(pair) for start, end, _ in found[key])
        right = [kind for start, end, kind in found[key] if (start, end) == pair]
        directed += bool(right)
        family = KIND_FAMILIES.get(handoff["kind"], {handoff["kind"]})
        kinds += any(kind in family for kind in right)
    named = [
        (key, kind)
        for key, rows in found.items()
        for _, _, kind in rows
        if kind in ("over_promise", "rule_confusion")
    ]
    true_named = sum(key in planted and planted[key]["kind"] == kind for key, kind in named)
    total = max(len(planted), 1)
    yield Finding(
        "breakpoint",
        "stories",
        None,
        f"n = {len(planted)}; recall of the pair {paired / total:.3f}, of its direction "
        f"{directed / total:.3f}, of its kind {kinds / total:.3f}; precision of over_promise and "
        f"rule_confusion {true_named / max(len(named), 1):.3f} (n = {len(named)})",
    )
    counts = Counter(handoff["slug"] for handoff in planted.values())
    for slug, handoff in handoffs.items():
        family = KIND_FAMILIES.get(handoff["kind"], {handoff["kind"]})
        rows = connection.execute(
            "select breakpoint_kind, lift, lift_low, lift_high, q_value, is_significant "
            "from stats.breakpoint_lift where from_department_slug = %s "
            "and to_department_slug = %s order by q_value, feedback_count desc",
            (handoff["from_department"], handoff["to_department"]),
        ).fetchall()
        hits = [row for row in rows if row[0] in family and row[5]]
        detail = f"{counts[slug]} texts; "
        if rows:
            _, lift, low, high, q_value, _ = (hits or rows)[0]
            detail += f"lift {lift:.2f} ({low:.2f}-{high:.2f}), q {q_value:.2g}"
        else:
            detail += "pair not tested"
        lift = (hits or rows)[0][1:4] if rows else (None,) * 3
        yield Finding("handoff", f"{slug} ({handoff['kind']})", bool(hits), detail, *lift)


def check_themes(
    connection: psycopg.Connection[Any],
    causes: Sequence[dict[str, Any]],
    truth: dict[str, dict[str, Any]],
) -> Iterator[Finding]:
    """Look for the trend of each planted theme, in the topic that holds most of its units."""
    for theme, mine, top in _find_topics(connection, causes, truth):
        row = (
            top
            and connection.execute(
                "select trend, sen_slope_per_year, q_value from stats.theme_trend "
                "where topic_slug = %s",
                (top[0],),
            ).fetchone()
        )
        if not top or not row:
            yield Finding("theme", theme["slug"], False, f"{len(mine)} texts; no topic was tested")
            continue
        trend, slope, q_value = row
        yield Finding(
            "theme",
            f"{theme['slug']} ({theme['trend']})",
            trend == theme["trend"],
            f"{len(mine)} texts, {top[1]} of them in topic {top[0]}: {trend}, "
            f"{100 * slope:+.2f} points a year, q {q_value:.2g}",
            slope,
        )


def _find_topics(
    connection: psycopg.Connection[Any],
    causes: Sequence[dict[str, Any]],
    truth: dict[str, dict[str, Any]],
) -> Iterator[tuple[dict[str, Any], list[str], tuple[Any, ...] | None]]:
    """Yield each planted theme, the feedback that speaks of it, and the topic that holds most."""
    for theme in (cause for cause in causes if cause["cause"] == "theme_shift"):
        mine = [key for key, text in truth.items() if theme["slug"] in text["themes"]]
        top = connection.execute(
            "select topic_slug, count(distinct feedback_key) from core.fct_opinion_unit "
            "where feedback_key = any(%s) and topic_slug is not null "
            "group by topic_slug order by 2 desc, 1 limit 1",
            (mine,),
        ).fetchone()
        yield theme, mine, top


def check_cohorts(
    connection: psycopg.Connection[Any],
    causes: Sequence[dict[str, Any]],
    truth: dict[str, dict[str, Any]],
) -> Iterator[Finding]:
    """Is each planted theme told to be that of the young, or of everyone?"""
    for theme, _, top in _find_topics(connection, causes, truth):
        wanted = "cohort" if theme["cohort"] == "young" else "everyone"
        name = f"{theme['slug']} ({wanted})"
        row = (
            top
            and connection.execute(
                "select verdict, difference, difference_low, difference_high, difference_q_value "
                "from stats.theme_cohort where cohort_slug = 'young' and topic_slug = %s",
                (top[0],),
            ).fetchone()
        )
        if not row:
            yield Finding("cohort", name, False, "not tested")
            continue
        verdict, difference, low, high, q_value = row
        yield Finding(
            "cohort",
            name,
            verdict == wanted,
            f"{verdict}; slope of the young less that of the others {100 * difference:+.2f} "
            f"({100 * low:+.2f} to {100 * high:+.2f}) points a year, q {q_value:.2g}",
            difference,
            low,
            high,
            # the band of the young holds more ages than the planted cohort: less than planted
            0.0 if wanted == "everyone" else None,
        )


def check_churn(
    connection: psycopg.Connection[Any], causes: Sequence[dict[str, Any]]
) -> Iterator[Finding]:
    """Is each touchpoint with a planted hazard a churn node, and no other?

    The planted ratio holds for the rest of a customer's time and for every bad experience, told
    or not; the measured one is that of an order's horizon after a complaint. So it is a bound.
    """
    measured = {
        slug: values
        for slug, *values in connection.execute(
            "select touchpoint_slug, is_churn_node, hazard_ratio, hazard_low, hazard_high, "
            "exposed_count from stats.churn_hazard"
        )
    }
    for cause in (cause for cause in causes if cause["cause"] == "churn_hazard"):
        slug, planted = cause["touchpoint_slug"], cause["hazard_ratio"]
        name = f"{slug} ({'none' if planted == 1 else 'churn'})"
        if slug not in measured:
            yield Finding("churn", name, None, "too few complaints within 14 days of an order")
            continue
        is_node, ratio, low, high, exposed = measured[slug]
        yield Finding(
            "churn",
            name,
            is_node == (planted > 1),
            f"hazard ratio {ratio:.2f} ({low:.2f}-{high:.2f}), {exposed} exposed; "
            f"planted {planted}",
            ratio,
            low,
            high,
            planted,
        )


def check_drivers(
    connection: psycopg.Connection[Any], causes: Sequence[dict[str, Any]]
) -> Iterator[Finding]:
    """Is each touchpoint with a planted effect a driver of NPS, and in the planted order?"""
    from scipy.stats import spearmanr

    planted = {
        cause["touchpoint_slug"]: cause["satisfaction_effect_negative"]
        for cause in causes
        if cause["cause"] == "touchpoint_effect"
    }
    rows = connection.execute(
        "select aspect_slug, score_effect, effect_low, effect_high, is_significant, answer_count "
        "from stats.nps_driver where dimension = 'touchpoint' and score_effect is not null"
    ).fetchall()
    for slug, effect, low, high, is_significant, answers in rows:
        if slug in planted:
            yield Finding(
                "driver",
                slug,
                is_significant and effect > 0,
                f"{effect:.2f} ({low:.2f}-{high:.2f}) points of score a step, {answers} answers; "
                f"planted {planted[slug]} for a bad experience",
                effect,
                low,
                high,
            )
    measured = [(planted[row[0]], -row[1]) for row in rows if row[0] in planted]
    if len(measured) < 5:
        yield Finding("driver", "touchpoints", None, f"only {len(measured)} could be measured")
        return
    result = spearmanr(*zip(*measured, strict=True))
    yield Finding(
        "driver",
        "rank correlation",
        bool(result.statistic > 0),
        f"Spearman {result.statistic:.2f} over {len(measured)} touchpoints, p {result.pvalue:.2g}",
        float(result.statistic),
    )


def _one(connection: psycopg.Connection[Any], query: str) -> Any:
    row = connection.execute(query).fetchone()  # type: ignore[call-overload]
    return row[0] if row else None
