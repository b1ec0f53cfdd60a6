"""Feedback in, label rows out: the in-memory path of the language pipeline.

    annotator = Annotator("retail", names=["王芳"])
    document, units = annotator.annotate("k1", "送货很快，但是客服态度很差", None, "h1", "reviews")

Rows are plain dicts with the columns of `nlp.documents` and `nlp.opinion_units`. No database is
needed. One annotator serves one process; it is not meant to be shared between threads.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc

from nlp_jobs.components.opinion_unit import (
    DOMAIN_SHIFT,
    OPINION_UNITS,
    SENTIMENT_CONFIDENCE,
    SENTIMENT_LABEL,
    SENTIMENT_SCORE,
    SOURCE_TEXT,
)
from nlp_jobs.components.polarity import PolarityReader
from nlp_jobs.components.tokenizer import RjiebaTokenizer
from nlp_jobs.domain_shares import LEAST_TEXTS, SAMPLE, Shares
from nlp_jobs.lexicons.language import LANGUAGES
from nlp_jobs.pipelines import LIGHT, BackEnds, build_pipeline, pipeline_version
from nlp_jobs.source_domains import KnownShares, Source, read_shares
from nlp_jobs.taxonomy import DEFAULT_CONFIG_DIR
from nlp_jobs.text.names import NameFinder
from nlp_jobs.text.stage import PreparedText, prepare

# Pieces of feedback that go through the pipes together: what the pipes make of more falls out of
# the processor's cache before the next pipe reads it; fewer make arrays that are too short.
CHUNK = 250
CHUNK_CHARACTERS = 500_000  # fewer pieces when they are long: docs take some 300 bytes a character
NEW_WORDS = 100_000  # so many new words a vocabulary keeps until it forgets them all
DOCUMENT_COLUMNS = (
    "feedback_key",
    "text_hash",
    "pipeline_version",
    "source_slug",
    "language",
    "script",
    "is_relevant",
    "noise_reason",
    "duplicate_cluster_key",
    "dedup_weight",
    "redacted_text",
    "pii_counts",
    "sentiment_label",
    "sentiment_score",
    "sentiment_confidence",
    "unit_count",
)
LABEL_COLUMNS = (
    "sentiment_label",
    "sentiment_score",
    "sentiment_confidence",
    "intensity",
    "effort",
    "emotion_slug",
    "intent_slug",
    "need_kind",
    "need_slug",
    "touchpoint_slug",
    "touchpoint_confidence",
    "department_slug",
    "department_confidence",
    "topic_slug",
    "topic_confidence",
    "cause_slug",
    "severity_slug",
    "decision_effect_slug",
    "promise_role",
    "competitor_slug",
    "keywords",
)
UNIT_COLUMNS = (
    "feedback_key",
    "pipeline_version",
    "unit_seq",
    "speaker",
    "char_start",
    "char_end",
    "redacted_text",
    *LABEL_COLUMNS,
)

_read_labels = attrgetter(*LABEL_COLUMNS)
Row = dict[str, Any]
Values = tuple[Any, ...]
Turns = Sequence[Mapping[str, Any]]


class Feedback(NamedTuple):
    """What the annotator needs of one piece of feedback; `text` or `turns` may be null."""

    feedback_key: str
    text: str | None
    turns: Turns | None
    text_hash: str
    source_slug: str
    language: str | None = None


class Annotator:
    """Labels feedback with one pack; `names` are personal names to redact wherever they occur.

    `back_ends`: transformers models in the place of trained heads.
    """

    def __init__(
        self,
        pack: str = "retail",
        names: Iterable[str] = (),
        config_dir: Path = DEFAULT_CONFIG_DIR,
        back_ends: BackEnds = LIGHT,
    ) -> None:
        self.pipeline_version = pipeline_version(pack, config_dir, back_ends)
        self.names = NameFinder(names)
        self.pipelines = {
            language: build_pipeline(
                language, pack, config_dir, keep_spans=False, back_ends=back_ends
            )
            for language in LANGUAGES
        }
        for nlp in self.pipelines.values():
            # Pipes of ours ask no token for its shape and kind: finding out about each new word
            # would cost more than all else that is done for it. Where the tokenizer leaves the
            # words to the pipes, no tokens are made at all.
            if all(nlp.get_pipe_meta(name).factory.startswith("voc_") for name in nlp.pipe_names):
                nlp.vocab.lex_attr_getters = {}  # type: ignore[attr-defined]  # not in the stub
                if isinstance(nlp.tokenizer, RjiebaTokenizer):
                    nlp.tokenizer.makes_tokens = False
        self._new_words = ExitStack()
        self._vocabulary_size = 0
        self._shifts: dict[Source, NDArray[np.float64]] = {}
        self.know_domains(read_shares(config_dir))

    def know_domains(self, shares: KnownShares) -> None:
        """Read the texts of these sources in the light of what the sources write about.

        Of other sources nothing is known. Each call forgets the last, and what
        `config/source_domains.yml` says, which is what an annotator knows at first.
        """
        self._shifts = {
            source: reader.shift_domains(found)
            for source, found in shares.items()
            if (reader := self._find_reader(source.language)) is not None
        }

    def learn_domains(self, feedback: Iterable[Feedback]) -> dict[Source, Shares]:
        """What each source of the feedback writes about, by language; see `domain_shares`.

        `SAMPLE` texts of a source are enough, what follows is left out; of a source with fewer
        than `LEAST_TEXTS` nothing is known.
        """
        texts: dict[Source, list[str]] = {}
        for item in feedback:
            text = prepare(item.text, item.turns, self.names, item.language)
            language = choose_pipeline(text)
            if language is not None and text.noise_reason is None:
                texts.setdefault(Source(item.source_slug, language), []).append(text.text)
        return {
            source: reader.estimate_domains(found[:SAMPLE])
            for source, found in texts.items()
            if len(found) >= LEAST_TEXTS
            and (reader := self._find_reader(source.language)) is not None
        }

    def _find_reader(self, language: str) -> PolarityReader | None:
        for _, pipe in self.pipelines[language].pipeline:
            if isinstance(pipe, PolarityReader):
                return pipe
        return None

    def annotate(
        self,
        feedback_key: str,
        text: str | None,
        turns: Turns | None,
        text_hash: str,
        source_slug: str,
        language: str | None = None,
    ) -> tuple[Row, list[Row]]:
        """Label one piece of feedback; `language` (zh, en) overrides the detection."""
        feedback = Feedback(feedback_key, text, turns, text_hash, source_slug, language)
        [labelled] = self.annotate_many([feedback])
        return labelled

    def annotate_many(self, feedback: Iterable[Feedback]) -> Iterator[tuple[Row, list[Row]]]:
        """Label a stream in order; about as fast as one process can."""
        return map(name_columns, self.annotate_values(feedback))

    def annotate_values(
        self, feedback: Iterable[Feedback]
    ) -> Iterator[tuple[Values, list[Values]]]:
        """The same as values in the order of `DOCUMENT_COLUMNS` and `UNIT_COLUMNS`.

        For what writes rows or sends them on: names cost half as much as the values.

        Cyclic garbage collection rests inside a chunk and runs between chunks: docs come and go
        in such numbers that collecting on the way costs up to a quarter of the time.
        """
        for chunk in iter_chunks(feedback):
            self._bound_vocabulary()
            with garbage_collection_paused():
                labelled = list(self._annotate_chunk(chunk))
            yield from labelled

    def _bound_vocabulary(self) -> None:
        """Forget the words met so far when they are many, so that memory stays flat.

        Forgetting is rare, because learning a word takes as long as reading ten known ones.
        """
        size = sum(len(nlp.vocab) for nlp in self.pipelines.values())
        if self._vocabulary_size and size - self._vocabulary_size < NEW_WORDS:
            return
        self._new_words.close()
        for nlp in self.pipelines.values():
            self._new_words.enter_context(nlp.memory_zone())
        self._vocabulary_size = size

    def _annotate_chunk(self, chunk: Sequence[Feedback]) -> Iterator[tuple[Values, list[Values]]]:
        prepared = [prepare(item.text, item.turns, self.names, item.language) for item in chunk]
        places: dict[str, list[int]] = {language: [] for language in self.pipelines}
        for place, text in enumerate(prepared):
            language = choose_pipeline(text)
            if language is not None and text.noise_reason is None:
                places[language].append(place)
        docs: dict[int, Doc] = {}
        for language, chosen in places.items():
            found = self._read(
                [prepared[place].text for place in chosen],
                language,
                [chunk[place].source_slug for place in chosen],
            )
            docs.update(zip(chosen, found, strict=True))
        for place, (item, text) in enumerate(zip(chunk, prepared, strict=True)):
            yield self.make_values(item, text, docs.get(place))

    def _read(self, texts: Sequence[str], language: str, source_slugs: Sequence[str]) -> list[Doc]:
        """Run the pipes one after the other, each over all texts of the chunk.

        `nlp.pipe` hands every doc through a generator for each pipe, which costs as much as some
        of the pipes do.
        """
        nlp = self.pipelines[language]
        docs = []
        shifts = {slug: self._shifts.get(Source(slug, language)) for slug in set(source_slugs)}
        for text, slug in zip(texts, source_slugs, strict=True):
            doc = nlp.make_doc(text)
            doc.user_data[SOURCE_TEXT] = text
            doc.user_data[DOMAIN_SHIFT] = shifts[slug]
            docs.append(doc)
        for _, pipe in nlp.pipeline:
            if hasattr(pipe, "pipe"):
                docs = list(pipe.pipe(docs, batch_size=max(1, len(docs))))
            else:
                docs = [pipe(doc) for doc in docs]
        return docs

    def make_values(
        self, item: Feedback, text: PreparedText, doc: Doc | None
    ) -> tuple[Values, list[Values]]:
        """The values of the document and of its units; `doc` null for a text without labels."""
        labels = doc.user_data if doc is not None else {}
        key, version = item.feedback_key, self.pipeline_version
        units = [
            (
                key,
                version,
                number,
                unit.speaker,
                unit.char_start,
                unit.char_end,
                unit.text,
                *_read_labels(unit),
            )
            for number, unit in enumerate(labels.get(OPINION_UNITS, ()), start=1)
        ]
        document = (
            key,
            item.text_hash,
            version,
            item.source_slug,
            text.language,
            text.script,
            text.noise_reason is None,
            text.noise_reason,
            None,  # which cluster of near duplicates it is in shows later, and so does its weight
            1.0,
            text.text or None,
            text.pii_counts,
            labels.get(SENTIMENT_LABEL),
            labels.get(SENTIMENT_SCORE),
            labels.get(SENTIMENT_CONFIDENCE),
            len(units),
        )
        return document, units


def name_columns(labelled: tuple[Values, list[Values]]) -> tuple[Row, list[Row]]:
    """Values of a document and its units as rows, column by column."""
    document, units = labelled
    return (
        dict(zip(DOCUMENT_COLUMNS, document, strict=True)),
        [dict(zip(UNIT_COLUMNS, unit, strict=True)) for unit in units],
    )


def iter_chunks(
    feedback: Iterable[Feedback], pieces: int | None = None
) -> Iterator[list[Feedback]]:
    """Cut a stream by pieces and by characters, so that long texts do not fill the memory.

    `pieces` null means `CHUNK`.
    """
    most = CHUNK if pieces is None else pieces
    chunk: list[Feedback] = []
    characters = 0
    for item in feedback:
        chunk.append(item)
        characters += len(item.text or "")
        characters += sum(len(str(turn.get("text", ""))) for turn in item.turns or ())
        if len(chunk) >= most or characters >= CHUNK_CHARACTERS:
            yield chunk
            chunk, characters = [], 0
    if chunk:
        yield chunk


@contextmanager
def garbage_collection_paused() -> Iterator[None]:
    """No cyclic collection inside: to make many objects costs up to twice as much with it."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def choose_pipeline(text: PreparedText) -> str | None:
    """The language whose pipeline reads the text, or None.

    Text without letters (emoji) is read as Chinese; other languages are not labelled.
    """
    if text.language in LANGUAGES:
        return text.language
    return "zh" if text.script == "none" and text.language == "und" else None
