"""`voc_keywords`: the content words of each unit, in reading order."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import accumulate

from spacy import registry
from spacy.language import Language
from spacy.tokens import Doc

from nlp_jobs.components.opinion_unit import OPINION_UNITS, WORDS
from nlp_jobs.lexicons.language import load_lexicon

MIN_LENGTH = {"zh": 2, "en": 3}
REMEMBERED_WORDS = 200_000


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
        self.limit = limit
        self._keywords = JudgedTokens(stopwords, min_length)

    def __call__(self, doc: Doc) -> Doc:
        """Pick the key words of each unit."""
        words: list[str] | None = doc.user_data.get(WORDS)
        if words is None:
            words = [token.text_with_ws for token in doc]
        starts = [0, *accumulate(map(len, words))]
        keywords = self._keywords.of(words)
        for unit in doc.user_data[OPINION_UNITS]:
            first = bisect_left(starts, unit.char_start)
            last = bisect_left(starts, unit.char_end, lo=first, hi=len(words))
            unit.keywords = self._choose(keywords[first:last])
        return doc

    def pick(self, words: Sequence[str]) -> list[str]:
        """The key words among the words of one unit."""
        return self._choose(self._keywords.of(words))

    def _choose(self, keywords: Iterable[str]) -> list[str]:
        """The first of them, each once; words that are none are empty."""
        return list(dict.fromkeys(filter(None, keywords)))[: self.limit]


class JudgedTokens(dict[str, str]):
    """The key word that each token is, or nothing; remembered, as the same words come again."""

    def __init__(self, stopwords: frozenset[str], min_length: int) -> None:
        super().__init__()
        self.stopwords = stopwords
        self.min_length = min_length

    def of(self, tokens: Iterable[str]) -> list[str]:
        """The key words of tokens, in their order."""
        return list(map(self.__getitem__, tokens))

    def __missing__(self, token: str) -> str:
        if len(self) >= REMEMBERED_WORDS:
            self.clear()
        word = token.rstrip(" ")
        is_word = len(word) >= self.min_length and word.isalpha()
        keyword = word.lower() if is_word else ""
        if keyword in self.stopwords:
            keyword = ""
        self[token] = keyword
        return keyword
