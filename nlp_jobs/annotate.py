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
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from spacy.tokens import Doc

from nlp_jobs.components.opinion_unit import OpinionUnit
from nlp_jobs.lexicons.language import LANGUAGES
from nlp_jobs.pipelines import build_pipeline, pipeline_version
from nlp_jobs.taxonomy import DEFAULT_CONFIG_DIR
from nlp_jobs.text.names import NameFinder
from nlp_jobs.text.stage import PreparedText, prepare

CHUNK = 1000
CHUNKS_PER_ZONE = 20
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

Row = dict[str, Any]
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
    """Labels feedback with one pack; `names` are personal names to redact wherever they occur."""

    def __init__(
        self,
        pack: str = "retail",
        names: Iterable[str] = (),
        config_dir: Path = DEFAULT_CONFIG_DIR,
    ) -> None:
        self.pipeline_version = pipeline_version(pack, config_dir)
        self._names = NameFinder(names)
        self._pipelines = {
            language: build_pipeline(language, pack, config_dir, keep_spans=False)
            for language in LANGUAGES
        }

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
        """Label a stream in order; about as fast as one process can.

        Cyclic garbage collection rests inside a chunk and runs between chunks: docs come and go
        in such numbers that collecting on the way costs up to a quarter of the time.
        """
        stream = iter(feedback)
        chunk = list(islice(stream, CHUNK))
        while chunk:
            # Words met in a zone are forgotten with it: the vocabulary does not grow.
            with ExitStack() as zones:
                for nlp in self._pipelines.values():
                    zones.enter_context(nlp.memory_zone())
                for _ in range(CHUNKS_PER_ZONE):
                    with _garbage_collection_paused():
                        labelled = list(self._annotate_chunk(chunk))
                    yield from labelled
                    chunk = list(islice(stream, CHUNK))
                    if not chunk:
                        break

    def _annotate_chunk(self, chunk: Sequence[Feedback]) -> Iterator[tuple[Row, list[Row]]]:
        prepared = [prepare(item.text, item.turns, self._names, item.language) for item in chunk]
        labels: dict[int, tuple[Row, list[Row]]] = {}
        for language, nlp in self._pipelines.items():
            places = [
                place
                for place, text in enumerate(prepared)
                if text.noise_reason is None and _choose_pipeline(text) == language
            ]
            texts = ((prepared[place].text, place) for place in places)
            for doc, place in nlp.pipe(texts, as_tuples=True):
                labels[place] = self._label(chunk[place], doc)
        for place, (item, text) in enumerate(zip(chunk, prepared, strict=True)):
            document, units = labels.get(place, ({}, []))
            yield self._document_row(item, text, document, len(units)), units

    def _label(self, item: Feedback, doc: Doc) -> tuple[Row, list[Row]]:
        document = {
            "sentiment_label": doc._.sentiment_label,
            "sentiment_score": doc._.sentiment_score,
            "sentiment_confidence": doc._.sentiment_confidence,
        }
        units: list[OpinionUnit] = doc._.opinion_units
        return document, [
            self._unit_row(item, seq, unit) for seq, unit in enumerate(units, start=1)
        ]

    def _unit_row(self, item: Feedback, seq: int, unit: OpinionUnit) -> Row:
        row: Row = {
            "feedback_key": item.feedback_key,
            "pipeline_version": self.pipeline_version,
            "unit_seq": seq,
            "speaker": unit.speaker,
            "char_start": unit.char_start,
            "char_end": unit.char_end,
            "redacted_text": unit.text,
        }
        for column in LABEL_COLUMNS:
            row[column] = getattr(unit, column)
        return row

    def _document_row(self, item: Feedback, text: PreparedText, labels: Row, count: int) -> Row:
        return {
            "feedback_key": item.feedback_key,
            "text_hash": item.text_hash,
            "pipeline_version": self.pipeline_version,
            "source_slug": item.source_slug,
            "language": text.language,
            "script": text.script,
            "is_relevant": text.noise_reason is None,
            "noise_reason": text.noise_reason,
            "duplicate_cluster_key": None,
            "dedup_weight": 1.0,
            "redacted_text": text.text or None,
            "pii_counts": text.pii_counts,
            "sentiment_label": labels.get("sentiment_label"),
            "sentiment_score": labels.get("sentiment_score"),
            "sentiment_confidence": labels.get("sentiment_confidence"),
            "unit_count": count,
        }


@contextmanager
def _garbage_collection_paused() -> Iterator[None]:
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _choose_pipeline(text: PreparedText) -> str | None:
    """Text without letters (emoji) is read as Chinese; other languages are not labelled."""
    if text.language in LANGUAGES:
        return text.language
    return "zh" if text.script == "none" and text.language == "und" else None
