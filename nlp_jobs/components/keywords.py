"""`voc_keywords`: the content words of each unit, in reading order."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import accumulate, chain

from spacy import registry, util
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
        """Pick the key words of one doc; `pipe` looks up the words of many in one go."""
        return self._pick([doc])[0]

    def pipe(self, stream: Iterable[Doc], batch_size: int = 256) -> Iterator[Doc]:
        """Pick the key words batch by batch."""
        for docs in util.minibatch(stream, size=batch_size):
            yield from self._pick(docs)

    def _pick(self, docs: list[Doc]) -> list[Doc]:
        cut = list(map(_read_words, docs))
        keywords = self._keywords.of(chain.from_iterable(cut))
        starts = list(accumulate(map(len, chain.from_iterable(cut)), initial=0))
        limit, last_word = self.limit, 0
        for doc, words in zip(docs, cut, strict=True):
            last, last_word = last_word, last_word + len(words)
            offset = starts[last]
            for unit in doc.user_data[OPINION_UNITS]:
                first = bisect_left(starts, offset + unit.char_start, last, last_word)
                last = bisect_left(starts, offset + unit.char_end, first, last_word)
                unit.keywords = list(dict.fromkeys(filter(None, keywords[first:last])))[:limit]
        return docs


def _read_words(doc: Doc) -> list[str]:
    """The tokens with the blanks after them, as the tokenizer left them or as the doc has them."""
    words: list[str] | None = doc.user_data.get(WORDS)
    return [token.text_with_ws for token in doc] if words is None else words


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
