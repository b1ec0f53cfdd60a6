"""Word lists of aspects, for domains with few labelled texts: the words decide, training weighs.

A file in `nlp_jobs/lexicons/` names for each aspect the words by which people speak of it (strong,
plain, weak, exceptions) and, in `opinions`, the words by which they praise or blame it or stay in
between (mixed), because 「小」 means one thing of a bill and another of a portion.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from nlp_jobs.lexicons.cues import STRENGTHS, Cue, CueFinder, Hit
from nlp_jobs.lexicons.language import LEXICON_DIR
from nlp_jobs.taxonomy import Cues, TaxonomyError

TIERS = ("strong", "plain", "weak")
INPUTS_PER_LABEL = 5
TYPICAL_LENGTH = 300  # characters of a review, for the length input


class Opinions(BaseModel):
    """Words that praise or blame one aspect, or stay in between."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    praise: tuple[str, ...] = ()
    blame: tuple[str, ...] = ()
    mixed: tuple[str, ...] = ()


class AspectLexicon(BaseModel):
    """The word list of one domain in one language."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    language: str
    version: int
    aspects: dict[str, Cues]
    opinions: dict[str, Opinions]


class AspectWords:
    """Finds the words of all aspects of a lexicon in one pass."""

    def __init__(self, lexicon: AspectLexicon) -> None:
        self.labels = tuple(lexicon.aspects)
        self._finder = CueFinder(_iter_cues(lexicon), lexicon.language)

    def find(self, text: str) -> tuple[list[list[Hit]], list[list[Hit]]]:
        """Hits of a text per label: (words of the aspect, words of opinion on it).

        The slug of a hit is its tier, or praise, blame or mixed.
        """
        found = self._finder.find(text)
        return (
            [found.get(label, []) for label in self.labels],
            [found.get(_opinion_layer(label), []) for label in self.labels],
        )

    def count(
        self, hits: Sequence[Sequence[Sequence[Hit]]], lengths: Sequence[int]
    ) -> NDArray[np.float32]:
        """Inputs of the presence head, (texts, labels * INPUTS_PER_LABEL + 1).

        Per label the log counts of each tier and whether there is a strong and a plain word at
        all; at the end the log length of the text in typical reviews.
        """
        counts = np.zeros((len(hits), len(self.labels), len(TIERS)), dtype=np.float32)
        for row, by_label in enumerate(hits):
            for place, found in enumerate(by_label):
                for hit in found:
                    counts[row, place, TIERS.index(hit.slug)] += 1
        inputs = np.concatenate([np.log1p(counts), counts[:, :, :2] > 0], axis=2)
        length = np.log(np.maximum(np.array(lengths, dtype=np.float32), 1) / TYPICAL_LENGTH)
        rows = inputs.reshape(len(hits), len(self.labels) * INPUTS_PER_LABEL)
        return np.column_stack([rows, length]).astype(np.float32)


@lru_cache(maxsize=4)
def load_aspect_words(name: str) -> AspectWords:
    """The finder of `lexicons/<name>.yml`; a wrong or missing file raises `TaxonomyError`."""
    return AspectWords(read_aspect_lexicon(LEXICON_DIR / f"{name}.yml"))


def read_aspect_lexicon(path: Path) -> AspectLexicon:
    """Read and check a word list of aspects."""
    try:
        stored = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        lexicon = AspectLexicon.model_validate(stored)
    except FileNotFoundError as error:
        raise TaxonomyError(f"{path} does not exist") from error
    except (yaml.YAMLError, ValidationError) as error:
        raise TaxonomyError(f"{path}: {error}") from error
    unknown = sorted(set(lexicon.opinions) - set(lexicon.aspects))
    if unknown:
        raise TaxonomyError(f"{path}: opinions on unknown aspects: {', '.join(unknown)}")
    return lexicon


def _opinion_layer(label: str) -> str:
    return f"{label} opinion"


def _iter_cues(lexicon: AspectLexicon) -> Iterator[Cue]:
    for label, cues in lexicon.aspects.items():
        for tier, text in cues.all():
            yield Cue(text, label, tier, STRENGTHS[tier])
        for text in cues.except_:
            yield Cue(text, label, "except", STRENGTHS["except"])
    for label, opinions in lexicon.opinions.items():
        for slug in ("praise", "blame", "mixed"):
            for text in getattr(opinions, slug):
                yield Cue(text, _opinion_layer(label), slug, STRENGTHS["plain"])
