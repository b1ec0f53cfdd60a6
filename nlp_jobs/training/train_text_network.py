"""Train the network that reads what the sentiment head is unsure of, and join the two readings.

    python -m nlp_jobs.training.train_text_network --language zh --data DIR [--out DIR]

Needs torch (`make transformers`). Vectors of tokens are learnt from the texts without their labels,
then the network from the labels: the same texts as the head's. How the two readings join is
fitted on texts that neither has seen (the folds of `sentiment_calibration`). The head's own files
must stand before. On one machine the same folder gives the same weights.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from nlp_jobs.heads import MODEL_DIR, load_sentiment_head
from nlp_jobs.text_network import (
    MAX_READING,
    WIDTHS,
    TextNetwork,
    cut_tokens,
    load_text_network,
)
from nlp_jobs.training.labelled_texts import NEUTRAL, PRAISE, LabelledText
from nlp_jobs.training.length_batches import SHUFFLED, iter_batches
from nlp_jobs.training.sentiment_calibration import (
    calibrate,
    choose_folds,
    join_documents,
    score_held_out,
)
from nlp_jobs.training.sentiment_fitting import FEATURES, fit_head, number_domains
from nlp_jobs.training.sentiment_metrics import measure, measure_folds
from nlp_jobs.training.token_vectors import learn_vectors
from nlp_jobs.training.train_sentiment import KEPT, read_sources

Floats = NDArray[np.float64]
SEED = 20261123
BOUND = 1.0  # log-odds of the head below which the network is asked: .27 to .73
SIZE = 64  # numbers in a vector
FILTERS = 48  # of each width
VECTOR_SCALE = 0.3  # vectors that begin small are learnt over more easily
DROPPED_INPUTS, DROPPED_ANSWERS, DROPPED_TOKENS = 0.2, 0.5, 0.05
RATE, VECTOR_RATE = 3e-3, 9e-4  # highest learning rates
BATCH = 128


class Recipe(NamedTuple):
    """Tokens and pairs that get a vector, and how often all texts are gone through."""

    tokens: int
    pairs: int
    passes: int


RECIPES = {"zh": Recipe(5_000, 14_000, 4), "en": Recipe(6_000, 4_000, 8)}


class Vocabulary(NamedTuple):
    """Tokens and pairs with their vectors, by frequency."""

    tokens: list[str]
    vectors: NDArray[np.float32]
    pairs: list[str]
    pair_vectors: NDArray[np.float32]


def learn_vocabulary(texts: Sequence[str], language: str) -> Vocabulary:
    """Learn the vectors from texts without labels."""
    recipe = RECIPES[language]
    cut = [cut_tokens(text, language == "zh") for text in texts]
    pairs = [[" ".join(pair) for pair in pairwise(said)] for said in cut]
    return Vocabulary(
        *learn_vectors(cut, recipe.tokens, least=5, window=5, size=SIZE),
        *learn_vectors(pairs, recipe.pairs, least=10, window=4, size=SIZE),
    )


def fit_network(
    examples: Sequence[LabelledText],
    domains: Sequence[str],
    vocabulary: Vocabulary,
    language: str,
) -> TextNetwork:
    """Learn filters and readings from praise and blame, and fit the vectors to them."""
    try:
        import torch
        from torch import nn
    except ImportError as error:
        raise SystemExit(
            "torch is not installed: `make transformers` installs it (training alone needs it)"
        ) from error
    torch.manual_seed(SEED)
    torch.set_num_threads(1)  # sums in one order
    random = np.random.default_rng(SEED)
    polar = [example for example in examples if example.label != NEUTRAL]
    labels = np.array([example.label == PRAISE for example in polar], dtype=np.float32)
    places = number_domains(polar, domains)
    spread = len(WIDTHS) * FILTERS

    def start(vectors: NDArray[np.float32]) -> Any:
        rows = np.vstack([np.zeros((2, SIZE), dtype=np.float32), vectors * VECTOR_SCALE])
        return nn.Embedding.from_pretrained(torch.from_numpy(rows), freeze=False, padding_idx=0)

    of_token, of_pair = start(vocabulary.vectors), start(vocabulary.pair_vectors)
    spans = nn.ModuleList(
        nn.Conv1d(2 * SIZE, FILTERS, width, padding=width // 2) for width in WIDTHS
    )
    readings = nn.Linear(2 * spread, len(domains))
    vectors = [*of_token.parameters(), *of_pair.parameters()]
    others = [*spans.parameters(), *readings.parameters()]
    recipe = RECIPES[language]
    steps = recipe.passes * (len(polar) // BATCH + SHUFFLED + 2)
    optimiser = torch.optim.AdamW(
        [
            {"params": vectors, "weight_decay": 0.0},
            {"params": others, "weight_decay": 1e-3},
        ]
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, [VECTOR_RATE, RATE], total_steps=steps, pct_start=0.1
    )
    numbered = _number(polar, vocabulary, language)
    lengths = [len(tokens) for tokens, _ in numbered]
    for _ in range(recipe.passes):
        for batch in iter_batches(lengths, BATCH, random):
            tokens, pairs = (torch.from_numpy(_fill(numbered, batch, kind)) for kind in (0, 1))
            is_said = (tokens > 0).float()
            # what is not listed has to be read too
            is_dropped = (torch.rand(tokens.shape) < DROPPED_TOKENS) & (tokens > 0)
            inputs = torch.cat([of_token(tokens.masked_fill(is_dropped, 1)), of_pair(pairs)], 2)
            inputs = nn.functional.dropout(inputs, DROPPED_INPUTS).transpose(1, 2)
            pooled = []
            for span in spans:
                answers = span(inputs)[:, :, : tokens.shape[1]].relu() * is_said[:, None]
                pooled.append(answers.amax(2))
                pooled.append(answers.sum(2) / is_said.sum(1, keepdim=True).clamp(min=1).sqrt())
            joined = nn.functional.dropout(torch.cat(pooled, 1), DROPPED_ANSWERS)
            read = readings(joined).gather(1, torch.from_numpy(places[batch])[:, None])[:, 0]
            loss = nn.functional.binary_cross_entropy_with_logits(
                read, torch.from_numpy(labels[batch])
            )
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()

    def numbers(tensor: Any) -> NDArray[np.float32]:
        return np.ascontiguousarray(tensor.detach().numpy(), dtype=np.float32)

    return TextNetwork(
        reads_letters=language == "zh",
        domains=tuple(domains),
        tokens=tuple(vocabulary.tokens),
        pairs=tuple(vocabulary.pairs),
        vectors=numbers(of_token.weight)[1:],
        pair_vectors=numbers(of_pair.weight)[1:],
        # (filters, inputs, width) of each width, one span of all behind the other
        filters=np.concatenate([numbers(span.weight).transpose(1, 2, 0) for span in spans], axis=1),
        biases=np.stack([numbers(span.bias) for span in spans]),
        weights=numbers(readings.weight).T,
        intercepts=numbers(readings.bias),
    )


def fit_join(
    praise: Floats, read: Floats, domains: Floats, labels: NDArray[np.int64]
) -> dict[str, Any]:
    """How the head's reading, the network's and the domains join, on unsure texts with a side."""
    unsure = (np.abs(praise) < BOUND) & (labels != NEUTRAL)
    found = np.clip((read * domains).sum(axis=1), -MAX_READING, MAX_READING)
    inputs = np.column_stack([praise, found, domains])[unsure]
    fitted = LogisticRegression(C=1.0, max_iter=1000).fit(inputs, labels[unsure] == PRAISE)
    join = {"weights": fitted.coef_[0].round(4).tolist(), "bias": round(fitted.intercept_[0], 4)}
    return {"bound": BOUND, "join": join}


def train(sources: dict[str, list[LabelledText]], language: str) -> TextNetwork:
    """Return the network of a language; its facts hold the join and the figures."""
    head = load_sentiment_head(MODEL_DIR / f"sentiment_{language}.npz")
    unique = {example.text: example for examples in sources.values() for example in examples}
    examples = sorted(
        (example for example in unique.values() if example.split != "test"),
        key=lambda example: example.text,
    )
    vocabulary = learn_vocabulary([example.text for example in examples], language)
    held_out = score_held_out(
        lambda chosen: fit_head(FEATURES[language], chosen, head.domains, KEPT[language]),
        examples,
        language,
    )
    stack = calibrate(held_out, examples, head.domains, language)["document_praise"]
    praise, domains = join_documents(stack, held_out), held_out.texts.domains
    folds = choose_folds(examples)
    read = np.zeros((len(examples), len(head.domains)))
    labels = np.array([example.label for example in examples])
    for fold in sorted(set(folds.tolist())):
        rest = [e for e, other in zip(examples, folds, strict=True) if other != fold]
        network = fit_network(rest, head.domains, vocabulary, language)
        held = np.flatnonzero(folds == fold)
        read[held] = network.read([examples[place].text for place in held])
    network = fit_network(examples, head.domains, vocabulary, language)
    joined = praise.copy()
    for fold in sorted(set(folds.tolist())):  # joined by what the other folds say
        facts = fit_join(*(of[folds != fold] for of in (praise, read, domains, labels)))
        network.facts.update(facts)
        unsure = np.flatnonzero((folds == fold) & (np.abs(praise) < BOUND))
        joined[unsure] = network.join(praise[unsure], read[unsure], domains[unsure])
    network.facts.update(fit_join(praise, read, domains, labels))
    network.facts["metrics"] = {
        "trained_on": {
            name: sum(example.split != "test" for example in found)
            for name, found in sources.items()
        },
        "asked": round(float((np.abs(praise) < BOUND).mean()), 4),
        "cross_validation": {
            "head": measure_folds(praise, examples, sources),
            "head and network": measure_folds(joined, examples, sources),
        },
    }
    return network


def measure_sources(
    network: TextNetwork, sources: dict[str, list[LabelledText]], language: str
) -> dict[str, Any]:
    """Figures of the test texts of each source that has praise and blame among them."""
    head = load_sentiment_head(MODEL_DIR / f"sentiment_{language}.npz")
    found: dict[str, Any] = {}
    for name, examples in sources.items():
        held = [example for example in examples if example.split == "test"]
        if {1, -1} <= {example.label for example in held}:
            found[name] = {
                "head": measure(head, held, language),
                "head and network": measure(head, held, language, network),
            }
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--language", choices=sorted(RECIPES), required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder with the public data sets")
    parser.add_argument("--out", type=Path, default=MODEL_DIR)
    options = parser.parse_args(arguments)
    read = read_sources(options.language, options.data, [], "text", "label")
    sources = {name: found for name, (found, _) in read.items()}
    if not sources:
        parser.error(f"{options.data} holds none of the public data sets")
    network = train(sources, options.language)
    options.out.mkdir(parents=True, exist_ok=True)
    path = options.out / f"network_{options.language}.npz"
    metrics = network.facts.pop("metrics")
    network.save(path)
    # measured as it is stored, rounded vectors and all
    metrics["test"] = measure_sources(load_text_network(path), sources, options.language)
    metrics["measured_on"] = dt.datetime.now(dt.UTC).date().isoformat()
    report = json.dumps({**network.facts, **metrics}, ensure_ascii=False, indent=2, sort_keys=True)
    path.with_suffix(".metrics.json").write_text(report + "\n", encoding="utf-8")
    print(report)


Numbered = list[tuple[NDArray[np.int64], NDArray[np.int64]]]


def _number(examples: Sequence[LabelledText], vocabulary: Vocabulary, language: str) -> Numbered:
    """Rows of tokens and pairs of each text: 0 fills up, 1 is what is not listed."""
    of_token = {token: row for row, token in enumerate(vocabulary.tokens, start=2)}
    of_pair = {pair: row for row, pair in enumerate(vocabulary.pairs, start=2)}
    numbered = []
    for example in examples:
        said = cut_tokens(example.text, language == "zh")
        pairs = [" ".join(pair) for pair in zip(said, [*said[1:], ""], strict=True)]
        numbered.append(
            (
                np.array([of_token.get(token, 1) for token in said], dtype=np.int64),
                np.array([of_pair.get(pair, 1) for pair in pairs], dtype=np.int64),
            )
        )
    return numbered


def _fill(numbered: Numbered, batch: NDArray[np.int64], kind: int) -> NDArray[np.int64]:
    """Rows of a batch side by side (texts, longest)."""
    longest = max(WIDTHS[-1], *(len(numbered[place][kind]) for place in batch))
    filled = np.zeros((len(batch), longest), dtype=np.int64)
    for row, place in enumerate(batch):
        filled[row, : len(numbered[place][kind])] = numbered[place][kind]
    return filled


if __name__ == "__main__":
    main()
