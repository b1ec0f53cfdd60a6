"""Scoring of near-duplicate clusters on the gold set, by pairs of texts.

The clusters are those of `nlp_jobs.duplicates`, computed here in memory: texts that share a band of
their signatures and are near copies, joined to connected sets.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from nlp_jobs.duplicates import is_near_copy
from nlp_jobs.evaluation import metrics
from nlp_jobs.evaluation.results import TaskResult
from nlp_jobs.text.stage import prepare
from nlp_jobs.text_signatures import bare_text, sign

Pair = tuple[int, int]


def score_duplicates(documents: Sequence[dict[str, Any]], name: str) -> Iterator[TaskResult]:
    """Yield precision, recall and F1 over all pairs that stand together in gold or in answer."""
    gold = pairs([document["cluster"] for document in documents])
    found = pairs(find_clusters([document["text"] for document in documents]))
    either = sorted(gold | found)
    hits = len(gold & found)
    yield TaskResult(
        data_set=name,
        task="duplicates",
        n=len(gold),
        precision=metrics.share(hits, len(found)),
        recall=metrics.share(hits, len(gold)),
        micro_f1=metrics.micro_f1(
            [pair in gold and pair in found for pair in either],
            [pair not in found for pair in either],
            [pair not in gold for pair in either],
        ),
        note=f"pairs among {len(documents):,} texts",
    )


def pairs(clusters: Sequence[Hashable | None]) -> set[Pair]:
    """The places of all pairs of texts in one cluster; null is a text that stands alone."""
    sizes = Counter(clusters)
    members: dict[Hashable, list[int]] = {}
    for place, cluster in enumerate(clusters):
        if cluster is not None and sizes[cluster] > 1:
            members.setdefault(cluster, []).append(place)
    return {pair for places in members.values() for pair in combinations(places, 2)}


def find_clusters(texts: Sequence[str]) -> list[int]:
    """The number of the cluster of each text."""
    finished = [prepare(text).text for text in texts]
    bare = [bare_text(text) for text in finished]
    buckets: dict[int, list[int]] = {}
    for place, signature in enumerate(sign(finished)):
        for band in signature.bands:
            buckets.setdefault(band, []).append(place)
    near = np.array(
        sorted(
            (first, second)
            for first, second in {
                pair for places in buckets.values() for pair in combinations(places, 2)
            }
            if is_near_copy(bare[first], bare[second])
        ),
        dtype=np.int64,
    ).reshape(-1, 2)
    ones = np.ones(len(near), dtype=bool)
    graph = coo_matrix((ones, (near[:, 0], near[:, 1])), shape=(len(texts), len(texts)))
    return [int(number) for number in connected_components(graph, directed=False)[1]]
