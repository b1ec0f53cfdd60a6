"""`voc_cues`: finds all cues of the language and the pack; later pipes only read the finds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from spacy import registry, util
from spacy.language import Language
from spacy.tokens import Doc

from nlp_jobs.components.opinion_unit import CUE_HITS, read_source_text
from nlp_jobs.lexicons.cues import CueFinder, iter_language_cues, iter_pack_cues
from nlp_jobs.lexicons.language import load_lexicon
from nlp_jobs.taxonomy import DEFAULT_CONFIG_DIR, Pack, load_departments, load_pack


@registry.misc("voc.pack.v1")
def read_pack(slug: str, config_dir: str | None = None) -> Pack:
    """An industry pack by slug; `config_dir` null means the project's own."""
    return load_pack(slug, Path(config_dir) if config_dir else DEFAULT_CONFIG_DIR)


@registry.misc("voc.cue_finder.v1")
def make_cue_finder(language: str, pack: str, config_dir: str | None = None) -> CueFinder:
    """The automaton of one language and pack."""
    directory = Path(config_dir) if config_dir else DEFAULT_CONFIG_DIR
    return CueFinder(
        chain(
            iter_language_cues(load_lexicon(language)),
            iter_pack_cues(load_pack(pack, directory), load_departments(directory), language),
        ),
        language,
    )


@Language.factory("voc_cues", assigns=["doc._.source_text", "doc._.cue_hits"])
def make_cues(nlp: Language, name: str, finder: CueFinder) -> CueMarker:
    """Build the pipe from a finder, usually `voc.cue_finder.v1`."""
    return CueMarker(finder)


class CueMarker:
    """Writes the finder's hits by layer to doc._.cue_hits."""

    def __init__(self, finder: CueFinder) -> None:
        self.finder = finder

    def __call__(self, doc: Doc) -> Doc:
        """Find the cues of one doc; `pipe` reads many in one pass."""
        return self._mark([doc])[0]

    def pipe(self, stream: Iterable[Doc], batch_size: int = 256) -> Iterator[Doc]:
        """Find the cues batch by batch."""
        for docs in util.minibatch(stream, size=batch_size):
            yield from self._mark(docs)

    def _mark(self, docs: list[Doc]) -> list[Doc]:
        texts = [read_source_text(doc) for doc in docs]
        for doc, hits in zip(docs, self.finder.find_many(texts), strict=True):
            doc.user_data[CUE_HITS] = hits
        return docs
