"""Language and script of a text by counting characters; traditional to simplified Chinese.

Counting beats language-identification models on customer feedback by a wide margin in speed and
at least equals them in accuracy, because only two languages have to be told from all others.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from nlp_jobs.text.words import WORDS

_HAN_SIGNS = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_LATIN_SIGNS = "A-Za-z\u00c0-\u024f"
_OTHER_SIGNS = "\u0370-\u08ff\u0900-\u0dff\u0e00-\u0fff\u3041-\u30ff\uac00-\ud7af"
_HAN = re.compile(f"[{_HAN_SIGNS}]+")
_LATIN = re.compile(f"[{_LATIN_SIGNS}]+")
_OTHER = re.compile(f"[{_OTHER_SIGNS}]+")
_NOT_HAN = re.compile(f"[{_LATIN_SIGNS}{_OTHER_SIGNS}]")
_ACCENTED = re.compile(r"[\u00c0-\u024f]")
_WORD = re.compile(r"[a-z']+")
# A Chinese character says about as much as four Latin letters.
LETTERS_PER_CHARACTER = 4
MIXED_SHARE = 0.25


class Script(NamedTuple):
    """`language` zh, en or und; `script` hans, hant, latn, mixed or none."""

    language: str
    script: str


@lru_cache(maxsize=1)
def traditional_characters() -> frozenset[str]:
    """Characters that OpenCC would simplify: a text with one of them is converted."""
    characters = [chr(code) for code in range(0x4E00, 0xA000)]
    simplified = _converter().convert("\n".join(characters)).split("\n")
    changed = (old for old, new in zip(characters, simplified, strict=True) if old != new)
    # OpenCC also maps a few characters that simplified text uses with their own meaning.
    return frozenset(changed) - set("乾著瞭藉覆蘋")


@lru_cache(maxsize=1)
def _traditional_sign() -> re.Pattern[str]:
    return re.compile(f"[{''.join(sorted(traditional_characters()))}]")


def has_traditional(text: str) -> bool:
    """True when OpenCC would simplify a character of the text."""
    return _traditional_sign().search(text) is not None


@lru_cache(maxsize=1)
def _converter():  # type: ignore[no-untyped-def]  # opencc ships no types
    from opencc import OpenCC

    return OpenCC("t2s")


def to_simplified(text: str) -> str:
    """`"這個東西質量很好"` -> `"这个东西质量很好"`; simplified text comes back unchanged."""
    return _converter().convert(text) if has_traditional(text) else text


def detect_script(text: str) -> Script:
    """Tell language and script by the share of each script's characters.

    Mixed text goes to the language that says more: `"这个APP很好"` is zh, a brand name in Chinese
    characters inside an English sentence stays en. Text of other scripts is und.
    """
    if _NOT_HAN.search(text) is None:  # most Chinese texts
        if _HAN.search(text) is None:
            return Script("und", "none")
        return Script("zh", "hant" if has_traditional(text) else "hans")
    han, latin = _count(_HAN, text), _count(_LATIN, text)
    other = 0 if text.isascii() else _count(_OTHER, text)
    weighted_latin = latin / LETTERS_PER_CHARACTER
    total = han + weighted_latin + other
    if other > MIXED_SHARE * total:
        return Script("und", "mixed" if han or latin else "none")
    language = "zh" if han >= weighted_latin else _latin_language(text)
    smaller = min(han, weighted_latin)
    if smaller >= MIXED_SHARE * total and smaller >= 2:
        return Script(language, "mixed")
    if han < weighted_latin:
        return Script(language, "latn")
    return Script(language, "hant" if has_traditional(text) else "hans")


def _count(runs: re.Pattern[str], text: str) -> int:
    return sum(map(len, runs.findall(text)))


def _latin_language(text: str) -> str:
    words = _WORD.findall(text.lower())
    english = sum(word in WORDS.english for word in words)
    foreign = sum(word in WORDS.other_latin for word in words) + len(_ACCENTED.findall(text))
    return "und" if foreign > english and len(words) >= 3 else "en"
