"""What a row of a file asks beside its labels: where it belongs, what is said of its term."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from nlp_jobs.named_opinions import Named, NamedOpinion, NamedOpinionReader, list_languages
from nlp_jobs.routing_heads import Router
from nlp_jobs.text.script import detect_script


class RowQuestions:
    """Answers for whole chunks of rows; each head reads a chunk in one call."""

    def __init__(
        self,
        router: str | None = None,
        term_column: str | None = None,
        said_column: str | None = None,
    ) -> None:
        """Load what is asked for; an unknown router is a `ValueError`."""
        self.router = None if router is None else Router(router)
        self.term_column = term_column
        self.said_column = said_column
        languages = list_languages() if term_column else []
        self.readers = {language: NamedOpinionReader(language) for language in languages}

    def answer(self, rows: Sequence[Mapping[str, Any]], text_column: str) -> list[dict[str, Any]]:
        """The further keys of each row's document: `route`, `named_opinion`."""
        texts = [row[text_column] or "" for row in rows]
        answers: list[dict[str, Any]] = [{} for _ in rows]
        if self.router is not None:
            for answer, route in zip(answers, self.router.route(texts), strict=True):
                answer["route"] = asdict(route)
        if self.term_column is not None:
            opinions = self._read_opinions(rows, texts)
            for place, answer in enumerate(answers):
                answer["named_opinion"] = asdict(opinions[place]) if place in opinions else None
        return answers

    def _read_opinions(
        self, rows: Sequence[Mapping[str, Any]], texts: Sequence[str]
    ) -> dict[int, NamedOpinion]:
        asked: dict[str, dict[int, Named]] = {language: {} for language in self.readers}
        for place, (row, text) in enumerate(zip(rows, texts, strict=True)):
            term, said = (
                str(row.get(column or "") or "").strip()
                for column in (self.term_column, self.said_column)
            )
            language = detect_script(text).language if term else ""
            if language in asked:
                asked[language][place] = Named(text, term, said)
        return {
            place: opinion
            for language, named in asked.items()
            for place, opinion in zip(
                named, self.readers[language].read(list(named.values())), strict=True
            )
        }
