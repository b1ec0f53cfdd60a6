"""Train the heads of `voc_effort`: which units tell that the customer had to struggle, or had not.

    python -m nlp_jobs.training.train_effort --language zh --data DIR [--out DIR]

A logistic regression on n-grams of the unit and on what the pipes before found (`effort.EVIDENCE`)
learns from units of public texts that were judged in their texts (`effort_examples/judged.csv`,
`judged_texts`). No chance in it but the fixed folds: the same folder gives the same weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from nlp_jobs.components.effort import EVIDENCE, LABELS, gather_evidence
from nlp_jobs.training.command_line import parse_options
from nlp_jobs.training.judged_fitting import Recipe, fit_judged
from nlp_jobs.training.judged_texts import (
    JudgedUnits,
    collect_units,
    find_texts,
    read_judgements,
)
from nlp_jobs.training.train_routing import save_with_metrics
from nlp_jobs.training.unit_texts import build_pipes
from nlp_jobs.unit_features import UNIT_FEATURES

EXAMPLES = Path(__file__).resolve().parent / "effort_examples"
PIPE = "voc_effort"
RECIPE = Recipe(
    labels=LABELS,
    extras=EVIDENCE,
    least=0.4,
    judged_weight=1.0,
    kept_weights=14_000,
)


def read_judged(language: str, data: Path, directory: Path = EXAMPLES) -> JudgedUnits:
    """The judged units as the pipes before `voc_effort` leave them.

    Raises `FileNotFoundError` when the folder holds none of the public sets.
    """
    judgements = read_judgements(directory / "judged.csv", language)
    texts = find_texts(judgements, language, data)
    docs = build_pipes(language, PIPE).pipe(texts.values())
    return collect_units(docs, (judgements[key] for key in texts), gather_evidence, LABELS)


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line entry point."""
    options = parse_options(__doc__, UNIT_FEATURES, arguments)
    head = fit_judged(options.language, RECIPE, read_judged(options.language, options.data), None)
    print(save_with_metrics(head, options.out, f"effort_{options.language}"))


if __name__ == "__main__":
    main()
