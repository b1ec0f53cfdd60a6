"""Which new subjects stand in a pile of opinion units that no topic of the pack fits?

Three steps over one week (`window`) against the weeks before it (`background`):

1. Words that surge. Log-odds of a word's voters, window against background, with an informative
   Dirichlet prior (Monroe, Colaresi and Quinn 2008, Political Analysis 16): z = delta / sqrt(var).
   Units with a word of z > 3 make the *rising* pile, the rest the *standing* one.
2. Clusters of each pile: TF-IDF of the key words (weighted by 1 + z in the rising pile), 30 latent
   dimensions (LSA), HDBSCAN. Most units belong to no cluster; that is meant.
3. A cluster is named by class TF-IDF (Grootendorst 2022, BERTopic): its frequent words that others
   lack. Wherever two of these words meet, its subject is spoken of. So the rise is measured:
   share of voters, window against background, with an exact interval of the ratio of the two
   counts (conditional binomial, Clopper and Pearson 1934), Benjamini-Hochberg over candidates.

A rising candidate must stand above the background (q < 0.001 and at least twice the share). One
vote per voter, so that nobody makes a topic alone. Nothing here is random.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from stat_jobs.log_odds import compare_words

SURGE_Z = 3.0
MIN_WORD_VOTERS = 5
MIN_VOTERS = 10  # of a candidate; above the five below which cells are hidden
MIN_STANDING_SHARE = 0.01  # of the pile: a standing subject must be worth a topic
MIN_RISE = 2.0
# far below 5 %: the words are picked in the window that they are tested on. Over weeks without any
# new subject 5 % gave 1.5 false candidates a week
SIGNIFICANCE = 0.001
TERMS = 6
TERMS_TO_MATCH = 2
DIMENSIONS = 30
EXAMPLES = 3
MAX_PILE = 20_000  # units clustered at once; a larger pile is thinned evenly


@dataclass(frozen=True)
class TopicUnit:
    """An opinion unit that fits no topic: its key, who said it, its key words and its text."""

    feedback_key: str
    unit_seq: int
    voter_key: str
    words: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Candidate:
    """A subject that the pack has no topic for.

    `rise` is the share of voters who name it in the window over that in the background, between
    `rise_low` and `rise_high` with 95 % confidence (infinite when the background never named it;
    all three are not a number without a background).
    """

    kind: str  # rising, standing
    terms: tuple[str, ...]
    unit_count: int
    voter_count: int
    background_voter_count: int
    rise: float
    rise_low: float
    rise_high: float
    p_value: float
    examples: tuple[str, ...]
    members: tuple[tuple[str, int], ...] = field(repr=False)
    q_value: float = math.nan


def discover(window: Sequence[TopicUnit], background: Sequence[TopicUnit]) -> list[Candidate]:
    """Return the candidates of the window: rising ones first, then by number of voters."""
    surges = measure_surges(window, background) if background else {}
    words = {word for word, z in surges.items() if z > SURGE_Z}
    rising = [unit for unit in window if not words.isdisjoint(unit.words)]
    standing = [unit for unit in window if words.isdisjoint(unit.words)]
    background_counts = Counter(word for unit in background for word in unit.words)
    counts = background_counts + Counter(word for unit in window for word in unit.words)
    piles: tuple[tuple[str, list[TopicUnit], Mapping[str, float], int], ...] = (
        ("rising", rising, surges, MIN_VOTERS),
        ("standing", standing, {}, max(MIN_VOTERS, int(MIN_STANDING_SHARE * len(window)))),
    )
    found = []
    for kind, pile, weights, smallest in piles:
        for terms, members in merge_alike(cluster(pile, weights, smallest), counts, words):
            found.append(measure_rise(kind, terms, members, window, background))
    return sorted(
        _keep_proven([candidate for candidate in found if candidate.voter_count >= MIN_VOTERS]),
        key=lambda candidate: (candidate.kind, -candidate.voter_count, candidate.terms),
    )


def measure_surges(
    window: Sequence[TopicUnit], background: Sequence[TopicUnit]
) -> dict[str, float]:
    """Return z of each word that enough voters of the window use; above 0 it grew."""
    now, before = _voters_per_word(window), _voters_per_word(background)
    total_now, total_before = sum(now.values()), sum(before.values())
    words = [word for word, count in now.items() if count >= MIN_WORD_VOTERS]
    surges = compare_words(
        [now[word] for word in words],
        total_now,
        [before[word] for word in words],
        total_before,
        [(now[word] + before[word]) / (total_now + total_before) for word in words],
    )
    return dict(zip(words, surges.z.tolist(), strict=True))


def _voters_per_word(units: Iterable[TopicUnit]) -> Counter[str]:
    pairs = {(unit.voter_key, word) for unit in units for word in unit.words}
    return Counter(word for _, word in pairs)


def cluster(
    units: Sequence[TopicUnit], weights: Mapping[str, float], smallest: int
) -> list[list[TopicUnit]]:
    """Cut units into clusters of at least `smallest`; most stay outside.

    `weights`: z of words; a word that surges pulls its units together.
    """
    from sklearn.cluster import HDBSCAN

    step = math.ceil(len(units) / MAX_PILE)
    kept = [unit for unit in units[:: max(1, step)] if unit.words]
    vectors = _embed(kept, weights)
    if vectors is None or len(kept) < 2 * smallest:
        # HDBSCAN cannot tell one cluster from its surroundings when there are none
        return [kept] if weights and len({u.voter_key for u in kept}) >= smallest else []
    labels = HDBSCAN(
        min_cluster_size=smallest, min_samples=max(2, smallest // 3), copy=True
    ).fit_predict(vectors)
    groups: dict[int, list[TopicUnit]] = defaultdict(list)
    for label, unit in zip(labels, kept, strict=True):
        if label >= 0:
            groups[int(label)].append(unit)
    return [groups[label] for label in sorted(groups)]


def _embed(units: Sequence[TopicUnit], weights: Mapping[str, float]) -> NDArray[np.float64] | None:
    """Unit vectors of key words in the latent space; null when the words are too few for one."""
    from scipy.sparse import diags
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.preprocessing import normalize

    if len(units) < DIMENSIONS:
        return None
    vectorizer = TfidfVectorizer(analyzer=lambda unit: unit.words, min_df=2)
    try:
        matrix = vectorizer.fit_transform(units)
    except ValueError:  # no word occurs twice
        return None
    if matrix.shape[1] < 3:
        return None
    boost = [1 + max(weights.get(word, 0.0), 0.0) for word in vectorizer.get_feature_names_out()]
    weighted = normalize(matrix @ diags(boost))
    dimensions = min(DIMENSIONS, matrix.shape[1] - 1)
    latent = TruncatedSVD(dimensions, random_state=0).fit_transform(weighted)
    vectors: NDArray[np.float64] = normalize(latent)
    return vectors


def merge_alike(
    clusters: Sequence[list[TopicUnit]], counts: Mapping[str, int], surging: Set[str]
) -> list[tuple[tuple[str, ...], list[TopicUnit]]]:
    """Name the clusters; those that share two words, or one that surges, become one.

    Largest first, so that splinters join the cluster that they fell off. Clusters without a name
    of at least two words are left out.
    """
    merged: list[tuple[tuple[str, ...], list[TopicUnit]]] = []
    for members in sorted(clusters, key=len, reverse=True):
        terms = name_cluster(members, counts)
        for place, (other, its) in enumerate(merged):
            if names_subject(terms, other) or not surging.isdisjoint({*terms} & {*other}):
                together = [*its, *members]
                merged[place] = (name_cluster(together, counts), together)
                break
        else:
            if len(terms) >= TERMS_TO_MATCH:
                merged.append((terms, members))
    return merged


def name_cluster(members: Sequence[TopicUnit], counts: Mapping[str, int]) -> tuple[str, ...]:
    """Return the words that stand for a cluster, best first, by class TF-IDF.

    `counts`: how often each word occurs in window and background together.
    """
    inside = Counter(word for unit in members for word in unit.words)
    mean = sum(counts.values()) / max(1, len(counts))
    scores = {
        word: count * math.log(1 + mean / counts[word] * count)
        for word, count in inside.items()
        if count >= 2
    }
    return tuple(sorted(scores, key=lambda word: (-scores[word], word))[:TERMS])


def names_subject(words: Iterable[str], terms: Sequence[str]) -> bool:
    """Does a unit with these key words speak of the subject that the terms stand for?"""
    return len(set(words) & set(terms)) >= TERMS_TO_MATCH


def measure_rise(
    kind: str,
    terms: tuple[str, ...],
    members: Sequence[TopicUnit],
    window: Sequence[TopicUnit],
    background: Sequence[TopicUnit],
) -> Candidate:
    """Count a candidate's units and voters, and compare its share with the background's."""
    keys = {(unit.feedback_key, unit.unit_seq) for unit in members}
    named = [
        unit
        for unit in window
        if (unit.feedback_key, unit.unit_seq) in keys or names_subject(unit.words, terms)
    ]
    # like with like: the ratio compares only where the terms meet, on both sides
    now = {unit.voter_key for unit in window if names_subject(unit.words, terms)}
    before = {unit.voter_key for unit in background if names_subject(unit.words, terms)}
    rise = ratio_of_shares(
        len(now),
        len({unit.voter_key for unit in window}),
        len(before),
        len({unit.voter_key for unit in background}),
    )
    typical = sorted(
        named, key=lambda unit: (-len(set(unit.words) & set(terms)), len(unit.text), unit.text)
    )
    return Candidate(
        kind=kind,
        terms=terms,
        unit_count=len(named),
        voter_count=len({unit.voter_key for unit in named}),
        background_voter_count=len(before),
        rise=rise[0],
        rise_low=rise[1],
        rise_high=rise[2],
        p_value=rise[3],
        examples=tuple(dict.fromkeys(unit.text for unit in typical))[:EXAMPLES],
        members=tuple(sorted((unit.feedback_key, unit.unit_seq) for unit in named)),
    )


def ratio_of_shares(
    hits: int, total: int, base_hits: int, base_total: int
) -> tuple[float, float, float, float]:
    """Return (ratio, low, high, p) of two shares of voters, each counted as a Poisson rate.

    Exact: given the sum of both counts, the first is binomial. p is one-sided (grew).
    """
    from scipy.stats import beta, binomtest

    if not base_total or not hits + base_hits:
        return math.nan, math.nan, math.nan, 1.0
    scale = base_total / total
    both = hits + base_hits
    low = float(beta.ppf(0.025, hits, base_hits + 1)) if hits else 0.0
    high = float(beta.ppf(0.975, hits + 1, base_hits)) if base_hits else 1.0
    return (
        hits / base_hits * scale if base_hits else math.inf,
        low / (1 - low) * scale,
        high / (1 - high) * scale if high < 1 else math.inf,
        float(binomtest(hits, both, 1 / (1 + scale), alternative="greater").pvalue),
    )


def _keep_proven(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Correct the p-values over all candidates and drop rising ones that may be chance."""
    from scipy.stats import false_discovery_control

    if not candidates:
        return []
    q_values = false_discovery_control([candidate.p_value for candidate in candidates])
    judged = [
        replace(candidate, q_value=float(q))
        for candidate, q in zip(candidates, q_values, strict=True)
    ]
    return [
        candidate
        for candidate in judged
        if candidate.kind == "standing"
        or (candidate.q_value < SIGNIFICANCE and candidate.rise >= MIN_RISE)
    ]
