"""The Chinese tokenizer: rjieba words as spaCy tokens, about 15 times faster than jieba."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import rjieba
from spacy import registry
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import DummyTokenizer
from spacy.vocab import Vocab

from nlp_jobs.components.opinion_unit import SOURCE_TEXT, WORDS


@registry.tokenizers("voc.rjieba.v1")
def make_rjieba_tokenizer(hmm: bool = True) -> Callable[[Language], RjiebaTokenizer]:
    """Build the tokenizer; `hmm` lets rjieba join characters to words it does not know."""
    return lambda nlp: RjiebaTokenizer(nlp.vocab, hmm)


class TokenlessDoc:
    """All that pipes of ours read of a doc; to make a spaCy doc costs ten times as much."""

    __slots__ = ("user_data",)

    def __init__(self, user_data: dict[Any, Any]) -> None:
        self.user_data = user_data


class RjiebaTokenizer(DummyTokenizer):
    """Words of rjieba; one blank is folded into the word before it, so doc.text == text.

    The text and its words are left in doc._.source_text and doc._.words for the pipes, because
    asking tokens for them takes longer than cutting the text did. `makes_tokens` false leaves it
    at that: a `TokenlessDoc`, in half the time, for pipelines of our pipes only.
    """

    def __init__(self, vocab: Vocab, hmm: bool) -> None:
        self.vocab = vocab
        self.hmm = hmm
        self.makes_tokens = True

    def __call__(self, text: str) -> Doc:
        """Cut a text into words."""
        words = rjieba.cut(text, self.hmm)
        if " " not in text:
            user_data = {SOURCE_TEXT: text, WORDS: words}
            if not self.makes_tokens:
                return cast(Doc, TokenlessDoc(user_data))
            return Doc(self.vocab, words=words, spaces=[False] * len(words), user_data=user_data)
        kept: list[str] = []
        spaces: list[bool] = []
        for word in words:
            if word == " " and kept and not spaces[-1] and not kept[-1].isspace():
                spaces[-1] = True
            else:
                kept.append(word)
                spaces.append(False)
        spaced = [f"{word} " if space else word for word, space in zip(kept, spaces, strict=True)]
        user_data = {SOURCE_TEXT: text, WORDS: spaced}
        if not self.makes_tokens:
            return cast(Doc, TokenlessDoc(user_data))
        return Doc(self.vocab, words=kept, spaces=spaces, user_data=user_data)
