"""`voc_cues`: finds all cues of the language and the pack; later pipes only read the finds."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

from spacy import registry
from spacy.language import Language
from spacy.tokens import Doc

from nlp_jobs.components import opinion_unit  # noqa: F401  # registers the doc extensions
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
        """Find the cues of one doc."""
        text = doc.text
        doc._.source_text = text
        doc._.cue_hits = self.finder.find(text)
        return doc
