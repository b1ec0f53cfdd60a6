"""What the heads of promises learn from: written sentences, and units of public texts.

`promise_examples/<language>.tsv` holds sentences, `promise_examples/judged.csv` units that were
judged in their texts (`judged_texts`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from spacy.util import load_config

from nlp_jobs.components.opinion_unit import OPINION_UNITS
from nlp_jobs.components.promises import EVIDENCE, LABELS, NONE, PromiseMarker, gather_evidence
from nlp_jobs.pipelines import CONFIGS_DIR
from nlp_jobs.training.judged_texts import (
    JudgedUnits,
    collect_units,
    find_texts,
    read_judgements,
)
from nlp_jobs.training.unit_texts import build_pipes, read_marked_sentences, read_sentences

Numbers = NDArray[np.float64]
EXAMPLES = Path(__file__).resolve().parent / "promise_examples"
PIPE = "voc_promises"
KEPT = "kept"  # a promise that was kept: neither quoted for its own sake nor broken
# sentences about these may hold promises that nobody marked
ABOUT_PROMISES = {"topic": ("sales_promise", "exaggerated_claims"), "need": ("kept_promises",)}


def read_marked(language: str, directory: Path = EXAMPLES) -> tuple[list[str], list[int]]:
    """Return the sentences written for the head and the places of their labels in `LABELS`.

    Raises `ValueError` with the line for a broken line and an unknown label.
    """
    marked = read_marked_sentences(directory / f"{language}.tsv", (*LABELS, KEPT))
    places = {**{label: place for place, label in enumerate(LABELS)}, KEPT: LABELS.index(NONE)}
    return [text for _, text in marked], [places[label] for label, _ in marked]


def read_others(language: str) -> list[str]:
    """Return the sentences about other things than promises."""
    return [
        row["text"]
        for _, row in read_sentences(language, tuple(ABOUT_PROMISES))
        if all(row[column] not in values for column, values in ABOUT_PROMISES.items())
    ]


def read_evidence(texts: Sequence[str], language: str) -> Numbers:
    """What the words say (texts, EVIDENCE): of the first unit with a role by them, or the first."""
    mark = PromiseMarker(language, reach=0)
    rows = np.zeros((len(texts), len(EVIDENCE)))
    for row, doc in enumerate(mark.pipe(build_pipes(language, "voc_letters").pipe(texts))):
        units = doc.user_data[OPINION_UNITS]
        if units:
            chosen = max(units, key=lambda unit: unit.promise_role != NONE)
            rows[row] = gather_evidence([chosen], [chosen.promise_role])[0]
    return rows


def read_judged(language: str, data: Path, directory: Path = EXAMPLES) -> JudgedUnits:
    """The judged units as they stand in their texts, with the roles that words give them there.

    Raises `FileNotFoundError` when the folder holds none of the public sets.
    """
    judgements = read_judgements(directory / "judged.csv", language)
    texts = find_texts(judgements, language, data)
    reach = load_config(CONFIGS_DIR / f"{language}.cfg")["components"][PIPE]["reach"]
    docs = PromiseMarker(language, reach).pipe(build_pipes(language, PIPE).pipe(texts.values()))
    return collect_units(
        docs,
        (judgements[key] for key in texts),
        lambda units: gather_evidence(units, [unit.promise_role for unit in units]),
        LABELS,
    )
