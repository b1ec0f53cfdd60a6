"""Does correcting a topic's share for errors of the labels bring it nearer to the truth?

    python -m benchmarks.share_correction

The part `test` of the gold set is dealt at random: two thirds measure the error rates, the last
third is corrected by them. Per measure, means over the topics that can be corrected and over
`SPLITS` deals: miss of the share (points) and rank correlation with the truth, as observed, as
corrected, and settled (`stat_jobs.label_errors`); how often the 95 % interval holds the truth.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nlp_jobs.evaluation.answers import Opinions
from nlp_jobs.evaluation.error_rates import MEASURES, PACK, PART, name_topics
from nlp_jobs.evaluation.gold_units import (
    GOLD_DIR,
    read_documents,
    read_gold_units,
    read_predicted_units,
)
from nlp_jobs.taxonomy import load_pack
from stat_jobs.label_errors import (
    GoldCount,
    choose_rates,
    correct,
    correction_interval,
    settle,
)

SPLITS = 60
SEED = 1
Flags = NDArray[np.bool_]


def main() -> None:
    """Label the gold set once and print a line per measure."""
    documents = [one for one in read_documents(GOLD_DIR / "units.jsonl") if one["part"] == PART]
    labelled = Opinions(PACK).read([one["text"] for one in documents])
    gold = [read_gold_units(one) for one in documents]
    found = [
        read_predicted_units(one["text"], answer)
        for one, answer in zip(documents, labelled, strict=True)
    ]
    levels = {
        topic.slug: (group.slug, area.slug) for area, group, topic in load_pack(PACK).iter_topics()
    }
    topics = sorted(levels)
    print("measure      topics  miss observed, corrected, settled   rank correlation   coverage")
    for measure in MEASURES:
        truth, labels = (
            np.array([[topic in named for topic in topics] for named in names])
            for names in ([name_topics(units, measure) for units in side] for side in (gold, found))
        )
        figures = [
            compare(truth, labels, topics, levels, order)
            for order in deal(len(documents), np.random.default_rng(SEED))
        ]
        count, *means = np.mean(figures, axis=0)
        print(
            f"{measure:12} {count:6.0f}  {means[0]:.2f}, {means[1]:.2f}, {means[2]:.2f}"
            f"   {means[3]:.2f}, {means[4]:.2f}, {means[5]:.2f}   {means[6]:.3f}"
        )


def deal(count: int, generator: np.random.Generator) -> list[NDArray[np.int64]]:
    """Return `SPLITS` random orders of the documents."""
    return [generator.permutation(count) for _ in range(SPLITS)]


def compare(
    truth: Flags,
    labels: Flags,
    topics: list[str],
    levels: dict[str, tuple[str, str]],
    order: NDArray[np.int64],
) -> tuple[float, ...]:
    """Return topics, three misses (points), three rank correlations, and coverage of one deal."""
    from scipy.stats import spearmanr

    cut = 2 * len(order) // 3
    measured, rest = order[:cut], order[cut:]
    counts = {
        topic: GoldCount(
            int(truth[measured, column].sum()),
            int((truth & labels)[measured, column].sum()),
            int((~truth)[measured, column].sum()),
            int((~truth & labels)[measured, column].sum()),
        )
        for column, topic in enumerate(topics)
    }
    rates = choose_rates(counts, levels)
    observed, true_shares = labels[rest].mean(axis=0), truth[rest].mean(axis=0)
    usable = [
        column
        for column, topic in enumerate(topics)
        if rates[topic].own.is_usable and observed[column] > 0
    ]
    wanted, seen = true_shares[usable], observed[usable]
    own = [rates[topics[column]].own for column in usable]
    shares = (
        seen,
        np.array([correct(share, one) for share, one in zip(seen, own, strict=True)]),
        np.array([settle(share, len(rest), one) for share, one in zip(seen, own, strict=True)]),
    )
    limits = [
        correction_interval(share, len(rest), one) for share, one in zip(seen, own, strict=True)
    ]
    held = [low <= share <= high for (low, high), share in zip(limits, wanted, strict=True)]
    return (
        len(usable),
        *(100 * float(np.abs(share - wanted).mean()) for share in shares),
        *(float(spearmanr(share, wanted)[0]) for share in shares),
        float(np.mean(held)),
    )


if __name__ == "__main__":
    main()
