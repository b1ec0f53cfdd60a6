"""`voc_transformer_aspects`: topics of units by a transformers model; optional.

The place of `voc_aspects` and its rules (what the cues found stays, a weak finding gives way to a
sure model), with a multi-label classifier in the place of the trained heads. Which label stands
for which topic: the pack's `heads`, or `topics` here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language

from nlp_jobs.components.aspects import AspectTopics
from nlp_jobs.components.transformer_polarity import Classifier
from nlp_jobs.taxonomy import AspectHeads, Pack
from nlp_jobs.transformer_models import BackEndError

THRESHOLD = 0.5


@Language.factory(
    "voc_transformer_aspects",
    default_config={"topics": {}, "threshold": THRESHOLD, "weak_confidence": 0.55},
    requires=["doc._.opinion_units"],
    assigns=["doc._.opinion_units"],
)
def make_transformer_aspects(
    nlp: Language,
    name: str,
    classifier: Classifier,
    pack: Pack,
    language: str,
    topics: dict[str, str],
    threshold: float,
    weak_confidence: float,
) -> TransformerAspects:
    """`topics`: model label -> topic slug of the pack, in addition to the pack's own map."""
    return TransformerAspects(classifier, pack, language, topics, threshold, weak_confidence)


class _ClassifierAsHeads:
    """A classifier with the face that `AspectTopics` asks for."""

    def __init__(self, classifier: Classifier, threshold: float) -> None:
        self.labels = classifier.labels
        self.unit_thresholds = np.full(len(classifier.labels), threshold)
        self._classifier = classifier

    def unit_presence(self, texts: Sequence[str]) -> NDArray[np.float64]:
        return self._classifier.probabilities(texts)


class TransformerAspects(AspectTopics):
    """`AspectTopics` that asks a transformers model."""

    def __init__(
        self,
        classifier: Classifier,
        pack: Pack,
        language: str,
        topics: Mapping[str, str],
        threshold: float,
        weak_confidence: float,
    ) -> None:
        heads = AspectHeads(
            reader="transformers",
            least_confidence=threshold,
            topics=known_topics(classifier.labels, pack, language, topics),
        )
        model = _ClassifierAsHeads(classifier, threshold)
        super().__init__(pack, language, weak_confidence, heads, model)


def known_topics(
    labels: Sequence[str], pack: Pack, language: str, topics: Mapping[str, str]
) -> dict[str, str]:
    """Return label -> topic slug; labels that stand for no topic are left out.

    A label may also be the slug of a topic itself. Raises `BackEndError` when a named topic is
    none of the pack's, or when no label stands for any.
    """
    slugs = {topic.slug for *_, topic in pack.iter_topics()}
    heads = pack.heads.get(language)
    known = {**(heads.topics if heads else {}), **topics}
    if unknown := sorted({slug for slug in topics.values() if slug not in slugs}):
        raise BackEndError(f"VOC_ASPECTS_TOPICS: pack {pack.slug} has no topic {unknown[0]!r}.")
    found = {label: known.get(label, label) for label in labels if known.get(label, label) in slugs}
    if not found:
        raise BackEndError(
            f"None of the model's labels stands for a topic of pack {pack.slug}: "
            f'{", ".join(labels)}. Map them: VOC_ASPECTS_TOPICS=\'{{"label": "topic_slug"}}\'.'
        )
    return found
