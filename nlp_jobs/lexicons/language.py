"""The word list of one language: its shape and its loading."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from nlp_jobs.taxonomy import Cues, TaxonomyError

LEXICON_DIR = Path(__file__).resolve().parent
# Chinese and English word lists ship; a further language is one more file.
LANGUAGES = ("zh", "en")


class Polarity(BaseModel):
    """Words that praise or blame, by strength, and phrases in which they mean neither."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    positive: Cues
    negative: Cues
    except_: tuple[str, ...] = Field(default=(), alias="except")


class LanguageLexicon(BaseModel):
    """Everything a word list may hold; the head of zh.yml says what each list is for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    language: str
    version: int
    polarity: Polarity
    negators: tuple[str, ...]
    not_negators: tuple[str, ...] = ()
    intensifiers: tuple[str, ...]
    diminishers: tuple[str, ...]
    contrasts: tuple[str, ...]
    irony: tuple[str, ...]
    unreal: tuple[str, ...]
    faultless: tuple[str, ...]
    better_than: tuple[str, ...]
    worse_than: tuple[str, ...]
    competitor_preferred: tuple[str, ...]
    signals: dict[str, dict[str, Cues]]
    courtesies: tuple[str, ...]
    stopwords: frozenset[str]

    @field_validator("signals", mode="before")
    @classmethod
    def read_short_forms(cls, signals: dict[str, object]) -> dict[str, object]:
        """`promise: [a]` stands for `promise: {promise: {plain: [a]}}`, and so for each slug."""
        read: dict[str, object] = {}
        for vocabulary, slugs in signals.items():
            by_slug = slugs if isinstance(slugs, dict) else {vocabulary: slugs}
            read[vocabulary] = {
                slug: {"plain": words} if isinstance(words, list) else words
                for slug, words in by_slug.items()
            }
        return read


@lru_cache(maxsize=4)
def load_lexicon(language: str) -> LanguageLexicon:
    """Read the word list of one language; a language without one raises `TaxonomyError`."""
    path = LEXICON_DIR / f"{language}.yml"
    try:
        return LanguageLexicon.model_validate(
            yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        )
    except FileNotFoundError as error:
        raise TaxonomyError(f"no word list for language {language!r}: {path}") from error
    except (yaml.YAMLError, ValidationError) as error:
        raise TaxonomyError(f"{path}: {error}") from error
