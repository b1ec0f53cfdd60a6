"""The sentiment head: praise or blame, how neutral, and of which domain a text is, in one pass.

Each n-gram has one weight per output: the log-odds of praise as each domain would read it, the
domain itself, and neutrality. A text's domain mixes the readings (people praise a hotel in other
words than a phone). What its clauses say apart then corrects what the whole seems to say: the
last word counts more, and one furious clause does not outvote five content ones.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nlp_jobs.position_features import PositionFeatures, ReadTexts

MODEL_DIR = Path(__file__).resolve().parent / "models"
Floats = NDArray[np.float64]
Places = NDArray[np.int64]
CLAUSE_FEATURES = (
    "whole",
    "whole, bounded",
    "mean",
    "mean by length",
    "highest",
    "lowest",
    "first",
    "last",
    "fading to the end",
    "sum by root",
    "spread",
    "clauses",
)
MAX_RULE_SCORE = 6.0
CACHE_LINE = 64  # bytes
FADE = 0.6  # what a clause counts for, of the clause after it
LONG_CLAUSE = 30  # letters from which a clause counts in full


class Stretches(NamedTuple):
    """Parts text[start:end] of texts, by the number of the text."""

    owners: Places
    starts: Places
    ends: Places


class TextScores(NamedTuple):
    """`domains` (n, domains) adds up to 1; `features` (n, CLAUSE_FEATURES); `neutral` (n,)."""

    domains: Floats
    features: Floats
    neutral: Floats


class StretchScores(NamedTuple):
    """Log-odds of praise and of being neutral, before calibration."""

    praise: Floats
    neutral: Floats


class Block(NamedTuple):
    """Kinds of n-grams weighed together: reach in letters and weights (places, outputs) of each.

    `present` (places,) counts those that stand at each place, where lengths do not tell: null
    where some reach beyond their first letter.
    """

    reaches: list[int]
    weights: list[NDArray[np.float32]]
    present: Places | None


@dataclass(frozen=True)
class SentimentHead:
    """Weights of the n-grams that training kept.

    `columns` (kept,) names hashed columns; `weights` (kept, outputs) has the outputs praise per
    domain, then membership per domain, then neutrality. `facts` says where it all comes from and
    holds the calibrations.
    """

    features: PositionFeatures
    domains: tuple[str, ...]
    columns: Places
    weights: NDArray[np.float32]
    intercepts: Floats
    facts: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def usual_shares(self) -> Floats:
        """The shares of the domains (domains,) in the texts that the head learned from.

        A head that does not say takes all domains for equally common.
        """
        count = len(self.domains)
        return np.array(self.facts.get("domain_shares") or [1 / count] * count)

    @cached_property
    def _table(self) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """The row of each hashed column, and the rows; the first row is nought.

        Rows are filled up with noughts to whole lines of the processor's cache: to look up rows
        here and there is what reading costs most.
        """
        rows = np.zeros(self.features.width + 1, dtype=np.int32)
        rows[self.columns] = np.arange(1, len(self.columns) + 1, dtype=np.int32)
        kept, outputs = self.weights.shape
        table = _zeros_in_lines(kept + 1, outputs)
        table[1:, :outputs] = self.weights
        return rows, table

    def score(self, texts: Sequence[str]) -> Floats:
        """The calibrated log-odds of praise of each text, without any rules."""
        scores, _ = self.read(texts)
        return self.join(scores, np.zeros(len(texts)))

    def read(
        self,
        texts: Sequence[str],
        stretches: Stretches | None = None,
        words: Sequence[Sequence[str] | None] | None = None,
        shift: Floats | None = None,
    ) -> tuple[TextScores, StretchScores]:
        """Scores of whole texts and of stretches of them; all texts in one pass.

        `words`: those of each text where they are known, see `PositionFeatures.read`. `shift`
        (domains,) or (n, domains): what is known of the domains beside the text, in log-odds, see
        `nlp_jobs.domain_shares`.
        """
        empty = np.zeros(0, dtype=np.int64)
        stretches = stretches or Stretches(empty, empty, empty)
        if not texts:
            count = len(self.domains)
            nothing = np.zeros((0, len(CLAUSE_FEATURES)))
            return (
                TextScores(np.zeros((0, count)), nothing, np.zeros(0)),
                StretchScores(np.zeros(0), np.zeros(0)),
            )
        read = self.features.read(texts, words)
        clause_owners, clause_starts, clause_stops = read.clauses()
        part_starts, part_stops = read.locate(*stretches)
        owners = np.concatenate([np.arange(len(texts)), clause_owners, stretches.owners])
        starts = np.concatenate([read.starts, clause_starts, part_starts])
        stops = np.concatenate([read.stops, clause_stops, part_stops])
        blocks = list(self._weigh_places(read))
        domains = self._weigh_domains(read, blocks, shift)
        praise, neutral = self._sum(read, blocks, domains, starts, stops)
        praise += (domains @ self.intercepts[: len(self.domains)])[owners]
        neutral += self.intercepts[-1]
        count, until = len(texts), len(texts) + len(clause_owners)
        clauses = np.tanh(praise[count:until] / 2)
        features = gather_clauses(
            praise[:count], clauses, clause_stops - clause_starts, clause_owners
        )
        return (
            TextScores(domains, features, neutral[:count]),
            StretchScores(praise[until:], neutral[until:]),
        )

    def join(self, scores: TextScores, rules: Floats) -> Floats:
        """Calibrated log-odds of praise of whole texts; `rules` are their rule scores (n,)."""
        stack = self.facts["document_praise"]
        inputs = np.column_stack([scores.features, clip_rules(rules)])
        each = inputs @ np.array(stack["weights"]).T + np.array(stack["biases"])
        return (each * scores.domains).sum(axis=1)

    def join_stretch(self, praise: Floats, rules: Floats, lengths: Places) -> Floats:
        """Calibrated log-odds of praise of stretches, by their length in characters.

        The shorter a stretch, the more its rule score counts.
        """
        bands = sorted((band["from_length"], band["weights"]) for band in self.facts["unit_praise"])
        lows = np.array([low for low, _ in bands])
        weights = np.array([found for _, found in bands])
        chosen = weights[np.searchsorted(lows, lengths, "right") - 1]
        return chosen[:, 0] * praise + chosen[:, 1] * clip_rules(rules) + chosen[:, 2]

    def neutral_probability(self, kind: str, inputs: Floats) -> Floats:
        """Probability of being neutral; `kind` is document or unit, see `neutral_inputs`."""
        fitted = self.facts[f"{kind}_neutral"]
        return sigmoid(inputs @ np.array(fitted["weights"]) + fitted["bias"])

    def _weigh_places(self, read: ReadTexts) -> Iterator[Block]:
        """The weights (places, outputs) of each kind of n-gram, by how far it reaches."""
        rows, weights = self._table
        for block in read.blocks():
            reaches: list[int] = []
            found: list[NDArray[np.float32]] = []
            for reach, columns in block:
                # all indices are in range: to clip them is faster than to check them
                chosen = weights.take(rows.take(columns, mode="clip"), axis=0, mode="clip")
                if reach in reaches:
                    found[reaches.index(reach)] += chosen
                else:
                    reaches.append(reach)
                    found.append(chosen)
            present: Places | None = None
            if max(reaches) == 0:
                present = np.sum([columns < self.features.width for _, columns in block], axis=0)
            yield Block(reaches, found, present)

    def _weigh_domains(
        self, read: ReadTexts, blocks: Sequence[Block], shift: Floats | None
    ) -> Floats:
        """How much of each domain is in each text."""
        count = len(self.domains)
        member = np.tile(self.intercepts[count : 2 * count], (len(read.starts), 1))
        for block in blocks:
            sums = np.zeros_like(member)
            for weights in block.weights:
                # the last places hold no long n-grams, so the last texts may have none at all
                has_any = read.starts < len(weights)
                starts = np.minimum(read.starts, len(weights) - 1)
                found = np.add.reduceat(weights[:, count : 2 * count], starts)
                sums += found * has_any[:, None]
            counts = self._count(block, read.starts, read.stops)
            member += sums / np.sqrt(np.maximum(counts, 1))[:, None]
        if shift is not None:
            member += shift
        powers = np.exp(member - member.max(axis=1, keepdims=True))
        weighed: Floats = powers / powers.sum(axis=1, keepdims=True)
        return weighed

    def _sum(
        self,
        read: ReadTexts,
        blocks: Sequence[Block],
        domains: Floats,
        starts: Places,
        stops: Places,
    ) -> tuple[Floats, Floats]:
        """Praise, as the domains of each text read it, and neutrality of stretches.

        Weights by the root of the number of n-grams, without intercepts.
        """
        count = len(self.domains)
        shares = domains.astype(np.float32)[read.owners]
        total = np.zeros((2, len(starts)))
        for block in blocks:
            sums = np.zeros((2, len(starts)))
            for reach, weights in zip(block.reaches, block.weights, strict=True):
                ends = np.minimum(np.maximum(stops - reach, starts), len(weights))
                begins = np.minimum(starts, ends)
                praise = np.einsum("ij,ij->i", weights[:, :count], shares[: len(weights)])
                sums[0] += _sum_between(praise, begins, ends)
                sums[1] += _sum_between(weights[:, 2 * count], begins, ends)
            counts = self._count(block, starts, stops)
            total += sums / np.sqrt(np.maximum(counts, 1))
        return total[0], total[1]

    @staticmethod
    def _count(block: Block, starts: Places, stops: Places) -> Floats:
        """How many n-grams stand in each stretch."""
        if block.present is not None:
            return _sum_between(block.present, starts, stops)
        lengths = stops - starts
        return np.add.reduce([np.maximum(lengths - reach, 0.0) for reach in block.reaches])

    def save(self, path: Path) -> None:
        """Write the npz file; eight bits are enough for the weights of n-grams."""
        facts = {
            **self.facts,
            "domains": list(self.domains),
            "features": {
                "orders": list(self.features.orders),
                "bits": self.features.bits,
                "keep_spaces": self.features.keep_spaces,
            },
        }
        scales = np.maximum(np.abs(self.weights).max(axis=0, initial=0), 1e-9) / 127
        np.savez_compressed(
            path,
            # gaps between the kept columns are small numbers, which compress well
            gaps=np.diff(self.columns, prepend=0).astype(np.uint32),
            weights=np.ascontiguousarray(np.rint(self.weights / scales).T.astype(np.int8)),
            scales=scales.astype(np.float32),
            intercepts=self.intercepts,
            facts=np.array(json.dumps(facts, ensure_ascii=False, sort_keys=True)),
        )


def load_sentiment_head(path: Path) -> SentimentHead:
    """Read a head that `SentimentHead.save` wrote; a missing file is a `FileNotFoundError`."""
    with np.load(path, allow_pickle=False) as stored:
        facts = json.loads(str(stored["facts"]))
        settings = facts.pop("features")
        return SentimentHead(
            features=PositionFeatures(
                tuple(settings["orders"]), settings["bits"], settings["keep_spaces"]
            ),
            domains=tuple(facts.pop("domains")),
            columns=np.cumsum(stored["gaps"].astype(np.int64)),
            weights=stored["weights"].T.astype(np.float32) * stored["scales"],
            intercepts=stored["intercepts"],
            facts=facts,
        )


def _zeros_in_lines(rows: int, width: int) -> NDArray[np.float32]:
    """Noughts of shape (rows, at least width), each row beginning at a line of the cache."""
    width = -(-width * 4 // CACHE_LINE) * CACHE_LINE // 4
    memory = np.zeros(rows * width * 4 + CACHE_LINE, dtype=np.uint8)
    offset = -memory.ctypes.data % CACHE_LINE
    return memory[offset : offset + rows * width * 4].view(np.float32).reshape(rows, width)


def _sum_between(values: NDArray[Any], starts: Places, stops: Places) -> Floats:
    running = np.zeros(len(values) + 1)
    np.cumsum(values, out=running[1:])
    return running[stops] - running[starts]


def neutral_inputs(
    neutral: Floats, praise: Floats, cue_counts: Floats, lengths: Places, domains: Floats
) -> Floats:
    """What speaks for and against neutrality: the head, how sure the praise or blame is, cues."""
    return np.column_stack(
        [
            neutral,
            np.minimum(np.abs(praise), 6),
            np.minimum(cue_counts, 3),
            np.log(np.maximum(lengths, 1)),
            domains,
        ]
    )


def clip_rules(rules: Floats) -> Floats:
    """Rule scores as far as they count."""
    return np.clip(rules, -MAX_RULE_SCORE, MAX_RULE_SCORE)


def sigmoid(values: Floats) -> Floats:
    """Log-odds to probabilities."""
    probabilities: Floats = 1 / (1 + np.exp(-np.clip(values, -30, 30)))
    return probabilities


def gather_clauses(whole: Floats, clauses: Floats, lengths: Places, owners: Places) -> Floats:
    """The `CLAUSE_FEATURES` of each text: `clauses` are bounded scores, `owners` ascends.

    Every text has at least one clause.
    """
    starts = np.flatnonzero(np.diff(owners, prepend=-1))
    counts = np.diff(starts, append=len(owners))
    stops = starts + counts
    means = np.add.reduceat(clauses, starts) / counts
    sizes = np.minimum(lengths, LONG_CLAUSE).astype(float)
    from_end = stops[owners] - 1 - np.arange(len(owners))
    fading = FADE ** np.minimum(from_end, 60)
    squares = np.add.reduceat(clauses**2, starts) / counts
    return np.column_stack(
        [
            whole,
            np.tanh(whole / 2),
            means,
            np.add.reduceat(clauses * sizes, starts) / np.add.reduceat(sizes, starts),
            np.maximum.reduceat(clauses, starts),
            np.minimum.reduceat(clauses, starts),
            clauses[starts],
            clauses[stops - 1],
            np.add.reduceat(clauses * fading, starts) / np.add.reduceat(fading, starts),
            means * np.sqrt(counts),
            np.sqrt(np.maximum(squares - means**2, 0)),
            np.log(counts),
        ]
    )
