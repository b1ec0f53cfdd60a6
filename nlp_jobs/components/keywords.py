"""`voc_keywords`: the content words of each unit, in reading order."""

from __future__ import annotations

from bisect import bisect_left

from spacy import registry
from spacy.language import Language
from spacy.tokens import Doc

from nlp_jobs.lexicons.language import load_lexicon

MIN_LENGTH = {"zh": 2, "en": 3}


@registry.misc("voc.stopwords.v1")
def read_stopwords(language: str) -> frozenset[str]:
    """The stop words of a language's word list."""
    return load_lexicon(language).stopwords


@Language.factory("voc_keywords", requires=["doc._.opinion_units"], assigns=["doc._.opinion_units"])
def make_keywords(
    nlp: Language, name: str, stopwords: frozenset[str], language: str, limit: int
) -> KeywordPicker:
    """`limit`: at most this many key words per unit."""
    return KeywordPicker(stopwords, MIN_LENGTH[language], limit)


class KeywordPicker:
    """Takes tokens that are words, long enough and no stop words, each once."""

    def __init__(self, stopwords: frozenset[str], min_length: int, limit: int) -> None:
        self.stopwords = stopwords
        self.min_length = min_length
        self.limit = limit

    def __call__(self, doc: Doc) -> Doc:
        """Pick the key words of each unit."""
        words, starts, position = [], [], 0
        for token in doc:
            word = token.text_with_ws
            words.append(word.rstrip(" "))
            starts.append(position)
            position += len(word)
        for unit in doc._.opinion_units:
            first = bisect_left(starts, unit.char_start)
            last = bisect_left(starts, unit.char_end)
            unit.keywords = self.pick(words[first:last])
        return doc

    def pick(self, words: list[str]) -> list[str]:
        """The key words among the words of one unit."""
        picked = dict.fromkeys(
            lowered
            for word in words
            if len(word) >= self.min_length
            and word.isalpha()
            and (lowered := word.lower()) not in self.stopwords
        )
        return list(picked)[: self.limit]
